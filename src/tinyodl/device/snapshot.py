"""A device's whole state as bytes: what was learnt, the mode, every counter, what waits for an
answer, the bout, the budget, the draws. A device that was made in the same way goes on from there
as if nothing had been.

What is kept is what changes: settings and the factory's model are the caller's again, and a state
is refused by a device that has others. In the file, the wearer's model is arrays and everything
else a tree of names and plain values (`tree`), so that reading it runs nothing.

>>> import numpy as np
>>> from tinyodl import Model, OSELMClassifier
>>> from tinyodl.device import OnDeviceLearner
>>> from tinyodl.har import RangeScaler
>>> X, y = np.array([[-1.0], [-0.8], [0.8], [1.0]]), ["rest", "rest", "walk", "walk"]
>>> scaler = RangeScaler().fit(X)
>>> model = Model(OSELMClassifier(0, direct=True).fit(scaler.transform(X), y), scaler, ("speed",))
>>> device, other = OnDeviceLearner(model), OnDeviceLearner(model)
>>> event = device.command(train=True)
>>> restore(other, dumps(device))
{}
>>> other.mode
<Mode.TRAINING: 'training'>
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from tinyodl.device import tree
from tinyodl.device.learner import OnDeviceLearner
from tinyodl.learn.store import ModelFileError, pack, unpack
from tinyodl.model import Model

KIND = "device state"
_PARTS = ("state", "estimate", "pending", "bout", "counts", "policy", "detector", "_last", "_next")


class StateError(ValueError):
    """A state that is refused; the text says why, and what to do."""


def dumps(
    device: OnDeviceLearner,
    more: Mapping[str, Any] | None = None,
    made: Mapping[str, str] | None = None,
) -> bytes:
    """The bytes of its state; more: what the caller keeps beside it (plain values, or objects that
    `tree.take` takes); made: what else must be the same when it goes on. StateError where a policy
    or detector holds what cannot be kept."""
    try:
        settings = {
            "made": _made(device) | dict(made or {}),
            "labels": device.arithmetic.labels,
            "device": {name: tree.take(getattr(device, name)) for name in _PARTS},
            "more": {name: tree.take(value) for name, value in (more or {}).items()},
        }
    except TypeError as error:
        raise StateError(
            f"the device's state cannot be kept ({error}): take another policy or detector"
        ) from None
    return pack(KIND, settings, device.arithmetic.kept())


def restore(
    device: OnDeviceLearner,
    data: bytes,
    more: Mapping[str, Any] | None = None,
    made: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Bring a device that was made in the same way to where `dumps` left the other; what was kept
    beside it is returned, in the objects of `more` where such are given. StateError where it is
    another device's state, or damaged; nothing has changed then."""
    try:
        settings, arrays = unpack(data, KIND)
    except ModelFileError as error:
        raise StateError(f"no state of a device: {error}") from None
    for name, mine in (_made(device) | dict(made or {})).items():
        if settings.get("made", {}).get(name) != mine:
            raise StateError(
                f"it is the state of a device with another {name}: give the {name} that it was "
                "written with, or begin a new state"
            )
    try:
        kept, beside = settings["device"], settings["more"]
        parts = {name: tree.put(kept[name], getattr(device, name)) for name in _PARTS}
        found = {name: tree.put(value, (more or {}).get(name)) for name, value in beside.items()}
        device.arithmetic.resume(settings["labels"], arrays)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StateError(
            f"the state does not fit this version of tinyodl ({error}): begin a new one"
        ) from None
    device.resume(parts)
    return found


def _made(device: OnDeviceLearner) -> dict[str, str]:
    """What a state is of no use without."""
    return {
        "model": fingerprint(device.model),
        "policy": type(device.policy).__name__,
        "detector": type(device.detector).__name__,
        "arithmetic": type(device.arithmetic).__name__,
    }


def fingerprint(model: Model) -> str:
    """Tells models apart."""
    learner, scaler = model.learner, model.scaler
    sums = hashlib.sha256(repr((model.names, model.window, learner.classes_.tolist())).encode())
    for array in (learner.alpha_, learner.P_, learner.beta_, scaler.middle_, scaler.gain_):
        sums.update(np.ascontiguousarray(array).tobytes())
    return sums.hexdigest()[:16]
