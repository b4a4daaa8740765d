"""A model as a device has it: inputs, scaling and learner together, in one file.

>>> import numpy as np
>>> from tinyodl.har import RangeScaler
>>> X, y = np.random.default_rng(0).normal(size=(50, 3)), np.arange(50) % 2
>>> scaler = RangeScaler().fit(X)
>>> learner = OSELMClassifier(16).fit(scaler.transform(X), y)
>>> model = Model(learner, scaler, ("a", "b", "c"))
>>> bool((loads(dumps(model)).predict(X) == model.predict(X)).all())
True
"""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinyodl.align import Template
from tinyodl.align.moments import VECTORS
from tinyodl.align.template import BLOCKS
from tinyodl.bouts import Bouts
from tinyodl.drift import Calibration
from tinyodl.files import write_bytes
from tinyodl.har import WINDOW, RangeScaler, check_window
from tinyodl.learn import OSELMClassifier
from tinyodl.learn.store import ModelFileError, pack, unpack

__all__ = [
    "Model",
    "ModelFileError",
    "dumps",
    "load",
    "loads",
    "save",
    "scaling_bytes",
    "state_bytes",
]

_KIND = "model"
_ARRAYS = ("alpha", "P", "beta", "middle", "gain", "bout_weights")
_SETTINGS = (
    *("learner", "scaler", "names", "window", "capacity", "leverage", "accuracy", "aligning"),
    *("classes", "class_type", "temperature", "ceiling", "bout_tau", "bout_wrong"),
)
_CLASS_TYPES = {"b": "bool", "i": "int64", "u": "int64", "f": "float64", "U": "str"}


class Model(NamedTuple):
    """learner: fitted on scaled inputs; scaler: learnt from the same people; names: of the inputs,
    in order; window: readings that an input is computed over; calibration: for drift detection,
    None without; capacity: activities that a device has room for (0: those of the learner);
    leverage: the mean h^T P h of what it was trained for, and accuracy: the share that such a model
    gets right on people left out (0: not known); bouts: how they are told, None where they cannot
    be; alignment: how the sensor sits on them, None where readings are taken as they come, and in
    aligning what to say of it."""

    learner: OSELMClassifier
    scaler: RangeScaler
    names: tuple[str, ...]
    window: int = WINDOW
    calibration: Calibration | None = None
    capacity: int = 0
    leverage: float = 0.0
    accuracy: float = 0.0
    bouts: Bouts | None = None
    alignment: Template | None = None
    aligning: str = "off: the model was written without"

    def predict(self, X: Any) -> NDArray[Any]:
        """Classes of unscaled inputs X (samples, n): an array in the order of `names`, or a pandas
        or polars frame that has columns of these names, in any order and among others."""
        return self.learner.predict(self.scaler.transform(self._inputs(X)))

    def _inputs(self, X: Any) -> Any:
        """A frame's columns in order; anything else as it is."""
        if not hasattr(X, "columns"):
            return X
        if missing := [name for name in self.names if name not in X.columns]:
            raise ValueError(
                f"the frame has no column {missing[0]!r} ({len(missing)} of {len(self.names)} are "
                "missing): name its columns as har.names() does"
            )
        frame = X[list(self.names)]
        return frame if hasattr(self.scaler, "feature_names_in_") else np.asarray(frame)

    def state_bytes(self) -> int:
        """Bytes kept to predict and to learn."""
        return state_bytes(self.learner)


def state_bytes(learner: OSELMClassifier, learns: bool = True) -> int:
    """Bytes kept to predict, and to learn, in float32: the learner's, and those of the scaling of
    its inputs."""
    return learner.state_bytes(learns=learns) + scaling_bytes(learner.n_features_in_)


def scaling_bytes(inputs: int, value_bytes: int = 4) -> int:
    """Bytes of the scaling that travels with the model: a middle and a gain per input."""
    return 2 * inputs * value_bytes


def save(model: Model, path: str | Path) -> None:
    """Write a model to a file, whole or not at all."""
    write_bytes(Path(path), dumps(model))


def load(path: str | Path) -> Model:
    """Read a model; ModelFileError where the file is damaged, too new, or not what it says it
    is."""
    try:
        return loads(Path(path).read_bytes())
    except ModelFileError as error:
        raise ModelFileError(f"{path}: {error}") from None


def dumps(model: Model) -> bytes:
    """The bytes of a model's file."""
    learner, scaler, calibration = model.learner, model.scaler, model.calibration
    classes = learner.classes_
    if classes.dtype.kind not in _CLASS_TYPES:
        raise TypeError(f"classes of type {classes.dtype} cannot be saved: use text or numbers")
    settings = {
        "learner": {k: v for k, v in learner.settings_.items() if k != "random_state"},
        "scaler": scaler.get_params(),
        "names": list(model.names),
        "window": model.window,
        "capacity": model.capacity,
        "leverage": model.leverage,
        "accuracy": model.accuracy,
        "aligning": model.aligning,
        "classes": classes.tolist(),
        "class_type": _CLASS_TYPES[classes.dtype.kind],
        "temperature": learner.temperature_,
        "ceiling": learner.ceiling_,
    }
    arrays = {
        "alpha": learner.alpha_,
        "P": learner.P_,
        "beta": learner.beta_,
        "middle": scaler.middle_,
        "gain": scaler.gain_,
    }
    if calibration is not None:
        arrays |= {
            f"drift_{name}": np.asarray(value, float)
            for name, value in calibration._asdict().items()
        }
    if model.bouts is not None:
        arrays["bout_weights"] = model.bouts.weights
        settings |= {"bout_tau": model.bouts.tau, "bout_wrong": model.bouts.wrong}
    if model.alignment is not None:
        arrays |= {
            f"align_{name}": np.asarray(value, float)
            for name, value in model.alignment._asdict().items()
        }
    return pack(_KIND, settings, arrays)


def loads(data: bytes) -> Model:
    """The inverse of `dumps`."""
    settings, arrays = unpack(data, _KIND)
    try:
        return _build(settings, arrays)
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        raise ModelFileError(
            f"the file's contents do not fit together ({error}): train the model again"
        ) from None


def _build(settings: dict[str, Any], arrays: dict[str, NDArray[np.float64]]) -> Model:
    _known(settings, arrays)
    learner = OSELMClassifier(**settings["learner"])
    if settings["class_type"] not in _CLASS_TYPES.values() or not isinstance(
        settings["classes"], list
    ):
        raise ValueError("classes are no list of text or numbers")
    classes = np.array(settings["classes"], dtype=settings["class_type"])
    learner.restore(classes, arrays["alpha"], arrays["P"], arrays["beta"])
    learner.temperature_ = _positive(settings["temperature"])
    learner.ceiling_ = _positive(settings["ceiling"])
    n = learner.n_features_in_
    scaler = _scaler(settings["scaler"], arrays["middle"], arrays["gain"], n)
    names = settings["names"]
    if not (isinstance(names, list) and all(isinstance(name, str) for name in names)):
        raise ValueError("names are no list of text")
    if len(names) != n or len(set(names)) != n:
        raise ValueError(f"names must be {n} and different")
    window, capacity = settings["window"], settings["capacity"]
    if type(window) is not int or type(capacity) is not int:
        raise ValueError("window and capacity are no whole numbers")
    if capacity and capacity < len(classes):
        raise ValueError(f"a capacity of {capacity} is below its {len(classes)} activities")
    calibration = _calibration(arrays, len(classes), n) if "drift_centroids" in arrays else None
    leverage, accuracy = (float(settings.get(name, 0.0)) for name in ("leverage", "accuracy"))
    if not (0 <= leverage < np.inf and 0 <= accuracy <= 1):
        raise ValueError("leverage and accuracy are out of range")
    return Model(
        learner,
        scaler,
        tuple(names),
        check_window(window),
        calibration,
        capacity,
        leverage,
        accuracy,
        _bouts(settings, arrays["bout_weights"], n) if "bout_weights" in arrays else None,
        _alignment(arrays) if "align_gravity" in arrays else None,
        str(settings.get("aligning", Model._field_defaults["aligning"])),
    )


def _known(settings: dict[str, Any], arrays: dict[str, NDArray[np.float64]]) -> None:
    """ValueError where the file has what this version knows nothing of."""
    known = {*_ARRAYS, *(f"drift_{name}" for name in Calibration._fields)}
    known |= {f"align_{name}" for name in Template._fields}
    unknown = [*sorted(set(arrays) - known), *sorted(set(settings) - set(_SETTINGS))]
    if unknown:
        raise ValueError(f"nothing here is called {unknown[0]!r}")


def _scaler(
    settings: dict[str, Any], middle: NDArray[np.float64], gain: NDArray[np.float64], n: int
) -> RangeScaler:
    scaler = RangeScaler(**{k: float(v) for k, v in settings.items()})
    scaler.check()
    if not middle.shape == gain.shape == (n,) or (gain < 0).any():
        raise ValueError("scaling and learner differ in their inputs")
    scaler.middle_, scaler.gain_, scaler.n_features_in_ = middle, gain, n
    return scaler


def _alignment(arrays: dict[str, NDArray[np.float64]]) -> Template:
    found = Template(*(arrays[f"align_{name}"] for name in Template._fields))  # type: ignore[arg-type]
    shapes = {"gravity": (3,), "heading": (VECTORS - 1, 3), "block": (), "turned": (2, 3, 3)}
    shapes |= {"remounted": (2, 3, 3), "median": (), "reached": ()}
    fits = all(arrays[f"align_{name}"].shape == shape for name, shape in shapes.items())
    tests = np.concatenate([found.turned, found.remounted]) if fits else np.zeros((1, 3, 3))
    if not (
        fits
        and abs(np.linalg.norm(found.gravity) - 1) < 1e-6
        and 1 <= found.block <= max(BLOCKS)
        and 0 <= found.median <= found.reached <= 180
        and np.allclose(tests, tests.swapaxes(1, 2), rtol=1e-6)
        and (np.linalg.eigvalsh(tests) >= 0).all()
    ):
        raise ValueError("the alignment does not fit together")
    return found._replace(
        block=int(found.block), median=float(found.median), reached=float(found.reached)
    )


def _bouts(settings: dict[str, Any], weights: NDArray[np.float64], n: int) -> Bouts:
    wrong = float(settings["bout_wrong"])
    if weights.shape != (n,) or not (weights > 0).all() or not 0 <= wrong <= 1:
        raise ValueError("what tells bouts does not fit the learner")
    return Bouts(weights, _positive(settings["bout_tau"]), wrong)


def _calibration(arrays: dict[str, NDArray[np.float64]], m: int, n: int) -> Calibration:
    found = Calibration(*(arrays[f"drift_{name}"] for name in Calibration._fields))  # type: ignore[arg-type]
    known = len(np.atleast_1d(found.score_mean))  # activities named on the device came later
    if known > m:
        raise ValueError("the drift calibration knows more activities than the learner")
    m = known
    shapes = {
        "score_mean": (m,),
        "score_deviation": (m,),
        "centroids": (m, n),
        "spread": (m,),
        "confidence": (),
    }
    fits = all(arrays[f"drift_{name}"].shape == shape for name, shape in shapes.items())
    if not fits or (found.score_deviation <= 0).any() or (found.spread < 0).any():
        raise ValueError("the drift calibration does not fit the learner")
    return found._replace(confidence=float(found.confidence))


def _positive(value: Any) -> float:
    number = float(value)
    if not 0 < number < np.inf:
        raise ValueError(f"{number} is not above 0")
    return number
