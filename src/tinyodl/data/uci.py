"""Readers of the official folders, as downloaded from the UCI repository and unpacked.

HAPT ("HAPT Data Set"):
    RawData/labels.txt, RawData/acc_exp01_user01.txt, RawData/gyro_exp01_user01.txt, ...
UCI HAR ("UCI HAR Dataset"):
    train/ and test/, each with X_*.txt, y_*.txt, subject_*.txt and Inertial Signals/
"""

import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinyodl.data.errors import DataError
from tinyodl.data.recordings import Recording

_HELP = (
    "Download 'Smartphone-Based Recognition of Human Activities and Postural Transitions' (HAPT, "
    "the folder with RawData) or 'Human Activity Recognition Using Smartphones' (UCI HAR, the "
    "folder with train and test) from the UCI Machine Learning Repository, unpack it, and pass "
    "the unpacked folder to --data."
)
_HAR_SIGNALS = [f"{kind}_{axis}" for kind in ("total_acc", "body_gyro") for axis in "xyz"]


class UciHar(NamedTuple):
    """UCI HAR: the official features of each window, and the readings that its windows were cut
    from.

    features (windows, 561); y (windows,) 1 to 6; subject (windows,); recordings: windows that
    follow one another joined again; recording, start (windows,): where each window lies in them.
    """

    features: NDArray[np.float64]
    y: NDArray[np.int64]
    subject: NDArray[np.int64]
    recordings: list[Recording]
    recording: NDArray[np.int64]
    start: NDArray[np.int64]


def official(path: Path) -> bool:
    """Whether a folder is an official one."""
    return (path / "RawData").is_dir() or all((path / n).is_dir() for n in ("train", "test"))


def kind(path: Path) -> str:
    """ "hapt" or "uci-har"; DataError where the folder is neither."""
    if not path.is_dir():
        raise DataError(f"{path}: there is no such folder. {_HELP}")
    if (path / "RawData").is_dir():
        return "hapt"
    if (path / "train").is_dir() and (path / "test").is_dir():
        return "uci-har"
    raise DataError(
        f"{path}: neither a RawData folder (HAPT) nor train and test folders (UCI HAR) in it. "
        f"{_HELP}"
    )


def read_hapt(path: Path) -> list[Recording]:
    """The recordings of an unpacked HAPT folder, in the order of their numbers."""
    folder = path / "RawData"
    labels_file = folder / "labels.txt"
    labels = _table(labels_file, 5).astype(np.int64)
    files = {}
    for file in sorted(folder.glob("acc_exp*_user*.txt")):
        match = re.fullmatch(r"acc_exp(\d+)_user(\d+)", file.stem)
        if match:
            files[int(match[1])] = (int(match[2]), file)
    missing = sorted(set(labels[:, 0].tolist()) - set(files))
    if missing:
        raise DataError(
            f"{folder}: labels.txt names experiment {missing[0]}, but "
            f"acc_exp{missing[0]:02d}_user*.txt is not there ({len(missing)} missing). The folder "
            f"is incomplete: unpack it again. {_HELP}"
        )
    recordings = []
    for number, (subject, file) in sorted(files.items()):
        acc = _table(file, 3)
        gyro_file = file.with_name(file.name.replace("acc_", "gyro_", 1))
        gyro = _table(gyro_file, 3)
        if len(acc) != len(gyro):
            raise DataError(
                f"{gyro_file}: {len(gyro)} rows, but {file.name} has {len(acc)}: one is cut "
                "short, unpack it again"
            )
        activity = np.zeros(len(acc), np.int64)
        for row in np.flatnonzero(labels[:, 0] == number):
            _, user, what, first, last = labels[row]
            if user != subject or not (1 <= what <= 12 and 1 <= first <= last <= len(acc)):
                raise DataError(
                    f"{labels_file}, row {row + 1}: experiment {number}, user {user}, activity "
                    f"{what}, rows {first} to {last} does not fit {file.name} (user {subject}, "
                    f"{len(acc)} rows, activities 1 to 12): unpack it again, or mend that row"
                )
            activity[first - 1 : last] = what
        recordings.append(Recording(f"hapt {number}", subject, np.hstack([acc, gyro]), activity))
    if not recordings:
        raise DataError(f"{folder}: no acc_exp*_user*.txt in it. {_HELP}")
    return recordings


def read_uci_har(path: Path) -> UciHar:
    """An unpacked UCI HAR folder: train, then test."""
    parts = [_read_har_side(path, side) for side in ("train", "test")]
    features, y, subject, signals = (np.concatenate(column) for column in zip(*parts, strict=True))
    follows = (signals[1:, :64] == signals[:-1, 64:]).all(axis=(1, 2)) & (
        subject[1:] == subject[:-1]
    )
    follows[len(parts[0][1]) - 1] = False
    first = np.flatnonzero(np.r_[True, ~follows])
    recordings, recording, start = [], np.zeros(len(y), np.int64), np.zeros(len(y), np.int64)
    for number, (a, b) in enumerate(zip(first, np.r_[first[1:], len(y)], strict=True)):
        imu = np.concatenate([signals[a, :64], *signals[a:b, 64:]])
        activity = np.repeat(y[a:b], 64)
        recordings.append(
            Recording(f"uci-har {number + 1}", int(subject[a]), imu, np.r_[activity[:64], activity])
        )
        recording[a:b] = number
        start[a:b] = 64 * np.arange(b - a)
    return UciHar(features, y, subject, recordings, recording, start)


def _read_har_side(
    path: Path, side: str
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    folder = path / side
    features = _table(folder / f"X_{side}.txt", 561)
    y = _table(folder / f"y_{side}.txt", 1)[:, 0].astype(np.int64)
    subject = _table(folder / f"subject_{side}.txt", 1)[:, 0].astype(np.int64)
    signals = np.stack(
        [_table(folder / "Inertial Signals" / f"{name}_{side}.txt", 128) for name in _HAR_SIGNALS],
        axis=2,
    )
    for name, rows in (
        (f"y_{side}.txt", len(y)),
        (f"subject_{side}.txt", len(subject)),
        ("Inertial Signals", len(signals)),
    ):
        if rows != len(features):
            raise DataError(
                f"{folder / name}: {rows} rows, but X_{side}.txt has {len(features)}: one is cut "
                "short, unpack again"
            )
    outside = (y < 1) | (y > 6)
    if outside.any():
        row = int(outside.argmax())
        raise DataError(
            f"{folder / f'y_{side}.txt'}, row {row + 1}: activity {y[row]} is none of 1 to 6: "
            "unpack it again"
        )
    return features, y, subject, signals


def _table(file: Path, columns: int) -> NDArray[np.float64]:
    """A text file of numbers, (rows, columns), or DataError with the file and the first bad row."""
    try:
        text = file.read_text()
    except FileNotFoundError:
        raise DataError(
            f"{file}: there is no such file. The folder is incomplete: unpack it again. {_HELP}"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{file}: cannot be read as text ({error}): unpack it again") from None
    if not text.strip():
        raise DataError(f"{file}: no rows in it. Unpack it again")
    try:
        table = np.loadtxt(text.splitlines(), ndmin=2)
        if table.shape[1] == columns and len(table) and np.isfinite(table).all():
            return np.asarray(table, dtype=np.float64)
    except ValueError:
        pass
    for row, line in enumerate(text.splitlines(), start=1):
        try:
            values = [float(v) for v in line.split()]
        except ValueError:
            values = [np.nan]
        if line.strip() and (len(values) != columns or not np.isfinite(values).all()):
            raise DataError(
                f"{file}, row {row}: expected {columns} finite number{'s' * (columns > 1)}, got "
                f"{line.strip()[:60]!r}. Unpack the file again, or mend that row"
            )
    raise DataError(f"{file}: not a table of {columns} columns. Unpack it again")
