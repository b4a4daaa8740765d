"""Results of all trials to the one document that the tables, the JSON and the report show."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, cast

import numpy as np

from tinyodl.data.hapt import ACTIVITIES, DRIFTED
from tinyodl.data.recordings import Dataset
from tinyodl.energy import Energy
from tinyodl.experiments.running.runs import Config, Job, Result
from tinyodl.experiments.summary import advice, confusion, devices, memory, spending, wear
from tinyodl.experiments.summary.people import one_sided, people_of
from tinyodl.experiments.summary.rows import policy_of, row_of, same_share, settings
from tinyodl.experiments.trials.results import Compared, DeviceRun, Row, Sweep, Timeline
from tinyodl.har import WINDOW

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


def summarise(
    config: Config,
    results: Iterable[tuple[Job, Result]],
    dataset: Dataset | None = None,
    energy: Energy | None = None,
    name: str = "HAPT",
    window: int = WINDOW,
) -> dict[str, Any]:
    """The document: see the README for its keys. Fractions are 0 to 1; figures are means over
    seeds.

    dataset: a user's own recordings, None for the official ones; energy: figures of board and
    radio; name: of the recordings; window: readings in one.
    """
    names = {} if dataset is None else dataset.people
    activities = ACTIVITIES if dataset is None else dataset.activities
    chose = (lambda p: p not in DRIFTED) if dataset is None else (lambda p: False)
    groups: dict[tuple[str, str, int], dict[int, list[Row]]] = defaultdict(
        lambda: defaultdict(list)
    )
    teachers: dict[str, list[float]] = defaultdict(list)
    sweeps: list[Sweep] = []
    timelines: list[Timeline] = []
    runs: list[DeviceRun] = []
    others: dict[str, list[Any]] = defaultdict(list)
    for job, result in results:
        if job.kind == "pareto":
            sweeps.append(cast(Sweep, result))
        elif job.kind == "timeline":
            timelines.append(cast(Timeline, result))
        elif job.kind == "device":
            runs.append(cast(DeviceRun, result))
        elif job.kind in ("turned", "continuous", "evidence", "week"):
            others[job.kind].append(result)
        else:
            compared = cast(Compared, result)
            for row in compared["rows"]:
                groups[job.trial.features, row["method"], row["hidden"]][job.trial.seed].append(row)
            if (teacher := compared.get("teacher")) is not None:
                teachers[job.trial.features].append(teacher)
    rows, pruning, people, sided, same = [], [], [], [], []
    confused, advised = [], []
    for (features, method, hidden), seeds in groups.items():
        by_seed = [seeds[k] for k in sorted(seeds)]
        key = {"method": method, "features": features, "hidden": hidden}
        rows.append(key | row_of(by_seed, names))
        run = settings(by_seed[0][0])
        policies = [policy_of(by_seed, setting) for setting in run]
        inputs = by_seed[0][0]["inputs"]
        spend = spending.of(
            *(energy or Energy(), inputs, hidden, method, len(activities), config.payload),
            window=window,
        )
        for policy in policies:
            policy |= spending.day(spend, policy)
        pruning += [key | policy for policy in policies]
        people += [key | person for person in people_of(by_seed, names, chose)]
        sided += [key | stream for stream in one_sided(by_seed)]
        same += [key | other for other in same_share(policies)]
        advised += [key | found for found in [advice.of(by_seed, run, names)] if found]
        confused += [key | found for found in [confusion.of(by_seed, sorted(activities))] if found]
    return {
        "data": name,
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
        "advice": advised,
        "confusion": confused,
        "teacher_accuracy_on_sent": {f: float(np.mean(v)) for f, v in teachers.items()},
        "mlp_bytes": memory.mlp_bytes(rows, len(activities)),
        "activities": sorted(activities),
        "published": PUBLISHED if dataset is None and rows else None,
        "timeline": timelines[0] if timelines else None,
        "pareto": memory.pareto(sweeps),
        "drift": devices.drift(runs),
        "device": devices.device(runs, names),
        "teachers": devices.teachers(runs),
        "turned": wear.turned(others["turned"]),
        "continuous": wear.continuous(others["continuous"]),
        "evidence": wear.evidence(name, others["evidence"]),
        "budget": wear.budget(name, others["evidence"]),
        "accuracy_estimate": wear.estimates(name, [*others["continuous"], *others["evidence"]]),
        "week": wear.week(others["week"]),
        "energy": spending.document(energy or Energy(), len(activities), window),
    }
