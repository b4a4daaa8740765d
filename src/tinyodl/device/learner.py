"""The device: a sample in, a prediction (and maybe a query) out; a label in. No input, no output,
no clock.

What it decides by stands in `state.py`, what it computes in `arithmetic.py`; this file brings the
two together with a policy (what is worth asking) and a detector (when to start learning). Time is
an argument, in seconds of any clock that does not run backwards. Memory is constant.

>>> import numpy as np
>>> from tinyodl import Model, OSELMClassifier
>>> from tinyodl.har import RangeScaler
>>> X = np.array([[-1.0], [-0.8], [0.8], [1.0]])
>>> scaler = RangeScaler().fit(X)
>>> y = ["rest", "rest", "walk", "walk"]
>>> learner = OSELMClassifier(0, direct=True).fit(scaler.transform(X), y)
>>> device = OnDeviceLearner(Model(learner, scaler, ("speed",)))
>>> device.command(train=True).value
'told to train'
>>> step = device.sample(np.array([0.01]), now=0.0)
>>> step.predicted, step.query is not None  # not sure: it asks
('walk', True)
>>> device.label(step.sample, "rest", now=1.0).outcome
'learnt'
"""

import copy
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinyodl import drift, prune
from tinyodl.device.arithmetic import KNOWN, Arithmetic, FloatArithmetic
from tinyodl.device.bout import Bout
from tinyodl.device.estimate import Accuracy, Drawn, Estimate
from tinyodl.device.pending import CAPACITY, Kept, Pending
from tinyodl.device.state import TRANSITIONS, Asked, Event, Mode, Reason, Rules, State, Trouble
from tinyodl.har import WINDOW
from tinyodl.learn import OSELMClassifier, Outlook
from tinyodl.link import from_bytes, to_bytes
from tinyodl.model import Model
from tinyodl.prune import Decision

Array = NDArray[np.float64]

RULES = Rules()
PREDICTING, TRAINING = Mode  # looked up once, not every window
ASK, OWN = Decision.ASK, Decision.OWN
_FLOAT = np.dtype(np.float64)
_made = tuple.__new__  # as `_make` of a NamedTuple, which would count its fields
HOLD = 2.0  # what a sample held weighs, in labels
OWN_KNOWN = 0.25  # of the factory's usual leverage: what is known better needs no own label
STEP = 1.28  # s from one window of WINDOW readings to the next
GAP = 4  # windows without a sample that end a bout
_COUNTER_BYTES = 96  # what `State` holds, times, ids and the policy's numbers


class Query(NamedTuple):
    """What is sent to the teacher: the sample's id (they are counted), its scaled inputs as int8,
    and why."""

    sample: int
    values: NDArray[np.int8]
    reason: Reason


class Step(NamedTuple):
    """What became of a sample. predicted: of this window; event: what changed the mode with it;
    theta: the policy's threshold; troubles: what a person should look at; activity: of the bout so
    far (as answered, or what its windows' outputs sum up to); bout: its number."""

    sample: int
    predicted: Any
    confidence: float
    mode: Mode
    query: Query | None
    event: Event | None
    theta: float
    troubles: tuple[Trouble, ...]
    activity: Any
    bout: int

    @property
    def troubled(self) -> bool:
        """Whether there is anything a person should look at."""
        return bool(self.troubles)


class Answer(NamedTuple):
    """What became of a label: "learnt", "audited" (compared only), "held" (against what was
    trusted, to be confirmed), "abstained", "unknown" (never asked, answered twice, or too late),
    "refused" (a new activity, and no room); and the event it caused."""

    outcome: str
    event: Event | None


class OnDeviceLearner:
    """A model on its wearer. bout: the one that it is in.

    model: the factory's, which stays as it is; policy: what to ask while training (default `auto`);
    detector: what starts training (default: the CUSUM on the model's calibration, none without);
    rules: see `state.Rules`; pending: queries that may wait for a label; seed: of the audits'
    draws; arithmetic: what computes, in place of float64.
    """

    def __init__(
        self,
        model: Model,
        policy: prune.Policy | None = None,
        *,
        detector: drift.Detector | None = None,
        rules: Rules = RULES,
        pending: int = CAPACITY,
        seed: int = 0,
        arithmetic: Arithmetic | None = None,
    ) -> None:
        self.model = model
        self._factory_policy = policy or prune.Auto()
        self._factory_detector = detector or _detector(model)
        self.arithmetic = arithmetic or FloatArithmetic(model)
        self.clip = model.scaler.clip
        self.capacity = model.capacity or len(self.arithmetic.labels)
        self.state = State(rules, model.accuracy, seed)
        self.estimate = Estimate(seed, model.accuracy)
        self.pending = Pending(pending)
        self.bout = Bout(
            self.arithmetic.bouts() if rules.bouts else None, len(self.arithmetic.labels)
        )
        self.counts: Counter[str] = Counter()
        self._gap = gap(model.window)
        self._last: int | None = None
        self._next = 0
        self._fresh()

    def _fresh(self) -> None:
        self.arithmetic.reset()
        self.bout.reset(len(self.arithmetic.labels))
        self.pending.clear()
        self.policy = copy.deepcopy(self._factory_policy)
        self.policy.start(self.model.leverage)
        self.detector = copy.deepcopy(self._factory_detector)
        self.detector.start()
        self.estimate.restart()

    @property
    def mode(self) -> Mode:
        """Predicting or training."""
        return self.state.mode

    @property
    def learner(self) -> OSELMClassifier:
        """The present model, in floating point."""
        return self.arithmetic.learner

    @property
    def labels(self) -> list[Any]:
        """Activities, by class number."""
        return self.arithmetic.labels

    @property
    def rules(self) -> Rules:
        """How it behaves."""
        return self.state.rules

    @property
    def drawn(self) -> int:
        """Questions that were drawn for `accuracy`."""
        return self.estimate.drawn

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """What a person should look at now."""
        return self.state.troubles

    @property
    def troubled(self) -> bool:
        """Whether there is anything a person should look at."""
        return bool(self.troubles)

    @property
    def state_bytes(self) -> int:
        """Bytes kept beside the learner and the queue of queries."""
        return self.detector.state_bytes + self.bout.state_bytes + _COUNTER_BYTES

    def sample(self, x: Array, now: float, known: bool = True, marked: bool = False) -> Step:
        """One window's scaled inputs (n,) at a time in s; known: whether it is known how the sensor
        sits (`align`): until it is, what looks like nothing trained on is predicted, no more.
        marked: it has bad readings: predicted, and of no bout, whatever it looks like.
        ValueError on another shape or values that are not finite; nothing has changed then."""
        x = np.ascontiguousarray(x, _FLOAT)
        outlook = self.arithmetic.look(x)  # refuses what it cannot take, before anything changes
        at = round(1000 * now)  # ms: whole numbers decide
        if self._last is not None and at - self._last > self._gap:
            self.pause()
        self._last = at
        sample, self._next = self._next, self._next + 1
        self.state.sample(at)
        self.pending.forget(sample)
        activity = None if marked else self.bout.update(x, self.arithmetic.outputs)
        inside = activity is not None
        event, query, taken = None, None, False
        if not marked:
            if known or outlook.leverage <= self.arithmetic.usual:
                event, query = self._take(sample, x, outlook, inside)
                taken = inside
            query = self._count(sample, x, outlook, taken) or query
        labels, state = self.arithmetic.labels, self.state
        predicted = labels[outlook.predicted]
        said = predicted if activity is None else labels[activity]
        step = (
            sample,
            predicted,
            outlook.confidence,
            state.mode,
            query,
            event,
            self.policy.theta,
            state.troubles,
            said,
            self.bout.number,
        )
        return _made(Step, step)

    def _take(
        self, sample: int, x: Array, outlook: Outlook, inside: bool
    ) -> tuple[Event | None, Query | None]:
        """Look for drift, ask or learn; inside: a bout."""
        event, state = None, self.state
        if state.mode is PREDICTING and self.detector.update(outlook, x):
            event = self._change(Event.DRIFT)
        query = self._decide(sample, x, outlook) if inside else None
        if state.mode is TRAINING and event is None:
            self.detector.adapt(outlook, x)
            if state.settled():
                event = self._change(Event.SETTLED)
        return event, query

    def accuracy(self) -> Accuracy:
        """How right it is on this wearer, by its own account (`estimate.py`); a narrow interval
        takes `Rules(estimate=True)`, which lets it ask for that."""
        return self.estimate.accuracy()

    def pause(self) -> None:
        """A recording ends, or nothing is sensed for a while: the bout is over."""
        self.bout.end()

    def label(self, sample: int, label: Any | None, now: float) -> Answer:
        """The teacher's answer, None where it abstains; late, twice or for a sample long gone is
        all the same here. It is compared with what the model says when it comes. ValueError where
        it is of another type than the activities; nothing has changed then."""
        labels = self.arithmetic.labels
        new = label is not None and label not in labels
        if new and not _alike(label, labels[0]):
            raise ValueError(f"{label!r} is of another type than the activities {labels}")
        kept = self.pending.take(sample)
        if kept is None:
            return self._answer("unknown")
        if label is None:
            self.estimate.replied(kept.drawn, None)
            self.state.abstained()
            return self._answer("abstained")
        number = len(labels) if new else labels.index(label)
        self.estimate.replied(kept.drawn, number)
        if kept.bout is None:
            self.state.answered()
            return self._answer("audited")
        if new and len(labels) >= self.capacity:
            self.estimate.answered(kept.bout, number)
            self.state.answered()
            return self._answer("refused")
        x = from_bytes(kept.values, self.clip)
        outlook = self.arithmetic.look(x)
        outputs = self.arithmetic.outputs
        audit = kept.asked.reason is Reason.AUDIT
        factory_right = audit and self.arithmetic.factory(x) == number
        agrees = outlook.predicted == number
        surprising = not agrees and self._surprising(outlook, outputs, number)
        said = (kept.bout, number) if self.bout.told else (0, 0)  # any other, without bouts
        verdict = self.state.label(kept.asked, agrees, factory_right, surprising, said)
        if verdict.event:
            self._changed(verdict.event)
        if verdict.outcome == "learnt":
            if new:
                self.arithmetic.add(label)
                self.bout.add()
            self.policy.told(outlook, number)
            self._learn(x, outlook, number)
        if verdict.outcome != "held":
            self.estimate.answered(kept.bout, number)
        if kept.bout == self.bout.number:
            self._answered(number, verdict.outcome)
        return self._answer(verdict.outcome, verdict.event)

    def resume(self, parts: Mapping[str, Any]) -> None:
        """Go on from a state that was kept: everything that changes but the model, by name
        (`snapshot.py`)."""
        vars(self).update(parts)

    def command(self, train: bool) -> Event | None:
        """Start or stop training by hand; None where that changes nothing."""
        event = Event.COMMAND_TRAIN if train else Event.COMMAND_STOP
        return self._change(event) if (self.mode, event) in TRANSITIONS else None

    def rollback(self) -> Event:
        """Back to the factory's model; what waits for a label is forgotten."""
        return self._change(Event.ROLLBACK)

    def _decide(self, sample: int, x: Array, outlook: Outlook) -> Query | None:
        """Learn the bout's answer, ask the sample, learn the own label, or leave it."""
        state, bout, ripe = self.state, self.bout, self.state.ripe
        if bout.ripens(ripe):
            state.bout()
        answer = bout.pass_on()
        if answer is not None:
            self.counts["passed on"] += 1
            self._learn(x, outlook, answer)
            return None
        decision = self.policy.decide(outlook)
        doubt = decision is ASK
        if bout.ripe(ripe) and not self.pending.full:
            reason = state.reason(doubt and self._worth(outlook))
            if reason and state.budget.open:
                return self._ask(sample, x, Asked(reason, not doubt))
            if reason:
                self.counts["over budget"] += 1
        if decision is OWN:
            self._own(x, outlook)
        return None

    def _count(self, sample: int, x: Array, outlook: Outlook, taken: bool) -> Query | None:
        """Count a window for the estimate, and ask it where it is drawn for that; taken: by the
        bout, which learns what is answered."""
        bout, state = self.bout, self.state
        if taken and (bout.asked or bout.answer is not None):
            self.estimate.window(outlook.predicted, bout.number, bout.answer)
            return None
        self.estimate.window(outlook.predicted)
        if not state.drawing or self.pending.full:
            return None
        drawn = self.estimate.draw(outlook.predicted)
        if drawn is None:
            return None
        trusted = self.policy.decide(outlook) is not Decision.ASK
        return self._ask(sample, x, Asked(Reason.AUDIT, trusted), drawn, taken)

    def _surprising(self, outlook: Outlook, outputs: Array, k: int) -> bool:
        """Whether the prediction is to be trusted against class number k, as if k were the second
        highest output."""
        if not self.state.rules.confirm:
            return False
        other = float(outputs[k]) if k < len(outputs) else 0.0
        gap = float(outputs[outlook.predicted]) - other
        return self.policy.decide(outlook._replace(confidence=gap)) is not Decision.ASK

    def _worth(self, outlook: Outlook) -> bool:
        """Whether a doubt is great enough for what is left of the budget."""
        halved = self.state.budget.scarce
        if not halved:
            return True
        greater = outlook._replace(confidence=2.0**halved * outlook.confidence)
        return self.policy.decide(greater) is Decision.ASK

    def _ask(
        self, sample: int, x: Array, asked: Asked, drawn: Drawn | None = None, taken: bool = True
    ) -> Query:
        values = to_bytes(x, self.clip)
        bout = self.bout.number if taken else None
        self.pending.put(sample, Kept(values, asked, bout, drawn))
        self.bout.asked |= taken
        self.state.asked(asked.reason)
        self.counts["asked"] += 1
        return Query(sample, values, asked.reason)

    def _own(self, x: Array, outlook: Outlook) -> None:
        """What is trusted and not known well: learnt with the own label, or held where nobody
        vouches for that."""
        policy, usual = self.policy, self.arithmetic.usual
        if outlook.leverage <= KNOWN * usual:
            return
        own = policy.own_weight * self.state.own_share
        if own > 0 and outlook.leverage > OWN_KNOWN * usual:
            reach = self.state.rules.reach
            self.arithmetic.learn(x, outlook.predicted, policy.kappa * own, reach)
            self.counts["own labels"] += 1
        elif policy.own_weight > 0:
            self.arithmetic.hold(x, HOLD * policy.kappa)

    def _learn(self, x: Array, outlook: Outlook, k: int) -> None:
        """Learn a label; where the prediction has it by a margin there is nothing to learn, and it
        is held."""
        rules = self.state.rules
        if outlook.predicted != k or outlook.confidence < rules.margin:
            self.arithmetic.learn(x, k, self.policy.kappa, rules.reach)
        elif outlook.leverage > KNOWN * self.arithmetic.usual:
            self.arithmetic.hold(x, HOLD * self.policy.kappa)

    def _answered(self, k: int, outcome: str) -> None:
        """The bout that the device is in has a label: for its windows to come, and, by its mean,
        for those that went before."""
        if outcome == "held":
            self.bout.asked = False  # to be confirmed
            return
        mean, windows = self.bout.before()
        if outcome == "learnt" and windows:
            self.arithmetic.learn(mean, k, windows * self.policy.kappa, self.state.rules.reach)
        self.bout.learn(k)

    def _change(self, event: Event) -> Event:
        self.state.change(event)
        return self._changed(event)

    def _changed(self, event: Event) -> Event:
        """What a change of mode, which has taken place, means for everything but the state."""
        if event in (Event.ROLLBACK, Event.WENT_BACK):
            self._fresh()
        elif self.mode is Mode.TRAINING:
            self.policy.start(self.model.leverage)
        else:
            self.detector.start()
        self.counts[event.value] += 1
        return event

    def _answer(self, outcome: str, event: Event | None = None) -> Answer:
        self.counts[outcome] += 1
        return Answer(outcome, event)


def gap(window: int) -> int:
    """ms without a sample that end a bout, of windows of so many readings."""
    return round(1000 * GAP * STEP * window / WINDOW)


def _detector(model: Model) -> drift.Detector:
    return drift.Cusum(model.calibration) if model.calibration else drift.Manual()


def _alike(label: Any, other: Any) -> bool:
    """Whether two labels can be kept together, and the first as it is."""
    kept = np.asarray(label)
    return kept.dtype.kind == np.asarray(other).dtype.kind and bool(kept.item() == label)
