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
    assert (auto.START, auto.CAUTION, auto.TARGET, auto.RATE) == (0.05, 128.0, 0.25, 0.3)
    assert (auto.LOWEST, auto.HIGHEST) == (0.01, 1.0)
    assert (auto.FIRST_KAPPA, auto.LAST_KAPPA) == (8.0, 16.0)
    assert vars(Auto()) == {
        "first_theta": 0.05,
        "caution": 128.0,
        "target": 0.25,
        "rate": 0.3,
        "first_kappa": 8.0,
        "last_kappa": 16.0,
        "own": 1.0,
        "theta": 0.05,
        "kappa": 8.0,
        "_activities": set(),
        "_trusted": set(),
        "_disagreed": False,
    }


@pytest.mark.parametrize(
    ("confidence", "leverage", "caution", "trust"),
    [(0.5, 0.0, 128.0, 0.5), (0.5, 0.0078125, 128.0, 0.25), (0.9, 0.5, 4.0, 0.3), (0, 9, 1, 0)],
)
def test_auto_trusts_less_where_the_model_has_not_been(
    confidence: float, leverage: float, caution: float, trust: float
) -> None:
    policy = Auto(caution=caution, first_theta=trust)
    outlook = Outlook(2, confidence, leverage)
    assert policy.trust(outlook) == pytest.approx(trust, rel=1e-15)
    policy.theta = policy.trust(outlook)
    assert policy.decide(outlook) is Decision.ASK  # at theta still
    policy.theta = math.nextafter(policy.theta, -1)
    assert policy.decide(outlook) is Decision.OWN


@pytest.mark.parametrize("rate", [0.3, 1.0])
@pytest.mark.parametrize("target", [0.25, 0.5])
def test_auto_theta_takes_the_step_of_robbins_and_monro(rate: float, target: float) -> None:
    policy = Auto(first_theta=0.2, rate=rate, target=target)
    expected = math.log(0.2)
    for wrong in (True, False, False, True, False):
        policy.told(Outlook(1, 0.04, 0.0), 2 if wrong else 1)
        expected += rate * (1 - target) if wrong else -rate * target
        assert policy.theta == pytest.approx(math.exp(expected), rel=1e-12)


def test_auto_theta_steps_at_trust_theta_and_not_above_it() -> None:
    policy = Auto()
    policy.told(Outlook(1, 0.05, 0.0), 1)
    assert policy.theta == pytest.approx(0.05 * math.exp(-0.075), rel=1e-12)
    policy = Auto()
    policy.told(Outlook(1, math.nextafter(0.05, 1), 0.0), 1)
    assert policy.theta == 0.05  # trusted and right: an audit that says nothing of theta


def test_a_disagreement_with_what_was_trusted_lifts_autos_theta_to_that_trust() -> None:
    policy = Auto()
    policy.told(Outlook(1, 0.9, 1 / 128), 2)
    assert policy.theta == 0.45
    assert policy.decide(Outlook(1, 0.9, 1 / 128)) is Decision.ASK
    policy.told(Outlook(1, 1.4, 0.0), 2)
    assert policy.theta == auto.HIGHEST


def test_auto_theta_stays_in_its_range() -> None:
    policy = Auto()
    for _ in range(100):
        policy.told(Outlook(0, 0.0, 0.0), 0)
    assert policy.theta == auto.LOWEST
    for _ in range(100):
        policy.told(Outlook(0, 0.0, 0.0), 1)
    assert policy.theta == auto.HIGHEST


def kappas(*labels: tuple[int, int], last: float = 1024.0) -> list[float]:
    """kappa over its first value after each (predicted, label)."""
    policy, found = Auto(first_kappa=1.0, last_kappa=last), []
    for predicted, label in labels:
        policy.told(Outlook(predicted, 0.04, 0.0), label)
        found.append(policy.kappa)
    return found


def test_autos_kappa_doubles_with_every_further_activity() -> None:
    assert kappas((2, 2), (2, 2), (0, 0), (2, 2), (5, 5), (0, 0)) == [1, 1, 2, 2, 4, 4]


def test_autos_kappa_doubles_with_every_disagreement_that_follows_another() -> None:
    assert kappas((0, 1), (1, 1), (0, 1), (0, 1), (0, 1), (1, 1), (0, 1)) == [1, 1, 1, 2, 4, 4, 4]


def test_an_activity_that_one_slip_named_is_not_met() -> None:
    assert kappas((1, 1), (1, 4), (1, 1), (4, 4)) == [1, 1, 1, 2]
    # Confirmed by the next label that disagrees: of that, and of the activity, once each.
    assert kappas((1, 1), (1, 4), (1, 4), (4, 4)) == [1, 1, 4, 4]
    assert kappas((1, 4), (1, 4), (4, 4), (1, 1)) == [1, 2, 2, 4]


def test_autos_kappa_ends_at_its_last() -> None:
    assert kappas((0, 0), (1, 1), (2, 2), (3, 3), last=4.0) == [1, 2, 4, 4]
    assert kappas((0, 0), (1, 1), (2, 2), last=3.0) == [1, 2, 3]
    policy = Auto()
    policy.told(AT, 0), policy.told(AT, 0)
    assert policy.kappa == 16.0


def test_trusted_labels_move_autos_kappa_all_the_same() -> None:
    policy = Auto()
    policy.told(TRUSTED, 1)
    policy.told(TRUSTED._replace(predicted=2), 2)
    assert (policy.kappa, policy.theta) == (16.0, 0.05)


def test_auto_starts_afresh() -> None:
    policy = Auto(first_theta=0.3, first_kappa=2.0)
    assert (policy.theta, policy.kappa) == (0.3, 2.0)
    for label in (0, 0, 3, 1):
        policy.told(AT, label)
    policy.start()
    assert vars(policy) == vars(Auto(first_theta=0.3, first_kappa=2.0))
    policy.told(AT, 0)  # the first disagreement again
    assert policy.kappa == 2.0


def test_autos_own_labels_weigh_more_the_more_activities_it_trusts() -> None:
    policy = Auto()
    seen = [policy.own_weight]
    for activity in (4, 4, 2, 4, 0, 5):
        assert policy.decide(Outlook(activity, 0.5, 0.0)) is Decision.OWN
        seen.append(policy.own_weight)
    assert seen == [0.125, 0.25, 0.25, 0.5, 0.5, 1.0, 1.0]
    policy.decide(Outlook(1, 0.05, 0.0))  # asked: not trusted
    policy.start()
    assert policy.decide(Outlook(1, 0.05, 0.0)) is Decision.ASK
    assert policy.own_weight == 0.125
    half = Auto(own=0.5)
    half.decide(Outlook(0, 0.5, 0.0))
    assert half.own_weight == 0.125
