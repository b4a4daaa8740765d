"""Scaling of inputs, learnt from training people only."""

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data


class RangeScaler(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Maps the range between two percentiles of the training samples to -1..1, and clips further
    out.

    `RangeScaler()` takes the 1st and 99th percentile, robust to a few odd windows (for compact);
    `RangeScaler(0, 100)` is min-max (for uci561, as the official set). A constant input becomes 0.

    Attributes: middle_ (n,), gain_ (n,): scaled = clip((x - middle) * gain, -clip, clip).
    """

    def __init__(self, low: float = 1.0, high: float = 99.0, clip: float = 1.5) -> None:
        self.low = low
        self.high = high
        self.clip = clip

    def check(self) -> None:
        """ValueError where a parameter is out of range."""
        if not 0 <= self.low < self.high <= 100:
            raise ValueError(
                f"low and high are percentiles, low below high; got {self.low} and {self.high}"
            )
        if not 0 < self.clip < np.inf:
            raise ValueError(f"clip must be a number above 0, got {self.clip}")

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Learn the range of each input from X (samples, n)."""
        self.check()
        X = np.asarray(validate_data(self, X, dtype=np.float64))
        low, high = np.percentile(X, [self.low, self.high], axis=0)
        spread = high - low
        constant = spread <= 1e-12 * np.maximum(np.abs(low), np.abs(high))
        self.middle_: NDArray[np.float64] = (low + high) / 2
        self.gain_: NDArray[np.float64] = np.where(
            constant, 0.0, 2.0 / np.where(constant, 1.0, spread)
        )
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """X (samples, n) -> the same shape, within -clip..clip."""
        check_is_fitted(self)
        X = np.asarray(validate_data(self, X, dtype=np.float64, reset=False))
        return np.asarray(np.clip((X - self.middle_) * self.gain_, -self.clip, self.clip))
