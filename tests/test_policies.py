"""The simple policies at the edges of their rules, and as they are made."""

import math

import numpy as np
import pytest

from tinyodl import prune
from tinyodl.prune import All, Decision, Fixed, Outlook, Published, Random


def sure(confidence: float) -> Outlook:
    return Outlook(0, confidence, 0.0)


def test_as_they_are_made_without_a_setting() -> None:
    assert (All().kappa, All().own_weight) == (1, 0)
    assert math.isnan(All().theta)
    assert (Fixed().theta, Fixed().kappa, Fixed().own_weight) == (0.16, 1, 0)
    assert (Random().fraction, Random().seed, Random().kappa) == (0.1, 0, 1)
    assert Random().own_weight == 0
    assert "Generator" not in repr(Random())
    assert math.isnan(Random().theta)
    assert (Published().x, Published().warm_up, Published().kappa) == (10, 288, 1)
    assert (Published().own_weight, Published().theta) == (0, 1)
    assert prune.make("fixed-self").own_weight == 0.25


def test_settings_are_passed_on_and_names_are_listed() -> None:
    assert isinstance(prune.make("all", kappa=3.0), All)
    assert prune.make("all", kappa=3.0).kappa == 3
    assert prune.make("published", x=2, kappa=5.0) == Published(2, kappa=5.0)
    with pytest.raises(ValueError, match="'never': there are all, fixed, fixed-self, published"):
        prune.make("never")


def test_fixed_asks_up_to_its_threshold_and_learns_own_labels_only_if_they_weigh() -> None:
    above = np.nextafter(0.3, 1)
    for own, otherwise in ((0.0, Decision.LEAVE), (0.01, Decision.OWN)):
        policy = Fixed(0.3, own)
        assert policy.decide(sure(0.3)) is Decision.ASK
        assert policy.decide(sure(above)) is otherwise


def test_random_asks_where_its_draw_is_below_the_fraction() -> None:
    draws = np.random.default_rng(5).random(50)
    policy = Random(0.4, 5)
    policy.start()  # draws go on
    found = [policy.decide(sure(0.0)) is Decision.ASK for _ in range(25)]
    policy.start()
    policy.told(sure(0.0), 1)
    found += [policy.decide(sure(0.0)) is Decision.ASK for _ in range(25)]
    assert found == (draws < 0.4).tolist()
    assert Random(float(draws[0]), 5).decide(sure(0.0)) is Decision.LEAVE  # its draw itself
    assert Random(0.0, 5).decide(sure(0.0)) is Decision.LEAVE


def test_published_warm_up_is_counted_in_labels() -> None:
    policy = Published(x=100, warm_up=2)
    for label in (0, 0):
        assert policy.decide(sure(2.0)) is Decision.ASK
        policy.told(sure(2.0), label)
    assert policy.decide(sure(2.0)) is Decision.LEAVE
    assert policy.decide(sure(1.0)) is Decision.ASK  # at the first threshold
    policy.start()
    assert policy.decide(sure(2.0)) is Decision.ASK
    assert Published(warm_up=0).decide(sure(1.1)) is Decision.LEAVE
    assert Published(warm_up=1).decide(sure(1.1)) is Decision.ASK


def test_published_steps_through_its_levels() -> None:
    policy = Published(x=2, warm_up=0)
    policy.told(sure(0.0), 0)
    assert policy.theta == 1  # one of two
    policy.start()

    def told(*agrees: bool) -> float:
        for each in agrees:
            policy.told(sure(0.0), 0 if each else 1)
        return policy.theta

    assert [told(True, True) for _ in range(5)] == [0.64, 0.32, 0.16, 0.08, 0.08]
    assert told(False) == 0.16
    assert [told(True), told(False), told(True)] == [0.16, 0.32, 0.32]  # the row is broken
    assert told(True) == 0.16
    assert told(True) == 0.16  # and starts anew after a step
    assert [told(False) for _ in range(4)] == [0.32, 0.64, 1.0, 1.0]
    assert told(True, True) == 0.64
    told(True)
    policy.start()
    assert policy.theta == 1
    assert told(True) == 1  # nothing is left of the row either
    assert told(True) == 0.64


def test_no_simple_policy_changes_by_what_it_is_told() -> None:
    for policy in (All(), Fixed(), Random()):
        before = repr(policy)
        policy.start()
        policy.told(sure(0.1), 1)
        assert repr(policy) == before
    assert All().decide(sure(9.0)) is Decision.ASK
