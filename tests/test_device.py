"""The device: what becomes of each sample and label, with what weight it is learnt, what a restart
brings back, how a stream is lived through; and a long steered random walk through all of it."""

import itertools
import pickle
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tinyodl import Model, OSELMClassifier, drift, prune, teachers
from tinyodl.device import (
    PLAIN,
    TRANSITIONS,
    Answer,
    Event,
    Mode,
    OnDeviceLearner,
    Query,
    Reason,
    Rules,
    Trouble,
    arithmetic,
    learner,
    live,
    pending,
)
from tinyodl.device.arithmetic import FloatArithmetic
from tinyodl.device.episode import SECONDS
from tinyodl.device.pending import Kept, Pending
from tinyodl.device.state import Asked
from tinyodl.har import RangeScaler
from tinyodl.learn import Outlook, rls
from tinyodl.link import from_bytes, to_bytes
from tinyodl.prune import Decision
from tinyodl.recipe import fitting
from tinyodl.windows import Windows

Array = np.ndarray[Any, np.dtype[np.float64]]

ASK, OWN, LEAVE = Decision.ASK, Decision.OWN, Decision.LEAVE
PREDICTING, TRAINING = Mode.PREDICTING, Mode.TRAINING
CENTRES = np.random.default_rng(0).uniform(-1, 1, (5, 6))
CLIP = 1.5
NO_AUDITS = Rules(audits=False)


def draw(k: int, seed: int, noise: float = 0.2) -> Array:
    return np.clip(CENTRES[k] + np.random.default_rng(seed).normal(0, noise, 6), -CLIP, CLIP)


def factory(**more: Any) -> Model:
    """Three activities, 200 windows learnt and 100 calibrated on."""
    y = np.arange(300) % 3
    X = np.array([draw(int(k), seed) for seed, k in enumerate(y)])
    model = OSELMClassifier(0, direct=True).fit(X[:200], np.array(["a", "b", "c"])[y[:200]])
    H = model.hidden(X[:200])
    usual = float(np.einsum("ij,jk,ik->i", H, rls.full(model.P_), H).mean())
    return Model(
        model,
        RangeScaler(clip=CLIP).fit(X),
        tuple("uvwxyz"),
        calibration=fitting.calibration(model, X[200:], 3),
        leverage=usual,
    )._replace(**more)


@dataclass
class Script:
    """A policy that decides what it is told to, and writes down what it hears."""

    decision: Decision = LEAVE
    kappa: float = 3.0
    own_weight: float = 0.5
    theta: float = 0.125
    growth: float = 1.0
    started: int = 0
    heard: list[tuple[Outlook, int]] = field(default_factory=list)
    order: list[str] = field(default_factory=list)

    def start(self, usual: float = 1.0) -> None:
        self.started += 1
        self.order.append("start")

    def decide(self, outlook: Outlook) -> Decision:
        self.order.append("decide")
        return self.decision

    def told(self, outlook: Outlook, label: int) -> None:
        self.heard.append((outlook, label))
        self.kappa *= self.growth


@dataclass
class Bell:
    """A detector that finds drift when told to, and writes down what it hears."""

    rings: bool = False
    state_bytes: int = 10
    started: int = 0
    heard: list[tuple[str, float]] = field(default_factory=list)

    def start(self) -> None:
        self.started += 1

    def update(self, outlook: Outlook, x: Array) -> bool:
        self.heard.append(("update", float(x[1])))
        assert outlook.confidence == x[1]
        return self.rings

    def adapt(self, outlook: Outlook, x: Array) -> None:
        self.heard.append(("adapt", float(x[1])))
        assert outlook.confidence == x[1]


class Table:
    """An arithmetic that looks everything up in the inputs themselves: predicted class, confidence,
    leverage, and the class that the factory predicts. `turn` is added to the predicted class."""

    usual = 2.0

    def __init__(self) -> None:
        self.log: list[tuple[Any, ...]] = []
        self.turn = 0
        self.reset()
        self.log.clear()

    @property
    def labels(self) -> list[str]:
        return list(self._labels)

    def look(self, x: Array) -> Outlook:
        predicted = (int(x[0]) + self.turn) % 3
        self.outputs = np.zeros(len(self._labels))
        self.outputs[predicted] = x[1]
        return Outlook(predicted, float(x[1]), float(x[2]))

    def factory(self, x: Array) -> int:
        return int(x[3])

    def learn(self, x: Array, k: int, weight: float, reach: float) -> None:
        self.reach = reach
        self.log.append(("learn", x.tolist(), k, weight))

    def hold(self, x: Array, weight: float) -> None:
        self.log.append(("hold", x.tolist(), weight))

    def add(self, label: str) -> None:
        self.log.append(("add", label))
        self._labels.append(label)

    def bouts(self) -> None:
        return None

    def reset(self) -> None:
        self.log.append(("reset",))
        self._labels = ["a", "b", "c"]


def seen(predicted: int = 0, confidence: float = 50, leverage: float = 2, fact: int = 0) -> Array:
    """Inputs for a Table; whole numbers, so that int8 keeps them (a clip of 127)."""
    return np.array([predicted, confidence, leverage, fact], float)


MODEL = factory()
WHOLE = MODEL._replace(scaler=RangeScaler(clip=127.0).fit(np.eye(4)))


def device(
    decision: Decision = LEAVE,
    rules: Rules = NO_AUDITS,
    train: bool = True,
    **more: Any,
) -> OnDeviceLearner:
    """A device with a Script, a Bell and a Table, in training mode unless said."""
    given = {"model": WHOLE, "detector": Bell(), "arithmetic": Table()} | more
    policy = Script(decision, **given.pop("script", {}))
    mine = OnDeviceLearner(given.pop("model"), policy, rules=rules, **given)
    if train:
        mine.command(True)
    mine.arithmetic.log.clear()  # type: ignore[attr-defined]
    return mine


def log(mine: OnDeviceLearner) -> list[tuple[Any, ...]]:
    assert isinstance(mine.arithmetic, Table)
    return mine.arithmetic.log


def ask(mine: OnDeviceLearner, x: Array, now: float = 0.0) -> Query:
    """The query of a sample, which is the next that is asked."""
    for _ in range(2000):
        step = mine.sample(x, now)
        if step.query:
            return step.query
    raise AssertionError("never asks")


# Settings -----------------------------------------------------------------------------------------


def test_the_constants_are_those_that_are_documented() -> None:
    assert (learner.HOLD, learner.GAP, arithmetic.KNOWN) == (2.0, 4, 0.125)
    assert (pending.CAPACITY, SECONDS) == (16, 1.28)
    assert Rules() == learner.RULES


def test_without_settings_it_is_auto_with_a_cusum_where_the_model_is_calibrated() -> None:
    mine = OnDeviceLearner(MODEL)
    assert isinstance(mine.policy, prune.Auto)
    assert isinstance(mine.detector, drift.Cusum)
    assert mine.detector.calibration is not None
    assert np.array_equal(mine.detector.mean, MODEL.calibration.score_mean)  # type: ignore[union-attr]
    assert isinstance(mine.arithmetic, FloatArithmetic)
    assert mine.state.rules == Rules()
    assert (mine.mode, mine.clip, mine.capacity) == (PREDICTING, CLIP, 3)
    assert (mine.pending.capacity, len(mine.pending), mine.counts) == (16, 0, {})
    assert mine.state.until_audit == OnDeviceLearner(MODEL, seed=0).state.until_audit
    assert mine.state_bytes == mine.detector.state_bytes + 4 * 3 + 8 + 96
    bare = OnDeviceLearner(MODEL._replace(calibration=None))
    assert isinstance(bare.detector, drift.Manual)


def test_settings_are_taken() -> None:
    rules = Rules(spacing=7)
    made = FloatArithmetic(MODEL)
    mine = OnDeviceLearner(
        MODEL._replace(capacity=9, accuracy=0.96),
        prune.All(kappa=5.0),
        detector=drift.Manual(),
        rules=rules,
        pending=3,
        seed=11,
        arithmetic=made,
    )
    assert isinstance(mine.policy, prune.All)
    assert isinstance(mine.detector, drift.Manual)
    assert mine.arithmetic is made
    assert mine.model.capacity == 9
    assert mine.learner is made.learner
    assert mine.state.rules is rules
    assert (mine.pending.capacity, mine.capacity, mine.state.vouched) == (3, 9, 2)
    drawn = []
    for seed in range(30):
        state = OnDeviceLearner(MODEL, seed=seed).state
        state.interval = 16
        state.asked(Reason.AUDIT)
        drawn.append(state.until_audit)
    mine.state.interval = 16
    mine.state.asked(Reason.AUDIT)
    assert mine.state.until_audit == drawn[11]
    assert len(set(drawn)) > 5


def test_what_it_was_made_with_stays_as_it_was() -> None:
    policy, detector = Script(ASK), Bell()
    mine = OnDeviceLearner(WHOLE, policy, detector=detector, rules=PLAIN, arithmetic=Table())
    assert (mine.policy.started, mine.detector.started) == (1, 1)  # type: ignore[attr-defined]
    mine.command(True)
    mine.label(ask(mine, seen()).sample, "a", 0.0)
    mine.rollback()
    assert (policy, detector) == (Script(ASK), Bell())
    before = MODEL.learner.P_.copy(), MODEL.learner.beta_.copy()
    real = OnDeviceLearner(MODEL, prune.All(), rules=PLAIN)
    real.command(True)
    for seed in range(9):
        real.label(ask(real, draw(3, seed)).sample, "b", 0.0)
    real.arithmetic.add("new")
    assert np.array_equal(MODEL.learner.P_, before[0])
    assert np.array_equal(MODEL.learner.beta_, before[1])
    assert MODEL.learner.classes_.tolist() == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("rules", "reach"), [(NO_AUDITS, 0.625), (PLAIN, 1), (PLAIN._replace(reach=0.3), 0.3)]
)
def test_labels_are_learnt_as_far_as_the_rules_say(rules: Rules, reach: float) -> None:
    for decision, answers in ((ASK, True), (OWN, False)):
        table = Table()
        mine = device(decision, rules, arithmetic=table)
        for _ in range(4):
            step = mine.sample(seen(confidence=0.01), 0.0)
            if answers and step.query:
                mine.label(step.sample, "b", 0.0)
        assert any(entry[0] == "learn" for entry in table.log)
        assert table.reach == reach


# Samples ------------------------------------------------------------------------------------------


def test_a_step_says_what_the_sample_was() -> None:
    mine = device(ASK)
    step = mine.sample(seen(2, 40), 5.0)
    assert step == (0, "c", 40.0, TRAINING, step.query, None, 0.125, (), "c", step.bout)
    assert step.query is not None
    assert (step.query.sample, step.query.reason) == (0, Reason.DOUBT)
    assert step.query.values.tolist() == [2, 40, 2, 0]
    assert step.query.values.dtype == np.int8
    assert mine.counts["asked"] == 1
    assert len(mine.pending) == 1
    assert mine.state.budget.today == 1
    quiet = mine.sample(seen(1, 30), 6.0)
    assert quiet == (1, "b", 30.0, TRAINING, None, None, 0.125, (), "b", step.bout + 1)
    assert mine.counts["asked"] == 1


def test_a_query_holds_the_inputs_as_they_are_sent() -> None:
    mine = OnDeviceLearner(MODEL, prune.All(), rules=PLAIN)
    mine.command(True)
    x = draw(1, 5)
    query = ask(mine, x)
    assert query.values.tolist() == np.round(x * 127 / 1.5).astype(int).tolist()


def test_inputs_may_be_any_array_of_numbers() -> None:
    x = np.round(draw(1, 8), 2)
    spaced = np.repeat(x, 2)[::2]
    assert not spaced.flags.c_contiguous
    steps = [
        OnDeviceLearner(MODEL).sample(given, 0.0)
        for given in (x, x.tolist(), spaced, x.astype(object))
    ]
    assert [step[:3] for step in steps] == [steps[0][:3]] * 4
    whole = device(ASK).sample(seen().astype(np.int64), 0.0)
    assert whole.query is not None
    assert whole.query.values.tolist() == [0, 50, 2, 0]


def test_the_time_of_a_sample_is_passed_on() -> None:
    mine = device(ASK, PLAIN._replace(questions_per_day=1))
    mine.label(ask(mine, seen(), 0.0).sample, "a", 0.0)
    asked = [mine.sample(seen(), now).query is not None for now in (86_399.0, 86_400.0, 86_401.0)]
    assert asked == [False, True, False]


def test_no_two_samples_have_the_same_id_so_a_label_a_day_late_hits_none() -> None:
    mine = device(ASK, PLAIN._replace(spacing=1))
    first = ask(mine, seen())
    x, number = seen(), first.sample
    for _ in range(2**16 - 1):
        number += 1
        step = mine.sample(x, 0.0)
        assert step.sample == number
        if step.query:
            mine.label(step.sample, "a", 0.0)
    query = ask(mine, seen(1))
    assert (query.sample - first.sample) % 2**16 < 4 < query.sample  # the ids of 16 bits are near
    kept = log(mine).copy()
    for late in range(2**16 - 4, 2**16 + 4):
        assert mine.label(query.sample - late, "b", 0.0) == ("unknown", None)
    assert log(mine) == kept
    assert mine.label(query.sample, "b", 0.0).outcome == "learnt"


@pytest.mark.parametrize(
    "bad",
    [
        np.full(6, np.nan),
        np.r_[np.zeros(5), np.inf],
        np.r_[-np.inf, np.zeros(5)],
        np.zeros(5),
        np.zeros((1, 6)),
    ],
)
@pytest.mark.parametrize("mode", Mode)
def test_a_sample_that_cannot_be_taken_changes_nothing(mode: Mode, bad: Array) -> None:
    mine = OnDeviceLearner(MODEL, prune.All(), rules=PLAIN)
    mine.command(mode is TRAINING)
    mine.sample(draw(0, 0), 0.0)
    before = pickle.dumps(mine)
    with pytest.raises(ValueError, match="not finite" if bad.shape == (6,) else "shape"):
        mine.sample(bad, 1e9)
    assert pickle.dumps(mine) == before


def test_the_detector_hears_samples_while_predicting_and_adapts_to_them_while_training() -> None:
    mine = device(train=False)
    assert isinstance(mine.detector, Bell)
    mine.sample(seen(confidence=1), 0.0)
    mine.sample(seen(confidence=2), 0.0)
    mine.detector.rings = True
    mine.sample(seen(confidence=3), 0.0)  # drift: neither heard twice nor adapted to
    mine.sample(seen(confidence=4), 0.0)
    mine.sample(seen(confidence=5), 0.0)
    mine.command(False)
    mine.detector.rings = False
    mine.sample(seen(confidence=6), 0.0)
    assert mine.detector.heard == [
        *(("update", 1.0), ("update", 2.0), ("update", 3.0)),
        *(("adapt", 4.0), ("adapt", 5.0), ("update", 6.0)),
    ]


def test_drift_starts_training_with_the_sample_that_shows_it() -> None:
    mine = device(ASK, train=False)
    mine.detector.rings = True  # type: ignore[attr-defined]
    started = mine.policy.started  # type: ignore[attr-defined]
    step = mine.sample(seen(), 0.0)
    assert (step.event, step.mode, mine.mode) == (Event.DRIFT, TRAINING, TRAINING)
    assert step.query is not None  # as training asks, not as predicting does
    assert mine.policy.started == started + 1  # type: ignore[attr-defined]
    assert mine.policy.order[-2:] == ["start", "decide"]  # type: ignore[attr-defined]
    assert mine.counts["drift"] == 1
    assert mine.state.calm == 0


def test_training_settles_with_the_sample_that_makes_it_calm() -> None:
    mine = device(ASK, Rules(audits=False, settle_after=6))
    steps = []
    started = mine.detector.started  # type: ignore[attr-defined]
    for _ in range(6):
        step = mine.sample(seen(), 0.0)
        if step.query:
            mine.label(step.query.sample, "a", 0.0)
        steps.append(step)
    assert [step.event for step in steps] == [None] * 5 + [Event.SETTLED]
    assert [step.mode for step in steps] == [TRAINING] * 5 + [PREDICTING]
    assert [step.query is not None for step in steps] == [True, False, True, False, False, False]
    assert mine.detector.started == started + 1  # type: ignore[attr-defined]
    assert len(mine.detector.heard) == 6  # type: ignore[attr-defined]
    assert mine.counts["settled"] == 1


def test_the_last_sample_of_training_may_be_asked() -> None:
    mine = device(ASK, Rules(audits=False, settle_after=3, spacing=1))
    for _ in range(2):
        mine.label(ask(mine, seen()).sample, "a", 0.0)
    step = mine.sample(seen(), 0.0)
    assert (step.event, step.query is not None) == (Event.SETTLED, True)


# A mounting that is not known ---------------------------------------------------------------------


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("decision", [ASK, OWN])
def test_while_the_mounting_is_unknown_what_is_far_off_is_predicted_and_no_more(
    decision: Decision, mode: Mode
) -> None:
    mine = device(decision, Rules(settle_after=3), train=mode is TRAINING)
    mine.state.vouched = 2
    mine.detector.rings = True  # type: ignore[attr-defined]
    before = mine.state.until_audit, mine.state.calm
    for number in range(40):  # a ripe bout in eight
        step = mine.sample(seen(1, leverage=3), 1.28 * number, known=False)
        assert (step.sample, step.predicted, step.activity) == (number, "b", "b")
        assert (step.query, step.event, step.mode) == (None, None, mode)
    assert mine.detector.heard == log(mine) == []  # type: ignore[attr-defined]
    assert mine.counts["asked"] == mine.counts["own labels"] == mine.counts["over budget"] == 0
    assert (mine.state.until_audit, mine.state.calm) == before
    step = mine.sample(seen(1, leverage=3), 60.0)
    assert mine.detector.heard != []  # type: ignore[attr-defined]
    assert (step.query is not None) == (decision is ASK)
    assert len(log(mine)) == (decision is OWN)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize(("leverage", "taken"), [(1, True), (2, True), (3, False)])
def test_and_what_looks_like_what_was_trained_on_is_taken_as_ever(
    leverage: int, taken: bool, mode: Mode
) -> None:
    """Up to the usual leverage, which is 2."""
    mine = device(ASK, train=mode is TRAINING)
    step = mine.sample(seen(leverage=leverage), 0.0, known=False)
    assert (step.query is not None) == taken
    assert len(mine.detector.heard) == taken  # type: ignore[attr-defined]
    own = device(OWN, train=mode is TRAINING)
    own.sample(seen(leverage=leverage), 0.0, known=False)
    assert own.counts["own labels"] == len(log(own)) == taken


# Own labels ---------------------------------------------------------------------------------------


def test_an_own_label_weighs_what_the_policy_says() -> None:
    mine = device(OWN)
    mine.sample(seen(2, 51, 2), 0.0)
    assert log(mine) == [("learn", [2, 51, 2, 0], 2, 1.5)]
    assert mine.counts["own labels"] == 1


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize(
    ("vouched", "weight"), [(2, 1.5), (1, 0.75), (0, 0.375), (-1, 0.0), (-8, 0.0)]
)
def test_and_as_much_of_it_as_audits_vouch_for_and_is_held_without_in_either_mode(
    vouched: int, weight: float, mode: Mode
) -> None:
    mine = device(OWN, Rules(), train=mode is TRAINING)
    mine.state.vouched = vouched
    mine.sample(seen(), 0.0)
    held = ("hold", [0, 50, 2, 0], learner.HOLD * 3.0)
    what = ("learn", [0, 50, 2, 0], 0, weight) if weight else held
    assert log(mine) == [what]
    assert mine.counts["own labels"] == (weight > 0)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize(
    ("leverage", "taken"), [(0, False), (0.25, False), (0.26, True), (1, True), (9, True)]
)
def test_what_is_known_better_than_an_eighth_of_the_usual_needs_no_own_label(
    leverage: float, taken: bool, mode: Mode
) -> None:
    mine = device(OWN, train=mode is TRAINING)
    mine.sample(seen(leverage=leverage), 0.0)
    assert len(log(mine)) == taken


@pytest.mark.parametrize("mode", Mode)
def test_what_the_policy_leaves_is_left(mode: Mode) -> None:
    mine = device(LEAVE, train=mode is TRAINING)
    for _ in range(50):
        assert mine.sample(seen(), 0.0).query is None
    assert log(mine) == []


def test_what_is_asked_is_not_learnt_with_the_own_label() -> None:
    mine = device(OWN, Rules(settle_after=None))
    asked = 0
    for _ in range(40):
        before = len(log(mine))
        mine.state.vouched = 2
        step = mine.sample(seen(), 0.0)
        if step.query:
            asked += 1
            assert step.query.reason is Reason.AUDIT
            assert len(log(mine)) == before
            mine.label(step.query.sample, "a", 0.0)
        else:
            assert len(log(mine)) == before + 1
    assert asked


def test_what_should_be_asked_within_the_wait_is_left_not_learnt() -> None:
    mine = device(ASK)
    for _ in range(20):
        mine.sample(seen(), 0.0)  # nobody answers
    assert log(mine) == []


def test_a_spent_budget_leaves_doubt_and_lets_own_labels_go_on() -> None:
    mine = device(ASK, Rules(audits=False, questions_per_day=0))
    step = mine.sample(seen(), 0.0)
    assert (step.query, step.troubles, step.troubled) == (None, (Trouble.SPENT,), True)
    assert (mine.counts["over budget"], mine.counts["asked"], log(mine)) == (1, 0, [])
    assert mine.troubled
    assert mine.troubles == (Trouble.SPENT,)
    trusting = device(OWN, Rules(questions_per_day=0))
    trusting.state.vouched = 2
    for count in range(1, 20):
        assert trusting.sample(seen(), 0.0).query is None
        assert len(log(trusting)) == trusting.counts["own labels"] == count
        assert trusting.counts["over budget"] == max(0, count - 7)  # its first bout is ripe
    calm = device()
    assert (calm.troubled, calm.sample(seen(), 0.0).troubled) == (False, False)


# Labels -------------------------------------------------------------------------------------------


def test_a_label_is_learnt_with_the_weight_that_the_policy_has_once_it_is_told() -> None:
    mine = device(ASK, script={"growth": 4.0})
    query = ask(mine, seen(2, 40))
    assert mine.label(query.sample, "b", 0.0) == ("learnt", None)
    assert log(mine) == [("learn", [2, 40, 2, 0], 1, 12.0)]
    assert mine.policy.heard == [(Outlook(2, 40.0, 2.0), 1)]  # type: ignore[attr-defined]
    assert (mine.counts["learnt"], len(mine.pending)) == (1, 0)


def test_a_label_is_compared_with_what_the_model_says_when_it_comes() -> None:
    mine = device(ASK, Rules(audits=False, settle_after=None))
    query = ask(mine, seen(0))
    mine.arithmetic.turn = 1  # type: ignore[attr-defined]
    mine.label(query.sample, "b", 0.0)
    assert mine.policy.heard == [(Outlook(1, 50.0, 2.0), 1)]  # type: ignore[attr-defined]
    assert (mine.state.agreed, mine.state.doubted) == (1, 0)


@pytest.mark.parametrize("label", ["b", None])
def test_a_label_for_nothing_is_unknown(label: str | None) -> None:
    mine = device(ASK)
    for sample in (0, 17, 2**16 - 1, -1):
        assert mine.label(sample, label, 0.0) == Answer("unknown", None)
    query = ask(mine, seen(1))
    assert mine.label(query.sample, label, 0.0).outcome != "unknown"
    kept = log(mine).copy()
    assert mine.label(query.sample, label, 0.0) == ("unknown", None)  # twice
    assert mine.counts["unknown"] == 5
    assert log(mine) == kept


def test_an_abstention_answers_nothing() -> None:
    mine = device(ASK)
    query = ask(mine, seen())
    assert mine.label(query.sample, None, 0.0) == ("abstained", None)
    assert (mine.counts["abstained"], log(mine), mine.state.unanswered) == (1, [], 1)
    assert mine.policy.heard == []  # type: ignore[attr-defined]
    assert mine.state.labels == 0


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize(("confidence", "what"), [(0, "learn"), (50, "hold")])
def test_an_audit_that_agrees_is_learnt_where_the_prediction_has_it_by_no_margin(
    confidence: int, what: str, mode: Mode
) -> None:
    mine = device(LEAVE, Rules(), train=mode is TRAINING)
    query = ask(mine, seen(2, confidence, fact=2))
    assert query.reason is Reason.AUDIT
    assert mine.label(query.sample, "c", 0.0) == ("learnt", None)
    assert (mine.mode, mine.counts["learnt"], mine.counts["audited"]) == (mode, 1, 0)
    x = [2, confidence, 2, 2]
    learnt, held = ("learn", x, 2, 3.0), ("hold", x, learner.HOLD * 3.0)
    assert log(mine) == [learnt if what == "learn" else held]
    assert [number for _, number in mine.policy.heard] == [2]  # type: ignore[attr-defined]
    assert (mine.state.audits, mine.state.unfit, mine.state.vouched) == (1, 0.0, -7)


@pytest.mark.parametrize("decision", [LEAVE, OWN])
def test_a_label_against_what_was_trusted_is_held_and_the_next_sample_asked(
    decision: Decision,
) -> None:
    mine = device(decision, Rules(), train=False)
    query = ask(mine, seen(0, leverage=0))
    assert mine.label(query.sample, "b", 0.0) == ("held", None)
    assert (log(mine), mine.mode, mine.counts["held"]) == ([], PREDICTING, 1)
    step = mine.sample(seen(0, leverage=0), 0.0)
    assert step.query is not None
    assert step.query.reason is Reason.AGAIN
    started = mine.policy.started  # type: ignore[attr-defined]
    assert mine.label(step.sample, "b", 0.0) == ("learnt", Event.DISAGREEMENT)
    assert (mine.mode, mine.counts["disagreement"]) == (TRAINING, 1)
    assert log(mine) == [("learn", [0, 50, 0, 0], 1, 3.0)]
    assert mine.policy.started == started + 1  # type: ignore[attr-defined]


def test_a_label_against_what_was_not_trusted_counts_at_once() -> None:
    mine = device(ASK, Rules(), train=False)
    query = ask(mine, seen(0))
    assert mine.label(query.sample, "b", 0.0) == ("learnt", Event.DISAGREEMENT)
    assert mine.mode is TRAINING


def test_what_surprises_is_told_by_the_policy_when_the_label_comes() -> None:
    for decision, outcome in ((LEAVE, "held"), (ASK, "learnt")):
        mine = device(ASK, Rules(), train=False)
        query = ask(mine, seen(0))
        mine.policy.decision = decision  # type: ignore[attr-defined]
        assert mine.label(query.sample, "b", 0.0).outcome == outcome


def test_training_after_a_disagreement_gives_the_policy_its_first_label() -> None:
    """The policy starts first, and is told then."""
    mine = device(ASK, Rules(), train=False, script={"growth": 2.0})
    mine.label(ask(mine, seen(0)).sample, "b", 0.0)
    assert mine.policy.order[-1] == "start"  # type: ignore[attr-defined]
    assert [number for _, number in mine.policy.heard] == [1]  # type: ignore[attr-defined]


def test_a_new_activity_takes_a_class_while_there_is_room() -> None:
    mine = device(ASK, model=WHOLE._replace(capacity=4))
    query = ask(mine, seen())
    assert mine.label(query.sample, "new", 0.0).outcome == "learnt"
    assert log(mine) == [("add", "new"), ("learn", [0, 50, 2, 0], 3, 3.0)]
    query = ask(mine, seen())
    assert mine.label(query.sample, "newer", 0.0) == ("refused", None)
    assert (len(log(mine)), mine.counts["refused"]) == (2, 1)
    assert mine.state.unanswered == 0  # somebody answered
    query = ask(mine, seen())
    assert mine.label(query.sample, "new", 0.0).outcome == "learnt"
    assert log(mine)[2:] == [("learn", [0, 50, 2, 0], 3, 3.0)]
    assert mine.arithmetic.labels == ["a", "b", "c", "new"]


def test_without_a_capacity_there_is_room_for_the_factorys_activities() -> None:
    mine = device(ASK)
    assert mine.label(ask(mine, seen()).sample, "new", 0.0) == ("refused", None)
    assert log(mine) == []


def test_nothing_is_asked_while_the_queue_is_full_and_2_to_the_15_samples_empty_it() -> None:
    mine = device(ASK, PLAIN._replace(spacing=1), pending=2)
    queries = [ask(mine, seen()).sample for _ in range(2)]
    quiet = [mine.sample(seen(), 0.0).query for _ in range(2**15 - queries[0] - 5)]
    assert not any(quiet)
    assert (len(mine.pending), mine.pending.dropped) == (2, 0)
    assert ask(mine, seen()).sample == 2**15 + queries[0]
    assert (len(mine.pending), mine.pending.dropped) == (2, 1)
    outcomes = [mine.label(sample, "a", 0.0).outcome for sample in queries]
    assert outcomes == ["unknown", "learnt"]


# Commands and going back --------------------------------------------------------------------------


def test_commands_change_the_mode_and_say_so_or_do_nothing() -> None:
    mine = device(train=False)
    starts = mine.policy.started, mine.detector.started  # type: ignore[attr-defined]
    assert mine.command(False) is None
    assert mine.command(True) is Event.COMMAND_TRAIN
    assert mine.mode is TRAINING
    assert mine.command(True) is None
    assert (mine.policy.started, mine.detector.started) == (  # type: ignore[attr-defined]
        starts[0] + 1,
        starts[1],
    )
    assert mine.command(False) is Event.COMMAND_STOP
    assert mine.mode is PREDICTING
    assert (mine.policy.started, mine.detector.started) == (  # type: ignore[attr-defined]
        starts[0] + 1,
        starts[1] + 1,
    )
    assert mine.counts == {"told to train": 1, "told to stop": 1}


@pytest.mark.parametrize("mode", Mode)
def test_a_rollback_brings_the_factorys_model_and_all_else_back(mode: Mode) -> None:
    mine = OnDeviceLearner(
        MODEL._replace(capacity=5),
        prune.Auto(),
        rules=Rules(settle_after=None, confirm=False),
    )
    mine.command(True)
    for seed in range(40):
        step = mine.sample(draw(3, seed), float(seed))
        if step.query and seed < 30:
            mine.label(step.sample, "new" if seed % 2 else "a", float(seed))
    ask(mine, draw(4, 1))
    waits = mine.sample(draw(4, 2), 50.0)
    assert len(mine.pending)
    if mode is PREDICTING:
        mine.command(False)
    fresh = OnDeviceLearner(MODEL)
    assert isinstance(mine.policy, prune.Auto)
    assert vars(mine.policy) != vars(fresh.policy)
    assert not np.array_equal(mine.learner.beta_, fresh.learner.beta_)
    assert not np.array_equal(mine.learner.P_, fresh.learner.P_)
    assert not np.array_equal(mine.detector.mean, fresh.detector.mean)  # type: ignore[attr-defined]
    mine.detector.sum = 9.0  # type: ignore[attr-defined]
    asked = mine.state.budget.today
    assert mine.rollback() is Event.ROLLBACK
    assert mine.mode is PREDICTING
    assert np.array_equal(mine.learner.P_, MODEL.learner.P_)
    assert np.array_equal(mine.learner.beta_, MODEL.learner.beta_)
    assert mine.learner.classes_.tolist() == ["a", "b", "c"]
    assert vars(mine.policy) == vars(fresh.policy)
    assert np.array_equal(mine.detector.mean, fresh.detector.mean)  # type: ignore[attr-defined]
    assert mine.detector.sum == 0.0  # type: ignore[attr-defined]
    assert len(mine.pending) == 0
    assert mine.label(waits.sample - 1, "a", 60.0).outcome == "unknown"
    assert mine.counts["rollback"] == 1
    assert mine.state.budget.today == asked
    assert mine.learner is not MODEL.learner


@pytest.mark.parametrize("mode", Mode)
def test_fourteen_audits_for_the_factory_alone_bring_it_back(mode: Mode) -> None:
    mine = device(LEAVE, Rules(settle_after=None), train=mode is TRAINING)
    x = seen(0, fact=2)
    waiting = ask(mine, x)
    if waiting.reason is Reason.AUDIT:
        mine.state.unanswered = 0
    audits, events = 0, []
    while not events:
        query = ask(mine, x)
        label = "c" if query.reason is Reason.AUDIT else "a"
        audits += query.reason is Reason.AUDIT
        answer = mine.label(query.sample, label, 0.0)
        events += [answer.event] if answer.event else []
        assert (answer.outcome == "held") == (label == "c" and not events)
        assert audits <= 14
    assert (audits, answer) == (14, ("audited", Event.WENT_BACK))
    assert mine.mode is PREDICTING
    assert log(mine)[-1] == ("reset",)
    assert (mine.counts["went back"], len(mine.pending)) == (1, 0)
    assert (mine.policy.started, mine.detector.started) == (1, 1)  # type: ignore[attr-defined]
    assert mine.policy.heard == []  # type: ignore[attr-defined]
    assert Trouble.WORSE in mine.troubles
    assert mine.label(waiting.sample, "a", 0.0).outcome == "unknown"


def test_a_label_that_no_class_of_the_factorys_has_is_not_for_the_factory() -> None:
    mine = device(LEAVE, Rules(), train=False, model=WHOLE._replace(capacity=4))
    mine.label(ask(mine, seen(0, fact=3)).sample, "new", 0.0)
    assert mine.state.guard.bets == 1  # class 3 as the Table has it
    real = OnDeviceLearner(MODEL._replace(capacity=4), Script(), rules=Rules())
    real.label(ask(real, draw(0, 0)).sample, "new", 0.0)
    assert real.state.guard.bets == 0


# Arithmetic ---------------------------------------------------------------------------------------


def same(a: OSELMClassifier, b: OSELMClassifier) -> bool:
    return np.array_equal(a.P_, b.P_) and np.array_equal(a.beta_, b.beta_)


def test_a_label_is_learnt_from_the_inputs_as_they_were_sent() -> None:
    mine = OnDeviceLearner(MODEL, Script(ASK), rules=PLAIN)
    mine.command(True)
    x = draw(0, 77)
    mine.label(ask(mine, x).sample, "b", 0.0)
    twin, other = MODEL.learner.copy(), MODEL.learner.copy()
    sent = from_bytes(to_bytes(x, CLIP), CLIP)
    twin.learn_one(sent, "b", 3.0)
    other.learn_one(x, "b", 3.0)
    assert same(mine.learner, twin)
    assert not same(mine.learner, other)


def test_an_own_label_is_learnt_from_the_inputs_as_they_are() -> None:
    model = MODEL._replace(leverage=MODEL.learner.outlook(draw(0, 77)).leverage)
    mine = OnDeviceLearner(model, Script(OWN), rules=PLAIN)
    mine.command(True)
    step = mine.sample(draw(0, 77), 0.0)
    twin = MODEL.learner.copy()
    twin.learn_one(draw(0, 77), step.predicted, 1.5)
    assert same(mine.learner, twin)


def test_what_is_held_keeps_its_outputs_and_takes_from_p() -> None:
    model = MODEL._replace(leverage=MODEL.learner.outlook(draw(0, 77)).leverage)
    mine = OnDeviceLearner(model, Script(OWN), rules=Rules())  # nobody vouches for it
    mine.sample(draw(0, 77), 0.0)
    twin = MODEL.learner.copy()
    twin.learn_one(draw(0, 77), "a", learner.HOLD * 3.0)
    np.testing.assert_allclose(mine.learner.P_, twin.P_, rtol=0, atol=1e-14)
    assert not np.array_equal(mine.learner.P_, MODEL.learner.P_)
    assert np.array_equal(mine.learner.beta_, MODEL.learner.beta_)


@pytest.mark.parametrize(("factor", "taken"), [(1 - 1e-9, False), (1 + 1e-9, True)])
def test_an_eighth_of_the_usual_leverage_is_known(factor: float, taken: bool) -> None:
    x = from_bytes(to_bytes(draw(0, 77), CLIP), CLIP)
    leverage = MODEL.learner.outlook(x).leverage
    numbers = FloatArithmetic(MODEL._replace(leverage=8 * leverage / factor))
    assert numbers.usual == 8 * leverage / factor
    numbers.learn(x, 1, 3.0)
    twin = MODEL.learner.copy()
    twin.learn_one(x, "b", 3.0)
    assert np.array_equal(numbers.learner.beta_, twin.beta_)
    expected = twin.P_ if taken else MODEL.learner.P_
    assert np.array_equal(numbers.learner.P_, expected)


def test_what_is_held_twice_is_known_twice() -> None:
    """A hold knows no limit of its own; the device stops at half the usual leverage."""
    numbers = FloatArithmetic(MODEL._replace(leverage=1e9))
    x = draw(1, 3)
    levels = [numbers.look(x).leverage]
    for _ in range(3):
        numbers.hold(x, 2.0)
        levels.append(numbers.look(x).leverage)
    for before, after in itertools.pairwise(levels):
        assert after == pytest.approx(before / (1 + 2 * before), rel=1e-12)


@pytest.mark.parametrize("first", ["learn", "hold"])
@pytest.mark.parametrize("then", ["learn", "hold"])
def test_what_was_looked_at_once_is_learnt_or_held_twice(first: str, then: str) -> None:
    """What was computed of it counts once: P is another then."""
    x, other = draw(1, 3), draw(0, 4)
    looked, plain = FloatArithmetic(MODEL), FloatArithmetic(MODEL)
    looked.look(other)
    looked.look(x)
    for numbers in (looked, plain):
        for step in (first, then):
            numbers.learn(x, 2, 2.0) if step == "learn" else numbers.hold(x, 2.0)
    np.testing.assert_allclose(looked.learner.P_, plain.learner.P_, rtol=1e-12)
    np.testing.assert_allclose(looked.learner.beta_, plain.learner.beta_, rtol=1e-12)


@pytest.mark.parametrize("x", [np.zeros(5), np.zeros(7), np.full(6, np.nan), np.zeros((1, 6))])
def test_what_cannot_be_looked_at_is_refused_and_what_was_is_learnt_all_the_same(x: Array) -> None:
    numbers, twin, before = FloatArithmetic(MODEL), MODEL.learner.copy(), draw(1, 3)
    numbers.look(before)
    with pytest.raises(ValueError, match=r"finite|shape"):
        numbers.look(x)
    numbers.learn(before, 1, 3.0)
    twin.learn_one(before, "b", 3.0)
    assert np.array_equal(numbers.learner.beta_, twin.beta_)


def test_what_is_too_large_to_learn_is_refused() -> None:
    numbers, x = FloatArithmetic(MODEL), np.full(6, 1e200)
    numbers.look(x)
    with pytest.raises(ValueError, match="was not learnt"):
        numbers.learn(x, 1, 3.0)
    assert same(numbers.learner, MODEL.learner)


def test_the_factorys_word_is_the_factorys_whatever_was_learnt() -> None:
    numbers = FloatArithmetic(MODEL)
    xs = [draw(k, seed) for k in range(3) for seed in range(30, 60)]
    before = MODEL.learner.predict(np.array(xs)).tolist()
    for x in xs:
        numbers.learn(x, 0, 1000.0)
    assert [numbers.look(x).predicted for x in xs] == [0] * 90
    assert ["abc"[numbers.factory(x)] for x in xs] == before
    assert len(set(before)) == 3
    numbers.add("new")
    assert numbers.labels == ["a", "b", "c", "new"]
    numbers.reset()
    assert numbers.labels == ["a", "b", "c"]
    assert same(numbers.learner, MODEL.learner)
    assert [numbers.look(x) for x in xs] == [MODEL.learner.outlook(x) for x in xs]


@pytest.mark.parametrize("between", ["nothing", "add", "reset"])
def test_a_sample_that_was_looked_at_is_learnt_as_one_that_was_not(between: str) -> None:
    x, other = draw(0, 5), draw(1, 6)
    looked, plain = FloatArithmetic(MODEL), FloatArithmetic(MODEL)
    looked.look(other)
    looked.look(x)
    for numbers in (looked, plain):
        if between == "add":
            numbers.add("new")
            numbers.learner.outlook(other)  # of which it has everything now
        elif between == "reset":
            numbers.reset()
            numbers.learner.outlook(other)
        numbers.learn(x, 1, 3.0)
        numbers.hold(other, 2.0)
        numbers.hold(x, 2.0)
    twin = MODEL.learner.copy()
    if between == "add":
        twin.add_class("new")
    twin.learn_one(x, "b", 3.0)
    assert np.array_equal(looked.learner.beta_, twin.beta_)
    assert np.array_equal(plain.learner.beta_, twin.beta_)


def test_a_new_activity_is_learnt_as_if_it_had_always_been_there() -> None:
    grown = MODEL.learner.copy()
    grown.add_class("d")
    always = OSELMClassifier(0, direct=True)
    y = np.arange(200) % 3
    X = np.array([draw(int(k), seed) for seed, k in enumerate(y)])
    weights = np.r_[np.ones(200), 0.0]
    always.fit(np.vstack([X, np.zeros(6)]), [*np.array(["a", "b", "c"])[y], "d"], weights)
    for seed in range(30):
        for one in (grown, always):
            one.learn_one(draw(3, seed), "d")
    np.testing.assert_allclose(grown.beta_, always.beta_, atol=1e-10)
    assert grown.predict_one(draw(3, 99)) == "d"
    with pytest.raises(ValueError, match="already"):
        grown.add_class("d")


def test_a_label_of_another_type_is_refused_and_loses_nothing() -> None:
    mine = OnDeviceLearner(factory(capacity=5), prune.All(), rules=PLAIN)
    mine.command(train=True)
    step = mine.sample(draw(0, 0), 0.0)
    before = mine.learner.classes_.tolist(), mine.learner.beta_.copy(), dict(mine.counts)
    for label in (7, "cut short by numpy\0"):
        with pytest.raises(ValueError, match="another type"):
            mine.label(step.sample, label, 1.0)
    assert mine.learner.classes_.tolist() == before[0]
    assert np.array_equal(mine.learner.beta_, before[1])
    assert dict(mine.counts) == before[2]
    assert mine.label(step.sample, "a", 1.0).outcome == "learnt"


def test_an_id_that_comes_round_again_replaces_its_last_query() -> None:
    queue = Pending(2)
    kept = [Kept(np.full(3, k, np.int8), Asked(Reason.DOUBT, False), k) for k in range(3)]
    queue.put(1, kept[0])
    queue.put(2, kept[1])
    queue.put(1, kept[2])
    assert (len(queue), queue.dropped) == (2, 0)
    assert queue.take(1) is kept[2]


# Queries that wait --------------------------------------------------------------------------------


def kept(value: int) -> Kept:
    return Kept(np.full(3, value, np.int8), Asked(Reason.DOUBT, False), 0)


def test_the_oldest_query_makes_room_and_is_counted() -> None:
    queue = Pending(2)
    assert (queue.capacity, queue.dropped, len(queue)) == (2, 0, 0)
    made = [kept(value) for value in range(4)]
    queue.put(7, made[0])
    queue.put(3, made[1])
    assert (queue.dropped, len(queue)) == (0, 2)
    queue.put(5, made[2])
    assert (queue.dropped, len(queue)) == (1, 2)
    assert queue.take(7) is None
    assert queue.take(5) is made[2]
    assert queue.take(5) is None
    queue.put(9, made[3])
    assert (queue.dropped, len(queue)) == (1, 2)
    queue.clear()
    assert (queue.dropped, len(queue)) == (1, 0)
    assert queue.take(9) is queue.take(3) is None


def test_a_full_queue_takes_its_inputs_and_four_bytes_each() -> None:
    assert Pending(16).state_bytes(60) == 1024
    assert Pending(3).state_bytes(6) == 30
    assert Pending().capacity == 16


def test_bytes_there_and_back() -> None:
    x = np.linspace(-1.5, 1.5, 101)
    assert np.abs(from_bytes(to_bytes(x, 1.5), 1.5) - x).max() <= 1.5 / 254 + 1e-12


# A stream -----------------------------------------------------------------------------------------


class Logged(OnDeviceLearner):
    """Writes down what it is given, and when."""

    calls: list[tuple[Any, ...]]

    def sample(self, x: Array, now: float, known: bool = True) -> Any:
        self.calls.append(("sample", now) if known else ("sample", now, "unknown"))
        return super().sample(x, now, known)

    def label(self, sample: int, label: Any | None, now: float) -> Answer:
        answer = super().label(sample, label, now)
        self.calls.append(("label", sample, label, now, answer.outcome))
        return answer


def logged(policy: Script, rules: Rules, train: bool = True, pending: int = 16) -> Logged:
    mine = Logged(WHOLE, policy, detector=Bell(), rules=rules, arithmetic=Table(), pending=pending)
    mine.calls = []
    if train:
        mine.command(True)
    return mine


class Asked3:
    """A teacher that writes down what it is asked, and names the third class."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, list[float]]] = []

    def answer(self, index: int, x: Array | None) -> str:
        assert x is not None
        self.asked.append((index, x.tolist()))
        return "c"


def test_labels_come_at_once_where_they_are_not_late() -> None:
    mine, teacher = logged(Script(ASK), PLAIN), Asked3()
    live(mine, np.array([seen(2, k + 0.4) for k in range(2)]), teacher)
    assert mine.calls == [
        ("sample", 0.0),
        ("label", 0, "c", 0.0, "learnt"),
        ("sample", 1.28),
        ("label", 1, "c", 1.28, "learnt"),
    ]
    assert teacher.asked == [(0, [2, 0, 2, 0]), (1, [2, 1, 2, 0])]  # rounded, as sent


def test_a_stream_may_begin_later_and_its_mounting_be_known_at_times() -> None:
    mine = logged(Script(ASK), PLAIN)
    Z = np.array([seen(2, leverage=3)] * 3)
    known = np.array([False, True, False])
    lived = live(mine, Z, teachers.TrueLabels("ccc"), known=known, begun=100.0)
    assert mine.calls == [
        ("sample", 100.0, "unknown"),
        ("sample", 101.28),
        ("label", 1, "c", 101.28, "learnt"),
        ("sample", 102.56, "unknown"),
    ]
    assert lived.asked.tolist() == known.tolist()
    assert lived.predicted == ["c"] * 3


@pytest.mark.parametrize(("late", "before"), [(2.0, 2), (2.5, 3), (0.5, 1)])
def test_late_labels_come_in_order_before_the_first_sample_after_them(
    late: float, before: int
) -> None:
    mine = logged(Script(ASK), Rules(audits=False, spacing=1))
    live(mine, np.array([seen(2)] * 12), teachers.TrueLabels(["c"] * 12), seconds=1.0, late=late)
    asked = [call for call in mine.calls if call[0] == "label"]
    assert [call[1] for call in asked] == sorted(call[1] for call in asked)
    assert len(asked) == mine.counts["asked"] >= 3
    for call in asked:
        _, sample, _, now, outcome = call
        place = mine.calls.index(call)
        assert outcome == "learnt"
        if now == np.inf:
            assert sample + before >= 12
        else:
            assert now == sample + before
            following = [other for other in mine.calls[place:] if other[0] == "sample"]
            assert following[0] == ("sample", now)


def test_labels_under_way_at_the_end_come_then() -> None:
    mine = logged(Script(ASK), PLAIN, pending=3)
    lived = live(mine, np.array([seen(2)] * 9), teachers.TrueLabels(["c"] * 9), late=1e6)
    assert mine.calls[-3:] == [("label", k, "c", np.inf, "learnt") for k in (0, 2, 6)]
    assert lived.asked.tolist() == [k in (0, 2, 6) for k in range(9)]
    assert len(mine.pending) == 0


def test_an_episode_says_what_happened() -> None:
    """Predicting, in doubt, until a label starts training; that settles."""
    mine = logged(Script(ASK, theta=0.25), Rules(audits=False, settle_after=10), train=False)
    Z = np.array([seen(k % 3, 40 + k) for k in range(45)])
    right = ["abc"[k % 3] for k in range(45)]
    right[10] = "c"  # predicted: b
    lived = live(mine, Z, teachers.TrueLabels(right))
    assert lived.predicted == ["abc"[k % 3] for k in range(45)]
    assert lived.confidence.tolist() == [40.0 + k for k in range(45)]
    assert lived.theta.tolist() == [0.25] * 45
    assert np.flatnonzero(lived.asked).tolist() == [0, 2, 6, 10, 11, 13, *range(17, 45, 4)]
    assert np.flatnonzero(lived.training).tolist() == list(range(11, 20))
    assert lived.events == [(10, Event.DISAGREEMENT), (20, Event.SETTLED)]
    assert lived.troubled is False
    assert lived.asked.dtype == lived.training.dtype == bool


def test_events_of_late_labels_are_counted_where_they_come() -> None:
    for samples, number in ((40, 6), (5, 5)):
        mine = logged(Script(ASK), Rules(audits=False), train=False)
        labels = teachers.TrueLabels(["b"] * samples)
        lived = live(mine, np.array([seen()] * samples), labels, seconds=2.0, late=12.0)
        assert lived.events[0] == (number, Event.DISAGREEMENT)


def test_a_detectors_drift_is_an_event_of_its_sample() -> None:
    mine = logged(Script(LEAVE), Rules(audits=False), train=False)
    mine.detector.rings = True  # type: ignore[attr-defined]
    lived = live(mine, np.array([seen()] * 3), teachers.TrueLabels("aaa"))
    assert lived.events == [(0, Event.DRIFT)]
    assert lived.training.tolist() == [True] * 3


def test_a_trouble_on_the_way_is_remembered_and_so_is_one_at_the_end() -> None:
    day = 86_400.0

    def troubled(days: Iterable[int], limit: int) -> bool:
        mine = logged(Script(ASK), PLAIN._replace(questions_per_day=limit))
        Z = np.array([seen()] * len(list(days)))
        return live(mine, Z, teachers.TrueLabels(["a"] * len(Z)), seconds=day).troubled

    assert troubled(range(5), 1) is True  # each day's label is spent with its only sample
    assert troubled(range(5), 2) is False
    mine = logged(Script(ASK), PLAIN._replace(questions_per_day=1))
    Z = np.array([seen()] * 2)
    mine.policy.decision = ASK  # type: ignore[attr-defined]
    first = live(mine, Z[:1], teachers.TrueLabels("a"))
    assert first.troubled
    mine.policy.decision = LEAVE  # type: ignore[attr-defined]
    assert live(mine, Z, teachers.TrueLabels("aa"), seconds=2 * day).troubled  # at its first
    assert not mine.troubled
    late = logged(Script(ASK), Rules(audits=False, spacing=1, settle_after=None))
    wrong = teachers.TrueLabels(["b"] * 2000)
    lived = live(late, np.array([seen()] * 2000), wrong, late=1.28)
    assert late.troubles == (Trouble.DISAGREEING,)
    assert lived.troubled
    ends = logged(Script(LEAVE), Rules(audits=False))
    for _ in range(24):
        ends.state.label(Asked(Reason.DOUBT, False), False, False)
    ends.state.labels = 23
    ends.policy.decision = ASK  # type: ignore[attr-defined]
    assert live(ends, Z[:1], teachers.TrueLabels("b")).troubled  # said by the last label only


# A steered random walk ----------------------------------------------------------------------------

REACHED: Counter[Any] = Counter()


class DeviceMachine(RuleBasedStateMachine):
    """Samples and labels in any order: labels mostly of what was asked and mostly right, sometimes
    wrong, late, twice, never, for nothing; commands, days, spoilt models. `REACHED` counts what
    came about."""

    @initialize(
        policy=st.sampled_from(sorted(prune.POLICIES)),
        budget=st.sampled_from([None, None, None, 1]),
        capacity=st.integers(3, 5),
        accuracy=st.sampled_from([0.0, 0.97]),
        seed=st.integers(0, 2**16),
    )
    def begin(
        self, policy: str, budget: int | None, capacity: int, accuracy: float, seed: int
    ) -> None:
        self.model = MODEL._replace(capacity=capacity, accuracy=accuracy)
        self.before = MODEL.learner.P_.copy(), MODEL.learner.beta_.copy()
        self.P = rls.full(self.before[0])
        self.scale = float(np.linalg.eigvalsh(self.P).max())
        assert MODEL.calibration is not None
        more = {"warm_up": 10} if policy == "published" else {}
        self.device = OnDeviceLearner(
            self.model,
            prune.make(policy, **more),
            detector=drift.Cusum(MODEL.calibration, threshold=6.0),
            rules=Rules(settle_after=12, questions_per_day=budget),
            pending=4,
            seed=seed,
        )
        self.random = np.random.default_rng(seed)
        self.now, self.budget = 0.0, budget
        self.waits: list[tuple[int, int]] = []  # (sample, class) whose label is late
        self.asked_on: Counter[int] = Counter()
        self.probes = [draw(k, 10**6 + k, 0.5) for k in range(5)]
        self.far = [MODEL.learner.outlook(x).leverage for x in self.probes]

    def sample(self, x: Array) -> Query | None:
        mode = self.device.mode
        self.now += 1.28
        step = self.device.sample(x, self.now)
        assert step.predicted in self.device.learner.classes_.tolist()
        assert step.mode is self.device.mode
        assert step.troubles == self.device.troubles
        self.changed(mode, step.event)
        if step.query:
            self.asked_on[int(self.now // 86_400)] += 1
            REACHED[step.query.reason] += 1
        for trouble in step.troubles:
            REACHED[trouble] += 1
        return step.query

    def label(self, sample: int, label: str | None) -> Answer:
        mode, waiting = self.device.mode, len(self.device.pending)
        before = self.device.learner.copy()
        answer = self.device.label(sample, label, self.now)
        self.changed(mode, answer.event)
        REACHED[answer.outcome] += 1
        if answer.event is Event.WENT_BACK:
            assert len(self.device.pending) == 0
            assert same(self.device.learner, MODEL.learner)
        else:
            assert len(self.device.pending) == waiting - (answer.outcome != "unknown")
            if answer.outcome != "learnt":
                assert np.array_equal(before.P_, self.device.learner.P_)
                width = before.beta_.shape[1]
                assert np.array_equal(before.beta_, self.device.learner.beta_[:, :width])
            if answer.outcome in ("unknown", "abstained", "refused"):
                assert same(before, self.device.learner)
                assert answer.event is None
        assert self.device.label(sample, label, self.now).outcome == "unknown"  # twice
        self.promised()
        return answer

    def changed(self, mode: Mode, event: Event | None) -> None:
        if event is None:
            assert self.device.mode is mode
        else:
            assert self.device.mode is TRANSITIONS[mode, event]
            REACHED[mode, event] += 1

    def promised(self) -> None:
        """What holds after anything whatever."""
        mine = self.device.learner
        P = rls.full(mine.P_)
        assert np.isfinite(P).all()
        assert np.isfinite(mine.beta_).all()
        assert np.linalg.eigvalsh(P).min() > 0
        assert np.linalg.eigvalsh(self.P - P).min() >= -1e-9 * self.scale
        for x, far in zip(self.probes, self.far, strict=True):
            assert 0 <= mine.outlook(x).leverage <= far * (1 + 1e-9)
        assert len(self.device.pending) <= 4
        assert 3 <= len(mine.classes_) <= self.model.capacity
        assert mine.classes_[:3].tolist() == ["a", "b", "c"]
        assert mine.beta_.shape[1] == len(mine.classes_) == len(self.device.arithmetic.labels)
        assert np.array_equal(MODEL.learner.beta_, self.before[1])
        assert np.array_equal(MODEL.learner.P_, self.before[0])
        if self.budget is not None:
            assert max(self.asked_on.values(), default=0) <= self.budget
            assert self.device.state.budget.today <= self.budget
        assert -8 <= self.device.state.vouched <= 2
        assert self.device.state.wait <= 4

    def near(self, k: int, noise: float = 0.2) -> Array:
        return np.clip(CENTRES[k] + self.random.normal(0, noise, 6), -CLIP, CLIP)

    @rule(
        k=st.integers(0, 2),
        count=st.integers(1, 40),
        turned=st.sampled_from([False, False, True]),
        noise=st.sampled_from([0.2, 0.5]),
        honest=st.sampled_from([1.0, 1.0, 0.9, 0.6]),
    )
    def wear(self, k: int, count: int, turned: bool, noise: float, honest: float) -> None:
        """A bout of one activity, by a teacher who is right mostly."""
        for _ in range(count):
            x = self.near(k, noise) * (-1 if turned else 1)
            query = self.sample(x)
            if query is None:
                continue
            luck = self.random.random()
            if luck < 0.05:
                self.waits.append((query.sample, k))
            elif luck < 0.15:
                self.label(query.sample, None)
            else:
                wrong = self.random.random() >= honest
                self.label(query.sample, "abc"[(k + wrong) % 3])
        self.promised()

    @rule(mode=st.sampled_from(Mode), often=st.integers(0, 1))
    def quarrel(self, mode: Mode, often: int) -> None:
        """A teacher who never agrees, where there is an answer."""
        if often:
            return  # rarely
        self.changed(self.device.mode, self.device.command(mode is TRAINING))
        for k in range(90):
            query = self.sample(self.near(k % 3, 0.5))
            if query and self.random.random() < 0.05:
                self.label(query.sample, None)
            elif query:
                look = self.device.arithmetic.look(from_bytes(query.values, CLIP))
                self.label(query.sample, "abc"[(min(look.predicted, 2) + 1) % 3])
        self.promised()

    @rule(noise=st.floats(0.3, 1.0), count=st.integers(1, 60))
    def wear_nothing_known(self, noise: float, count: int) -> None:
        """Between activities, and nobody answers."""
        for k in range(count):
            self.sample(self.near(k % 5, noise))
        self.promised()

    @rule(label=st.sampled_from(["new", "newer", "newest"]), count=st.integers(5, 25))
    def wear_something_new(self, label: str, count: int) -> None:
        for _ in range(count):
            query = self.sample(self.near(3))
            if query:
                self.label(query.sample, label)
        self.promised()

    @rule(wrong=st.booleans())
    @precondition(lambda self: self.waits)
    def late(self, wrong: bool) -> None:
        sample, k = self.waits.pop(0)
        self.label(sample, "abc"[(k + wrong) % 3])

    @rule(sample=st.integers(0, 2**16 - 1), label=st.sampled_from(["a", "new", None]))
    def never_asked(self, sample: int, label: str | None) -> None:
        if sample not in self.device.pending._waiting:
            assert self.label(sample, label) == ("unknown", None)

    @rule(train=st.booleans())
    def command(self, train: bool) -> None:
        mode = self.device.mode
        event = self.device.command(train)
        assert (event is None) == ((mode is TRAINING) == train)
        self.changed(mode, event)

    @rule(often=st.integers(0, 4))
    def roll_back(self, often: int) -> None:
        if often:
            return  # rarely
        mode = self.device.mode
        self.changed(mode, self.device.rollback())
        assert len(self.device.pending) == 0
        assert same(self.device.learner, MODEL.learner)
        assert self.device.learner.classes_.tolist() == ["a", "b", "c"]
        assert isinstance(self.device.detector, drift.Cusum)
        assert np.array_equal(self.device.detector.mean, self.device.detector.calibration[0])
        self.waits.clear()

    @rule(days=st.floats(0.5, 3))
    def sleep(self, days: float) -> None:
        self.now += days * 86_400

    @rule(bad=st.sampled_from([np.nan, np.inf]))
    def broken_sample(self, bad: float) -> None:
        before = pickle.dumps(self.device)
        with pytest.raises(ValueError, match="not finite"):
            self.device.sample(np.full(6, bad), self.now)
        assert pickle.dumps(self.device) == before

    @rule(mode=st.sampled_from(Mode), often=st.integers(0, 1))
    def spoil(self, mode: Mode, often: int) -> None:
        """A model that learnt much that is wrong; then audits for the factory, until it is back. A
        question for another reason is answered as the present model would."""
        if often:
            return  # rarely
        for count in range(36):
            self.device.arithmetic.learn(self.near(count % 3), (count + 1) % 3, 50.0)
        for count in range(400):
            if self.device.mode is not mode:
                self.changed(self.device.mode, self.device.command(mode is TRAINING))
            query = self.sample(self.near(count % 3))
            if query is None:
                continue
            sent = from_bytes(query.values, CLIP)
            names = self.device.arithmetic.labels
            present = names[self.device.arithmetic.look(sent).predicted]
            factorys = names[self.device.arithmetic.factory(sent)]
            answer = self.label(query.sample, factorys if query.reason is Reason.AUDIT else present)
            if answer.event is Event.WENT_BACK:
                break
            if self.budget is not None:
                self.now += 86_400 / 8
        self.waits.clear()


def test_any_life_keeps_what_is_promised_and_every_way_is_taken() -> None:
    REACHED.clear()
    run_state_machine_as_test(
        DeviceMachine,
        settings=settings(
            max_examples=160,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    outcomes = ["learnt", "audited", "held", "abstained", "unknown", "refused"]
    wanted = [*TRANSITIONS, *outcomes, *Reason, *Trouble]
    assert {str(key): REACHED[key] for key in wanted if REACHED[key] < 5} == {}


# Long lives ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("bout", [20, 60])
def test_a_turned_sensor_starts_training_and_calm_ends_it(bout: int) -> None:
    turn = np.array([1, -1, 1, -1, 1, 1])
    right, still, begun = [], [], 0
    for first in range(0, 10_000, 1000):
        mine = OnDeviceLearner(MODEL, rules=Rules(settle_after=40), seed=first)
        events: list[Event] = []
        for number in range(600):
            k = number // bout % 3
            step = mine.sample(draw(k, first + number) * turn, float(number))
            events += [step.event] if step.event else []
            if step.query:
                answer = mine.label(step.sample, "abc"[k], float(number))
                events += [answer.event] if answer.event else []
        if events:
            begun += 1
            assert events[0] in (Event.DRIFT, Event.DISAGREEMENT)
            assert Event.SETTLED in events
        tests = [(draw(s % 3, 50_000 + s) * turn, s % 3) for s in range(90)]
        right += [mine.arithmetic.look(x).predicted == k for x, k in tests]
        still += [mine.arithmetic.factory(x) == k for x, k in tests]
    assert begun >= 8
    assert np.mean(still) < 0.4
    assert np.mean(right) > 0.7


def test_memory_is_constant_and_small(compact_windows: Windows) -> None:
    classes, inputs = len(compact_windows.classes), compact_windows.X.shape[1]
    scaler = RangeScaler().fit(compact_windows.X)
    Z = scaler.transform(compact_windows.X[:600])
    lesson = fitting.lesson(compact_windows, np.arange(600))
    learnt = fitting.fit(OSELMClassifier(0, direct=True), scaler, lesson, classes)
    calibration = fitting.calibration(learnt, Z, classes)
    model = Model(learnt, scaler, tuple(map(str, range(inputs))))
    for detector in (drift.Cusum(calibration), drift.Centroid(calibration)):
        mine = OnDeviceLearner(model, detector=detector)
        assert mine.state_bytes <= 4000
        assert mine.pending.state_bytes(inputs) <= 16 * 64

    mine = OnDeviceLearner(MODEL, rules=Rules(settle_after=None))
    mine.command(train=True)
    sizes = []
    samples = [draw(k, s) for s in range(50) for k in range(3)]
    for count in range(24_000):
        step = mine.sample(samples[count % len(samples)], float(count))
        if step.query and count % 3:
            mine.label(step.sample, "abc"[count % 3], float(count))
        if count % 4_000 == 3_999:
            sizes.append(len(pickle.dumps(mine)))
    assert max(sizes) - min(sizes) <= 16 * 200
