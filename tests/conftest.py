"""What several tests share: the data, and results that stay out of the user's cache."""

import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from tinyodl import Model, har
from tinyodl.cli import walk as people
from tinyodl.cli.app import app
from tinyodl.data import hapt
from tinyodl.data.names import ACC, GYRO
from tinyodl.data.recordings import Recording
from tinyodl.fixed.stream import Ranges
from tinyodl.recipe.train import train
from tinyodl.windows import Source, Windows

OFFICIAL = Path(__file__).resolve().parent / "data" / "hapt_official.npz"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """What Verilator builds with is not on every machine."""
    if item.get_closest_marker("verilator"):
        for program in ("c++", "make", "perl"):
            if not shutil.which(program):
                pytest.skip(f"{program} missing: make setup-hardware")


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """One for all workers of pytest-xdist, whose folders are beside each other."""
    root = tmp_path_factory.getbasetemp()
    shared = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
    os.environ["TINYODL_CACHE"] = str(shared / "cache")


@pytest.fixture(scope="session")
def official() -> dict[str, NDArray[Any]]:
    """Official values of HAPT: see tests/data/README.md."""
    with np.load(OFFICIAL) as found:
        return dict(found)


@pytest.fixture(scope="session")
def compact_windows() -> Windows:
    return Source.official().windows("compact")


@pytest.fixture(scope="session")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """seglearn's watch data (10 people, 7 exercises) as a user's CSV."""
    path = tmp_path_factory.mktemp("watch") / "watch.csv"
    tool = Path(__file__).resolve().parents[1] / "tools" / "watch.py"
    subprocess.run([sys.executable, tool, path], check=True)
    return path


@pytest.fixture(scope="session")
def watch_model(watch: Path) -> Path:
    """A model of them, with room for two activities more."""
    path = watch.with_name("watch.todl")
    _train("--data", watch, "-o", path, "--capacity", 9)
    return path


def _train(*arguments: object) -> None:
    done = CliRunner().invoke(app, ["train", *map(str, arguments)])
    assert done.exit_code == 0, done.stderr


@pytest.fixture(scope="session")
def turned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A model of seven people; recordings of the eighth, the sensor a quarter turn about z."""
    folder = tmp_path_factory.mktemp("turned")

    def table(people: range, name: str, turn: NDArray[np.float64]) -> Path:
        rows = [
            pl.DataFrame(
                dict(zip((*ACC, *GYRO), har.turn(r.imu, turn).T, strict=True))
            ).with_columns(
                activity=pl.Series(np.array(["", *hapt.ACTIVITIES, *[""] * 6])[r.activity]),
                subject=pl.lit(str(r.subject)),
                recording=pl.lit(r.name),
            )
            for r in hapt.load()
            if r.subject in people
        ]
        pl.concat(rows).write_parquet(folder / name)
        return folder / name

    model, quarter = folder / "m.todl", np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    _train("-o", model, "--data", table(range(1, 8), "seven.parquet", np.eye(3)))
    return model, table(range(8, 9), "turned.parquet", quarter)


@pytest.fixture(scope="session")
def recordings() -> list[Recording]:
    """The embedded ones."""
    return hapt.load()


@pytest.fixture(scope="session")
def of_eight(recordings: list[Recording]) -> Model:
    """A model of eight people."""
    return train(hapt.dataset([r for r in recordings if r.subject in range(13, 21)]))


Life = Callable[[int, Ranges, int], Iterator[tuple[list[int] | None, int]]]


@pytest.fixture(scope="session")
def life() -> Life:
    """(classes, ranges, windows) -> counts and labels of so many windows at least."""
    return _life


def _life(classes: int, ranges: Ranges, windows: int) -> Iterator[tuple[list[int] | None, int]]:
    """Counts of one wearer after another, the sensor worn another way each time, now and then a
    reading that is none or at full scale; and the label that somebody would give, sometimes
    wrong."""
    rng, left = np.random.default_rng(7), 64 * (windows + 1)
    turns = ("x180", "none", "z90", "y-90")
    for k in range(10**6):
        own, _ = people.of_person([5, 9, 16, 27][k % 4])
        for recording in own:
            imu = har.turn(recording.imu, people.rotation(turns[k // 2 % 4]))[2000:][: 50 * 240]
            activity = recording.activity[2000:]
            for row, one in zip(ranges.counts(imu).tolist(), activity.tolist(), strict=False):
                chance = rng.random()
                counts = None if chance < 1e-4 else [32767] * 6 if chance < 2e-4 else row
                label = int(one) - 1 if 1 <= one <= classes else -1
                yield counts, int(rng.integers(classes)) if rng.random() < 0.05 else label
                left -= 1
                if not left:
                    return


@pytest.fixture(scope="session")
def walk() -> NDArray[np.float64]:
    """The first two minutes of a recording, (6000, 6)."""
    return hapt.load()[0].imu[:6000]


@pytest.fixture(scope="session")
def write_hapt() -> Callable[[Path, list[Recording]], None]:
    """Writes an official HAPT folder of recordings."""
    return _write_hapt


def _write_hapt(folder: Path, recordings: list[Recording]) -> None:
    """An official HAPT folder of these recordings."""
    raw = folder / "RawData"
    raw.mkdir(parents=True)
    lines = []
    for number, r in enumerate(recordings, start=1):
        name = f"exp{number:02d}_user{r.subject:02d}.txt"
        np.savetxt(raw / f"acc_{name}", r.imu[:, :3], fmt="%.17g")
        np.savetxt(raw / f"gyro_{name}", r.imu[:, 3:], fmt="%.17g")
        edges = np.flatnonzero(np.diff(np.r_[0, r.activity, 0]))
        for a, b in itertools.pairwise(edges):
            if r.activity[a]:
                lines.append(f"{number} {r.subject} {r.activity[a]} {a + 1} {b}")
    (raw / "labels.txt").write_text("\n".join(lines) + "\n")
