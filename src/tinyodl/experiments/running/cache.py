"""Results kept between runs, by what was asked for and by the code that answers it; those of other
code go when a run begins."""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import platformdirs

import tinyodl
from tinyodl.files import write_bytes

LIBRARIES = ("numpy", "scipy", "scikit-learn", "numba", "river")  # what figures come from
_SHOWING = ("reports", "cli")  # folders of the package that no figure comes from
_DIGITS = 16  # of a version's digest, its folder's name


@cache
def code_version() -> str:
    """A digest of the package's source and of the libraries that results depend on."""
    root = Path(tinyodl.__file__).parent
    return hashlib.sha256(f"{libraries()} {source_digest(root)}".encode()).hexdigest()[:_DIGITS]


def libraries() -> dict[str, str]:
    """Each library's version; empty where it is not installed, which leaves out what needs it."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found


def source_digest(root: Path) -> str:
    """A digest of the package that lies in `root`, wherever that is."""
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        inside = path.relative_to(root)
        if inside.parts[0] not in _SHOWING:
            digest.update(f"{inside.as_posix()} ".encode() + path.read_bytes())
    return digest.hexdigest()


def folder() -> Path:
    """Where results are kept: TINYODL_CACHE, or the user's cache folder."""
    return Path(os.environ.get("TINYODL_CACHE") or platformdirs.user_cache_dir("tinyodl"))


def _path(key: Any) -> Path:
    text = json.dumps(key, sort_keys=True, default=str)
    return folder() / code_version() / (hashlib.sha256(text.encode()).hexdigest()[:32] + ".json")


def load(key: Any) -> Any | None:
    """What was stored under this key by this code, or None."""
    try:
        return json.loads(_path(key).read_text())
    except (OSError, ValueError):
        return None


def store(key: Any, result: Any) -> None:
    """Keep a result; a folder that cannot be written to is no error."""
    try:
        write_bytes(_path(key), json.dumps(result).encode())
    except OSError:
        return


def forget(keep: str = "") -> int:
    """Remove the results of every version of the code but `keep`; how many those were. What is not
    ours stays."""
    removed = 0
    for path in _results():
        if path.parent.name != keep:
            with suppress(OSError):  # another run was faster
                path.unlink()
                removed += 1
            with suppress(OSError):
                path.parent.rmdir()
    return removed


def _results() -> Iterator[Path]:
    """The files that `store` wrote, or began to, whatever version of the code it was of."""
    ours = re.compile(r".*\.json|\.[0-9a-f]{32}\.[0-9a-f]{32}")
    for of in sorted(folder().glob("*")):
        if re.fullmatch(f"[0-9a-f]{{{_DIGITS}}}", of.name):
            yield from (path for path in sorted(of.glob("*")) if ours.fullmatch(path.name))
