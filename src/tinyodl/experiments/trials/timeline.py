"""One person's stream, window by window, under `auto`: for the report."""

import numpy as np

from tinyodl import prune
from tinyodl.experiments.trials.relearn import relearn
from tinyodl.experiments.trials.results import Timeline
from tinyodl.experiments.trials.trial import Trial
from tinyodl.recipe import fitting, methods
from tinyodl.windows import Windows, splits


def run(windows: Windows, trial: Trial) -> Timeline:
    """ODLTiny on the person who is worst off without learning, left out of the training."""
    worst: tuple[float, Timeline] | None = None
    for person in np.unique(windows.subject):
        others = np.flatnonzero(windows.subject != person)
        own = splits.people(windows, [int(person)])
        stream, test = splits.cut(windows, own, splits.STREAM_SHARE, "blocked", trial.seed)
        scaler = fitting.scaler(trial.features).fit(windows.X[others])
        Z = scaler.transform(windows.X[others])
        model = fitting.fit(methods.tiny(), Z, windows.y[others], len(windows.classes))
        drifted = float(model.score(scaler.transform(windows.X[test]), windows.y[test]))
        if worst is None or drifted < worst[0]:
            H = model.hidden(scaler.transform(windows.X[stream]))
            result = relearn(model, H, windows.y[stream], prune.Auto())
            after = float(result.model.score(scaler.transform(windows.X[test]), windows.y[test]))
            worst = (
                drifted,
                {
                    "person": int(person),
                    "classes": list(windows.classes),
                    "accuracy_drifted": drifted,
                    "accuracy_after": after,
                    "true": windows.y[stream].tolist(),
                    "predicted": result.predicted.tolist(),
                    "asked": result.asked.tolist(),
                    "confidence": np.round(result.confidence, 4).tolist(),
                    "theta": np.round(result.theta, 4).tolist(),
                },
            )
    assert worst is not None
    return worst[1]
