"""A device finds out how it is worn, and goes on looking.

Brisk half windows in a row (getting up is brisk, but soon over) are summed to blocks; each block
tells a mounting. The first decides, by how far people differ, whether the wearer has the sensor as
the people trained on had it (then nothing is turned: what is left is the wearer's own) or turned
(then all of it is turned back). Blocks that fit are averaged, up to MOST of them. Where MOST in a
row do not fit, by how far one person's blocks differ, but fit each other (one is enough after a
pause), it is worn otherwise now: averaging starts anew, and the sensor is turned to where it was
when it was first worn, so that what was learnt on the wearer stays valid, their own way of moving
included.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyodl.align import mounting
from tinyodl.align.moments import STATE_BYTES as MOMENT_BYTES
from tinyodl.align.moments import STEADY, VECTORS
from tinyodl.align.template import MOST

Array = NDArray[np.float64]

PATIENCE = 256  # half windows after which nobody waits for walking any more
STATE_BYTES = MOMENT_BYTES + 4 * (3 * VECTORS + 4 * 4 + 6)  # a block, four rotations, counters


class Aligner:
    """rotation (3, 3): readings times its transpose are as the model knows them; known: whether
    the mounting was seen since the sensor was put on, or there was time enough to see it;
    alignments: how often the rotation was set anew.

    turns: what rotations are made of and compared by; zero: of vectors. Those of `fixed.mounting`
    are whole numbers.
    """

    turns: Any = mounting
    zero: Any = 0.0

    def __init__(self, template: Any) -> None:
        self.template = template
        self.alignments = 0
        none = self.turns.NONE
        self.rotation: Any = self.turns.matrix(none)
        self._aligned = none  # the rotation
        self._wearing = none  # from how it is worn to the template
        self._first = none  # from the template to how it was worn first
        self._other = none  # mean of the last blocks, where they did not fit
        self._wearings = self._blocks = self._run = 0
        self.pause()

    @property
    def known(self) -> bool:
        """See the class."""
        return self._seen or self._waited >= PATIENCE

    def pause(self) -> None:
        """It may have been taken off: what follows may be another wearing."""
        self._seen, self._waited, self._odd = False, 0, 0
        self._new_block()

    def _new_block(self) -> None:
        self._block = np.full((VECTORS, 3), self.zero)
        self._brisk = 0

    def half(self, vectors: Array, brisk: bool) -> bool:
        """Half a window: its vectors (VECTORS, 3) as the sensor has them, not turned; True where
        the rotation changed."""
        self._waited = min(self._waited + 1, PATIENCE)
        self._run = min(self._run + 1, STEADY + 1) if brisk else 0
        if self._run <= STEADY:
            return False
        self._block += vectors
        self._brisk += 1
        if self._brisk < self.template.block:
            return False
        found = self.template.mounting(self._block)
        self._new_block()
        sure, self._seen = not self._seen, True
        return self._decide(found, sure)

    def _decide(self, found: Any, sure: bool) -> bool:
        paused, worn = self.template.remounted
        turns = self.turns
        if self._blocks and not turns.outside(
            self._apart(found, self._wearing), paused if sure else worn
        ):
            self._odd = 0
            if self._blocks == MOST:
                return False
            self._wearing = turns.mean(self._wearing, self._blocks, found)
            self._blocks += 1
        else:
            alike = self._odd > 0 and not turns.outside(self._apart(found, self._other), worn)
            self._other = turns.mean(self._other, self._odd, found) if alike else found
            self._odd = self._odd + 1 if alike else 1
            if not sure and self._odd < MOST:
                return False
            self._wearings = min(self._wearings + 1, 2)
            self._wearing, self._blocks, self._odd = self._other, self._odd, 0
        if self._wearings > 1:
            return self._turn(turns.times(self._first, self._wearing))
        test = self.template.turned[int(self._blocks == MOST)]
        turned = not turns.same(self._aligned, turns.NONE) or turns.outside(self._wearing, test)
        self._first = turns.NONE if turned else turns.back(self._wearing)
        return self._turn(self._wearing if turned else turns.NONE)

    def _apart(self, a: Any, b: Any) -> Any:
        return self.turns.times(a, self.turns.back(b))

    def _turn(self, aligned: Any) -> bool:
        if self.turns.same(aligned, self._aligned):
            return False
        self._aligned, self.rotation = aligned, self.turns.matrix(aligned)
        self.alignments += 1
        return True
