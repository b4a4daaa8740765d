"""A device's own account of how right it is, beside how right it was; and how right the labels were
that it passed on to the rest of a bout."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from tinyodl.data.recordings import RATE
from tinyodl.device import Event, OnDeviceLearner, Rules
from tinyodl.experiments.trials import following
from tinyodl.experiments.trials.results import Account
from tinyodl.model import Model

EARLY = 300  # windows after which it is looked at for the first time

Part = tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.bool_]]


def accounts(
    model: Model, parts: Iterable[Part], sensor: str, seeds: int, arithmetic: str
) -> list[Account]:
    """A life for each seed with the estimate and one without, of one wearer's recordings: scaled
    inputs (windows, n), class numbers (below 0 where nobody knows) and whether the mounting was
    known (windows,)."""
    recordings = list(parts)
    found = [_life(model, recordings, sensor, seed, True, arithmetic) for seed in range(seeds)]
    plain = [_life(model, recordings, sensor, seed, False, arithmetic) for seed in range(seeds)]
    for mine, other in zip(found, plain, strict=True):
        mine["questions_without"] = other["questions"]
        mine["passed"], mine["passed_wrongly"] = other["passed"], other["passed_wrongly"]
    return found


def _life(
    model: Model, recordings: list[Part], sensor: str, seed: int, estimate: bool, arithmetic: str
) -> Account:
    device = following.device(model, arithmetic, rules=Rules(estimate=estimate), seed=seed)
    hop, number, asked, passed, wrongly = model.window / 2 / RATE, 0, 0, 0, 0
    right: list[bool] = []
    early: dict[str, float] | None = None
    for Z, y, known in recordings:
        for x, k, seen in zip(Z, y.tolist(), known.tolist(), strict=True):
            now, before = number * hop, device.counts["passed on"]
            step = device.sample(x, now, seen)
            if k >= 0:
                right.append(step.predicted == k)
                passed += device.counts["passed on"] - before
                wrongly += device.counts["passed on"] > before and step.activity != k
            if step.query:
                asked += 1
                answer = device.label(step.sample, k if k >= 0 else None, now)
                if answer.event is Event.WENT_BACK:  # its account starts anew
                    right.clear()
            number += 1
            if number == EARLY:
                early = _account(device, right)
        device.pause()
    return {
        "sensor": sensor,
        "windows": number,
        "questions": asked,
        "questions_without": asked,
        "passed": passed,
        "passed_wrongly": wrongly,
        "end": _account(device, right),
        "early": early,
    }


def _account(device: OnDeviceLearner, right: list[bool]) -> dict[str, float]:
    return {"truth": float(np.mean(right)) if right else 0.5} | device.accuracy()._asdict()
