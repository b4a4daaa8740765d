"""Files: whole or not at all, in the mode and at the end of the link that were there."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tinyodl import files


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_a_new_file_has_the_mode_of_new_files_and_an_old_one_its_own(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "a.todl"
    files.write_bytes(path, b"one")
    assert (path.read_bytes(), mode(path)) == (b"one", 0o640)
    for kept in (0o600, 0o644, 0o444):
        path.chmod(kept)
        files.write_bytes(path, b"two")
        assert (path.read_bytes(), mode(path)) == (b"two", kept)
    assert [p.name for p in path.parent.iterdir()] == ["a.todl"]


@pytest.mark.parametrize("there", [True, False])
def test_a_link_still_leads_to_the_file(tmp_path: Path, there: bool) -> None:
    target, link = tmp_path / "far" / "m.todl", tmp_path / "m.todl"
    target.parent.mkdir()
    if there:
        target.write_bytes(b"old")
        target.chmod(0o600)
    link.symlink_to(Path("far") / "m.todl")
    files.write_bytes(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert mode(target) == 0o600 or not there
    assert [p.name for p in target.parent.iterdir()] == ["m.todl"]


@pytest.mark.parametrize("fails", ["write", "fsync", "replace"])
def test_an_interruption_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    if fails == "fsync":
        monkeypatch.setattr(os, "fsync", stop)
    elif fails == "replace":
        monkeypatch.setattr(Path, "replace", stop)
    with pytest.raises(KeyboardInterrupt if fails != "write" else TypeError):
        files.write_bytes(path, "no bytes" if fails == "write" else b"new")  # type: ignore[arg-type]
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_data_are_on_the_disk_before_the_name_is_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    did: list[str] = []
    real, replace = os.fsync, Path.replace

    def fsync(handle: int) -> None:
        did.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        real(handle)

    def renamed(path: Path, target: Path) -> Path:
        did.append("name")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", renamed)
    files.write_bytes(tmp_path / "a", b"new")
    assert did == ["file", "name", "folder"]


def test_a_pipe_is_written_to_and_a_folder_is_refused(tmp_path: Path) -> None:
    ours, theirs = os.pipe()
    files.write_bytes(Path(f"/dev/fd/{theirs}"), b"through")
    os.close(theirs)
    assert os.read(ours, 100) == b"through"
    os.close(ours)
    files.write_bytes(Path(os.devnull), b"away")
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)  # noqa: PTH116
    with pytest.raises(IsADirectoryError):
        files.write_bytes(tmp_path, b"new")
    assert tmp_path.is_dir()
