"""Hidden nodes in whole numbers: weights from a hash or its bits, a hard sigmoid by a shift and a
clamp. docs/fixed-point.md has the formats; `learn.alpha` how weights are drawn."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinyodl.fixed import core
from tinyodl.learn import OSELMClassifier

Ints = NDArray[np.int64]

HASH_BITS = 14  # fraction of a weight of the hash: its upper 16 bits, the lowest left out
K_BITS = 15  # bits of the factor from sums to nodes


class Nodes(NamedTuple):
    """weights (n, N); gain, shift: h = 64 + (sum gain >> shift), within 0..127; first: the hash's
    first state."""

    weights: Ints
    gain: int
    shift: int
    first: int

    def of(self, x: Ints) -> Ints:
        """h (N,) of inputs x (n,). Sums of 32 bits are exact in a float of 64."""
        sums = np.rint(x.astype(float) @ self.weights.astype(float)).astype(np.int64)
        return np.asarray(np.clip((sums * self.gain >> self.shift) + 64, 0, core.H))


def nodes(learner: OSELMClassifier, clip: float) -> Nodes | None:
    """A learner's, None where it has none. ValueError where a device could not draw or compute
    them."""
    if learner.n_hidden == 0:
        return None
    if learner.alpha not in ("hash", "sign") or learner.activation != "hard_sigmoid":
        raise ValueError(
            f"nodes of {learner.alpha} weights and a {learner.activation} take more than whole "
            "numbers: train with hash or sign weights and the hard sigmoid"
        )
    signs = learner.alpha == "sign"
    weights = np.rint(learner.alpha_ * (1 if signs else 2**15)).astype(np.int64)
    first = _first_sign(weights) if signs else _first_hash(weights)
    if not signs:
        weights >>= 1
    unit = 1.0 if signs else 2.0**HASH_BITS
    per = core.H * learner.hidden_scale / np.sqrt(len(weights)) * clip / core.H / (4 * unit)
    shift = K_BITS - 1 - int(np.floor(np.log2(per)))
    return Nodes(weights, min(round(per * 2**shift), 2**K_BITS - 1), shift, first)


def _first_sign(weights: Ints) -> int:
    bits = (weights.ravel()[:32] > 0).astype(np.uint64)
    return int((bits << np.arange(len(bits), dtype=np.uint64)).sum())


def _first_hash(weights: Ints) -> int:
    """The 16 bits that no weight tells are those that lead to the weights that follow."""
    upper = weights.ravel()[:8] & 0xFFFF
    states = (int(upper[0]) << 16) + np.arange(2**16, dtype=np.int64)
    first = states.copy()
    for following in upper[1:]:
        states = states ^ (states << 13 & 0xFFFFFFFF)
        states ^= states >> 17
        states ^= states << 5 & 0xFFFFFFFF
        fits = states >> 16 == following
        states, first = states[fits], first[fits]
    if len(first) != 1:
        raise ValueError("the nodes' weights are not those of the hash: train the model again")
    return int(first[0])
