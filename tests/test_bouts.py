"""Bouts: where they end, what is passed on, and what a device makes of them."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tinyodl import Model, OSELMClassifier, bouts, prune
from tinyodl.bouts import Bouts, Place, Stream
from tinyodl.bouts.fit import SAFETY, TAUS, passed_on
from tinyodl.device import PLAIN, Mode, OnDeviceLearner, Reason, Rules, bout
from tinyodl.har import RangeScaler
from tinyodl.learn import Outlook, rls
from tinyodl.model import dumps, loads
from tinyodl.prune import Decision

Array = NDArray[np.float64]
NEW, SAME, STRAY = Place.NEW, Place.SAME, Place.STRAY
CENTRES = np.random.default_rng(0).uniform(-1, 1, (4, 6))


def days(people: int, lengths: tuple[int, ...], seed: int, noise: float = 0.1) -> tuple[Any, ...]:
    """Z, y, subject, recording: bouts of such lengths, activities in turn, two recordings each."""
    random = np.random.default_rng(seed)
    y = np.concatenate([np.repeat(k % 4, n) for k, n in enumerate(lengths)])
    y = np.tile(y, people)
    subject = np.repeat(np.arange(people), sum(lengths))
    recording = np.tile(np.arange(sum(lengths)) >= sum(lengths) // 2, people).astype(int)
    return CENTRES[y] + random.normal(0, noise, (len(y), 6)), y, subject, recording


def places(told: Bouts, Z: Array) -> list[Place]:
    stream = Stream(told)
    return [stream.update(z) for z in Z]


def plainly(told: Bouts, Z: Array) -> list[Place]:
    """The same in plain NumPy, from the definition."""
    found: list[Place] = []
    mean, k, stray = np.zeros(Z.shape[1]), 0, False
    for x in Z:
        wider = 1 + (1 / k if 0 < k < 4 else 1 / 7)
        if k and (told.weights * (x - mean) ** 2).sum() <= told.tau * wider:
            k += 1
            mean = mean + (x - mean) / min(k, 4)
            found.append(SAME)
            stray = False
        elif k and not stray:
            found.append(STRAY)
            stray = True
        else:
            mean, k, stray = x.copy(), 1, False
            found.append(NEW)
    return found


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**31), st.integers(1, 9), st.floats(0.1, 8.0))
def test_places_are_those_of_the_definition(seed: int, n: int, tau: float) -> None:
    random = np.random.default_rng(seed)
    Z = np.repeat(random.normal(0, 1, (12, n)), random.integers(1, 9, 12), axis=0)
    Z += random.normal(0, 0.7, Z.shape)
    told = Bouts(random.uniform(0.2, 2.0, n) / n, tau, 0.0)
    assert places(told, Z) == plainly(told, Z)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**31))
def test_what_always_holds(seed: int) -> None:
    random = np.random.default_rng(seed)
    told = Bouts(np.full(3, 1 / 3), random.uniform(0.1, 4.0), 0.0)
    found = places(told, random.normal(0, 1, (200, 3)))
    assert found[0] is NEW
    assert (STRAY, STRAY) not in set(pairwise(found))
    assert all(a is STRAY for a, b in pairwise(found) if b is NEW)


def test_the_same_window_for_ever_is_one_bout_and_its_mean() -> None:
    stream = Stream(Bouts(np.full(6, 1 / 6), 1e-9, 0.0))
    found = [stream.update(CENTRES[0]) for _ in range(1000)]
    assert found == [NEW] + [SAME] * 999
    np.testing.assert_allclose(stream.mean, CENTRES[0], rtol=1e-12)


def test_one_odd_window_ends_nothing() -> None:
    told = bouts.fit(*days(3, (12, 9, 15, 8), 0))
    assert told is not None
    Z = np.repeat(CENTRES[[0, 1, 0]], [5, 1, 5], axis=0)
    assert places(told, Z) == [NEW, *[SAME] * 4, STRAY, *[SAME] * 5]


def test_an_end_begins_a_bout_whatever_comes() -> None:
    stream = Stream(Bouts(np.full(6, 1 / 6), 1.0, 0.0))
    stream.update(CENTRES[0]), stream.update(CENTRES[1])
    stream.end()
    assert stream.update(CENTRES[0]) is NEW
    assert stream.update(CENTRES[0]) is SAME


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**31), st.integers(2, 7))
def test_votes_are_the_outputs_of_a_bout_without_its_strays(seed: int, m: int) -> None:
    random = np.random.default_rng(seed)
    Z = np.repeat(random.normal(0, 1, (12, 4)), random.integers(1, 9, 12), axis=0)
    Z += random.normal(0, 0.5, Z.shape)
    told = Bouts(np.full(4, 1.0), 2.0, 0.0)
    stream, votes, sum_of = Stream(told), np.full(m, np.nan), np.zeros(m)
    for z, place in zip(Z, places(told, Z), strict=True):
        outputs, anew = random.normal(0, 1, m), bool(random.random() < 0.1)
        found, most = stream.follow(z, outputs, votes, anew)
        assert found is place
        if place is STRAY:
            assert most == -1
            continue
        sum_of = outputs.copy() if anew or place is NEW else sum_of + outputs
        np.testing.assert_array_equal(votes, sum_of)
        assert most == sum_of.argmax()


def test_memory_is_small() -> None:
    assert bouts.state_bytes(64) <= 400
    assert bouts.state_bytes(60) == 244


# From the people trained on -----------------------------------------------------------------------


def test_tau_passes_on_at_most_one_label_in_a_hundred_wrongly() -> None:
    Z, y, subject, recording = days(6, (12, 9, 15, 8, 20, 11), 1, 0.3)
    told = bouts.fit(Z, y, subject, recording)
    assert told is not None
    assert np.isclose(TAUS, told.tau / SAFETY, rtol=1e-12).any()
    passed, wrong = passed_on(Z, y, subject, told.weights, told.tau)
    assert told.wrong == wrong / passed <= bouts.MOST_WRONG
    step = 2.0**0.25
    for tau in TAUS[told.tau / SAFETY * step**0.5 < TAUS]:
        passed, wrong = passed_on(Z, y, subject, told.weights, tau)
        assert wrong > bouts.MOST_WRONG * passed


def test_ends_of_recordings_do_not_count() -> None:
    """A recording an activity: only their order in time tells where a label would be wrong."""
    Z, y, subject, _ = days(4, (12, 9, 15, 8), 2)
    recording = np.cumsum(np.r_[0, np.diff(y) != 0])
    told = bouts.fit(Z, y, subject, recording)
    one = bouts.fit(Z, y, subject, np.zeros_like(y))
    assert told is not None
    assert one is not None
    assert told.tau == one.tau


def test_windows_may_come_in_any_order_of_people_and_recordings() -> None:
    Z, y, subject, recording = days(3, (12, 9, 15, 8), 3)
    turned = np.argsort(-(10 * subject + recording), kind="stable")
    told = bouts.fit(Z, y, subject, recording)
    again = bouts.fit(*(a[turned] for a in (Z, y, subject, recording)))
    assert told is not None
    assert again is not None
    np.testing.assert_allclose(again.weights, told.weights, rtol=1e-12)
    assert again[1:] == told[1:]


def test_where_bouts_cannot_be_told_there_are_none() -> None:
    random = np.random.default_rng(4)
    y = random.integers(0, 4, 500)
    nothing = np.zeros(500, int)
    assert bouts.fit(random.normal(0, 1, (500, 6)), y, nothing, nothing) is None
    alternating = np.arange(500) % 2
    assert bouts.fit(CENTRES[alternating], alternating, nothing, nothing) is None


def test_a_file_keeps_them_and_older_files_have_none() -> None:
    model = factory()
    again = loads(dumps(model))
    assert again.bouts is not None
    assert model.bouts is not None
    assert np.array_equal(again.bouts.weights, model.bouts.weights)
    assert again.bouts[1:] == model.bouts[1:]
    assert loads(dumps(model._replace(bouts=None))).bouts is None


# On a device --------------------------------------------------------------------------------------


def factory() -> Model:
    Z, y, subject, recording = days(5, (12, 9, 15, 8), 5)
    scaler = RangeScaler().fit(Z)
    Z = scaler.transform(Z)
    learner = OSELMClassifier(0, direct=True).fit(Z, np.array(["a", "b", "c", "d"])[y])
    H = learner.hidden(Z)
    usual = float(np.einsum("ij,jk,ik->i", H, rls.full(learner.P_), H).mean())
    told = bouts.fit(Z, y, subject, recording)
    assert told is not None
    return Model(learner, scaler, tuple("uvwxyz"), leverage=usual, bouts=told)


MODEL = factory()
QUIET = Rules(audits=False, settle_after=None, spacing=1)


def window(k: int, seed: int = 0) -> Array:
    x = CENTRES[k] + np.random.default_rng(seed).normal(0, 0.1, 6)
    return np.asarray(MODEL.scaler.transform(x[None])[0])


class Asks(prune.All):
    """Doubts everything."""


class Leaves(prune.All):
    """Trusts everything, and learns nothing of its own."""

    def decide(self, outlook: Outlook) -> Decision:
        return Decision.LEAVE


def device(policy: prune.Policy | None = None, rules: Rules = QUIET, **more: Any) -> Any:
    mine = OnDeviceLearner(MODEL, policy or Asks(kappa=8.0), rules=rules, **more)
    mine.command(train=True)
    return mine


def through(mine: Any, activities: list[int], start: int = 0) -> list[Any]:
    """Steps of a window each; nobody answers."""
    return [mine.sample(window(k, start + t), 1.28 * (start + t)) for t, k in enumerate(activities)]


def test_a_bout_is_asked_once_from_its_second_window_on() -> None:
    mine = device()
    steps = through(mine, [0] * 8)
    assert [step.query is not None for step in steps] == [False, True, *[False] * 6]
    assert len({step.bout for step in steps}) == 1
    mine.label(steps[1].sample, "a", 11.0)
    assert not any(step.query for step in through(mine, [0] * 8, 8))


def test_transitions_are_not_asked() -> None:
    mine = device()
    steps = through(mine, [0, 0, 0, 1, 2, 3, 0, 1, 2, 3])
    assert [k for k, step in enumerate(steps) if step.query] == [1]


def test_an_answer_is_learnt_for_the_rest_of_the_bout_and_no_further() -> None:
    mine = device(rules=QUIET._replace(margin=np.inf))
    learnt: list[tuple[int, float]] = []
    kept = mine.arithmetic.learn
    mine.arithmetic.learn = lambda x, k, w, r: (learnt.append((k, w)), kept(x, k, w, r))
    steps = through(mine, [0, 0, 0])
    mine.label(steps[1].sample, "d", 4.0)
    assert learnt == [(3, 8.0), (3, 16.0)]  # its own window, and the mean for two before
    steps = through(mine, [0, 0, 0], 3)
    assert learnt[2:] == [(3, 8.0)] * 3
    assert [step.activity for step in steps] == ["d"] * 3
    steps = through(mine, [1, 1, 1, 1], 6)
    assert len(learnt) == 5
    assert [step.query is not None for step in steps] == [False, False, True, False]
    assert steps[-1].activity == "b"


@pytest.mark.parametrize("train", [True, False])
def test_an_answer_that_agrees_is_learnt_for_the_rest_of_the_bout_in_either_mode(
    train: bool,
) -> None:
    mine = device(rules=QUIET._replace(margin=np.inf))
    mine.command(train=train)
    learnt: list[tuple[int, float]] = []
    mine.arithmetic.learn = lambda x, k, w, r: learnt.append((k, w))
    steps = through(mine, [0, 0, 0])
    assert mine.label(steps[1].sample, "a", 4.0) == ("learnt", None)
    through(mine, [0, 0, 0], 3)
    assert learnt == [(0, 8.0), (0, 16.0), *[(0, 8.0)] * 3]
    assert mine.mode is (Mode.TRAINING if train else Mode.PREDICTING)
    through(mine, [1, 1], 6)
    assert len(learnt) == 5


def test_an_answer_after_its_bout_counts_for_its_own_window_only() -> None:
    mine = device(rules=QUIET._replace(margin=np.inf))
    asked = through(mine, [0, 0, 0])[1].sample
    through(mine, [1, 1, 1], 3)
    learnt: list[int] = []
    mine.arithmetic.learn = lambda x, k, w, r: learnt.append(k)
    assert mine.label(asked, "a", 9.0).outcome == "learnt"
    assert learnt == [0]
    through(mine, [1, 1], 6)
    assert learnt == [0]


def test_what_is_right_by_a_margin_is_held_not_learnt() -> None:
    mine = device()
    before = mine.learner.beta_.copy()
    P = mine.learner.P_.copy()
    steps = through(mine, [0, 0])
    mine.state.rules = QUIET._replace(margin=0.01)
    mine.bout.before = lambda: (before, 0)
    mine.label(steps[1].sample, "a", 3.0)
    through(mine, [0] * 5, 2)
    assert np.array_equal(mine.learner.beta_, before)
    assert not np.array_equal(mine.learner.P_, P)


def test_an_answer_lasts_so_many_windows() -> None:
    mine = device()
    asked = []
    for t in range(3 * bout.LASTS):
        step = mine.sample(window(0, t), 1.28 * t)
        if step.query:
            asked.append(t)
            mine.label(step.sample, "a", 1.28 * t)
    assert asked == [1, 3 + bout.LASTS, 5 + 2 * bout.LASTS]


def test_nobody_knowing_ripens_the_next_bouts_later() -> None:
    mine = device()
    steps = through(mine, [0] * 6)
    mine.label(steps[1].sample, None, 7.0)
    assert not any(step.query for step in through(mine, [0] * 20, 6))  # not again in this bout
    steps = through(mine, [1] * 6, 26)
    assert [step.query is not None for step in steps] == [False] * 3 + [True, False, False]


def test_a_pause_and_a_gap_in_time_end_a_bout() -> None:
    mine = device()
    first = mine.sample(window(0), 0.0)
    assert mine.sample(window(0, 1), 1.28).bout == first.bout
    mine.pause()
    second = mine.sample(window(0, 2), 2.56)
    assert second.bout != first.bout
    assert mine.sample(window(0, 3), 2.56 + 5.1).bout == second.bout
    assert mine.sample(window(0, 4), 2.56 + 5.1 + 5.2).bout != second.bout


def test_a_surprising_answer_is_asked_again_in_the_bout_before_it_is_passed_on() -> None:
    mine = device(Leaves(kappa=8.0), Rules(settle_after=None, spacing=1))
    steps = through(mine, [0, 0])
    assert steps[1].query.reason is Reason.AUDIT
    assert mine.label(steps[1].sample, "c", 3.0).outcome == "held"
    again = through(mine, [0], 2)[0]
    assert again.query.reason is Reason.AGAIN
    assert again.activity == "a"
    assert mine.label(again.sample, "c", 4.0).outcome == "learnt"
    assert through(mine, [0], 3)[0].activity == "c"


def test_activity_is_what_the_bout_says_not_one_window() -> None:
    mine = OnDeviceLearner(MODEL, Leaves(), rules=QUIET)
    assert mine.mode is Mode.PREDICTING
    steps = through(mine, [0] * 5)
    assert [step.activity for step in steps] == ["a"] * 5
    stray = through(mine, [2], 5)[0]
    assert (stray.activity, stray.predicted) == ("c", "c")
    assert through(mine, [0], 6)[0].bout == steps[0].bout


@pytest.mark.parametrize("rules", [PLAIN, QUIET._replace(bouts=False)])
def test_without_bouts_every_window_may_be_asked(rules: Rules) -> None:
    mine = device(rules=rules)
    for t in range(10):
        step = mine.sample(window(0, t), 1.28 * t)
        assert step.query is not None
        assert step.activity == step.predicted
        mine.label(step.sample, "b" if t % 2 else "a", 1.28 * t)
        mine.state.wait = 1


def test_under_a_budget_lesser_doubt_is_not_worth_a_question() -> None:
    mine = device(prune.Fixed(theta=1e9, kappa=8.0), QUIET._replace(questions_per_day=40))
    mine.state.budget.tick(0.0)
    mine.state.budget.today = 20
    mine.policy.theta = 1.5 * mine.learner.outlook(window(0, 1)).confidence
    assert not any(step.query for step in through(mine, [0, 0]))
    mine.state.budget.today = 0
    assert through(mine, [0], 2)[0].query
