"""Bytes: of the MLP beside each model, and what accuracy costs in them."""

from typing import Any

import numpy as np

from tinyodl.experiments.summary.statistics import Result
from tinyodl.experiments.trials.baselines import Mlp


def mlp_bytes(rows: list[dict[str, Any]], classes: int) -> list[dict[str, Any]]:
    """The float32 weights of the MLP of the same shape as each model with hidden nodes."""
    shapes = sorted({(r["features"], r["inputs"], r["hidden"]) for r in rows if r["hidden"] and "ODL" in r["method"]})
    return [{"features": f, "inputs": n, "hidden": h, "bytes": Mlp.state_bytes(n, h, classes)} for f, n, h in shapes]


def pareto(sweeps: list[Result]) -> list[dict[str, Any]]:
    if not sweeps:
        return []
    points = []
    for k, point in enumerate(sweeps[0]["points"]):
        mean = float(np.mean([sweep["points"][k]["accuracy_after"] for sweep in sweeps]))
        points.append({**point, "accuracy_after": mean})
    return points
