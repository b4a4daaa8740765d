"""Who is trained on, what is streamed, what is tested: splits that do not leak.

Windows overlap by half, so a random split shares readings between its sides. `blocked` cuts each
activity of each recording once, in time order, and drops one window at the cut; `random` is there
to compare with papers.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tinyodl.windows.labelled import Windows

Split = Literal["blocked", "random"]
Indices = NDArray[np.intp]

TRAIN_SHARE = 0.7
STREAM_SHARE = 0.6


def cut(
    windows: Windows, chosen: Indices, share: float, split: Split, seed: int
) -> tuple[Indices, Indices]:
    """Split window indices: about `share` of them, and the rest; both in time order within each
    person.

    `seed` matters for "random" only.
    """
    groups = np.stack([windows.subject, windows.recording, windows.y])[:, chosen]
    first: list[NDArray[np.intp]] = []
    second: list[NDArray[np.intp]] = []
    if split == "random":
        shuffled = np.random.default_rng(seed).permutation(chosen)
        count = round(share * len(chosen))
        return np.sort(shuffled[:count]), np.sort(shuffled[count:])
    for group in np.unique(groups, axis=1).T:
        members = chosen[(groups == group[:, None]).all(axis=0)]
        count = round(share * len(members))
        first.append(members[:count])
        second.append(members[count + 1 :])
    return np.sort(np.concatenate(first)), np.sort(np.concatenate(second))


def left_after(counts: NDArray[np.int64], share: float) -> int:
    """How many windows `cut` leaves on the blocked split's second side, of groups with so many
    windows each."""
    return sum(max(0, n - round(share * n) - 1) for n in counts.tolist())


def people(windows: Windows, subjects: NDArray[np.int64] | list[int]) -> Indices:
    """Indices of these people's windows, person by person in the order given."""
    return np.concatenate([np.flatnonzero(windows.subject == p) for p in subjects])
