"""A memory of one port, as a process's memory compiler makes them."""

from amaranth.hdl import ClockSignal, Instance, Module, unsigned
from amaranth.lib import wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2


def port(width: int, depth: int, grain: int) -> wiring.Signature:
    """As the memory sees it. enable: an access; write: a bit for each `grain` bits, none of them
    for a read; what was read is in read_data a cycle later and stays until the next access. What a
    write leaves there nobody reads."""
    return wiring.Signature(
        {
            "enable": In(1),
            "write": In(width // grain),
            "address": In(range(depth)),
            "write_data": In(width),
            "read_data": Out(width),
        }
    )


class Behaviour(wiring.Component):
    """What the macro does, for simulation and FPGAs."""

    def __init__(self, width: int, depth: int, grain: int, init: list[int] | None = None) -> None:
        self._grain = grain
        self.memory = Memory(shape=unsigned(width), depth=depth, init=init or [])
        super().__init__({"port": Out(port(width, depth, grain))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.memory = self.memory
        read = self.memory.read_port()
        write = self.memory.write_port(granularity=self._grain)
        m.d.comb += [
            read.en.eq(self.port.enable),
            read.addr.eq(self.port.address),
            self.port.read_data.eq(read.data),
            write.en.eq(self.port.write & self.port.enable.replicate(len(self.port.write))),
            write.addr.eq(self.port.address),
            write.data.eq(self.port.write_data),
        ]
        return m


class Macro(wiring.Component):
    """An instance of `odl_sram`, which an integrator replaces by a macro of the same ports."""

    def __init__(self, width: int, depth: int, grain: int) -> None:
        self._parameters = {"p_WIDTH": width, "p_DEPTH": depth, "p_GRAIN": grain}
        self._bits = ceil_log2(depth)
        super().__init__({"port": Out(port(width, depth, grain))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.macro = Instance(
            "odl_sram",
            **self._parameters,
            p_ADDRESS=self._bits,
            i_clk=ClockSignal(),
            i_enable=self.port.enable,
            i_write=self.port.write,
            i_address=self.port.address,
            i_write_data=self.port.write_data,
            o_read_data=self.port.read_data,
        )
        return m
