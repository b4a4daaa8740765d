"""Results of all trials to the one document that the tables, the JSON and the report show."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import scipy.stats

from tinyodl.data.hapt import ACTIVITIES, DRIFTED
from tinyodl.data.recordings import Dataset
from tinyodl.energy import Energy
from tinyodl.experiments import devices, spending
from tinyodl.experiments.baselines import Mlp
from tinyodl.experiments.runs import Config, Job

# From the reference's abstract, and (approximate) from its body; see docs/algorithm.md.
PUBLISHED = {
    "source": "Matsutani, Marculescu, IEEE BSN 2024",
    "communication_saved": 0.557,
    "accuracy_lost": 0.009,
    "approximate": {
        "accuracy_before": 0.93,
        "accuracy_drifted": 0.83,
        "accuracy_after": 0.91,
        "state_kilobytes": 136.6,
    },
}
_POINT = 0.01
_RESAMPLES = 2000

Result = Mapping[str, Any]


def summarise(
    config: Config,
    results: Iterable[tuple[Job, Result]],
    dataset: Dataset | None = None,
    energy: Energy | None = None,
) -> dict[str, Any]:
    """The document: see the README for its keys. Fractions are 0 to 1; figures are means over seeds.

    dataset: a user's own recordings, None for the official ones; energy: figures of board and radio.
    """
    names = {} if dataset is None else dataset.people
    activities = ACTIVITIES if dataset is None else dataset.activities
    chose = (lambda p: p not in DRIFTED) if dataset is None else (lambda p: False)
    groups: dict[tuple[str, str, int], dict[int, list[Result]]] = defaultdict(lambda: defaultdict(list))
    teachers: dict[str, list[float]] = defaultdict(list)
    extras: dict[str, list[Result]] = defaultdict(list)
    for job, result in results:
        if job.kind in ("pareto", "timeline", "device"):
            extras[job.kind].append(result)
            continue
        for row in result["rows"]:
            groups[job.trial.features, row["method"], row["hidden"]][job.trial.seed].append(row)
        if result.get("teacher") is not None:
            teachers[job.trial.features].append(result["teacher"])
    rows, pruning, people, sided, same = [], [], [], [], []
    for (features, method, hidden), seeds in groups.items():
        by_seed = [seeds[k] for k in sorted(seeds)]
        key = {"method": method, "features": features, "hidden": hidden}
        rows.append(key | _row(by_seed, names))
        policies = [_policy(by_seed, k) for k in range(len(by_seed[0][0]["pruning"]))]
        inputs = int(by_seed[0][0]["inputs"])
        spend = spending.of(energy or Energy(), inputs, hidden, method, len(activities), config.payload)
        for policy in policies:
            policy |= spending.day(spend, policy)
        pruning += [key | policy for policy in policies]
        people += [key | person for person in _people(by_seed, names, chose)]
        sided += [key | stream for stream in _one_sided(by_seed)]
        same += [key | other for other in _same_share(policies)]
    return {
        "protocol": config.protocol,
        "split": config.split,
        "order": config.order,
        "payload": config.payload,
        "seeds": config.seeds,
        "rows": rows,
        "pruning": pruning,
        "per_person": people,
        "one_sided": sided,
        "same_share": same,
        "teacher_accuracy_on_sent": {f: float(np.mean(v)) for f, v in teachers.items()},
        "mlp_bytes": _mlp_bytes(rows, len(activities)),
        "activities": sorted(activities),
        "published": PUBLISHED if dataset is None else None,
        "timeline": extras["timeline"][0] if extras["timeline"] else None,
        "pareto": _pareto(extras["pareto"]),
        "drift": devices.drift(extras["device"]),
        "device": devices.device(extras["device"], names),
        "teachers": devices.teachers(extras["device"]),
        "energy": spending.document(energy or Energy(), len(activities)),
    }


def interval(values: list[float]) -> float | None:
    """Half of the 95 % interval of the mean over seeds (Student's t); None for one seed."""
    if len(values) < 2:
        return None
    spread = np.std(values, ddof=1) / np.sqrt(len(values))
    return float(scipy.stats.t.ppf(0.975, len(values) - 1) * spread)


def bootstrap(values: list[float]) -> list[float]:
    """95 % interval of the mean over people, by resampling people (percentile bootstrap, fixed seed)."""
    draws = np.random.default_rng(0).integers(len(values), size=(_RESAMPLES, len(values)))
    low, high = np.percentile(np.array(values)[draws].mean(axis=1), [2.5, 97.5])
    return [float(low), float(high)]


def _means(by_seed: list[list[Result]], pick: Any) -> list[float]:
    """The value of each seed: the mean over that seed's trials (one, or one per person)."""
    return [float(np.mean([pick(row) for row in trials])) for trials in by_seed]


def _by_person(by_seed: list[list[Result]], pick: Any) -> dict[int, float]:
    """Each person's mean over seeds."""
    values: dict[int, list[float]] = defaultdict(list)
    for trials in by_seed:
        for row in trials:
            for person, value in pick(row).items():
                values[int(person)].append(value)
    return {p: float(np.mean(v)) for p, v in sorted(values.items())}


_AFTER = ("accuracy_after", "macro_f1", "accuracy_learning", "accuracy_before_after")


def _row(by_seed: list[list[Result]], names: Mapping[int, str]) -> dict[str, Any]:
    first = by_seed[0][0]
    seeds = {name: _means(by_seed, lambda r, n=name: r[n]) for name in ("accuracy_before", "accuracy_drifted")}
    seeds |= {name: _means(by_seed, lambda r, n=name: r["after"][n]) for name in _AFTER}
    drifted = _by_person(by_seed, lambda r: r["person_drifted"])
    after = _by_person(by_seed, lambda r: r["after"]["person_after"])
    row = {"inputs": first["inputs"], "state_bytes": first["state_bytes"]}
    row |= {name: float(np.mean(values)) for name, values in seeds.items()}
    row["interval"] = {name: interval(values) for name, values in seeds.items()}
    row["people_interval"] = bootstrap(list(after.values()))
    worst = min(after, key=lambda p: after[p])
    row["worst_person"] = worst
    row["worst_person_name"] = names.get(worst, str(worst))
    row["worst_person_after"] = min(after.values())
    row["people_losing_over_1_point"] = sum(after[p] < drifted[p] - _POINT for p in after)
    row["seeds"] = [{name: values[k] for name, values in seeds.items()} for k in range(len(by_seed))]
    if first.get("rate") is not None:
        row["rates"] = [r["rate"] for trials in by_seed for r in trials]
    return row


def _policy(by_seed: list[list[Result]], index: int) -> dict[str, Any]:
    first = by_seed[0][0]["pruning"][index]
    names = (*_AFTER, "query_fraction", "byte_fraction")
    seeds = {name: _means(by_seed, lambda r, n=name: r["pruning"][index][n]) for name in names}
    every = _by_person(by_seed, lambda r: r["after"]["person_after"])
    own = _by_person(by_seed, lambda r: r["pruning"][index]["person_after"])
    result = {"policy": first["policy"], "theta": first["theta"], "fraction": first["fraction"]}
    result |= {name: float(np.mean(values)) for name, values in seeds.items()}
    result["interval"] = {name: interval(values) for name, values in seeds.items()}
    result["people_interval"] = bootstrap(list(own.values()))
    result["worst_person_after"] = min(own.values())
    result["people_losing_over_1_point"] = sum(own[p] < every[p] - _POINT for p in own)
    result["seeds"] = [{name: values[k] for name, values in seeds.items()} for k in range(len(by_seed))]
    return result


def _people(
    by_seed: list[list[Result]], names: Mapping[int, str], chose: Callable[[int], bool]
) -> list[dict[str, Any]]:
    drifted = _by_person(by_seed, lambda r: r["person_drifted"])
    after = _by_person(by_seed, lambda r: r["after"]["person_after"])
    policies = [p["policy"] for p in by_seed[0][0]["pruning"]]
    auto: dict[int, float] = {}
    if "auto" in policies:
        index = policies.index("auto")
        auto = _by_person(by_seed, lambda r: r["pruning"][index]["person_after"])
    return [
        {
            "person": p,
            "name": names.get(p, str(p)),
            "chose_inputs": chose(p),
            "accuracy_drifted": drifted[p],
            "accuracy_after": after[p],
            "accuracy_after_auto": auto.get(p),
        }
        for p in after
    ]


def _one_sided(by_seed: list[list[Result]]) -> list[dict[str, Any]]:
    if "one_sided" not in by_seed[0][0]:
        return []
    result = []
    for k, first in enumerate(by_seed[0][0]["one_sided"]):
        per_trial = [[row["one_sided"][k]["change"] for row in trials] for trials in by_seed]
        result.append(
            {
                "stream": first["stream"],
                "change_mean": float(np.mean(per_trial)),
                "worst_person": float(np.mean(per_trial, axis=0).min()),
                "worst_run": float(np.min(per_trial)),
                "query_fraction": float(
                    np.mean([row["one_sided"][k]["query_fraction"] for trials in by_seed for row in trials])
                ),
            }
        )
    return result


def _same_share(policies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Accuracy of the other policies at the share that `auto` asks, between the thresholds that were run."""
    auto = next((p for p in policies if p["policy"] == "auto"), None)
    if auto is None:
        return []
    share = auto["query_fraction"]
    result = []
    for name in ("fixed", "fixed-self", "random, as often as auto"):
        points = sorted((p["query_fraction"], p["accuracy_after"]) for p in policies if p["policy"] == name)
        if points:
            at, accuracy = zip(*points, strict=True)
            value = float(np.interp(share, at, accuracy))
            result.append(
                {
                    "policy": name,
                    "query_fraction": share,
                    "accuracy_after": value,
                    "auto_accuracy_after": auto["accuracy_after"],
                    "auto_ahead": auto["accuracy_after"] - value,
                }
            )
    return result


def _mlp_bytes(rows: list[dict[str, Any]], classes: int) -> list[dict[str, Any]]:
    """The float32 weights of the MLP of the same shape as each model with hidden nodes."""
    shapes = sorted({(r["features"], r["inputs"], r["hidden"]) for r in rows if r["hidden"] and "ODL" in r["method"]})
    return [{"features": f, "inputs": n, "hidden": h, "bytes": Mlp.state_bytes(n, h, classes)} for f, n, h in shapes]


def _pareto(sweeps: list[Result]) -> list[dict[str, Any]]:
    if not sweeps:
        return []
    points = []
    for k, point in enumerate(sweeps[0]["points"]):
        mean = float(np.mean([sweep["points"][k]["accuracy_after"] for sweep in sweeps]))
        points.append({**point, "accuracy_after": mean})
    return points
