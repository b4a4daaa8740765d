"""How it is worn, and for how long: the document's "evidence", "budget", "turned", "continuous" and
"week"."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

import numpy as np

from tinyodl.experiments.trials.results import (
    ContinuousRun,
    Evidence,
    EvidenceRun,
    TurnedRun,
    WeekRun,
)

WORSE = 0.02  # below not learning


def turned(results: Sequence[TurnedRun]) -> list[dict[str, Any]]:
    """Each way of wearing the sensor, with alignment and without: means over people; of turns under
    one name, over these too."""
    rows = []
    kinds = [(r["sensor"], r["align"]) for r in results[0]["rows"]] if results else []
    for sensor, aligned in dict.fromkeys(kinds):
        mine = [
            [r for r in run["rows"] if (r["sensor"], r["align"]) == (sensor, aligned)]
            for run in results
        ]
        people = {
            key: [float(np.mean(list(map(itemgetter(key), own)))) for own in mine]
            for key in ("accuracy_drifted", "accuracy_after", "query_fraction", "questions")
        }
        rows.append(
            {"sensor": sensor, "align": aligned, "policy": "auto"}
            | {key: float(np.mean(values)) for key, values in people.items()}
            | {
                "worst_person_drifted": min(people["accuracy_drifted"]),
                "worst_person_after": min(people["accuracy_after"]),
            }
        )
    return rows


def evidence(data: str, results: Sequence[EvidenceRun]) -> list[dict[str, Any]]:
    """Each policy on one set of recordings: means over people."""
    rows = []
    still = [_of(run, "none")["accuracy_after"] for run in results]
    for first in results[0]["rows"] if results else []:
        mine = [_of(run, first["policy"]) for run in results]
        after = [row["accuracy_after"] for row in mine]
        asked = [row["questions"] / run["windows"] for row, run in zip(mine, results, strict=True)]
        rows.append(
            {
                "data": data,
                "policy": first["policy"],
                "people": len(results),
                "accuracy_after": float(np.mean(after)),
                "worst_person_after": min(after),
                "worst_person_change": float(np.min(np.subtract(after, still))),
                "people_worse": int((np.subtract(after, still) < -WORSE).sum()),
                "query_fraction": float(np.mean(asked)),
                "questions": float(np.mean([row["questions"] for row in mine])),
                "bouts": float(np.mean([run["bouts"] for run in results])),
                "passed_wrongly": _wrongly(results) if first["policy"] == "device" else None,
            }
        )
    return rows


def _wrongly(results: Sequence[ContinuousRun | EvidenceRun]) -> float | None:
    """Of the labels that the device passed on to the rest of a bout."""
    own = [account for run in results for account in run["accounts"]]
    passed = sum(account["passed"] for account in own)
    return sum(account["passed_wrongly"] for account in own) / passed if passed else None


def _of(run: EvidenceRun, policy: str) -> Evidence:
    return next(row for row in run["rows"] if row["policy"] == policy)


def budget(data: str, results: Sequence[EvidenceRun]) -> list[dict[str, Any]]:
    """So many answers in all, and every label: means over people."""
    rows = []
    for k, first in enumerate(results[0]["budget"] if results else []):
        after = [run["budget"][k]["accuracy_after"] for run in results]
        key = {"data": data, "questions": first["questions"], "policy": first["policy"]}
        rows.append(key | {"accuracy_after": float(np.mean(after))})
    if results:
        every = [_of(run, "all") for run in results]
        rows.append(
            {
                "data": data,
                "policy": "all",
                "questions": float(np.mean([row["questions"] for row in every])),
                "accuracy_after": float(np.mean([row["accuracy_after"] for row in every])),
            }
        )
    return rows


def continuous(results: Sequence[ContinuousRun]) -> list[dict[str, Any]]:
    """Each way of wearing the sensor, under each policy: means over the people who are counted."""
    rows = []
    for k, first in enumerate(results[0]["rows"] if results else []):
        mine = [run["rows"][k] for run in results if run["rows"][k]["accuracy"] is not None]
        if not mine:
            continue
        asked = [row["questions"] for row in mine]
        window = [row["accuracy"] for row in mine if row["accuracy"] is not None]
        bout = [row["accuracy_activity"] for row in mine if row["accuracy_activity"] is not None]
        second = [row["accuracy_second_half"] for row in mine]
        rows.append(
            {
                "sensor": first["sensor"],
                "policy": first["policy"],
                "questions": float(np.mean(asked)),
                "unanswered": float(np.mean([row["unanswered"] for row in mine])),
                "questions_an_hour": sum(asked) / sum(row["hours"] for row in mine),
                "accuracy": float(np.mean(window)),
                "accuracy_activity": float(np.mean(bout)),
                "accuracy_second_half": _mean(second),
                "worst_person": min(window),
                "worst_person_activity": min(bout),
                "bouts": float(np.mean([run["bouts"] for run in results])),
            }
        )
    return rows


def _mean(values: Sequence[float | None]) -> float | None:
    """Of those that there are."""
    found = [value for value in values if value is not None]
    return float(np.mean(found)) if found else None


def estimates(data: str, results: Sequence[ContinuousRun | EvidenceRun]) -> list[dict[str, Any]]:
    """What a device takes itself to be right in, beside what it is: each way of wearing the sensor,
    over people and seeds. coverage: intervals that hold the truth; width: half of them, on
    average."""
    own = [account for run in results for account in run["accounts"]]
    rows = []
    for sensor in dict.fromkeys(account["sensor"] for account in own):
        mine = [account for account in own if account["sensor"] == sensor]
        end = [account["end"] for account in mine]
        early = [account["early"] for account in mine if account["early"]]
        windows = sum(account["windows"] for account in mine)
        asked = sum(account["questions"] for account in mine)
        more = asked - sum(account["questions_without"] for account in mine)
        rows.append(
            {
                "data": data,
                "sensor": sensor,
                "lives": len(mine),
                "coverage": _held(end),
                "width": _half(end),
                "bias": float(np.mean([a["share"] - a["truth"] for a in end])),
                "coverage_early": _held(early),
                "width_early": _half(early),
                "questions_in_100": 100 * asked / windows,
                "more_in_100": 100 * more / windows,
            }
        )
    return rows


def _held(accounts: Sequence[Mapping[str, float]]) -> float | None:
    return _mean([float(a["low"] <= a["truth"] <= a["high"]) for a in accounts])


def _half(accounts: Sequence[Mapping[str, float]]) -> float | None:
    return _mean([(a["high"] - a["low"]) / 2 for a in accounts])


def week(results: Sequence[WeekRun]) -> list[dict[str, Any]]:
    """Each day: means over people, and the worst of them."""
    rows: list[dict[str, Any]] = []
    for k, first in enumerate(results[0]["days"] if results else []):
        mine: list[Mapping[str, Any]] = [run["days"][k] for run in results]
        change = [row["accuracy"] - row["accuracy_not_learning"] for row in mine]
        worst = int(np.argmin(change))
        rows.append(
            {key: _mean([row[key] for row in mine]) for key in first}
            | {
                "day": first["day"],
                "p_least": min(row["p_least"] for row in mine),
                "p_most": max(row["p_most"] for row in mine),
                "questions_most": max(row["questions"] for row in mine),
                "worst_person": results[worst]["person"],
                "worst_person_change": change[worst],
                "worst_person_accuracy": min(row["accuracy"] for row in mine),
            }
        )
    return rows
