"""What several tests share: the data, and results that stay out of the user's cache."""

import itertools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tinyodl.data import hapt
from tinyodl.data.recordings import Recording
from tinyodl.windows import Source, Windows

OFFICIAL = Path(__file__).resolve().parent / "data" / "hapt_official.npz"


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    os.environ["TINYODL_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def official() -> dict[str, NDArray[Any]]:
    """Official values of HAPT: see tests/data/README.md."""
    with np.load(OFFICIAL) as found:
        return dict(found)


@pytest.fixture(scope="session")
def compact_windows() -> Windows:
    return Source.official().windows("compact")


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
