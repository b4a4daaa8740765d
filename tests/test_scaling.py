"""Scaling."""

import numpy as np
from sklearn.utils.estimator_checks import parametrize_with_checks

from tinyodl.har import RangeScaler


@parametrize_with_checks([RangeScaler()])
def test_scikit_learn_conventions(estimator: RangeScaler, check: object) -> None:
    check(estimator)  # type: ignore[operator]


def test_min_max_and_clipping() -> None:
    X = np.array([[0.0, 5.0], [10.0, 5.0]])
    scaler = RangeScaler(0, 100).fit(X)
    np.testing.assert_allclose(scaler.transform(X), [[-1, 0], [1, 0]])
    np.testing.assert_allclose(scaler.transform([[100.0, 9.0]]), [[1.5, 0]])
