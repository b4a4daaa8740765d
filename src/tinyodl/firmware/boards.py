"""Whole boards: the device behind a UART, with start-up code of its own (firmware/boards), built by
Debian's compilers and run by QEMU."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tinyodl.firmware import har_header, header
from tinyodl.firmware.cross import BARE
from tinyodl.firmware.sources import DEVICE, folder
from tinyodl.fixed.stream import Ranges
from tinyodl.model import Model

WAIT = 10.0  # s for an emulator to start
LIBRARY = tuple(f"{name}.c" for name in (*DEVICE, "odl_har", "odl_serial"))


class Board(NamedTuple):
    """compiler: with its flags; emulator: with its; sources: start-up and UART; code, ram: address
    and bytes."""

    name: str
    core: str
    compiler: tuple[str, ...]
    emulator: tuple[str, ...]
    sources: tuple[str, ...]
    script: str
    code: tuple[int, int]
    ram: tuple[int, int]


def _arm(
    name: str, cpu: str, uart: str, code: tuple[int, int], ram: tuple[int, int], at: int = 0
) -> Board:
    compiler = ("arm-none-eabi-gcc", f"-mcpu={cpu}", "-mthumb", f"-DBOARD_UART=0x{at:x}u")
    emulator = ("qemu-system-arm", "-M", name)
    sources = ("start_arm.c", f"uart_{uart}.c")
    return Board(name, cpu, compiler, emulator, sources, "arm.ld", code, ram)


_K, _M = 2**10, 2**20
BOARDS = {
    board.name: board
    for board in (
        _arm("microbit", "cortex-m0", "nrf51", (0, 256 * _K), (0x20000000, 16 * _K)),
        _arm("mps2-an385", "cortex-m3", "cmsdk", (0, 4 * _M), (0x20000000, 4 * _M), 0x40004000),
        _arm("mps2-an386", "cortex-m4", "cmsdk", (0, 4 * _M), (0x20000000, 4 * _M), 0x40004000),
        # as it starts, in the secure world
        _arm(
            "mps2-an505", "cortex-m33", "cmsdk", (2**28, 4 * _M), (0x38000000, 4 * _M), 0x50200000
        ),
        Board(
            "virt",
            "rv32imc",
            ("riscv64-unknown-elf-gcc", "-march=rv32imc", "-mabi=ilp32"),
            ("qemu-system-riscv32", "-M", "virt", "-bios", "none"),
            ("start_riscv.c", "uart_16550.c"),
            "riscv.ld",
            (0x80000000, 4 * _M),
            (0x80400000, 4 * _M),
        ),
    )
}


def missing(boards: Sequence[Board] = tuple(BOARDS.values())) -> list[str]:
    """Compilers and emulators that are not on this machine."""
    needed = {program for b in boards for program in (b.compiler[0], b.emulator[0])}
    return sorted(program for program in needed if not shutil.which(program))


def build(board: Board, model: Model, ranges: Ranges, out: Path, level: str = "-O2") -> Path:
    """The board's program as an ELF file. FileNotFoundError where a compiler or an emulator is
    missing, RuntimeError with the compiler's words where it refuses."""
    if lacks := missing([board]):
        raise FileNotFoundError(f"{board.name} takes {', '.join(lacks)}: make setup-firmware")
    root = folder()
    places = {"code_at": board.code[0], "code_size": board.code[1]}
    places |= {"ram_at": board.ram[0], "ram_size": board.ram[1]}
    with tempfile.TemporaryDirectory() as work:
        for name, text in {
            "odl_config.h": header.config(model),
            "odl_factory.h": header.source(model),
            "odl_har_factory.h": har_header.source(model, ranges),
        }.items():
            (Path(work) / name).write_text(text)
        files = [root / "boards" / name for name in ("main.c", *board.sources)]
        files += [*(root / name for name in LIBRARY), BARE / "string.c"]
        command = [*board.compiler, "-std=gnu99", level, "-Wall", "-Wextra", "-Werror"]
        command += ["-ffreestanding", "-fno-builtin", "-nostdlib", "-ffunction-sections"]
        command += ["-fdata-sections", "-Wl,--gc-sections", "-Wl,-e,reset"]
        command += [f"-I{f}" for f in (work, root, root / "boards", BARE)]
        command += [f"-Wl,--defsym={name}={value:#x}" for name, value in places.items()]
        command += [
            f"-T{root / 'boards' / board.script}",
            *map(str, files),
            "-lgcc",
            "-o",
            str(out),
        ]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"compiling for {board.name} failed:\n{done.stderr}")
    return out


@contextmanager
def emulated(board: Board, program: Path) -> Iterator[str]:
    """A board that runs; its UART as an address for `Port`. It starts once somebody is there."""
    line = "socket,id=line,host=127.0.0.1,port=0,server=on,wait=on,nodelay=on"
    command = [*board.emulator, "-kernel", str(program), "-display", "none", "-monitor", "none"]
    process = subprocess.Popen(
        [*command, "-chardev", line, "-serial", "chardev:line"],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        said = ""
        for text in process.stderr:
            said += text
            if found := re.search(r"tcp:(127\.0\.0\.1:\d+)", text):
                yield f"socket://{found[1]}"
                return
        raise RuntimeError(f"{board.emulator[0]} did not start:\n{said}")
    finally:
        process.kill()
        process.wait()
        if process.stderr:
            process.stderr.close()
