"""The embedded recordings and the official folders."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tinyodl.data import hapt, uci
from tinyodl.data.errors import DataError
from tinyodl.data.recordings import Recording
from tinyodl.har import segment_starts
from tinyodl.windows import Source

ORIGINALS = {
    "imu": "73a01f7e985ece0652a1bb9df98cc024a4741afef4539b2d29f9639e24d500c1",
    "recording": "3278c17d86099c2f75c1bb3b9186b917f5369a8840b0580c86288ebbe09df0d9",
    "subject": "36f394bba97fed9eb5a120a56c84aca38af6c8ac7ef4874dccb9f839c56fa17f",
    "activity": "eb32f99256b54d64817f5b95d7156df61a0770630d100ef10353f59fc9f138b0",
}

Write = Callable[[Path, list[Recording]], None]


def test_embedded_recordings_are_the_originals() -> None:
    """SHA-256 of the originals' arrays: imu (1122772, 6) int16, the others (1122772,) uint8."""
    found = {
        name: hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()
        for name, values in hapt.counts()._asdict().items()
    }
    assert found == ORIGINALS
    assert Path(hapt.__file__).with_name("hapt.xz").stat().st_size <= 8_000_000


def test_windows_are_the_official_ones(official: dict[str, NDArray[Any]]) -> None:
    """Per person and activity, our windows of the six activities are as many as the official ones,
    give or take the few that the official set left out or kept at a segment's end."""
    subject, activity = official["window_subject"], official["window_activity"]
    ours = [
        (r.subject, r.activity[segment_starts(r.activity, np.arange(1, 7))]) for r in hapt.load()
    ]
    assert sum(len(a) for _, a in ours) == 10_411
    assert int((activity <= 6).sum()) == 10_411
    for person in range(1, 31):
        mine = np.bincount(np.concatenate([a for s, a in ours if s == person]), minlength=7)[1:7]
        theirs = np.bincount(activity[subject == person], minlength=13)[1:7]
        np.testing.assert_array_equal(mine, theirs)


def test_pack_survives_extremes() -> None:
    imu = np.array([[-32768, 32767, 0, 1, -1, 5], [32767, -32768, 0, -1, 1, 5]], np.int16)
    one = np.ones(2, np.uint8)
    restored = hapt.unpack(hapt.pack(hapt.Counts(imu, one, one, np.array([1, 2], np.uint8))))
    np.testing.assert_array_equal(restored.imu, imu)
    np.testing.assert_array_equal(restored.activity, [1, 2])


def some(subjects: tuple[int, ...] = hapt.DRIFTED, readings: int = 3000) -> list[Recording]:
    first = {r.subject: r for r in reversed(hapt.load())}
    return [
        first[s]._replace(imu=first[s].imu[:readings], activity=first[s].activity[:readings])
        for s in subjects
    ]


def test_hapt_folder_reads_what_was_written(tmp_path: Path, write_hapt: Write) -> None:
    recordings = some()
    write_hapt(tmp_path, recordings)
    for before, after in zip(recordings, uci.read_hapt(tmp_path), strict=True):
        assert after.subject == before.subject
        np.testing.assert_array_equal(after.imu, before.imu)
        np.testing.assert_array_equal(after.activity, before.activity)
    assert Source.official(tmp_path).windows("compact").X.shape[1] == 60


def write_uci_har(folder: Path, recordings: list[Recording]) -> int:
    """An official UCI HAR folder of these recordings' windows; returns how many."""
    count = 0
    for side, chosen in (("train", recordings[:-1]), ("test", recordings[-1:])):
        (folder / side / "Inertial Signals").mkdir(parents=True)
        windows, y, subject = [], [], []
        for r in chosen:
            for s in segment_starts(r.activity, np.arange(1, 7)):
                windows.append(r.imu[s : s + 128])
                y.append(int(r.activity[s]))
                subject.append(r.subject)
        count += len(y)
        signals = np.array(windows)
        for k, name in enumerate(uci._HAR_SIGNALS):
            np.savetxt(
                folder / side / "Inertial Signals" / f"{name}_{side}.txt",
                signals[:, :, k],
                fmt="%.17g",
            )
        np.savetxt(
            folder / side / f"X_{side}.txt", np.random.default_rng(0).uniform(-1, 1, (len(y), 561))
        )
        np.savetxt(folder / side / f"y_{side}.txt", y, fmt="%d")
        np.savetxt(folder / side / f"subject_{side}.txt", subject, fmt="%d")
    return count


def test_uci_har_windows_are_joined_again(tmp_path: Path) -> None:
    recordings = some()
    count = write_uci_har(tmp_path, recordings)
    read = uci.read_uci_har(tmp_path)
    assert len(read.y) == count
    assert len(read.recordings) < count / 3  # windows that follow one another became one recording
    assert sorted({r.subject for r in read.recordings}) == sorted(hapt.DRIFTED)
    source = Source.official(tmp_path)
    assert source.windows("compact").X.shape == (count, 60)
    np.testing.assert_array_equal(source.windows("uci561").X, read.features)
    first = segment_starts(recordings[0].activity, np.arange(1, 7))[1]
    at = read.recordings[read.recording[1]].imu[read.start[1] : read.start[1] + 128]
    np.testing.assert_array_equal(at, recordings[0].imu[first : first + 128])


def test_the_official_features_are_part_of_what_identifies_uci_har(tmp_path: Path) -> None:
    write_uci_har(tmp_path, some())
    before = Source.official(tmp_path).digest
    assert Source.official(tmp_path).digest == before
    file = tmp_path / "train" / "X_train.txt"
    first, rest = file.read_text().split(maxsplit=1)
    file.write_text(f"{float(first) + 0.5} {rest}")
    assert Source.official(tmp_path).digest != before


def spoil(folder: Path, file: str, change: str) -> None:
    """One way for a folder to be bad."""
    path = folder / "RawData" / file
    if change == "missing":
        path.unlink()
    elif change == "word":
        lines = path.read_text().splitlines()
        lines[4] = "0.1 x 0.3"
        path.write_text("\n".join(lines))
    elif change == "nan":
        lines = path.read_text().splitlines()
        lines[4] = "0.1 nan 0.3"
        path.write_text("\n".join(lines))
    elif change == "short":
        path.write_text("\n".join(path.read_text().splitlines()[:-7]))
    elif change == "empty":
        path.write_text("")
    elif change == "outside":
        path.write_text("1 9 5 1 99999999\n")


@pytest.mark.parametrize(
    ("file", "change", "says"),
    [
        ("acc_exp01_user09.txt", "word", "row 5"),
        ("acc_exp01_user09.txt", "nan", "row 5"),
        ("gyro_exp01_user09.txt", "missing", "no such file"),
        ("gyro_exp01_user09.txt", "short", "cut short"),
        ("acc_exp01_user09.txt", "empty", "no rows"),
        ("acc_exp01_user09.txt", "missing", "acc_exp01_user"),
        ("labels.txt", "missing", "no such file"),
        ("labels.txt", "outside", "row 1"),
    ],
)
def test_a_bad_hapt_folder_says_what_and_where(
    tmp_path: Path, file: str, change: str, says: str, write_hapt: Write
) -> None:
    write_hapt(tmp_path, some(readings=1500))
    spoil(tmp_path, file, change)
    with pytest.raises(DataError, match=says):
        uci.read_hapt(tmp_path)


def test_a_folder_that_is_none_says_what_to_download(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(DataError, match="UCI Machine Learning Repository"):
            Source.official(path)


def test_a_folder_without_the_drifted_people_is_refused(tmp_path: Path, write_hapt: Write) -> None:
    write_hapt(tmp_path, some((1, 2), 1500))
    with pytest.raises(DataError, match="subject 9"):
        Source.official(tmp_path)
