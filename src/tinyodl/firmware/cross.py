"""C for another processor: compiled by zig, which pip installs, linked without a libc."""

import importlib.util
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tinyodl.firmware.targets import Target

BARE = Path(__file__).parent / "bare"
ALWAYS = (
    "-std=c99",
    "-ffreestanding",
    "-fomit-frame-pointer",
    "-ffunction-sections",
    "-fdata-sections",
)
NEEDED = ("ziglang", "elftools", "unicorn")  # to compile, to read and to run it


class Program(NamedTuple):
    """elf: the file; flash, ram: bytes of code and constants, and of variables."""

    elf: Path
    flash: int
    ram: int


def build(
    target: Target,
    sources: Sequence[Path],
    entries: Sequence[str],
    out: Path,
    *,
    include: Sequence[Path] = (),
    level: str = "-O2",
    defines: Sequence[str] = (),
    fast: Sequence[Path] = (),
) -> Program:
    """Compile and link; entries: functions that stay, with what they need; fast: further sources,
    which are compiled with -O2 whatever the level. RuntimeError with the compiler's words where it
    refuses."""
    for package in NEEDED:
        if not importlib.util.find_spec(package):
            raise RuntimeError(f"{target.name} takes {package}: pip install 'tinyodl[firmware]'")
    compiler = [sys.executable, "-m", "ziglang", "cc", "-target", target.triple]
    compiler += [f"-mcpu={target.cpu}", "-g", *ALWAYS, *(f"-D{d}" for d in defines)]
    compiler += [f"-I{folder}" for folder in (*include, BARE)]
    objects = [out.with_name(f"{source.stem}.o") for source in fast]
    for source, made in zip(fast, objects, strict=True):
        _run([*compiler, "-O2", "-c", str(source), "-o", str(made)], target)
    command = [*compiler, *level.split()]
    command += [f"-Wl,-T,{BARE / 'bare.ld'}", "-Wl,--gc-sections", f"-Wl,-e,{entries[0]}"]
    command += [f"-Wl,-u,{name}" for name in entries]
    command += [str(BARE / "string.c"), *map(str, (*sources, *objects)), "-o", str(out)]
    _run(command, target)
    return Program(out, *sizes(out))


def _run(command: Sequence[str], target: Target) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"compiling for {target.name} failed:\n{done.stderr}")


def sizes(elf: Path) -> tuple[int, int]:
    """Bytes of flash and of RAM."""
    from elftools.elf.elffile import ELFFile

    flash = ram = 0
    with elf.open("rb") as file:
        for section in ELFFile(file).iter_sections():
            if not section["sh_flags"] & 2:  # not loaded
                continue
            writable = section["sh_flags"] & 1
            ram += section["sh_size"] * bool(writable)
            flash += section["sh_size"] * (section["sh_type"] == "SHT_PROGBITS")
    return flash, ram


def symbols(elf: Path) -> dict[str, tuple[int, int]]:
    """Address and size of what has a name."""
    from elftools.elf.elffile import ELFFile

    with elf.open("rb") as file:
        table: Any = ELFFile(file).get_section_by_name(".symtab")
        return {s.name: (s["st_value"], s["st_size"]) for s in table.iter_symbols() if s.name}
