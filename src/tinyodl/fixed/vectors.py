"""Golden vectors: a device's life step by step, as lines of JSON that another implementation is
held to. docs/fixed-point.md describes them.

The first line is the configuration and the factory's state, each other one a window: the counts
that are new in it, and every result. Arrays are in the order of docs/fixed-point.md.
"""

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyodl.device import Rules
from tinyodl.fixed import core
from tinyodl.fixed.arithmetic import FixedArithmetic
from tinyodl.fixed.device import device
from tinyodl.fixed.stream import Ranges, Stream
from tinyodl.model import Model

VERSION = 1
RULES = Rules(estimate=True)


def lines(
    model: Model,
    ranges: Ranges,
    counts: Iterable[Sequence[int]],
    labels: Iterable[int],
    seed: int = 0,
    whole: bool = False,
) -> Iterator[str]:
    """counts (readings, 6); labels (readings,): class numbers, below 0 where nobody knows; each
    question is answered at once by the label of its window's last reading. whole: U, D and b after
    each step, not just their checksums."""
    mine, stream = device(model, rules=RULES, seed=seed), Stream.of(model, ranges)
    arithmetic = mine.arithmetic
    assert isinstance(arithmetic, FixedArithmetic)
    step = arithmetic._step[: len(model.names)]
    names = model.learner.classes_.tolist()
    yield json.dumps(_first(model, ranges, arithmetic, seed))
    new: list[list[int]] = []
    for row, label in zip(counts, labels, strict=True):
        new.append([int(v) for v in row])
        window = stream.push(row)
        if window is None:
            continue
        now = 1.28 * mine._next
        found = mine.sample(window.h * step, now, window.known, window.marked)
        outputs = np.rint(arithmetic.outputs * 2**arithmetic.core.o_bits).astype(int)
        line: dict[str, Any] = {
            "counts": new,
            "h": window.h.tolist(),
            "known": window.known,
            "turned": window.turned,
            "marked": window.marked,
            "milliseconds": round(1000 * now),
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
        }
        if found.query:
            answer = mine.label(found.sample, names[label] if label >= 0 else None, now)
            event = answer.event.value if answer.event else None
            line["label"] = {"number": int(label), "outcome": answer.outcome, "event": event}
        line |= {"total": arithmetic.total, **_state(arithmetic, whole)}
        yield json.dumps(line)
        new = []


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
