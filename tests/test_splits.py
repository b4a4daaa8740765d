"""Splits, window by window."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tinyodl.data.recordings import Dataset, Recording
from tinyodl.windows import Windows, labelled, splits


def windows(subject: list[int], recording: list[int], y: list[int]) -> Windows:
    """Half a window apart, a whole one where another activity begins."""
    X = np.zeros((len(y), 1))
    start = np.cumsum(np.r_[0, 1 + (np.diff(y) != 0)])
    columns = (X, np.array(y), np.array(subject), np.array(recording))
    return Windows(*columns, ("a", "b"), start, X[None][:0])


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


LENGTH = 8  # readings of a window


@st.composite
def moved(draw: st.DrawFn) -> tuple[Windows, str]:
    """Some people's recordings, of activities that adjoin, cut into windows under either rule."""
    label = draw(st.sampled_from(["whole", "majority"]))
    parts: list[tuple[list[int], ...]] = []
    for recording in range(draw(st.integers(1, 5))):
        lengths = draw(st.lists(st.integers(1, 60), min_size=1, max_size=6))
        names = draw(st.lists(st.integers(0, 3), min_size=len(lengths), max_size=len(lengths)))
        activity = np.repeat(names, lengths)
        starts, y = labelled(activity, 3, LENGTH, label)  # type: ignore[arg-type]
        person = draw(st.integers(1, 2))
        parts.append((starts.tolist(), (y - 1).tolist(), [person] * len(y), [recording] * len(y)))
    start, y, subject, recording_of = (
        np.array([v for part in parts for v in part[k]], int) for k in range(4)
    )
    X = np.zeros((len(y), 1))
    own = Windows(X, y, subject, recording_of, ("a", "b", "c"), start, X[None][:0])
    return own, label


@given(moved(), st.sampled_from([0.6, 0.7]))
def test_no_reading_is_on_both_sides(found: tuple[Windows, str], share: float) -> None:
    own, label = found
    if not len(own.y):
        return
    every = np.arange(len(own.y))
    for split in ("blocked", "recordings"):
        first, second = splits.cut(own, every, share, split, 0)  # type: ignore[arg-type]
        assert not set(first) & set(second)
        for k in second:
            same = (own.recording[first] == own.recording[k]) & (
                own.subject[first] == own.subject[k]
            )
            apart = np.abs(own.start[first][same] - own.start[k])
            assert not (apart < LENGTH).any()
    if label == "whole":  # and nothing is dropped but at the cuts
        groups = np.unique(np.stack([own.subject, own.recording, own.y]), axis=1).shape[1]
        first, second = splits.cut(own, every, share, "blocked", 0)
        assert len(first) + len(second) >= len(every) - groups


@given(
    st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=3), min_size=2, max_size=12),
    st.integers(0, 1000),
)
def test_whole_recordings_are_on_either_side(kinds: list[list[int]], seed: int) -> None:
    """Each of some activities, in bouts of a few windows."""
    draws = np.random.default_rng(seed)
    bouts = [(r, k, int(draws.integers(1, 9))) for r, own in enumerate(kinds) for k in own]
    recording = [r for r, _, count in bouts for _ in range(count)]
    y = [k for _, k, count in bouts for _ in range(count)]
    own = windows([1] * len(y), recording, y)
    first, second = splits.cut(own, np.arange(len(y)), 0.6, "recordings", 0)
    assert sorted([*first, *second]) == list(range(len(y)))
    assert not set(own.recording[first]) & set(own.recording[second])
    if all(len(set(k)) == 1 for k in kinds):  # one activity each: on both sides where it can be
        for activity in set(y):
            if len({r for r, k, _ in bouts if k == activity}) > 1:
                assert activity in own.y[first]
                assert activity in own.y[second]
                total = (own.y == activity).sum()
                largest = max(
                    sum(n for q, k, n in bouts if (q, k) == (r, activity)) for r, _, _ in bouts
                )
                assert abs((own.y[first] == activity).sum() - 0.6 * total) <= largest


def test_whole_recordings_go_to_either_side_in_turn() -> None:
    own = windows([1] * 12, np.repeat(np.arange(6), 2).tolist(), [0] * 12)
    first, _ = splits.cut(own, np.arange(12), 0.6, "recordings", 0)
    assert np.unique(own.recording[first]).tolist() == [0, 2, 4, 5]  # 8 of 12 windows


def test_whole_recordings_are_split_where_there_are_enough_of_them() -> None:
    def dataset(counts: dict[tuple[int, int], int]) -> Dataset:
        recordings = [
            Recording("r", person, np.zeros((4, 6)), np.full(4, activity))
            for (person, activity), count in counts.items()
            for _ in range(count)
        ]
        return Dataset(recordings, ("a", "b"), {1: "1", 2: "2"})

    assert splits.enough_recordings(dataset({(1, 1): 4, (1, 2): 5, (2, 1): 4}))
    assert not splits.enough_recordings(dataset({(1, 1): 4, (1, 2): 3, (2, 1): 4}))
    assert not splits.enough_recordings(dataset({(1, 0): 4}))


def test_people_come_in_the_order_given(some: Windows) -> None:
    assert splits.people(some, [3, 7]).tolist() == [12, 13, 14, *range(12)]
    assert splits.people(some, [7]).tolist() == list(range(12))


def test_shares_are_those_of_the_documents() -> None:
    assert (splits.TRAIN_SHARE, splits.STREAM_SHARE) == (0.7, 0.6)
