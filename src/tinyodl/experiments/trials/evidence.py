"""One new wearer of any recordings: not learning, every label, ours, and what asks as often."""

from collections.abc import Callable
from functools import partial

import numpy as np

from tinyodl import prune, teachers
from tinyodl.device import live
from tinyodl.experiments.trials import wearer
from tinyodl.experiments.trials.accounts import accounts
from tinyodl.experiments.trials.following import AUTO, follow
from tinyodl.experiments.trials.following import device as made
from tinyodl.experiments.trials.material import Material, worn
from tinyodl.experiments.trials.results import Budgeted, Evidence, EvidenceRun
from tinyodl.experiments.trials.trial import Trial, sides
from tinyodl.learn import OSELMClassifier
from tinyodl.recipe import methods

BUDGETS = (2, 4, 8, 16, 32)
HALVINGS = 24  # of the thresholds between which one is sought that asks as often


def run(material: Material, trial: Trial) -> EvidenceRun:
    """trial.seeds: of the audits' and the control's draws."""
    where = sides(material.windows, trial)
    windows, known = worn(material, trial.person, where.stream, where.test)
    who = wearer.prepare(windows, trial.person, trial.split, trial.seed)
    Z, y, seen = who.Z[who.stream], windows.y[who.stream], known[who.stream]
    kappa = methods.ODL_TINY.kappa
    learnt = partial(follow, who.model, arithmetic=trial.arithmetic)

    def after(learner: OSELMClassifier) -> float:
        return float((learner.predict(who.Z[who.test]) == windows.y[who.test]).mean())

    def drawn(seed: int, count: int) -> tuple[OSELMClassifier, int]:
        draws = np.random.default_rng((seed, trial.person))
        asked = np.sort(draws.permutation(len(y))[:count])  # as if nothing else came
        return learnt(Z[asked], y[asked], prune.All(kappa)).learner, len(asked)

    def auto(seed: int) -> tuple[OSELMClassifier, int]:
        lived = learnt(Z, y, prune.Auto(), AUTO, seed, seen)
        return lived.learner, int(lived.episode.asked.sum())

    def other(name: str, seed: int) -> tuple[OSELMClassifier, int]:
        lived = learnt(Z, y, prune.make(name), seed=seed)
        return lived.learner, int(lived.episode.asked.sum())

    def device(seed: int) -> tuple[OSELMClassifier, int]:
        mine = made(who.model, trial.arithmetic, seed=seed)
        lived = live(mine, Z, teachers.TrueLabels(y.tolist()), known=seen)
        return mine.learner, int(lived.asked.sum())

    def limited(seed: int, count: int) -> tuple[OSELMClassifier, int]:
        mine = made(who.model, trial.arithmetic, rules=AUTO, seed=seed)
        mine.command(train=True)
        live(mine, Z, teachers.Limited(teachers.TrueLabels(y.tolist()), count), known=seen)
        return mine.learner, count

    def threshold(seed: int, count: int) -> tuple[OSELMClassifier, int]:
        """The greatest threshold that asks no more often."""
        low, high = 0.0, 1.0
        best = learnt(Z, y, prune.Fixed(low, kappa=kappa))
        for _ in range(HALVINGS):
            theta = (low + high) / 2
            tried = learnt(Z, y, prune.Fixed(theta, kappa=kappa))
            if tried.episode.asked.sum() <= count:
                low, best = theta, tried
            else:
                high = theta
        return best.learner, int(best.episode.asked.sum())

    def row(
        policy: str, learn: Callable[[int], tuple[OSELMClassifier, int]], seeds: int
    ) -> Evidence:
        found = [learn(seed) for seed in range(seeds)]
        return {
            "policy": policy,
            "accuracy_after": float(np.mean([after(learner) for learner, _ in found])),
            "questions": float(np.mean([asked for _, asked in found])),
        }

    rows = [
        row("none", lambda seed: (who.model.learner, 0), 1),
        row("all", lambda seed: (learnt(Z, y, prune.All(kappa)).learner, len(y)), 1),
        row("auto", auto, trial.seeds),
        row("device", device, trial.seeds),
    ]
    count = round(rows[2]["questions"])
    rows += [row(name, partial(other, name), 1) for name in trial.added.policies]
    rows += [
        row("random", lambda seed: drawn(seed, count), trial.seeds),
        row("fixed", lambda seed: threshold(seed, count), 1),
    ]
    budget: list[Budgeted] = []
    for count in BUDGETS:
        for policy, learn in (("auto", limited), ("random", drawn)):
            found = [after(learn(seed, count)[0]) for seed in range(trial.seeds)]
            budget.append(
                {
                    "questions": count,
                    "policy": policy,
                    "accuracy_after": float(np.mean(found)),
                }
            )
    recording = windows.recording[who.stream]
    bouts = 1 + int(((np.diff(y) != 0) | (np.diff(recording) != 0)).sum())
    return {
        "person": trial.person,
        "windows": len(y),
        "bouts": bouts,
        "rows": rows,
        "budget": budget,
        "accounts": accounts(who.model, [(Z, y, seen)], "as worn", trial.seeds, trial.arithmetic),
    }
