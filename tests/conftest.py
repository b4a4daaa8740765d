"""What several tests share: the data, and results that stay out of the user's cache."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tinyodl.data import hapt
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
