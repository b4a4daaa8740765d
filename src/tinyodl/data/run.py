"""A recording as its file has it."""

from pathlib import PurePosixPath
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Run(NamedTuple):
    """Rows of one recording in its file, not yet in our units."""

    file: str
    first_row: int  # as an editor counts it
    name: str
    subject: str
    values: Array  # acc, then gyro where there is one
    activity: NDArray[np.int32]  # into activities, "" where unlabelled
    activities: tuple[str, ...]
    time: Array | None  # s, from its table's first
    begun: float = 0.0  # s, of that by the table's clock
    folder: PurePosixPath = PurePosixPath()

    def where(self, index: int) -> str:
        """File and row of a reading, for messages."""
        return f"{self.file}, row {self.first_row + index}"
