"""The document out of hand-made results: every figure differs from every other, so that a mix-up
shows."""

import math
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinyodl.data.recordings import Dataset
from tinyodl.energy import Energy
from tinyodl.experiments.running.runs import Config, Job
from tinyodl.experiments.summary import devices, document, memory, people, rows, spending, summarise
from tinyodl.experiments.summary import statistics as stats
from tinyodl.experiments.trials.trial import Trial

ONE = 12.706204736432095  # Student's t, one degree of freedom, 97.5 %
AUTO_SHARE = "random, as often as auto"
FIGURES = resources.files("tinyodl.energy").joinpath("nrf52840.toml").read_text()
T = 0.03125  # all steps are powers of two, so that sums are exact


# Statistics ---------------------------------------------------------------------------------------


def test_an_interval_by_hand() -> None:
    assert stats.interval([0.5]) is None
    assert stats.interval([3.0, 5.0]) == pytest.approx(ONE)
    spread = math.sqrt(42 / 18) / math.sqrt(3)  # of 1, 2, 4
    assert stats.interval([1.0, 2.0, 4.0]) == pytest.approx(4.302652729911275 * spread)


def test_the_bootstrap_takes_the_middle_95_of_2000_means() -> None:
    values = [0.3137, 0.7761, 0.1209, 0.9318, 0.5803, 0.4472, 0.6654, 0.2590, 0.8846]
    draws = np.random.default_rng(0).integers(9, size=(2000, 9)).tolist()
    found = sorted(sum(values[k] for k in draw) / 9 for draw in draws)

    def at(place: float) -> float:
        below = int(place)
        return found[below] + (place - below) * (found[below + 1] - found[below])

    assert stats.bootstrap(values) == pytest.approx([at(0.025 * 1999), at(0.975 * 1999)])


def test_means_are_over_trials_and_people_over_seeds() -> None:
    assert stats.means([[1.0, 3.0], [7.0]], lambda v: 2 * v) == [4, 14]
    by_seed: list[list[dict[str, float]]] = [[{"10": 1.0}, {"9": 2.0}], [{"10": 5.0, "9": 3.0}]]
    found = stats.by_person(by_seed, lambda v: v)
    assert list(found.items()) == [(9, 2.5), (10, 3.0)]


# Rows ---------------------------------------------------------------------------------------------


def outcome(k: int, base: float, persons: dict[str, float]) -> dict[str, Any]:
    """Of trial k (two a seed): each figure has a base and a step of its own."""
    return {
        "accuracy_after": base + T * k,
        "macro_f1": base + 0.25 + 2 * T * k,
        "accuracy_learning": base + 0.5 + 4 * T * k,
        "accuracy_before_after": base + 0.75 + 8 * T * k,
        "query_fraction": base + 2 + 16 * T * k,
        "questions": base + 4 + 64 * T * k,
        "byte_fraction": base + 3 + 32 * T * k,
        "person_after": persons,
    }


def policy(name: str, setting: dict[str, float | None], **of: Any) -> dict[str, Any]:
    return {"policy": name, "theta": None, "fraction": None, **setting, **of}


def row(k: int, **more: Any) -> dict[str, Any]:
    """Of trial k: people 7 and 12 in the first of a seed, 30 in the second."""
    first = k % 2 == 0
    return {
        "method": "M",
        "inputs": 17,
        "hidden": 5,
        "state_bytes": 1234,
        "accuracy_before": 10 + T * k,
        "accuracy_drifted": 20 + 2 * T * k,
        "person_drifted": {"7": 0.5 + T * k, "12": 0.25} if first else {"30": 0.75},
        "after": outcome(k, 30, {"7": 0.5, "12": 0.25 + T * k} if first else {"30": 0.625}),
        "pruning": [
            policy("fixed", {"theta": 0.25}, **outcome(k, 40, {"7": 0.1} if first else {"30": 0})),
            policy("fixed", {"theta": 0.5}, **outcome(k, 50, {"7": 0.2} if first else {"30": 0})),
            policy("random", {"fraction": 0.5}, **outcome(k, 60, {"7": 0.3})),
            policy(
                "auto",
                {},
                **outcome(k, 70, {"7": 0.375, "12": 0.5 - T * k} if first else {"30": 0.875}),
            ),
        ],
        **more,
    }


def by_seed(**more: Any) -> list[list[Any]]:
    return [[row(0, **more), row(1, **more)], [row(2, **more), row(3, **more)]]


def spread(step: float) -> float:
    """The interval of two seeds whose trials are `step` apart: their means are two steps apart."""
    return ONE * step


def test_a_methods_row() -> None:
    found = rows.row_of(by_seed(), {7: "Ann", 12: "Bea"})
    assert (found["inputs"], found["state_bytes"]) == (17, 1234)
    steps = {"accuracy_before": (10, 1), "accuracy_drifted": (20, 2), "accuracy_after": (30, 1)}
    steps |= {"macro_f1": (30.25, 2), "accuracy_learning": (30.5, 4)}
    steps |= {"accuracy_before_after": (30.75, 8)}
    for name, (base, step) in steps.items():
        assert found[name] == base + 1.5 * step * T, name
        assert found["interval"][name] == pytest.approx(spread(step * T)), name
        assert [s[name] for s in found["seeds"]] == [base + k * step * T for k in (0.5, 2.5)]
    assert set(found["interval"]) == set(steps) == set(found["seeds"][0])
    # after: 7: 0.5; 12: 0.25 + T; 30: 0.625; before: 7: 0.5 + T; 12: 0.25; 30: 0.75
    assert found["people_interval"] == stats.bootstrap([0.5, 0.25 + T, 0.625])
    assert found["worst_person"] == 12
    assert found["worst_person_name"] == "Bea"
    assert found["worst_person_after"] == 0.25 + T
    assert found["people_losing_over_1_point"] == 2
    assert "rates" not in found
    assert rows.row_of(by_seed(), {})["worst_person_name"] == "12"
    assert rows.row_of(by_seed()[:1], {})["interval"]["macro_f1"] is None


def test_a_point_lost_is_more_than_one_in_a_hundred() -> None:
    def lost(after: float, drifted: float) -> int:
        only = row(0) | {"person_drifted": {"1": drifted}}
        only["after"] = outcome(0, 0, {"1": after})
        found: int = rows.row_of([[only]], {})["people_losing_over_1_point"]
        return found

    assert [lost(a, 0.5) for a in (0.495, 0.5 - 0.01, 0.489, 0.6)] == [0, 0, 1, 0]


def test_rates_of_a_baseline_are_listed() -> None:
    trials: list[list[Any]] = [[row(0, rate=0.25), row(1, rate=0.5)], [row(2, rate=0.125)]]
    assert rows.row_of(trials, {})["rates"] == [0.25, 0.5, 0.125]
    assert "rates" not in rows.row_of([[row(0, rate=None)]], {})


def test_policies_are_told_apart_by_their_settings() -> None:
    trials = by_seed()
    settings = rows.settings(trials[0][0])
    assert [tuple(s) for s in settings] == [
        ("fixed", 0.25, None),
        ("fixed", 0.5, None),
        ("random", None, 0.5),
        ("auto", None, None),
    ]
    for setting, base in zip(settings, (40, 50, 60, 70), strict=True):
        assert rows.under(trials[0][0], setting)["accuracy_after"] == base
    with pytest.raises(StopIteration):
        rows.under(trials[0][0], rows.Setting("fixed", 0.125, None))


def test_a_policys_row() -> None:
    found = rows.policy_of(by_seed(), rows.Setting("auto", None, None))
    assert (found["policy"], found["theta"], found["fraction"]) == ("auto", None, None)
    steps = {"accuracy_after": (70, 1), "macro_f1": (70.25, 2), "accuracy_learning": (70.5, 4)}
    steps |= {"accuracy_before_after": (70.75, 8), "query_fraction": (72, 16)}
    steps |= {"byte_fraction": (73, 32), "questions": (74, 64)}
    for name, (base, step) in steps.items():
        assert found[name] == base + 1.5 * step * T, name
        assert found["interval"][name] == pytest.approx(spread(step * T)), name
        assert [s[name] for s in found["seeds"]] == [base + k * step * T for k in (0.5, 2.5)]
    assert set(found["interval"]) == set(steps) == set(found["seeds"][0])
    # 7: 0.375, every label 0.5; 12: 0.5 - T, 0.25 + T; 30: 0.875, 0.625
    assert found["people_interval"] == stats.bootstrap([0.375, 0.5 - T, 0.875])
    assert found["worst_person_after"] == 0.375
    assert found["people_losing_over_1_point"] == 1
    assert rows.policy_of(by_seed(), rows.Setting("fixed", 0.5, None))["accuracy_after"] > 50


def test_a_policy_loses_a_point_against_every_label() -> None:
    def lost(own: float) -> int:
        only = row(0)
        only["after"] = outcome(0, 0, {"1": 0.5})
        only["pruning"] = [policy("auto", {}, **outcome(0, 0, {"1": own}))]
        setting = rows.Setting("auto", None, None)
        found: int = rows.policy_of([[only]], setting)["people_losing_over_1_point"]
        return found

    assert [lost(own) for own in (0.495, 0.5 - 0.01, 0.489, 0.6)] == [0, 0, 1, 0]


def test_the_others_at_autos_share() -> None:
    """Between the two thresholds on either side, however they are ordered."""
    points = [
        ("fixed", 0.5, 0.75),
        ("auto", 0.25, 0.875),
        ("fixed", 0.125, 0.25),
        ("fixed", 0.375, 0.5),
        ("published", 0.25, 0.0),
        (AUTO_SHARE, 0.25, 0.625),
    ]
    names = ("policy", "query_fraction", "accuracy_after")
    found = rows.same_share([dict(zip(names, point, strict=True)) for point in points])
    assert found == [
        {
            "policy": name,
            "query_fraction": 0.25,
            "accuracy_after": value,
            "auto_accuracy_after": 0.875,
            "auto_ahead": 0.875 - value,
        }
        for name, value in (("fixed", 0.375), (AUTO_SHARE, 0.625))
    ]
    with_own = [dict(zip(names, p, strict=True)) for p in (points[1], ("fixed-self", 0.25, 0.5))]
    assert [f["policy"] for f in rows.same_share(with_own)] == ["fixed-self"]
    assert rows.same_share([dict(zip(names, points[0], strict=True))]) == []


# People -------------------------------------------------------------------------------------------


def test_each_person() -> None:
    found = people.people_of(by_seed(), {12: "Bea"}, lambda p: p > 10)
    keys = ("person", "name", "chose_inputs", "accuracy_drifted", "accuracy_after")
    assert [tuple(p[k] for k in (*keys, "accuracy_after_auto")) for p in found] == [
        (7, "7", False, 0.5 + T, 0.5, 0.375),
        (12, "Bea", True, 0.25, 0.25 + T, 0.5 - T),
        (30, "30", True, 0.75, 0.625, 0.875),
    ]
    without = people.people_of(by_seed(pruning=[]), {}, lambda p: False)
    assert [p["accuracy_after_auto"] for p in without] == [None] * 3


def test_streams_that_see_little() -> None:
    """Changes by seed and person: 1, -3 and 2, -5 of one stream, +10 of the other."""

    def sided(k: int) -> list[dict[str, Any]]:
        change = (1.0, -3.0, 2.0, -5.0)[k]
        return [
            {"stream": "a", "change": change, "query_fraction": 0.25 * k},
            {"stream": "b", "change": change + 10, "query_fraction": 0.125 * k},
        ]

    trials = [
        [row(k, one_sided=sided(k)[:: -1 if k else 1]) for k in ks] for ks in ((0, 1), (2, 3))
    ]
    found = people.one_sided(trials)
    names = ("stream", "change_mean", "worst_person", "worst_run", "query_fraction")
    assert [tuple(f[name] for name in names) for f in found] == [
        ("a", -1.25, -4, -5, 0.375),
        ("b", 8.75, 6, 5, 0.1875),
    ]
    assert people.one_sided(by_seed()) == []


# Memory -------------------------------------------------------------------------------------------


def test_an_mlp_of_each_shape() -> None:
    """4 bytes for each of n h + h + h m + m."""
    kept = [("uci561", 561, 128, "ODLHash"), ("compact", 60, 16, "ODLSign")]
    kept += [("compact", 60, 16, "ODLBase"), ("compact", 60, 0, "ODLTiny")]
    kept += [("compact", 60, 32, "MLP")]
    made = [dict(zip(("features", "inputs", "hidden", "method"), k, strict=True)) for k in kept]
    assert memory.mlp_bytes(made, 6) == [
        {"features": "compact", "inputs": 60, "hidden": 16, "bytes": 4 * (960 + 16 + 96 + 6)},
        {"features": "uci561", "inputs": 561, "hidden": 128, "bytes": 4 * (71808 + 128 + 768 + 6)},
    ]


def test_points_are_means_over_sweeps_by_shape() -> None:
    shapes = [(8, 0, True), (8, 4, True), (8, 4, False), (16, 4, True)]

    def sweep(*accuracies: float) -> Any:
        names = ("inputs", "hidden", "direct", "state_bytes", "accuracy_after")
        points = zip(shapes, (100, 200, 300, 400), accuracies, strict=True)
        return {"points": [dict(zip(names, (*s, b, a), strict=True)) for s, b, a in points]}

    second = sweep(0.5, 0.75, 1.0, 0.125)
    second["points"].reverse()
    found = memory.pareto([sweep(0.25, 0.5, 0.0, 0.625), second])
    assert found == sweep(0.375, 0.625, 0.5, 0.375)["points"]
    assert memory.pareto([]) == []


# Energy -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "hidden", "d"), [("ODLTiny", 0, 301), ("ODLTiny", 8, 309), ("ODLHash", 8, 8)]
)
def test_a_device_of_a_method(method: str, hidden: int, d: int) -> None:
    """300 inputs as int8 are two packets, as float32 five."""
    energy = Energy()
    found = spending.of(energy, 300, hidden, method, 6, "int8")
    assert found.energy is energy
    assert found.spent == energy.learner(d, 6, 64, 302 + 34, 20, 2)
    found = spending.of(energy, 300, hidden, method, 6, "float32")
    assert found.spent == energy.learner(d, 6, 64, 1202 + 85, 20, 5)


def test_a_baseline_without_nodes_has_its_inputs() -> None:
    found = spending.of(Energy(), 242, 0, "logistic, SGD", 4, "int8")
    assert found.spent == Energy().learner(242, 4, 64, 244 + 17, 20, 1)


@pytest.mark.parametrize(
    ("name", "learnt"), [("auto", 1.0), ("fixed-self", 1.0), ("fixed", 0.25), ("all", 0.25)]
)
def test_a_day_under_a_policy(name: str, learnt: float) -> None:
    spent = spending.of(Energy(), 60, 0, "ODLTiny", 6, "int8")
    slow = spending.of(Energy(), 60, 0, "ODLTiny", 6, "int8", window=256)
    assert slow.seconds == 2 * spent.seconds == 2.56
    assert slow.spent.query == spent.spent.query
    rare = spending.day(slow, {"policy": "auto", "query_fraction": 0.25})
    often = spending.day(spent, {"policy": "auto", "query_fraction": 0.25})
    assert rare["radio_mj"] < 0.6 * often["radio_mj"]
    day = Energy().day(spent.spent, 1.28, 0.25, learnt)
    found = spending.day(spent, {"policy": name, "query_fraction": 0.25})
    assert found == {"radio_mj": day["radio_mj"], "total_mj": day["total_mj"]}


def test_the_energy_of_the_document() -> None:
    """60 inputs: 62 bytes and 17, 3 and 17; 99 bytes are 792 bits."""
    energy = Energy()
    spent = energy.learner(61, 5, 64, 79, 20, 1)
    assert spent.learn < spent.query
    assert spending.document(energy, 5) == {
        "query_mj": spent.query,
        "learn_mj": spent.learn,
        "predict_mj": spent.predict,
        "connection_mj_per_day": energy.connected(),
        "own_label_cheaper_than_query": True,
        "query_nj_per_bit": pytest.approx(spent.query / 792 * 1e6),
        "break_even_nj_per_bit": pytest.approx(spent.learn / 792 * 1e6),
        "day": {
            "0 % asked": energy.day(spent, 1.28, 0.0, 1.0),
            "3 % asked": energy.day(spent, 1.28, 0.03, 1.0),
            "10 % asked": energy.day(spent, 1.28, 0.1, 1.0),
            "50 % asked": energy.day(spent, 1.28, 0.5, 1.0),
            "100 % asked": energy.day(spent, 1.28, 1.0, 1.0),
        },
        "unchecked": energy.unchecked,
        "figures": energy.table,
    }


def test_an_own_label_at_the_price_of_a_query_is_not_cheaper(tmp_path: Path) -> None:
    table = tomllib.loads(FIGURES)
    for name in ("learn", "bit", "ramp", "between"):
        table[name]["value"] = 0.0
    lines = [f"[{name}]\nvalue = {entry['value']}" for name, entry in table.items()]
    (tmp_path / "free.toml").write_text("\n".join(lines))
    found = spending.document(Energy(tmp_path / "free.toml"), 5)
    assert (found["query_mj"], found["learn_mj"]) == (0, 0)
    assert found["own_label_cheaper_than_query"] is False


# Devices ------------------------------------------------------------------------------------------


def device_run(person: int, accuracy: float, unseen: int, **more: Any) -> Any:
    empty: dict[str, Any] = {"drift": [], "device": {}, "teachers": []}
    return {"person": person, "accuracy": accuracy, "unseen": unseen, **empty, **more}


def alarm(detector: str, setting: float, false_alarms: int, delay: int | None) -> dict[str, Any]:
    names = ("detector", "setting", "false_alarms", "delay")
    return dict(zip(names, (detector, setting, false_alarms, delay), strict=True))


def test_detectors_over_all_people() -> None:
    """Person 3 is at 94 %, and does not count as drifted; 6 alarms on 250 windows are 24 in
    1,000."""
    delays: dict[int, int | None] = {3: 5, 4: 150, 8: 151, 9: None, 2: 20}
    shares = {3: 0.94, 4: 0.9399, 8: 0.5, 9: 0.6, 2: 0.7}
    results = []
    for k, (person, delay) in enumerate(delays.items()):
        found = [alarm("cusum", 4, k, delay and delay + 1000), alarm("cusum", 30, k % 4, delay)]
        results.append(device_run(person, shares[person], 50, drift=found[:: -1 if k else 1]))
    calm = drift_rows(results)["cusum", 30]
    assert calm == {
        "detector": "cusum",
        "setting": 30,
        "parameter": "threshold",
        "default": True,
        "false_alarms_per_1000": 24.0,
        "people_drifted": 4,
        "found": 3,
        "found_in_time": 2,
        "delay_median": 150.5,
        "delays": {"4": 150, "8": 151, "9": None, "2": 20},
        "people_alarmed": 4,
        "people": 5,
    }
    eager = drift_rows(results)["cusum", 4]
    assert (eager["default"], eager["false_alarms_per_1000"]) == (False, 40)
    assert (eager["found_in_time"], eager["delay_median"]) == (0, 1150.5)


def drift_rows(results: list[Any]) -> dict[tuple[str, float], dict[str, Any]]:
    return {(r["detector"], r["setting"]): r for r in devices.drift(results)}


def test_the_settings_in_use_are_marked() -> None:
    used = {"cusum": 30, "centroid": 0.4, "adwin": 0.002, "page-hinkley": 5, "kswin": 1e-5}
    found = [alarm(name, s, 0, None) for name, own in used.items() for s in (own, 3 * own, own / 2)]
    marked = drift_rows([device_run(1, 0.5, 10, drift=found)])
    assert {name: s for (name, s), r in marked.items() if r["default"]} == used
    assert {r["parameter"] for r in marked.values()} == {"threshold", "delta", "alpha"}


def test_a_median_of_never_is_none() -> None:
    def median(*delays: int | None) -> float | None:
        results = [
            device_run(k, 0.5, 0, drift=[alarm("cusum", 4, 1, d)]) for k, d in enumerate(delays)
        ]
        (only,) = devices.drift(results)
        assert only["false_alarms_per_1000"] == 1000 * len(delays)  # of no windows: as if of one
        found: float | None = only["delay_median"]
        return found

    assert median(3, None, 5) == 5
    assert median(3, None) is None
    assert median(None) is None
    nobody = devices.drift([device_run(1, 1.0, 9, drift=[alarm("cusum", 4, 0, 3)])])
    assert (nobody[0]["delay_median"], nobody[0]["people_drifted"]) == (None, 0)
    assert devices.drift([]) == []


def lived(windows: int, drifted: float, after: float, k: int, events: list[Any]) -> dict[str, Any]:
    return {
        "windows": windows,
        "accuracy_drifted": drifted,
        "accuracy_every_label": 5.0 + k,
        "accuracy_after": after,
        "query_fraction": 0.25 * k,
        "questions": 3.0 * k,
        "training_fraction": 8.0 * k,
        "rollbacks": 0.5 * k,
        "events": events,
        "troubled": False,
        "state_bytes": 100 + k,
        "queue_bytes": 200 + k,
    }


def test_the_whole_device_over_all_people() -> None:
    """Worse is more than two points below not learning: the third person."""
    runs = [
        lived(10, 0.5, 0.5 - 0.02, 1, [[3, "drift"], [9, "settled"]]),
        lived(30, 0.75, 1.0, 2, [[4, "drift"]]),
        lived(60, 0.25, 0.22, 3, []),
    ]
    results = [device_run(p, 0.5, 9, device=r) for p, r in zip((5, 6, 7), runs, strict=True)]
    found = devices.device(results, {6: "Bea"})
    assert found is not None
    assert found.pop("people") == [
        {"person": 5, "name": "5", **runs[0]},
        {"person": 6, "name": "Bea", **runs[1]},
        {"person": 7, "name": "7", **runs[2]},
    ]
    assert found == {
        "accuracy_drifted": 0.5,
        "accuracy_every_label": 7.0,
        "accuracy_after": pytest.approx(1.7 / 3),
        "query_fraction": 0.5,
        "questions": 6.0,
        "training_fraction": 16.0,
        "query_fraction_of_all": (2.5 + 15 + 45) / 100,
        "worst_person_after": 0.22,
        "people_worse": 1,
        "rollbacks": 3.0,
        "events": {"drift": 2, "settled": 1},
        "state_bytes": 101,
        "queue_bytes": 201,
    }
    assert devices.device([], {}) is None


def taught(teacher: str, after: float, k: int, own: float | None) -> dict[str, Any]:
    return {
        "teacher": teacher,
        "accuracy_after": after,
        "query_fraction": 0.125 * k,
        "queries": 10 * k,
        "abstained": 77,
        "unanswered": 88,
        "teacher_accuracy": own,
        "troubled": k > 2,
    }


def test_teachers_against_true_labels() -> None:
    first = [taught("true labels", 0.75, 1, None), taught("forest", 0.5, 3, 0.25)]
    second = [taught("forest", 0.25, 4, 0.75), taught("true labels", 1.0, 2, None)]
    runs = [device_run(1, 0.5, 9, teachers=t) for t in (first, second)]
    assert devices.teachers(runs) == [
        {
            "teacher": "true labels",
            "accuracy_after": 0.875,
            "points_lost": 0.0,
            "worst_person_after": 0.75,
            "query_fraction": 0.1875,
            "queries": 15.0,
            "teacher_accuracy": None,
            "people_troubled": 0,
        },
        {
            "teacher": "forest",
            "accuracy_after": 0.375,
            "points_lost": 50.0,
            "worst_person_after": 0.25,
            "query_fraction": 0.4375,
            "queries": 35.0,
            "teacher_accuracy": 0.5,
            "people_troubled": 2,
        },
    ]
    assert devices.teachers([]) == []


# The document -------------------------------------------------------------------------------------

CONFIG = Config("person", ("compact",), (5,), "random", "shuffled", "float32", seeds=2)


def job(kind: Any, seed: int = 0, person: int = 0, features: Any = "compact") -> Job:
    trial = Trial("person", features, (5,), "random", "shuffled", "float32", seed, person)
    return Job(kind, trial)


def results() -> list[Any]:
    """Two seeds of two people, the later seed first; a baseline beside; and one of each other
    kind."""
    one_sided = [{"stream": "a", "change": 1.0, "query_fraction": 0.5}]
    forest = row(0, method="MLP", pruning=[])
    point = {"inputs": 8, "hidden": 0, "direct": True, "state_bytes": 9, "accuracy_after": 0.5}
    run = device_run(3, 0.5, 9, drift=[alarm("cusum", 30, 0, 2)])
    run |= {"device": lived(10, 0.5, 0.75, 1, []), "teachers": [taught("true labels", 1, 1, None)]}
    made: list[Any] = [
        (job("trial", k // 2, k), {"rows": [row(k, one_sided=one_sided)], "teacher": teacher})
        for k, teacher in ((2, None), (3, 0.5), (0, 0.25), (1, 0.0))
    ]
    made += [(job("baseline"), {"rows": [forest]})]
    made += [(job("trial", features="uci561"), {"rows": [row(0, hidden=6)], "teacher": 1.0})]
    made += [(job("timeline"), {"person": 9}), (job("timeline"), {"person": 4})]
    made += [(job("pareto"), {"points": [point]}), (job("device"), run)]
    return made


def test_the_document() -> None:
    made = results()
    found = summarise(CONFIG, made)
    key = {"method": "M", "features": "compact", "hidden": 5}
    trials = by_seed(one_sided=[{"stream": "a", "change": 1.0, "query_fraction": 0.5}])
    settings = rows.settings(trials[0][0])
    spent = spending.of(Energy(), 17, 5, "M", 6, "float32")
    policies: list[dict[str, Any]] = [rows.policy_of(trials, s) for s in settings]
    policies = [p | spending.day(spent, p) for p in policies]
    assert [(r["method"], r["features"], r["hidden"]) for r in found["rows"]] == [
        ("M", "compact", 5),
        ("MLP", "compact", 5),
        ("M", "uci561", 6),
    ]
    assert found["rows"][0] == key | rows.row_of(trials, {})
    assert found["pruning"][:4] == [key | p for p in policies]
    assert found["pruning"][4]["hidden"] == 6
    assert len(found["pruning"]) == 8
    # Inputs were chosen on all but the reference's drifted people: 9, 14, 16, 19 and 25.
    assert found["per_person"][:3] == [
        key | p for p in people.people_of(trials, {}, lambda p: True)
    ]
    assert found["one_sided"] == [key | s for s in people.one_sided(trials)]
    assert found["same_share"][:1] == [key | s for s in rows.same_share(policies)]
    assert [s["hidden"] for s in found["same_share"]] == [5, 6]
    assert found["teacher_accuracy_on_sent"] == {"compact": 0.25, "uci561": 1.0}
    asked = ("protocol", "split", "order", "payload", "seeds")
    assert [found[k] for k in asked] == ["person", "random", "shuffled", "float32", 2]
    assert found["mlp_bytes"] == []
    assert found["activities"] == [
        "laying",
        "sitting",
        "standing",
        "walking",
        "walking downstairs",
        "walking upstairs",
    ]
    assert found["timeline"] == {"person": 9}
    assert found["pareto"] == made[-2][1]["points"]
    assert found["drift"] == devices.drift([made[-1][1]])
    assert found["device"] == devices.device([made[-1][1]], {})
    assert found["teachers"] == devices.teachers([made[-1][1]])
    assert found["energy"] == spending.document(Energy(), 6)
    assert found["published"] is document.PUBLISHED


def test_nothing_run_is_nothing_said() -> None:
    found = summarise(CONFIG, [])
    for name in ("rows", "pruning", "per_person", "one_sided", "same_share", "pareto", "drift"):
        assert found[name] == []
    assert (found["timeline"], found["device"]) == (None, None)
    assert (found["teachers"], found["teacher_accuracy_on_sent"]) == ([], {})


def test_the_drifted_people_chose_no_inputs() -> None:
    only = row(0, pruning=[]) | {"person_drifted": {"9": 0.5, "3": 0.5}}
    only["after"] = outcome(0, 0, {"9": 0.5, "3": 0.25})
    found = summarise(CONFIG, [(job("trial"), {"rows": [only]})])["per_person"]
    assert [(p["person"], p["chose_inputs"]) for p in found] == [(3, True), (9, False)]


def test_the_document_of_own_recordings(tmp_path: Path) -> None:
    """Names and activities are theirs, nothing published is beside it, nobody chose inputs."""
    own = Dataset([], ("walk", "rest", "run"), {7: "Ann", 12: "Bea", 30: "Cid", 3: "Dee"})
    (tmp_path / "mine.toml").write_text(FIGURES.replace("value = 4.8", "value = 9.6"))
    energy = Energy(tmp_path / "mine.toml")
    made = results()
    made[0][1]["rows"][0]["method"] = made[1][1]["rows"][0]["method"] = "ODLHash"
    made[2][1]["rows"][0]["method"] = made[3][1]["rows"][0]["method"] = "ODLHash"
    found = summarise(CONFIG, made, own, energy)
    assert found["activities"] == ["rest", "run", "walk"]
    assert found["published"] is None
    assert [p["name"] for p in found["per_person"][:3]] == ["Ann", "Bea", "Cid"]
    assert {p["chose_inputs"] for p in found["per_person"]} == {False}
    assert found["rows"][0]["worst_person_name"] == "Bea"
    assert found["device"]["people"][0]["name"] == "Dee"
    assert found["energy"] == spending.document(energy, 3)
    spent = spending.of(energy, 17, 5, "ODLHash", 3, "float32")
    day = spending.day(spent, found["pruning"][0])
    assert found["pruning"][0]["total_mj"] == day["total_mj"]
    assert found["mlp_bytes"] == memory.mlp_bytes(found["rows"], 3)
    assert len(found["mlp_bytes"]) == 1


def test_what_was_published() -> None:
    """55.7 % of the communication saved for 0.9 points, in the reference's abstract."""
    found = document.PUBLISHED
    assert (found["communication_saved"], found["accuracy_lost"]) == (0.557, 0.009)
    about = found["approximate"]
    names = ("accuracy_before", "accuracy_drifted", "accuracy_after", "state_kilobytes")
    assert [about[name] for name in names] == [0.93, 0.83, 0.91, 136.6]  # type: ignore[index]
