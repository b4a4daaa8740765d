"""Results kept between runs, by what was asked for and by the code that answers it."""

import hashlib
import json
import os
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import platformdirs

import tinyodl
from tinyodl.files import write_bytes

LIBRARIES = ("numpy", "scipy", "scikit-learn", "numba", "river")  # what figures come from
_SHOWING = ("reports", "cli")  # folders of the package that no figure comes from


@cache
def code_version() -> str:
    """A digest of the package's source and of the libraries that results depend on."""
    root = Path(tinyodl.__file__).parent
    return hashlib.sha256(f"{libraries()} {source_digest(root)}".encode()).hexdigest()[:16]


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
