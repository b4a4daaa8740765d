"""The same recordings with the sensor a few degrees otherwise: nobody wears it twice the same way.

A model that is trained on these too relies less on how exactly the sensor sits
(`studies/choose_askew.py`).
"""

import numpy as np
from scipy.spatial.transform import Rotation

from tinyodl import har
from tinyodl.data.recordings import Recording

COPIES = 2
DEGREES = 5.0  # standard deviation about each axis


def recordings(originals: list[Recording], copy: int, degrees: float = DEGREES) -> list[Recording]:
    """Copy number `copy`: each recording turned by its own angles, the same ones each time."""
    angles = np.random.default_rng(copy).normal(0, np.radians(degrees), (len(originals), 3))
    turns = Rotation.from_rotvec(angles).as_matrix()
    return [r._replace(imu=har.turn(r.imu, m)) for r, m in zip(originals, turns, strict=True)]
