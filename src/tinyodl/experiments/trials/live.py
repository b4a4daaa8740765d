"""A device lives through a stream: samples, a teacher, labels that come at once or late."""

from collections import deque
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinyodl.device import Event, OnDeviceLearner
from tinyodl.link import from_bytes
from tinyodl.teachers import Teacher


class Lived(NamedTuple):
    """Per sample: predicted label, asked, in training mode; events: (sample number, event) in
    order."""

    predicted: list[Any]
    asked: NDArray[np.bool_]
    training: NDArray[np.bool_]
    events: list[tuple[int, Event]]


def live(
    device: OnDeviceLearner,
    Z: NDArray[np.float64],
    teacher: Teacher,
    seconds: float = 1.28,
    late: float = 0.0,
) -> Lived:
    """Z (samples, n) scaled inputs, `seconds` apart; a label comes `late` seconds after its query,
    and those still under way at the end come then."""
    predicted, events = [], []
    asked, training = np.zeros(len(Z), bool), np.zeros(len(Z), bool)
    under_way: deque[tuple[float, int, Any]] = deque()

    def deliver(now: float, number: int) -> None:
        while under_way and under_way[0][0] <= now:
            _, sample, label = under_way.popleft()
            event = device.label(sample, label, now).event
            if event:
                events.append((number, event))

    for number, x in enumerate(Z):
        now = number * seconds
        deliver(now, number)
        step = device.sample(x, now)
        predicted.append(step.predicted)
        training[number] = step.mode.value == "training"
        if step.event:
            events.append((number, step.event))
        if step.query:
            asked[number] = True
            answer = teacher.answer(number, from_bytes(step.query.values, device.clip))
            under_way.append((now + late, step.sample, answer))
            deliver(now, number)
    deliver(np.inf, len(Z))
    return Lived(predicted, asked, training, events)
