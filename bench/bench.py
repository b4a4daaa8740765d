"""Speed as ratios, measured side by side in one process: `make bench` writes build/bench.json.

Rounds alternate between the two sides; a side's time in a round is the best of some repetitions.
The ratio is the median over rounds, its spread the quartiles. One thread throughout.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import polars as pl
import pyoselm
from river import linear_model, optim
from scipy.linalg import blas
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from tinyodl import OnDeviceLearner, har, train
from tinyodl.data import hapt
from tinyodl.data.table import read
from tinyodl.learn import OSELMClassifier

INPUTS, CLASSES, SAMPLES = 561, 6, 400
ROUNDS, SECONDS = 15, 0.05

Call = Callable[[], Any]


class Prepared(NamedTuple):
    """A call that starts from what `prepare` sets up, whose time does not count."""

    call: Call
    prepare: Call


def best_time(side: Call | Prepared) -> float:
    """Seconds of one call, the best of as many as fit into SECONDS."""
    call, prepare = side if isinstance(side, Prepared) else (side, lambda: None)
    prepare()
    call()
    best, end = np.inf, time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        prepare()
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
    return float(best)


def ratio(over: Call | Prepared, under: Call | Prepared) -> dict[str, float]:
    """How much longer `over` takes than `under`."""
    values = [best_time(over) / best_time(under) for _ in range(ROUNDS)]
    low, _, high = statistics.quantiles(values, n=4)
    return {"median": statistics.median(values), "low": low, "high": high}


def data() -> tuple[np.ndarray[Any, np.dtype[np.float64]], np.ndarray[Any, np.dtype[np.int64]]]:
    draws = np.random.default_rng(0)
    return draws.uniform(-1, 1, (SAMPLES, INPUTS)), np.arange(SAMPLES) % CLASSES


def model(hidden: int) -> OSELMClassifier:
    X, y = data()
    return OSELMClassifier(hidden, alpha="hash").fit(X, y)


def bare_blas(hidden: int) -> Call:
    """The products that one learning step cannot do without: h from x, u from P, and P's update."""
    draws = np.random.default_rng(1)
    alpha = np.asfortranarray(draws.uniform(-1, 1, (INPUTS, hidden)))
    packed = draws.uniform(0, 1, hidden * (hidden + 1) // 2)
    x = draws.uniform(-1, 1, INPUTS)

    def call() -> None:
        h = blas.dgemv(1.0, alpha, x, trans=1)
        u = blas.dspmv(hidden, 1.0, packed, h)
        blas.dspr(hidden, -1e-9, u, packed, overwrite_ap=1)

    return call


def learn(hidden: int) -> Call:
    """Our learning step on one sample."""
    X, _ = data()
    ours = model(hidden)
    x = X[0].copy()
    return lambda: ours.learn_one(x, 1)


def against_pyoselm() -> Call:
    X, y = data()
    build: Any = pyoselm.OSELMClassifier
    theirs = build(n_hidden=128, activation_func="sigmoid", random_state=0)
    theirs.fit(X, y)
    return lambda: theirs.fit(X[:1], y[:1])


def against_mlp() -> Call:
    X, y = data()
    theirs = MLPClassifier((128,), solver="sgd", random_state=0)
    theirs.partial_fit(X, y, classes=np.arange(CLASSES))
    return lambda: theirs.partial_fit(X[:1], y[:1])


def against_softmax() -> Call:
    X, y = data()
    theirs: Any = linear_model.SoftmaxRegression(optim.SGD(0.01))
    x = {str(k): float(v) for k, v in enumerate(X[0])}
    for k in range(CLASSES):
        theirs.learn_one(x, int(y[k]))
    return lambda: theirs.learn_one(x, 1)


def predict_against_gemm() -> tuple[Call, Call]:
    """The bare product with alpha, and predicting the same samples."""
    X = np.random.default_rng(0).uniform(-1, 1, (4096, INPUTS))
    ours = model(256)
    alpha = ours.alpha_
    return (lambda: X @ alpha), (lambda: ours.predict(X))


def device_against_bare() -> tuple[Prepared, Prepared]:
    """A device in training mode under `auto` takes a new wearer's windows, each question answered
    at once (it learns or holds nine windows of ten); and no more than a prediction and a learning
    step for each of the same. Both start from the factory's model, of the same size and at rest."""
    recordings = hapt.load()
    factory = train(hapt.dataset(recordings[2:]))
    new = recordings[0]
    starts = har.segment_starts(new.activity, np.arange(1, CLASSES + 1))
    Z = factory.scaler.transform(har.extract(new.imu, starts=starts))
    labels = [hapt.ACTIVITIES[k - 1] for k in new.activity[starts]]
    device, learner = OnDeviceLearner(factory), factory.learner.copy()

    def worn() -> None:
        device.rollback()
        device.command(train=True)

    def whole() -> None:
        for k, x in enumerate(Z):
            step = device.sample(x, 1.28 * k)
            if step.query:
                device.label(step.sample, labels[k], 1.28 * k)

    def fresh() -> None:
        nonlocal learner
        learner = factory.learner.copy()

    def bare() -> None:
        for x, label in zip(Z, labels, strict=True):
            learner.predict_one(x)
            learner.learn_one(x, label)

    return Prepared(whole, worn), Prepared(bare, fresh)


def reading_against_polars(folder: Path) -> tuple[Call, Call]:
    """A CSV of two hours and eight people read as recordings; and as a bare table of numbers."""
    path, draws = folder / "readings.csv", np.random.default_rng(0)
    columns = ["acc_x", "acc_y", "acc_z", "gyro_x", "gyro_y", "gyro_z"]
    rows = 360_000
    frame = pl.DataFrame(draws.normal(0, 0.3, (rows, 6)), columns)
    frame.with_columns(
        pl.col("acc_z") + 1,
        time=pl.int_range(rows) / 50,
        activity=pl.Series(["sit", "walk"]).gather(pl.int_range(rows, eager=True) // 1000 % 2),
        subject=pl.int_range(rows) // (rows // 8),
    ).write_csv(path, float_precision=6)
    return (lambda: read([path])), (lambda: pl.read_csv(path))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("output", type=Path, nargs="?", default=Path("build/bench.json"))
    output = parser.parse_args().output
    with threadpool_limits(1), TemporaryDirectory() as folder:
        found = {
            "learn_vs_blas_128": ratio(learn(128), bare_blas(128)),
            "learn_vs_blas_256": ratio(learn(256), bare_blas(256)),
            "learn_vs_pyoselm": ratio(against_pyoselm(), learn(128)),
            "learn_vs_sklearn_mlp": ratio(against_mlp(), learn(128)),
            "learn_vs_river_softmax": ratio(against_softmax(), learn(128)),
            "predict_vs_gemm": ratio(*predict_against_gemm()),
            "device_sample_vs_bare": ratio(*device_against_bare()),
            "read_csv_vs_polars": ratio(*reading_against_polars(Path(folder))),
        }
    for name, value in found.items():
        print(
            f"{name:24s} {value['median']:8.2f}   quartiles {value['low']:.2f} to "
            f"{value['high']:.2f}"
        )
    document = {"ratios": {name: value["median"] for name, value in found.items()}, "spread": found}
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(document, indent=1))


if __name__ == "__main__":
    main()
