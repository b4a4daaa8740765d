"""A device lives through a stream: samples, a teacher, labels that come at once or late.

>>> import numpy as np
>>> from tinyodl import Model, OSELMClassifier, teachers
>>> from tinyodl.device import OnDeviceLearner
>>> from tinyodl.har import RangeScaler
>>> X, y = np.array([[-1.0], [-0.8], [0.8], [1.0]]), ["rest", "rest", "walk", "walk"]
>>> scaler = RangeScaler().fit(X)
>>> Z = scaler.transform(X)
>>> model = Model(OSELMClassifier(0, direct=True).fit(Z, y), scaler, ("speed",))
>>> lived = live(OnDeviceLearner(model), Z, teachers.TrueLabels(y))
>>> lived.predicted, int(lived.asked.sum())
(['rest', 'rest', 'walk', 'walk'], 0)
"""

from collections import deque
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinyodl.device.learner import STEP, OnDeviceLearner, Query
from tinyodl.device.state import Event, Mode
from tinyodl.link import from_bytes
from tinyodl.teachers import Teacher

SECONDS = STEP


class Episode(NamedTuple):
    """Per sample of the stream: predicted label (before it is learnt), activity of its bout as it
    was known then, confidence and the policy's theta in force, asked, in training mode; events:
    (sample number, event) in order; troubled: whether the device ever named a trouble."""

    predicted: list[Any]
    activity: list[Any]
    confidence: NDArray[np.float64]
    theta: NDArray[np.float64]
    asked: NDArray[np.bool_]
    training: NDArray[np.bool_]
    events: list[tuple[int, Event]]
    troubled: bool


def live(
    device: OnDeviceLearner,
    Z: NDArray[np.float64],
    teacher: Teacher,
    seconds: float = SECONDS,
    late: float = 0.0,
    known: NDArray[np.bool_] | None = None,
    begun: float = 0.0,
) -> Episode:
    """Z (samples, n) scaled inputs, `seconds` apart; a label comes `late` seconds after its query,
    and those still under way at the end come then; known (samples,): whether it was known then how
    the sensor sits, None where it always is; begun: time of the first in s."""
    predicted, activity, events = [], [], []
    confidence, theta = np.empty(len(Z)), np.empty(len(Z))
    asked, training = np.zeros(len(Z), bool), np.zeros(len(Z), bool)
    troubled = False
    under_way: deque[tuple[float, int, Any]] = deque()

    def deliver(now: float, number: int) -> None:
        while under_way and under_way[0][0] <= now:
            _, sample, label = under_way.popleft()
            event = device.label(sample, label, now).event
            if event:
                events.append((number, event))

    def ask(query: Query, now: float, number: int) -> None:
        answer = teacher.answer(number, from_bytes(query.values, device.clip))
        under_way.append((now + late, query.sample, answer))

    for number, x in enumerate(Z):
        now = begun + number * seconds
        deliver(now, number)
        step = device.sample(x, now, known is None or bool(known[number]))
        predicted.append(step.predicted)
        activity.append(step.activity)
        confidence[number], theta[number] = step.confidence, step.theta
        asked[number] = step.query is not None
        training[number] = step.mode is Mode.TRAINING
        troubled |= step.troubled
        if step.event:
            events.append((number, step.event))
        if step.query:
            ask(step.query, now, number)
            deliver(now, number)
    deliver(np.inf, len(Z))
    troubled |= device.troubled
    return Episode(predicted, activity, confidence, theta, asked, training, events, troubled)
