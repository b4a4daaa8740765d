"""Choose scale, lambda, kappa and hidden nodes on the 25 people who are not reported as drifted.

    python studies/choose_learner.py        # prints a table a method, best first

Five people are held out in turn. Score: the mean of two accuracies after every label of the stream
was learnt, one model for all five held out ("pooled") and one for each ("person"); what was kept on
the people trained on is printed beside it. Inputs of the compact folds are chosen again without the
people held out.
"""

import argparse
import itertools
from collections.abc import Callable, Iterator
from typing import NamedTuple

import folds
import joblib
import numpy as np
from threadpoolctl import threadpool_limits

from tinyodl import prune
from tinyodl.experiments.trials.following import follow
from tinyodl.har import Features
from tinyodl.learn import OSELMClassifier
from tinyodl.recipe import fitting
from tinyodl.windows import splits

Build = Callable[[int], OSELMClassifier]


class Score(NamedTuple):
    """Accuracies in percent."""

    before: float
    drifted: float
    pooled: float
    kept: float
    person: float


def score(
    fold: folds.Fold, features: Features, build: Build, kappas: tuple[float, ...], seed: int
) -> list[Score]:
    """One fold, one model, each kappa."""
    windows, held = fold.windows, fold.held
    with threadpool_limits(1):
        others = np.flatnonzero(~np.isin(windows.subject, held))
        train, before = splits.cut(windows, others, splits.TRAIN_SHARE, "blocked", seed)
        scaler = fitting.scaler(features).fit(windows.X[train])
        Z = np.ascontiguousarray(scaler.transform(windows.X))
        learner = build(seed).fit(Z[train], windows.y[train])
        model = fitting.assemble(
            learner,
            scaler,
            Z[train],
            windows.y[train],
            windows.subject[train],
            windows.recording[train],
        )
        H = learner.hidden(Z)

        def accuracy(of: OSELMClassifier, index: splits.Indices) -> float:
            return float(100 * ((H[index] @ of.beta_).argmax(axis=1) == windows.y[index]).mean())

        def after(index: splits.Indices, kappa: float) -> OSELMClassifier:
            return follow(model, Z[index], windows.y[index], prune.All(kappa)).learner

        parts = [
            splits.cut(windows, splits.people(windows, [p]), splits.STREAM_SHARE, "blocked", seed)
            for p in held
        ]
        stream, test = (np.concatenate(side) for side in zip(*parts, strict=True))
        scores = []
        for kappa in kappas:
            pooled = after(stream, kappa)
            own = [accuracy(after(s, kappa), t) for s, t in parts]
            scores.append(
                Score(
                    accuracy(learner, before),
                    accuracy(learner, test),
                    accuracy(pooled, test),
                    accuracy(pooled, before),
                    float(np.mean(own)),
                )
            )
        return scores


def tiny(hidden: int, scale: float, regularization: float) -> Build:
    return lambda seed: OSELMClassifier(
        hidden, direct=True, hidden_scale=scale, regularization=regularization, random_state=seed
    )


def layer(alpha: str, hidden: int, scale: float, regularization: float) -> Build:
    return lambda seed: OSELMClassifier(
        hidden,
        alpha=alpha,  # type: ignore[arg-type]
        hidden_scale=scale,
        regularization=regularization,
        random_state=seed,
    )


def candidates(method: str) -> Iterator[tuple[str, Build]]:
    """Settings of a method, with their text."""
    if method == "ODLTiny":
        for regularization in (0.3, 1.0, 3.0, 10.0):
            yield f"h   0          lambda {regularization:<5g}", tiny(0, 1.2, regularization)
        for hidden, scale, regularization in itertools.product(
            (16, 32, 64, 128), (1.2, 4.0), (1.0, 3.0)
        ):
            text = f"h {hidden:3d} scale {scale:<3g} lambda {regularization:<5g}"
            yield text, tiny(hidden, scale, regularization)
    else:
        alpha = "sign" if method == "ODLSign" else "hash"
        for hidden, scale, regularization in itertools.product(
            (128, 256), (0.6, 1.2, 2.4), (0.01, 0.1, 1.0)
        ):
            text = f"h {hidden:3d} scale {scale:<3g} lambda {regularization:<5g}"
            yield text, layer(alpha, hidden, scale, regularization)


def table(
    method: str,
    features: Features,
    prepared: list[folds.Fold],
    kappas: tuple[float, ...],
    jobs: int,
) -> None:
    """Print the settings of a method, best first."""
    found = []
    for text, build in candidates(method):
        results = joblib.Parallel(n_jobs=jobs, prefer="threads")(
            joblib.delayed(score)(fold, features, build, kappas, seed)
            for seed, fold in enumerate(prepared)
        )
        for k, kappa in enumerate(kappas):
            mean = Score(*np.mean([r[k] for r in results], axis=0))
            found.append(((mean.pooled + mean.person) / 2, f"{text} kappa {kappa:<3g}", mean))
    print(f"\n{method}, {features}\n{'':34s}  score before drifted pooled  kept person")
    for value, text, mean in sorted(found, key=lambda f: -f[0])[:12]:
        print(f"{text:34s} {value:6.2f} " + " ".join(f"{v:6.2f}" for v in mean), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=2)
    jobs = parser.parse_args().jobs
    ours, theirs = folds.compact(jobs), folds.official()
    kappas = (4.0, 8.0, 16.0, 32.0, 64.0)
    table("ODLTiny", "compact", ours, kappas, jobs)
    table("ODLSign", "compact", ours, kappas, jobs)
    table("ODLSign", "uci561", theirs, kappas, jobs)
    table("ODLHash", "compact", ours, (1.0,), jobs)
    table("ODLHash", "uci561", theirs, (1.0,), jobs)


if __name__ == "__main__":
    main()
