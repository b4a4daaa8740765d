"""Golden vectors: a device's life step by step, as lines of JSON that another implementation is
held to. docs/fixed-point.md describes them.

The first line is the configuration and the factory's state, each other one a window: what is new
since the one before (counts, what a person did), and every result. Arrays are in the order of
docs/fixed-point.md.
"""

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinyodl.device import OnDeviceLearner, Rules
from tinyodl.fixed import core
from tinyodl.fixed.arithmetic import FixedArithmetic
from tinyodl.fixed.device import device
from tinyodl.fixed.stream import Ranges, Stream
from tinyodl.model import Model

VERSION = 3
RULES = Rules(estimate=True)
PAUSES = {"pause": False, "off": True}  # a recording ends; the sensor is taken off
ACTIONS = (*PAUSES, "train", "stop", "rollback")
Input = Sequence[int] | str | None  # six counts, an action, or a reading that did not come


class Reading(NamedTuple):
    """One reading, and the number of what the wearer does, below 0 where nobody knows."""

    input: Input
    label: int


def eventful(readings: Iterable[Reading], classes: int, seed: int) -> Iterator[Reading]:
    """The same with what a life has: now and then a reading that does not come or is at full scale,
    somebody who starts or stops the training, who takes it off, or who goes back."""
    rng = np.random.default_rng(seed)
    for reading in readings:
        chance = rng.random()
        if chance < 3e-4:
            yield Reading(ACTIONS[int(rng.choice(5, p=[0.3, 0.2, 0.2, 0.2, 0.1]))], -1)
        elif chance < 4e-4:
            yield Reading(None, reading.label)
        elif chance < 5e-4:
            yield Reading([32767, -32768, 0, 0, 0, 0], reading.label)
        wrong = rng.random() < 0.05
        yield reading._replace(label=int(rng.integers(classes)) if wrong else reading.label)


def lines(
    model: Model,
    ranges: Ranges,
    readings: Iterable[Reading],
    seed: int,
    queue: int,
    late: int = 0,
    whole: bool = False,
) -> Iterator[str]:
    """queue: questions that may wait. Each is answered by the label of its window's last reading:
    at once, or late: up to so many windows later, some twice, some never. whole: U, D and b after
    each step, not just their checksums."""
    mine = device(model, rules=RULES, seed=seed, pending=queue)
    stream = Stream.of(model, ranges)
    arithmetic = mine.arithmetic
    assert isinstance(arithmetic, FixedArithmetic)
    step = arithmetic._step[: len(model.names)]
    names, rng = model.learner.classes_.tolist(), np.random.default_rng(seed)
    yield json.dumps({"queue": queue, **_first(model, ranges, arithmetic, seed)})
    new: list[Any] = []
    due: list[tuple[int, int, int]] = []  # window, sample, class
    for given, label in readings:
        if isinstance(given, str):
            new.append(given)
            _act(mine, stream, given)
            continue
        new.append(given if given is None else [int(v) for v in given])
        window = stream.push(given)
        if window is None:
            continue
        now = 1.28 * mine._next
        found = mine.sample(window.h * step, now, window.known, window.marked)
        outputs = np.rint(arithmetic.outputs * 2**arithmetic.core.o_bits).astype(int)
        line: dict[str, Any] = {
            "input": new,
            "h": window.h.tolist(),
            "known": window.known,
            "turned": window.turned,
            "marked": window.marked,
            "milliseconds": round(1000 * now),
            "sample": found.sample,
            "o": outputs.tolist(),
            "predicted": names.index(found.predicted),
            "confidence": int(found.confidence * 2**arithmetic.core.o_bits),
            "leverage": arithmetic.leverage,
            "bout": found.bout,
            "activity": names.index(found.activity),
            "mode": found.mode.value,
            "theta": int(found.theta * 2**16),
            "asked": found.query.reason.value if found.query else None,
            "event": found.event.value if found.event else None,
            "troubles": [trouble.value for trouble in found.troubles],
        }
        if found.query:
            times = rng.choice(3, p=[0.1, 0.8, 0.1]) if late else 1
            due += [(found.sample + int(rng.integers(late + 1)), found.sample, label)] * int(times)
        line["labels"] = []
        for one in [d for d in due if d[0] <= found.sample]:
            due.remove(one)
            _, sample, k = one
            answer = mine.label(sample, names[k] if k >= 0 else None, now)
            event = answer.event.value if answer.event else None
            given_back = {"sample": sample, "number": k, "outcome": answer.outcome, "event": event}
            line["labels"].append(given_back)
        shares = [round(2**16 * share) for share in mine.accuracy()]
        line |= {"accuracy": shares, "total": arithmetic.total, **_state(arithmetic, whole)}
        yield json.dumps(line)
        new = []


def _act(mine: OnDeviceLearner, stream: Stream, what: str) -> None:
    """What a person does, by its name in the vectors."""
    if what in PAUSES:
        mine.pause()
        stream.pause(off=PAUSES[what])
    elif what == "rollback":
        mine.rollback()
    else:
        mine.command(train=what == "train")


def _first(model: Model, ranges: Ranges, arithmetic: FixedArithmetic, seed: int) -> dict[str, Any]:
    now = arithmetic.core
    return {
        "format": "tinyodl vectors",
        "version": VERSION,
        "inputs": len(model.names),
        "classes": model.learner.classes_.tolist(),
        "d": len(now.mantissa),
        "window": model.window,
        "acc_range": ranges.acc,
        "gyro_range": ranges.gyro,
        "seed": seed,
        "u_bits": now.u_bits,
        "o_bits": now.o_bits,
        "usual": now.usual,
        **_state(arithmetic, whole=True),
    }


def _state(arithmetic: FixedArithmetic, whole: bool) -> dict[str, Any]:
    """P's sum and a CRC-32 of b, class after class, 16 bits, low byte first; or all of them."""
    now = arithmetic.core
    b = np.ascontiguousarray(now.b.T)
    found: dict[str, Any] = {
        "P_sum": int(core.checksum(now.U, now.mantissa, now.exponent)),
        "b_crc": zlib.crc32(b.astype("<i2").tobytes()),
    }
    if whole:
        parts: dict[str, NDArray[np.int64]] = {
            "U": now.U,
            "mantissa": now.mantissa,
            "exponent": now.exponent,
            "b": b,
        }
        found |= {name: part.tolist() for name, part in parts.items()}
    return found
