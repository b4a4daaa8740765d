"""The processors that the library is run on: how to compile for them, and how to emulate them."""

from typing import Literal, NamedTuple

Family = Literal["arm", "riscv"]


class Target(NamedTuple):
    """name; family; triple and cpu: as zig names them; emulated: unicorn's name of the model."""

    name: str
    family: Family
    triple: str
    cpu: str
    emulated: str


_SOFT, _HARD = "thumb-freestanding-eabi", "thumb-freestanding-eabihf"
TARGETS = {
    target.name: target
    for target in (
        Target("cortex-m0", "arm", _SOFT, "cortex_m0plus", "UC_CPU_ARM_CORTEX_M0"),
        Target("cortex-m3", "arm", _SOFT, "cortex_m3", "UC_CPU_ARM_CORTEX_M3"),
        Target("cortex-m4", "arm", _HARD, "cortex_m4+vfp4d16sp", "UC_CPU_ARM_CORTEX_M4"),
        Target("cortex-m33", "arm", _HARD, "cortex_m33+dsp+fp_armv8d16sp", "UC_CPU_ARM_CORTEX_M33"),
        Target("rv32imc", "riscv", "riscv32-freestanding", "generic_rv32+m+c", ""),
    )
}
