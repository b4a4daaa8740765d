"""A week of wear: one new wearer, seven days of windows, put on otherwise each morning.

What is worn are the person's own recordings: a bout is a stretch of one activity, from anywhere in
it, begun anew where it ends; between two bouts lie one or two windows of the person's transitions,
where the teacher has no answer. Each day the readings get sensor noise of their own.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from tinyodl import align, har, teachers
from tinyodl.device import Event, OnDeviceLearner, live
from tinyodl.device.episode import SECONDS
from tinyodl.experiments.trials import daily, following, wearer
from tinyodl.experiments.trials import material as materials
from tinyodl.experiments.trials.continuous import share
from tinyodl.experiments.trials.material import Material, Whole
from tinyodl.experiments.trials.results import Day, WeekRun
from tinyodl.experiments.trials.trial import Trial
from tinyodl.learn import rls
from tinyodl.model import Model

Array = NDArray[np.float64]

DAYS = 7
DAY = 24 * daily.HOUR
MORNING = 15 * 60.0  # s that it is off every morning
SPREAD = 10.0  # degrees, root mean square, that it sits otherwise than on the first day
UPSIDE_DOWN, QUARTER, NOT_WORN = 3, 5, 4  # days, from 1; on the last, it is off the night before
NOISE = (0.002, 0.003)  # g and rad/s, root mean square: a MEMS sensor's


class Recorded(NamedTuple):
    """A person's windows: of which recording and start; by activity, the stretches of windows in a
    row; those of transitions."""

    recordings: list[Whole]
    recording: NDArray[np.int64]
    y: NDArray[np.int64]
    stretches: dict[str, list[NDArray[np.int64]]]
    transitions: NDArray[np.int64]


def run(material: Material, trial: Trial) -> WeekRun:
    """trial.seeds: days."""
    model = wearer.factory(material.windows, trial.person)
    recorded = _recorded(materials.whole(material, trial.person), material.windows.classes)
    template = material.templates.get(trial.person)
    aligner = None if template is None else align.Aligner(template)
    device = following.device(model, trial.arithmetic)
    days: list[Day] = []
    for day in range(1, trial.seeds + 1):
        draws = np.random.default_rng((trial.seed, trial.person, day))
        days.append(_day(material, model, recorded, aligner, device, day, draws))
    return {"person": trial.person, "days": days}


def mounting(day: int, draws: np.random.Generator) -> Array:
    """How the sensor sits on a day, (3, 3)."""
    if day == 1:
        return np.eye(3)
    askew = Rotation.from_rotvec(np.radians(SPREAD / np.sqrt(3)) * draws.normal(size=3))
    turned = {UPSIDE_DOWN: ("y", 180), QUARTER: ("z", 90)}.get(day)
    if turned:
        askew = Rotation.from_euler(*turned, degrees=True) * askew
    return np.asarray(askew.as_matrix())


def windows_of(
    recorded: Recorded, bouts: list[daily.Bout], draws: np.random.Generator
) -> NDArray[np.int64]:
    """The bouts as indices of the person's windows, with transitions between them."""
    parts = []
    for bout in bouts:
        count = max(1, round(bout.seconds / SECONDS))
        stretches = recorded.stretches[bout.activity]
        chosen = stretches[draws.integers(len(stretches))]
        first = draws.integers(len(chosen))
        parts.append(chosen[(first + np.arange(count)) % len(chosen)])
        if len(recorded.transitions):
            at = draws.integers(len(recorded.transitions))
            parts.append(recorded.transitions[at : at + draws.integers(1, 3)])
    return np.concatenate(parts)


def _recorded(recordings: list[Whole], classes: tuple[str, ...]) -> Recorded:
    y = np.concatenate([r.y for r in recordings])
    recording = np.repeat(np.arange(len(recordings)), [len(r.y) for r in recordings])
    ends = np.flatnonzero(np.diff(y) | np.diff(recording)) + 1
    stretches: dict[str, list[NDArray[np.int64]]] = {name: [] for name in classes}
    for stretch in np.split(np.arange(len(y)), ends):
        if y[stretch[0]] >= 0:
            stretches[classes[y[stretch[0]]]].append(stretch)
    return Recorded(recordings, recording, y, stretches, np.flatnonzero(y < 0))


def _day(
    material: Material,
    model: Model,
    recorded: Recorded,
    aligner: align.Aligner | None,
    device: OnDeviceLearner,
    day: int,
    draws: np.random.Generator,
) -> Day:
    """One day: off for a while in the morning, worn, and (but for one) worn at night."""
    turn = mounting(day, draws)
    bouts = daily.waking(DAY - daily.NIGHT - MORNING, draws)
    if day + 1 != NOT_WORN:
        bouts += daily.night(draws)
    chosen = windows_of(recorded, bouts, draws)
    noisy = [_noisy(r, material.window, turn, draws) for r in recorded.recordings]
    motion = align.joined([r.motion for r in noisy]).of(chosen)
    device.pause()
    before = 0
    if aligner is not None:
        aligner.pause()
        before = aligner.alignments
    worn = align.wear(motion, aligner)
    Z = np.empty((len(chosen), model.learner.n_features_in_))
    work = materials.plan(material)
    for k, rotation in enumerate(worn.rotations):
        X = np.concatenate(
            [
                align.extract(r.imu, r.start, work, rotation[None], np.zeros(len(r.y), int))
                for r in noisy
            ]
        )
        Z[worn.which == k] = model.scaler.transform(X)[chosen[worn.which == k]]
    y = recorded.y[chosen]
    still = model.learner.predict(Z)
    teacher = teachers.TrueLabels([None if k < 0 else k for k in y.tolist()])
    counts = device.counts.copy()
    begun = (day - 1) * DAY + MORNING
    lived = live(device, Z, teacher, known=worn.known, begun=begun)
    right = y >= 0
    from_brisk = right & (motion.brisk.cumsum() >= 40)
    happened = device.counts - counts
    values = np.linalg.eigvalsh(rls.full(device.learner.P_))
    predicted, activity = np.array(lived.predicted), np.array(lived.activity)
    return {
        "day": day,
        "windows": len(chosen),
        "accuracy": float((predicted == y)[right].mean()),
        "accuracy_activity": float((activity == y)[right].mean()),
        "accuracy_not_learning": float((still == y)[right].mean()),
        "accuracy_from_40_brisk": share((predicted == y)[from_brisk]),
        "questions": int(lived.asked.sum()),
        "own_labels": happened["own labels"],
        "training_fraction": float(lived.training.mean()),
        "alignments": 0 if aligner is None else aligner.alignments - before,
        "rollbacks": happened[Event.WENT_BACK.value],
        "p_least": float(values[0]),
        "p_most": float(values[-1]),
    }


def _noisy(recording: Whole, window: int, turn: Array, draws: np.random.Generator) -> Whole:
    """The same recording as another sensor of the kind, mounted so, would have it."""
    scale = np.repeat(NOISE, 3)[: recording.imu.shape[1]]
    imu = har.turn(recording.imu, turn) + scale * draws.normal(size=recording.imu.shape)
    return Whole(imu, recording.start, recording.y, align.motion(imu, recording.start, window))
