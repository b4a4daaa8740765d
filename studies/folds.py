"""The 25 people of the choices, in five folds: who is held out, and inputs that were chosen without
them.

The five drifted people are in no fold. Shared by choose_learner.py, choose_policy.py,
choose_detector.py and choose_device.py.
"""

from typing import NamedTuple

import joblib
import numpy as np
from choose_inputs import candidate_windows, eliminate
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from tinyodl.data import hapt
from tinyodl.windows import Source, Windows, askew, splits

FOLDS = 5


class Fold(NamedTuple):
    """windows: the 25 people's, with this fold's inputs; held: people who took no part in choosing
    those; turned: the same inputs from sensors mounted another way (compact only), by the name of
    the turn."""

    windows: Windows
    held: list[int]
    turned: dict[str, NDArray[np.float64]]


# Ways to mount the sensor wrongly: half a turn about z, a third of a right angle about y.
TURNS = {"half a turn": [0.0, 0.0, np.pi], "30 degrees": [0.0, np.pi / 6, 0.0]}


def without_drifted(windows: Windows) -> Windows:
    """The windows of the 25."""
    return windows.only(~np.isin(windows.subject, hapt.DRIFTED))


def held_out(windows: Windows) -> list[list[int]]:
    """The people of each fold."""
    people = np.random.default_rng(0).permutation(np.unique(windows.subject))
    return [sorted(people[k::FOLDS].tolist()) for k in range(FOLDS)]


def official() -> list[Fold]:
    """Folds with the official 561 inputs, which nobody chose."""
    windows = without_drifted(Source.official().windows("uci561"))
    return [Fold(windows, held, {}) for held in held_out(windows)]


def compact(jobs: int = 2) -> list[Fold]:
    """Folds with compact inputs that were chosen again without the people held out."""
    windows = without_drifted(candidate_windows(copies=askew.COPIES))
    folds = held_out(windows)
    chosen = [
        splits.people(windows, [p for p in np.unique(windows.subject) if p not in held])
        for held in folds
    ]
    columns = joblib.Parallel(n_jobs=jobs)(
        joblib.delayed(eliminate)(windows, index) for index in chosen
    )
    turns = {
        name: without_drifted(candidate_windows(Rotation.from_rotvec(vector).as_matrix())).X
        for name, vector in TURNS.items()
    }
    return [
        Fold(
            windows._replace(X=windows.X[:, c], askew=windows.askew[:, :, c]),
            held,
            {name: X[:, c] for name, X in turns.items()},
        )
        for c, held in zip(columns, folds, strict=True)
    ]
