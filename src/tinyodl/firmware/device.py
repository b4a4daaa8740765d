"""A device in C, wherever it runs, behind the interface of `OnDeviceLearner`: what its calls return
becomes steps and answers. `host` has it on this machine, `port` at the end of a serial line."""

from collections import Counter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinyodl.device import Accuracy, Answer, Event, Mode, Query, Reason, Rules, Step, Trouble
from tinyodl.firmware import image
from tinyodl.fixed import FixedArithmetic, convert
from tinyodl.learn import OSELMClassifier
from tinyodl.link import LEVELS
from tinyodl.model import Model

Array = NDArray[np.float64]

NO_LIMIT = 0xFFFF
EVENTS = (
    *(None, Event.DRIFT, Event.DISAGREEMENT, Event.COMMAND_TRAIN, Event.SETTLED),
    *(Event.COMMAND_STOP, Event.ROLLBACK, Event.WENT_BACK),
)
OUTCOMES = ("learnt", "audited", "held", "abstained", "unknown", "refused")
REASONS = (None, Reason.AUDIT, Reason.AGAIN, Reason.DOUBT)
MODES = (Mode.PREDICTING, Mode.TRAINING)
DONT_KNOW, MARKED = -1, 2


class Fields(NamedTuple):
    """Of odl_step."""

    sample: int
    predicted: int
    mode: int
    asked: int
    event: int
    troubles: int
    activity: int
    bout: int
    confidence: int
    leverage: int
    theta: int


class Labelled(NamedTuple):
    """What odl_label returned, and how many activities there are then."""

    code: int
    outcome: int
    event: int
    classes: int


class Standing(NamedTuple):
    """odl_how_right, in 2^-16; questions drawn for it; odl_troubles; and the mode."""

    share: int
    low: int
    high: int
    drawn: int
    troubles: int
    mode: int


class Settings(NamedTuple):
    """odl_rules."""

    audits: int
    confirm: int
    bouts: int
    estimate: int
    settle_after: int
    spacing: int
    whole: int
    margin: int
    per_hour: int
    per_day: int


def settings(rules: Rules, unit: float) -> Settings:
    """unit: of outputs."""
    limits = (rules.questions_per_hour, rules.questions_per_day)
    return Settings(
        rules.audits,
        rules.confirm,
        rules.bouts,
        rules.estimate,
        rules.settle_after or 0,
        rules.spacing,
        rules.reach >= 1,
        int(min(np.ceil(rules.margin * unit), 2**31 - 1)),
        *(NO_LIMIT if limit is None else limit for limit in limits),
    )


class Device:
    """As `OnDeviceLearner`; `auto` and the CUSUM are what it has. Labels are texts or numbers as in
    the model; a new one is named by the first label that has it. What begins with `_odl` calls
    the C."""

    def __init__(self, model: Model, rules: Rules) -> None:
        self.model, self.rules, self.clip = model, rules, model.scaler.clip
        self.labels: list[Any] = model.learner.classes_.tolist()
        self.counts: Counter[str] = Counter()
        self._step = np.full(len(model.names), self.clip / LEVELS)
        self._unit = 2.0 ** convert(model).o_bits  # of outputs

    def _odl_sample(self, h: NDArray[np.int8], now: int, sensed: int) -> Fields:
        raise NotImplementedError

    def _odl_label(self, sample: int, label: int) -> Labelled:
        raise NotImplementedError

    def _odl_train(self, train: bool) -> int:
        raise NotImplementedError

    def _odl_rollback(self) -> None:
        raise NotImplementedError

    def _odl_standing(self) -> Standing:
        raise NotImplementedError

    def pause(self) -> None:
        """As there."""
        raise NotImplementedError

    def save(self) -> bytes:
        """The state's image."""
        raise NotImplementedError

    def sample(self, x: Array, now: float, known: bool = True, marked: bool = False) -> Step:
        """As there; x (n,) is rounded to what a device has."""
        h = np.clip(np.rint(x / self._step), -LEVELS, LEVELS).astype(np.int8)
        step = self._odl_sample(h, round(1000 * now), MARKED if marked else int(known))
        query = None
        if reason := REASONS[step.asked]:
            query = Query(step.sample, h, reason)
            self.counts["asked"] += 1
        event = self._counted(step.event)
        return Step(
            step.sample,
            self.labels[step.predicted],
            step.confidence / self._unit,
            MODES[step.mode],
            query,
            event,
            step.theta / 2**16,
            _troubles(step.troubles),
            self.labels[step.activity],
            step.bout,
        )

    def label(self, sample: int, label: Any | None, now: float) -> Answer:
        """As there."""
        new = label is not None and label not in self.labels
        number = DONT_KNOW if label is None else len(self.labels)
        if label is not None and not new:
            number = self.labels.index(label)
        found = self._odl_label(sample & 0xFFFFFFFF, number)
        if found.code:
            raise ValueError(f"odl_label refused {label!r}: code {found.code}")
        event = self._counted(found.event)
        if new and found.classes > len(self.labels):
            self.labels.append(label)
        if event is Event.WENT_BACK:
            self.labels = self.model.learner.classes_.tolist()
        self.counts[OUTCOMES[found.outcome]] += 1
        return Answer(OUTCOMES[found.outcome], event)

    def _counted(self, number: int) -> Event | None:
        event = EVENTS[number]
        if event:
            self.counts[event.value] += 1
        return event

    def command(self, train: bool) -> Event | None:
        """As there."""
        return EVENTS[self._odl_train(train)]

    def rollback(self) -> Event:
        """As there."""
        self._odl_rollback()
        self.labels = self.model.learner.classes_.tolist()
        return Event.ROLLBACK

    def accuracy(self) -> Accuracy:
        """As there."""
        found = self._odl_standing()
        return Accuracy(found.share / 2**16, found.low / 2**16, found.high / 2**16)

    @property
    def drawn(self) -> int:
        """Questions that were drawn for `accuracy`."""
        return self._odl_standing().drawn

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """What a person should look at now."""
        return _troubles(self._odl_standing().troubles)

    @property
    def troubled(self) -> bool:
        """Whether there is anything a person should look at."""
        return bool(self.troubles)

    @property
    def mode(self) -> Mode:
        """Predicting or training."""
        return MODES[self._odl_standing().mode]

    @property
    def learner(self) -> OSELMClassifier:
        """The present model, in floating point."""
        arithmetic, kept = FixedArithmetic(self.model), image.parts(self.model, self.save())
        arithmetic.resume(self.labels, kept | {"b": kept["b"][: len(self.labels)].T})
        return arithmetic.learner

    def part(self, name: str) -> NDArray[np.int64]:
        """A part of the learner: U, mantissa, exponent or b (classes, d)."""
        found = image.parts(self.model, self.save())[name]
        return found[: len(self.labels)] if name == "b" else found


def _troubles(bits: int) -> tuple[Trouble, ...]:
    return tuple(trouble for k, trouble in enumerate(Trouble) if bits >> k & 1)
