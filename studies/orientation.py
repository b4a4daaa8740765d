"""What a turned sensor costs, what relearning wins back, and what inputs that don't depend on
orientation give.

    python studies/orientation.py        # prints the table of docs/inputs.md

Each of the 30 people is left out in turn and wears the sensor turned; the others wore it as it was.
"first third" is the share of the stream's first third that is predicted wrongly without learning.
Own labels only: never asks, and learns what it predicts. The orientation-free inputs are chosen
like the compact ones (on the 25), from candidates that only know the vertical, which gravity gives.
"""

import joblib
import numpy as np
from choose_inputs import candidate_windows, eliminate
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation
from threadpoolctl import threadpool_limits

from tinyodl import prune
from tinyodl.data import hapt
from tinyodl.device import PLAIN, Rules
from tinyodl.experiments.trials.following import AUTO, follow
from tinyodl.har import COMPACT_NAMES, compact
from tinyodl.learn import OSELMClassifier
from tinyodl.recipe import fitting, methods
from tinyodl.windows import Windows, splits

TURNS: dict[str, NDArray[np.float64] | None] = {
    "as worn by all": None,
    **{
        f"{degrees} degrees about {axis}": Rotation.from_euler(
            axis, degrees, degrees=True
        ).as_matrix()
        for axis in "xyz"
        for degrees in (90, 180)
    },
}
FREE = ("acc_norm", "gyro_norm", "vertical", "horizontal", "turn", "tilt")


def orientation_free(name: str) -> bool:
    """Whether a candidate only uses magnitudes and parts along or across gravity."""
    parts = name.split(".")
    return all(part in FREE for part in parts[1:]) if parts[0] == "corr" else parts[0] in FREE


def policies() -> dict[str, tuple[prune.Policy, Rules]]:
    """What the wearer's device does."""
    kappa = methods.ODL_TINY.kappa
    return {
        "own labels only": (prune.Fixed(-1.0, methods.OWN_WEIGHT, kappa), PLAIN),
        "fixed-self 0.16": (prune.Fixed(0.16, methods.OWN_WEIGHT, kappa), PLAIN),
        "auto": (prune.Auto(), AUTO),
        "every label": (prune.All(kappa), PLAIN),
    }


def person_results(plain: Windows, worn: NDArray[np.float64], person: int) -> list[float]:
    """Percent: without learning, wrong in the first third, then accuracy and share asked for each
    policy."""
    others = np.flatnonzero(plain.subject != person)
    train, _ = splits.cut(plain, others, splits.TRAIN_SHARE, "blocked", 0)
    stream, test = splits.cut(
        plain, splits.people(plain, [person]), splits.STREAM_SHARE, "blocked", 0
    )
    with threadpool_limits(1):
        scaler = fitting.scaler("compact").fit(plain.X[train])
        Z = scaler.transform(plain.X[train])
        learner = methods.tiny().fit(Z, plain.y[train])
        whose = (plain.subject[train], plain.recording[train])
        model = fitting.assemble(learner, scaler, Z, plain.y[train], *whose)
        seen, unseen = (scaler.transform(worn[index]) for index in (stream, test))

        def right(of: OSELMClassifier) -> float:
            return 100 * float((of.predict(unseen) == plain.y[test]).mean())

        first = slice(len(stream) // 3)
        wrong = learner.predict(seen[first]) != plain.y[stream][first]
        values = [right(learner), 100 * float(wrong.mean())]
        for policy, rules in policies().values():
            result = follow(model, seen, plain.y[stream], policy, rules)
            values += [right(result.learner), 100 * float(result.episode.asked.mean())]
    return values


def main() -> None:
    names = compact.candidates()
    windows = {turn: candidate_windows(matrix) for turn, matrix in TURNS.items()}
    plain = windows["as worn by all"]
    free = np.array([k for k, name in enumerate(names) if orientation_free(name)])
    took_part = [int(p) for p in np.unique(plain.subject) if p not in hapt.DRIFTED]
    chosen = eliminate(plain._replace(X=plain.X[:, free]), splits.people(plain, took_part))
    sets = {
        "compact": [names.index(name) for name in COMPACT_NAMES],
        "orientation-free": free[chosen].tolist(),
    }
    columns = [f"{name} (asked)" for name in policies()]
    print(f"| inputs | sensor | not learning | wrong at first | {' | '.join(columns)} |")
    print("| --- " * (4 + len(columns)) + "|")
    for label, use in sets.items():
        for turn in TURNS:
            if label == "orientation-free" and turn not in ("as worn by all", "90 degrees about x"):
                continue
            cut = plain._replace(X=plain.X[:, use])
            rows = joblib.Parallel(n_jobs=2)(
                joblib.delayed(person_results)(cut, windows[turn].X[:, use], int(p))
                for p in np.unique(plain.subject)
            )
            mean = np.mean(rows, axis=0)
            policy = " | ".join(f"{a:.1f} ({q:.1f} %)" for a, q in mean[2:].reshape(-1, 2))
            print(f"| {label} | {turn} | {mean[0]:.1f} | {mean[1]:.1f} | {policy} |", flush=True)


if __name__ == "__main__":
    main()
