"""One new wearer with a whole device: drift detection, training that starts and ends by itself,
teachers that err."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from tinyodl import drift, prune, teachers
from tinyodl.device import Event, live
from tinyodl.experiments.trials import sensitivity, wearer
from tinyodl.experiments.trials.following import AUTO, device, follow
from tinyodl.experiments.trials.material import Material, worn
from tinyodl.experiments.trials.results import Alarms, DeviceOutcome, DeviceRun, TeacherOutcome
from tinyodl.experiments.trials.trial import Trial, sides
from tinyodl.learn import OSELMClassifier, Outlook
from tinyodl.link import from_bytes, to_bytes
from tinyodl.recipe import fitting, methods
from tinyodl.windows import Windows

TRUE_LABELS = "true labels"


def alarms(
    detector: drift.Detector, outlooks: Iterable[Outlook], X: np.ndarray[Any, Any]
) -> list[int]:
    """Sample counts at which a detector speaks."""
    return [
        t + 1 for t, (o, x) in enumerate(zip(outlooks, X, strict=True)) if detector.update(o, x)
    ]


def run(material: Material, trial: Trial) -> DeviceRun:
    """Everything for one person, as plain data."""
    where = sides(material.windows, trial)
    windows, known = worn(material, trial.person, where.stream, where.test)
    who = wearer.prepare(windows, trial.person, trial.split, trial.seed)
    calibration = who.model.calibration
    assert calibration is not None
    own = np.flatnonzero(windows.subject == trial.person)
    own_outlooks = fitting.outlooks(who.model.learner, who.Z[own])
    right = np.array([o.predicted for o in own_outlooks]) == windows.y[own]
    unseen = fitting.outlooks(who.model.learner, who.Z[who.unseen])
    found: list[Alarms] = []
    for name in (*sensitivity.OURS, *trial.added.detectors):
        if name in drift.left_out():
            continue  # the others are reported without it
        sweep = sensitivity.of(name)
        for value in sweep.values:
            made = [drift.make(name, calibration, **sweep.setting(value)) for _ in range(2)]
            false = alarms(made[0], unseen, who.Z[who.unseen])
            own_alarms = alarms(made[1], own_outlooks, who.Z[own])
            delay = own_alarms[0] if own_alarms else None
            found.append(
                {"detector": name, "setting": value, "false_alarms": len(false), "delay": delay}
            )
    return {
        "person": trial.person,
        "accuracy": float(right.mean()),
        "unseen": len(unseen),
        "drift": found,
        "device": _device(windows, who, trial, known[who.stream]),
        "teachers": _teachers(windows, who, trial, known[who.stream]),
    }


def _after(windows: Windows, who: wearer.Wearer, learner: OSELMClassifier) -> float:
    return float((learner.predict(who.Z[who.test]) == windows.y[who.test]).mean())


def _device(
    windows: Windows, who: wearer.Wearer, trial: Trial, known: NDArray[np.bool_]
) -> DeviceOutcome:
    """Predicting mode first; everything else by itself. Means over seeds, events of the first."""
    truth = windows.y[who.stream]
    devices = [device(who.model, trial.arithmetic, seed=seed) for seed in range(trial.seeds)]
    lives = [
        live(one, who.Z[who.stream], teachers.TrueLabels(truth.tolist()), known=known)
        for one in devices
    ]
    every = follow(
        who.model,
        who.Z[who.stream],
        truth,
        prune.All(methods.ODL_TINY.kappa),
        arithmetic=trial.arithmetic,
    ).learner
    return {
        "windows": len(truth),
        "accuracy_drifted": _after(windows, who, who.model.learner),
        "accuracy_every_label": _after(windows, who, every),
        "accuracy_after": float(np.mean([_after(windows, who, one.learner) for one in devices])),
        "query_fraction": float(np.mean([lived.asked.mean() for lived in lives])),
        "questions": float(np.mean([lived.asked.sum() for lived in lives])),
        "training_fraction": float(np.mean([lived.training.mean() for lived in lives])),
        "rollbacks": float(np.mean([one.counts[Event.WENT_BACK.value] for one in devices])),
        "events": [[number, event.value] for number, event in lives[0].events],
        "troubled": any(lived.troubled for lived in lives),
        "state_bytes": devices[0].state_bytes,
        "queue_bytes": devices[0].pending.state_bytes(who.Z.shape[1]),
    }


def _teachers(
    windows: Windows, who: wearer.Wearer, trial: Trial, known: NDArray[np.bool_]
) -> list[TeacherOutcome]:
    """`auto` from the first window on, under each teacher; draws are each person's own."""
    y, person = windows.y, trial.person
    truth = y[who.stream].tolist()
    labels = list(range(len(windows.classes)))
    right = teachers.TrueLabels(truth)
    clip = who.model.scaler.clip
    sent = from_bytes(to_bytes(who.Z[who.stream], clip), clip)
    voters = [
        # As teachers.Classifier would answer, all queries at once.
        teachers.TrueLabels(model.fit(who.Z[who.train], y[who.train]).predict(sent).tolist())
        for model in (
            RandomForestClassifier(60, min_samples_leaf=2, max_samples=0.5, random_state=0),
            LogisticRegression(max_iter=500),
            KNeighborsClassifier(15),
        )
    ]
    ensemble = teachers.Ensemble(voters, 2)
    cases: list[tuple[str, teachers.Teacher, float]] = [(TRUE_LABELS, right, 0.0)]
    cases += [
        (f"wrong {p:.0%}", teachers.Noisy(right, p, labels, person), 0.0) for p in (0.05, 0.1, 0.2)
    ]
    cases += [("abstains 20%", teachers.Limited(right, abstains=0.2, seed=person), 0.0)]
    cases += [(f"answers {n} in all", teachers.Limited(right, n), 0.0) for n in (5, 10, 20)]
    cases += [("10 s late", right, 10.0), ("10 min late", right, 600.0)]
    cases += [("random forest on the others", voters[0], 0.0)]
    cases += [("three models, two agree", ensemble, 0.0)]
    cases += [(name, teachers.make(name, truth), 0.0) for name in trial.added.teachers]
    rows: list[TeacherOutcome] = []
    for name, teacher, late in cases:
        mine = device(who.model, trial.arithmetic, rules=AUTO, seed=person)
        mine.command(train=True)
        lived = live(mine, who.Z[who.stream], teacher, late=late, known=known)
        rows.append(
            {
                "teacher": name,
                "accuracy_after": _after(windows, who, mine.learner),
                "query_fraction": float(lived.asked.mean()),
                "queries": int(lived.asked.sum()),
                "abstained": mine.counts["abstained"],
                "unanswered": mine.pending.dropped,
                "teacher_accuracy": _right(teacher, truth)
                if teacher in (voters[0], ensemble)
                else None,
                "troubled": lived.troubled,
            }
        )
    return rows


def _right(teacher: teachers.Teacher, truth: list[int]) -> float | None:
    """How often a teacher is right where it answers, over the whole stream."""
    answers = [teacher.answer(k, None) for k in range(len(truth))]
    given = [
        answer == label for answer, label in zip(answers, truth, strict=True) if answer is not None
    ]
    return float(np.mean(given)) if given else None
