"""The values of a query: scaled inputs as int8, or as float32.

>>> import numpy as np
>>> to_bytes(np.array([-1.5, 0.0, 0.75]), clip=1.5).tolist()
[-127, 0, 64]
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Payload = Literal["int8", "float32"]

VALUE_BYTES: dict[Payload, int] = {"int8": 1, "float32": 4}
LEVELS = 127  # of an int8 input, on either side of 0


def to_bytes(x: NDArray[np.float64], clip: float) -> NDArray[np.int8]:
    """Scaled inputs in -clip..clip as they are sent and kept."""
    return np.asarray(np.clip(np.round(x * (LEVELS / clip)), -LEVELS, LEVELS).astype(np.int8))


def from_bytes(values: NDArray[np.int8], clip: float) -> NDArray[np.float64]:
    """The inverse of `to_bytes`, rounded to its levels."""
    return np.asarray(values.astype(np.float64) * (clip / LEVELS))


def as_sent(Z: NDArray[np.float64], payload: Payload, clip: float) -> NDArray[np.float64]:
    """What the teacher receives of scaled inputs in -clip..clip: rounded to the payload's
    numbers."""
    if payload == "float32":
        return Z.astype(np.float32).astype(np.float64)
    return from_bytes(to_bytes(Z, clip), clip)
