"""One new wearer with the sensor turned: what it costs, what alignment and `auto` win back."""

import numpy as np
from scipy.spatial.transform import Rotation

from tinyodl import prune
from tinyodl.experiments.trials import wearer
from tinyodl.experiments.trials.following import AUTO, follow
from tinyodl.experiments.trials.material import Material, worn
from tinyodl.experiments.trials.results import Turned, TurnedRun
from tinyodl.experiments.trials.trial import Trial, sides

AS_WORN = "as worn"
RANDOM = "any turn at random"
DRAWS = 20


def turns() -> list[tuple[str, np.ndarray]]:
    """How the sensor is worn, with the rotation (3, 3) of its readings; as worn comes first, each
    random turn under the same name."""
    named = [("30 degrees about y", "y", 30)]
    named += [(f"{a} degrees about {axis}", axis, a) for a in (90, 180) for axis in "xyz"]
    rows = [(AS_WORN, np.eye(3))]
    rows += [(n, Rotation.from_euler(axis, a, degrees=True).as_matrix()) for n, axis, a in named]
    drawn = Rotation.random(DRAWS, random_state=0)
    return rows + [(RANDOM, rotation) for rotation in drawn.as_matrix()]


def run(material: Material, trial: Trial) -> TurnedRun:
    """Every turn, with alignment and without; the device trains from the first window on."""
    where = sides(material.windows, trial)
    who = wearer.prepare(material.windows, trial.person, trial.split, trial.seed)
    y, scaler = material.windows.y, who.model.scaler
    rows: list[Turned] = []
    for name, rotation in turns():
        for aligned in (True, False):
            of = material if aligned else material._replace(templates={})
            windows, known = worn(of, trial.person, where.stream, where.test, rotation)
            seen, unseen = (scaler.transform(windows.X[side]) for side in where[2:])
            before = who.model.learner.predict(unseen)
            lived = follow(
                who.model,
                seen,
                y[where.stream],
                prune.Auto(),
                AUTO,
                trial.seed,
                known[where.stream],
                trial.arithmetic,
            )
            after = lived.learner.predict(unseen)
            rows.append(
                {
                    "sensor": name,
                    "align": aligned,
                    "accuracy_drifted": float((before == y[where.test]).mean()),
                    "accuracy_after": float((after == y[where.test]).mean()),
                    "query_fraction": float(lived.episode.asked.mean()),
                    "questions": int(lived.episode.asked.sum()),
                }
            )
    return {"person": trial.person, "rows": rows}
