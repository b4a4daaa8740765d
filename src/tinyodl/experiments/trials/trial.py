"""What one trial is about: people to train on, a new wearer or five, one seed."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinyodl import link
from tinyodl.data.hapt import DRIFTED
from tinyodl.har import Features
from tinyodl.registry import OURS_ALONE, Added
from tinyodl.windows import Windows, splits

Protocol = Literal["pooled", "person"]
Order = Literal["time", "shuffled"]


class Trial(NamedTuple):
    """What one trial is about; person is the one left out (0 for "pooled"); seeds: how many a
    device is run with; added: what is compared beside ours; arithmetic: of devices, float or
    fixed."""

    protocol: Protocol
    features: Features
    hidden: tuple[int, ...]
    split: splits.Split
    order: Order
    payload: link.Payload
    seed: int
    person: int
    seeds: int = 1
    added: Added = OURS_ALONE
    arithmetic: str = "float"


class Sides(NamedTuple):
    """Window indices: what is trained on, tested before, streamed, and tested after."""

    train: splits.Indices
    before: splits.Indices
    stream: splits.Indices
    test: splits.Indices


def sides(windows: Windows, trial: Trial) -> Sides:
    """pooled: all but the drifted five (70 % train, 30 % before); person: all but one, likewise."""
    drifted = list(DRIFTED) if trial.protocol == "pooled" else [trial.person]
    others = np.flatnonzero(~np.isin(windows.subject, drifted))
    train, before = splits.cut(windows, others, splits.TRAIN_SHARE, trial.split, trial.seed)
    stream, test = splits.cut(
        windows, splits.people(windows, drifted), splits.STREAM_SHARE, trial.split, trial.seed
    )
    if trial.order == "shuffled":
        stream = np.random.default_rng(trial.seed).permutation(stream)
    return Sides(train, before, stream, test)


def per_person(right: NDArray[np.bool_], subjects: NDArray[np.int64]) -> dict[str, float]:
    """Share of right answers for each person."""
    return {str(p): float(right[subjects == p].mean()) for p in np.unique(subjects)}
