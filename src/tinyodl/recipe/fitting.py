"""A model from windows: scaling, initial training, and what its drift detector is calibrated on."""

import numpy as np
from numpy.typing import NDArray

from tinyodl import drift
from tinyodl.har import Features, RangeScaler
from tinyodl.learn import OSELMClassifier, Outlook

Array = NDArray[np.float64]


def scaler(features: Features) -> RangeScaler:
    """Min-max for the official features, percentiles for ours."""
    return RangeScaler(0.0, 100.0) if features == "uci561" else RangeScaler()


def fit(model: OSELMClassifier, X: Array, y: NDArray[np.int64], classes: int) -> OSELMClassifier:
    """Initial training with an output for every class number below `classes`, also for those that y
    lacks."""
    absent = np.setdiff1d(np.arange(classes), y)
    if not len(absent):
        return model.fit(X, y)
    nothing = np.zeros((len(absent), X.shape[1]))
    return model.fit(
        np.vstack([X, nothing]), np.r_[y, absent], np.r_[np.ones(len(y)), np.zeros(len(absent))]
    )


def outlooks(model: OSELMClassifier, Z: Array) -> list[Outlook]:
    """What the model makes of each sample."""
    return [model.outlook(z) for z in Z]


def calibration(model: OSELMClassifier, Z: Array, classes: int) -> drift.Calibration:
    """What a drift detector takes as usual: the model on windows that it has not learnt, Z
    (windows, n) scaled."""
    return drift.calibrate(outlooks(model, Z), Z, classes)
