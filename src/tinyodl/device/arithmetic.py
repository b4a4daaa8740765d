"""What a device computes, apart from what it decides: the interface, and its floating-point form.

The state machine asks for outlooks and has samples learnt; how numbers are kept is no business of
its own, so that a fixed-point model can take the place of `FloatArithmetic`.
"""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tinyodl.bouts import Stream
from tinyodl.device.bout import Telling
from tinyodl.learn import OSELMClassifier, Outlook
from tinyodl.model import Model

Array = NDArray[np.float64]

KNOWN = 0.125  # of the factory's usual leverage: what is known better changes P no more


class Arithmetic(Protocol):
    """A model that learns, and the factory's, which stays as it is.

    labels: activities by class number; usual: leverage of what the factory's model was trained for.
    """

    @property
    def labels(self) -> list[Any]: ...

    @property
    def usual(self) -> float: ...

    @property
    def learner(self) -> OSELMClassifier:
        """The present model, in floating point."""
        ...

    def look(self, x: Array) -> Outlook:
        """What the present model makes of scaled inputs x (n,); ValueError where they are not n
        finite numbers."""
        ...

    @property
    def outputs(self) -> Array:
        """Raw outputs (m,) of the sample that was just looked at."""
        ...

    def factory(self, x: Array) -> int:
        """The class number that the factory's model predicts."""
        ...

    def learn(self, x: Array, k: int, weight: float, reach: float = 1.0) -> None:
        """Learn x (n,) as class number k; a weight of 1 is that of a window that the factory
        learnt; no further than until output k is `reach` above all others."""
        ...

    def hold(self, x: Array, weight: float) -> None:
        """As if x (n,) had been learnt with the outputs that it has: they are to stay. Only P
        changes."""
        ...

    def add(self, label: Any) -> None:
        """One more class, the last."""
        ...

    def bouts(self) -> Telling | None:
        """How bouts are told, where the model tells them."""
        ...

    def reset(self) -> None:
        """The factory's model again."""
        ...

    def kept(self) -> dict[str, Array]:
        """What of the present model is not the factory's, by name."""
        ...

    def resume(self, labels: list[Any], kept: Mapping[str, Array]) -> None:
        """Go on with what `kept` returned; KeyError or ValueError where it does not fit, and
        nothing has changed then."""
        ...


class FloatArithmetic:
    """In float64, by `OSELMClassifier`. model: the factory's, which is not changed."""

    def __init__(self, model: Model) -> None:
        self._factory, self._bouts = model.learner, model.bouts
        self._shape = (model.learner.n_features_in_,)
        self._looked_at: Array | None = None  # what can be learnt without computing it again
        self.usual = model.leverage
        self.reset()

    def look(self, x: Array) -> Outlook:
        if x.shape != self._shape or (seen := self._steps.look(x))[0] < 0:
            return self.learner.outlook(x)  # which refuses it
        self._looked_at = x
        return tuple.__new__(Outlook, seen)  # as Outlook(*seen), in half the time

    def factory(self, x: Array) -> int:
        return int(self._factory.outputs_one(x).argmax())

    def learn(self, x: Array, k: int, weight: float, reach: float = 1.0) -> None:
        known, looked_at = KNOWN * self.usual, self._looked_at
        self._looked_at = None
        if x is not looked_at or self._steps.learn(k, weight, known, reach) < 1.0:
            self.learner.learn_features(self.learner.hidden_one(x), k, weight, known, reach)

    def hold(self, x: Array, weight: float) -> None:
        looked_at, self._looked_at = self._looked_at, None
        if x is looked_at:
            self._steps.hold(weight)
        else:
            self.learner.hold_features(self.learner.hidden_one(x), weight)

    def add(self, label: Any) -> None:
        self.learner.add_class(label)
        self._bind()

    def bouts(self) -> Stream | None:
        return Stream(self._bouts) if self._bouts else None

    def reset(self) -> None:
        self._begin(self._factory.copy())

    def kept(self) -> dict[str, Array]:
        return {"P": self.learner.P_, "beta": self.learner.beta_}

    def resume(self, labels: list[Any], kept: Mapping[str, Array]) -> None:
        learner = self._factory.copy()
        classes = np.asarray(labels, dtype=learner.classes_.dtype.kind)
        learner.restore(classes, learner.alpha_, kept["P"], kept["beta"])
        self._begin(learner)

    def _begin(self, learner: OSELMClassifier) -> None:
        self.learner = learner
        self._bind()

    def _bind(self) -> None:
        """The learner's arrays are others."""
        self.labels: list[Any] = self.learner.classes_.tolist()
        self.outputs = self.learner.outputs_now
        self._steps = self.learner.bound()
        self._looked_at = None
