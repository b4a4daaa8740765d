"""A device in one of the arithmetics there are, and one that trains from its first sample on,
through a stream whose labels are known."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinyodl import fixed, prune, teachers
from tinyodl.device import PLAIN, Episode, OnDeviceLearner, Rules, live
from tinyodl.device.learner import RULES
from tinyodl.learn import OSELMClassifier
from tinyodl.model import Model

AUTO = Rules(settle_after=None)
"""What `auto` is run with: a whole device, but for its predicting mode."""


def device(
    model: Model,
    arithmetic: str,
    policy: prune.Policy | None = None,
    rules: Rules = RULES,
    seed: int = 0,
) -> OnDeviceLearner:
    """A new one that computes so; in floating point where the model has no other form."""
    whole = arithmetic == "fixed" and fixed.fits(model.learner)
    return (fixed.device if whole else OnDeviceLearner)(model, policy, rules=rules, seed=seed)


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
    arithmetic: str = "float",
) -> Followed:
    """Z (samples, n) scaled inputs, y (samples,) the teacher's labels; each sample is predicted
    first; known: see `live`."""
    mine = device(model, arithmetic, policy, rules, seed)
    mine.command(train=True)
    episode = live(mine, Z, teachers.TrueLabels(y.tolist()), known=known)
    return Followed(mine.learner, episode)
