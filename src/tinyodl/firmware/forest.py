"""A random forest as C by emlearn: what else runs on a microcontroller, without learning there."""

import importlib.util
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier

TREES, DEPTH = 10, 8
CALL = """
#include "forest.h"
int32_t forest_run(const int16_t *x, int32_t n);
int32_t forest_run(const int16_t *x, int32_t n) { return forest_predict(x, n); }
"""


def there() -> bool:
    """Whether emlearn is installed."""
    return importlib.util.find_spec("emlearn") is not None


def source(h: NDArray[np.float64], y: NDArray[np.int64]) -> str:
    """The header of one that is trained on whole inputs (windows, n) and classes; "" where emlearn
    is not installed. Without its part that takes floating point."""
    if not there():
        return ""
    with np.errstate():  # importing it makes NumPy raise at every underflow, everywhere
        import emlearn

    trees = RandomForestClassifier(TREES, max_depth=DEPTH, random_state=0).fit(h, y)
    with tempfile.TemporaryDirectory() as work:
        path = Path(work) / "forest.h"
        emlearn.convert(trees, dtype="int16_t").save(file=str(path), name="forest")
        return path.read_text().partition("int forest_predict_proba")[0]
