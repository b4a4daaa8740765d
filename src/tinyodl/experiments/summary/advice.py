"""Which policy suits these recordings: each at the share of labels that `auto` asks, person by
person, and who is worse off than without learning."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

import numpy as np

from tinyodl.experiments.summary.rows import Setting, under
from tinyodl.experiments.summary.statistics import Seeds, bootstrap, by_person
from tinyodl.experiments.trials.comparison import LIKE_AUTO

POINT = 0.01  # of accuracy: what is called worse, or ahead on a person
OTHERS = {"random": LIKE_AUTO, "fixed": "fixed", "fixed-self": "fixed-self"}


def of(by_seed: Seeds, settings: Sequence[Setting], names: Mapping[int, str]) -> dict[str, Any]:
    """Each policy against `auto` at one share of labels, and who loses; {} without `auto`.

    ahead: mean over people of auto's accuracy less the other's, with its 95 % interval over people
    (bootstrap), and on how many it is ahead or behind by over a point. suits: "none" where learning
    brings nothing, the policy that is clearly ahead of auto, else "auto", which needs no threshold
    set by somebody who knows the answers.
    """
    if not any(setting.policy == "auto" for setting in settings):
        return {}
    share, auto = _at(by_seed, Setting("auto", None, None))
    still = by_person(by_seed, lambda row: row["person_drifted"])
    others = {"none": still}
    for name, policy in OTHERS.items():
        points = [_at(by_seed, s) for s in settings if s.policy == policy]
        if points:
            others[name] = _between(points, share)
    against = [{"policy": name} | _ahead(auto, other) for name, other in others.items()]
    better = [row for row in against if row["interval"][1] < 0]
    return {
        "suits": min(better, key=itemgetter("ahead"))["policy"] if better else "auto",
        "query_fraction": share,
        "against": against,
        "worse_off": worse_off(still, auto, names),
    }


def worse_off(
    still: Mapping[int, float], after: Mapping[int, float], names: Mapping[int, str]
) -> list[dict[str, Any]]:
    """Who lost over a point, the worst first."""
    rows = [
        {"person": p, "name": names.get(p, str(p)), "before": still[p], "after": after[p]}
        for p in after
        if after[p] < still[p] - POINT
    ]
    return sorted(rows, key=lambda row: row["after"] - row["before"])


def _at(by_seed: Seeds, setting: Setting) -> tuple[float, dict[int, float]]:
    """The share asked, and each person's accuracy."""
    outcomes = [[under(row, setting) for row in trials] for trials in by_seed]
    asked = [outcome["query_fraction"] for trials in outcomes for outcome in trials]
    return float(np.mean(asked)), by_person(outcomes, itemgetter("person_after"))


def _between(points: list[tuple[float, dict[int, float]]], share: float) -> dict[int, float]:
    """Each person's accuracy at a share of labels, between the settings that were run."""
    points = sorted(points, key=itemgetter(0))
    asked = [at for at, _ in points]
    return {p: float(np.interp(share, asked, [own[p] for _, own in points])) for p in points[0][1]}


def _ahead(auto: Mapping[int, float], other: Mapping[int, float]) -> dict[str, Any]:
    """How far auto is ahead of another policy, over people."""
    gaps = [auto[p] - other[p] for p in auto if p in other]
    return {
        "ahead": float(np.mean(gaps)),
        "interval": bootstrap(gaps),
        "people": len(gaps),
        "people_ahead": sum(gap > POINT for gap in gaps),
        "people_behind": sum(gap < -POINT for gap in gaps),
    }
