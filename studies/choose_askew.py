"""How far askew, and how many copies: what training on them is worth, on the 25 people who are not
reported as drifted.

Each is left out in turn, and wears the sensor as it was worn, a few degrees otherwise (10 in all,
at random) and 30 degrees about y, without alignment and without learning; the last column learns
every label, as worn. Accuracy in % (the worst person's).

python studies/choose_askew.py [--jobs 2]
"""

import argparse
from functools import partial

import joblib
import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation
from threadpoolctl import threadpool_limits

from tinyodl import har, prune
from tinyodl.data import hapt
from tinyodl.data.recordings import Recording
from tinyodl.experiments.trials import wearer
from tinyodl.experiments.trials.following import follow
from tinyodl.recipe import methods
from tinyodl.windows import Windows, askew, from_dataset

Array = NDArray[np.float64]

DEGREES = (2.5, 5.0, 10.0, 15.0)
COPIES = (1, 2, 4)
OFF = 10.0 / np.sqrt(3)  # degrees about each axis


def inputs(recordings: list[Recording], jobs: int) -> Windows:
    """The compact inputs of everybody's windows, with no copies."""
    return from_dataset(
        hapt.dataset(recordings),
        lambda imu, starts: har.extract(imu, features="compact", starts=starts),
        jobs=jobs,
    )


def person(windows: Windows, worn: list[Array], left_out: int) -> list[float]:
    """Percent right: for each way of wearing it, and after every label."""
    with threadpool_limits(1):
        who = wearer.prepare(windows, left_out)
        y, scaler = windows.y, who.model.scaler
        found = [
            float(100 * who.model.learner.score(scaler.transform(X[who.test]), y[who.test]))
            for X in worn
        ]
        policy = prune.All(methods.ODL_TINY.kappa)
        learner = follow(who.model, who.Z[who.stream], y[who.stream], policy).learner
        return [*found, float(100 * learner.score(who.Z[who.test], y[who.test]))]


def main(jobs: int) -> None:
    """A line for each degrees and copies."""
    recordings = [r for r in hapt.load() if r.subject not in hapt.DRIFTED]
    plain = inputs(recordings, jobs)
    turned = Rotation.from_euler("y", 30, degrees=True).as_matrix()
    about_y = [r._replace(imu=har.turn(r.imu, turned)) for r in recordings]
    off = askew.recordings(recordings, 1000, OFF)  # a copy that no model is trained on
    worn = [plain.X, inputs(off, jobs).X, inputs(about_y, jobs).X]
    print(f"{'degrees':>7} {'copies':>6}  as worn      few degrees  30 about y   every label")
    candidates = [(0.0, 0), *((d, c) for d in DEGREES for c in COPIES)]
    made: dict[float, list[Array]] = {}
    for degrees in DEGREES:
        copies = [askew.recordings(recordings, k, degrees) for k in range(max(COPIES))]
        made[degrees] = [inputs(copy, jobs).X for copy in copies]
    for degrees, count in candidates:
        chosen = made[degrees][:count] if count else []
        windows = plain._replace(askew=np.array(chosen).reshape(count, *plain.X.shape))
        work = partial(person, windows, worn)
        people = np.unique(plain.subject).tolist()
        rows = np.array(joblib.Parallel(n_jobs=jobs)(joblib.delayed(work)(p) for p in people))
        cells = [f"{m:5.2f} ({w:4.1f})" for m, w in zip(rows.mean(0), rows.min(0), strict=True)]
        print(
            f"{degrees:7.1f} {count:6d}  " + " ".join(f"{cell:12s}" for cell in cells), flush=True
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=2)
    main(parser.parse_args().jobs)
