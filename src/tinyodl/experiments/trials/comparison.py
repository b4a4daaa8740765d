"""Every method and every policy on one trial.

A result is plain data (lists, numbers, text), so that it can be cached and sent between processes.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import confusion_matrix, f1_score

from tinyodl import link, prune
from tinyodl.device import PLAIN, Rules
from tinyodl.experiments.trials import material as materials
from tinyodl.experiments.trials.following import AUTO, follow
from tinyodl.experiments.trials.material import Material
from tinyodl.experiments.trials.results import Compared, OneSided, Outcome, PolicyOutcome, Row
from tinyodl.experiments.trials.trial import Sides, Trial, per_person, sides
from tinyodl.har import RangeScaler
from tinyodl.learn import OSELMClassifier
from tinyodl.model import Model, state_bytes
from tinyodl.recipe import fitting, methods
from tinyodl.windows import Windows

LIKE_AUTO = "random, as often as auto"
_DRAWN = ("auto", "random")  # policies that draw


def run(material: Material, trial: Trial) -> Compared:
    """All methods of one trial. What every seed finds alike stands in the first one's result only,
    but for what is asked for every label: `complete` fills it in."""
    where = sides(material.windows, trial)
    windows, known = materials.worn(material, trial.person, where.stream, where.test)
    lesson = fitting.lesson(windows, where.train)
    scaler = fitting.scaler(trial.features).fit(lesson.X)
    Z = scaler.transform(windows.X)
    work = [(method, hidden) for hidden in trial.hidden for method in methods.PUBLISHED_SIZES]
    if trial.features == "compact":
        work.append((methods.ODL_TINY, 0))
    rows = [
        _method(method, hidden, scaler, lesson, Z, windows, known, where, trial)
        for method, hidden in work
    ]
    teacher = None
    if trial.seed == 0 and trial.protocol == "pooled":  # a device's teachers are compared apart
        forest = ExtraTreesClassifier(100, min_samples_leaf=2, random_state=0)
        forest.fit(Z[where.train], windows.y[where.train])
        sent = link.as_sent(Z[where.stream], trial.payload, scaler.clip)
        teacher = float(forest.score(sent, windows.y[where.stream]))
    return {"rows": rows, "teacher": teacher}


def complete(first: Compared, later: Compared) -> Compared:
    """A later seed's result with what it leaves to the first one's."""
    rows: list[Row] = []
    for row, same in zip(later["rows"], first["rows"], strict=True):
        own = {_setting(p): p for p in row["pruning"]}
        pruning = [own.pop(_setting(p), p) for p in same["pruning"]]
        rows.append({**row, "pruning": pruning})
    return {**later, "rows": rows}


def _setting(outcome: PolicyOutcome) -> tuple[str, float | None, float | None]:
    return outcome["policy"], outcome["theta"], outcome["fraction"]


def _alike(method: methods.Method, trial: Trial) -> bool:
    """Whether all seeds have the same model and the same stream: without hidden nodes nothing is
    drawn."""
    return method is methods.ODL_TINY and (trial.split, trial.order) == ("blocked", "time")


def _method(
    method: methods.Method,
    hidden: int,
    scaler: RangeScaler,
    lesson: fitting.Lesson,
    Z: NDArray[np.float64],
    windows: Windows,
    known: NDArray[np.bool_],
    where: Sides,
    trial: Trial,
) -> Row:
    untrained = method.build(trial.features, hidden, trial.seed)
    learner = fitting.fit(untrained, scaler, lesson, len(windows.classes))
    H = {
        name: learner.hidden(Z[index])
        for name, index in where._asdict().items()
        if name in ("before", "test")
    }
    y = {name: windows.y[index] for name, index in where._asdict().items()}
    subjects = windows.subject[where.test]
    model = fitting.assemble(
        learner,
        scaler,
        Z[where.train],
        y["train"],
        windows.subject[where.train],
        windows.recording[where.train],
    )

    def correct(of: OSELMClassifier, side: str) -> NDArray[np.bool_]:
        return np.asarray((H[side] @ of.beta_).argmax(axis=1) == y[side])

    def confusion(of: OSELMClassifier, side: str) -> list[list[int]]:
        predicted = (H[side] @ of.beta_).argmax(axis=1)
        found = confusion_matrix(y[side], predicted, labels=range(len(windows.classes)))
        return [list(map(int, counts)) for counts in found]

    people = len(np.unique(windows.subject[where.stream]))

    def outcome(after: OSELMClassifier, predicted: ArrayLike, asked: NDArray[np.bool_]) -> Outcome:
        right = correct(after, "test")
        return {
            "accuracy_after": float(right.mean()),
            "accuracy_before_after": float(correct(after, "before").mean()),
            "accuracy_learning": float((np.asarray(predicted) == y["stream"]).mean()),
            "macro_f1": float(
                f1_score(y["test"], (H["test"] @ after.beta_).argmax(axis=1), average="macro")
            ),
            "query_fraction": float(asked.mean()),
            "questions": float(asked.sum() / people),
            "byte_fraction": link.byte_fraction(
                int(asked.sum()), len(y["stream"]), Z.shape[1], trial.payload
            ),
            "person_after": per_person(right, subjects),
            "confusion": confusion(after, "test"),
        }

    def learnt(policy: prune.Policy, rules: Rules) -> Outcome:
        seen = known[where.stream] if rules is AUTO else None
        result = follow(
            model, Z[where.stream], y["stream"], policy, rules, trial.seed, seen, trial.arithmetic
        )
        return outcome(result.learner, result.episode.predicted, result.episode.asked)

    pruning: list[PolicyOutcome] = []
    if method.learns:
        added = trial.added.policies if method is methods.ODL_TINY else ()
        for name, theta, fraction, policy in methods.settings(method, hidden, trial.seed, added):
            if trial.seed and _alike(method, trial) and name not in ("all", *_DRAWN):
                continue
            result = learnt(policy, AUTO if name == "auto" else PLAIN)
            pruning.append({"policy": name, "theta": theta, "fraction": fraction, **result})
        by_policy = {r["policy"]: r for r in pruning}
        if "random" in by_policy:
            share = by_policy["auto"]["query_fraction"]
            result = learnt(prune.Random(share, trial.seed, method.kappa), PLAIN)
            pruning.append({"policy": LIKE_AUTO, "theta": None, "fraction": None, **result})
        after: Outcome = by_policy["all"]
    else:
        after = outcome(
            learner, learner.predict(Z[where.stream]), np.zeros(len(where.stream), bool)
        )
    row: Row = {
        "method": method.name,
        "inputs": Z.shape[1],
        "hidden": hidden,
        "state_bytes": state_bytes(learner, method.learns),
        "accuracy_before": float(correct(learner, "before").mean()),
        "accuracy_drifted": float(correct(learner, "test").mean()),
        "person_drifted": per_person(correct(learner, "test"), subjects),
        "after": after,
        "pruning": pruning,
        "confusion_before": confusion(learner, "before"),
        "confusion_drifted": confusion(learner, "test"),
    }
    if trial.protocol == "person" and any(r["policy"] == "auto" for r in pruning):
        row["one_sided"] = _one_sided(model, Z[where.stream], y["stream"], correct, trial)
    return row


def _one_sided(
    model: Model,
    Z: NDArray[np.float64],
    y: NDArray[np.int64],
    correct: Callable[[OSELMClassifier, str], NDArray[np.bool_]],
    trial: Trial,
) -> list[OneSided]:
    """What `auto` does to a model that sees little of its wearer; activities are drawn by seed and
    person."""
    activities = np.random.default_rng((trial.seed, trial.person)).permutation(np.unique(y))
    streams = {
        "first 20 windows": np.arange(len(y)) < 20,
        "two of the activities": np.isin(y, activities[:2]),
        "one activity": y == activities[0],
    }
    still = correct(model.learner, "test").mean()
    rows: list[OneSided] = []
    for name, seen in streams.items():
        result = follow(
            model, Z[seen], y[seen], prune.Auto(), AUTO, trial.seed, None, trial.arithmetic
        )
        change = float(correct(result.learner, "test").mean() - still)
        asked = float(result.episode.asked.mean())
        rows.append({"stream": name, "change": change, "query_fraction": asked})
    return rows
