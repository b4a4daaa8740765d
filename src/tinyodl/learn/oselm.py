"""OS-ELM with direct links as a scikit-learn classifier."""

from collections.abc import Callable
from functools import partial
from numbers import Integral, Real
from typing import Any, Literal, NamedTuple, Self

import numpy as np
import scipy.linalg
import scipy.optimize
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from tinyodl.learn import alpha as input_weights
from tinyodl.learn import rls
from tinyodl.learn.hidden import ACTIVATIONS, features, features_one
from tinyodl.learn.outlook import Outlook, look

Array = NDArray[np.float64]
Activation = Literal["hard_sigmoid", "sigmoid", "relu"]
_FLOAT = np.dtype(np.float64)
_ROW = (8,)  # strides of values one after another


class Bound(NamedTuple):
    """The compiled steps of one sample, with a model's arrays bound to them: the least that a
    device can spend on a window. They are the model's until `fit`, `add_class` or `boost`.

    look: x (n,), float64 and contiguous -> fields of its `Outlook`, predicted -1 where x is not
    finite; learn: (class index, weight, known, reach), see `rls.learn`, and hold: (weight), see
    `rls.hold`, both of the sample that was looked at last, once.
    """

    look: Callable[[Array], tuple[int, float, float]]
    learn: Callable[[int, float, float, float], float]
    hold: Callable[[float], None]


class OSELMClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Online sequential extreme learning machine (OS-ELM), optionally with direct links.

    A fixed random hidden layer h = G(s alpha^T x) and output weights beta by recursive least
    squares; with `direct=True` the inputs and a constant join h (random vector functional link),
    and with `n_hidden=0` as well that is recursive least squares on the inputs. Formulas and
    sources: docs/algorithm.md.

    Parameters
    ----------
    n_hidden : hidden nodes N, 0 or more (0 only with direct links).
    alpha : "sign" (+1 or -1 from one hash bit), "hash" (uniform from a hash) or "base" (uniform,
        stored).
    direct : whether the inputs and a constant join the hidden outputs.
    hidden_scale : s times sqrt(n): how far a hidden node is driven by inputs of about unit size.
    regularization : lambda > 0 of the ridge; P starts as I / lambda.
    forgetting : factor in (0, 1]; below 1, older samples count less along directions that are seen
        again.
    activation : "hard_sigmoid" (clip(z / 4 + 1/2, 0, 1)), "sigmoid" or "relu".
    random_state : seed of the input weights; an int, a RandomState, or None for seed 0 of the hash.

    Attributes
    ----------
    classes_ (m,): sorted, but for those of `add_class`, which stand last so that class numbers keep
    their meaning; n_features_in_, alpha_ (n, N), P_ (d (d + 1) / 2,) lower triangle, beta_ (d, m),
    temperature_ (see `predict_proba`), ceiling_ (trace of P that forgetting stops at), settings_
    (the parameters that all this was made with: `set_params` counts from the next `fit`).
    d is N, plus n + 1 with direct links.

    >>> X = np.array([[0.0], [0.2], [0.8], [1.0]])
    >>> model = OSELMClassifier(n_hidden=0, direct=True).fit(X, ["rest", "rest", "walk", "walk"])
    >>> model.predict_one(np.array([0.9]))
    'walk'
    """

    _inputs_shape: tuple[int, ...] | None = None  # before training nothing fits

    def __init__(
        self,
        n_hidden: int = 128,
        alpha: input_weights.Kind = "sign",
        direct: bool = False,
        hidden_scale: float = 1.2,
        regularization: float = 1.0,
        forgetting: float = 1.0,
        activation: Activation = "hard_sigmoid",
        random_state: int | np.random.RandomState | None = 0,
    ) -> None:
        self.n_hidden = n_hidden
        self.alpha = alpha
        self.direct = direct
        self.hidden_scale = hidden_scale
        self.regularization = regularization
        self.forgetting = forgetting
        self.activation = activation
        self.random_state = random_state

    # Training -------------------------------------------------------------------------------------

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Initial training: the ridge solution of all samples. X (samples, n), y (samples,)."""
        self._check_parameters()
        X, y = _arrays(validate_data(self, X, y, dtype=np.float64))
        weight = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
        check_classification_targets(y)
        self.classes_ = np.unique(y)
        if len(self.classes_) < 2:
            raise ValueError(
                "Classifier can't train when only one class is present: every label is "
                f"{self.classes_[0]!r}. Give samples of at least two classes, or use partial_fit "
                "with `classes`."
            )
        self._start()
        H, Y = self.hidden(X), np.searchsorted(self.classes_, y)
        try:
            self.P_, self.beta_ = rls.batch(
                H, np.eye(len(self.classes_))[Y], weight, self.regularization
            )
        except scipy.linalg.LinAlgError:
            self._learn(H, Y, weight)
        self.temperature_ = _temperature(H @ self.beta_, Y, weight)
        return self

    def partial_fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Learn k samples, one after another. The first call names all `classes` that may ever
        come."""
        first = not hasattr(self, "beta_")
        if first:
            self._check_parameters()
        X, y = _arrays(validate_data(self, X, y, dtype=np.float64, reset=first))
        weight = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
        check_classification_targets(y)
        if first:
            if classes is None:
                raise ValueError(
                    "the first call to partial_fit needs `classes`: every label that may ever come"
                )
            self.classes_ = np.unique(np.asarray(classes))
            if len(self.classes_) < 2:
                raise ValueError(
                    f"`classes` needs at least two different labels, got {list(self.classes_)}"
                )
            self._start()
            self.temperature_ = 1.0
        elif classes is not None and not np.array_equal(
            np.unique(np.asarray(classes)), np.sort(self.classes_)
        ):
            raise ValueError(
                f"`classes` are {list(np.unique(np.asarray(classes)))}, but earlier calls were "
                f"for {list(self.classes_)}: the outputs cannot change on the way"
            )
        unknown = ~np.isin(y, self.classes_)
        if unknown.any():
            raise ValueError(
                f"y[{int(unknown.argmax())}] = {y[unknown.argmax()]!r} is none of the classes "
                f"{list(self.classes_)}: name it in `classes` at the first partial_fit"
            )
        order = np.argsort(self.classes_)  # a class that was added stands last
        self._learn(self.hidden(X), order[np.searchsorted(self.classes_, y, sorter=order)], weight)
        return self

    def learn_one(self, x: ArrayLike, label: Any, weight: float = 1.0) -> None:
        """Learn one sample, the fast path: x (n,), fastest as float64; a label out of `classes_`, a
        weight of 0 or more. ValueError where it is not finite; the model is unchanged then."""
        self.learn_features(self.hidden_one(x), self._class_index(label), float(weight))

    def learn_features(
        self, h: Array, k: int, weight: float = 1.0, known: float = 0.0, reach: float = 1.0
    ) -> None:
        """As `learn_one`, from the features h (d,) that `hidden` returns and a class index.

        known: leverage up to which P stays as it is (beta follows all the same); reach: beta moves
        no further than until output k is so far above all others.
        """
        state = (self.P_, self.beta_, self._u, self._o)
        denominator = rls.step(h, k, weight, known, reach, self._forgetting, self.ceiling_, *state)
        if denominator < 1.0:
            raise ValueError(
                "the sample was not learnt: its values must be finite (largest "
                f"{np.abs(h).max()}) and its weight 0 or more (got {weight}); the model is "
                "unchanged"
            )

    def hold_features(self, h: Array, weight: float = 1.0) -> None:
        """As `learn_features` with the outputs that h (d,) has for targets: beta stays, and P
        learns that it was seen, so that later labels of other samples move these outputs less."""
        rls.times(h, self.P_, self._u)
        rls.hold(h, self.P_, self._u, weight)

    def bound(self) -> Bound:
        """The steps of one sample with this model's arrays bound to them."""
        P, beta, h, u, o = self.P_, self.beta_, self._h, self._u, self._o
        return Bound(
            partial(look, *self._layer, beta, P, h, u, o),
            partial(rls.learn, h, P, beta, u, o, self._forgetting, self.ceiling_),
            partial(rls.hold, h, P, u),
        )

    def boost(self, kappa: float) -> None:
        """Multiply P once: every later sample weighs kappa times more against all that was learnt
        before."""
        check_is_fitted(self, "beta_")
        if not (np.isfinite(kappa) and kappa > 0):
            raise ValueError(f"kappa must be a number above 0, got {kappa}")
        self.P_ *= kappa
        self.ceiling_: float = max(self.ceiling_, float(self.P_[self._diagonal].sum()))

    def add_class(self, label: Any) -> None:
        """One more output, the last, for a class that was never seen: a column of zeros, which is
        its ridge solution; P stays. ValueError on a label of another type than the classes."""
        check_is_fitted(self, "beta_")
        if label in self._labels:
            raise ValueError(f"{label!r} is one of the classes already")
        kind = self.classes_.dtype.kind
        given = np.asarray([label], dtype=object if kind == "O" else None)
        classes = np.append(self.classes_, given)
        alike = classes.dtype.kind == kind and (given.dtype.kind == "b") == (kind == "b")
        if given.shape != (1,) or not alike or classes[-1] != label:
            raise ValueError(
                f"{label!r} is of another type than the classes {self._labels}; the model is "
                "unchanged"
            )
        self.classes_ = classes
        self.beta_ = np.ascontiguousarray(np.hstack([self.beta_, np.zeros((len(self.beta_), 1))]))
        self._prepare()

    def outlook(self, x: ArrayLike) -> Outlook:
        """What one sample looks like, x (n,)."""
        x = self._row(x)
        seen = look(*self._layer, self.beta_, self.P_, self._h, self._u, self._o, x)
        if seen[0] < 0:
            raise _not_finite(x)
        return Outlook._make(seen)

    # Prediction -----------------------------------------------------------------------------------

    def hidden(self, X: Array) -> Array:
        """The features that beta weighs: X (samples, n) -> (samples, d), [x, 1, h] with direct
        links, else h."""
        return features(X, *self._layer)

    def outputs(self, X: ArrayLike) -> Array:
        """Raw outputs o = beta^T h: (samples, m)."""
        check_is_fitted(self, "beta_")
        X = np.asarray(validate_data(self, X, dtype=np.float64, reset=False))
        return np.asarray(self.hidden(X) @ self.beta_)

    def hidden_one(self, x: ArrayLike) -> Array:
        """The features of one sample, (n,) -> (d,); valid until the next call. ValueError on
        another shape, and on values that are not finite."""
        x = self._row(x)
        if not features_one(x, *self._layer, self._h):
            raise _not_finite(x)
        return self._h

    @property
    def outputs_now(self) -> Array:
        """The outputs (m,) of the sample that was looked at last."""
        return self._o

    def outputs_one(self, x: ArrayLike) -> Array:
        """Raw outputs of one sample, (n,) -> (m,); valid until the next call."""
        rls.outputs(self.hidden_one(x), self.beta_, self._o)
        return self._o

    def predict_one(self, x: ArrayLike) -> Any:
        """The class of one sample, (n,), fastest as float64, as a Python value: the fast path."""
        best = self.outputs_one(x).argmax()
        return self._labels[best]

    def decision_function(self, X: ArrayLike) -> Array:
        """Outputs, (samples, m); for two classes the second minus the first, (samples,)."""
        o = self.outputs(X)
        return o if o.shape[1] > 2 else np.asarray(o[:, 1] - o[:, 0])

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """The class of the highest output: (samples,)."""
        best = self.outputs(X).argmax(axis=1)
        return np.asarray(self.classes_[best])

    def predict_proba(self, X: ArrayLike) -> Array:
        """Softmax of the outputs over `temperature_`: (samples, m).

        `fit` sets the one temperature that makes the training samples most likely (C. Guo et al.,
        "On Calibration of Modern Neural Networks", ICML 2017, there on held-out data); with far
        more samples than features, as in initial training here, the two nearly agree. Sequential
        learning keeps it; a model that only ever saw partial_fit has temperature 1 and ranks
        classes, but is not calibrated.
        """
        o = self.outputs(X)
        return _softmax(o / self.temperature_)

    # State ----------------------------------------------------------------------------------------

    def state_bytes(self, value_bytes: int = 4, learns: bool = True) -> int:
        """Bytes that must be kept to predict: beta, h, o, x, and alpha where it is stored; to
        learn, P and u too."""
        check_is_fitted(self, "beta_")
        d, m = self.beta_.shape
        values = d * m + d + m + self.n_features_in_
        if self.settings_["alpha"] == "base":
            values += self.alpha_.size
        if learns:
            values += self.P_.size + d
        return int(value_bytes * values)

    def copy(self) -> Self:
        """An independent model with the same state, for instance a device's own copy."""
        check_is_fitted(self, "beta_")
        twin = self.__class__(**self.get_params())
        for name, value in vars(self).items():
            if name.endswith("_") and not name.startswith("_"):
                setattr(twin, name, value.copy() if name in ("P_", "beta_") else value)
        twin._prepare()
        return twin

    def restore(self, classes: NDArray[Any], alpha: Array, P: Array, beta: Array) -> None:
        """Take over a state that was kept elsewhere; ValueError where its shapes do not fit these
        settings."""
        self._check_parameters()
        self.settings_ = self.get_params(deep=False)
        if classes.ndim != 1 or len(classes) < 2 or len(np.unique(classes)) < len(classes):
            raise ValueError("classes must be at least two and different")
        n, nodes = alpha.shape
        d = nodes + (n + 1 if self.direct else 0)
        if (
            n < 1
            or nodes != self.n_hidden
            or beta.shape != (d, len(classes))
            or P.shape != (d * (d + 1) // 2,)
        ):
            raise ValueError(
                f"shapes do not fit: alpha {alpha.shape}, P {P.shape}, beta {beta.shape}"
            )
        if not rls.definite(P):
            raise ValueError("P is not positive definite")
        self.n_features_in_ = n
        self.classes_, self.alpha_, self.P_, self.beta_ = classes, alpha, P.copy(), beta.copy()
        self.temperature_, self.ceiling_ = 1.0, d / self.regularization
        self._prepare()

    def _row(self, x: ArrayLike) -> Array:
        """One sample as a float64 array of the right shape, itself where it is one, or
        ValueError."""
        plain = type(x) is np.ndarray and x.dtype is _FLOAT and x.strides == _ROW
        if plain and x.shape == self._inputs_shape:  # type: ignore[union-attr]
            return x  # type: ignore[return-value]
        check_is_fitted(self, "beta_")
        try:
            row = np.ascontiguousarray(x, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise ValueError(f"x must be {self.n_features_in_} numbers: {error}") from None
        if row.shape != self._inputs_shape:
            raise ValueError(f"x has shape {row.shape}, expected {self._inputs_shape}")
        return row

    def _check_parameters(self) -> None:
        types = {
            "n_hidden must be a whole number": not isinstance(self.n_hidden, Integral),
            "direct must be True or False": not isinstance(self.direct, bool | np.bool_),
            "hidden_scale, regularization and forgetting must be numbers": not all(
                isinstance(v, Real)
                for v in (self.hidden_scale, self.regularization, self.forgetting)
            ),
        }
        _refuse(types, self)
        ranges = {
            "n_hidden must be 0 or more": self.n_hidden < 0,
            "n_hidden=0 needs direct=True": self.n_hidden == 0 and not self.direct,
            f"alpha must be one of {input_weights.KINDS}": self.alpha
            not in list(input_weights.KINDS),
            f"activation must be one of {tuple(ACTIVATIONS)}": self.activation
            not in list(ACTIVATIONS),
            "hidden_scale must be above 0": not 0 < self.hidden_scale < np.inf,
            "regularization must be above 0": not 0 < self.regularization < np.inf,
            "forgetting must be in (0, 1]": not 0 < self.forgetting <= 1,
        }
        _refuse(ranges, self)

    def _start(self) -> None:
        """Draw the input weights; P and beta before any sample."""
        self.settings_ = self.get_params(deep=False)
        seed = self.random_state
        if isinstance(seed, np.random.RandomState):
            seed = int(seed.randint(2**31))
        self.alpha_ = input_weights.draw(
            self.alpha, self.n_features_in_, self.n_hidden, int(seed or 0)
        )
        d = self.n_hidden + (self.n_features_in_ + 1 if self.direct else 0)
        self.P_, self.beta_ = rls.prior(d, len(self.classes_), self.regularization)
        self.ceiling_ = d / self.regularization
        self._prepare()

    def _prepare(self) -> None:
        """Buffers and look-ups that follow from the state."""
        d, m = self.beta_.shape
        made = self.settings_
        gain = made["hidden_scale"] / np.sqrt(self.n_features_in_)
        self._layer = (self.alpha_, gain, ACTIVATIONS[made["activation"]], made["direct"])
        self._forgetting = made["forgetting"]
        self._inputs_shape = (self.n_features_in_,)
        self._labels = self.classes_.tolist()
        self._index = {label: k for k, label in enumerate(self._labels)}
        self._h, self._u, self._o = np.empty(d), np.empty(d), np.empty(m)
        self._diagonal = np.cumsum(np.arange(1, d + 1)) - 1

    def _class_index(self, label: Any) -> int:
        try:
            return self._index[label]
        except (KeyError, TypeError):
            raise ValueError(f"label {label!r} is none of the classes {self._labels}") from None

    def _learn(self, H: Array, Y: NDArray[np.intp], weight: Array) -> None:
        done = rls.steps(
            H, Y, weight, self._forgetting, self.ceiling_, self.P_, self.beta_, self._u, self._o
        )
        if done < len(H):
            raise ValueError(
                f"row {done} is too large to learn (largest feature {np.abs(H[done]).max():g}); "
                "rows before it were learnt. Scale the inputs to about -1..1 first"
            )


def _not_finite(x: Array) -> ValueError:
    return ValueError(
        f"x[{int(np.isfinite(x).argmin())}] is not finite: fill it, or leave the sample out"
    )


def _refuse(problems: dict[str, bool], model: OSELMClassifier) -> None:
    for problem, present in problems.items():
        if present:
            raise ValueError(f"{problem} (got {model.get_params()})")


def _arrays(validated: tuple[Any, Any]) -> tuple[Array, NDArray[Any]]:
    return np.asarray(validated[0]), np.asarray(validated[1])


def _softmax(o: Array) -> Array:
    e = np.exp(o - o.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))


def _temperature(o: Array, Y: NDArray[np.intp], weight: Array) -> float:
    """The temperature with the least weighted logarithmic loss."""
    margin = o - o[np.arange(len(o)), Y][:, None]

    def loss(log_temperature: float) -> float:
        z = margin / np.exp(log_temperature)
        peak = z.max(axis=1)
        return float(weight @ (peak + np.log(np.exp(z - peak[:, None]).sum(axis=1))))

    return float(
        np.exp(scipy.optimize.minimize_scalar(loss, bounds=(-5.0, 5.0), method="bounded").x)
    )
