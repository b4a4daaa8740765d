"""Choose the constants of `auto` on the 25 people who are not reported as drifted.

    python studies/choose_policy.py    # random search, then steps around the best

Five people are held out in turn, with inputs chosen without them. Each setting lives through their
streams: whole, one model for the five and one for each; first 20 windows; two of the activities;
each activity alone; and with the sensor mounted another way, where up to two thirds of the first
predictions are wrong. What is sought is accuracy on the streams of a person, less what it costs:
see `value`. `auto` runs as a whole device without its predicting mode, the others learn what they
ask and nothing else. The values in use were sought on recordings of wrist and watch as well, and on
whole days; what they are worth by this score is printed last.
"""

import argparse
from collections import defaultdict
from dataclasses import asdict
from functools import partial
from typing import NamedTuple

import folds
import joblib
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from tinyodl import prune
from tinyodl.device import PLAIN, Rules
from tinyodl.experiments.trials.following import AUTO, follow
from tinyodl.learn import OSELMClassifier
from tinyodl.model import Model
from tinyodl.prune import auto as constants
from tinyodl.recipe import fitting, methods
from tinyodl.windows import Source, Windows, splits

CHOICES: dict[str, tuple[float, ...]] = {
    "first_theta": (0.0125, 0.025, 0.05, 0.1, 0.2),
    "rise": (0.25, 0.5, 1.0, 3.0),
    "fall": (0.03125, 0.0625, 0.125, 0.25),
    "ambiguous": (0.0, 0.125, 0.25, 0.5),
    "first_kappa": (8.0, 16.0, 32.0, 64.0, 128.0),
    "last_kappa": (16.0, 32.0, 64.0, 128.0),
    "own": (0.125, 0.25, 0.5, 1.0),
}
SAMPLES = 120
ORDERS = 3  # in which the five held out come to the one model
DESCENTS = 2


class Stream(NamedTuple):
    """A model, the scaled inputs Z and labels y that it lives through, and what it is tested on;
    `kept` are windows of the people trained on."""

    name: str
    model: Model
    Z: NDArray[np.float64]
    y: NDArray[np.int64]
    test: NDArray[np.float64]
    truth: NDArray[np.int64]
    kept: NDArray[np.float64] | None = None
    kept_truth: NDArray[np.int64] | None = None


def trained(windows: Windows, train: splits.Indices) -> Model:
    """ODLTiny of these windows."""
    lesson = fitting.lesson(windows, train)
    scaler = fitting.scaler("compact").fit(lesson.X)
    Z, y = scaler.transform(windows.X[train]), windows.y[train]
    learner = fitting.fit(methods.tiny(), scaler, lesson, len(windows.classes))
    return fitting.assemble(learner, scaler, Z, y, windows.subject[train], windows.recording[train])


def streams(fold: folds.Fold, seed: int) -> list[Stream]:
    """Everything that one fold's people live through."""
    windows, held = fold.windows, fold.held
    y = windows.y
    result = []
    orders = [list(np.random.default_rng(k).permutation(held)) for k in range(ORDERS)]
    for people in (*orders, *([p] for p in held)):
        others = np.flatnonzero(~np.isin(windows.subject, people))
        train, before = splits.cut(windows, others, splits.TRAIN_SHARE, "blocked", seed)
        parts = [
            splits.cut(windows, splits.people(windows, [p]), splits.STREAM_SHARE, "blocked", seed)
            for p in people
        ]
        stream, test = (np.concatenate(side) for side in zip(*parts, strict=True))
        model = trained(windows, train)
        Z = model.scaler.transform(windows.X)
        kept = (Z[before], y[before]) if len(people) > 1 else (None, None)
        name = "pooled" if len(people) > 1 else "person"
        result.append(Stream(name, model, Z[stream], y[stream], Z[test], y[test], *kept))
        for turn, X in fold.turned.items():
            worn = model.scaler.transform(X)
            sides = (worn[stream], y[stream], worn[test], y[test])
            result.append(Stream(f"{name}, {turn}", model, *sides))
        if len(people) == 1:
            pair = np.random.default_rng(people[0]).permutation(np.unique(y[stream]))[:2]
            parts_seen = [("first 20", stream[:20]), ("two", stream[np.isin(y[stream], pair)])]
            parts_seen += [("one", stream[y[stream] == k]) for k in np.unique(y[stream])]
            result += [
                Stream(kind, model, Z[index], y[index], Z[test], y[test])
                for kind, index in parts_seen
            ]
    return result


def shipped() -> list[Stream]:
    """Each of the 25 left out of the others, with the inputs that are in use: they took part in
    that choice, but this is the model that a wearer gets."""
    windows = folds.without_drifted(Source.official().windows("compact"))
    y = windows.y
    result = []
    for person in np.unique(windows.subject):
        train, _ = splits.cut(
            windows, np.flatnonzero(windows.subject != person), splits.TRAIN_SHARE, "blocked", 0
        )
        stream, test = splits.cut(
            windows, splits.people(windows, [person]), splits.STREAM_SHARE, "blocked", 0
        )
        model = trained(windows, train)
        Z = model.scaler.transform(windows.X)
        result.append(Stream("shipped", model, Z[stream], y[stream], Z[test], y[test]))
    return result


def outcomes(
    all_streams: list[Stream], policy: prune.Policy, rules: Rules
) -> dict[str, NDArray[np.float64]]:
    """By kind of stream, a row each: accuracy without learning, after, share asked, change on the
    people of before, in percent."""
    rows = defaultdict(list)

    def accuracy(of: OSELMClassifier, Z: NDArray[np.float64], y: NDArray[np.int64]) -> float:
        return float(100 * (of.predict(Z) == y).mean())

    with threadpool_limits(1):
        for s in all_streams:
            before = s.model.learner
            after, lived = follow(s.model, s.Z, s.y, policy, rules)
            kept = 0.0
            if s.kept is not None and s.kept_truth is not None:
                kept = accuracy(after, s.kept, s.kept_truth) - accuracy(
                    before, s.kept, s.kept_truth
                )
            ends = accuracy(before, s.test, s.truth), accuracy(after, s.test, s.truth)
            rows[s.name].append((*ends, 100 * float(lived.asked.mean()), kept))
    return {name: np.array(values) for name, values in rows.items()}


def value(found: dict[str, NDArray[np.float64]], every: dict[str, NDArray[np.float64]]) -> float:
    """Points of accuracy on pooled, person and shipped streams, less: a tenth for each percent
    asked; a tenth for each point over one that the worst person of those loses; a tenth for each
    person a point below asking for every label; and twice what is lost on the people of before over
    half a point, or on a one-sided stream by the worst person over one point. Wearers whose sensor
    is turned count a tenth."""
    whole = ("pooled", "person", "shipped")
    one_sided = min(
        float((found[k][:, 1] - found[k][:, 0]).min()) for k in ("first 20", "two", "one")
    )
    worst = min(float((found[k][:, 1] - found[k][:, 0]).min()) for k in whole)
    turned = float(np.mean([v[:, 1].mean() for name, v in found.items() if "," in name]))
    behind = sum(int((found[k][:, 1] < every[k][:, 1] - 1).sum()) for k in whole)
    return float(
        sum(found[k][:, 1].mean() - 0.1 * found[k][:, 2].mean() for k in whole)
        + 0.1 * turned
        - 0.1 * max(0.0, -1.0 - worst)
        - 0.1 * behind
        - 2 * max(0.0, -0.5 - found["pooled"][:, 3].mean())
        - 2 * max(0.0, -1.0 - one_sided)
    )


def line(label: str, found: dict[str, NDArray[np.float64]]) -> str:
    """One setting, kind of stream by kind of stream: accuracy after, worst change, share asked."""
    parts = (
        f"{name} {v[:, 1].mean():.2f} ({(v[:, 1] - v[:, 0]).min():+.1f}) {v[:, 2].mean():.1f} %"
        for name, v in found.items()
    )
    return f"{label}: {' | '.join(parts)} | kept {found['pooled'][:, 3].mean():+.2f}"


Known = dict[tuple[float, ...], tuple[float, dict[str, NDArray[np.float64]]]]


def best_of(known: Known) -> tuple[float, ...]:
    """The setting with the highest value."""
    return max(known, key=lambda k: known[k][0])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=2)
    jobs = parser.parse_args().jobs
    prepared = [s for seed, fold in enumerate(folds.compact(jobs)) for s in streams(fold, seed)]
    prepared += shipped()
    kappa = methods.ODL_TINY.kappa
    every = outcomes(prepared, prune.All(kappa), PLAIN)
    print(line("every label", every))
    for theta in (0.08, 0.12, 0.16, 0.2, 0.24):
        fixed = prune.Fixed(theta, methods.OWN_WEIGHT, kappa)
        print(line(f"fixed-self {theta}", outcomes(prepared, fixed, PLAIN)))
    never = outcomes(prepared, prune.Fixed(-1.0, methods.OWN_WEIGHT, kappa), PLAIN)
    print(line("never asking, own labels", never))

    known: Known = {}

    def evaluate(settings: list[dict[str, float]]) -> None:
        new = [s for s in settings if tuple(s.values()) not in known]
        results = joblib.Parallel(n_jobs=jobs)(
            joblib.delayed(partial(outcomes, prepared))(prune.Auto(**s), AUTO) for s in new
        )
        for setting, found in zip(new, results, strict=True):
            known[tuple(setting.values())] = (value(found, every), found)

    draws = np.random.default_rng(0)
    evaluate([{k: float(draws.choice(v)) for k, v in CHOICES.items()} for _ in range(SAMPLES)])
    for _ in range(DESCENTS):
        for name, options in CHOICES.items():
            best = dict(zip(CHOICES, best_of(known), strict=True))
            evaluate([best | {name: float(option)} for option in options])
    best_key = best_of(known)
    print(
        f"\nbest of {len(known)}: {dict(zip(CHOICES, best_key, strict=True))}, value "
        f"{known[best_key][0]:.3f}"
    )
    print(line("best", known[best_key][1]))
    now = outcomes(prepared, prune.Auto(), AUTO)
    print(
        f"in use ({asdict(prune.Auto())}), value {value(now, every):.3f}, from {constants.__name__}"
    )
    print(line("in use", now))


if __name__ == "__main__":
    main()
