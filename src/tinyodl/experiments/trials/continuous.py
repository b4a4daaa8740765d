"""One new wearer's recordings as they are, every window: transitions too, where nobody knows an
answer."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from tinyodl import align, prune, teachers
from tinyodl.data.recordings import RATE
from tinyodl.device import PLAIN, OnDeviceLearner, live
from tinyodl.experiments.trials import following, wearer
from tinyodl.experiments.trials import material as materials
from tinyodl.experiments.trials.accounts import accounts
from tinyodl.experiments.trials.following import AUTO
from tinyodl.experiments.trials.material import Material
from tinyodl.experiments.trials.results import Account, Continuous, ContinuousRun
from tinyodl.experiments.trials.trial import Trial
from tinyodl.model import Model

AS_WORN = "as worn"
FIRST_BRISK = 40  # brisk windows from which a turned sensor is judged
POLICIES = ("none", "auto", "device")


def turns() -> dict[str, NDArray[np.float64]]:
    """How the sensor is worn."""
    return {
        AS_WORN: np.eye(3),
        "180 degrees about x": Rotation.from_euler("x", 180, degrees=True).as_matrix(),
        "90 degrees about z": Rotation.from_euler("z", 90, degrees=True).as_matrix(),
    }


def run(material: Material, trial: Trial) -> ContinuousRun:
    """Without learning, `auto` from the first window on, the whole device, and what was added, from
    the first window on as well; trial.seeds: of what the device says of itself."""
    model = wearer.factory(material.windows, trial.person)._replace(window=material.window)
    recordings = materials.whole(material, trial.person)
    y = np.concatenate([r.y for r in recordings])
    ends = np.cumsum([len(r.y) for r in recordings])
    template, work = material.templates.get(trial.person), materials.plan(material)
    rows: list[Continuous] = []
    own: list[Account] = []
    for sensor, turn in turns().items():
        aligner = None if template is None else align.Aligner(template)
        Z, known = np.empty((len(y), len(work.names))), np.ones(len(y), bool)
        for end, r in zip(ends, recordings, strict=True):
            part = slice(end - len(r.y), end)
            worn = align.wear(r.motion.turned(turn), aligner)
            X = align.extract(r.imu, r.start, work, worn.rotations @ turn, worn.which)
            Z[part], known[part] = model.scaler.transform(X), worn.known
        brisk = np.concatenate([r.motion.brisk for r in recordings]).cumsum()
        counted = np.ones(len(y), bool) if sensor == AS_WORN else brisk >= FIRST_BRISK
        rows += [
            _lived(model, Z, y, known, ends, counted, sensor, policy, trial.arithmetic)
            for policy in (*POLICIES, *trial.added.policies)
        ]
        parts = [slice(end - len(r.y), end) for end, r in zip(ends, recordings, strict=True)]
        lives = [(Z[part], y[part], known[part]) for part in parts]
        own += accounts(model, lives, sensor, trial.seeds, trial.arithmetic)
    return {"person": trial.person, "bouts": _bouts(y), "rows": rows, "accounts": own}


def _bouts(y: NDArray[np.int64]) -> int:
    """True bouts: stretches of one activity, in or between which nothing else is labelled."""
    known = y[y >= 0]
    return int((known[1:] != known[:-1]).sum()) + 1 if len(known) else 0


def _lived(
    model: Model,
    Z: NDArray[np.float64],
    y: NDArray[np.int64],
    known: NDArray[np.bool_],
    ends: NDArray[np.int64],
    counted: NDArray[np.bool_],
    sensor: str,
    policy: str,
    arithmetic: str,
) -> Continuous:
    """What became of it, where it is counted."""
    seconds = model.window / 2 / RATE
    predicted, activity = np.empty(len(y), int), np.empty(len(y), int)
    asked = np.zeros(len(y), bool)
    if policy == "none":
        predicted[:] = activity[:] = model.learner.predict(Z)
    else:
        device = _device(model, policy, arithmetic)
        answers = [None if k < 0 else k for k in y.tolist()]
        for first, end in zip([0, *ends[:-1]], ends, strict=True):
            part = slice(first, end)
            teacher = teachers.TrueLabels(answers[part])
            lived = live(
                device, Z[part], teacher, seconds, known=known[part], begun=first * seconds
            )
            predicted[part], activity[part] = lived.predicted, lived.activity
            asked[part] = lived.asked
            device.pause()
    right, late = counted & (y >= 0), np.arange(len(y)) > len(y) / 2
    return {
        "sensor": sensor,
        "policy": policy,
        "questions": int((asked & counted).sum()),
        "unanswered": int((asked & counted & (y < 0)).sum()),
        "hours": float(counted.sum()) * seconds / 3600,
        "accuracy": share((predicted == y)[right]),
        "accuracy_activity": share((activity == y)[right]),
        "accuracy_second_half": share((predicted == y)[right & late]),
    }


def share(right: NDArray[np.bool_]) -> float | None:
    """How many are right, None of nothing."""
    return float(right.mean()) if len(right) else None


def _device(model: Model, policy: str, arithmetic: str) -> OnDeviceLearner:
    """The whole device, or one that trains from the first window on."""
    if policy == "device":
        return following.device(model, arithmetic)
    rules = AUTO if policy == "auto" else PLAIN
    device = following.device(model, arithmetic, prune.make(policy), rules)
    device.command(train=True)
    return device
