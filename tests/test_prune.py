"""Policies: each rule, and what holds for all of them."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyodl import prune
from tinyodl.prune import Auto, Decision, Outlook, auto, published

CONFIDENCE = st.floats(0, 1.5)
EVENTS = st.lists(
    st.tuples(CONFIDENCE, CONFIDENCE, st.integers(0, 5), st.integers(0, 5)), max_size=300
)


@pytest.mark.parametrize("name", prune.POLICIES)
@given(events=EVENTS)
@settings(max_examples=25, deadline=None)
def test_every_policy_stays_in_range_and_starts_afresh(
    name: str, events: list[tuple[float, float, int, int]]
) -> None:
    policy = prune.make(name)
    policy.start()

    def live() -> list[tuple[Decision, float, float]]:
        seen = []
        for confidence, leverage, predicted, label in events:
            outlook = Outlook(predicted, confidence, leverage)
            decision = policy.decide(outlook)
            if decision is Decision.ASK:
                policy.told(outlook, label)
            assert math.isnan(policy.theta) or 0 < policy.theta <= 1
            assert policy.kappa > 0
            assert 0 <= policy.own_weight <= 1
            seen.append((decision, policy.theta, policy.kappa))
        return seen

    first = live()
    if name != "random":
        policy.start()
        assert repr(live()) == repr(first)


def test_all_asks_and_fixed_compares() -> None:
    assert prune.make("all").decide(Outlook(0, 1.4, 0.0)) is Decision.ASK
    assert prune.make("fixed", theta=0.2).decide(Outlook(0, 0.2, 0.0)) is Decision.ASK
    assert prune.make("fixed", theta=0.2).decide(Outlook(0, 0.21, 0.0)) is Decision.LEAVE
    assert prune.make("fixed-self", theta=0.2).decide(Outlook(0, 0.21, 0.0)) is Decision.OWN
    with pytest.raises(ValueError, match="auto"):
        prune.make("other")


def test_random_asks_its_fraction() -> None:
    policy = prune.make("random", fraction=0.3, seed=1)
    asked = np.mean([policy.decide(Outlook(0, 0.5, 0.0)) is Decision.ASK for _ in range(10_000)])
    assert abs(asked - 0.3) < 0.02


def test_published_rule_step_by_step() -> None:
    policy = prune.Published(x=3, warm_up=5)
    policy.start()
    assert policy.theta == 1.0
    for _ in range(3):
        # Warm-up: asked whatever the confidence.
        assert policy.decide(Outlook(0, 2.0, 0.0)) is Decision.ASK
        policy.told(Outlook(0, 0.5, 0.0), 0)
    assert policy.theta == 0.64
    for _ in range(2):
        policy.told(Outlook(0, 0.5, 0.0), 0)
    assert policy.decide(Outlook(0, 0.65, 0.0)) is Decision.LEAVE  # five are trained
    assert policy.decide(Outlook(0, 0.64, 0.0)) is Decision.ASK
    policy.told(Outlook(0, 0.5, 0.0), 1)
    assert policy.theta == 1.0  # up at a disagreement, and the run starts again
    for _ in range(30):
        policy.told(Outlook(0, 0.5, 0.0), 0)
    assert policy.theta == published.LEVELS[-1]
    policy.start()
    assert policy.theta == 1.0


AT = Outlook(1, 0.04, 0.0)  # asked at first: trust 0.04
TRUSTED = Outlook(1, 0.5, 0.0)


def test_autos_constants_are_those_that_are_documented() -> None:
    assert (auto.START, auto.LOWEST, auto.HIGHEST) == (0.05, 0.005, 0.5)
    assert (auto.RISE, auto.FALL) == (1.0, 0.0625)
    assert (auto.AMBIGUOUS, auto.FAR) == (0.125, 64.0)
    assert (auto.FIRST_KAPPA, auto.LAST_KAPPA) == (32.0, 64.0)
    assert (auto.OWN, auto.FULL_OWN) == (0.25, 3)
    assert vars(Auto()) == {
        "first_theta": 0.05,
        "rise": 1.0,
        "fall": 0.0625,
        "ambiguous": 0.125,
        "first_kappa": 32.0,
        "last_kappa": 64.0,
        "own": 0.25,
        "theta": 0.05,
        "kappa": 32.0,
        "own_weight": 0.25 / 8,
        "_unit": 1.0,
        "_known": 0.125,
        "_named": set(),
        "_disagreed": False,
    }


@pytest.mark.parametrize("usual", [0.25, 1.0, 4.0])
@pytest.mark.parametrize(("times", "theta"), [(1.0, 0.1), (3.0, 0.2), (0.125, 0.05625)])
def test_auto_trusts_less_where_the_model_has_not_been(
    usual: float, times: float, theta: float
) -> None:
    policy = Auto()
    policy.start(usual)
    at = Outlook(2, theta, times * usual)
    assert policy.decide(at._replace(confidence=theta - 1e-12)) is Decision.ASK
    assert policy.decide(at._replace(confidence=theta + 1e-12)) is Decision.OWN


def test_auto_asks_nothing_of_what_is_known() -> None:
    policy = Auto()
    policy.start(2.0)
    assert policy.decide(Outlook(0, 0.0, 0.25)) is Decision.ASK
    assert policy.decide(Outlook(0, 0.0, math.nextafter(0.25, 0))) is Decision.OWN


def test_leverage_beyond_a_bound_says_no_more() -> None:
    policy = Auto(first_theta=0.01)
    assert policy.decide(Outlook(0, 0.64, 1e9)) is Decision.ASK
    assert policy.decide(Outlook(0, 0.66, 1e9)) is Decision.OWN


def test_a_model_without_a_usual_leverage_will_do() -> None:
    policy = Auto()
    policy.start(0.0)
    assert policy.decide(Outlook(0, 0.05, 0.0)) is Decision.ASK
    assert policy.decide(Outlook(0, 0.06, 0.0)) is Decision.OWN


def test_autos_theta_doubles_and_falls_by_a_sixteenth() -> None:
    policy, expected = Auto(), 0.05
    for wrong in (True, False, False, True, False):
        policy.told(Outlook(1, 0.01, 1.0), 2 if wrong else 1)
        expected *= 2.0 if wrong else 0.9375
        assert policy.theta == pytest.approx(expected, rel=1e-12)


def test_what_was_trusted_and_right_says_nothing_of_theta() -> None:
    policy = Auto()
    policy.told(TRUSTED, 1)
    assert policy.theta == 0.05


def test_a_disagreement_with_what_was_trusted_lifts_autos_theta_until_it_is_in_doubt() -> None:
    policy = Auto()
    policy.told(Outlook(1, 0.9, 3.0), 2)
    assert policy.theta == pytest.approx(0.05 * 2**3, rel=1e-12)
    assert policy.decide(Outlook(1, 0.9, 3.0)) is Decision.ASK
    policy.told(Outlook(1, 2.0, 1.0), 2)
    assert policy.theta == auto.HIGHEST


def test_auto_theta_stays_in_its_range() -> None:
    policy = Auto()
    for _ in range(100):
        policy.told(Outlook(0, 0.0, 1.0), 0)
    assert policy.theta == auto.LOWEST
    for _ in range(100):
        policy.told(Outlook(0, 0.0, 1.0), 1)
    assert policy.theta == auto.HIGHEST


def kappas(*labels: tuple[int, int], last: float = 1024.0) -> list[float]:
    """kappa over its first value after each (predicted, label)."""
    policy, found = Auto(first_kappa=1.0, last_kappa=last), []
    for predicted, label in labels:
        policy.told(Outlook(predicted, 0.04, 1.0), label)
        found.append(policy.kappa)
    return found


def test_autos_kappa_doubles_with_every_disagreement_that_follows_another() -> None:
    assert kappas((0, 1), (1, 1), (0, 1), (0, 1), (0, 1), (1, 1), (0, 1)) == [1, 1, 1, 2, 4, 4, 4]
    assert kappas((2, 2), (0, 0), (5, 5)) == [1, 1, 1]


def test_autos_kappa_ends_at_its_last() -> None:
    assert kappas((0, 1), (0, 1), (0, 1), (0, 1), last=4.0) == [1, 2, 4, 4]
    policy = Auto()
    for _ in range(3):
        policy.told(TRUSTED, 0)
    assert policy.kappa == 64.0


def test_auto_starts_afresh() -> None:
    policy = Auto(first_theta=0.3, first_kappa=2.0)
    assert (policy.theta, policy.kappa) == (0.3, 2.0)
    for label in (0, 0, 3, 1):
        policy.told(AT, label)
    policy.start()
    assert vars(policy) == vars(Auto(first_theta=0.3, first_kappa=2.0))
    policy.told(AT, 0)  # the first disagreement again
    assert policy.kappa == 2.0


def test_autos_own_labels_weigh_more_the_more_activities_were_named() -> None:
    policy = Auto()
    seen = [policy.own_weight]
    for activity in (4, 4, 2, 4, 0, 5):
        policy.told(TRUSTED, activity)
        seen.append(policy.own_weight)
    assert seen == [1 / 32, 1 / 16, 1 / 16, 1 / 8, 1 / 8, 1 / 4, 1 / 4]
    policy.decide(TRUSTED)
    assert policy.own_weight == 1 / 4
    policy.start()
    assert policy.own_weight == 1 / 32
    assert Auto(own=1.0).own_weight == 1 / 8
