"""From windows to a model: every part against the plain formulas."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tinyodl import drift
from tinyodl.har import RangeScaler
from tinyodl.learn import OSELMClassifier, rls
from tinyodl.recipe import fitting
from tinyodl.windows import Windows

Array = NDArray[np.float64]


def people(count: int, each: int = 12, n: int = 3) -> tuple[Array, NDArray[np.int64], Array]:
    """Inputs, class numbers and whose they are: people differ, and the last have more windows."""
    draws = np.random.default_rng(count)
    subject = np.repeat(np.arange(count) * 3 + 2, np.arange(count) + each)
    y = draws.integers(0, 3, len(subject))
    centres = np.array([[1.0, 0, 0], [0, 1, 0], [-0.5, 0, 1]])
    Z = centres[y] + 0.1 * subject[:, None] * draws.normal(size=(len(y), n))
    return Z, y, subject


def plainly(Z: Array, y: NDArray[np.int64]) -> tuple[RangeScaler, fitting.Lesson]:
    """A scaling that does nothing, and a lesson as it is."""
    scaler = RangeScaler(clip=1e9).fit(Z)
    scaler.middle_, scaler.gain_ = np.zeros(Z.shape[1]), np.ones(Z.shape[1])
    return scaler, fitting.Lesson(Z, y, np.ones(len(y)))


def test_a_lesson_has_every_window_as_worn_and_askew_and_weighs_it_once() -> None:
    X, askew = np.arange(8.0).reshape(4, 2), np.arange(100.0, 116.0).reshape(2, 4, 2)
    y, zeros = np.array([0, 1, 2, 1]), np.zeros(4, int)
    windows = Windows(X, y, zeros, zeros, ("a", "b", "c"), np.arange(4), askew)
    found = fitting.lesson(windows, np.array([1, 3]))
    assert found.X.tolist() == [
        *X[[1, 3]].tolist(),
        *askew[0, [1, 3]].tolist(),
        *askew[1, [1, 3]].tolist(),
    ]
    assert found.y.tolist() == [1] * 6
    assert found.weight.tolist() == [1 / 3] * 6
    alone = fitting.lesson(windows._replace(askew=askew[:0]), np.array([2, 0]))
    assert (alone.X.tolist(), alone.y.tolist()) == (X[[2, 0]].tolist(), [2, 0])
    assert alone.weight.tolist() == [1, 1]


def test_weights_count_in_initial_training() -> None:
    Z, y, _ = people(2)
    scaler, lesson = plainly(np.vstack([Z, Z]), np.r_[y, y])
    halved = lesson._replace(weight=lesson.weight / 2)
    found = fitting.fit(OSELMClassifier(0, direct=True), scaler, halved, 3)
    once = OSELMClassifier(0, direct=True).fit(Z, y)
    np.testing.assert_allclose(found.P_, once.P_, rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(found.beta_, once.beta_, rtol=1e-10, atol=1e-12)


def test_scaling_is_min_max_for_the_official_features_alone() -> None:
    official, ours = fitting.scaler("uci561"), fitting.scaler("compact")
    assert (official.low, official.high) == (0, 100)
    assert ours.get_params() == RangeScaler().get_params()


@pytest.mark.parametrize("hidden", [0, 4])
def test_activities_that_nobody_did_have_an_output_of_zero(hidden: int) -> None:
    Z, y, _ = people(2)
    y = np.where(y == 1, 2, y)  # 0 and 2
    made = OSELMClassifier(hidden, direct=True)
    plain = OSELMClassifier(hidden, direct=True).fit(Z, y)
    found = fitting.fit(made, *plainly(Z, y), 4)
    assert found is made
    assert found.classes_.tolist() == [0, 1, 2, 3]
    np.testing.assert_allclose(found.P_, plain.P_, rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(found.beta_[:, [0, 2]], plain.beta_, rtol=1e-10, atol=1e-14)
    assert not found.beta_[:, [1, 3]].any()


def test_nothing_is_added_where_all_activities_were_done() -> None:
    Z, y, _ = people(2)
    found = fitting.fit(OSELMClassifier(0, direct=True), *plainly(Z, y), 3)
    plain = OSELMClassifier(0, direct=True).fit(Z, y)
    assert found.classes_.tolist() == [0, 1, 2]
    assert found.beta_.tolist() == plain.beta_.tolist()
    assert found.temperature_ == plain.temperature_


def test_calibration_is_what_the_model_makes_of_held_out_windows() -> None:
    Z, y, _ = people(2)
    learner = OSELMClassifier(0, direct=True).fit(Z, y)
    looks = fitting.outlooks(learner, Z[:20])
    assert looks == [learner.outlook(z) for z in Z[:20]]
    found, expected = fitting.calibration(learner, Z[:20], 3), drift.calibrate(looks, Z[:20], 3)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_model_knows_its_usual_leverage_and_its_accuracy() -> None:
    Z, y, subject = people(3)
    recording = np.zeros_like(subject)
    scaler = RangeScaler().fit(Z)
    learner = OSELMClassifier(4, direct=True, regularization=0.5).fit(Z, y)
    model = fitting.assemble(learner, scaler, Z, y, subject, recording)
    H, P = learner.hidden(Z), rls.full(learner.P_)
    assert model.leverage == pytest.approx(np.mean([h @ P @ h for h in H]), rel=1e-10)
    assert model.accuracy == fitting.accuracy_on_new_people(H, y, subject, 0.5)
    assert model.learner is learner
    assert model.scaler is scaler
    assert model.names == ("0", "1", "2")
    named = fitting.assemble(learner, scaler, Z, y, subject, recording, ("a", "b", "c"))
    assert named.names == ("a", "b", "c")


@pytest.mark.parametrize("regularization", [0.7, 30.0])
@pytest.mark.parametrize("count", [2, 4, 5, 7])
def test_accuracy_on_new_people_leaves_groups_of_them_out(
    count: int, regularization: float
) -> None:
    """By training anew without each group; the first five people begin the groups."""
    H, y, subject = people(count)
    ids = np.unique(subject)
    right = []
    for k in range(min(5, count)):
        group = [p for place, p in enumerate(ids) if place % 5 == k]
        rest = ~np.isin(subject, group)
        gram = H[rest].T @ H[rest] + regularization * np.eye(3)
        beta = np.linalg.solve(gram, H[rest].T @ np.eye(3)[y[rest]])
        right += [
            np.mean((H[subject == p] @ beta).argmax(axis=1) == y[subject == p]) for p in group
        ]
    assert 0.3 < np.mean(right) < 0.99
    found = fitting.accuracy_on_new_people(H, y, subject, regularization)
    assert found == pytest.approx(np.mean(right), rel=1e-12)


def test_one_person_says_nothing_of_new_ones() -> None:
    H, y, subject = people(1)
    assert fitting.accuracy_on_new_people(H, y, subject, 1.0) == 0
