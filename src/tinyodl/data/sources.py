"""Files as people name them to tables one can open: a file, a folder, a glob, a zip, packed or
not."""

import codecs
import gzip
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tinyodl.data.errors import DataError

TEXT = (".csv", ".tsv", ".txt", ".tab")
LINES = (".jsonl", ".ndjson", ".json")
COLUMNS = (".parquet", ".pq")
_GZIP = b"\x1f\x8b"
_PACKED = (_GZIP, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF8)
_KNOWN = (*TEXT, *LINES, *COLUMNS)


@dataclass(frozen=True)
class Source:
    """One table: a file, or a member of a zip. alone: it was named itself, not found in a folder or
    a zip, so it must be a table of recordings."""

    path: Path
    member: str = ""
    alone: bool = True

    @property
    def parts(self) -> PurePosixPath:
        """Where it lies, a zip taken as a folder."""
        own = PurePosixPath(self.path.as_posix())
        return own.with_suffix("") / self.member if self.member else own

    @property
    def label(self) -> str:
        """What it is called in messages."""
        return f"{self.path}: {self.member}" if self.member else str(self.path)

    @property
    def name(self) -> str:
        """The file's name."""
        return self.parts.name

    @property
    def kind(self) -> str:
        """The ending that says what it is, as of a file that is not packed."""
        return _ending(self.name)

    def opened(self) -> Path | bytes:
        """Where it can be read as it is: its path, or its bytes as `read` has them."""
        if not self.member:
            with self.path.open("rb") as file:
                first = file.read(4)
            if not first.startswith(_PACKED):
                return self.path
        return self.read()

    def read(self) -> bytes:
        """Its bytes, unpacked; in UTF-8 where they begin with a mark of another encoding."""
        if not self.member:
            return unpacked(self.path.read_bytes())
        with zipfile.ZipFile(self.path) as packed:
            return unpacked(packed.read(self.member))


def unpacked(data: bytes) -> bytes:
    """Bytes behind gzip and a byte-order mark, by what they begin with."""
    if data.startswith(_GZIP):
        return unpacked(gzip.decompress(data))
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace").encode()
    return data.removeprefix(codecs.BOM_UTF8)


def found(paths: Sequence[Path]) -> tuple[list[Source], list[str]]:
    """The tables that these paths name, in the order of their names, and what was passed over.

    DataError where there is no such file, or no table in a folder.
    """
    sources: list[Source] = []
    passed: list[str] = []
    for path in paths:
        if path.is_dir():
            inside = [file for file in sorted(path.rglob("*")) if file.is_file()]
            own = [s for file in inside for s in _tables(file, alone=False, passed=passed)]
            if not own:
                raise DataError(
                    f"{path}: no recordings in this folder; give one with "
                    f"{', '.join(_KNOWN)}, also packed as .gz or .zip"
                )
            sources += own
        elif not path.exists() and re.search(r"[*?\[]", str(path)):
            base = Path(path.anchor) if path.is_absolute() else Path()
            matching = sorted(base.glob(str(path.relative_to(base) if path.anchor else path)))
            if not matching:
                raise DataError(f"{path}: no file is named so; mend the pattern")
            sources += found(matching)[0]
        elif not path.is_file():
            raise DataError(
                f"{path}: there is no such file. Give the path of a .csv or .parquet file, or of a "
                "folder of them"
            )
        else:
            sources += _tables(path, alone=True, passed=passed)
    return list(dict.fromkeys(sources)), passed


def _ending(name: str) -> str:
    lower = name.lower()
    return PurePosixPath(lower[:-3] if lower.endswith(".gz") else lower).suffix


def _tables(file: Path, alone: bool, passed: list[str]) -> Iterator[Source]:
    """The tables of one file; of one that was named itself, DataError where it is none."""
    hidden = file.name.startswith((".", "__"))
    if _ending(file.name) == ".zip":
        try:
            with zipfile.ZipFile(file) as packed:
                names = sorted(i.filename for i in packed.infolist() if not i.is_dir())
                bad = (
                    packed.testzip() if sum(i.file_size for i in packed.infolist()) < 1e8 else None
                )
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
            raise DataError(
                f"{file}: cannot be read as a zip ({error}). It may be cut short or damaged: write "
                "it again"
            ) from None
        if bad:
            raise DataError(f"{file}: {bad} in it is damaged: write it again")
        tables = [
            n for n in names if _ending(n) in _KNOWN and not re.search(r"(^|/)(\.|__MACOSX)", n)
        ]
        if not tables:
            raise DataError(f"{file}: no table in it; give one with {', '.join(_KNOWN)} inside")
        yield from (Source(file, name, alone=alone and len(tables) == 1) for name in tables)
    elif _ending(file.name) in _KNOWN and not (hidden and not alone):
        yield Source(file, alone=alone)
    elif alone:
        raise DataError(
            f"{file}: its name ends in {_ending(file.name) or 'nothing'}: give a .csv or .parquet "
            "file (or .tsv, .txt, .jsonl, also packed as .gz or .zip), or a folder of them"
        )
    elif not hidden:
        passed.append(str(file))
