"""The classifier for river: samples are dicts, features and classes come and go. Needs
tinyodl[river]."""

from typing import Any

import numpy as np
from river.base import Classifier

from tinyodl.learn import alpha as input_weights
from tinyodl.learn import rls
from tinyodl.learn.oselm import OSELMClassifier


class RiverOSELM(Classifier):  # type: ignore[misc]
    """OS-ELM that learns dicts of numbers, one at a time.

    A feature is given one of `slots` inputs when it is first learnt, and is 0 where it is missing;
    what comes when all are taken is left out. Classes likewise take one of `max_classes` outputs;
    one more is a ValueError. The settings are those of `OSELMClassifier`.

    >>> model = RiverOSELM(n_hidden=0, direct=True, slots=4)
    >>> for _ in range(20):
    ...     model.learn_one({"speed": 0.0}, "rest")
    ...     model.learn_one({"speed": 1.0}, "walk")
    >>> model.predict_one({"speed": 0.9})
    'walk'
    """

    def __init__(
        self,
        n_hidden: int = 128,
        alpha: str = "sign",
        direct: bool = False,
        hidden_scale: float = 1.2,
        regularization: float = 1.0,
        forgetting: float = 1.0,
        slots: int = 64,
        max_classes: int = 32,
        seed: int = 0,
    ) -> None:
        self.n_hidden = n_hidden
        self.alpha = alpha
        self.direct = direct
        self.hidden_scale = hidden_scale
        self.regularization = regularization
        self.forgetting = forgetting
        self.slots = slots
        self.max_classes = max_classes
        self.seed = seed
        self._names: dict[Any, int] = {}
        self._labels: list[Any] = []
        self._model = OSELMClassifier(
            n_hidden,
            alpha,  # type: ignore[arg-type]
            direct,
            hidden_scale,
            regularization,
            forgetting,
            random_state=seed,
        )
        weights = input_weights.draw(alpha, slots, n_hidden, seed)  # type: ignore[arg-type]
        start = rls.prior(n_hidden + (slots + 1 if direct else 0), max_classes, regularization)
        self._model.restore(np.arange(max_classes), weights, *start)

    @property
    def _multiclass(self) -> bool:
        return True

    def _vector(self, x: dict[Any, Any], learn: bool) -> np.ndarray[Any, Any]:
        if learn:  # sorted, so that the order within a sample does not matter
            for name in sorted(x.keys() - self._names.keys(), key=repr)[
                : self.slots - len(self._names)
            ]:
                self._names[name] = len(self._names)
        vector = np.zeros(self.slots)
        for name in x.keys() & self._names.keys():
            vector[self._names[name]] = x[name]
        return vector

    def learn_one(self, x: dict[Any, Any], y: Any, w: float = 1.0) -> None:
        """Learn one sample; w weighs it, 0 leaves it out."""
        if y not in self._labels:
            if len(self._labels) == self.max_classes:
                raise ValueError(
                    f"label {y!r} would be class {self.max_classes + 1}: raise max_classes"
                )
            self._labels.append(y)
        if w > 0:
            self._model.learn_one(self._vector(x, learn=True), self._labels.index(y), w)

    def predict_proba_one(self, x: dict[Any, Any], **_: Any) -> dict[Any, float]:
        """Softmax of the outputs of the classes seen so far; empty before the first."""
        if not self._labels:
            return {}
        o = self._model.outputs_one(self._vector(x, learn=False))[: len(self._labels)]
        e = np.exp(o - o.max())
        return dict(zip(self._labels, (e / e.sum()).tolist(), strict=True))
