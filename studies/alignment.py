"""What alignment does where the tables of `tinyodl reproduce` do not look: small turns, sensors on
the other side of the body, acceleration alone.

    python studies/alignment.py        # prints the figures of docs/alignment.md

Each of the 30 people is left out in turn; the others wore the sensor as it was. Accuracy in %, mean
and worst person: without a label after the stream, then with `auto`. Acceleration alone takes
longer to tell a mounting than the streams last, so that whole recordings are walked first, and no
label is asked.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from tinyodl import align, prune
from tinyodl.data import hapt
from tinyodl.data.recordings import Dataset
from tinyodl.experiments.trials import material, wearer
from tinyodl.experiments.trials.following import AUTO, follow
from tinyodl.windows import Source

Array = NDArray[np.float64]

SMALL = 15  # degrees
TURNS = {
    "as worn": np.eye(3),
    "90 degrees about z": Rotation.from_euler("z", 90, degrees=True).as_matrix(),
    "180 degrees about x": Rotation.from_euler("x", 180, degrees=True).as_matrix(),
}


def mirrored(dataset: Dataset, axis: int) -> Dataset:
    """The sensor on the other side: acceleration changes its sign along one axis, rotation along
    the two others."""
    sign = np.r_[np.ones(3), -np.ones(3)]
    sign[[axis, 3 + axis]] *= -1
    return dataset._replace(recordings=[r._replace(imu=r.imu * sign) for r in dataset.recordings])


def streams(name: str, plain: material.Material, worn: material.Material, turn: Array) -> None:
    """A line: everybody's stream with this sensor, on models of `plain`."""
    rows = []
    for person in np.unique(plain.windows.subject).tolist():
        who = wearer.prepare(plain.windows, person)
        windows, known = material.worn(worn, person, who.stream, who.test, turn)
        seen, unseen = (who.model.scaler.transform(windows.X[i]) for i in (who.stream, who.test))
        y = windows.y
        after = follow(who.model, seen, y[who.stream], prune.Auto(), AUTO, 0, known[who.stream])
        learners = (who.model.learner, after.learner)
        rows.append([100 * float((k.predict(unseen) == y[who.test]).mean()) for k in learners])
    (still, auto), (least, least_auto) = np.mean(rows, axis=0), np.min(rows, axis=0)
    print(f"{name}: {still:.1f} ({least:.1f}), auto {auto:.1f} ({least_auto:.1f})", flush=True)


def walked(name: str, alone: material.Material, turn: Array) -> None:
    """A line: whole recordings, after all of their walking."""
    right, work = [], material.plan(alone)
    for person, template in alone.templates.items():
        if template is None:
            continue
        model, wholes = wearer.factory(alone.windows, person), material.whole(alone, person)
        aligner = align.Aligner(template)
        for r in wholes:
            align.wear(r.motion.turned(turn), aligner)
        rotation, none = (aligner.rotation @ turn)[None], [np.zeros(len(r.y), int) for r in wholes]
        X = [
            align.extract(r.imu, r.start, work, rotation, k)
            for r, k in zip(wholes, none, strict=True)
        ]
        y = np.concatenate([r.y for r in wholes])
        found = model.learner.predict(model.scaler.transform(np.concatenate(X)))
        right.append(100 * float((found == y)[y >= 0].mean()))
    print(f"{name}: {np.mean(right):.1f} ({min(right):.1f}), {len(right)} people", flush=True)


def main() -> None:
    dataset = hapt.dataset(hapt.load())
    source = Source(dataset)
    plain = material.of(source, "compact", True, source.subjects)
    for axis in "xyz":
        turn = Rotation.from_euler(axis, SMALL, degrees=True).as_matrix()
        streams(f"{SMALL} degrees about {axis}", plain, plain, turn)
    for across, side in ((1, "left to right"), (2, "front to back")):
        other = material.of(Source(mirrored(dataset, across)), "compact", False, ())
        for aligned, templates in (("aligned", plain.templates), ("not aligned", {})):
            worn = other._replace(templates=templates)
            streams(f"mirrored {side}, {aligned}", plain, worn, np.eye(3))
    few = [r._replace(imu=r.imu[:, :3]) for r in dataset.recordings]
    alone = material.of(Source(dataset._replace(recordings=few)), "compact", True, source.subjects)
    for name, turn in TURNS.items():
        walked(f"acceleration alone, {name}", alone, turn)


if __name__ == "__main__":
    main()
