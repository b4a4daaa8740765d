"""When a device audits and when training ends, tried on the 25 people who are not reported as
drifted.

    python studies/choose_device.py

Each of the 25 is left out in turn, with inputs chosen without them, and lives through their stream
with a device that starts in predicting mode, under true labels. In use: the setting that is least
far behind asking for every label among those that ask at most 3 % of the windows; where two are
within 0.05 points, the one that asks less.
"""

import argparse

import folds
import joblib
import numpy as np

from tinyodl import drift, prune, teachers
from tinyodl.device import OnDeviceLearner, learner
from tinyodl.experiments.trials import wearer
from tinyodl.experiments.trials.live import live
from tinyodl.experiments.trials.relearn import relearn
from tinyodl.recipe import methods

AUDITS = (None, 24, 48, 96)
SETTLES = (64, 128, 10**9)


def person(fold: folds.Fold, left_out: int) -> list[tuple[float, float]]:
    """(points behind every label, percent asked) for each setting."""
    y = fold.windows.y
    who = wearer.prepare(fold.windows, left_out)
    H = who.model.hidden(who.Z[who.stream])
    every = relearn(who.model, H, y[who.stream], prune.All(methods.ODL_TINY.kappa)).model
    best = (every.predict(who.Z[who.test]) == y[who.test]).mean()
    rows = []
    for audit in AUDITS:
        for settle in SETTLES:
            detector = drift.Cusum(who.calibration)
            device = OnDeviceLearner(
                who.model, detector, clip=who.clip, audit_every=audit, settle_after=settle
            )
            lived = live(device, who.Z[who.stream], teachers.TrueLabels(y[who.stream].tolist()))
            after = (device.learner.predict(who.Z[who.test]) == y[who.test]).mean()
            rows.append((100 * float(best - after), 100 * float(lived.asked.mean())))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=2)
    jobs = parser.parse_args().jobs
    work = [(fold, p) for fold in folds.compact(jobs) for p in fold.held]
    found = np.array(
        joblib.Parallel(n_jobs=jobs)(joblib.delayed(person)(fold, p) for fold, p in work)
    )
    settings = [(audit, settle) for audit in AUDITS for settle in SETTLES]
    for (audit, settle), (behind, asked) in zip(settings, found.mean(axis=0), strict=True):
        print(
            f"audit every {audit}, settle after {settle}: {behind:.2f} points behind every label, "
            f"{asked:.2f} % asked"
        )
    print(f"in use: audit every {learner.AUDIT_EVERY}, settle after {learner.SETTLE_AFTER}")


if __name__ == "__main__":
    main()
