"""The compact inputs against their formulas, written a second time with whole arrays and scipy's
filters."""

import numpy as np
import scipy.signal
from numpy.typing import NDArray

from tinyodl.har import compact
from tinyodl.model import state_bytes
from tinyodl.recipe import methods

Array = NDArray[np.float64]
RATE = 50.0


def steady(b: Array, a: Array, x: Array) -> Array:
    """A filter in the steady state of its first sample."""
    return np.asarray(scipy.signal.lfilter(b, a, x, zi=scipy.signal.lfilter_zi(b, a) * x[0])[0])


def plain_signals(imu: Array) -> dict[str, Array]:
    """Every signal of the documentation's table, by its name."""
    acc, gyro = imu[:, :3].T, imu[:, 3:].T
    k = 1 - np.exp(-2 * np.pi * 0.3 / RATE)
    pole = np.array([k]), np.array([1, k - 1])
    gravity = np.array([steady(*pole, steady(*pole, axis)) for axis in acc])
    up = gravity / np.linalg.norm(gravity, axis=0)
    body = acc - gravity
    along = (body * up).sum(axis=0), (gyro * up).sum(axis=0)
    vectors = {"acc": acc, "body": body, "gyro": gyro}
    found = {f"{name}_{axis}": m[k] for name, m in vectors.items() for k, axis in enumerate("xyz")}
    found |= {
        "acc_norm": np.linalg.norm(acc, axis=0) - 1,
        "gyro_norm": np.linalg.norm(gyro, axis=0),
        "vertical": along[0],
        "horizontal": np.linalg.norm(body - along[0] * up, axis=0),
        "turn": along[1],
        "tilt": np.linalg.norm(gyro - along[1] * up, axis=0),
    }
    return found


def plain_input(name: str, found: dict[str, Array], start: int) -> float:
    """One input of one window."""
    here = slice(start, start + 128)
    kind, _, rest = name.partition(".")
    if kind == "up":
        mean = np.array([found[f"acc_{axis}"][here].mean() for axis in "xyz"])
        length = float(np.linalg.norm(mean))
        x, y, z = mean / length
        table = {
            "norm": length,
            "xx": x * x,
            "xy": x * y,
            "xz": x * z,
            "yy": y * y,
            "yz": y * z,
            "zz": z * z,
        }
        table |= {f"{a}|{a}|": v * abs(v) for a, v in zip("xyz", (x, y, z), strict=True)}
        table |= {f"{a}^3": v**3 for a, v in zip("xyz", (x, y, z), strict=True)}
        return float(table[rest])
    if kind == "corr":
        a, b = (found[part][here] for part in rest.split("."))
        return float(np.cov(a, b, bias=True)[0, 1] / np.sqrt(a.var() * b.var() + 1e-7))
    source, statistic = name.rsplit(".", 1)
    signal, _, change = source.partition(".")
    v = found[signal]
    if change == "step":
        v = np.diff(v, prepend=v[:1])
    elif change:
        band = [float(edge) for edge in change.removesuffix("Hz").split("-")]
        v = steady(*scipy.signal.butter(1, band, "bandpass", fs=RATE), v)
    v = v[here]
    halves = np.log((v.reshape(2, 64) ** 2).mean(axis=1) + 1e-7)
    table = {
        "mean": v.mean(),
        "max": v.max(),
        "min": v.min(),
        "log_energy": np.log((v**2).mean() + 1e-7),
        "log_variance": np.log(v.var() + 1e-7),
        "log_magnitude": np.log(abs(v).mean() + 3e-4),
        "log_range": np.log(np.ptp(v) + 1e-3),
        "log_calmer_half": halves.min(),
        "log_change": abs(halves[0] - halves[1]),
        "crest": np.log(abs(v).mean() + 3e-4) - np.log(np.sqrt((v**2).mean()) + 3e-4),
    }
    return float(table[statistic])


def test_every_candidate_is_its_formula(walk: Array) -> None:
    imu = walk[2000:5000]
    starts = np.array([0, 700, 2872])
    names = compact.candidates()
    ours = compact.extract(imu, starts, compact.plan(names, RATE))
    found = plain_signals(imu)
    plain = np.array([[plain_input(name, found, int(s)) for name in names] for s in starts])
    # A millionth of a g keeps the vertical defined in free fall, and is the only difference.
    np.testing.assert_allclose(ours, plain, rtol=2e-5, atol=2e-5)


def test_everything_a_device_keeps_fits_into_12_kilobytes() -> None:
    """Learner, scaling, and the state of the inputs' filters and sums."""
    model = methods.tiny().fit(np.eye(60), np.arange(60) % 6)
    assert state_bytes(model) + compact.state_bytes(compact.plan()) <= 12_000
