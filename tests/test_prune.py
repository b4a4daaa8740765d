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


def test_auto_theta_follows_the_share_of_disagreements() -> None:
    policy = Auto()
    policy.start()
    for _ in range(100):
        policy.told(Outlook(0, 0.0, 0.0), 0)
    assert policy.theta == auto.LOWEST
    for _ in range(100):
        policy.told(Outlook(0, 0.0, 0.0), 1)
    assert policy.theta == auto.HIGHEST


def test_auto_audits_ever_more_rarely_until_one_disagrees() -> None:
    policy = Auto()
    policy.start()

    def until_asked(confidence: float) -> int:
        for count in range(1, 10_000):
            if policy.decide(Outlook(0, confidence, 0.0)) is Decision.ASK:
                return count
        return 0

    gaps = []
    for _ in range(3):
        gaps.append(until_asked(0.9))
        policy.told(Outlook(0, 0.9, 0.0), 0)
    assert gaps == [policy.first_audit, 2 * policy.first_audit, 4 * policy.first_audit]
    until_asked(0.7)
    policy.told(Outlook(0, 0.7, 0.0), 1)  # confidently wrong: the threshold now covers it
    assert policy.theta == 0.7
    assert policy.decide(Outlook(0, 0.7, 0.0)) is Decision.ASK
    assert until_asked(0.8) == policy.first_audit


def test_auto_boosts_with_what_it_sees_and_with_disagreements() -> None:
    policy = Auto()
    policy.start()
    first = policy.kappa
    for _ in range(10):
        policy.decide(Outlook(2, 1.0, 0.0))
    assert policy.kappa == first  # one activity only
    policy.decide(Outlook(3, 1.0, 0.0))
    assert policy.kappa == first * policy.seen
    policy.told(Outlook(2, 0.01, 0.0), 3)
    assert policy.kappa == first * policy.seen * policy.disagreed
    for k in range(40):
        policy.told(Outlook(k % 6, 0.01, 0.0), (k + 1) % 6)
    assert policy.kappa == policy.last_boost
    assert policy.own_weight < 0.05 * policy.own  # own labels count for little now


def test_auto_trusts_less_where_the_model_has_not_been() -> None:
    policy = Auto()
    policy.start()
    assert policy.decide(Outlook(0, 0.5, 0.0)) is Decision.OWN
    assert policy.decide(Outlook(0, 0.5, 100.0)) is Decision.ASK
