"""How far the compact inputs in float32 may be from those in float64: a bound derived step by step.

Standard model of rounded arithmetic (N. Higham, "Accuracy and Stability of Numerical Algorithms",
2nd ed., ch. 2 to 4): every operation errs by at most u = 2**-24 of its result, a sum of n terms by
n u of the sum of magnitudes. Errors made inside a filter come out through the filter from there to
the output, so they are convolved with the magnitude of that impulse response. Terms in u**2 are
covered by SLACK. The bound follows the signal in time: what a filter lost during a run does not
count once it has died away.
"""

from collections.abc import Callable

import numpy as np
import scipy.signal
from numpy.typing import NDArray

from tinyodl.har import compact
from tinyodl.har.compact_names import NAMES
from tinyodl.har.windows import check_imu, window_starts

Array = NDArray[np.float64]

U = 2.0**-24
SLACK = 1.01
# Readings after which the slowest band's impulse response is below float64's resolution.
_RESPONSE = 4096


def float32_bound(imu: Array, rate: float = 50.0) -> Array:
    """Bound on |float32 - float64| of every compact input, windows every 64 readings: (windows,
    inputs)."""
    readings = check_imu(imu)
    work = compact.plan(NAMES, float(rate))
    channels = np.empty((len(readings), len(work.channels)))
    compact.signals(readings, compact.start(work, np.float64), work.steps, work.bands, channels)
    error = _channels(readings, channels, work)
    return SLACK * _inputs(channels, error, window_starts(len(readings), None), work)


def _channels(imu: Array, v: Array, work: compact.Plan) -> Array:
    """Error of every channel at every reading."""
    error = np.zeros_like(v)
    acc, gyro = imu[:, :3], imu[:, 3:]
    error[:, 0:3], error[:, 6:9] = U * abs(acc), U * abs(gyro)
    gravity = acc - v[:, 3:6]
    slow = _gravity_error(acc, error[:, 0:3], work.gravity_gain)
    error[:, 3:6] = error[:, 0:3] + slow + U * abs(v[:, 3:6])

    length = np.linalg.norm(gravity, axis=1, keepdims=True) + compact._NORM_FLOOR
    up = gravity / length
    up_error = slow / length + abs(up) * (
        np.linalg.norm(slow, axis=1, keepdims=True) / length + 7 * U
    )

    def along(x: Array, x_error: Array) -> tuple[Array, Array]:
        """Errors of the part along gravity and of the magnitude of the rest."""
        part = (x * up).sum(axis=1)
        part_error = (x_error * abs(up) + abs(x) * up_error + 4 * U * abs(x * up)).sum(axis=1)
        rest = x - part[:, None] * up
        rest_error = x_error + part_error[:, None] * abs(up) + abs(part[:, None]) * up_error
        rest_error += 2 * U * (abs(x) + abs(part[:, None] * up))
        return part_error, np.linalg.norm(rest_error, axis=1) + 4 * U * np.linalg.norm(rest, axis=1)

    error[:, 9] = (
        np.linalg.norm(error[:, 0:3], axis=1)
        + 4 * U * np.linalg.norm(acc, axis=1)
        + U * abs(v[:, 9])
    )
    error[:, 10] = np.linalg.norm(error[:, 6:9], axis=1) + 4 * U * v[:, 10]
    error[:, 11], error[:, 12] = along(v[:, 3:6], error[:, 3:6])
    error[:, 13], error[:, 14] = along(gyro, error[:, 6:9])

    k = len(compact.SIGNALS)
    for source in work.steps:
        error[1:, k] = error[1:, source] + error[:-1, source] + U * abs(v[1:, k])
        k += 1
    for source, coefficients in zip(work.bands, work.coefficients, strict=True):
        error[:, k] = _band_error(v[:, source], error[:, source], v[:, k], coefficients)
        k += 1
    return error


def _gravity_error(acc: Array, acc_error: Array, gain: float) -> Array:
    """Error of two poles y <- y + gain (x - y), one after the other."""
    x, x_error = acc, acc_error
    for _ in range(2):
        start = (1 - gain) * x[:1]
        y, _ = scipy.signal.lfilter([gain], [1, gain - 1], x, axis=0, zi=start)
        local = U * abs(y) + 3 * U * gain * (abs(x) + abs(np.vstack([x[:1], y[:-1]])))
        zi = (1 - gain) * x_error[:1]
        y_error, _ = scipy.signal.lfilter([1], [1, gain - 1], gain * x_error + local, axis=0, zi=zi)
        x, x_error = y, y_error
    return np.asarray(x_error)


def _band_error(x: Array, x_error: Array, y: Array, coefficients: Array) -> Array:
    """Error of one band-pass in transposed direct form II."""
    b0, a1, a2 = coefficients
    first = y - b0 * x  # the memory that was added to b0 x
    second = -b0 * x - a2 * y
    made = 2 * U * abs(b0 * x) + U * abs(y)
    in_first = 2 * U * abs(a1 * y) + U * abs(np.r_[first[1:], first[-1]])
    in_second = 2 * U * (abs(b0 * x) + abs(a2 * y)) + U * abs(second)
    made[1:] += in_first[:-1]
    made[2:] += in_second[:-2]
    made[:2] += 2 * U * abs(b0 * x[0]) + abs(b0) * x_error[0]  # the steady state that it starts in
    impulse = np.zeros(_RESPONSE)
    impulse[0] = 1
    inside = abs(scipy.signal.lfilter([1], [1, a1, a2], impulse))
    through = abs(scipy.signal.lfilter([b0, 0, -b0], [1, a1, a2], impulse))
    total = (
        scipy.signal.fftconvolve(made, inside)[: len(x)]
        + scipy.signal.fftconvolve(x_error, through)[: len(x)]
    )
    return np.asarray(np.maximum(total, 0) + 1e-15)


def _inputs(v: Array, error: Array, starts: NDArray[np.int64], work: compact.Plan) -> Array:
    """Errors of sums, then of the inputs made of them."""
    result = np.empty((len(starts), len(work.names)))
    reach = starts[:, None] + np.arange(work.window)
    grow = (work.window // 2 + 3) * U

    def total(values: Array, errors: Array) -> tuple[Array, Array]:
        """A mean over the window and its error; values and errors are (windows, readings)."""
        count = values.shape[1]
        return values.sum(axis=1) / count, (errors + grow * abs(values)).sum(axis=1) / count

    def mean(i: int) -> tuple[Array, Array]:
        return total(v[reach, i], error[reach, i])

    def energy(i: int, part: slice = slice(None)) -> tuple[Array, Array]:
        x, e = v[reach, i][:, part], error[reach, i][:, part]
        return total(x * x, 2 * abs(x) * e + e * e)

    def magnitude(i: int) -> tuple[Array, Array]:
        return total(abs(v[reach, i]), error[reach, i])

    def variance(i: int) -> tuple[Array, Array]:
        (e, e_error), (m, m_error) = energy(i), mean(i)
        wide = e_error + 2 * abs(m) * m_error + m_error**2 + 3 * U * (e + m * m)
        return np.maximum(e - m * m, 0), wide

    def log(x: Array, x_error: Array, floor: float) -> Array:
        """Error of log(x + floor), x never below 0."""
        high = np.log((x + x_error + floor) / (x + floor))
        low = np.log((x + floor) / (np.maximum(x - x_error, 0) + floor))
        return np.asarray(np.maximum(high, low) + 2 * U + 4 * U * abs(np.log(x + floor)))

    def half_logs(i: int) -> list[Array]:
        return [
            log(*energy(i, part), compact.ENERGY_FLOOR)
            for part in (slice(work.window // 2), slice(work.window // 2, None))
        ]

    def crest(i: int) -> Array:
        e, e_error = energy(i)
        root = np.sqrt(e)
        wide = (
            np.maximum(np.sqrt(e + e_error) - root, root - np.sqrt(np.maximum(e - e_error, 0)))
            + U * root
        )
        below = log(root, wide, compact.MAGNITUDE_FLOOR)
        return log(*magnitude(i), compact.MAGNITUDE_FLOOR) + below + 4 * U

    def spread(i: int) -> Array:
        x = v[reach, i]
        wide = 2 * error[reach, i].max(axis=1)
        return log(x.max(axis=1) - x.min(axis=1), wide, compact.RANGE_FLOOR)

    formulas: dict[str, Callable[[int], Array]] = {
        "mean": lambda i: mean(i)[1],
        "max": lambda i: np.asarray(error[reach, i].max(axis=1)),
        "min": lambda i: np.asarray(error[reach, i].max(axis=1)),
        "log_energy": lambda i: log(*energy(i), compact.ENERGY_FLOOR),
        "log_variance": lambda i: log(*variance(i), compact.ENERGY_FLOOR),
        "log_magnitude": lambda i: log(*magnitude(i), compact.MAGNITUDE_FLOOR),
        "log_range": spread,
        "log_calmer_half": lambda i: np.maximum(*half_logs(i)),
        "log_change": lambda i: half_logs(i)[0] + half_logs(i)[1] + 40 * U,
        "crest": crest,
    }
    for k, name in enumerate(work.names):
        kind, _, rest = name.partition(".")
        if kind == "up":
            result[:, k] = _direction_error(
                name, *zip(*(mean(axis) for axis in range(3)), strict=True)
            )
        elif kind == "corr":
            i, j = (work.channels.index(part) for part in rest.split("."))
            xi, xj, ei, ej = v[reach, i], v[reach, j], error[reach, i], error[reach, j]
            product = total(xi * xj, abs(xi) * ej + abs(xj) * ei + ei * ej)
            result[:, k] = _correlation_error(product, mean(i), mean(j), variance(i), variance(j))
        else:
            source, statistic = name.rsplit(".", 1)
            result[:, k] = formulas[statistic](work.channels.index(source))
    return result


def _direction_error(name: str, mean: tuple[Array, ...], mean_error: tuple[Array, ...]) -> Array:
    """Error of products and powers of the unit vector of the mean acceleration."""
    m, e = np.array(mean), np.array(mean_error)
    length = np.linalg.norm(m, axis=0) + compact._NORM_FLOOR
    shift = np.linalg.norm(e, axis=0)
    if name == "up.norm":
        return np.asarray(shift + 6 * U * length)
    unit = abs(m) / length
    unit_error = e / length + unit * (shift / length + 6 * U)
    axes = compact._DIRECTION[name]
    powers = (*axes, *axes) if "|" in name else axes * 3 if len(axes) == 1 else axes
    high = np.prod([unit[axis] + unit_error[axis] for axis in powers], axis=0)
    return np.asarray(high - np.prod([unit[axis] for axis in powers], axis=0) + 3 * U)


def _correlation_error(
    product: tuple[Array, Array],
    first: tuple[Array, Array],
    second: tuple[Array, Array],
    first_variance: tuple[Array, Array],
    second_variance: tuple[Array, Array],
) -> Array:
    (p, p_error), (m, m_error), (n, n_error) = product, first, second
    (a, a_error), (b, b_error) = first_variance, second_variance
    top = p - m * n
    top_error = (
        p_error
        + abs(m) * n_error
        + abs(n) * m_error
        + m_error * n_error
        + 3 * U * (abs(p) + abs(m * n))
    )
    floor = compact.PRODUCT_FLOOR
    low = np.sqrt(np.maximum(a - a_error, 0) * np.maximum(b - b_error, 0) + floor)
    high = np.sqrt((a + a_error) * (b + b_error) + floor)
    now = top / np.sqrt(a * b + floor)
    ends = [(top + sign * top_error) / bottom for sign in (-1, 1) for bottom in (low, high)]
    return np.asarray(np.max([abs(end - now) for end in ends], axis=0) + 6 * U * (1 + abs(now)))
