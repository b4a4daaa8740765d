"""The device: a sample in, a prediction (and maybe a query) out; a label in. No input, no output,
no clock.

Time is an argument, in seconds of any clock that does not run backwards. Memory is constant: the
model, the detector, the policy, and a bounded queue of queries that wait for their label.
"""

import copy
from collections import Counter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinyodl import drift, prune
from tinyodl.device.modes import TRANSITIONS, Event, Mode
from tinyodl.device.pending import CAPACITY, Pending
from tinyodl.learn import OSELMClassifier, Outlook
from tinyodl.link import from_bytes, to_bytes
from tinyodl.prune import Decision

Array = NDArray[np.float64]

# The first and the third: studies/choose_device.py.
AUDIT_EVERY = 96  # samples in predicting mode, of which the first doubtful one after is asked
AUDIT_DOUBT = 0.3  # P1P2 at or below which a sample is doubtful
SETTLE_AFTER = 64  # samples without a disagreement that end training
SETTLE_LABELS = 2  # of these at least so many were asked and agreed
TROUBLE_LABELS = 24  # labels since the drift before a device says that they keep disagreeing
TROUBLE_SHARE = 0.6  # of recent labels
_RECENT = 0.1
_DAY = 86_400.0
_IDS = 2**16
_COUNTER_BYTES = 64  # counters, times, ids and the policy's numbers


class Query(NamedTuple):
    """What is sent to the teacher: the sample's id and its scaled inputs as int8."""

    sample: int
    values: NDArray[np.int8]


class Step(NamedTuple):
    """What became of a sample. event: what changed the mode with it; troubled: labels keep
    disagreeing."""

    sample: int
    predicted: Any
    confidence: float
    mode: Mode
    query: Query | None
    event: Event | None
    troubled: bool


class Answer(NamedTuple):
    """What became of a label: "learnt", "audited" (compared only), "abstained", "unknown" (never
    asked, answered twice, or too late), "refused" (a new activity, and no room); and the event it
    caused."""

    outcome: str
    event: Event | None


class OnDeviceLearner:
    """A model on its wearer.

    learner: the factory's model, which stays as it is; policy: what to ask while training;
    detector: what starts training; clip: of the scaled inputs; labels_per_day: budget, None for
    none; capacity: activities that there is room for, those of the factory's model included.
    """

    def __init__(
        self,
        learner: OSELMClassifier,
        detector: drift.Detector,
        policy: prune.Policy | None = None,
        *,
        clip: float = 1.5,
        labels_per_day: int | None = None,
        capacity: int | None = None,
        pending: int = CAPACITY,
        audit_every: int | None = AUDIT_EVERY,
        settle_after: int = SETTLE_AFTER,
    ) -> None:
        self.factory = learner
        self._factory_detector = detector
        self.policy = policy or prune.Auto()
        self.clip = clip
        self.labels_per_day = labels_per_day
        self.capacity = capacity or len(learner.classes_)
        self.audit_every, self.settle_after = audit_every, settle_after
        self.pending = Pending(pending)
        self.counts: Counter[str] = Counter()
        self._next = 0
        self._day, self._asked_today = -1, 0
        self._reset()

    def _reset(self) -> None:
        self.learner = self.factory.copy()
        self.mode = Mode.PREDICTING
        self.pending.clear()
        self.detector = copy.deepcopy(self._factory_detector)
        self.detector.start()
        self.policy.start()
        self._kappa = 1.0
        self._calm = self._agreed = self._labels = self._unaudited = 0
        self._disagreeing = 0.0

    @property
    def troubled(self) -> bool:
        """Labels keep disagreeing although the device learns them: a teacher or a sensor is wrong,
        or P is spoilt."""
        return self._labels >= TROUBLE_LABELS and self._disagreeing > TROUBLE_SHARE

    @property
    def state_bytes(self) -> int:
        """Bytes kept beside the learner and the queue of queries."""
        return self.detector.state_bytes + _COUNTER_BYTES

    def sample(self, x: Array, now: float) -> Step:
        """One window's scaled inputs (n,) at a time in s. ValueError on another shape or values
        that are not finite; nothing has changed then."""
        x = np.ascontiguousarray(x, dtype=np.float64)
        if not np.isfinite(x).all():
            raise ValueError("the sample has inputs that are not finite; it was not taken")
        outlook = self.learner.outlook(x)
        predicted = self.learner.classes_[outlook.predicted].item()
        sample, self._next = self._next, (self._next + 1) % _IDS
        event = None
        if self.mode is Mode.PREDICTING and self.detector.update(outlook, x):
            event = self._change(Event.DRIFT)
        query = self._train(sample, x, outlook, now) if self.mode is Mode.TRAINING else None
        if self.mode is Mode.PREDICTING:
            self._unaudited += 1
            due = self.audit_every is not None and self._unaudited >= self.audit_every
            if due and (
                outlook.confidence <= AUDIT_DOUBT or self._unaudited >= 4 * (self.audit_every or 1)
            ):
                query = self._ask(sample, x, now)
                self._unaudited = 0
        elif event is None:
            self.detector.adapt(outlook, x)
            self._calm += 1
            if self._calm >= self.settle_after and self._agreed >= SETTLE_LABELS:
                event = self._change(Event.SETTLED)
        return Step(sample, predicted, outlook.confidence, self.mode, query, event, self.troubled)

    def label(self, sample: int, label: Any | None, now: float) -> Answer:
        """The teacher's answer, None where it abstains; late, twice or for a sample long gone is
        all the same here."""
        kept = self.pending.take(sample)
        if kept is None:
            return self._answer("unknown")
        if label is None:
            return self._answer("abstained")
        x = from_bytes(kept, self.clip)
        outlook = self.learner.outlook(x)
        names = self.learner.classes_.tolist()
        if label not in names:
            if len(names) >= self.capacity:
                return self._answer("refused")
            self.learner.add_class(label)
            names.append(label)
        number = names.index(label)
        disagrees = number != outlook.predicted
        event = None
        if self.mode is Mode.PREDICTING:
            if not disagrees:
                return self._answer("audited")
            event = self._change(Event.DISAGREEMENT)
        self._labels += 1
        self._disagreeing += _RECENT * (disagrees - self._disagreeing)
        self._calm, self._agreed = (0, 0) if disagrees else (self._calm, self._agreed + 1)
        self.policy.told(outlook, number)
        self._boost()
        self.learner.learn_one(x, label)
        return self._answer("learnt", event)

    def command(self, train: bool) -> Event | None:
        """Start or stop training by hand; None where that changes nothing."""
        event = Event.COMMAND_TRAIN if train else Event.COMMAND_STOP
        return self._change(event) if (self.mode, event) in TRANSITIONS else None

    def rollback(self) -> Event:
        """Back to the factory's model; what waits for a label is forgotten."""
        event = self._change(Event.ROLLBACK)
        self._reset()
        return event

    def _train(self, sample: int, x: Array, outlook: Outlook, now: float) -> Query | None:
        decision = self.policy.decide(outlook)
        self._boost()
        if decision is Decision.ASK:
            return self._ask(sample, x, now)
        if decision is Decision.OWN and self.policy.own_weight > 0:
            own = self.learner.classes_[outlook.predicted].item()
            self.learner.learn_one(x, own, self.policy.own_weight)
            self.counts["own labels"] += 1
        return None

    def _ask(self, sample: int, x: Array, now: float) -> Query | None:
        """A query, unless the day's labels are spent."""
        day = int(now // _DAY)
        if day > self._day:
            self._day, self._asked_today = day, 0
        if self.labels_per_day is not None and self._asked_today >= self.labels_per_day:
            self.counts["over budget"] += 1
            return None
        self._asked_today += 1
        self.counts["asked"] += 1
        query = Query(sample, to_bytes(x, self.clip))
        self.pending.put(sample, query.values)
        return query

    def _boost(self) -> None:
        if self.policy.kappa != self._kappa:
            self.learner.boost(self.policy.kappa / self._kappa)
            self._kappa = self.policy.kappa

    def _change(self, event: Event) -> Event:
        target = TRANSITIONS[self.mode, event]
        if target is Mode.TRAINING:
            self.policy.start()
            self._kappa = 1.0
            self._calm = self._agreed = self._labels = 0
            self._disagreeing = 0.0
        else:
            self._unaudited = 0
            self.detector.start()
        self.mode = target
        self.counts[event.value] += 1
        return event

    def _answer(self, outcome: str, event: Event | None = None) -> Answer:
        self.counts[outcome] += 1
        return Answer(outcome, event)
