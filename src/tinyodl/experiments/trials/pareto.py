"""Accuracy against bytes of state, over inputs, hidden nodes and direct links."""

from tinyodl import prune
from tinyodl.experiments.trials.following import follow
from tinyodl.experiments.trials.material import Material
from tinyodl.experiments.trials.results import Point, Sweep
from tinyodl.experiments.trials.trial import Trial, sides
from tinyodl.model import Model, state_bytes
from tinyodl.recipe import fitting, methods

INPUTS = (8, 16, 24, 32, 40, 48, 60)
NODES = (0, 16, 32, 64, 128)


def run(material: Material, trial: Trial) -> Sweep:
    """The first inputs of the compact list (the most important come first), every label asked."""
    windows = material.windows
    where = sides(windows, trial)
    whole = fitting.lesson(windows, where.train)
    points: list[Point] = []
    for inputs in INPUTS:
        X = windows.X[:, :inputs]
        lesson = whole._replace(X=whole.X[:, :inputs])
        scaler = fitting.scaler("compact").fit(lesson.X)
        Z = scaler.transform(X)
        for nodes in NODES:
            for direct in (True, False) if nodes else (True,):
                learner = methods.tiny(nodes, trial.seed).set_params(direct=direct)
                fitting.fit(learner, scaler, lesson, len(windows.classes))
                model = Model(learner, scaler, tuple(map(str, range(inputs))))
                policy = prune.All(methods.ODL_TINY.kappa)
                after = follow(model, Z[where.stream], windows.y[where.stream], policy).learner
                points.append(
                    {
                        "inputs": inputs,
                        "hidden": nodes,
                        "direct": direct,
                        "state_bytes": state_bytes(learner),
                        "accuracy_after": float(after.score(Z[where.test], windows.y[where.test])),
                    }
                )
    return {"points": points}
