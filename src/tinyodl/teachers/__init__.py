"""Who answers a device's queries; each may abstain (None).

To add a teacher, write a class with `answer` and give it a name: docs/device.md.

>>> noisy = Noisy(TrueLabels(["sit", "walk"]), 1.0, ["sit", "walk"])
>>> TrueLabels(["sit", "walk"]).answer(1, None), noisy.answer(1, None)
('walk', 'sit')
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tinyodl.registry import TEACHERS


class Teacher(Protocol):
    """Answers queries."""

    def answer(self, index: int, x: NDArray[np.float64] | None) -> Any | None:
        """The label of the stream's sample number `index`, whose scaled inputs x (n,) were sent;
        None to abstain."""
        ...


class TrueLabels:
    """The recording's own labels; an empty one is an abstention."""

    def __init__(self, labels: Sequence[Any]) -> None:
        self._labels = labels

    def answer(self, index: int, x: NDArray[np.float64] | None) -> Any | None:
        label = self._labels[index]
        return None if label == "" else label


class Classifier:
    """Any scikit-learn classifier with predict_proba, on what was sent or on inputs of its own
    (samples, n).

    sure: least probability below which it abstains.
    """

    def __init__(
        self, model: Any, own_inputs: NDArray[np.float64] | None = None, sure: float = 0.0
    ) -> None:
        self._model, self._own, self._sure = model, own_inputs, sure

    def answer(self, index: int, x: NDArray[np.float64] | None) -> Any | None:
        row = x if self._own is None else self._own[index]
        assert row is not None
        probability = self._model.predict_proba(row[None])[0]
        best = int(probability.argmax())
        return self._model.classes_[best].item() if probability[best] >= self._sure else None


class Ensemble:
    """Several teachers: the label that at least `agreement` of them give, else an abstention."""

    def __init__(self, teachers: Sequence[Teacher], agreement: int) -> None:
        if not 1 <= agreement <= len(teachers):
            raise ValueError(f"agreement must be 1 to {len(teachers)}, got {agreement}")
        self._teachers, self._agreement = teachers, agreement

    def answer(self, index: int, x: NDArray[np.float64] | None) -> Any | None:
        answers = Counter(a for t in self._teachers if (a := t.answer(index, x)) is not None)
        if not answers:
            return None
        label, votes = answers.most_common(1)[0]
        return label if votes >= self._agreement else None


class Noisy:
    """Another teacher, wrong with a probability: then any of the other labels. draws: decide."""

    def __init__(
        self, teacher: Teacher, wrong: float, labels: Sequence[Any], seed: int = 0
    ) -> None:
        if not 0 <= wrong <= 1 or len(set(labels)) < 2:
            raise ValueError(
                f"wrong must be 0 to 1 and labels at least two, got {wrong} and {labels}"
            )
        self._teacher, self._wrong, self._labels = teacher, wrong, list(labels)
        self.draws = np.random.default_rng(seed)

    def answer(self, index: int, x: NDArray[np.float64] | None) -> Any | None:
        label = self._teacher.answer(index, x)
        if label is None or self.draws.random() >= self._wrong:
            return label
        others = [other for other in self._labels if other != label]
        return others[int(self.draws.integers(len(others)))]


class Limited:
    """Another teacher who answers so many queries in all, and abstains from then on; or abstains at
    random."""

    def __init__(
        self, teacher: Teacher, answers: int | None = None, abstains: float = 0.0, seed: int = 0
    ) -> None:
        self._teacher, self._left, self._abstains = teacher, answers, abstains
        self._draws = np.random.default_rng(seed)

    def answer(self, index: int, x: NDArray[np.float64] | None) -> Any | None:
        if self._left == 0 or self._draws.random() < self._abstains:
            return None
        label = self._teacher.answer(index, x)
        if label is not None and self._left is not None:
            self._left -= 1
        return label


def make(name: str, labels: Sequence[Any]) -> Teacher:
    """A teacher by name, of the stream's true labels in order; ValueError names the ones there
    are."""
    teacher: Teacher = TEACHERS.make(name, labels)
    return teacher
