"""Bouts: stretches of one activity, found in the inputs without labels.

>>> import numpy as np
>>> Z = np.repeat([[0.0], [1.0]], 6, axis=0) + 0.05 * np.tile([[1.0], [-1.0]], (6, 1))
>>> bouts = fit(Z, np.repeat([0, 1], 6), np.zeros(12, int), np.zeros(12, int))
>>> stream = Stream(bouts)
>>> [stream.update(z).value for z in Z[3:9]]
['new', 'same', 'same', 'stray', 'new', 'same']
"""

from tinyodl.bouts.fit import MOST_WRONG, Bouts, fit
from tinyodl.bouts.stream import Place, Stream, state_bytes, tally

__all__ = ["MOST_WRONG", "Bouts", "Place", "Stream", "fit", "state_bytes", "tally"]
