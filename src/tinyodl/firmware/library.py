"""C of this project as a library on this machine, compiled once and kept with the caches."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from tinyodl.firmware.sources import folder


def compiler() -> list[str]:
    """The command of a C compiler; FileNotFoundError where there is none."""
    for name in (os.environ.get("CC", ""), "cc", "gcc", "clang"):
        if name and shutil.which(name):
            return [name]
    if importlib.util.find_spec("ziglang"):
        return [sys.executable, "-m", "ziglang", "cc"]
    raise FileNotFoundError(
        "running the C library takes a C compiler: install gcc or clang, or pip install ziglang"
    )


def build(made: Mapping[str, str], own: Sequence[str], flags: Sequence[str] = ()) -> Path:
    """made: files by name, "host.c" among them; own: which sources of the library ("odl")."""
    sources = folder()
    used = [*(sources / f"{name}.c" for name in own), *sorted(sources.glob("*.h"))]
    text = "".join([*made.values(), *(path.read_text() for path in used)])
    command = [*compiler(), "-std=c99", "-O2", *flags]
    name = hashlib.sha256(repr((text, command, sys.platform)).encode()).hexdigest()[:24]
    kept = user_cache_path("tinyodl") / "c" / f"{name}.so"
    if kept.exists():
        return kept
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as work:
        for file, content in made.items():
            (Path(work) / file).write_text(content)
        command += ["-shared", "-fPIC", f"-I{work}", f"-I{sources}", f"{work}/host.c"]
        done = subprocess.run(
            [*command, *(str(sources / f"{n}.c") for n in own), "-o", f"{work}/out.so"],
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"the C library could not be compiled:\n{done.stderr}")
        (Path(work) / "out.so").rename(kept)
    return kept


@cache
def declared(text: str) -> Any:
    """cffi's view of declarations; RuntimeError where cffi is missing."""
    try:
        import cffi
    except ImportError:
        raise RuntimeError(
            "running the C library takes cffi: pip install 'tinyodl[firmware]'"
        ) from None
    ffi = cffi.FFI()
    ffi.cdef(text)
    return ffi
