"""What whole numbers cost, from the sensor's counts on: each of the 30 embedded people left out in
turn, a device with the model of the others through all that they did, in floating point and as a
board computes (the board's C, which is the golden model to the bit).

Per way of wearing: windows of one activity that are right as they came, in %, the worst person's;
questions; windows that realign alike, and that one asks and the other does not. Then how the
inputs of both agree.

python studies/whole_numbers.py [--people 6] [--acc-range 8] [--gyro-range 1000]
"""

import argparse
from collections import Counter
from functools import partial
from typing import NamedTuple

import joblib
import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from tinyodl import align, har
from tinyodl.cli import walk
from tinyodl.data import hapt
from tinyodl.data.recordings import RATE, Recording
from tinyodl.device import OnDeviceLearner, Rules
from tinyodl.firmware import Device, HarStream
from tinyodl.fixed.stream import Ranges
from tinyodl.har import compact
from tinyodl.model import Model
from tinyodl.recipe.train import train

TURNS = ("none", "x180", "z90", "y-30")
RULES = Rules(estimate=True)
Array = NDArray[np.float64]


class Life(NamedTuple):
    """Of one device: its windows' inputs in steps, predictions, whether they were asked, and
    rotations."""

    h: Array
    said: list[str]
    asked: list[bool]
    rotations: Array


def real(model: Model, recordings: list[Recording], truths: list[list[str]]) -> Life:
    """In floating point."""
    device = OnDeviceLearner(model, rules=RULES)
    aligner = align.Aligner(model.alignment) if model.alignment else None
    step = model.scaler.clip / 127
    h, said, asked, rotations, readings = [], [], [], [], 0
    work = compact.plan(model.names, RATE, model.window)
    for recording, known in zip(recordings, truths, strict=True):
        starts = har.window_starts(len(recording.imu), None, model.window)
        motion = align.motion(recording.imu, starts, model.window)
        windows = align.each(recording.imu, starts, work, motion, aligner)
        for begin, window, name in zip(starts, windows, known, strict=True):
            z = model.scaler.transform(window.inputs[None])[0]
            now = (readings + int(begin) + model.window) / RATE
            seen = device.sample(z, now, window.known, window.marked)
            if seen.query:
                device.label(seen.sample, name or None, now)
            h.append(z / step)
            said.append(str(seen.predicted))
            asked.append(seen.query is not None)
            rotations.append(aligner.rotation if aligner else np.eye(3))
        device.pause()
        readings += len(recording.imu)
    return Life(np.array(h), said, asked, np.array(rotations))


def whole(
    model: Model, recordings: list[Recording], truths: list[list[str]], ranges: Ranges
) -> Life:
    """As a board computes."""
    device, stream = Device(model, rules=RULES), HarStream(model, ranges)
    h, said, asked, rotations, readings = [], [], [], [], 0
    step = model.scaler.clip / 127
    for recording, known in zip(recordings, truths, strict=True):
        names = iter(known)
        for row in ranges.counts(recording.imu):
            window = stream.push(row)
            readings += 1
            if window is None:
                continue
            name = next(names)
            x = np.asarray(window.h * step, np.float64)
            seen = device.sample(x, readings / RATE, window.known, window.marked)
            if seen.query:
                device.label(seen.sample, name or None, readings / RATE)
            h.append(window.h)
            said.append(str(seen.predicted))
            asked.append(seen.query is not None)
            rotations.append(np.array(stream.rotation).reshape(3, 3) / 2.0**28)
        device.pause()
        stream.pause(off=False)
    return Life(np.array(h), said, asked, np.array(rotations))


class Row(NamedTuple):
    """One person, one way of wearing: shares right, questions, both of floating point and of whole
    numbers; inputs of both; degrees between the rotations; windows that realign alike, of all;
    share of windows that one asks and the other does not."""

    right: tuple[float, ...]
    asked: tuple[int, ...]
    h: tuple[Array, ...]
    apart: float
    decisions: tuple[int, int]
    otherwise: float


def person(number: int, ranges: Ranges) -> tuple[list[Row], tuple[str, ...]]:
    """A row for each turn."""
    own, others = walk.of_person(number)
    model = train(hapt.dataset(others))
    rows = []
    for turn in TURNS:
        worn = [r._replace(imu=har.turn(r.imu, walk.rotation(turn))) for r in own]
        starts = [har.window_starts(len(r.imu), None, model.window) for r in worn]
        truths = [walk.activities(r, s, model) for r, s in zip(worn, starts, strict=True)]
        lives = real(model, worn, truths), whole(model, worn, truths, ranges)
        names = [name for one in truths for name in one]
        right = tuple(
            float(np.mean([a == b for a, b in zip(life.said, names, strict=True) if b]))
            for life in lives
        )
        one, other = (Rotation.from_matrix(life.rotations) for life in lives)
        apart = np.degrees((one * other.inv()).magnitude())
        changed = [np.abs(np.diff(life.rotations, axis=0)).max((1, 2)) > 0 for life in lives]
        same = int((changed[0] == changed[1]).sum())
        rows.append(
            Row(
                right,
                tuple(sum(life.asked) for life in lives),
                tuple(life.h for life in lives),
                float(apart.max()),
                (same, len(changed[0])),
                float(
                    np.mean([a != b for a, b in zip(lives[0].asked, lives[1].asked, strict=True)])
                ),
            )
        )
    return rows, model.names


def main(people: int, ranges: Ranges) -> None:
    """The tables."""
    numbers = list(range(1, people + 1))
    run = partial(person, ranges=ranges)
    found = joblib.Parallel(n_jobs=-1)(joblib.delayed(run)(k) for k in numbers)
    print("worn       floating point            whole numbers            windows realigned alike")
    for k, turn in enumerate(TURNS):
        rows = [one[k] for one, _ in found]
        texts = []
        for how in (0, 1):
            right = [100 * row.right[how] for row in rows]
            asked = np.mean([row.asked[how] for row in rows])
            texts.append(f"{np.mean(right):5.2f} ({min(right):5.1f})  {asked:5.1f} asked")
        same, of = (sum(row.decisions[i] for row in rows) for i in (0, 1))
        apart = max(row.apart for row in rows)
        otherwise = 100 * np.mean([row.otherwise for row in rows])
        print(
            f"{turn:8}  {texts[0]}   {texts[1]}   {same} of {of}, {apart:.2f} degrees at most; "
            f"{otherwise:.2f} % asked by one only"
        )
    names = found[0][1]
    h = [np.vstack([one[0].h[how] for one, _ in found]) for how in (0, 1)]
    kept = np.clip(h[0], -127, 127)
    r = {n: float(np.corrcoef(kept[:, i], h[1][:, i])[0, 1]) for i, n in enumerate(names)}
    lowest = Counter({n: -v for n, v in r.items()}).most_common(5)
    print("Inputs, as worn: the lowest correlations", end=" ")
    print(", ".join(f"{n} {-v:.5f}" for n, v in lowest), end="; ")
    print(f"{np.abs(kept - h[1]).mean():.2f} steps of h apart (rounding alone: 0.25).")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=30)
    parser.add_argument("--acc-range", type=float, default=8.0)
    parser.add_argument("--gyro-range", type=float, default=1000.0)
    told = parser.parse_args()
    main(told.people, Ranges(told.acc_range, told.gyro_range))
