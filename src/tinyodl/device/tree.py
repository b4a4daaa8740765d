"""Objects as plain values that a text file holds, and back: what `snapshot.py` writes.

Numbers, text and None are themselves; everything else is a dictionary of one entry, its kind. An
object is its attributes by name. Nothing is ever called or imported on the way back: `put` makes a
copy of an object that is there already, and fills it.

>>> class Counter:
...     def __init__(self):
...         self.count, self.seen = 3, {1: "walk"}
>>> kept = take(Counter())
>>> kept
{'object': {'count': 3, 'seen': {'dict': [[1, 'walk']]}}}
>>> put(kept, Counter()).seen
{1: 'walk'}
"""

import copy
from collections import Counter, OrderedDict, deque
from typing import Any

import numpy as np

from tinyodl.align import Template
from tinyodl.bouts import Bouts
from tinyodl.device.estimate import Drawn
from tinyodl.device.pending import Kept
from tinyodl.device.state import Asked, Event, Mode, Reason, Rules
from tinyodl.drift import Calibration
from tinyodl.learn import Outlook
from tinyodl.prune import Decision

GIVEN = (Bouts, Calibration, Rules, Template)  # what a device is made with: not kept
_NAMED = {kind.__name__: kind for kind in (Asked, Drawn, Kept, Outlook)}
_ENUMS = {kind.__name__: kind for kind in (Decision, Event, Mode, Reason)}
_MAPS = {kind.__name__: kind for kind in (dict, Counter, OrderedDict)}
_LISTS = {kind.__name__: kind for kind in (list, tuple, set, deque)}
_PLAIN = (bool, int, float, str, type(None))
_DTYPES = "biufU"


def take(value: Any) -> Any:
    """A value as a tree; TypeError where it holds anything but data."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if isinstance(value, np.generic):
        return take(value.item())
    if isinstance(value, GIVEN):
        return {"given": kind.__name__}
    if kind in _ENUMS.values():
        return {"enum": [kind.__name__, value.name]}
    if kind in _NAMED.values():
        return {"named": [kind.__name__, *map(take, value)]}
    if kind in _MAPS.values():
        return {kind.__name__: [[take(k), take(v)] for k, v in value.items()]}
    if kind in _LISTS.values():
        return {kind.__name__: [take(v) for v in value]}
    if isinstance(value, np.ndarray) and value.dtype.kind in _DTYPES:
        return {"array": [value.dtype.str, list(value.shape), value.ravel().tolist()]}
    if isinstance(value, np.random.Generator):
        return {"draws": value.bit_generator.state}
    if not hasattr(value, "__dict__") or isinstance(value, type) or callable(value):
        raise TypeError(f"{kind.__name__} is no data")
    names = vars(value).keys() - _settings(value)
    return {"object": {name: take(vars(value)[name]) for name in vars(value) if name in names}}


def put(tree: Any, like: Any) -> Any:
    """The value of a tree; like: what it takes the place of, with the same attributes, which stays
    as it is. ValueError where they do not fit."""
    if type(tree) in _PLAIN:
        if type(like) in _PLAIN or isinstance(like, np.generic | tuple):
            return tree
        raise ValueError(f"{tree!r} for a {type(like).__name__}")
    ((kind, value),) = tree.items()
    if kind == "given":
        return like
    if kind == "enum":
        return _ENUMS[value[0]][value[1]]
    if kind == "named":
        return _NAMED[value[0]](*(put(part, None) for part in value[1:]))
    if kind in _MAPS:
        return _MAPS[kind]({put(k, None): put(v, None) for k, v in value})
    if kind in _LISTS:
        return _LISTS[kind](put(part, None) for part in value)
    if kind == "array":
        return np.array(value[2], dtype=_dtype(value[0])).reshape(value[1])
    if kind == "draws":
        return _draws(value, like)
    return _object(value, like)


def _object(attributes: dict[str, Any], like: Any) -> Any:
    names = vars(like).keys() - _settings(like)
    if names != attributes.keys():
        odd = sorted(names ^ attributes.keys())[0]
        raise ValueError(f"{type(like).__name__} and its {odd!r}")
    new = copy.copy(like)
    vars(new).update({name: put(kept, vars(like)[name]) for name, kept in attributes.items()})
    return new


def _settings(value: Any) -> frozenset[str]:
    """Attributes that an object is made with."""
    return frozenset(getattr(type(value), "SETTINGS", ()))


def _dtype(name: str) -> np.dtype[Any]:
    dtype = np.dtype(name)
    if dtype.kind not in _DTYPES:
        raise ValueError(f"an array of {name}")
    return dtype


def _draws(state: dict[str, Any], like: Any) -> np.random.Generator:
    if not isinstance(like, np.random.Generator):
        raise ValueError(f"draws for a {type(like).__name__}")
    new = copy.deepcopy(like)
    new.bit_generator.state = state
    return new
