"""Every method and every policy on one trial.

A result is plain data (lists, numbers, text), so that it can be cached and sent between processes.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import f1_score

from tinyodl import link, prune
from tinyodl.experiments.trials.relearn import Relearnt, relearn
from tinyodl.experiments.trials.results import Compared, OneSided, Outcome, PolicyOutcome, Row
from tinyodl.experiments.trials.trial import Sides, Trial, per_person, sides
from tinyodl.learn import OSELMClassifier
from tinyodl.model import state_bytes
from tinyodl.recipe import fitting, methods
from tinyodl.windows import Windows

LIKE_AUTO = "random, as often as auto"


def run(windows: Windows, trial: Trial) -> Compared:
    """All methods of one trial."""
    where = sides(windows, trial)
    scaler = fitting.scaler(trial.features).fit(windows.X[where.train])
    Z = scaler.transform(windows.X)
    rows = [
        _method(method, hidden, Z, windows, where, trial)
        for hidden in trial.hidden
        for method in methods.PUBLISHED_SIZES
    ]
    if trial.features == "compact":
        rows.append(_method(methods.ODL_TINY, 0, Z, windows, where, trial))
    teacher = None
    if trial.seed == 0:
        forest = ExtraTreesClassifier(100, min_samples_leaf=2, random_state=0)
        forest.fit(Z[where.train], windows.y[where.train])
        sent = link.as_sent(Z[where.stream], trial.payload, scaler.clip)
        teacher = float(forest.score(sent, windows.y[where.stream]))
    return {"rows": rows, "teacher": teacher}


def _method(
    method: methods.Method,
    hidden: int,
    Z: NDArray[np.float64],
    windows: Windows,
    where: Sides,
    trial: Trial,
) -> Row:
    untrained = method.build(trial.features, hidden, trial.seed)
    model = fitting.fit(untrained, Z[where.train], windows.y[where.train], len(windows.classes))
    H = {name: model.hidden(Z[index]) for name, index in where._asdict().items() if name != "train"}
    y = {name: windows.y[index] for name, index in where._asdict().items()}
    subjects = windows.subject[where.test]

    def correct(of: OSELMClassifier, side: str) -> NDArray[np.bool_]:
        return np.asarray((H[side] @ of.beta_).argmax(axis=1) == y[side])

    def outcome(result: Relearnt) -> Outcome:
        right = correct(result.model, "test")
        return {
            "accuracy_after": float(right.mean()),
            "accuracy_before_after": float(correct(result.model, "before").mean()),
            "accuracy_learning": float((result.predicted == y["stream"]).mean()),
            "macro_f1": float(
                f1_score(
                    y["test"], (H["test"] @ result.model.beta_).argmax(axis=1), average="macro"
                )
            ),
            "query_fraction": float(result.asked.mean()),
            "byte_fraction": link.byte_fraction(
                int(result.asked.sum()), len(y["stream"]), Z.shape[1], trial.payload
            ),
            "person_after": per_person(right, subjects),
        }

    pruning: list[PolicyOutcome] = []
    if method.learns:
        for setting in methods.settings(method, hidden, trial.seed):
            result = outcome(relearn(model, H["stream"], y["stream"], setting.make))
            pruning.append(
                {
                    "policy": setting.policy,
                    "theta": setting.theta,
                    "fraction": setting.fraction,
                    **result,
                }
            )
        by_policy = {r["policy"]: r for r in pruning}
        if "random" in by_policy:
            share = by_policy["auto"]["query_fraction"]
            control = prune.Random(share, trial.seed, method.kappa)
            result = outcome(relearn(model, H["stream"], y["stream"], control))
            pruning.append({"policy": LIKE_AUTO, "theta": None, "fraction": None, **result})
        after: Outcome = by_policy["all"]
    else:
        first = (H["stream"] @ model.beta_).argmax(axis=1)
        after = outcome(
            Relearnt(model, first, np.zeros(len(first), bool), np.zeros(0), np.zeros(0))
        )
    row: Row = {
        "method": method.name,
        "inputs": Z.shape[1],
        "hidden": hidden,
        "state_bytes": state_bytes(model, method.learns),
        "accuracy_before": float(correct(model, "before").mean()),
        "accuracy_drifted": float(correct(model, "test").mean()),
        "person_drifted": per_person(correct(model, "test"), subjects),
        "after": after,
        "pruning": pruning,
    }
    if trial.protocol == "person" and any(r["policy"] == "auto" for r in pruning):
        row["one_sided"] = _one_sided(model, H["stream"], y["stream"], correct, trial)
    return row


def _one_sided(
    model: OSELMClassifier,
    H: NDArray[np.float64],
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
    still = correct(model, "test").mean()
    rows: list[OneSided] = []
    for name, seen in streams.items():
        result = relearn(model, H[seen], y[seen], prune.Auto())
        change = float(correct(result.model, "test").mean() - still)
        rows.append(
            {"stream": name, "change": change, "query_fraction": float(result.asked.mean())}
        )
    return rows
