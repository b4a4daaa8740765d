"""Results kept between runs, by what was asked for and by the code that answers it."""

import hashlib
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs

import tinyodl
from tinyodl.files import write_bytes


@cache
def code_version() -> str:
    """A digest of the package's source and of the libraries that results depend on."""
    root = Path(tinyodl.__file__).parent
    digest = hashlib.sha256(f"{tinyodl.__version__} {np.__version__}".encode())
    for path in sorted(root.rglob("*.py")):
        if "reports" not in path.parts and "cli" not in path.parts:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


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
