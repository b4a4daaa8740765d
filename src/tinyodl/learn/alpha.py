"""Input weights: drawn and stored, or regenerated from a hash so that a device keeps none of them.

The hash is Marsaglia's 32-bit xorshift with shifts 13, 17, 5 (G. Marsaglia, "Xorshift RNGs",
Journal of Statistical Software 8(14), 2003). Its period of 2**32 - 1 covers every weight once,
unlike the 16-bit generator of the published core. What a port needs to know:

seeding  state = (seed + 1) * 0x9E3779B9 modulo 2**32 (1 where that is 0), then 16 steps that
         are thrown away
order    weight (i, j) of input i and node j is number t = i * N + j: node after node, input by
         input
"hash"   one step a weight; its upper 16 bits as a signed number, divided by 2**15: [-1, 1)
"sign"   one step for 32 weights; bit t % 32 of step t // 32, lowest first: 1 is +1, 0 is -1
"""

from typing import Any, Literal

import numpy as np
from numba import njit
from numpy.typing import NDArray

Kind = Literal["base", "hash", "sign"]
KINDS = ("base", "hash", "sign")


@njit(cache=True)  # type: ignore[misc]
def _xorshift32(seed, count):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    state = np.uint32(
        (np.uint64(seed) + np.uint64(1)) * np.uint64(0x9E3779B9) & np.uint64(0xFFFFFFFF)
    )
    if state == 0:
        state = np.uint32(1)
    states = np.empty(count, np.uint32)
    for t in range(-16, count):
        state ^= np.uint32(state << np.uint32(13))
        state ^= state >> np.uint32(17)
        state ^= np.uint32(state << np.uint32(5))
        if t >= 0:
            states[t] = state
    return states


def xorshift32(seed: int, count: int) -> NDArray[np.uint32]:
    """The states after seeding, one a step: (count,)."""
    return np.asarray(_xorshift32(np.uint64(seed % 2**32), count))


def draw(kind: Kind, inputs: int, nodes: int, seed: int) -> NDArray[np.float64]:
    """Input weights (inputs, nodes) of about unit size; see the module's text.

    >>> draw("sign", 2, 3, seed=0)
    array([[-1.,  1., -1.],
           [ 1., -1., -1.]])
    """
    weights = inputs * nodes
    if kind == "base":
        return np.random.default_rng(seed).uniform(-1.0, 1.0, (inputs, nodes))
    if kind == "hash":
        upper = (xorshift32(seed, weights) >> np.uint32(16)).astype(np.uint16)
        values: NDArray[Any] = upper.view(np.int16) / 2.0**15
    else:
        words = xorshift32(seed, -(-weights // 32))
        bits = np.unpackbits(words.astype("<u4").view(np.uint8), bitorder="little")[:weights]
        values = bits * 2.0 - 1.0
    return np.asarray(values.reshape(inputs, nodes), dtype=np.float64)
