"""One person's stream, window by window, under `auto`: for the report."""

import numpy as np

from tinyodl import prune
from tinyodl.experiments.trials.following import AUTO, follow
from tinyodl.experiments.trials.material import Material
from tinyodl.experiments.trials.results import Timeline
from tinyodl.experiments.trials.trial import Trial
from tinyodl.recipe import fitting, methods
from tinyodl.windows import splits


def run(material: Material, trial: Trial) -> Timeline:
    """ODLTiny on the person who is worst off without learning, left out of the training."""
    windows = material.windows
    worst: tuple[float, Timeline] | None = None
    for person in np.unique(windows.subject):
        others = np.flatnonzero(windows.subject != person)
        own = splits.people(windows, [int(person)])
        stream, test = splits.cut(windows, own, splits.STREAM_SHARE, "blocked", trial.seed)
        lesson = fitting.lesson(windows, others)
        scaler = fitting.scaler(trial.features).fit(lesson.X)
        Z = scaler.transform(windows.X[others])
        learner = fitting.fit(methods.tiny(), scaler, lesson, len(windows.classes))
        drifted = float(learner.score(scaler.transform(windows.X[test]), windows.y[test]))
        if worst is None or drifted < worst[0]:
            whose = (windows.subject[others], windows.recording[others])
            model = fitting.assemble(learner, scaler, Z, windows.y[others], *whose)
            seen = scaler.transform(windows.X[stream])
            followed = follow(model, seen, windows.y[stream], prune.Auto(), AUTO, trial.seed)
            lived = followed.episode
            after = float(
                followed.learner.score(scaler.transform(windows.X[test]), windows.y[test])
            )
            worst = (
                drifted,
                {
                    "person": int(person),
                    "classes": list(windows.classes),
                    "accuracy_drifted": drifted,
                    "accuracy_after": after,
                    "true": windows.y[stream].tolist(),
                    "predicted": lived.predicted,
                    "not_learning": learner.predict(seen).tolist(),
                    "asked": lived.asked.tolist(),
                    "confidence": np.round(lived.confidence, 4).tolist(),
                    "theta": np.round(lived.theta, 4).tolist(),
                },
            )
    assert worst is not None
    return worst[1]
