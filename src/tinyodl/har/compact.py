"""The compact inputs: at most 64 numbers a window, cheap enough for a microcontroller.

Per reading: a two-pole estimate of gravity, the body acceleration that is left, what of it is
vertical and horizontal, the same for rotation, differences and first-order octave bands. No
transcendental function, a few square roots and one division. Per half window: sums, sums of
squares, of magnitudes and of products, maxima and minima. Per window: the two halves joined, and
one logarithm for an energy. All filters are causal and start in the steady state of the first
reading. docs/inputs.md lists the formulas; `studies/choose_inputs.py` chose which of the candidates
are used.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import scipy.signal
from numba import njit
from numpy.typing import NDArray

from tinyodl.har.compact_names import NAMES
from tinyodl.har.windows import WINDOW, check_window

# Signals computed at every reading, in this order.
SIGNALS = (
    *(f"acc_{axis}" for axis in "xyz"),  # g
    *(f"body_{axis}" for axis in "xyz"),  # acceleration without gravity, g
    *(f"gyro_{axis}" for axis in "xyz"),  # rad/s
    "acc_norm",  # |acceleration| - 1 g
    "gyro_norm",
    "vertical",  # body acceleration along gravity
    "horizontal",  # magnitude of the rest of it
    "turn",  # rotation about the vertical
    "tilt",  # magnitude of the rest of it
)
GRAVITY_HZ = 0.3
BANDS_HZ = ((0.5, 1.0), (1.0, 2.0), (2.0, 4.0), (4.0, 8.0), (8.0, 16.0))

# Floors below which an energy (or magnitude, or product of variances) counts as rest: near the
# resolution of a 12-bit sensor, so that a quieter sensor does not give wilder logarithms.
ENERGY_FLOOR = 1e-7
MAGNITUDE_FLOOR = 3e-4
PRODUCT_FLOOR = 1e-7
RANGE_FLOOR = 1e-3
_NORM_FLOOR = 1e-6  # g, keeps the vertical defined in free fall

SUM, SQUARE, MAGNITUDE, PRODUCT, MAXIMUM, MINIMUM = range(6)
_STATISTICS = {
    "mean": (SUM,),
    "max": (MAXIMUM,),
    "min": (MINIMUM,),
    "log_energy": (SQUARE,),
    "log_variance": (SUM, SQUARE),
    "log_magnitude": (MAGNITUDE,),
    "log_range": (MAXIMUM, MINIMUM),
    "log_calmer_half": (SQUARE,),  # energy of the half with less of it
    "log_change": (SQUARE,),  # distance of the two halves' log energies
    "crest": (MAGNITUDE, SQUARE),  # log of mean magnitude over root mean square
}
_DIRECTION = {
    **{
        f"up.{a}{b}": ("xyz".index(a), "xyz".index(b))
        for a, b in ("xx", "xy", "xz", "yy", "yz", "zz")
    },
    **{f"up.{a}|{a}|": ("xyz".index(a),) for a in "xyz"},
    **{f"up.{a}^3": ("xyz".index(a),) for a in "xyz"},
}


def band_name(band: tuple[float, float]) -> str:
    """The band as names spell it, in Hz."""
    return f"{band[0]:g}-{band[1]:g}Hz"


def needs_gyroscope(name: str) -> bool:
    """Whether an input is made of rotation."""
    return any(
        part in ("gyro_x", "gyro_y", "gyro_z", "gyro_norm", "turn", "tilt")
        for part in name.split(".")
    )


@cache
def candidates() -> tuple[str, ...]:
    """Every input that could be chosen."""
    plain = [s for s in SIGNALS if not s.startswith("acc_") or s == "acc_norm"]
    sources = [*plain, *(f"{s}.step" for s in plain)]
    result = [*_DIRECTION, "up.norm", *(f"acc_{axis}.mean" for axis in "xyz")]
    result += [f"{source}.{statistic}" for source in sources for statistic in _STATISTICS]
    result += [f"{s}.{band_name(band)}.log_energy" for s in plain for band in BANDS_HZ]
    result += [f"corr.{a}.{b}" for i, a in enumerate(plain) for b in plain[i + 1 :]]
    return tuple(result)


class Plan(NamedTuple):
    """What to compute for a list of inputs; built by `plan`."""

    names: tuple[str, ...]
    gravity_gain: float
    steps: NDArray[np.int64]  # sources of the differences
    bands: NDArray[np.int64]  # sources of the bands
    # (bands, 3): b0, a1, a2 of b0 (1 - z^-2) / (1 + a1 z^-1 + a2 z^-2)
    coefficients: NDArray[np.float64]
    channels: tuple[str, ...]  # signals, then differences, then bands
    accumulators: NDArray[np.int64]  # (accumulators, 3): operation, channel, other channel
    column: dict[tuple[int, int, int], int]  # the same, to its index
    window: int  # readings


@cache
def plan(names: tuple[str, ...] = NAMES, rate: float = 50.0, window: int = WINDOW) -> Plan:
    """The work that these inputs need at this rate (readings a second) in windows of so many
    readings.

    ValueError on an unknown name, a rate too low for the bands, or a window that is not two halves.
    """
    check_window(window)
    unknown = [name for name in names if name not in set(candidates())]
    if unknown:
        raise ValueError(
            f"no compact input is called {unknown[0]!r}: see tinyodl.har.compact.candidates()"
        )
    if rate <= 2 * BANDS_HZ[-1][1]:
        raise ValueError(
            f"the compact inputs need over {2 * BANDS_HZ[-1][1]:g} readings a second, got {rate:g}"
        )
    sources = [name.rsplit(".", 1)[0] for name in names if name.rsplit(".", 1)[1] in _STATISTICS]
    stepped = sorted({s.split(".")[0] for s in sources if s.endswith(".step")}, key=SIGNALS.index)
    banded = sorted(
        {s for s in sources if s.endswith("Hz")}, key=lambda s: (SIGNALS.index(s.split(".")[0]), s)
    )
    channels = (*SIGNALS, *(f"{s}.step" for s in stepped), *banded)
    by_name = {band_name(band): band for band in BANDS_HZ}
    coefficients = np.zeros((len(banded), 3))
    for row, source in zip(coefficients, banded, strict=True):
        b, a = scipy.signal.butter(1, by_name[source.split(".", 1)[1]], "bandpass", fs=rate)
        row[:] = b[0], a[1], a[2]
    column: dict[tuple[int, int, int], int] = {}
    for name in names:
        for key in _accumulators(name, channels):
            column.setdefault(key, len(column))
    return Plan(
        names,
        float(1 - np.exp(-2 * np.pi * GRAVITY_HZ / rate)),
        np.array([SIGNALS.index(s) for s in stepped], np.int64),
        np.array([SIGNALS.index(s.split(".")[0]) for s in banded], np.int64),
        coefficients,
        channels,
        np.array(list(column), np.int64).reshape(-1, 3),
        column,
        window,
    )


def _accumulators(name: str, channels: tuple[str, ...]) -> list[tuple[int, int, int]]:
    """The (operation, channel, other channel) that an input is made of."""
    if name.startswith("up."):
        return [(SUM, axis, axis) for axis in range(3)]
    if name.startswith("corr."):
        i, j = (channels.index(part) for part in name.split(".")[1:])
        return [(PRODUCT, i, j), *((op, k, k) for k in (i, j) for op in (SUM, SQUARE))]
    source, statistic = name.rsplit(".", 1)
    return [(op, channels.index(source), channels.index(source)) for op in _STATISTICS[statistic]]


class State(NamedTuple):
    """The filters' state; every array is of the type that the arithmetic is done in."""

    gravity: NDArray[Any]  # (2, 3), the two poles
    last: NDArray[Any]  # (signals,), for the differences
    bands: NDArray[Any]  # (bands, 2)
    constants: NDArray[Any]  # gravity gain, 1, norm floor
    coefficients: NDArray[Any]
    started: NDArray[np.bool_]


def start(work: Plan, dtype: type[np.floating[Any]]) -> State:
    """Filters before their first reading."""
    return State(
        np.zeros((2, 3), dtype),
        np.zeros(len(SIGNALS), dtype),
        np.zeros((len(work.bands), 2), dtype),
        np.array([work.gravity_gain, 1.0, _NORM_FLOOR], dtype),
        work.coefficients.astype(dtype),
        np.zeros(1, np.bool_),
    )


def turn(state: State, rotation: NDArray[Any]) -> None:
    """Filters that go on as if the sensor had always been turned by (3, 3); bands stay."""
    state.gravity[:] = state.gravity @ rotation.T
    vectors = state.last[:9].reshape(3, 3)  # acceleration, body acceleration, rotation
    vectors[:] = vectors @ rotation.T


def state_bytes(work: Plan, value_bytes: int = 4) -> int:
    """Bytes that computing these inputs must keep: filters, their coefficients, one reading's
    channels, two halves."""
    filters = sum(v.size for v in start(work, np.float64) if v.dtype != np.bool_)
    return value_bytes * (filters + len(work.channels) + 2 * len(work.accumulators))


@njit(cache=True, nogil=True)  # type: ignore[misc]
def signals(imu, state, steps, bands, out):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Filter readings one after another: imu (readings, 6) -> out (readings, channels); state goes
    on."""
    gravity, last, memory, constants, coefficients, started = state
    gain, one, floor = constants[0], constants[1], constants[2]
    for t in range(imu.shape[0]):
        row = out[t]
        g2 = v = b2 = a2 = w2 = turn = constants[0] - constants[0]
        for axis in range(3):
            a = imu[t, axis]
            if not started[0]:
                gravity[0, axis] = a
                gravity[1, axis] = a
            gravity[0, axis] += gain * (a - gravity[0, axis])
            gravity[1, axis] += gain * (gravity[0, axis] - gravity[1, axis])
            g = gravity[1, axis]
            row[axis] = a
            row[3 + axis] = a - g
            row[6 + axis] = imu[t, 3 + axis]
            g2 += g * g
            a2 += a * a
            w2 += row[6 + axis] * row[6 + axis]
        scale = one / (np.sqrt(g2) + floor)
        for axis in range(3):
            v += row[3 + axis] * (gravity[1, axis] * scale)
            turn += row[6 + axis] * (gravity[1, axis] * scale)
        tilt2 = b2
        for axis in range(3):
            up = gravity[1, axis] * scale
            across = row[3 + axis] - v * up
            b2 += across * across
            across = row[6 + axis] - turn * up
            tilt2 += across * across
        row[9] = np.sqrt(a2) - one
        row[10] = np.sqrt(w2)
        row[11] = v
        row[12] = np.sqrt(b2)
        row[13] = turn
        row[14] = np.sqrt(tilt2)
        k = 15
        for source in steps:
            row[k] = row[source] - last[source] if started[0] else g2 - g2
            k += 1
        for band in range(bands.shape[0]):
            x = row[bands[band]]
            b0, a1, a2_ = coefficients[band, 0], coefficients[band, 1], coefficients[band, 2]
            if not started[0]:  # the steady state of a band-pass: nothing comes out
                memory[band, 0] = -b0 * x
                memory[band, 1] = -b0 * x
            y = b0 * x + memory[band, 0]
            memory[band, 0] = memory[band, 1] - a1 * y
            memory[band, 1] = -b0 * x - a2_ * y
            row[k] = y
            k += 1
        for source in range(last.shape[0]):
            last[source] = row[source]
        started[0] = True


@njit(cache=True, nogil=True)  # type: ignore[misc]
def accumulate(channels, accumulators, out):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Add readings, channels (readings, channels), to the accumulators of half a window, out
    (accumulators,)."""
    for k in range(accumulators.shape[0]):
        operation, i, j = accumulators[k]
        value = out[k]
        for t in range(channels.shape[0]):
            v = channels[t, i]
            if operation == SUM:
                value += v
            elif operation == SQUARE:
                value += v * v
            elif operation == MAGNITUDE:
                value += abs(v)
            elif operation == PRODUCT:
                value += v * channels[t, j]
            elif operation == MAXIMUM:
                value = max(value, v)
            else:
                value = min(value, v)
        out[k] = value


def empty_half(work: Plan, dtype: type[np.floating[Any]]) -> NDArray[Any]:
    """Accumulators that have seen nothing."""
    half = np.zeros(len(work.accumulators), dtype)
    half[work.accumulators[:, 0] == MAXIMUM] = -np.inf
    half[work.accumulators[:, 0] == MINIMUM] = np.inf
    return half


def join(halves: NDArray[Any], work: Plan) -> NDArray[Any]:
    """The accumulators of whole windows from those of their halves, (2, windows, accumulators)."""
    operation = work.accumulators[:, 0]
    extreme = np.where(operation == MAXIMUM, halves.max(axis=0), halves.min(axis=0))
    return np.asarray(np.where(operation < MAXIMUM, halves[0] + halves[1], extreme))


def inputs(halves: NDArray[Any], work: Plan) -> NDArray[Any]:
    """Accumulators of the windows' halves (2, windows, accumulators) -> inputs (windows, inputs),
    in their type."""
    number = halves.dtype.type
    total = join(halves, work)
    result = np.empty((len(total), len(work.names)), total.dtype)

    def column(operation: int, i: int, j: int | None = None) -> NDArray[Any]:
        return np.asarray(total[:, work.column[operation, i, i if j is None else j]])

    def mean(i: int) -> NDArray[Any]:
        return np.asarray(column(SUM, i) / number(work.window))

    def energy(i: int) -> NDArray[Any]:
        return np.asarray(column(SQUARE, i) / number(work.window))

    def magnitude(i: int) -> NDArray[Any]:
        return np.asarray(column(MAGNITUDE, i) / number(work.window))

    def variance(i: int) -> NDArray[Any]:
        return np.asarray(np.maximum(energy(i) - mean(i) ** 2, 0))

    def half_energies(i: int) -> NDArray[Any]:
        return np.asarray(halves[:, :, work.column[SQUARE, i, i]] / number(work.window // 2))

    def log(value: NDArray[Any], floor: float) -> NDArray[Any]:
        return np.asarray(np.log(value + number(floor)))

    def crest(i: int) -> NDArray[Any]:
        return np.asarray(
            log(magnitude(i), MAGNITUDE_FLOOR) - log(np.sqrt(energy(i)), MAGNITUDE_FLOOR)
        )

    def change(i: int) -> NDArray[Any]:
        first, second = log(half_energies(i), ENERGY_FLOOR)
        return np.asarray(abs(first - second))

    formulas: dict[str, Callable[[int], NDArray[Any]]] = {
        "mean": mean,
        "max": lambda i: column(MAXIMUM, i),
        "min": lambda i: column(MINIMUM, i),
        "log_energy": lambda i: log(energy(i), ENERGY_FLOOR),
        "log_variance": lambda i: log(variance(i), ENERGY_FLOOR),
        "log_magnitude": lambda i: log(magnitude(i), MAGNITUDE_FLOOR),
        "log_range": lambda i: log(column(MAXIMUM, i) - column(MINIMUM, i), RANGE_FLOOR),
        "log_calmer_half": lambda i: log(half_energies(i).min(axis=0), ENERGY_FLOOR),
        "log_change": change,
        "crest": crest,
    }
    acc = (
        np.stack([mean(axis) for axis in range(3)])
        if (SUM, 0, 0) in work.column
        else np.zeros((3, 0))
    )
    norm = np.sqrt((acc**2).sum(axis=0)) + number(_NORM_FLOOR)
    for k, name in enumerate(work.names):
        kind, _, rest = name.partition(".")
        if kind == "up":
            result[:, k] = norm if rest == "norm" else _direction(acc / norm, name)
        elif kind == "corr":
            i, j = (work.channels.index(part) for part in rest.split("."))
            covariance = column(PRODUCT, i, j) / number(work.window) - mean(i) * mean(j)
            result[:, k] = covariance / np.sqrt(variance(i) * variance(j) + number(PRODUCT_FLOOR))
        else:
            source, statistic = name.rsplit(".", 1)
            result[:, k] = formulas[statistic](work.channels.index(source))
    return result


def _direction(up: NDArray[Any], name: str) -> NDArray[Any]:
    """Products and powers of the unit vector of the mean acceleration, (3, windows)."""
    axes = _DIRECTION[name]
    if len(axes) == 2:
        return np.asarray(up[axes[0]] * up[axes[1]])
    u = up[axes[0]]
    return np.asarray(u * abs(u) if "|" in name else u * u * u)


@njit(cache=True, nogil=True)  # type: ignore[misc]
def _accumulate_halves(channels, starts, hop, accumulators, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    for w in range(starts.shape[0]):
        for half in range(2):
            first = starts[w] + half * hop
            accumulate(channels[first : first + hop], accumulators, out[half, w])


def with_gyroscope(imu: NDArray[np.float64], names: tuple[str, ...]) -> NDArray[np.float64]:
    """(readings, 6): a missing gyroscope reads zero; ValueError where one of these inputs needs
    it."""
    if imu.shape[1] == 6:
        return imu
    needing = [name for name in names if needs_gyroscope(name)]
    if needing:
        raise ValueError(
            f"{len(needing)} of {len(names)} inputs need a gyroscope ({needing[0]} for one), and "
            "these readings have none: leave those inputs out"
        )
    return np.hstack([imu, np.zeros_like(imu)])


def extract(imu: NDArray[np.float64], starts: NDArray[np.int64], work: Plan) -> NDArray[np.float64]:
    """All windows of one recording: imu (readings, 6 or 3), starts (windows,) -> (windows,
    inputs)."""
    imu = with_gyroscope(imu, work.names)
    channels = np.empty((len(imu), len(work.channels)))
    signals(imu, start(work, np.float64), work.steps, work.bands, channels)
    halves = np.tile(empty_half(work, np.float64), (2, len(starts), 1))
    _accumulate_halves(channels, starts, work.window // 2, work.accumulators, halves)
    return inputs(halves, work)
