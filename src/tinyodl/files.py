"""Files that are there whole or not at all."""

import os
import stat
from contextlib import suppress
from glob import escape
from pathlib import Path
from uuid import uuid4


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, even when interrupted or when the power goes; missing
    folders are made. What was there keeps its mode, and a link still leads to it."""
    if path.exists() and not path.is_file():  # a pipe, a terminal; a folder says so
        path.write_bytes(data)
        return
    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{_part(path)}{uuid4().hex}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            part.chmod(stat.S_IMODE(path.stat().st_mode))
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _settle(path.parent)


def clear_parts(path: Path) -> None:
    """Remove what a writer that was killed has left of this file."""
    path = Path(os.path.realpath(path))
    for part in path.parent.glob(f"{escape(_part(path))}{32 * '[0-9a-f]'}"):
        part.unlink(missing_ok=True)


def _part(path: Path) -> str:
    """How the names of its parts begin."""
    return f".{path.name[:32]}."


def _settle(folder: Path) -> None:
    """Let a new name outlast a power cut, where a system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
