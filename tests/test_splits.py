"""Splits, window by window."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tinyodl.windows import Windows, splits


def windows(subject: list[int], recording: list[int], y: list[int]) -> Windows:
    X = np.zeros((len(y), 1))
    count = np.arange(len(y))
    columns = (X, np.array(y), np.array(subject), np.array(recording))
    return Windows(*columns, ("a", "b"), count, X[None][:0])


@pytest.fixture
def some() -> Windows:
    """Five of a and three of b in recording 0, four of a in 1, three of a of another person."""
    subject = [7] * 12 + [3] * 3
    recording = [0] * 8 + [1] * 4 + [1] * 3
    y = [0, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    return windows(subject, recording, y)


def lists(sides: tuple[NDArray[np.intp], NDArray[np.intp]]) -> tuple[list[int], list[int]]:
    return sides[0].tolist(), sides[1].tolist()


def test_blocked_cuts_each_activity_of_each_recording(some: Windows) -> None:
    """3 of 5 and one window dropped, 2 of 3 and one dropped, 2 of 4, 2 of 3."""
    found = splits.cut(some, np.arange(15), 0.6, "blocked", 0)
    assert lists(found) == ([0, 1, 2, 3, 4, 8, 9, 12, 13], [6, 11])
    assert lists(splits.cut(some, np.arange(15), 0.6, "blocked", 1)) == lists(found)
    found = splits.cut(some, np.arange(15), 0.25, "blocked", 0)
    assert lists(found) == ([0, 3, 8, 12], [2, 5, 6, 7, 10, 11, 14])


def test_blocked_cuts_only_what_is_chosen(some: Windows) -> None:
    chosen = np.array([12, 13, 14, 0, 2, 5, 6])  # person by person, in another order
    assert lists(splits.cut(some, chosen, 0.5, "blocked", 0)) == ([0, 2, 12, 13], [6])


def test_two_people_in_one_recording_are_cut_apart() -> None:
    shared = windows([1, 1, 1, 2, 2, 2], [0] * 6, [0] * 6)
    assert lists(splits.cut(shared, np.arange(6), 0.4, "blocked", 0)) == ([0, 3], [2, 5])


def test_random_is_a_sorted_draw_by_seed(some: Windows) -> None:
    chosen = np.arange(3, 14)
    for seed in (0, 4):
        drawn = np.random.default_rng(seed).permutation(chosen).tolist()
        found = splits.cut(some, chosen, 0.6, "random", seed)
        assert lists(found) == (sorted(drawn[:7]), sorted(drawn[7:]))  # nothing is dropped


def test_what_the_cut_leaves_is_known_beforehand(some: Windows) -> None:
    assert splits.left_after(np.array([5, 3, 4, 3]), 0.6) == 2
    assert splits.left_after(np.array([5, 3, 4, 3]), 0.25) == 7
    assert splits.left_after(np.array([1, 0, 2]), 0.6) == 0


def test_people_come_in_the_order_given(some: Windows) -> None:
    assert splits.people(some, [3, 7]).tolist() == [12, 13, 14, *range(12)]
    assert splits.people(some, [7]).tolist() == list(range(12))


def test_shares_are_those_of_the_documents() -> None:
    assert (splits.TRAIN_SHARE, splits.STREAM_SHARE) == (0.7, 0.6)
