"""What a user would otherwise pick, on the same windows, splits and streams, learning from every
label."""

import copy
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import f1_score
from sklearn.neural_network import MLPClassifier

from tinyodl import link
from tinyodl.experiments.trials.material import Material, worn
from tinyodl.experiments.trials.results import Compared, Outcome, Row
from tinyodl.experiments.trials.trial import Trial, per_person, sides
from tinyodl.recipe import fitting
from tinyodl.windows import Windows, splits

Array = NDArray[np.float64]

# Learning rates tried for SGD; the best is chosen on the people trained on, see `best_rate`.
RATES = (0.001, 0.003, 0.01, 0.03, 0.1)
MEMORY_BYTES = 12_000  # of the k-NN's window, as much as ODLTiny may keep
TREES = 10


class Learner(Protocol):
    """What a baseline must do: classify many, learn one."""

    def predict(self, X: Array) -> NDArray[np.int64]: ...

    def learn(self, x: Array, label: int) -> None: ...


class Mlp:
    """A multilayer perceptron, trained by Adam on a host, then by plain SGD sample by sample."""

    def __init__(self, hidden: int, rate: float, seed: int) -> None:
        self.rate = rate
        self.net = MLPClassifier((hidden,), random_state=seed, max_iter=60, batch_size=64)

    def fit(self, X: Array, y: NDArray[np.int64]) -> "Mlp":
        self.net.set_params(early_stopping=True, n_iter_no_change=5)
        self.net.fit(X, y)
        return self

    def set_rate(self, rate: float) -> None:
        self.rate = rate

    def predict(self, X: Array) -> NDArray[np.int64]:
        return np.asarray(self.net.predict(X))

    def learn(self, x: Array, label: int) -> None:
        """One step of SGD on the cross entropy of a softmax over one ReLU layer."""
        (w1, w2), (b1, b2) = self.net.coefs_, self.net.intercepts_
        h = np.maximum(x @ w1 + b1, 0)
        z = h @ w2 + b2
        e = np.exp(z - z.max())
        error = e / e.sum()
        error[label] -= 1
        back = (w2 @ error) * (h > 0)
        w2 -= self.rate * np.outer(h, error)
        b2 -= self.rate * error
        w1 -= self.rate * np.outer(x, back)
        b1 -= self.rate * back

    @staticmethod
    def state_bytes(inputs: int, hidden: int, classes: int) -> int:
        return 4 * (inputs * hidden + hidden + hidden * classes + classes)


class Logistic:
    """Logistic regression by SGD."""

    def __init__(self, rate: float, seed: int) -> None:
        self.model = SGDClassifier(loss="log_loss", alpha=1e-4, random_state=seed)
        self.rate = rate

    def fit(self, X: Array, y: NDArray[np.int64]) -> "Logistic":
        self.model.fit(X, y)
        self.set_rate(self.rate)
        return self

    def set_rate(self, rate: float) -> None:
        self.model.set_params(learning_rate="constant", eta0=rate)

    def predict(self, X: Array) -> NDArray[np.int64]:
        return np.asarray(self.model.predict(X))

    def learn(self, x: Array, label: int) -> None:
        self.model.partial_fit(x[None], [label])


class Forest:
    """river's adaptive random forest."""

    def __init__(self, seed: int) -> None:
        from river import forest

        self.model = forest.ARFClassifier(n_models=TREES, seed=seed)

    def fit(self, X: Array, y: NDArray[np.int64]) -> "Forest":
        order = np.random.default_rng(0).permutation(len(X))
        for k in order:
            self.learn(X[k], int(y[k]))
        return self

    def predict(self, X: Array) -> NDArray[np.int64]:
        return np.array([self.model.predict_one(dict(enumerate(x))) or 0 for x in X.tolist()])

    def learn(self, x: Array, label: int) -> None:
        self.model.learn_one(dict(enumerate(x.tolist())), label)


class NearestWindow:
    """k nearest neighbours (k = 3) among the last samples that fit into MEMORY_BYTES as int8."""

    def __init__(self, seed: int) -> None:
        self.draws = np.random.default_rng(seed)

    def fit(self, X: Array, y: NDArray[np.int64]) -> "NearestWindow":
        keep = self.draws.permutation(len(X))[: MEMORY_BYTES // (X.shape[1] + 1)]
        self.X, self.y, self.next = X[keep].copy(), y[keep].copy(), 0
        return self

    def predict(self, X: Array) -> NDArray[np.int64]:
        distance = (self.X**2).sum(axis=1) - 2 * X @ self.X.T
        near = self.y[np.argpartition(distance, 3, axis=1)[:, :3]]
        return np.array([np.bincount(votes).argmax() for votes in near])

    def learn(self, x: Array, label: int) -> None:
        self.X[self.next], self.y[self.next] = x, label
        self.next = (self.next + 1) % len(self.y)


def best_rate(
    build: Callable[[float], Any], Z: Array, windows: Windows, chosen: splits.Indices, seed: int
) -> float:
    """The rate of RATES that relearns best on five of the people trained on, held out for this
    alone."""
    present = np.unique(windows.subject[chosen])
    held = np.random.default_rng(seed).permutation(present)[:5]
    inside = np.isin(windows.subject[chosen], held)
    stream, test = splits.cut(windows, chosen[inside], splits.STREAM_SHARE, "blocked", seed)
    trained = build(RATES[0]).fit(Z[chosen[~inside]], windows.y[chosen[~inside]])
    scores = []
    for rate in RATES:
        model = copy.deepcopy(trained)
        model.set_rate(rate)
        _stream(model, Z[stream], windows.y[stream])
        scores.append(float((model.predict(Z[test]) == windows.y[test]).mean()))
    return RATES[int(np.argmax(scores))]


def _stream(model: Learner, Z: Array, y: Iterable[int]) -> float:
    """Predict, then learn, sample by sample; the accuracy on the way."""
    right = []
    for x, label in zip(Z, y, strict=False):
        right.append(model.predict(x[None])[0] == label)
        model.learn(x, int(label))
    return float(np.mean(right))


def run(material: Material, trial: Trial) -> Compared:
    """All baselines of one trial."""
    where = sides(material.windows, trial)
    windows, _ = worn(material, trial.person, where.stream, where.test)
    scaler = fitting.scaler(trial.features).fit(windows.X[where.train])
    Z = scaler.transform(windows.X)
    inputs, classes, seed = Z.shape[1], int(windows.y.max()) + 1, trial.seed
    rows: list[Row] = []

    def report(
        name: str, hidden: int, model: Any, learns: bool, state_bytes: int, rate: float | None
    ) -> None:
        def correct(side: splits.Indices) -> NDArray[np.bool_]:
            return np.asarray(model.predict(Z[side]) == windows.y[side])

        subjects = windows.subject[where.test]
        before, drifted = correct(where.before), correct(where.test)
        learning = (
            _stream(model, Z[where.stream], windows.y[where.stream])
            if learns
            else float(correct(where.stream).mean())
        )
        after = correct(where.test)
        outcome: Outcome = {
            "accuracy_after": float(after.mean()),
            "accuracy_before_after": float(correct(where.before).mean()),
            "accuracy_learning": learning,
            "macro_f1": float(
                f1_score(windows.y[where.test], model.predict(Z[where.test]), average="macro")
            ),
            "query_fraction": float(learns),
            "questions": learns * len(where.stream) / len(np.unique(windows.subject[where.stream])),
            "byte_fraction": link.byte_fraction(
                len(where.stream) if learns else 0, len(where.stream), inputs, trial.payload
            ),
            "person_after": per_person(after, subjects),
        }
        rows.append(
            {
                "method": name,
                "inputs": inputs,
                "hidden": hidden,
                "rate": rate,
                "state_bytes": state_bytes,
                "accuracy_before": float(before.mean()),
                "accuracy_drifted": float(drifted.mean()),
                "person_drifted": per_person(drifted, subjects),
                "after": outcome,
                "pruning": [],
            }
        )

    for hidden in sorted({64, *trial.hidden}):
        size = Mlp.state_bytes(inputs, hidden, classes)

        def build(rate: float, hidden: int = hidden) -> Mlp:
            return Mlp(hidden, rate, seed)

        rate = best_rate(build, Z, windows, where.train, seed)
        model = build(rate).fit(Z[where.train], windows.y[where.train])
        report("MLP", hidden, model, False, size, None)
        report("MLP, SGD", hidden, model, True, size, rate)
    rate = best_rate(lambda rate: Logistic(rate, seed), Z, windows, where.train, seed)
    linear = 4 * (inputs + 1) * classes
    report(
        "logistic, SGD",
        0,
        Logistic(rate, seed).fit(Z[where.train], windows.y[where.train]),
        True,
        linear,
        rate,
    )
    nearest = NearestWindow(seed).fit(Z[where.train], windows.y[where.train])
    report("k-NN, window", 0, nearest, True, MEMORY_BYTES, None)
    if trial.features == "compact" and find_spec("river"):  # else left out
        arf = Forest(seed).fit(Z[where.train], windows.y[where.train])
        report("ARF (river)", 0, arf, True, _forest_bytes(arf), None)
    return {"rows": rows}


def _forest_bytes(forest: Forest) -> int:
    """The forest's own estimate of its memory, Python objects and all."""
    return int(forest.model._raw_memory_usage)
