"""Activities and people by what files and folders are called.

>>> activity("2026-01-31_stairs-up_03"), activity("s1 Walking (acc)"), activity("12")
('stairs up', 'Walking', '')
>>> person("anna_walking_1"), person("p03-walk")
('anna', 'p03')
"""

import re

from tinyodl.data.parts import SENSOR
from tinyodl.data.sources import Source

_NO_ACTIVITY = (
    "sub subj subject user person participant session trial rec recording export data csv"
)


def activity(name: str) -> str:
    """The words of a name: no digits, no single letters, nothing that says a sensor or whose it
    is."""
    words = re.split(r"[\W\d_]+", SENSOR.sub("", name))
    return " ".join(w for w in words if len(w) > 1 and w.lower() not in _NO_ACTIVITY.split())


def person(name: str) -> str:
    """What stands before the first blank, dash or underscore."""
    return next((part for part in re.split(r"[\s_-]+", name) if part), "")


def of(source: Source, where: str, above: int = 0) -> str:
    """A source's name without its ending, or that of the folder it lies in (above: the one over
    that)."""
    place = source.parts
    if where == "name":
        return place.name.split(".")[0]
    for _ in range(1 + above):
        place = place.parent
    return place.name
