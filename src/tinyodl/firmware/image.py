"""The learner in a state's image (`odl_save`), by its place there."""

import numpy as np
from numpy.typing import NDArray

from tinyodl.model import Model

HEADER = 12


def parts(model: Model, image: bytes) -> dict[str, NDArray[np.int64]]:
    """U (triangle), mantissa and exponent (d), b (room for classes, d), dither (1)."""
    d, classes = len(model.learner.beta_), max(model.capacity, len(model.learner.classes_))
    U = np.frombuffer(image, "<i2", d * (d - 1) // 2, HEADER)
    at = HEADER + 2 * len(U)
    D = np.frombuffer(image, np.dtype([("mantissa", "<u2"), ("exponent", "u1")]), d, at)
    row = np.dtype([("b", "<i2", d), ("score_mean", "<i4"), ("votes", "<i8")])
    rows = np.frombuffer(image, row, classes, at + D.nbytes + 1)
    dither = np.frombuffer(image, "<u4", 1, at + D.nbytes + 1 + rows.nbytes + 4)
    found = {
        "dither": dither,
        "U": U,
        "mantissa": D["mantissa"],
        "exponent": D["exponent"],
        "b": rows["b"],
    }
    return {name: part.astype(np.int64) for name, part in found.items()}
