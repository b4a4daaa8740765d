"""Bytes: of the MLP beside each model, and what accuracy costs in them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from tinyodl.experiments.trials.baselines import Mlp
from tinyodl.experiments.trials.results import Point, Sweep


def mlp_bytes(rows: list[dict[str, Any]], classes: int) -> list[dict[str, Any]]:
    """The float32 weights of the MLP of the same shape as each model with hidden nodes."""
    shapes = sorted(
        {
            (r["features"], r["inputs"], r["hidden"])
            for r in rows
            if r["hidden"] and "ODL" in r["method"]
        }
    )
    return [
        {"features": f, "inputs": n, "hidden": h, "bytes": Mlp.state_bytes(n, h, classes)}
        for f, n, h in shapes
    ]


def pareto(sweeps: Sequence[Sweep]) -> list[dict[str, Any]]:
    """Every shape of the model, with its mean accuracy over the sweeps."""
    accuracies = defaultdict(list)
    for sweep in sweeps:
        for point in sweep["points"]:
            accuracies[_shape(point)].append(point["accuracy_after"])
    return [
        {**point, "accuracy_after": float(np.mean(accuracies[_shape(point)]))}
        for point in (sweeps[0]["points"] if sweeps else [])
    ]


def _shape(point: Point) -> tuple[int, int, bool]:
    return point["inputs"], point["hidden"], point["direct"]
