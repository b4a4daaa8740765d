"""Inputs and alignment from raw counts, in whole numbers: near those in floating point, the same
bits as compiled, in plain Python and in C, and sound whatever a sensor says."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from tinyodl import Model, OSELMClassifier, align, har
from tinyodl.data.recordings import Recording
from tinyodl.firmware import HarStream
from tinyodl.firmware.host_har import HarClock
from tinyodl.fixed import maths
from tinyodl.fixed.stream import GONE, STUCK, Clock, Ranges, Stream
from tinyodl.har import COMPACT_NAMES, RangeScaler, compact

RANGES = Ranges(acc=4, gyro=500)
ONE_G = np.array([0, 0, 8192, 0, 0, 0])
CHECKED = ("-fsanitize=undefined", "-fno-sanitize-recover=all", "-O1")
Array = np.ndarray[Any, np.dtype[np.float64]]


@pytest.fixture(scope="module")
def model(of_eight: Model) -> Model:
    return of_eight


def windows(stream: Stream | HarStream, counts: Any) -> list[Any]:
    return [w for w in map(stream.push, counts) if w]


# Numbers ------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.integers(0, 2**62 - 1))
def test_roots_are_rounded_down(value: int) -> None:
    found = maths.root(value)
    assert found == maths.root.py_func(value)
    assert found**2 <= value < (found + 1) ** 2


@settings(deadline=None)
@given(st.integers(1, 2**60))
def test_logarithms_are_near(value: int) -> None:
    assert maths.log2(value) == maths.log2.py_func(value)
    assert abs(maths.log2(value) / 2**12 - np.log2(float(value))) < 5e-4


@settings(deadline=None)
@given(st.tuples(*[st.integers(-(2**23), 2**23)] * 3))
def test_lengths_are_near(v: tuple[int, int, int]) -> None:
    found = maths.norm(*v)
    assert found == maths.norm.py_func(*v)
    assert abs(found - np.linalg.norm(v)) <= 1 + 1e-4 * np.linalg.norm(v)


# Near floating point ------------------------------------------------------------------------------


def test_every_input_is_the_float_one_to_a_correlation_of_999(recordings: list[Recording]) -> None:
    chosen = [r for r in recordings if r.subject in (2, 17, 29)]
    float_ones = [har.extract(r.imu) for r in chosen]
    scaler = RangeScaler().fit(np.concatenate(float_ones))
    found, expected = [], []
    for r, X in zip(chosen, float_ones, strict=True):
        stream = Stream(compact.plan(), scaler, RANGES)
        found += [w.h for w in windows(stream, RANGES.counts(r.imu))]
        expected.append(scaler.transform(X) * 127 / scaler.clip)
    H, F = np.array(found), np.concatenate(expected)
    assert H.shape == F.shape
    r = {n: np.corrcoef(H[:, k], F[:, k])[0, 1] for k, n in enumerate(COMPACT_NAMES)}
    assert min(r.values()) >= 0.999, sorted(r.items(), key=lambda item: item[1])[:3]
    assert np.abs(H - F).mean() < 0.35  # a quarter is rounding alone


@pytest.mark.parametrize("ranges", [Ranges(2, 250), Ranges(16, 2000)])
def test_other_full_scales_give_the_same_inputs(
    ranges: Ranges, model: Model, recordings: list[Recording]
) -> None:
    imu = np.clip(recordings[3].imu, -1.9, 1.9)[:6000]
    one = windows(Stream.of(model, RANGES), RANGES.counts(imu))
    other = windows(Stream.of(model, ranges), ranges.counts(imu))
    apart = np.array([a.h - b.h for a, b in zip(one, other, strict=True)])
    assert np.abs(apart).mean() < 0.4


def test_the_aligner_decides_as_in_floating_point(
    model: Model, recordings: list[Recording]
) -> None:
    assert model.alignment
    turn = Rotation.from_euler("xz", [170, 80], degrees=True).as_matrix()
    fixed = Stream.of(model, RANGES)
    real = align.Stream(align.Aligner(model.alignment), model.names)
    assert fixed.aligner
    assert real.aligner
    for r in [r for r in recordings if r.subject == 3]:
        counts = RANGES.counts(har.turn(r.imu, turn))
        sent = counts / 2**15 * np.repeat([4, np.radians(500)], 3)
        for row, reading in zip(counts, sent, strict=True):
            w, v = fixed.push(row), real.push(reading)
            if v is None:
                continue
            assert w
            assert (w.known, w.turned) == (v.known, v.turned)
            A = np.array(fixed.aligner.rotation) / 2**28
            assert np.trace(A @ real.aligner.rotation.T) > 3 - 1e-4  # within half a degree
    assert fixed.aligner.alignments == real.aligner.alignments > 0


# The same bits ------------------------------------------------------------------------------------


def hard(seed: int, readings: int) -> list[Any]:
    """What no sensor should say: full scale, jumps, silence, gaps."""
    rng = np.random.default_rng(seed)
    rows: list[Any] = []
    while len(rows) < readings:
        kind, count = rng.integers(6), int(rng.integers(1, 90))
        if kind == 0:
            rows += [None] * int(rng.integers(1, 2 * GONE))
        elif kind == 1:
            rows += [rng.integers(-(2**15), 2**15, 6)] * count
        elif kind == 2:
            rows += list(rng.choice([-(2**15), 2**15 - 1], (count, 6)))
        elif kind == 3:
            rows += list(rng.integers(-(2**15), 2**15, (count, 6)))
        elif kind == 4:
            rows += [[0] * 6] * count
        else:
            t = np.arange(3 * count)[:, None]
            wave = 12000 * np.sin(t * rng.uniform(0.05, 0.5, 6) + rng.uniform(0, 6, 6))
            rows += list((wave + ONE_G).astype(int))
    return rows[:readings]


def test_c_is_the_golden_model_on_recordings_and_on_nonsense(
    model: Model, recordings: list[Recording]
) -> None:
    turn = Rotation.from_euler("y", 110, degrees=True).as_matrix()
    golden, c = Stream.of(model, RANGES), HarStream(model, RANGES, CHECKED)
    assert golden.aligner
    own = [r for r in recordings if r.subject == 5]
    streams = [RANGES.counts(har.turn(r.imu, turn)) for r in own]
    for rows in [*streams, *(hard(seed, 3000) for seed in range(4))]:
        for row in rows:
            w, v = golden.push(row), c.push(row)
            assert (w is None) == (v is None)
            if w and v:
                assert (w.h == v.h).all()
                assert w[1:] == v[1:]
        assert [part for row in golden.aligner.rotation for part in row] == c.rotation
        golden.pause()
        c.pause()
    assert golden.aligner.alignments > 3
    assert c.state_bytes <= 3600


def test_any_list_of_inputs_is_the_same_in_c(recordings: list[Recording]) -> None:
    """Each kind of input there is, and those without a gyroscope; windows of another length."""
    rng = np.random.default_rng(0)
    imu = recordings[8].imu[:4000]
    for names, window in (
        (tuple(rng.permutation(compact.candidates())[:50]), 64),
        (har.names("compact", gyroscope=False), 256),
        (("up.norm", "up.x|x|"), 128),
    ):
        work = compact.plan(names, 50.0, window)
        X = compact.extract(imu, har.window_starts(len(imu), None, window), work)
        scaler = RangeScaler().fit(X)
        y = np.arange(len(X)) % 2
        learner = OSELMClassifier(0, direct=True).fit(scaler.transform(X), y)
        model = Model(learner, scaler, names, window)
        golden = Stream.of(model, RANGES)
        found = windows(golden, RANGES.counts(imu))
        assert [w.h.tolist() for w in windows(HarStream(model, RANGES), RANGES.counts(imu))] == [
            w.h.tolist() for w in found
        ]
        H = np.array([w.h for w in found])
        F = scaler.transform(X) * 127 / scaler.clip
        r = [np.corrcoef(H[:, k], F[:, k])[0, 1] for k in range(len(names))]
        assert min(r) >= 0.995, names[int(np.argmin(r))]


def extreme() -> str:
    """All of a stream's results on what no sensor should say."""
    imu = np.random.default_rng(0).normal(0, 0.5, (2000, 6)) + ONE_G / 8192
    scaler = RangeScaler().fit(har.extract(imu))
    stream = Stream(compact.plan(), scaler, Ranges(16, 2000))
    return repr([w.h.tolist() for w in windows(stream, hard(9, 900))])


def test_nothing_overflows() -> None:
    """As compiled, on 64-bit numbers, and in plain Python, on numbers without a limit."""
    path = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    plain = subprocess.run(
        [sys.executable, "-c", "from test_fixed_har import extreme; print(extreme())"],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert plain.returncode == 0, plain.stderr
    assert plain.stdout.strip() == extreme()


# Bad readings, other rates ------------------------------------------------------------------------


def test_a_window_with_bad_readings_is_marked(model: Model, recordings: list[Recording]) -> None:
    counts = RANGES.counts(recordings[1].imu[:1280])

    def marks(rows: list[Any]) -> list[bool]:
        return [w.marked for w in windows(Stream.of(model, RANGES), rows)]

    clean = list(counts)
    assert not any(marks(clean))
    full = [*clean]
    full[300] = np.array([0, 0, 32767, 0, 0, 0])  # in the fifth half window
    assert [k for k, marked in enumerate(marks(full)) if marked] == [3, 4]
    stuck = [*clean[:400], *[clean[400]] * STUCK, *clean[400 + STUCK :]]
    assert [k for k, marked in enumerate(marks(stuck)) if marked] == [5, 6]
    nearly = [*clean[:400], *[clean[400]] * (STUCK - 1), *clean[399 + STUCK :]]
    assert not any(marks(nearly))
    missing = [*clean[:300], None, *clean[301:]]
    assert [k for k, marked in enumerate(marks(missing)) if marked] == [3, 4]
    gone = [*clean[:300], *[None] * (GONE + 1), *clean[300:]]
    assert len(marks(gone)) < len(marks(clean))
    assert not any(marks(gone)[4:])


@pytest.mark.parametrize("bad", [[0] * 5, [0, 0, 2**15, 0, 0, 0], [[0] * 6]])
def test_what_is_no_reading_is_refused(bad: Any, model: Model) -> None:
    with pytest.raises(ValueError, match="six whole numbers of 16 bits"):
        Stream.of(model, RANGES).push(bad)


def test_what_is_no_sensor_is_refused(model: Model) -> None:
    with pytest.raises(ValueError, match="not one of a sensor"):
        Stream.of(model, Ranges(1000, 500))
    with pytest.raises(ValueError, match="25 to 400"):
        Clock(10)


@pytest.mark.parametrize("rate", [25.0, 50.0, 52.0, 104.0, 119.0, 400.0])
def test_readings_at_other_rates_become_fifty_a_second(rate: float, model: Model) -> None:
    t = np.arange(int(8 * rate)) / rate
    wave = np.rint(12000 * np.sin(2 * np.pi * t[:, None] * [0.5, 1, 1.5, 2, 0.7, 1.2])).astype(int)
    clock, c = Clock(rate), HarClock(HarStream(model, RANGES), rate)
    out: list[list[int]] = []
    for row in wave:
        made = clock.push(row)
        assert made == c.push(row)
        out += made
    assert abs(len(out) - 400) <= 2
    at = np.arange(len(out)) / 50
    true = 12000 * np.sin(2 * np.pi * at[:, None] * [0.5, 1, 1.5, 2, 0.7, 1.2])
    assert np.abs(np.array(out) - true).max() < (450 if rate == 25 else 120)
    extremes = [[2**15 - 1] * 6, [-(2**15)] * 6] * 20
    assert [clock.push(r) for r in extremes] == [c.push(r) for r in extremes]
