"""The guard: its evidence by hand, a fair bet on average, what it finds and what it leaves."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyodl.device import guard
from tinyodl.device.guard import ONE, Guard

UP, DOWN = Fraction(7, 4), Fraction(1, 4)  # what a bet does to the stake
FACTORY, PRESENT = (True, False), (False, True)  # which of the two is right alone


def kept_back(bet: int) -> Fraction:
    """w_j of the docstring: 1/2, 1/8, 1/8, 1/32 four times, 1/128 eight times, ..."""
    return Fraction(1, 2 ** (2 * math.floor(math.log2(bet)) + 1))


def test_the_constants_are_those_that_are_documented() -> None:
    assert (guard.HIGHEST, guard.WON, guard.LOST, guard.ONE) == (1000, 7, 1, 2**32)


def test_evidence_starts_at_nothing_and_is_the_formula_exactly() -> None:
    mine = Guard()
    assert (mine.evidence, mine.bets) == (0, 0)
    parts = [Fraction(1, 2), *2 * [Fraction(1, 8)], *4 * [Fraction(1, 32)], Fraction(1, 128)]
    bets = [FACTORY, FACTORY, PRESENT, FACTORY, PRESENT, PRESENT, FACTORY, FACTORY]
    expected = Fraction(0)
    for count, (bet, part) in enumerate(zip(bets, parts, strict=True), 1):
        expected = (expected + part) * (UP if bet is FACTORY else DOWN)
        assert mine.update(*bet) is False
        assert mine.bets == count
        assert Fraction(mine.evidence, ONE) == expected
    first = Guard()
    first.update(*FACTORY)
    assert first.evidence == 0.875 * ONE
    first.update(*FACTORY)
    assert first.evidence == 1.75 * ONE
    first.update(*PRESENT)
    assert first.evidence == 0.46875 * ONE


@pytest.mark.parametrize("both", [True, False])
def test_where_both_are_right_or_both_wrong_nothing_is_bet(both: bool) -> None:
    mine = Guard()
    mine.update(*FACTORY)
    for _ in range(100):
        assert mine.update(both, both) is False
    assert (mine.evidence, mine.bets) == (0.875 * ONE, 1)


def test_it_speaks_where_the_evidence_reaches_a_thousand_and_not_before() -> None:
    mine = Guard()
    said = [mine.update(*FACTORY) for _ in range(14)]
    assert said == [False] * 13 + [True]
    assert mine.evidence >= 1000 * ONE
    exact = Guard()
    exact.evidence, exact.bets = -(-4000 * ONE // 7) - ONE // 32, 3  # the fourth bet makes it so
    exact_less_one = exact.evidence - 1
    assert exact.update(*FACTORY) is True
    below = Guard()
    below.evidence, below.bets = exact_less_one, 3
    assert below.update(*FACTORY) is False
    assert exact.update(*FACTORY) is True  # and goes on saying so
    assert exact.update(*PRESENT) is False


def test_what_is_kept_back_is_never_more_than_one_in_all() -> None:
    mine, total = Guard(), Fraction(0)
    for bet in range(1, 2**12):
        before, mine.evidence = mine.evidence, 0
        mine.update(*PRESENT)
        part = Fraction(mine.evidence, ONE) / DOWN
        assert part == kept_back(bet)
        total += part
        mine.evidence = before
    assert Fraction(99, 100) < total < 1


@given(st.lists(st.sampled_from([FACTORY, PRESENT, (True, True)]), max_size=60))
def test_no_bet_is_worth_more_on_average_than_what_is_staked(
    bets: list[tuple[bool, bool]],
) -> None:
    """A supermartingale: what is rounded off is lost to the bet."""
    mine = Guard()
    for bet in bets:
        mine.update(*bet)
        after = []
        for outcome in (FACTORY, PRESENT):
            twin = Guard()
            twin.evidence, twin.bets = mine.evidence, mine.bets
            twin.update(*outcome)
            after.append(Fraction(twin.evidence, ONE))
        staked = Fraction(mine.evidence, ONE) + kept_back(mine.bets + 1)
        assert staked - Fraction(1, ONE) < sum(after) / 2 <= staked  # rounded down
        assert all(value >= 0 for value in after)
        assert after[0] > after[1]


def first_said(bets: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int | None:
    """The number of the bet, from 1, at which the guard speaks; bets: the factory won."""
    mine = Guard()
    for count, factory in enumerate(bets.tolist(), 1):
        if mine.update(factory, not factory):
            return count
    return None


def test_a_model_that_is_no_worse_is_hardly_ever_sent_back() -> None:
    """400 lives of 2,000 fair bets each: 0.4 are allowed on average, over 3 once in 1,000 times."""
    fair = np.random.default_rng(0).random((400, 2000)) < 0.5
    assert sum(first_said(life) is not None for life in fair) <= 3


def test_a_model_that_is_right_more_often_is_never_sent_back() -> None:
    better = np.random.default_rng(1).random((50, 2000)) < 0.4
    assert all(first_said(life) is None for life in better)


def test_a_factory_that_is_right_nine_times_in_ten_is_found_soon() -> None:
    worse = np.random.default_rng(2).random((200, 120)) < 0.9
    counts = [first_said(life) for life in worse]
    found = [count for count in counts if count is not None]
    assert len(found) == 200
    assert np.median(found) <= 25
    assert max(found) <= 80


def test_it_is_found_too_after_three_hundred_bets_for_the_present_model() -> None:
    worse = np.random.default_rng(3).random((200, 200)) < 0.9
    found = []
    for life in worse:
        count = first_said(np.r_[np.zeros(300, bool), life])
        assert count is not None
        found.append(count - 300)
    assert np.median(found) <= 60
    assert max(found) <= 140
