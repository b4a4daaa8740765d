"""How eager each detector is tried, from eager to calm, and what it is in use.

A detector of somebody else says so itself: `sweep = ("level", (0.4, 0.3, 0.2))` names a parameter
of its own and values of it, and the parameter's default is in use. Without, it is tried as it is.
"""

import inspect
from collections.abc import Mapping
from typing import NamedTuple

from tinyodl.drift import centroid, cusum
from tinyodl.registry import DETECTORS, RegistryError


class Sweep(NamedTuple):
    """parameter: its name, "" where there is none to set (then the one value is None); in_use: the
    value that it has unless told otherwise."""

    parameter: str
    values: tuple[float | None, ...]
    in_use: float | None

    def setting(self, value: float | None) -> Mapping[str, float]:
        """One of the values as an argument."""
        return {} if value is None else {self.parameter: value}


_CUSUM = tuple(sorted({4, 6, 9, 12, 15, 18, 21, 25, 30, 35, 40, 60, cusum.THRESHOLD}))
_CENTROID = (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6)
OURS = {
    "cusum": Sweep("threshold", _CUSUM, cusum.THRESHOLD),
    "centroid": Sweep("threshold", _CENTROID, centroid.THRESHOLD),
    "adwin": Sweep("delta", (0.9, 0.5, 0.2, 0.05, 0.01, 2e-3, 1e-4, 1e-6), 2e-3),
    "page-hinkley": Sweep("threshold", (0.5, 1, 2, 3, 5, 8, 12, 20), 5),
    "kswin": Sweep("alpha", (1e-3, 1e-5, 1e-8), 1e-5),
}
_AS_IT_IS = Sweep("", (None,), None)


def of(name: str) -> Sweep:
    """A detector's; RegistryError where one says of itself what cannot be."""
    if name in OURS:
        return OURS[name]
    factory = DETECTORS.find(name)
    said = getattr(factory, "sweep", None)
    if said is None:
        return _AS_IT_IS
    try:
        parameter, values = said
        in_use = inspect.signature(factory).parameters[parameter].default
        return Sweep(parameter, tuple(map(float, values)), float(in_use))
    except (KeyError, TypeError, ValueError):
        raise RegistryError(
            f"detector {name!r}: its sweep is {said!r}; name a parameter that has a default, and "
            'numbers, such as ("level", (0.4, 0.3, 0.2))'
        ) from None
