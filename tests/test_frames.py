"""pandas and polars frames, feature names and all, into the classifier and out of the scaler."""

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.pipeline import make_pipeline

from tinyodl.har import RangeScaler
from tinyodl.learn import OSELMClassifier
from tinyodl.model import Model, dumps, loads

NAMES = ["speed", "turn", "tilt"]
X = np.random.default_rng(0).normal(size=(60, 3))
Y = np.array(["rest", "walk"])[(X[:, 0] > 0).astype(int)]
Frame = Callable[[Any, list[str]], Any]


@pytest.fixture(params=["polars", "pandas"])
def frame(request: pytest.FixtureRequest) -> Iterator[Frame]:
    """Makes one; any warning, of names above all, is an error meanwhile."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        if request.param == "polars":
            yield lambda values, names: pl.DataFrame(values, schema=names)
        else:
            pandas = pytest.importorskip("pandas")
            yield lambda values, names: pandas.DataFrame(values, columns=names)


def test_the_classifier_knows_its_names(frame: Frame) -> None:
    table = frame(X, NAMES)
    plain = OSELMClassifier(8, direct=True).fit(X, Y)
    named = OSELMClassifier(8, direct=True).fit(table, type(table[NAMES[0]])(Y))
    assert list(named.feature_names_in_) == list(named.copy().feature_names_in_) == NAMES
    np.testing.assert_array_equal(named.predict(table), plain.predict(X))
    np.testing.assert_array_equal(named.predict_proba(table), plain.predict_proba(X))
    named.partial_fit(table[:5], Y[:5])
    plain.partial_fit(X[:5], Y[:5])
    np.testing.assert_array_equal(named.copy().outputs(table), plain.outputs(X))
    for other in (table[["turn", "speed", "tilt"]], frame(X, ["speed", "turn", "else"])):
        with pytest.raises(ValueError, match="feature names"):
            named.predict(other)


@pytest.mark.parametrize("out", ["polars", "pandas"])
def test_the_scaler_hands_them_on(frame: Frame, out: str) -> None:
    pytest.importorskip(out)
    table = frame(X, NAMES)
    steps = make_pipeline(RangeScaler(), OSELMClassifier(8, direct=True))
    steps.set_output(transform=out).fit(table, Y)
    scaled = steps[:-1].transform(table)
    assert type(scaled).__module__.partition(".")[0] == out
    assert list(scaled.columns) == list(steps[-1].feature_names_in_) == NAMES
    assert steps.score(table, Y) > 0.9


def test_a_model_finds_its_inputs_by_name(frame: Frame) -> None:
    scaler = RangeScaler().fit(X)
    learner = OSELMClassifier(8, direct=True).fit(scaler.transform(X), Y)
    model = loads(dumps(Model(learner, scaler, tuple(NAMES))))
    mixed = frame(np.c_[X[:, 2], 9 * X[:, 0], X[:, :2]], ["tilt", "more", "speed", "turn"])
    np.testing.assert_array_equal(model.predict(mixed), model.predict(X))
    with pytest.raises(ValueError, match=r"no column 'turn' \(2 of 3"):
        model.predict(frame(X, ["speed", "b", "c"]))
    named = Model(
        learner, RangeScaler().set_output(transform="default").fit(frame(X, NAMES)), tuple(NAMES)
    )
    np.testing.assert_array_equal(named.predict(mixed), model.predict(X))
