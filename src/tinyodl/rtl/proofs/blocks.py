"""The blocks that compute are what docs/fixed-point.md says, for every input.

Each function takes a block as a system, and gives back None, or for which input it is wrong.
"""

from collections.abc import Iterable

import z3
from amaranth.hdl import Module, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from tinyodl.rtl.divider import BITS
from tinyodl.rtl.multiplier import SLICE
from tinyodl.rtl.proofs.system import State, System, Term, counterexample, wide
from tinyodl.rtl.shape import LANES
from tinyodl.rtl.shifts import WIDE, clipped, saturated


def divides(divider: System) -> str | None:
    """17 cycles after start: inverse = min(floor(2^31 / divisor), 2^16 - 1), for every divisor of
    2^15 to 2^16 - 1.

    found is the quotient without the bits that are left over in it. found divisor + remainder is
    2^14 = 2^31 >> 17 when it starts; a step makes 2 found + fits of the one, 2 remainder - fits
    divisor of the other, so that their sum doubles and is 2^31 at the end, and the remainder stays
    below the divisor."""
    before, after = divider.at(0), divider.at(1)

    def found(state: State) -> Term:
        steps = wide(state.register("steps"), 20)
        return wide(state.register("quotient"), 20) & ((1 << BITS - steps) - 1)

    steps, left = before.register("steps"), after.register("steps")
    remainder, rest = (wide(state.register("remainder"), 20) for state in (before, after))
    divisor, same = (wide(state.register("divisor"), 20) for state in (before, after))
    fits = z3.If(z3.UGE(2 * remainder, divisor), z3.BitVecVal(1, 20), z3.BitVecVal(0, 20))
    quotient = wide(before.register("quotient"), 20)
    busy, starts = before["busy"] == 1, before["start"] == 1
    begins = z3.And(left == BITS, found(after) == 0, rest == 1 << 14)
    goes_on = z3.And(
        left == steps - 1,
        same == divisor,
        found(after) == 2 * found(before) + fits,
        rest == 2 * remainder - fits * divisor,
        z3.ULT(rest, divisor),
    )
    least = z3.If(z3.ULT(quotient, 1 << 16), quotient, 0xFFFF)
    claims = (
        z3.Implies(starts, z3.And(begins, same == wide(before["divisor"], 20))),
        z3.Implies(z3.And(z3.Not(starts), busy), goes_on),
        z3.Implies(
            z3.And(z3.Not(starts), z3.Not(busy)),
            z3.And(left == 0, after["inverse"] == before["inverse"]),
        ),
        busy == (steps != 0),
        wide(before["inverse"], 20) == least,
    )
    given = (
        divider.follows(before, after),
        before["rst"] == 0,
        z3.ULE(steps, BITS),
        z3.ULT(remainder, divisor),
        z3.UGE(divisor, 1 << 15),
    )
    return first(counterexample(claim, *given) for claim in claims)


def normalises(normaliser: System) -> str | None:
    """normal = value 2^shift, nothing lost, and either its highest bit is set or shift = limit."""
    now = normaliser.at(0)
    value, limit, normal, shift = (now[name] for name in ("value", "limit", "normal", "shift"))
    by = wide(shift, WIDE)
    claim = z3.And(
        normal == value << by,
        z3.LShR(normal, by) == value,
        z3.ULE(shift, limit),
        z3.Or(z3.Extract(WIDE - 1, WIDE - 1, normal) == 1, shift == limit),
    )
    return counterexample(claim)


def rounds(rounder: System) -> str | None:
    """result = (value + (draw >> (32 - shift))) >> shift, shift 1 to 31."""
    now = rounder.at(0)
    shift = wide(now["shift"], 40)
    total = wide(now["value"], 40, True) + z3.LShR(wide(now["draw"], 40), 32 - shift)
    claim = wide(now["result"], 40, True) == total >> shift
    return counterexample(claim, now["shift"] != 0)


def raises(raiser: System) -> str | None:
    """lost: value 2^shift has over 32 bits; else result is that."""
    now = raiser.at(0)
    whole = wide(now["value"], 160) << wide(now["shift"], 160)
    fits = z3.ULT(whole, 1 << 32)
    claim = z3.And((now["lost"] == 0) == fits, z3.Implies(fits, wide(now["result"], 160) == whole))
    return counterexample(claim)


class Limits(wiring.Component):
    """`saturated` and `clipped`, of and to so many bits."""

    def __init__(self, of: int, to: int) -> None:
        super().__init__(
            {"value": In(signed(of)), "saturated": Out(signed(to)), "clipped": Out(signed(to))}
        )
        self._to = to

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.d.comb += [
            self.saturated.eq(saturated(self.value, self._to)),
            self.clipped.eq(clipped(self.value, self._to)),
        ]
        return m


def limits(block: System) -> str | None:
    """The nearest number within -2^(bits - 1) or one more, and 2^(bits - 1) - 1."""
    now = block.at(0)
    value = now["value"]
    bits = now["saturated"].size()

    def nearest(least: int) -> Term:
        most = (1 << bits - 1) - 1
        return z3.If(value > most, most, z3.If(value < least, least, value))

    least = -(1 << bits - 1)
    claim = z3.And(
        wide(now["saturated"], value.size(), True) == nearest(least),
        wide(now["clipped"], value.size(), True) == nearest(least + 1),
    )
    return counterexample(claim)


def multiplies(multiplier: System) -> str | None:
    """Narrow: each lane is a b, dot their sum. Wide: each lane is y times a byte of x, the highest
    one with x's sign, and products their sums, each shifted to its byte's place: which is x y,
    since x is the sum of its bytes.

    A lane goes row by row: what each row adds to the half of the one before, whatever that is, is
    a for a bit of b that is set, taken off for a sign, and its lowest bit is the product's next."""
    now = multiplier.at(0)
    is_wide = now["wide"] == 1
    lanes = [now[f"lane_{i}"] for i in range(LANES)]
    found = first(row_by_row(now, i, shape) for i in range(LANES) for shape in (False, True))
    rows = [f"lane_{i}_row_{row}" for i in range(LANES) for row in range(1, SLICE)]
    instead = [(now[row], z3.BitVec(row, now[row].size())) for row in rows]  # whatever they are
    claims = [now["dot"] == z3.If(is_wide, 0, sum(wide(lane, 28, True) for lane in lanes))]
    for half in range(2):
        of = lanes[half * LANES // 2 : (half + 1) * LANES // 2]
        total = sum(wide(lane, 50, True) << 8 * byte for byte, lane in enumerate(of))
        claims.append(now[f"products__{half}"] == z3.If(is_wide, total, 0))
    return found or first(counterexample(z3.substitute(claim, *instead)) for claim in claims)


def row_by_row(now: State, lane: int, is_wide: bool) -> str | None:
    """A lane's product in one of the two shapes."""
    half, byte = divmod(lane, LANES // 2)
    signed_ = not is_wide or byte == LANES // 2 - 1
    if is_wide:
        a, b = now[f"y__{half}"], z3.Extract(8 * byte + 7, 8 * byte, now[f"x__{half}"])
    else:
        a, b = now[f"a__{lane}"], now[f"b__{lane}"]
    shape = now["wide"] == int(is_wide)
    bit = [z3.Extract(i, i, b) == 1 for i in range(SLICE)]
    rows = [now[f"lane_{lane}_row_{i}"] for i in range(1, SLICE)]
    a = wide(a, rows[0].size() + 2, True)
    before = z3.If(bit[0], a, 0)
    lowest = [z3.Extract(0, 0, before)]
    for i, row in enumerate(rows, 1):
        each = z3.If(bit[i], a, 0)
        total = (before >> 1) + (-each if signed_ and i == SLICE - 1 else each)
        claim = wide(row, a.size(), True) == total
        if i > 1:
            any_row = z3.BitVec("row", row.size())
            claim = z3.substitute(claim, (rows[i - 2], any_row))
        if found := counterexample(claim, shape):
            return f"lane {lane}, row {i}: {found}"
        before = wide(row, a.size(), True)
        lowest.append(z3.Extract(0, 0, row))
    whole = z3.Concat(rows[-1], *reversed(lowest[:-1]))
    return counterexample(now[f"lane_{lane}"] == wide(whole, 26, True), shape)


def first(found: Iterable[str | None]) -> str | None:
    """What is not None."""
    return next((each for each in found if each is not None), None)
