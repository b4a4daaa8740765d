"""A device's life for a core's bus: commands, and what the golden device says to each.

It is a device itself, with the calls of `OnDeviceLearner` on whole numbers; every call is written
down with what must come of it."""

import numpy as np
from numpy.typing import NDArray

from tinyodl.device import Event, Rules, Trouble
from tinyodl.device.budget import Budget
from tinyodl.device.draws import Draws
from tinyodl.device.learner import gap
from tinyodl.device.pending import LONGEST
from tinyodl.device.state import VOUCHED_FACTORY
from tinyodl.firmware.device import EVENTS, MARKED, MODES, NO_LIMIT, OUTCOMES, REASONS, settings
from tinyodl.fixed import bouts, core
from tinyodl.fixed.arithmetic import FixedArithmetic
from tinyodl.fixed.device import device
from tinyodl.fixed.drift import Cusum
from tinyodl.fixed.policy import Auto
from tinyodl.model import Model
from tinyodl.rtl import image
from tinyodl.rtl.core import INPUT, REGISTERS, SCALARS, WEIGHTS, Register
from tinyodl.rtl.nodes import DROPPED
from tinyodl.rtl.program.bouts import NONE
from tinyodl.rtl.program.device import COMMANDS
from tinyodl.rtl.script import FACTORY, Bus
from tinyodl.rtl.shape import LANES, Shape
from tinyodl.rtl.state import VARIABLES, Layout

Ints = NDArray[np.int64]
LOOKED, ASKED, HELD, LEARNT = "looked at", "asked", "held", "learnt"

# What a long life may have made of variables, or just not yet.
LIVED: dict[str, tuple[int, ...]] = {
    "vouched": (-8, -7, -1, 0, 1, 2),
    "unanswered": (0, 2, 3, 10, 11, 254, 255),
    "puzzled": (0, 1, 40, 48),
    "contradictions": (0, 32, 33, 97, 128),
    "interval": (1, 512, 1024),
    "until_audit": (-3, 0, 1, 500),
    "since": (0, 4, 200, 1 << 18),
    "wait": (1, 2, 4),
    "doubted": (0, 1, 32),
    "calm": (0, 7, 300),
    "agreed": (0, 1, 2),
    "labels": (0, 23, 24),
    "disagreeing": (0, 39_322, 1 << 16),
    "audits_made": (0, 7, 8),
    "unfit": (0, 26_215, 1 << 16),
    "worse": (0, 1),
    "evidence": (0, 1 << 31, 999 << 32),
    "bets": (0, 3, 60),
    "theta": (328, 340, 3_277, 20_000, 32_768),
    "kappa": (5, 6),
    "named": (0, 1, 3, 7),
    "shortfall": (0, 30 << 16),
    "today": (0, 3, 6, 12),
}


class Life(Bus):
    """rules.estimate: which windows are drawn is the host's to say, here the golden device's.
    windows: what each was: LOOKED at alone, ASKED, HELD, or LEARNT; compared: whether results are
    read; confidence: P1P2 of the last window."""

    def __init__(self, shape: Shape, model: Model, rules: Rules, seed: int) -> None:
        super().__init__()
        self.windows: list[str] = []
        self.compared = True
        self.confidence = 0.0
        self.golden = device(model, rules=rules, seed=seed, pending=shape.queue)
        arithmetic = self.golden.arithmetic
        assert isinstance(arithmetic, FixedArithmetic)
        self._arithmetic, self._shape, self._at = arithmetic, shape, Layout(shape)
        self._unit = 2.0**arithmetic.core.o_bits
        self._step = model.scaler.clip / core.H
        means = Cusum(model.calibration).mean if model.calibration else []
        for i, word in enumerate(image.factory(shape, arithmetic.core, means)):
            self.line(FACTORY, i, word)
        for offset, word in configuration(shape, model, rules, seed).items():
            self.write(SCALARS, offset, word)
        self._command("initialise")

    def sample(self, h: Ints, now: int, known: bool = True, marked: bool = False) -> bool:
        """A window (n,) at a time in ms. Whether it is asked."""
        golden = self.golden
        full, before = golden.pending.full, self._changing()
        found = golden.sample(h.astype(np.float64) * self._step, now / 1000, known, marked)
        inputs = np.append(h, [core.H] * self._shape.direct)
        for i, word in enumerate(image.packed(inputs, 8, 32)):
            self.write(REGISTERS, INPUT + i, word)
        self._set("now_high", now >> 32)
        self._set("now_low", now)
        self._set("sensed", MARKED if marked else int(known))
        self._command("sample")
        self._expect("sample", found.sample)
        self._expect("predicted", golden.arithmetic.labels.index(found.predicted))
        self._expect("confidence", round(found.confidence * self._unit))
        self._expect("leverage", self._arithmetic.leverage)
        self._expect("activity", golden.arithmetic.labels.index(found.activity))
        self._expect("number", found.bout)
        self._expect("mode", MODES.index(found.mode))
        self._expect("event", EVENTS.index(found.event))
        self.confidence = found.confidence
        drawn = False
        if found.query:
            kept = golden.pending._waiting[found.sample]
            drawn = kept.drawn is not None
        if drawn:
            assert not full
            self._expect("open", 1)
            self._command("ask_drawn")
        self._expect("why", REASONS.index(found.query.reason if found.query else None))
        self._after()
        after = self._changing()
        learnt = LEARNT if after[1] != before[1] else HELD if after != before else LOOKED
        self.windows.append(ASKED if found.query else learnt)
        return found.query is not None

    def label(self, sample: int, k: int | None, now: int) -> str:
        """A class's number, None where nobody knows. What becomes of it."""
        golden = self.golden
        names = golden.arithmetic.labels
        name = None if k is None else names[k] if k < len(names) else type(names[0])(f"{k}")
        found = golden.label(sample, name, now / 1000)
        self._set("about", sample)
        self._set("label", NONE if k is None else k)
        self._command("label")
        self._expect("outcome", OUTCOMES.index(found.outcome))
        self._expect("event", EVENTS.index(found.event))
        self._after()
        return found.outcome

    def wrong_label(self, sample: int, k: int) -> None:
        """A class's number that no host should give."""
        self._set("about", sample)
        self._set("label", k)
        self._command("label")
        self._expect("outcome", OUTCOMES.index("unknown"))
        self._expect("event", EVENTS.index(None))
        self._after()

    def pause(self) -> None:
        """A recording ends."""
        self.golden.pause()
        self._command("paused")

    def command(self, train: bool) -> None:
        """By hand."""
        event = self.golden.command(train)
        self._set("train", int(train))
        self._command("by_hand")
        self._expect("event", EVENTS.index(event))
        self._after()

    def wake(self) -> None:
        """The core was without power, its memories were not."""
        for register in (Register.CLASSES, Register.U_BITS, Register.PLACE, Register.NODES):
            self.write(REGISTERS, register, 0x5A5A5A5A)
        self._command("wake")

    def rollback(self) -> None:
        """To the factory's model."""
        self.golden.rollback()
        self._command("rollback")
        self._expect("event", EVENTS.index(Event.ROLLBACK))
        self._after()

    def skip(self, before: int) -> None:
        """As if windows had come of which nothing is left but their number: with so many more the
        oldest question is too old to be answered."""
        golden = self.golden
        oldest = next(iter(golden.pending._waiting), golden._next)
        golden._next = max(golden._next, oldest + LONGEST - before)
        self._set("next", golden._next)

    def flip_u(self, i: int, bit: int) -> None:
        """A bit of U, element i of its triangle, becomes the other one."""
        j = int((1 + (1 + 8 * i) ** 0.5) / 2)  # its column
        at = sum(c // LANES + 1 for c in range(j)) * LANES + i - j * (j - 1) // 2
        U = self._arithmetic.core.U
        U[i] += ((U[i] ^ 1 << bit) & 0xFFFF ^ 0x8000) - ((U[i] & 0xFFFF) ^ 0x8000)
        self.flip(WEIGHTS, at // 2, bit + 16 * (at % 2))

    def flip_d(self, j: int, bit: int) -> None:
        """A bit of D's mantissa j, from 16 on of its exponent, becomes the other one."""
        now = self._arithmetic.core
        part, place = (now.mantissa, bit) if bit < 16 else (now.exponent, bit - 16)
        part[j] ^= 1 << place
        self.flip(SCALARS, self._at.arrays["D"] + j, bit)

    def put(self, name: str, value: int) -> None:
        """A variable of what is decided by becomes a number that it may be after a long life;
        "evidence" is both of its words."""
        if name not in LIVED:
            raise ValueError(f"{name!r} cannot be put: use a name of `LIVED`")
        setattr(*self._lived(name), value)
        if name == "evidence":
            self._set("evidence_high", value >> 32)
            self._set("evidence_low", value)
        else:
            self._set(name, value)

    def _lived(self, name: str) -> tuple[object, str]:
        """Where the golden device has it: an object, and its attribute."""
        state, policy = self.golden.state, self.golden.policy
        return {
            "evidence": (state.guard, "evidence"),
            "theta": (policy, "threshold"),
            "kappa": (policy, "shift"),
            "named": (policy, "named"),
            "shortfall": (self.golden.detector, "sum"),
            "audits_made": (state, "audits"),
            "bets": (state.guard, "bets"),
            "today": (state.budget, "today"),
        }.get(name, (state, name))

    def usual(self, leverage: int) -> None:
        """What counts as known begins elsewhere."""
        arithmetic, policy = self._arithmetic, self.golden.policy
        assert isinstance(policy, Auto)
        arithmetic._factory = arithmetic._factory._replace(usual=leverage)
        arithmetic.usual = leverage / 2.0**core.A_BITS
        policy._usual = leverage
        self._set("usual", leverage)

    def unknown(self, exponent: int) -> None:
        """As if little were known: no exponent of D is above this one."""
        now = self._arithmetic.core
        np.minimum(now.exponent, exponent, out=now.exponent)
        for i, word in enumerate(image.scalars(now)):
            self.write(SCALARS, self._at.arrays["D"] + i, word)
        self._arithmetic._count()
        self._set("sum", self._changing()[0] ^ self._shape.ones)

    def louder(self, bits: int) -> None:
        """b, and with it every output, is 2^bits times as great, as far as it goes."""
        self._times(1 << bits)

    def wrong(self) -> None:
        """b, and with it every output, has the other sign."""
        self._times(-1)

    def _times(self, factor: int) -> None:
        now = self._arithmetic.core
        np.clip(now.b * factor, -(1 << 15), (1 << 15) - 1, out=now.b)
        for i, word in enumerate(image.weights(self._shape, now)):
            self.write(WEIGHTS, i, word)

    def whole(self) -> None:
        """All of U, b and D."""
        now = self._arithmetic.core
        for i, word in enumerate(image.weights(self._shape, now)):
            self.expect(WEIGHTS, i, word)
        for i, word in enumerate(image.scalars(now)):
            self.expect(SCALARS, self._at.arrays["D"] + i, word)

    def _after(self) -> None:
        golden = self.golden
        self._expect("sum", self._changing()[0] ^ self._shape.ones)
        self._expect("dither", self._arithmetic.dither)
        self._expect("queued", len(golden.pending))
        troubles = golden.troubles
        self._expect("troubles", sum(1 << i for i, t in enumerate(Trouble) if t in troubles))
        for name in ("limited", "refused", "repaired", "total"):
            self._expect(name, getattr(self._arithmetic, name))
        for name in LIVED:
            value = int(getattr(*self._lived(name), 0))  # without calibration nothing falls short
            if name == "evidence":
                self._expect("evidence_high", value >> 32)
                self._expect("evidence_low", value)
            elif name == "unanswered":  # it stops there, where all that it decides has long
                self._expect(name, min(value, 255))
            else:
                self._expect(name, value)

    def _changing(self) -> tuple[int, int]:
        """What every step changes: P's checksum, or the draws of b's rounding."""
        now = self._arithmetic.core
        return int(core.checksum(now.U, now.mantissa, now.exponent)), self._arithmetic.dither

    def _command(self, name: str) -> None:
        self.run(COMMANDS.index(name))

    def _set(self, name: str, value: int) -> None:
        self.write(SCALARS, VARIABLES[name], value)

    def _expect(self, name: str, value: int) -> None:
        if self.compared:
            self.expect(SCALARS, VARIABLES[name], value)


def configuration(shape: Shape, model: Model, rules: Rules, seed: int) -> dict[int, int]:
    """Words of the memory of scalars that a host writes once, by their places."""
    at = Layout(shape).arrays
    arithmetic = FixedArithmetic(model)
    now = arithmetic.core
    told = settings(rules, 2.0**now.o_bits)
    budget = Budget(rules.questions_per_hour, rules.questions_per_day)
    found = {
        "u_bits": now.u_bits,
        "usual": now.usual,
        "o_bits": now.o_bits,
        "factory_classes": now.b.shape[1],
        "trusted": int(model.accuracy >= VOUCHED_FACTORY),
        "told": int(bool(model.bouts) and rules.bouts),
        "scores": 0,
        "gap": gap(model.window),
        "audits": int(told.audits),
        "confirm": int(told.confirm),
        "settle_after": told.settle_after,
        "spacing": told.spacing,
        "whole": int(told.whole),
        "margin": told.margin,
        "per_day": told.per_day,
        "hourly": NO_LIMIT if budget.per_hour is None else budget.per_hour,
        "apart": budget._apart,
        "draws": Draws(seed)._state,
        "nodes": 0,
        "seed": 0,
    }
    arrays: dict[str, list[int]] = {}
    if nodes := arithmetic._nodes:
        found |= {"nodes": nodes.gain | nodes.shift - DROPPED << 16, "seed": nodes.first}
    if model.bouts:
        step = np.full(len(model.names), model.scaler.clip / core.H)
        weights, limits = bouts.constants(model.bouts, step)
        arrays["mean"] = [int(w) << 16 for w in weights]
        arrays["limit_low"] = [int(v) & 0xFFFFFFFF for v in limits]
        arrays["limit_high"] = [int(v) >> 32 for v in limits]
    if model.calibration:
        detector = Cusum(model.calibration)
        found["scores"] = len(detector.mean)
        arrays["score_inverse"] = detector.inverse
    words = {VARIABLES[name]: value for name, value in found.items()}
    for name, values in arrays.items():
        words |= {at[name] + i: value for i, value in enumerate(values)}
    return words
