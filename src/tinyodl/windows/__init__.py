"""Labelled windows of recordings, where they come from, and how they are split without leaking.

>>> from tinyodl.data import hapt
>>> windows = Source(hapt.dataset(hapt.load()[:2])).windows("compact")
>>> windows.X.shape[1], windows.classes[0], set(windows.subject.tolist())
(60, 'laying', {1})
"""

from tinyodl.windows import splits
from tinyodl.windows.labelled import Label, Windows, from_dataset, labelled, share_left_out
from tinyodl.windows.source import Source

__all__ = ["Label", "Source", "Windows", "from_dataset", "labelled", "share_left_out", "splits"]
