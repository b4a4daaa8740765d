"""A device that trains from its first sample on, through a stream whose labels are known."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinyodl import prune, teachers
from tinyodl.device import PLAIN, Episode, OnDeviceLearner, Rules, live
from tinyodl.learn import OSELMClassifier
from tinyodl.model import Model

AUTO = Rules(settle_after=None)
"""What `auto` is run with: a whole device, but for its predicting mode."""


class Followed(NamedTuple):
    """learner: as it is afterwards; episode: what happened on the way."""

    learner: OSELMClassifier
    episode: Episode


def follow(
    model: Model,
    Z: NDArray[np.float64],
    y: NDArray[np.int64],
    policy: prune.Policy,
    rules: Rules = PLAIN,
    seed: int = 0,
    known: NDArray[np.bool_] | None = None,
) -> Followed:
    """Z (samples, n) scaled inputs, y (samples,) the teacher's labels; each sample is predicted
    first; known: see `live`."""
    device = OnDeviceLearner(model, policy, rules=rules, seed=seed)
    device.command(train=True)
    episode = live(device, Z, teachers.TrueLabels(y.tolist()), known=known)
    return Followed(device.learner, episode)
