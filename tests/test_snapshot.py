"""A device's state is kept and restored: it goes on as if nothing had been, and what is not its own
is refused."""

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinyodl import drift, prune, teachers
from tinyodl.cli.safe import Place
from tinyodl.device import OnDeviceLearner, Rules, live, snapshot, tree
from tinyodl.device.snapshot import StateError
from tinyodl.experiments.trials import wearer
from tinyodl.windows import Windows


@pytest.fixture(scope="module")
def someone(compact_windows: Windows) -> tuple[Any, Any, Any]:
    who = wearer.prepare(compact_windows, 12)
    order = np.r_[who.stream, who.test, who.stream]
    return who.model, who.Z[order], compact_windows.y[order]


def steps(
    device: OnDeviceLearner, Z: Any, y: Any, begin: int, end: int, late: list[tuple[int, int, int]]
) -> list[Any]:
    """What becomes of some windows; every third answer comes five windows late: after a stop, if
    there is one between."""
    found: list[Any] = []
    for number in range(begin, end):
        now = number * 1.28
        step = device.sample(Z[number], now)
        found.append((*step._replace(query=None), step.query and step.query.values.tolist()))
        if step.query and number % 3:
            found.append(device.label(step.sample, int(y[number]), now))
        elif step.query:
            late.append((number + 5, step.sample, int(y[number])))
        while late and late[0][0] <= number:
            _, sample, label = late.pop(0)
            found.append(device.label(sample, label, now))
    return found


DETECTORS: dict[str, Callable[[Any], drift.Detector]] = {
    "cusum": drift.Cusum,
    "centroid": lambda calibration: drift.make("centroid", calibration),
    "manual": lambda calibration: drift.Manual(),
}


@pytest.mark.parametrize("detector", DETECTORS)
@pytest.mark.parametrize("policy", ["auto", "published", "random", "fixed", "all"])
def test_a_device_goes_on_from_its_state_as_if_nothing_had_been(
    someone: tuple[Any, Any, Any], policy: str, detector: str
) -> None:
    model, Z, y = someone
    rules = Rules(estimate=True, questions_per_day=400)

    def fresh() -> OnDeviceLearner:
        found = DETECTORS[detector](model.calibration)
        return OnDeviceLearner(model, prune.make(policy), detector=found, rules=rules)

    rng = np.random.default_rng(0)
    whole, parts = fresh(), fresh()
    if policy != "auto":
        whole.command(train=True)
        parts.command(train=True)
    under_way: dict[bool, list[tuple[int, int, int]]] = {True: [], False: []}
    cuts = sorted({0, *rng.integers(len(Z), size=40).tolist(), len(Z)})
    for begin, end in pairwise(cuts):
        expected = steps(whole, Z, y, begin, end, under_way[True])
        assert repr(steps(parts, Z, y, begin, end, under_way[False])) == repr(
            expected
        )  # with nan in it
        data = snapshot.dumps(parts)
        parts = fresh()
        assert snapshot.restore(parts, data) == {}
        assert snapshot.dumps(parts) == snapshot.dumps(whole) == data
    np.testing.assert_array_equal(whole.learner.P_, parts.learner.P_)
    np.testing.assert_array_equal(whole.learner.beta_, parts.learner.beta_)
    assert whole.counts["asked"] >= 3


def test_a_new_activity_is_kept(someone: tuple[Any, Any, Any]) -> None:
    model, Z, _ = someone
    model = model._replace(capacity=9)
    believes = Rules(confirm=False)
    device, other = (OnDeviceLearner(model, rules=believes) for _ in range(2))
    device.command(train=True)
    query = next(step for x in Z if (step := device.sample(x, 0.0)).query)
    device.label(query.sample, 77, 0.0)
    device.sample(Z[0], 1.0)
    place, fresh = Place(), Place()
    place.now, place.done = 5.5, ["a"]
    data = snapshot.dumps(device, {"where": ("x", 3), "place": place})
    kept = snapshot.restore(other, data, {"where": (), "place": fresh})
    assert kept["where"] == ("x", 3)
    assert vars(kept["place"]) == vars(place) != vars(fresh)
    assert other.arithmetic.labels == device.arithmetic.labels
    assert 77 in other.arithmetic.labels
    assert other.sample(Z[5], 2.0)._replace(query=None) == device.sample(Z[5], 2.0)._replace(
        query=None
    )


def test_a_state_of_another_device_is_refused_and_changes_nothing(
    someone: tuple[Any, Any, Any],
) -> None:
    model, Z, y = someone
    device = OnDeviceLearner(model)
    live(device, Z[:100], teachers.TrueLabels(y.tolist()))
    data = snapshot.dumps(device)
    others = {
        "another policy": OnDeviceLearner(model, prune.make("published")),
        "another detector": OnDeviceLearner(model, detector=drift.Manual()),
        "another model": OnDeviceLearner(model._replace(window=64)),
    }
    for says, other in others.items():
        before = snapshot.dumps(other)
        with pytest.raises(StateError, match=says):
            snapshot.restore(other, data)
        assert snapshot.dumps(other) == before
    for bad in (b"", data[:-1], data[:50] + b"x" + data[51:], Path(__file__).read_bytes()):
        with pytest.raises(StateError, match="no state of a device"):
            snapshot.restore(device, bad)
    assert snapshot.dumps(device) == data


def test_a_state_that_does_not_fit_this_version_is_refused(someone: tuple[Any, Any, Any]) -> None:
    model, _, _ = someone
    device = OnDeviceLearner(model)
    settings, arrays = snapshot.unpack(snapshot.dumps(device), snapshot.KIND)
    changes: list[Callable[[dict[str, Any]], object]] = [
        lambda s: s["device"]["state"]["object"].pop("wait"),
        lambda s: s["device"]["state"]["object"].update(more=1),
        lambda s: s["device"].pop("bout"),
        lambda s: s["device"]["state"]["object"].update(mode={"enum": ["Mode", "NONE"]}),
        lambda s: s["device"].update(bout=3),
        lambda s: s["device"].update(policy={"draws": {"state": 1}}),
        lambda s: s["device"]["bout"]["object"].update(votes={"array": ["<f8", [7], [1.0]]}),
        lambda s: s["device"]["bout"]["object"].update(votes={"array": ["O", [1], [1.0]]}),
        lambda s: s.update(labels=[1]),
    ]
    before = snapshot.dumps(device)
    for change in changes:
        wrong = json.loads(json.dumps(settings))
        change(wrong)
        with pytest.raises(StateError, match="does not fit this version"):
            snapshot.restore(device, snapshot.pack(snapshot.KIND, wrong, arrays))
        assert snapshot.dumps(device) == before


def test_what_is_no_data_is_not_kept(someone: tuple[Any, Any, Any]) -> None:
    model, _, _ = someone

    class Odd(prune.Auto):
        def start(self, usual: float = 1.0) -> None:
            super().start(usual)
            self.rule = lambda: 3

    with pytest.raises(StateError, match="take another policy"):
        snapshot.dumps(OnDeviceLearner(model, Odd()))


@pytest.mark.parametrize(
    "value",
    [
        None,
        (1, 2.5, "x"),
        [float("inf"), True],
        {"a": {1, 2}},
        np.arange(6, dtype=np.int8).reshape(2, 3),
        np.float64(0.1),
    ],
)
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    found = tree.put(json.loads(json.dumps(tree.take(value))), value)
    np.testing.assert_equal(found, value)
    assert type(found) is type(value) or isinstance(value, np.generic)
