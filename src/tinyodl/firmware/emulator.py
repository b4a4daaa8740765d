"""A processor in unicorn that calls one C function after another.

Only what belongs to the program is mapped: flash, its variables, a stack, and what `memory` gave
out, each block ending where a page ends, with nothing behind it and a pattern before it. So a byte
read or written outside is found: beyond a block at once, before it by `check`.

Instructions are counted block by block (a hook at each instruction would be twenty times slower);
how many a block has is counted from its bytes, once.
"""

import importlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from tinyodl.firmware.cross import Program, symbols
from tinyodl.firmware.targets import Target

PAGE = 0x1000
STOP = 0x0F000000  # where a function returns to
STACK, STACK_SIZE = 0x30000000, 0x4000
HEAP = 0x40000000
PATTERN = 0xA5


class AccessError(RuntimeError):
    """The program touched memory that is not its own; the text says where, and which function."""


class Long(int):
    """An argument of 64 bits."""


class Call(NamedTuple):
    """What a function returned (its first register), how many instructions it took (0: not counted)
    and bytes of stack."""

    value: int
    instructions: int
    stack: int


class Machine:
    """One processor with one program."""

    def __init__(self, target: Target, program: Program) -> None:
        unicorn: Any = importlib.import_module("unicorn")
        self._unicorn, self._arm = unicorn, target.family == "arm"
        self.symbols = symbols(program.elf)
        self._uc = self._processor(target)
        self._load(program)
        self._uc.mem_map(STOP, PAGE)
        self._uc.mem_write(STOP, b"\xfe\xe7" if self._arm else b"\x01\xa0")  # a jump to itself
        self._uc.mem_map(STACK, STACK_SIZE)
        self._blocks: dict[int, tuple[int, int]] = {}  # size, instructions
        self._given: list[tuple[int, int]] = []
        self._next = HEAP
        self._fault = ""
        self._counts = False
        invalid = unicorn.UC_HOOK_MEM_INVALID
        self._uc.hook_add(invalid, self._invalid)

    def _processor(self, target: Target) -> Any:
        if self._arm:
            arm_const = importlib.import_module("unicorn.arm_const")

            uc = self._unicorn.Uc(
                self._unicorn.UC_ARCH_ARM,
                self._unicorn.UC_MODE_THUMB | self._unicorn.UC_MODE_MCLASS,
            )
            uc.ctl_set_cpu_model(getattr(arm_const, target.emulated))
            self._registers = [getattr(arm_const, f"UC_ARM_REG_R{k}") for k in range(4)]
            self._sp, self._link = arm_const.UC_ARM_REG_SP, arm_const.UC_ARM_REG_LR
            self._pc = arm_const.UC_ARM_REG_PC
            return uc
        riscv_const = importlib.import_module("unicorn.riscv_const")

        self._registers = [getattr(riscv_const, f"UC_RISCV_REG_A{k}") for k in range(8)]
        self._sp, self._link = riscv_const.UC_RISCV_REG_SP, riscv_const.UC_RISCV_REG_RA
        self._pc = riscv_const.UC_RISCV_REG_PC
        return self._unicorn.Uc(self._unicorn.UC_ARCH_RISCV, self._unicorn.UC_MODE_RISCV32)

    def _load(self, program: Program) -> None:
        from elftools.elf.elffile import ELFFile

        mapped: set[int] = set()
        with program.elf.open("rb") as file:
            for section in ELFFile(file).iter_sections():
                size, first = section["sh_size"], section["sh_addr"]
                if not section["sh_flags"] & 2 or not size:
                    continue
                for page in range(first // PAGE, -(-(first + size) // PAGE)):
                    if page not in mapped:
                        self._uc.mem_map(page * PAGE, PAGE)
                        mapped.add(page)
                if section["sh_type"] == "SHT_PROGBITS":
                    self._uc.mem_write(first, section.data())

    def memory(self, size: int) -> int:
        """The address of a new block, aligned to 8, nothing behind it but its padding."""
        whole = -(-size // 8) * 8
        pages = -(-whole // PAGE)
        self._uc.mem_map(self._next, pages * PAGE)
        self._uc.mem_write(self._next, bytes([PATTERN]) * (pages * PAGE))
        first = self._next + pages * PAGE - whole
        self._given.append((self._next, first))
        self._next += (pages + 1) * PAGE
        return first

    def write(self, address: int, data: bytes) -> None:
        """Bytes into memory."""
        self._uc.mem_write(address, data)

    def read(self, address: int, size: int) -> bytes:
        """Bytes of memory."""
        return bytes(self._uc.mem_read(address, size))

    def check(self) -> None:
        """AccessError where something before a block was written."""
        for begin, first in self._given:
            if self.read(begin, first - begin) != bytes([PATTERN]) * (first - begin):
                raise AccessError(f"memory before the block at {first:#x} was written")

    def call(self, name: str, *arguments: int, count: bool = False, deep: bool = False) -> Call:
        """Call a function with whole numbers and addresses. count: its instructions; deep: measure
        its stack."""
        top = STACK + STACK_SIZE
        if deep:
            self._uc.mem_write(STACK, bytes([PATTERN]) * STACK_SIZE)
        sp = self._arguments(arguments, top)
        self._uc.reg_write(self._sp, sp)
        self._uc.reg_write(self._link, STOP | self._arm)
        counted = [0]
        hook = None
        if count != self._counts:  # what was translated has the hook in it, or has not
            self._uc.ctl_flush_tb()
            self._counts = count
        if count:
            hook = self._uc.hook_add(self._unicorn.UC_HOOK_BLOCK, self._block, counted)
        self._fault = ""
        try:
            self._uc.emu_start(self.symbols[name][0] | self._arm, STOP)
        except self._unicorn.UcError as error:
            raise AccessError(self._fault or f"{name}: {error} at {self._where()}") from None
        finally:
            if hook is not None:
                self._uc.hook_del(hook)
        used = 0
        if deep:
            stack = np.frombuffer(self.read(STACK, STACK_SIZE), np.uint8)
            used = STACK_SIZE - int((stack != PATTERN).argmax())
        return Call(self._uc.reg_read(self._registers[0]), counted[0], used)

    def _arguments(self, arguments: Sequence[int], top: int) -> int:
        """Into registers and onto the stack, as the ABI has it; the stack pointer."""
        words: list[int] = []
        for argument in arguments:
            if isinstance(argument, Long):
                if len(words) % 2 and (self._arm or len(words) >= len(self._registers)):
                    words.append(0)  # even pairs
                words += [argument & 0xFFFFFFFF, argument >> 32]
            else:
                words.append(argument & 0xFFFFFFFF)
        for register, word in zip(self._registers, words, strict=False):
            self._uc.reg_write(register, word)
        rest = words[len(self._registers) :]
        sp = top - 8 * (-(-len(rest) // 2)) if self._arm else top - 16 * (-(-len(rest) // 4))
        for k, word in enumerate(rest):
            self._uc.mem_write(sp + 4 * k, word.to_bytes(4, "little"))
        return sp

    def _block(self, uc: Any, address: int, size: int, counted: list[int]) -> None:
        known = self._blocks.get(address)
        if known is None or known[0] != size:
            code = uc.mem_read(address, size)
            known = (size, _instructions(bytes(code), self._arm))
            self._blocks[address] = known
        if address != STOP:
            counted[0] += known[1]

    def _invalid(
        self, uc: Any, access: int, address: int, size: int, value: int, data: Any
    ) -> bool:
        writes = (self._unicorn.UC_MEM_WRITE_UNMAPPED, self._unicorn.UC_MEM_WRITE_PROT)
        kind = "written" if access in writes else "read"
        self._fault = f"{address:#x} was {kind}, which is nobody's, at {self._where()}"
        return False

    def _where(self) -> str:
        pc = self._uc.reg_read(self._pc)
        for name, (first, size) in self.symbols.items():
            if size and first & ~1 <= pc < (first & ~1) + size:
                return f"{name}+{pc - (first & ~1):#x}"
        return f"{pc:#x}"


def _instructions(code: bytes, arm: bool) -> int:
    """How many: Thumb's and RISC-V's are of 16 or 32 bits, which the first half tells."""
    at = found = 0
    while at < len(code):
        half = int.from_bytes(code[at : at + 2], "little")
        long = half >> 11 in (0b11101, 0b11110, 0b11111) if arm else half & 3 == 3
        at += 4 if long else 2
        found += 1
    return found
