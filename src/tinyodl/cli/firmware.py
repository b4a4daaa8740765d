"""`tinyodl firmware report`: what the C library takes on each processor."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from tinyodl.cli.errors import clear_errors
from tinyodl.cli.progress import bar
from tinyodl.data import hapt
from tinyodl.data.errors import DataError
from tinyodl.files import write_bytes
from tinyodl.firmware import measure
from tinyodl.firmware.device import DONT_KNOW as UNKNOWN
from tinyodl.firmware.targets import TARGETS
from tinyodl.fixed.stream import Ranges, Stream
from tinyodl.har import Features
from tinyodl.model import Model, load
from tinyodl.recipe import fitting, methods
from tinyodl.recipe.train import train
from tinyodl.windows import Source, splits

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
    "bits_wrong": "bits wrong",
}


def report(presets: Sequence[str], path: Path | None, level: str, json_file: Path | None) -> None:
    """See `tinyodl firmware report --help`."""
    with clear_errors():
        unknown = [name for name in presets if name not in ("tiny", *LEARNERS)]
        if unknown:
            raise DataError(f"no preset is called {unknown[0]!r}: take tiny, {', '.join(LEARNERS)}")
        rows: list[measure.Row] = []
        with bar("measuring") as progress:
            every = len(presets) * len(TARGETS)
            progress(0, every)
            for name in presets:
                made = _tiny(path) if name == "tiny" else _nodes(name)
                try:
                    for target in TARGETS.values():
                        rows.append(measure.row(made, target, f"-{level}", RANGES))
                        progress(len(rows), every)
                except RuntimeError as error:
                    raise DataError(str(error)) from None
    for name in presets:
        table = Table(*SHOWN.values(), title=f"{name}, -{level}", title_justify="left")
        for row in (row for row in rows if row["preset"] == name):
            values = dict[str, object](row)
            table.add_row(*(f"{v:,}" if isinstance(v := values[k], int) else str(v) for k in SHOWN))
        Console(width=None if Console().width >= 110 else 110).print(table)
    print("Bytes, and instructions: of a prediction, of learning (the most in 60 windows), of a")
    print("second of wear with windows that are learnt. RAM: state and stack, inputs aside.")
    if json_file:
        write_bytes(json_file, json.dumps({"targets": rows}, indent=2).encode())


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
    return _preset("tiny", model, np.array(h), labels, counts)


def _nodes(name: str) -> measure.Preset:
    """The published design's shapes, on the official inputs."""
    alpha, nodes = LEARNERS[name]
    features: Features = "uci561"
    windows = Source.official().windows(features)
    others = np.flatnonzero(windows.subject != PERSON)
    own = splits.people(windows, [PERSON])
    lesson = fitting.lesson(windows, others)
    scaler = fitting.scaler(features).fit(lesson.X)
    Z = scaler.transform(windows.X)
    build = methods.ODL_HASH.build if alpha == "hash" else methods.ODL_SIGN.build
    learner = fitting.fit(build(features, nodes, 0), scaler, lesson, len(windows.classes))
    whose = (windows.subject[others], windows.recording[others])
    model = fitting.assemble(learner, scaler, Z[others], windows.y[others], *whose)
    h = np.clip(np.rint(Z[own] / (scaler.clip / 127)), -127, 127)
    return _preset(name, model, h, windows.y[own].tolist(), None)


def _preset(
    name: str,
    model: Model,
    h: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    labels: Sequence[int],
    counts: np.ndarray[tuple[int, ...], np.dtype[np.int64]] | None,
) -> measure.Preset:
    return measure.Preset(
        name=name,
        model=model,
        h=h.astype(np.int8),
        labels=labels,
        counts=counts,
    )
