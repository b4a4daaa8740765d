"""Accuracy against bytes of state, over inputs, hidden nodes and direct links."""

import numpy as np

from tinyodl import prune
from tinyodl.experiments.trials.relearn import relearn
from tinyodl.experiments.trials.results import Point, Sweep
from tinyodl.experiments.trials.trial import Trial, sides
from tinyodl.model import state_bytes
from tinyodl.recipe import fitting, methods
from tinyodl.windows import Windows

INPUTS = (8, 16, 24, 32, 40, 48, 60)
NODES = (0, 16, 32, 64, 128)


def run(windows: Windows, trial: Trial) -> Sweep:
    """The first inputs of the compact list (the most important come first), every label asked."""
    where = sides(windows, trial)
    points: list[Point] = []
    for inputs in INPUTS:
        X = windows.X[:, :inputs]
        Z = fitting.scaler("compact").fit(X[where.train]).transform(X)
        for nodes in NODES:
            for direct in (True, False) if nodes else (True,):
                model = methods.tiny(nodes, trial.seed).set_params(direct=direct)
                model.fit(Z[where.train], windows.y[where.train])
                H = {side: model.hidden(Z[getattr(where, side)]) for side in ("stream", "test")}
                learnt = relearn(
                    model, H["stream"], windows.y[where.stream], prune.All(methods.ODL_TINY.kappa)
                ).model
                right = (H["test"] @ learnt.beta_).argmax(axis=1) == windows.y[where.test]
                points.append(
                    {
                        "inputs": inputs,
                        "hidden": nodes,
                        "direct": direct,
                        "state_bytes": state_bytes(model),
                        "accuracy_after": float(np.mean(right)),
                    }
                )
    return {"points": points}
