"""Copies with the sensor a few degrees otherwise."""

import numpy as np
import pytest

from tinyodl.data import hapt
from tinyodl.data.recordings import Recording
from tinyodl.windows import Source, askew


def test_a_copy_is_each_recording_turned_by_a_few_degrees_of_its_own() -> None:
    imu = np.random.default_rng(0).normal(size=(20, 6))
    originals = [Recording(str(k), 1, imu, np.ones(20, np.int64)) for k in range(400)]
    copies = [askew.recordings(originals, k) for k in (0, 1)]
    angles = []
    for copy in copies:
        for turned in copy:
            found = [
                np.linalg.lstsq(imu[:, c : c + 3], turned.imu[:, c : c + 3])[0] for c in (0, 3)
            ]
            np.testing.assert_allclose(found[0], found[1], atol=1e-9)  # one sensor
            np.testing.assert_allclose(found[0] @ found[0].T, np.eye(3), atol=1e-9)
            assert np.linalg.det(found[0]) == pytest.approx(1)
            angles.append(np.degrees(np.arccos((np.trace(found[0]) - 1) / 2)))
    assert len({round(a, 6) for a in angles}) == 800
    assert np.sqrt(np.mean(np.square(angles)) / 3) == pytest.approx(askew.DEGREES, rel=0.1)
    again = askew.recordings(originals, 1)
    assert all((a.imu == b.imu).all() for a, b in zip(again, copies[1], strict=True))
    assert (originals[0].imu == imu).all()


def test_windows_of_ours_come_with_copies_and_official_ones_without() -> None:
    source = Source(hapt.dataset(hapt.load()[:1]))
    ours, official = source.windows("compact"), source.windows("uci561")
    assert ours.askew.shape == (askew.COPIES, *ours.X.shape)
    assert official.askew.shape == (0, *official.X.shape)
    upright = ours.askew[:, :, :6] - ours.X[None, :, :6]
    assert np.abs(upright).max(axis=(1, 2)).min() > 0
    copy = source.dataset._replace(recordings=askew.recordings(source.dataset.recordings, 1))
    assert (ours.askew[1] == Source(copy).windows("compact").X).all()
    assert (ours.only(np.array([3, 1])).askew == ours.askew[:, [3, 1]]).all()
