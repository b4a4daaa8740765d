"""What a model makes of one sample: what drift detectors and pruning policies decide on."""

from typing import NamedTuple


class Outlook(NamedTuple):
    """What a device knows of a sample before anybody tells it more.

    predicted: class number; confidence: P1P2, the highest output minus the second; leverage: h^T P
    h, how far the sample lies from what was learnt (a prediction's variance grows as 1 + leverage);
    learning computes it anyway.
    """

    predicted: int
    confidence: float
    leverage: float
