"""The device: random events through the state machine, late and lost labels, budgets, rollback, new
activities."""

from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tinyodl import drift, prune, teachers
from tinyodl.device import TRANSITIONS, Event, Mode, OnDeviceLearner, diagram
from tinyodl.device.pending import Pending
from tinyodl.experiments.trials import wearer
from tinyodl.experiments.trials.live import live
from tinyodl.learn import OSELMClassifier
from tinyodl.link import from_bytes, to_bytes
from tinyodl.recipe import fitting
from tinyodl.windows import Windows

CENTRES = np.random.default_rng(0).uniform(-1, 1, (4, 6))


def draw(k: int, seed: int, noise: float = 0.2) -> np.ndarray[Any, Any]:
    return np.clip(CENTRES[k] + np.random.default_rng(seed).normal(0, noise, 6), -1.5, 1.5)


def factory() -> tuple[OSELMClassifier, drift.Calibration]:
    y = np.arange(300) % 3
    X = np.array([draw(int(k), seed) for seed, k in enumerate(y)])
    model = OSELMClassifier(0, direct=True).fit(X[:200], np.array(["a", "b", "c"])[y[:200]])
    return model, fitting.calibration(model, X[200:], 3)


def device(**more: Any) -> OnDeviceLearner:
    model, calibration = factory()
    return OnDeviceLearner(model, drift.Cusum(calibration), **more)


class DeviceMachine(RuleBasedStateMachine):
    """Any order of samples, labels (right, wrong, late, twice, for nothing), commands and days."""

    @initialize(
        policy=st.sampled_from(["auto", "all", "published", "fixed-self"]),
        budget=st.none() | st.integers(0, 5),
        capacity=st.integers(3, 5),
    )
    def begin(self, policy: str, budget: int | None, capacity: int) -> None:
        self.model, calibration = factory()
        self.before = self.model.P_.copy(), self.model.beta_.copy()
        self.device = OnDeviceLearner(
            self.model,
            drift.Cusum(calibration),
            prune.make(policy),
            labels_per_day=budget,
            capacity=capacity,
            pending=4,
            audit_every=7,
            settle_after=12,
        )
        self.now, self.seed, self.budget = 0.0, 0, budget
        self.asked: list[int] = []
        self.asked_on: dict[int, int] = {}

    @rule(k=st.integers(0, 3), wait=st.floats(0, 50_000), turned=st.booleans())
    def sample(self, k: int, wait: float, turned: bool) -> None:
        self.now += wait
        self.seed += 1
        x = draw(k, self.seed) * (-1 if turned else 1)
        mode = self.device.mode
        step = self.device.sample(x, self.now)
        assert step.predicted in self.device.learner.classes_.tolist()
        if step.event:
            assert TRANSITIONS[mode, step.event] is self.device.mode
        else:
            assert self.device.mode is mode
        if step.query:
            assert step.query.values.dtype == np.int8
            self.asked.append(step.sample)
            day = int(self.now // 86_400)
            self.asked_on[day] = self.asked_on.get(day, 0) + 1

    @rule(pick=st.integers(0, 10**6), label=st.sampled_from(["a", "b", "c", "new", "newer", None]))
    def answer(self, pick: int, label: str | None) -> None:
        sample = self.asked[pick % len(self.asked)] if self.asked and pick % 5 else pick % 2**16
        waiting = len(self.device.pending)
        mode = self.device.mode
        before = self.device.learner.P_.copy()
        answer = self.device.label(sample, label, self.now)
        if answer.outcome == "unknown":
            assert len(self.device.pending) == waiting
        else:
            assert len(self.device.pending) == waiting - 1
            assert self.device.label(sample, label, self.now).outcome == "unknown"  # twice
        if answer.outcome != "learnt":
            assert np.array_equal(before, self.device.learner.P_)
            assert self.device.mode is mode

    @rule(train=st.booleans())
    def command(self, train: bool) -> None:
        mode = self.device.mode
        event = self.device.command(train)
        assert (event is None) == ((mode is Mode.TRAINING) == train)

    @rule()
    def roll_back(self) -> None:
        self.device.rollback()
        assert self.device.mode is Mode.PREDICTING
        assert len(self.device.pending) == 0
        assert np.array_equal(self.device.learner.beta_, self.before[1])
        assert np.array_equal(self.device.learner.P_, self.before[0])
        assert self.device.learner.classes_.tolist() == ["a", "b", "c"]
        detector = self.device.detector
        assert isinstance(detector, drift.Cusum)
        assert np.array_equal(detector.mean, detector.calibration.score_mean)

    @rule(bad=st.sampled_from([np.nan, np.inf]))
    def broken_sample(self, bad: float) -> None:
        before = self.device.learner.P_.copy(), self.device.mode, dict(self.device.counts)
        with pytest.raises(ValueError, match="not finite"):
            self.device.sample(np.full(6, bad), self.now)
        assert np.array_equal(before[0], self.device.learner.P_)
        assert before[1:] == (self.device.mode, dict(self.device.counts))

    @invariant()
    def holds(self) -> None:
        assert len(self.device.pending) <= 4
        assert len(self.device.learner.classes_) <= self.device.capacity
        assert self.device.learner.beta_.shape[1] == len(self.device.learner.classes_)
        assert np.isfinite(self.device.learner.P_).all()
        assert np.array_equal(self.model.beta_, self.before[1])  # the factory's model stays
        assert self.budget is None or max(self.asked_on.values(), default=0) <= self.budget


TestDevice = DeviceMachine.TestCase
TestDevice.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)


def test_the_diagram_is_the_table() -> None:
    text = diagram()
    assert text.count("-->") == len(TRANSITIONS) + 1
    for (a, event), b in TRANSITIONS.items():
        assert f"{a.value} --> {b.value}: {event.value}" in text


def test_bytes_there_and_back() -> None:
    x = np.linspace(-1.5, 1.5, 101)
    assert np.abs(from_bytes(to_bytes(x, 1.5), 1.5) - x).max() <= 1.5 / 254 + 1e-12


def test_the_oldest_query_makes_room_and_is_counted() -> None:
    queue = Pending(2)
    for sample in range(3):
        queue.put(sample, np.zeros(3, np.int8))
    assert queue.dropped == 1
    assert queue.take(0) is None
    assert queue.take(2) is not None
    assert queue.take(2) is None


def test_a_drift_starts_training_and_calm_ends_it() -> None:
    mine = device(settle_after=40)
    events = []
    for seed in range(400):
        k = seed % 3
        x = np.clip(draw(k, seed) * np.array([1, -1, 1, -1, 1, 1]), -1.5, 1.5)
        step = mine.sample(x, float(seed))
        events += [step.event] if step.event else []
        if step.query:
            answer = mine.label(step.sample, "abc"[k], float(seed))
            events += [answer.event] if answer.event else []
    assert events[0] in (Event.DRIFT, Event.DISAGREEMENT)
    assert Event.SETTLED in events
    right = [
        mine.sample(
            np.clip(draw(s % 3, s) * np.array([1, -1, 1, -1, 1, 1]), -1.5, 1.5), 1e3
        ).predicted
        == "abc"[s % 3]
        for s in range(1000, 1060)
    ]
    assert np.mean(right) > 0.9


def test_a_teacher_who_always_disagrees_is_noticed_and_rolled_back() -> None:
    mine = device()
    mine.command(train=True)
    assert not mine.troubled
    for seed in range(200):
        step = mine.sample(draw(seed % 3, seed), float(seed))
        if step.query:
            mine.label(step.sample, "bca"["abc".index(step.predicted)], float(seed))
    assert mine.troubled
    mine.rollback()
    assert not mine.troubled


def test_a_new_activity_is_learnt_as_if_it_had_always_been_there() -> None:
    model, _ = factory()
    grown = model.copy()
    grown.add_class("d")
    always = OSELMClassifier(0, direct=True)
    y = np.arange(200) % 3
    X = np.array([draw(int(k), seed) for seed, k in enumerate(y)])
    weights = np.r_[np.ones(200), 0.0]
    always.fit(np.vstack([X, np.zeros(6)]), [*np.array(["a", "b", "c"])[y], "d"], weights)
    for seed in range(30):
        for learner in (grown, always):
            learner.learn_one(draw(3, seed), "d")
    np.testing.assert_allclose(grown.beta_, always.beta_, atol=1e-10)
    assert grown.predict_one(draw(3, 99)) == "d"
    with pytest.raises(ValueError, match="already"):
        grown.add_class("d")


def test_memory_is_constant_and_small(compact_windows: Windows) -> None:
    who = wearer.prepare(compact_windows, 1)
    for name, detector in (("cusum", drift.Cusum), ("centroid", drift.Centroid)):
        mine = OnDeviceLearner(who.model, detector(who.calibration))
        assert mine.state_bytes <= 4000, name
    assert mine.pending.state_bytes(60) <= 16 * 64

    def size(of: OnDeviceLearner) -> int:
        import pickle

        return len(
            pickle.dumps(
                (of.learner.P_, of.learner.beta_, of.detector, of.policy, of.pending._waiting)
            )
        )

    mine = device(settle_after=10**9)
    mine.command(train=True)
    sizes = []
    samples = [draw(k, s) for s in range(50) for k in range(3)]
    for count in range(1_000_000 // 20):  # every path thousands of times; ids wrap
        step = mine.sample(samples[count % len(samples)], float(count))
        if step.query and count % 3:
            mine.label(step.sample, "abc"[count % 3], float(count))
        if count % 10_000 == 9_999:
            sizes.append(size(mine))
    assert max(sizes) - min(sizes) <= 16 * 200
    assert sizes[-1] <= sizes[0] + 16 * 200


def test_noisy_teacher_costs_little_on_real_people(compact_windows: Windows) -> None:
    lost = []
    for person in (10, 14, 16):
        who = wearer.prepare(compact_windows, person)
        truth = compact_windows.y[who.stream].tolist()
        after = []
        for wrong in (0.0, 0.1):
            mine = OnDeviceLearner(who.model, drift.Cusum(who.calibration), settle_after=10**9)
            mine.command(train=True)
            live(
                mine, who.Z[who.stream], teachers.Noisy(teachers.TrueLabels(truth), wrong, range(6))
            )
            after.append(
                (mine.learner.predict(who.Z[who.test]) == compact_windows.y[who.test]).mean()
            )
        lost.append(after[0] - after[1])
    assert np.mean(lost) <= 0.015


def test_late_labels_are_learnt_all_the_same(compact_windows: Windows) -> None:
    who = wearer.prepare(compact_windows, 14)
    truth = compact_windows.y[who.stream].tolist()
    mine = OnDeviceLearner(who.model, drift.Cusum(who.calibration))
    mine.command(train=True)
    lived = live(mine, who.Z[who.stream], teachers.TrueLabels(truth), late=10.0)
    assert (
        lived.asked.sum() == mine.counts["learnt"] + mine.counts["unknown"] + mine.counts["audited"]
    )
    assert len(mine.pending) == 0
