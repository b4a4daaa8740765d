"""Which policy suits the data, who loses, and what is taken for what: by hand."""

from typing import Any

import pytest

from tinyodl.experiments.summary import advice, confusion
from tinyodl.experiments.summary.rows import settings
from tinyodl.experiments.summary.statistics import bounded


def outcome(policy: str, asked: float, people: dict[str, float], **more: Any) -> dict[str, Any]:
    shape = {"policy": policy, "theta": None, "fraction": None}
    return shape | {"query_fraction": asked, "person_after": people} | more


def trial(auto: dict[str, float], fixed: dict[str, float], **more: Any) -> dict[str, Any]:
    """Fixed thresholds that ask 0 and 20 %; auto asks 5: a quarter of the way."""
    return {
        "person_drifted": {"1": 0.5, "2": 0.75, "3": 0.9},
        "after": {},
        "pruning": [
            outcome("auto", 0.05, auto),
            outcome("fixed", 0.0, dict.fromkeys(fixed, 0.0), theta=0.1),
            outcome("fixed", 0.2, {p: 4 * value for p, value in fixed.items()}, theta=0.2),
        ],
        **more,
    }


def of(auto: dict[str, float], fixed: dict[str, float]) -> dict[str, Any]:
    row: Any = trial(auto, fixed)
    return advice.of([[row]], settings(row), {2: "Bea"})


def test_policies_are_compared_person_by_person_at_the_share_of_auto() -> None:
    found = of({"1": 0.8, "2": 0.8, "3": 0.88}, {"1": 0.7, "2": 0.795, "3": 0.895})
    none, fixed = found["against"]
    assert (none["policy"], fixed["policy"]) == ("none", "fixed")
    assert none["ahead"] == pytest.approx((0.3 + 0.05 - 0.02) / 3)
    assert (none["people_ahead"], none["people_behind"], none["people"]) == (2, 1, 3)
    assert fixed["ahead"] == pytest.approx((0.1 + 0.005 - 0.015) / 3)
    assert (fixed["people_ahead"], fixed["people_behind"]) == (1, 1)
    assert found["suits"] == "auto"
    assert [(p["name"], p["before"], p["after"]) for p in found["worse_off"]] == [("3", 0.9, 0.88)]


def test_another_policy_suits_where_it_is_ahead_on_everybody() -> None:
    assert of({"1": 0.6, "2": 0.8}, {"1": 0.7, "2": 0.9})["suits"] == "fixed"
    lost = of({"1": 0.4, "2": 0.6}, {"1": 0.3, "2": 0.5})
    assert lost["suits"] == "none"
    assert [p["name"] for p in lost["worse_off"]] == ["Bea", "1"]  # the worst first


def test_without_auto_nothing_is_advised() -> None:
    row: Any = {"person_drifted": {"1": 0.5}, "pruning": []}
    assert advice.of([[row]], [], {}) == {}


def test_recall_is_of_the_windows_of_an_activity() -> None:
    matrices = {"confusion_before": [[8, 2], [0, 0]], "confusion_drifted": [[1, 3], [1, 1]]}
    row: Any = trial({}, {}, **matrices)
    row["after"] = {"confusion": [[4, 0], [0, 2]]}
    row["pruning"][0]["confusion"] = [[3, 1], [0, 2]]
    found = confusion.of([[row], [row]], ["rest", "walk"])
    assert found is not None
    assert found["matrices"]["drifted"] == [[2, 6], [2, 2]]
    assert found["recall"] == {
        "before": [0.8, None],
        "drifted": [0.25, 0.5],
        "after": [1.0, 1.0],
        "after_auto": [0.75, 1.0],
    }
    plain: Any = trial({}, {})
    assert confusion.of([[plain]], ["rest", "walk"]) is None


def test_an_interval_over_seeds_stays_within_a_fraction() -> None:
    assert bounded([0.97, 0.99]) == [pytest.approx(0.98 - 0.127062), 1.0]
    assert bounded([0.9, 0.9, 0.9]) is None
    assert bounded([0.9]) is None
