"""Questions an hour and a day, spread over it."""

import pytest

from tinyodl.device.budget import Budget

HOUR, DAY = 3600, 86_400  # s


def spend(budget: Budget, times: range) -> list[int]:
    """When questions were asked, of seconds at which one was wanted."""
    found = []
    for now in times:
        budget.tick(1000 * now)
        if budget.open:
            budget.asked()
            found.append(now)
    return found


def test_without_limits_everything_is_open() -> None:
    assert spend(Budget(), range(1000)) == list(range(1000))
    assert not Budget().spent
    assert Budget().scarce == 0


def test_an_hour_has_its_questions_half_their_even_spacing_apart() -> None:
    assert spend(Budget(per_hour=3), range(0, 7200, 10)) == [0, 600, 1200, 3600, 4200, 4800]


@pytest.mark.parametrize("day", [1, 2, 4, 5, 8, 40])
def test_a_day_has_its_questions_and_an_hour_a_quarter_of_them(day: int) -> None:
    budget = Budget(per_day=day)
    asked = spend(budget, range(0, DAY, 10))
    assert len(asked) == day
    assert sum(now < HOUR for now in asked) <= -(-day // 4)
    assert budget.spent
    budget.tick(1000 * DAY)
    assert not budget.spent
    assert budget.open


def test_the_lower_of_both_counts() -> None:
    assert Budget(per_hour=2, per_day=100).per_hour == 2
    assert Budget(per_hour=50, per_day=100).per_hour == 25


def test_no_questions_a_day_are_none() -> None:
    budget = Budget(per_day=0)
    assert budget.spent
    assert not budget.open
    assert not Budget(per_hour=0).open


def test_a_clock_that_is_set_back_gives_no_questions() -> None:
    budget = Budget(per_day=1)
    assert spend(budget, range(200_000, 200_100)) == [200_000]
    assert spend(budget, range(0, 100_000, 100)) == []
    budget.tick(3000 * DAY)
    assert budget.open


def test_what_is_left_is_scarcer_with_every_halving() -> None:
    budget, seen = Budget(per_day=8), []
    for _ in range(9):
        seen.append(budget.scarce)
        budget.asked()
    assert seen == [0, 0, 0, 0, 1, 1, 2, 3, 3]
