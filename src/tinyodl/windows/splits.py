"""Who is trained on, what is streamed, what is tested: splits that do not leak.

Windows overlap by half, so a random split shares readings between its sides. `blocked` cuts each
activity of each recording once, in time order, and drops what overlaps the other side; `recordings`
puts whole recordings on either side; `random` is there to compare with papers.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tinyodl.data.recordings import Dataset
from tinyodl.windows.labelled import Windows

Split = Literal["blocked", "random", "recordings"]
Indices = NDArray[np.intp]

TRAIN_SHARE = 0.7
STREAM_SHARE = 0.6
ENOUGH = 4  # recordings of each activity from which whole ones are split


def cut(
    windows: Windows, chosen: Indices, share: float, split: Split, seed: int
) -> tuple[Indices, Indices]:
    """Split window indices: about `share` of them, and the rest; both in time order within each
    person.

    `seed` matters for "random" only.
    """
    if split == "random":
        shuffled = np.random.default_rng(seed).permutation(chosen)
        count = round(share * len(chosen))
        return np.sort(shuffled[:count]), np.sort(shuffled[count:])
    if split == "recordings":
        first = np.zeros(len(chosen), bool)
        for person in np.unique(windows.subject[chosen]):
            own = windows.subject[chosen] == person
            first[own] = _whole(windows.recording[chosen[own]], windows.y[chosen[own]], share)
        return np.sort(chosen[first]), np.sort(chosen[~first])
    groups = np.stack([windows.subject, windows.recording, windows.y])[:, chosen]
    sides: tuple[list[Indices], list[Indices]] = ([], [])
    for group in np.unique(groups, axis=1).T:
        members = chosen[(groups == group[:, None]).all(axis=0)]
        count = round(share * len(members))
        sides[0].append(members[:count])
        sides[1].append(members[count + 1 :])
    kept, rest = (np.sort(np.concatenate(side)) for side in sides)
    return kept, rest[~_overlapping(windows, rest, kept)]


def _whole(recording: NDArray[np.int64], y: NDArray[np.int64], share: float) -> NDArray[np.bool_]:
    """Which windows of one person are on the first side, whole recordings: one after the other to
    the side that leaves each activity's share nearest to what it should be; then, where an activity
    of several recordings is on one side only, its shortest one to the other, if that takes no other
    activity away there."""
    names, where = np.unique(recording, return_inverse=True)
    counts = np.zeros((len(names), y.max(initial=0) + 1))
    np.add.at(counts, (where, y), 1)
    total = np.maximum(counts.sum(axis=0), 1)
    first = np.zeros(len(names), bool)
    ahead = np.zeros(counts.shape[1])  # windows on the first side, over its share
    for k, own in enumerate(counts):
        with_it, without = ahead + (1 - share) * own, ahead - share * own
        first[k] = ((with_it / total) ** 2).sum() <= ((without / total) ** 2).sum()
        ahead = with_it if first[k] else without
    for activity in np.flatnonzero((counts > 0).sum(axis=0) > 1):
        own = np.flatnonzero(counts[:, activity] > 0)
        if first[own].all() or not first[own].any():
            for k in own[np.argsort(counts[own].sum(axis=1), kind="stable")]:
                stays = (counts[(first == first[k]) & (np.arange(len(names)) != k)] > 0).any(axis=0)
                if (stays | (counts[k] == 0)).all():
                    first[k] = not first[k]
                    break
    return np.asarray(first[where])


def _overlapping(windows: Windows, rest: Indices, kept: Indices) -> NDArray[np.bool_]:
    """Which of the rest share readings with a window that is kept: windows of one recording, whose
    length is twice the distance from one to the next."""
    found = np.zeros(len(rest), bool)
    own = (windows.subject[rest], windows.recording[rest])
    for person, recording in np.unique(np.stack(own), axis=1).T:
        there = (windows.subject == person) & (windows.recording == recording)
        steps = np.diff(np.unique(windows.start[there]))
        here = np.flatnonzero((own[0] == person) & (own[1] == recording))
        begins = np.sort(windows.start[kept[there[kept]]])
        if not (len(steps) and len(begins)):
            continue
        starts = windows.start[rest[here]]
        after = np.clip(np.searchsorted(begins, starts), 1, len(begins)) - 1
        near = np.minimum(
            np.abs(starts - begins[after]),
            np.abs(starts - begins[np.minimum(after + 1, len(begins) - 1)]),
        )
        found[here] = near < 2 * steps.min()
    return found


def enough_recordings(dataset: Dataset) -> bool:
    """Whether every person has several recordings of each activity that they do."""
    found: dict[tuple[int, int], int] = {}
    for r in dataset.recordings:
        for activity in np.unique(r.activity[r.activity > 0]).tolist():
            key = r.subject, activity
            found[key] = found.get(key, 0) + 1
    return bool(found) and min(found.values()) >= ENOUGH


def left_after(counts: NDArray[np.int64], share: float) -> int:
    """How many windows `cut` leaves on the blocked split's second side, of groups with so many
    windows each (where they are of one activity each)."""
    return sum(max(0, n - round(share * n) - 1) for n in counts.tolist())


def people(windows: Windows, subjects: NDArray[np.int64] | list[int]) -> Indices:
    """Indices of these people's windows, person by person in the order given."""
    return np.concatenate([np.flatnonzero(windows.subject == p) for p in subjects])
