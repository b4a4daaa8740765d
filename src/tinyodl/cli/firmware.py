"""`tinyodl firmware report`: what the C library takes on each processor."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from tinyodl.cli.errors import clear_errors
from tinyodl.cli.progress import bar
from tinyodl.data import hapt
from tinyodl.data.errors import DataError
from tinyodl.data.recordings import RATE
from tinyodl.files import write_bytes
from tinyodl.firmware import forest, measure
from tinyodl.firmware.device import DONT_KNOW as UNKNOWN
from tinyodl.firmware.targets import TARGETS
from tinyodl.fixed.stream import Ranges, Stream
from tinyodl.har import Features, RangeScaler, compact
from tinyodl.link import LEVELS
from tinyodl.model import Model, load
from tinyodl.recipe import fitting, methods
from tinyodl.recipe.train import train
from tinyodl.windows import Source, Windows, from_dataset, splits

PERSON = 16  # whose windows are lived through
TRAINED_ON = 10
FIRST = 7000  # reading: a stretch with every activity but laying in it
RANGES = Ranges(8, 1000)
LEARNERS = {"n128": ("hash", 128), "n128-sign": ("sign", 128), "n256-sign": ("sign", 256)}
SHOWN = {
    "target": "target",
    "flash_bytes": "flash",
    "ram_bytes": "RAM",
    "inputs_ram_bytes": "inputs' RAM",
    "predict_instructions": "predict",
    "learn_instructions": "learn",
    "wear_second_instructions": "a second",
    "mlp_predict_instructions": "MLP predict",
    "mlp_learn_instructions": "MLP learn",
    "forest_predict_instructions": "forest",
    "bits_wrong": "bits wrong",
}


def report(
    presets: Sequence[str],
    names: Sequence[str],
    path: Path | None,
    level: str,
    json_file: Path | None,
) -> None:
    """See `tinyodl firmware report --help`."""
    with clear_errors():
        unknown = [name for name in presets if name not in ("tiny", *LEARNERS)]
        if unknown:
            raise DataError(f"no preset is called {unknown[0]!r}: take tiny, {', '.join(LEARNERS)}")
        if unknown := [name for name in names if name not in TARGETS]:
            raise DataError(f"no target is called {unknown[0]!r}: take {', '.join(TARGETS)}")
        targets = [TARGETS[name] for name in names or TARGETS]
        rows: list[measure.Row] = []
        with bar("measuring") as progress:
            every = len(presets) * len(targets)
            progress(0, every)
            for name in presets:
                made = preset(name, path)
                try:
                    for target in targets:
                        rows.append(measure.row(made, target, f"-{level}", RANGES))
                        progress(len(rows), every)
                except RuntimeError as error:
                    raise DataError(str(error)) from None
    for name in presets:
        table = Table(*SHOWN.values(), title=f"{name}, -{level}", title_justify="left")
        for row in (row for row in rows if row["preset"] == name):
            values = dict[str, object](row)
            table.add_row(*(f"{v:,}" if isinstance(v := values[k], int) else str(v) for k in SHOWN))
        Console(width=None if Console().width >= 124 else 124).print(table)
    print("Bytes, and instructions: of a prediction, of learning (the most in 60 windows), of a")
    print("second of wear with windows that are learnt. RAM: state and stack, inputs aside.")
    print(
        f"Forest: {forest.TREES} trees by emlearn, which do not learn"
        + ("." if forest.there() else ": pip install emlearn.")
    )
    if json_file:
        write_bytes(json_file, json.dumps({"targets": rows}, indent=2).encode())


def preset(name: str, path: Path | None) -> measure.Preset:
    """A trained model and windows of a person that it has not seen; path: a model for tiny."""
    return _tiny(path) if name == "tiny" else _nodes(name)


def _tiny(path: Path | None) -> measure.Preset:
    recordings = hapt.load()
    others = sorted({r.subject for r in recordings} - {PERSON})[:TRAINED_ON]
    own = [r for r in recordings if r.subject == PERSON]
    if path is None:
        model = train(hapt.dataset([r for r in recordings if r.subject in others]))
    else:
        model = load(path)
    chosen = slice(FIRST, FIRST + (measure.WINDOWS + 1) * model.window // 2)
    counts = RANGES.counts(np.concatenate([r.imu for r in own]))[chosen]
    activity = np.concatenate([r.activity for r in own])[chosen]
    known = ["", *hapt.dataset(own).activities]
    names = model.learner.classes_.tolist()
    stream, h, labels = Stream.of(model, RANGES), [], []
    for row, k in zip(counts, activity.tolist(), strict=True):
        if window := stream.push(row):
            name = known[k] if k < len(known) else ""
            h.append(window.h)
            labels.append(names.index(name) if name in names else UNKNOWN)
    work = compact.plan(model.names, RATE, model.window)
    whole = hapt.dataset([r for r in recordings if r.subject in others])
    seen = from_dataset(whole, lambda imu, starts: compact.extract(imu, starts, work), model.window)
    trained = model.scaler.transform(seen.X), seen.y
    return _preset("tiny", model, np.array(h), labels, counts, trained)


class Official(NamedTuple):
    """Windows of the official inputs, Z (k, n) scaled; whose: rows of the person that is lived
    through, and of the others, that models are trained on."""

    windows: Windows
    scaler: RangeScaler
    lesson: fitting.Lesson
    Z: NDArray[np.float64]
    own: splits.Indices
    others: splits.Indices


def official() -> Official:
    """Of the embedded recordings."""
    features: Features = "uci561"
    windows = Source.official().windows(features)
    others = np.flatnonzero(windows.subject != PERSON)
    lesson = fitting.lesson(windows, others)
    scaler = fitting.scaler(features).fit(lesson.X)
    Z = scaler.transform(windows.X)
    return Official(windows, scaler, lesson, Z, splits.people(windows, [PERSON]), others)


def _nodes(name: str) -> measure.Preset:
    """The published design's shapes, on the official inputs."""
    alpha, nodes = LEARNERS[name]
    windows, scaler, lesson, Z, own, others = official()
    build = methods.ODL_HASH.build if alpha == "hash" else methods.ODL_SIGN.build
    learner = fitting.fit(build("uci561", nodes, 0), scaler, lesson, len(windows.classes))
    whose = (windows.subject[others], windows.recording[others])
    model = fitting.assemble(learner, scaler, Z[others], windows.y[others], *whose)
    h = _whole(Z[own], scaler.clip)
    return _preset(name, model, h, windows.y[own].tolist(), None, (Z[others], windows.y[others]))


def _whole(Z: NDArray[np.float64], clip: float) -> NDArray[np.float64]:
    return np.clip(np.rint(Z / (clip / LEVELS)), -LEVELS, LEVELS)


def _preset(
    name: str,
    model: Model,
    h: NDArray[np.float64],
    labels: Sequence[int],
    counts: NDArray[np.int64] | None,
    trained: tuple[NDArray[np.float64], NDArray[np.int64]],
) -> measure.Preset:
    seen = _whole(trained[0], model.scaler.clip)
    return measure.Preset(
        name=name,
        model=model,
        h=h.astype(np.int8),
        labels=labels,
        counts=counts,
        seen=seen.astype(np.int8),
        seen_labels=trained[1].tolist(),
        forest=forest.source(seen, trained[1]),
    )
