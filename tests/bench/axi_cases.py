"""What is done to `odl_axi` by cocotb and cocotbext-axi: tests/test_axi.py runs these.

AXI_CASE names a file of the shape and of a life's lines (`rtl/script.py`)."""

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, RisingEdge, with_timeout
from cocotbext.axi import (
    AxiLiteBus,
    AxiLiteMaster,
    AxiResp,
    AxiStreamBus,
    AxiStreamFrame,
    AxiStreamSource,
)

from tinyodl.rtl.core import INPUT, REGION_BITS, REGISTERS, SCALARS, VECTORS, Register
from tinyodl.rtl.program.device import COMMANDS
from tinyodl.rtl.registers import (
    OF_CORE,
    OF_WRAPPER,
    VERSION,
    WRAPPER,
    WRAPPER_ID,
    Control,
    Interrupt,
    Status,
    Wrapper,
    address,
    extents,
)
from tinyodl.rtl.script import READ, RUN, WRITE
from tinyodl.rtl.shape import Shape
from tinyodl.rtl.state import VARIABLES, Layout

CASE = json.loads(Path(os.environ["AXI_CASE"]).read_text())
SHAPE = Shape(**CASE["shape"])
LINES: list[tuple[int, int, int]] = [
    (line >> 60, line >> 32 & 0xFFFFFFF, line & 0xFFFFFFFF) for line in CASE["lines"]
]
BEATS = -(-SHAPE.inputs // 4)
OKAY, SLVERR, DECERR = AxiResp.OKAY, AxiResp.SLVERR, AxiResp.DECERR
CYCLE = 100  # ns
LONGEST = 400  # cycles that an access may take, with every channel held up
COMMAND = 60_000  # and a command
FOR_CORE = address(REGISTERS, Register.COMMAND)


def own(register: Wrapper) -> int:
    """Of the wrapper's."""
    return address(WRAPPER, register)


def variable(name: str) -> int:
    """Of the core's."""
    return address(SCALARS, VARIABLES[name])


class Host:
    """A master of both buses, whose channels stop at random. rng: of everything."""

    def __init__(self, dut: Any, seed: int, held: float = 0.4) -> None:
        self.dut, self.rng = dut, random.Random(seed)
        cocotb.start_soon(Clock(dut.clk, CYCLE, "ns").start())
        self.bus = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axil"), dut.clk, dut.rst)
        self.stream = AxiStreamSource(AxiStreamBus.from_prefix(dut, "s_axis"), dut.clk, dut.rst)
        write, read = self.bus.write_if, self.bus.read_if
        channels = [write.aw_channel, write.w_channel, write.b_channel]
        channels += [read.ar_channel, read.r_channel, self.stream]
        for of in [*channels, write, read, self.bus]:
            if hasattr(of, "log"):
                of.log.setLevel("WARNING")
        for channel in channels:
            channel.set_pause_generator(self._pauses(held))
        cocotb.start_soon(self._watch())

    def _pauses(self, held: float) -> Iterator[bool]:
        """In runs: now and then for as long as a command takes."""
        while True:
            stopped = self.rng.random() < held
            most = self.rng.choice([1, 3, 3, 12])
            yield from [stopped] * self.rng.randint(1, most)

    async def _watch(self) -> None:
        """No packet is taken while a command runs."""
        while True:
            await RisingEdge(self.dut.clk)
            busy = self.dut.axi.core.busy.value
            assert not (busy == 1 and self.dut.s_axis_tready.value == 1)

    async def reset(self, cycles: int = 3) -> None:
        self.dut.rst.value = 1
        await ClockCycles(self.dut.clk, cycles)
        self.dut.rst.value = 0
        await ClockCycles(self.dut.clk, 2)

    async def soon(self, what: Any, cycles: int = LONGEST) -> Any:
        """Its result: it does not hang."""
        return await with_timeout(cocotb.start_soon(what), cycles * CYCLE, "ns")

    async def read(self, at: int) -> tuple[AxiResp, int]:
        found = await self.soon(self.bus.read(at, 4))
        return found.resp, int.from_bytes(found.data, "little")

    async def write(self, at: int, data: int, size: int = 4) -> AxiResp:
        """size bytes from the address on, which strobes say."""
        done = await self.soon(self.bus.write(at, data.to_bytes(size, "little")))
        return AxiResp(done.resp)

    async def get(self, at: int) -> int:
        resp, data = await self.read(at)
        assert resp == OKAY, hex(at)
        return data

    async def put(self, at: int, data: int) -> None:
        assert await self.write(at, data) == OKAY, hex(at)

    async def send(self, words: list[int]) -> None:
        data = b"".join(word.to_bytes(4, "little") for word in words)
        await self.stream.send(AxiStreamFrame(data))

    async def sent(self) -> None:
        """All packets are over."""
        await with_timeout(cocotb.start_soon(self.stream.wait()), COMMAND * CYCLE, "ns")
        await ClockCycles(self.dut.clk, 8)

    async def run(self, command: int) -> None:
        await self.put(FOR_CORE, command)
        await self.done()

    async def done(self) -> None:
        """The command's end, as its interrupt says."""
        for _ in range(COMMAND // 20):
            if await self.get(own(Wrapper.PENDING)) & Interrupt.DONE:
                break
            await ClockCycles(self.dut.clk, 20)
        else:
            raise AssertionError("no command ended")
        assert not await self.get(own(Wrapper.STATUS)) & Status.BUSY
        await self.put(own(Wrapper.PENDING), Interrupt.DONE)

    async def play(self, lines: list[tuple[int, int, int]], streams: bool = False) -> int:
        """A life; how many words were compared. streams: of its windows half come as packets."""
        compared = i = 0
        while i < len(lines):
            kind, at, data = lines[i]
            if streams and at == REGISTERS << REGION_BITS | INPUT and self.rng.random() < 0.5:
                i = await self._window(lines, i)
                continue
            if kind == WRITE:
                await self.put(at << 2, data)
            elif kind == RUN:
                await self.run(data)
            else:
                assert kind == READ
                found = await self.get(at << 2)
                assert found == data, (i, hex(at), found, data)
                compared += 1
            i += 1
        return compared

    async def _window(self, lines: list[tuple[int, int, int]], i: int) -> int:
        """As a packet, with the wrapper's time; the line behind it."""
        words = []
        while lines[i][1] >= INPUT and lines[i][1] >> REGION_BITS == REGISTERS:
            words.append(lines[i][2])
            i += 1
        high, low, sensed, (kind, _, command) = (lines[i + k] for k in range(4))
        assert (kind, command) == (RUN, COMMANDS.index("sample"))
        await self.put(own(Wrapper.MILLISECOND), 0)
        await self.put(own(Wrapper.TIME_HIGH), high[2])
        await self.put(own(Wrapper.TIME_LOW), low[2])
        await self.put(own(Wrapper.SENSED), sensed[2])
        await self.put(own(Wrapper.CONTROL), Control.AUTO)
        noise = SHAPE.inputs % 4 * 8  # what is behind the last input does not matter
        if noise:
            words[BEATS - 1] ^= self.rng.getrandbits(32 - noise) << noise
        await self.send(words[:BEATS])
        await self.sent()
        await self.done()
        return i + 4


async def begun(dut: Any, seed: int, held: float = 0.4) -> Host:
    host = Host(dut, seed, held)
    await host.reset()
    return host


def first(windows: int) -> list[tuple[int, int, int]]:
    """The life's lines up to so many windows."""
    sample = COMMANDS.index("sample")
    samples = [i for i, (kind, _, data) in enumerate(LINES) if (kind, data) == (RUN, sample)]
    i = samples[windows]
    while LINES[i - 1][0] == WRITE:  # of the next window
        i -= 1
    return LINES[:i]


def expected(at: int, busy: bool, data: int | None, size: int = 4) -> AxiResp:
    """data: that is written. What such an access answers, where no packet comes in."""
    word = at >> 2
    region, offset = word >> REGION_BITS, word & (1 << REGION_BITS) - 1
    kind = "r" if data is None else "w"
    mine = region == WRAPPER
    sizes = extents(SHAPE)
    bytewise = mine or region == VECTORS
    allowed = True
    if mine:
        if offset >= len(Wrapper):
            return DECERR
        allowed = kind in OF_WRAPPER[Wrapper(offset)][0]
    elif region == REGISTERS:
        if INPUT <= offset < INPUT + sizes[REGISTERS]:
            bytewise = True
        elif offset >= len(Register):
            return DECERR
        else:
            allowed = kind in OF_CORE[Register(offset)][0]
    elif region not in sizes or offset >= sizes[region]:
        return DECERR
    if not allowed or (busy and not mine):
        return SLVERR
    if data is not None and size < 4 and not bytewise:
        return SLVERR
    if at >> 2 == FOR_CORE >> 2 and data is not None and data >= len(COMMANDS):
        return SLVERR
    return OKAY


def anywhere(rng: random.Random) -> int:
    """An address: of something, next to it, or of nothing."""
    edges = [address(region, size) for region, size in extents(SHAPE).items() if region]
    edges += [address(REGISTERS, len(Register)), address(WRAPPER, len(Wrapper))]
    edges += [address(REGISTERS, INPUT), address(REGISTERS, INPUT + extents(SHAPE)[REGISTERS])]
    edges += [address(region, 0) for region in range(8)]
    if rng.random() < 0.5:
        return rng.randrange(1 << 19) << 2
    return max(0, min(rng.choice(edges) + 4 * rng.randint(-3, 2), (1 << 21) - 4))


@cocotb.test()
async def a_life_is_the_golden_device_s(dut: Any) -> None:
    """Half of its windows come as packets, and every channel stops at random."""
    host = await begun(dut, 1)
    assert await host.play(LINES, streams=True) > 500
    at = variable
    windows = sum(line[::2] == (RUN, COMMANDS.index("sample")) for line in LINES)
    assert await host.get(at("next")) == windows
    assert await host.get(at("questions")) == CASE["questions"]
    assert await host.get(own(Wrapper.ERRORS)) == 0


@cocotb.test()
async def accesses_at_every_moment_answer_and_change_nothing(dut: Any) -> None:
    host = await begun(dut, 2, held=0.2)
    rng, over = host.rng, False
    counts = dict.fromkeys((OKAY, SLVERR, DECERR), 0)

    async def intrude() -> None:
        """Reads of anything; writes that must be refused."""
        other = host.bus
        while not over:
            await ClockCycles(dut.clk, rng.randint(1, 60))
            at = anywhere(rng)
            if rng.random() < 0.5:
                before = dut.axi.core.busy.value == 1
                found = (await host.soon(other.read(at, 4))).resp
                after = dut.axi.core.busy.value == 1
                wanted = {expected(at, busy, None) for busy in {before, after}}
            else:
                size = rng.choice([1, 2, 4])
                data = rng.getrandbits(8 * size)
                if expected(at, False, data, size) == OKAY:
                    continue  # it would change something, now or once the command is over
                found = (await host.soon(other.write(at, data.to_bytes(size, "little")))).resp
                wanted = {expected(at, busy, data, size) for busy in (False, True)}
            assert found in wanted, (hex(at), found, wanted)
            counts[AxiResp(found)] += 1

    cocotb.start_soon(intrude())
    for kind, at, data in first(16):
        if kind == WRITE:
            await host.put(at << 2, data)
        elif kind == READ:
            assert await host.get(at << 2) == data
        else:
            await host.put(FOR_CORE, data)
            if data in (COMMANDS.index("sample"), COMMANDS.index("initialise")):
                # these take long enough: nothing of the core's can be written, or started
                for name in rng.sample(sorted(VARIABLES), 2):
                    assert await host.write(variable(name), rng.getrandbits(32)) == SLVERR
                assert await host.write(FOR_CORE, rng.randrange(len(COMMANDS))) == SLVERR
                assert await host.write(address(REGISTERS, INPUT), 1, 1) == SLVERR
                seen = Interrupt.QUESTION | Interrupt.ERROR
                assert await host.write(own(Wrapper.PENDING), seen) == SLVERR
            await host.done()
    over = True
    assert min(counts.values()) > 10, counts


@cocotb.test()
async def after_a_reset_at_any_moment_it_begins_anew(dut: Any) -> None:
    """In the middle of accesses, of packets, and of commands."""
    host = await begun(dut, 3)
    rng = host.rng
    short = first(2)
    begin = next(i for i, line in enumerate(short) if line[0] == RUN)
    for turn in range(8):
        await host.play(short[: begin + 1])
        await host.put(own(Wrapper.CONTROL), Control.AUTO)
        await host.put(own(Wrapper.ENABLE), 15)
        cocotb.start_soon(host.send([rng.getrandbits(32) for _ in range(rng.randint(1, 6))]))
        started = [cocotb.start_soon(host.bus.read(anywhere(rng), 4)) for _ in range(3)]
        if turn % 2:
            label = COMMANDS.index("paused").to_bytes(4, "little")
            started.append(cocotb.start_soon(host.bus.write(FOR_CORE, label)))
        await ClockCycles(dut.clk, rng.choice([rng.randint(1, 40), rng.randint(40, 1500)]))
        await host.reset(rng.randint(1, 3))
        for one in started:
            one.cancel()
        assert dut.s_axil_bvalid.value == 0
        assert dut.s_axil_rvalid.value == 0
        assert dut.irq.value == 0
        for register, value in ((Wrapper.STATUS, 0), (Wrapper.ENABLE, 0), (Wrapper.CONTROL, 0)):
            assert await host.get(own(register)) == value
        if turn % 4 == 3:
            assert await host.play(short) > 20


@cocotb.test()
async def packets_of_other_lengths_are_counted_and_not_taken(dut: Any) -> None:
    host = await begun(dut, 4)
    rng = host.rng
    await host.play(first(0))
    await host.put(own(Wrapper.CONTROL), Control.AUTO)
    wrong = taken = 0
    lengths = [BEATS, BEATS - 1, BEATS + 1, BEATS, 1, 3 * BEATS, 2 * BEATS, BEATS]
    for length in [*lengths, *(rng.randint(1, 2 * BEATS) for _ in range(20))]:
        await host.send([rng.getrandbits(32) for _ in range(length)])
        await host.sent()
        wrong, taken = wrong + (length != BEATS), taken + (length == BEATS)
        if length == BEATS:
            await host.done()
        assert await host.get(own(Wrapper.ERRORS)) == wrong
        assert await host.get(variable("next")) == taken
    pending = await host.get(own(Wrapper.PENDING))
    assert pending & Interrupt.ERROR
    assert pending & Interrupt.RECEIVED
    await host.put(own(Wrapper.PENDING), Interrupt.ERROR)
    assert not await host.get(own(Wrapper.PENDING)) & Interrupt.ERROR

    # Many at once: each waits for the one before.
    for _ in range(4):
        await host.send([rng.getrandbits(32) for _ in range(BEATS)])
    await host.sent()
    for _ in range(COMMAND // 50):
        if await host.read(variable("next")) == (OKAY, taken + 4):
            break
        await ClockCycles(dut.clk, 50)
    else:
        raise AssertionError("a packet was lost")
    taken += 4

    # The host starts what was received; nothing else can be started before.
    await host.put(own(Wrapper.CONTROL), 0)
    await host.send([rng.getrandbits(32) for _ in range(BEATS)])
    await host.sent()
    assert await host.get(own(Wrapper.STATUS)) == Status.RECEIVED
    assert dut.s_axis_tready.value == 0
    assert await host.write(FOR_CORE, COMMANDS.index("paused")) == SLVERR
    await host.put(own(Wrapper.PENDING), Interrupt.DONE)
    await host.run(COMMANDS.index("sample"))
    assert await host.get(variable("next")) == taken + 1
    await host.send([rng.getrandbits(32) for _ in range(BEATS)])
    await host.sent()
    await host.put(own(Wrapper.CONTROL), Control.FORGET)
    assert await host.get(own(Wrapper.STATUS)) == 0
    assert await host.get(own(Wrapper.CONTROL)) == 0

    # Half a packet stops commands, until it is forgotten; its rest does not count.
    host.stream.clear_pause_generator()
    host.stream.pause = False
    await host.send([rng.getrandbits(32) for _ in range(BEATS)])
    while dut.axi.count.value.to_unsigned() < BEATS // 2:
        await RisingEdge(dut.clk)
    host.stream.pause = True
    await ClockCycles(dut.clk, 3)
    assert await host.get(own(Wrapper.STATUS)) == Status.RECEIVING
    for command in range(len(COMMANDS)):
        assert await host.write(FOR_CORE, command) == SLVERR
    await host.put(own(Wrapper.CONTROL), Control.FORGET | Control.AUTO)
    await host.run(COMMANDS.index("paused"))
    host.stream.pause = False
    await host.sent()
    assert await host.get(own(Wrapper.ERRORS)) == wrong + 1
    assert await host.get(variable("next")) == taken + 1

    # The stream waits until the last command was seen, where it is to.
    await host.put(own(Wrapper.CONTROL), Control.AUTO | Control.WAIT)
    for _ in range(2):
        await host.send([rng.getrandbits(32) for _ in range(BEATS)])
    await ClockCycles(dut.clk, 12_000)
    assert await host.get(variable("next")) == taken + 2
    assert await host.get(own(Wrapper.STATUS)) == 0  # not a beat was taken
    await host.done()
    await host.sent()
    await host.done()
    assert await host.get(variable("next")) == taken + 3


@cocotb.test()
async def registers_are_what_the_map_says(dut: Any) -> None:
    host = await begun(dut, 5)
    rng = host.rng
    assert await host.get(own(Wrapper.IDENTITY)) == WRAPPER_ID
    assert await host.get(own(Wrapper.VERSION)) == VERSION
    assert await host.get(own(Wrapper.INPUTS)) == SHAPE.inputs | SHAPE.nodes << 16
    sizes = SHAPE.classes | SHAPE.queue << 8 | SHAPE.direct << 16 | (SHAPE.alpha == "hash") << 17
    assert await host.get(own(Wrapper.SIZES)) == sizes
    assert await host.get(own(Wrapper.SENSED)) == 1
    assert await host.get(own(Wrapper.MILLISECOND)) == 10_000

    # Bytes of the wrapper's registers, of inputs, and of vectors; whole words of all else.
    await host.put(own(Wrapper.MILLISECOND), 0)
    await host.play(first(0))
    memory = {
        own(Wrapper.TIME_LOW): 0,
        address(REGISTERS, INPUT + 1): 0,
        address(VECTORS, 3): 0,
        variable("sensed"): 0,
        address(SCALARS, Layout(SHAPE).scalars - 1): 0,
    }
    for at in memory:
        await host.put(at, 0)
    for _ in range(120):
        at = rng.choice(list(memory))
        start = rng.randrange(4)
        size = rng.randint(1, 4 - start)
        data = rng.getrandbits(8 * size)
        whole = size == 4 or expected(at, False, 0, 1) == OKAY
        assert await host.write(at + start, data, size) == (OKAY if whole else SLVERR)
        if whole:
            mask = (1 << 8 * size) - 1 << 8 * start
            memory[at] = memory[at] & ~mask | data << 8 * start
        assert await host.get(at) == memory[at]

    # Every address is answered as the map says.
    for _ in range(400):
        at = anywhere(rng)
        resp, _ = await host.read(at)
        assert resp == expected(at, False, None), hex(at)
    for _ in range(200):
        at, size = anywhere(rng), rng.choice([1, 2, 4])
        data = rng.getrandbits(8 * size)
        if expected(at, False, data, size) != OKAY:
            assert await host.write(at, data, size) == expected(at, False, data, size), hex(at)

    # Time.
    await host.put(own(Wrapper.TIME_HIGH), 5)
    await host.put(own(Wrapper.TIME_LOW), 2**32 - 3)
    await host.put(own(Wrapper.MILLISECOND), 10)
    before = dut.axi.time.value.to_unsigned()
    await ClockCycles(dut.clk, 200)
    assert dut.axi.time.value.to_unsigned() - before == 20
    assert await host.get(own(Wrapper.TIME_HIGH)) == 6

    # Interrupts: only those that are enabled.
    await host.put(own(Wrapper.PENDING), 14)
    await host.put(own(Wrapper.ENABLE), Interrupt.DONE)
    assert dut.irq.value == 0
    await host.put(FOR_CORE, COMMANDS.index("paused"))
    await with_timeout(RisingEdge(dut.irq), COMMAND * CYCLE, "ns")
    await host.put(own(Wrapper.PENDING), Interrupt.DONE)
    assert dut.irq.value == 0
    await host.put(address(REGISTERS, Register.INTERRUPT), 1)
    assert dut.irq.value == 0
    await host.put(own(Wrapper.ENABLE), Interrupt.QUESTION)
    await ClockCycles(dut.clk, 2)
    assert dut.irq.value == 1
    await host.put(own(Wrapper.PENDING), Interrupt.QUESTION)
    assert await host.get(address(REGISTERS, Register.INTERRUPT)) == 0
    assert dut.irq.value == 0
