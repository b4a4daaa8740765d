"""The arithmetic of learning: against the plain formulas, and each guard at its edge."""

import numpy as np
import pytest
import scipy.linalg
from numpy.typing import NDArray

from tinyodl.learn import reference, rls

Array = NDArray[np.float64]
D, M = 4, 3


def state(seed: int = 0, d: int = D, m: int = M) -> tuple[Array, Array]:
    draws = np.random.default_rng(seed)
    A = draws.normal(size=(d, d))
    return A @ A.T + 0.1 * np.eye(d), draws.normal(size=(d, m))


def step(
    h: Array,
    P: Array,
    beta: Array,
    y: int = 0,
    weight: float = 1.0,
    known: float = 0.0,
    reach: float = 1.0,
    forgetting: float = 1.0,
    ceiling: float = np.inf,
) -> tuple[float, Array, Array, Array]:
    """What a step returns, and P, beta and o after it; buffers start as rubbish."""
    packed, own = rls.triangle(P), beta.copy()
    u, o = np.full(len(h), np.nan), np.full(beta.shape[1], np.nan)
    found = rls.step(h, y, weight, known, reach, forgetting, ceiling, packed, own, u, o)
    return found, rls.full(packed), own, o


def close(found: Array, expected: Array) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_the_triangle_is_row_after_row() -> None:
    matrix = np.array([[1, 2, 4], [2, 3, 5], [4, 5, 6]])
    assert rls.triangle(matrix).tolist() == [1, 2, 3, 4, 5, 6]
    assert rls.full(np.arange(1, 7)).tolist() == matrix.tolist()
    assert rls.full(np.array([7])).tolist() == [[7]]
    assert rls.full(np.arange(10)).shape == (4, 4)


def test_batch_is_the_weighted_ridge_solution() -> None:
    H = np.array([[1.0, 2.0], [0.5, -1.0], [3.0, 0.25]])
    Y, weight = np.eye(2)[[0, 1, 1]], np.array([1.0, 2.0, 0.5])
    P, beta = rls.batch(H, Y, weight, 0.3)
    W = np.diag(weight)
    expected = np.linalg.inv(H.T @ W @ H + 0.3 * np.eye(2))
    close(rls.full(P), expected)
    close(beta, expected @ H.T @ W @ Y)


def test_batch_refuses_what_float64_cannot_tell_from_nothing() -> None:
    """P is diag(1 / a^2, 1) / 4: its smallest value must be above 1e-13 of the trace."""
    Y, weight = np.eye(2), np.ones(2)
    for square, refused in ((0.95e13, False), (1.05e13, True)):
        H = 2 * np.diag([np.sqrt(square), 1.0])
        if refused:
            with pytest.raises(scipy.linalg.LinAlgError, match="ill-conditioned"):
                rls.batch(H, Y, weight, 1e-9)
        else:
            P, _ = rls.batch(H, Y, weight, 1e-9)
            np.testing.assert_allclose(P, [0.25 / square, 0, 0.25], rtol=1e-6)


def test_before_any_sample() -> None:
    P, beta = rls.prior(3, 2, 0.25)
    assert P.tolist() == [4, 0, 4, 0, 0, 4]
    assert beta.tolist() == [[0, 0]] * 3


def test_outputs_and_leverage() -> None:
    P, beta = state()
    h = np.array([0.5, -1.25, 2.0, 0.75])
    o = np.full(M, np.nan)
    rls.outputs(h, beta, o)
    close(o, beta.T @ h)
    u = np.full(D, np.nan)
    assert rls.times(h, rls.triangle(P), u) == pytest.approx(h @ P @ h, rel=1e-12)
    close(u, P @ h)


@pytest.mark.parametrize("weight", [0.25, 1.0, 16.0])
@pytest.mark.parametrize("forgetting", [1.0, 0.95, 0.5])
@pytest.mark.parametrize("y", [0, 2])
def test_a_step_is_the_reference(weight: float, forgetting: float, y: int) -> None:
    P, beta = state(1)
    h = np.array([0.5, -1.25, 2.0, 0.75])
    denominator, P1, beta1, o = step(h, P, beta, y, weight, forgetting=forgetting)
    P2, beta2 = reference.step(h, np.eye(M)[y], P, beta, weight, forgetting)
    close(P1, P2)
    close(beta1, beta2)
    close(o, beta.T @ h)  # those before it
    assert denominator == pytest.approx(1 + weight * h @ P @ h, rel=1e-12)


def test_what_is_known_moves_beta_and_leaves_p() -> None:
    """P = diag(1, 2), h = (1, 1), so that the leverage is 3 without rounding."""
    P, beta = np.diag([1.0, 2.0]), np.array([[0.5, -1.0, 0.25], [2.0, 0.0, 1.0]])
    h = np.ones(2)
    P2, beta2 = reference.step(h, np.eye(M)[1], P, beta, 2.0)
    for known, stays in ((3.0, True), (4.0, True), (np.nextafter(3.0, 0), False), (0.0, False)):
        denominator, P1, beta1, _ = step(h, P, beta, 1, 2.0, known)
        assert denominator == 7
        close(beta1, beta2)
        if stays:
            assert P1.tolist() == P.tolist()
        else:
            close(P1, P2)


def lead(o: Array, y: int) -> float:
    return float(o[y] - np.delete(o, y).max())


@pytest.mark.parametrize("weight", [0.25, 4.0, 1000.0])
@pytest.mark.parametrize("reach", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("y", [0, 1, 2])
def test_a_label_is_given_the_lead_it_is_to_reach_and_no_more(
    weight: float, reach: float, y: int
) -> None:
    """On the way of the whole step, as far as that goes; P is the whole step's."""
    h = np.array([0.5, -1.25, 2.0, 0.75])
    for seed in range(40):
        P, beta = state(seed)
        beta *= 0.2
        _, whole, full_way, o = step(h, P, beta, y, weight)
        _, P1, beta1, _ = step(h, P, beta, y, weight, reach=reach)
        close(P1, whole)
        before, after, all_the_way = lead(o, y), lead(h @ beta1, y), lead(h @ full_way, y)
        if before >= reach:
            close(beta1, beta)
        else:
            assert after == pytest.approx(min(reach, all_the_way), abs=1e-9)
            assert after > before
        moved = beta1 - beta
        share = (moved * (full_way - beta)).sum() / ((full_way - beta) ** 2).sum()
        close(moved, share * (full_way - beta))
        assert -1e-12 <= share <= 1 + 1e-12


def test_a_lead_beyond_one_is_left_alone() -> None:
    beta = np.array([[2.0, 0.5]])
    _, P, found, _ = step(np.ones(1), np.ones((1, 1)), beta, 0, 1.0, reach=0.5)
    assert found.tolist() == beta.tolist()
    assert P.tolist() == [[0.5]]


def test_a_step_of_just_one() -> None:
    """w = 2, h.u = 1/2: what is taken from P is 1 times u u^T."""
    _, P, beta, _ = step(np.ones(1), np.full((1, 1), 0.5), np.zeros((1, 2)), 1, 2.0)
    assert P.tolist() == [[0.25]]
    assert beta.tolist() == [[0, 0.5]]


@pytest.mark.parametrize(
    ("h", "weight"),
    [
        ([np.nan, 1.0], 1.0),
        ([1.0, np.inf], 1.0),
        ([1e200, 1.0], 1.0),
        ([1.0, 1.0], -0.1),
        ([1.0, 1.0], np.nan),
    ],
)
def test_what_is_not_finite_changes_nothing(h: list[float], weight: float) -> None:
    P, beta = state(2, 2, 2)
    found, P1, beta1, _ = step(np.array(h), P, beta, 1, weight, forgetting=0.9)
    assert found == -1
    close(P1, P)
    assert beta1.tolist() == beta.tolist()


def test_a_weight_of_nothing_is_a_step_all_the_same() -> None:
    P, beta = state(2, 2, 2)
    found, P1, beta1, o = step(np.array([1.0, 2.0]), P, beta, 1, 0.0)
    assert found == 1
    close(P1, P)
    assert beta1.tolist() == beta.tolist()
    close(o, beta.T @ [1.0, 2.0])


@pytest.mark.parametrize("forgetting", [1.0, 0.9])
def test_a_sample_of_zeros_changes_nothing(forgetting: float) -> None:
    P, beta = state(3)
    found, P1, beta1, o = step(np.zeros(D), P, beta, 1, 1.0, forgetting=forgetting)
    assert found == 1
    close(P1, P)
    assert beta1.tolist() == beta.tolist()
    assert o.tolist() == [0, 0, 0]


def test_forgetting_lifts_the_trace_up_to_its_ceiling() -> None:
    """h = (1, 1/2) and P = 2 I: h.u = 5/2, what is forgotten is 0.5 / 2.5 = 0.2 at a weight of
    0.1."""
    P, beta, h = 2 * np.eye(2), np.zeros((2, 2)), np.array([1.0, 0.5])
    grown, beta2 = reference.step(h, np.array([1.0, 0.0]), P, beta, 0.1, 0.5)
    trace = np.trace(grown)
    assert trace > 4.5
    for ceiling, grows in ((trace + 1e-6, True), (trace - 1e-6, False), (0.0, False)):
        _, P1, beta1, _ = step(h, P, beta, 0, 0.1, 0.0, 1.0, 0.5, ceiling)
        close(P1, grown if grows else P)
        close(beta1, beta2)


def test_the_ceiling_itself_may_be_reached() -> None:
    """P = h = 1, nothing learnt and half forgotten: P doubles."""
    P, beta = np.ones((1, 1)), np.zeros((1, 2))
    assert step(np.ones(1), P, beta, 0, 0.0, 0.0, 1.0, 0.5, 2.0)[1].tolist() == [[2]]
    assert step(np.ones(1), P, beta, 0, 0.0, 0.0, 1.0, 0.5, 1.99)[1].tolist() == [[1]]


def test_what_makes_p_smaller_is_learnt_above_the_ceiling_too() -> None:
    P, beta = state(4)
    h = np.array([0.5, -1.0, 0.25, 1.0])
    expected, _ = reference.step(h, np.eye(M)[0], P, beta, 3.0, 0.99)
    assert np.trace(expected) < np.trace(P)
    close(step(h, P, beta, 0, 3.0, 0.0, 1.0, 0.99, 0.5 * np.trace(expected))[1], expected)


def test_certainty_ends_at_the_resolution() -> None:
    """P = diag(1, 3), h = (2, 0): the floor of h^T P h is 1e-13 x 4 x 4, of P 4e-13."""
    P, beta, h = np.diag([1.0, 3.0]), np.zeros((2, 2)), np.array([2.0, 0.0])
    for weight, left in ((1e15, 4e-13), (2e11, 1 / (1 + 4 * 2e11)), (5e11, 1 / (1 + 4 * 5e11))):
        _, P1, beta1, _ = step(h, P, beta, 1, weight)
        assert P1[0, 0] == pytest.approx(left, rel=2e-3, abs=0)
        assert P1[1].tolist() == [0, 3]
        close(beta1, np.array([[0, 0.5], [0, 0]]))


def test_what_is_below_the_resolution_stays() -> None:
    """h^T P h is 1e-14, its floor 1e-13; a weight of 1e14 would halve it."""
    P, beta, h = np.diag([1e-14, 1.0]), np.zeros((2, 2)), np.array([1.0, 0.0])
    for forgetting in (1.0, 0.5):
        _, P1, beta1, _ = step(h, P, beta, 1, 1e14, forgetting=forgetting)
        assert P1.tolist() == P.tolist()
        np.testing.assert_allclose(beta1, [[0, 0.5], [0, 0]], rtol=1e-12)


def test_forgetting_may_keep_off_the_resolution() -> None:
    """h^T P h = 4e-13: learning alone would end below the floor of 1e-13, with half of what was
    known forgotten it does not."""
    P, beta, h = np.diag([4e-13, 1.0]), np.zeros((2, 2)), np.array([1.0, 0.0])
    expected = 1 / (1 / 4e-13 + 8e12 - 0.5 / 4e-13)
    assert 1.05e-13 < expected < 1.1e-13
    _, P1, _, _ = step(h, P, beta, 1, 8e12, forgetting=0.5)
    assert P1[0, 0] == pytest.approx(expected, rel=1e-9, abs=0)
    _, P1, _, _ = step(h, P, beta, 1, 8e12)
    assert P1[0, 0] == pytest.approx(1e-13, rel=1e-9, abs=0)


@pytest.mark.parametrize("weight", [0.25, 3.0])
def test_what_is_held_is_a_step_of_p_alone(weight: float) -> None:
    P, beta = state(5)
    h = np.array([0.5, -1.25, 2.0, 0.75])
    expected, _ = reference.step(h, h @ beta, P, beta, weight)
    packed = rls.triangle(P)
    rls.hold(h, packed, P @ h, weight)
    close(rls.full(packed), expected)
    close(rls.full(packed), step(h, P, beta, 1, weight)[1])


def many(weight: list[float], forgetting: float, rows: Array) -> tuple[int, Array, Array]:
    P, beta = state(6)
    packed = rls.triangle(P)
    u, o = np.empty(D), np.empty(M)
    labels = np.arange(len(rows)) % M
    done = rls.steps(rows, labels, np.array(weight), forgetting, np.inf, packed, beta, u, o)
    return done, rls.full(packed), beta


ROWS = np.random.default_rng(7).normal(size=(4, D))


@pytest.mark.parametrize("forgetting", [1.0, 0.9])
def test_steps_leave_out_rows_without_weight(forgetting: float) -> None:
    weight = [0.5, 0.0, 2.0, 1e-300]
    done, P, beta = many(weight, forgetting, 0.1 * ROWS)
    assert done == 4
    P2, beta2 = state(6)
    for t in (0, 2, 3):
        args = (0.1 * ROWS[t], np.eye(M)[t % M], P2, beta2, weight[t], forgetting)
        P2, beta2 = reference.step(*args)
    close(P, P2)
    close(beta, beta2)


def test_steps_say_which_row_they_stopped_at() -> None:
    rows = ROWS.copy()
    rows[2, 1] = np.nan
    done, P, beta = many([1.0] * 4, 1.0, rows)
    assert done == 2
    _, P2, beta2 = many([1.0, 1.0], 1.0, rows[:2])
    close(P, P2)
    close(beta, beta2)
