"""The 561 features of the UCI HAR and HAPT sets, rebuilt from the raw readings.

Source of the definitions: D. Anguita et al., "A Public Domain Dataset for Human Activity
Recognition Using Smartphones", ESANN 2013, and features_info.txt of both sets. What those leave
open was found by comparing with official rows (docs/inputs.md): with it every one of the 561
correlates with the official values to 0.999 and above. The official values are scaled to [-1, 1];
these are not: `RangeScaler(0, 100)` does that.
"""

from functools import cache

import numpy as np
import scipy.signal
from numpy.typing import NDArray

from tinyodl.har.windows import WINDOW

Array = NDArray[np.float64]

_TRIAXIAL = ("tBodyAcc", "tGravityAcc", "tBodyAccJerk", "tBodyGyro", "tBodyGyroJerk")
_MAGNITUDES = (
    "tBodyAccMag",
    "tGravityAccMag",
    "tBodyAccJerkMag",
    "tBodyGyroMag",
    "tBodyGyroJerkMag",
)
_SPECTRAL = ("fBodyAcc", "fBodyAccJerk", "fBodyGyro")
_SPECTRAL_MAGNITUDES = ("fBodyAccMag", "fBodyAccJerkMag", "fBodyGyroMag", "fBodyGyroJerkMag")
_ANGLES = (
    *(
        f"{name}-AngleWRTGravity-1"
        for name in ("tBodyAcc", "tBodyAccJerk", "tBodyGyro", "tBodyGyroJerk")
    ),
    *(f"t{axis}AxisAcc-AngleWRTGravity-1" for axis in "XYZ"),
)

# Spectral bands of the official set, in FFT bins from 1, both ends included.
_BANDS = (
    *((low, low + 7) for low in range(1, 64, 8)),
    *((low, low + 15) for low in range(1, 64, 16)),
    (1, 24),
    (25, 48),
)
_AR_ORDER = 4
DELAY = 1  # readings by which the filtered signals come late
LATE = 2  # readings after a window's last until its features are known


@cache
def names() -> tuple[str, ...]:
    """The 561 official names, made unique: a name that the official list repeats gets its axis (1,
    2, 3)."""

    def numbered(signal: str, parts: tuple[tuple[str, int], ...]) -> list[str]:
        return [f"{signal}-{part}-{i}" for part, count in parts for i in range(1, count + 1)]

    moments = ("Mean", "STD", "Mad", "Max", "Min")
    three = tuple((part, 3) for part in moments)
    one = tuple((part, 1) for part in moments)
    tail3 = (("SMA", 1), ("Energy", 3), ("IQR", 3), ("ropy", 3))
    tail1 = (("SMA", 1), ("Energy", 1), ("IQR", 1), ("ropy", 1))
    result: list[str] = []
    for signal in _TRIAXIAL:
        result += numbered(signal, (*three, *tail3, ("ARCoeff", 12), ("Correlation", 3)))
    for signal in _MAGNITUDES:
        result += numbered(signal, (*one, *tail1, ("ARCoeff", 4)))
    for signal in _SPECTRAL:
        result += numbered(signal, (*three, *tail3, ("MaxInds", 3), ("MeanFreq", 3)))
        result += [
            f"{signal}-{part}-{axis}" for axis in (1, 2, 3) for part in ("Skewness", "Kurtosis")
        ]
        result += numbered(signal, (("BandsEnergyOld", 42),))
    for signal in _SPECTRAL_MAGNITUDES:
        shape = (("MaxInds", 1), ("MeanFreq", 1), ("Skewness", 1), ("Kurtosis", 1))
        result += numbered(signal, (*one, *tail1, *shape))
    return (*result, *_ANGLES)


class Filters:
    """The official filters, run forwards once, started at rest; keeps its state from call to call.

    `__call__`: (readings, 6) acc in g and gyro in rad/s -> (readings, 9): body acc, gravity and
    body gyro, three axes each, DELAY readings late. A centred median of 3 (hence the delay), a
    Butterworth low-pass of order 10 at 20 Hz, then what is slow is split off: gravity below 0.3 Hz
    (order 3), the gyro's drift below 0.1 Hz (order 2).
    """

    def __init__(self, rate: float) -> None:
        if rate <= 40:
            raise ValueError(
                f"uci561 filters at 20 Hz and needs over 40 readings a second, got {rate:g}"
            )

        def design(order: int, cutoff: float, axes: int) -> tuple[Array, Array]:
            sections = scipy.signal.butter(order, cutoff, fs=rate, output="sos")
            return sections, np.zeros((len(sections), 2, axes))

        self._noise, self._noise_state = design(10, 20.0, 6)
        self._gravity, self._gravity_state = design(3, 0.3, 3)
        self._drift, self._drift_state = design(2, 0.1, 3)
        self._last_two = np.zeros((2, 6))

    def __call__(self, imu: Array) -> Array:
        padded = np.vstack([self._last_two, imu])
        a, b, c = padded[2:], padded[1:-1], padded[:-2]
        median = np.maximum(np.minimum(a, b), np.minimum(np.maximum(a, b), c))
        self._last_two = padded[-2:].copy()
        sosfilt = scipy.signal.sosfilt
        clean, self._noise_state = sosfilt(self._noise, median, axis=0, zi=self._noise_state)
        acc, gyro = clean[:, :3], clean[:, 3:]
        gravity, self._gravity_state = sosfilt(self._gravity, acc, axis=0, zi=self._gravity_state)
        drift, self._drift_state = sosfilt(self._drift, gyro, axis=0, zi=self._drift_state)
        return np.hstack([acc - gravity, gravity, gyro - drift])


def extract(imu: Array, starts: NDArray[np.int64], rate: float) -> Array:
    """All windows of one recording: imu (readings, 6), starts (windows,) -> (windows, 561).

    A window takes LATE readings beyond its last: one for the median, one for the jerk. At the
    recording's end the last reading stands for them.
    """
    signals = Filters(rate)(np.vstack([imu, np.repeat(imu[-1:], LATE, axis=0)]))[DELAY:]
    return window_features(signals[starts[:, None] + np.arange(WINDOW + 1)])


def window_features(windows: Array) -> Array:
    """(windows, 129, 9) filtered signals -> (windows, 561) features, in the official order.

    Jerk is the difference to the next reading, not divided by time: that is what the 129th is for.
    """
    axes = np.moveaxis(windows, 2, 1).reshape(len(windows), 3, 3, WINDOW + 1)
    jerk = np.diff(axes[:, [0, 2]], axis=3)
    body, gravity, gyro = np.moveaxis(axes[..., :WINDOW], 1, 0)
    # (windows, 5, 3, 128)
    triaxial = np.stack([body, gravity, jerk[:, 0], gyro, jerk[:, 1]], axis=1)
    magnitude = np.sqrt((triaxial**2).sum(axis=2))  # (windows, 5, 128)
    magnitude[:, 1] = magnitude[:, 0]  # the official tGravityAccMag repeats tBodyAccMag
    parts = [
        _join(_moments(triaxial), _autoregression(triaxial), _correlations(triaxial)),
        _join(_moments(magnitude[:, :, None]), _autoregression(magnitude[:, :, None])),
    ]
    spectra = _spectrum(triaxial[:, [0, 2, 3]])
    parts.append(_join(_moments(spectra), _spectral_shape(spectra), _bands(spectra)))
    spectra = _spectrum(magnitude[:, [0, 2, 3, 4], None])
    parts.append(_join(_moments(spectra), _spectral_shape(spectra)))
    parts.append(_angles(triaxial.mean(axis=3)))
    return np.hstack(parts)


def _join(*parts: Array) -> Array:
    """Features of each signal side by side, one signal after another: (windows, signals *
    features)."""
    joined = np.concatenate(parts, axis=2)
    return joined.reshape(len(joined), joined.shape[1] * joined.shape[2])


def _moments(v: Array) -> Array:
    """(windows, signals, axes, samples) -> mean, std, mean absolute deviation, max, min, SMA,
    energy, IQR, entropy."""
    mean = v.mean(axis=3)
    deviation = v - mean[..., None]
    ordered = np.sort(v, axis=3)
    return np.concatenate(
        [
            mean,
            np.sqrt((deviation**2).mean(axis=3)),
            np.abs(deviation).mean(axis=3),
            ordered[..., -1],
            ordered[..., 0],
            np.abs(v).mean(axis=3).sum(axis=2, keepdims=True),
            (v * v).mean(axis=3),
            _quantile(ordered, 0.75) - _quantile(ordered, 0.25),
            _entropy(ordered),
        ],
        axis=2,
    )


def _entropy(ordered: Array) -> Array:
    """Entropy of the samples as an 8-bit grey image sees them, in bits ("ropy"): clipped to 0..1,
    256 levels.

    That is what MATLAB's `entropy` does with floating-point data. The samples are sorted, so that
    equal levels are runs; with runs of lengths c among n samples the entropy is log2(n) -
    sum(c log2(c)) / n.
    """
    samples = ordered.shape[-1]
    levels = np.floor(np.clip(ordered, 0.0, 1.0) * 255 + 0.5).astype(np.uint8).reshape(-1, samples)
    starts = np.ones(levels.shape, bool)
    starts[:, 1:] = levels[:, 1:] != levels[:, :-1]
    first = np.flatnonzero(starts)
    length = np.diff(np.r_[first, levels.size])
    total = np.bincount(first // samples, weights=length * np.log2(length), minlength=len(levels))
    return np.asarray(np.log2(samples) - total / samples).reshape(ordered.shape[:-1])


def _quantile(ordered: Array, q: float) -> Array:
    """Hazen's quantile (sample i of n stands for (i + 1/2) / n) along the last, sorted axis."""
    position = q * ordered.shape[-1] - 0.5
    below = int(position)
    return np.asarray(
        ordered[..., below] + (position - below) * (ordered[..., below + 1] - ordered[..., below])
    )


def _autoregression(v: Array) -> Array:
    """Burg's coefficients of order 4 for each axis: (windows, signals, 4 * axes)."""
    forward, backward = v[..., 1:], v[..., :-1]
    coefficients = np.zeros((*v.shape[:3], 0))
    for _ in range(_AR_ORDER):
        power = (forward**2).sum(axis=-1) + (backward**2).sum(axis=-1)
        k = -2 * (forward * backward).sum(axis=-1) / np.maximum(power, np.finfo(float).tiny)
        coefficients = np.concatenate(
            [coefficients + k[..., None] * coefficients[..., ::-1], k[..., None]], axis=-1
        )
        forward, backward = (
            (forward + k[..., None] * backward)[..., 1:],
            (backward + k[..., None] * forward)[..., :-1],
        )
    return np.asarray(coefficients.reshape(*v.shape[:2], _AR_ORDER * v.shape[2]))


def _correlations(v: Array) -> Array:
    deviation = v - v.mean(axis=3, keepdims=True)
    scale = np.sqrt((deviation**2).sum(axis=3))
    pairs = ((0, 1), (0, 2), (1, 2))
    return np.stack(
        [
            (deviation[:, :, i] * deviation[:, :, j]).sum(axis=2)
            / np.maximum(scale[:, :, i] * scale[:, :, j], np.finfo(float).tiny)
            for i, j in pairs
        ],
        axis=2,
    )


def _spectrum(v: Array) -> Array:
    """Amplitudes of FFT bins 1 to 64."""
    return np.asarray(np.abs(np.fft.rfft(v, axis=3))[..., 1:] * (2 / WINDOW))


def _spectral_shape(f: Array) -> Array:
    """Index of the largest bin, mean frequency, then skewness and kurtosis axis by axis."""
    bins = np.arange(1, f.shape[3] + 1)
    total = np.maximum(f.sum(axis=3), np.finfo(float).tiny)
    deviation = f - f.mean(axis=3, keepdims=True)
    spread = np.maximum(f.std(axis=3), 1e-12)
    square = deviation * deviation
    skewness = (square * deviation).mean(axis=3) / spread**3
    kurtosis = (square * square).mean(axis=3) / spread**4
    shape = np.stack([skewness, kurtosis], axis=3).reshape(*f.shape[:2], 2 * f.shape[2])
    return np.concatenate(
        [f.argmax(axis=3).astype(float), (f * bins).sum(axis=3) / total, shape], axis=2
    )


def _bands(f: Array) -> Array:
    energy = np.concatenate([np.zeros((*f.shape[:3], 1)), np.cumsum(f**2, axis=3)], axis=3)
    low, high = np.transpose(_BANDS)
    bands = energy[..., high] - energy[..., low - 1]
    return np.asarray(bands.reshape(*f.shape[:2], len(_BANDS) * f.shape[2]))


def _angles(mean: Array) -> Array:
    """Angles between mean vectors and gravity; mean is (windows, 5 signals, 3)."""
    down = np.linalg.norm(mean[:, 1], axis=1, keepdims=True)  # 0: everything is at right angles
    gravity = mean[:, 1] / np.maximum(down, np.finfo(float).tiny)
    others = mean[:, [0, 2, 3, 4]]
    length = np.maximum(np.linalg.norm(others, axis=2), np.finfo(float).tiny)
    cosines = np.hstack([(others * gravity[:, None]).sum(axis=2) / length, gravity])
    return np.asarray(np.arccos(np.clip(cosines, -1.0, 1.0)))
