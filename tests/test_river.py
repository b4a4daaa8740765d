"""The river adapter against river's own checks."""

from collections.abc import Callable
from typing import Any

import pytest
from river import datasets, metrics
from river.checks import yield_checks

from tinyodl.learn.river import RiverOSELM

# Checks that cannot apply, with the reason.
LEFT_OUT: dict[str, str] = {}


def make() -> RiverOSELM:
    return RiverOSELM(n_hidden=8, direct=True, slots=32, max_classes=12)


@pytest.mark.parametrize(
    "check",
    [c for c in yield_checks(make()) if c.__name__ not in LEFT_OUT],
    ids=lambda c: c.__name__,
)
def test_river_conventions(check: Callable[[Any], None]) -> None:
    check(make())


def test_it_learns_a_stream_whose_features_come_and_go() -> None:
    model, right = RiverOSELM(n_hidden=0, direct=True, slots=16), metrics.Accuracy()
    for k, (x, y) in enumerate(datasets.Phishing()):
        if k % 3 == 0:
            x = {name: value for name, value in x.items() if hash(name) % 4}
        right.update(y, model.predict_one(x) or False)
        model.learn_one(x, y)
    assert right.get() > 0.8


def test_one_class_too_many_is_an_error() -> None:
    model = RiverOSELM(n_hidden=4, slots=2, max_classes=2)
    model.learn_one({"a": 1.0}, "x")
    model.learn_one({"a": 2.0}, "y")
    with pytest.raises(ValueError, match="max_classes"):
        model.learn_one({"a": 3.0}, "z")
