"""Inputs: against the official rows, batch against stream, float64 against float32."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tinyodl import align, har
from tinyodl.align import moments
from tinyodl.data import hapt
from tinyodl.har import compact, rounding, uci561
from tinyodl.har.windows import segment_starts

LATE = {"compact": 0, "uci561": uci561.LATE}


def test_uci561_agrees_with_the_official_rows(
    official: dict[str, NDArray[Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    theirs, recordings = official["features"], {r.name: r for r in hapt.load()}
    parts = []
    for number in (1, 2, 5, 6):
        r = recordings[f"hapt {number}"]
        starts = segment_starts(r.activity, np.arange(1, 13))
        parts.append(har.extract(r.imu, features="uci561", starts=starts))
    ours = np.vstack(parts)[1 + official["rows"].astype(int)]
    varies = (theirs.std(axis=0) > 0) & (ours.std(axis=0) > 0)
    alike = abs(np.corrcoef(theirs.T)) > 1 - 1e-9
    copies = {k for k in range(561) if alike[k, :k].any()}  # of an earlier column
    r = np.zeros(561)
    for k in np.flatnonzero(varies):
        r[k] = np.corrcoef(ours[:, k], theirs[:, k])[0, 1]
    counted = np.array([k not in copies for k in range(561)])
    with capsys.disabled():
        print(
            f"\nuci561: r >= 0.99 for {(r >= 0.99).sum()}, r >= 0.9 for {(r >= 0.9).sum()} of 561;",
            end=" ",
        )
        print(f"without the {len(copies)} official columns that copy an earlier one:", end=" ")
        print(
            f"{(r[counted] >= 0.99).sum()} and {(r[counted] >= 0.9).sum()}; constant: "
            f"{(~varies).sum()}. The rest:"
        )
        print(f"  copies: {', '.join(uci561.names()[k] for k in sorted(copies))}")
        rest = [f"{k} {uci561.names()[k]} {r[k]:.3f}" for k in range(561) if r[k] < 0.99]
        print("  " + "\n  ".join(", ".join(rest[i : i + 4]) for i in range(0, len(rest), 4)))
    assert r.min() >= 0.999


def test_uci561_names_are_the_official_ones_made_unique(
    official: dict[str, NDArray[Any]],
) -> None:
    theirs = [str(name) for name in official["names"]]
    ours = uci561.names()
    assert len(set(ours)) == 561
    for mine, other in zip(ours, theirs, strict=True):
        assert re.sub(r"-\d+$", "", mine) == re.sub(r"-\d+$", "", other)


@pytest.mark.parametrize("features", ["compact", "uci561"])
def test_stream_gives_what_batch_gives(features: har.Features, walk: NDArray[np.float64]) -> None:
    stream = har.Stream(features)
    late = LATE[features]
    ended = np.vstack([walk, np.repeat(walk[-1:], late, axis=0)])
    when, outs = zip(
        *((k, out) for k, r in enumerate(ended) if (out := stream.push(r)) is not None), strict=True
    )
    assert when == tuple(range(127 + late, len(ended), 64))
    batch = har.extract(walk, features=features)
    np.testing.assert_allclose(np.array(outs), batch, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("features", ["compact", "uci561"])
def test_nothing_looks_further_ahead_than_it_says(
    features: har.Features, walk: NDArray[np.float64]
) -> None:
    starts = np.array([0, 500, 1000])
    changed = walk.copy()
    changed[1128 + LATE[features] :] = 7.0
    np.testing.assert_array_equal(
        har.extract(walk, features=features, starts=starts),
        har.extract(changed, features=features, starts=starts),
    )


def test_compact_starts_in_the_steady_state() -> None:
    """A sensor that lies still from the first reading gives the same inputs in the first window as
    in the last."""
    still = np.tile([0.3, -0.5, 0.8, 0.02, -0.01, 0.03], (640, 1))
    inputs = har.extract(still)
    np.testing.assert_allclose(inputs[0], inputs[-1], atol=1e-9)


def test_compact_is_small_and_named() -> None:
    assert len(har.names("compact")) == len(set(har.names("compact"))) <= 64
    assert set(har.names("compact")) <= set(compact.candidates())


def test_compact_in_float32_stays_within_the_derived_bound() -> None:
    """On a whole recording with every activity, and far within it on average: the bound is no blank
    cheque."""
    imu = hapt.load()[4].imu
    stream = har.Stream("compact", dtype=np.float32)
    single = np.array(
        [out for out in map(stream.push, imu.astype(np.float32)) if out is not None],
        dtype=np.float64,
    )
    error = np.abs(single - har.extract(imu))
    bound = rounding.float32_bound(imu)
    assert bound.shape == error.shape
    worst = (error / bound).max(axis=0)
    assert (worst <= 1).all(), har.names("compact")[int(worst.argmax())]
    spread = har.extract(imu).std(axis=0)
    assert np.median(bound / spread) < 0.05
    assert np.median(error / spread) < 1e-4


@given(
    rotation=st.floats(-5, 5),
    values=st.lists(st.floats(-2, 2), min_size=6, max_size=6),
    seed=st.integers(0, 2**31),
)
@settings(max_examples=20, deadline=None)
def test_compact_is_finite_on_anything_finite(
    rotation: float, values: list[float], seed: int
) -> None:
    noise = np.random.default_rng(seed).normal(size=(256, 6)) * abs(rotation)
    for imu in (np.tile(values, (256, 1)), noise, np.zeros((256, 6))):
        assert np.isfinite(har.extract(imu)).all()


@pytest.mark.parametrize(
    ("imu", "arguments", "says"),
    [
        (np.zeros((200, 5)), {}, "shape"),
        (np.full((200, 6), np.nan), {}, "row 0"),
        (np.r_[np.zeros((50, 6)), np.full((1, 6), 1e300)], {}, r"row 50 \(1 such"),
        (np.zeros((200, 6)), {"window": 2**17}, "16 to 65536"),
        (np.zeros((200, 6)), {"starts": [100]}, "does not leave"),
        (np.zeros((200, 6)), {"starts": [-1]}, "does not leave"),
        (np.zeros((200, 6)), {"starts": [0.5]}, "integers"),
        (np.zeros((200, 6)), {"rate": 20.0}, "readings a second"),
        (np.zeros((200, 6)), {"rate": 20.0, "features": "uci561"}, "readings a second"),
        (np.zeros((200, 6)), {"features": "other"}, "features"),
    ],
)
def test_bad_readings_say_what_is_wrong(
    imu: NDArray[np.float64], arguments: dict[str, object], says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        har.extract(imu, **arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize("features", ["compact", "uci561"])
def test_a_stream_too_slow_for_its_filters_is_refused(features: str) -> None:
    with pytest.raises(ValueError, match="readings a second"):
        har.Stream(features, rate=20.0)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e300, -1e300, 1.001 * har.LARGEST])
@pytest.mark.parametrize("features", ["compact", "uci561"])
def test_stream_refuses_a_bad_reading_and_goes_on(
    features: har.Features, bad: float, walk: NDArray[np.float64]
) -> None:
    stream, late = har.Stream(features), LATE[features]
    for k, reading in enumerate(walk[: 128 + late]):
        if k == 50:
            with pytest.raises(ValueError, match="not finite, or above"):
                stream.push([*walk[k, :5], bad])
        out = stream.push(reading)
    assert out is not None
    batch = har.extract(walk[: 128 + late], features=features)[0]
    np.testing.assert_allclose(out, batch, rtol=1e-9, atol=1e-9)


def test_an_aligned_stream_refuses_it_too(walk: NDArray[np.float64]) -> None:
    rotation = np.stack([np.eye(3)] * 2)
    heading = np.ones((moments.VECTORS - 1, 3))
    template = align.Template(np.array([0.0, 0, 1]), heading, 16, rotation, rotation, 5.0, 20.0)
    streams = [align.Stream(align.Aligner(template), har.names()) for _ in range(2)]
    with pytest.raises(ValueError, match="not finite, or above"):
        streams[0].push([1e300] * 6)
    for reading in walk[:256]:
        windows = [stream.push(reading) for stream in streams]
    assert windows[0] is not None
    assert windows[1] is not None
    np.testing.assert_array_equal(windows[0].inputs, windows[1].inputs)


@pytest.mark.parametrize(
    ("features", "dtype"),
    [("compact", np.float64), ("compact", np.float32), ("uci561", np.float64)],
)
def test_the_largest_reading_that_is_taken_leaves_later_inputs_finite(
    features: str, dtype: type[np.floating], walk: NDArray[np.float64]
) -> None:
    stream = har.Stream(features, dtype=dtype)
    spoiled = walk.copy()
    spoiled[200] = har.LARGEST
    outs = [out for reading in spoiled if (out := stream.push(reading)) is not None]
    assert len(outs) > 40
    assert np.isfinite(outs).all()


def test_readings_of_zero_have_inputs_without_a_warning() -> None:
    assert np.isfinite(har.extract(np.zeros((300, 6)), features="uci561")).all()


def test_no_reading_has_no_segment() -> None:
    assert segment_starts(np.zeros(0, np.int64), np.array([1])).tolist() == []
    assert segment_starts(np.full(128, 1), np.array([1])).tolist() == [0]


def test_a_short_recording_has_no_window() -> None:
    assert har.extract(np.zeros((127, 6))).shape == (0, 60)
    assert har.extract(np.zeros((127, 6)), features="uci561").shape == (0, 561)
