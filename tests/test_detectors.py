"""Drift detectors one sample at a time, with sums made by hand."""

import math

import numpy as np
import pytest

from tinyodl import drift
from tinyodl.drift import Calibration, river
from tinyodl.drift.river import River
from tinyodl.learn import Outlook

LEVEL = 1.0 - 1e-4  # the leverage at which a score is the confidence
X = np.zeros(2)


def outlook(predicted: int, confidence: float, leverage: float = LEVEL) -> Outlook:
    return Outlook(predicted, confidence, leverage)


@pytest.fixture
def usual() -> Calibration:
    """Spreads are short of 1/2 and 1/4 by what keeps them from being 0."""
    return Calibration(
        np.array([1.0, 2.0]),
        np.array([0.5, 0.25]),
        np.array([[0.0, 0.0], [1.0, 1.0]]),
        np.array([0.5 - 1e-9, 0.25 - 1e-9]),
        0.5,
    )


def test_a_score_is_the_confidence_less_what_is_far() -> None:
    assert drift.score(outlook(0, 0.7)) == 0.7
    assert drift.score(outlook(0, 0.7, math.e - 1e-4)) == pytest.approx(0.45)
    assert drift.score(outlook(0, 0.7, 0.0)) == pytest.approx(0.7 + math.log(10))


def test_calibration_by_predicted_class_where_there_are_five() -> None:
    """Class 0 is predicted five times, class 1 four times, class 2 never."""
    predicted = [0, 0, 1, 0, 1, 0, 1, 0, 1]
    scores = np.array([1.0, 2.0, 9.0, 3.0, 8.0, 4.0, 7.0, 5.0, 6.0])
    X = np.stack([scores, 10 - 2 * scores], axis=1)
    made = [outlook(k, s) for k, s in zip(predicted, scores, strict=True)]
    found = drift.calibrate(made, X, 3)
    np.testing.assert_allclose(found.score_mean, [3, 5, 5], rtol=1e-12)
    deviations = [math.sqrt(2) + 1e-6, math.sqrt(60 / 9) + 1e-6, math.sqrt(60 / 9) + 1e-6]
    np.testing.assert_allclose(found.score_deviation, deviations, rtol=1e-12)
    np.testing.assert_allclose(found.centroids, [[3, 4], [5, 0], [5, 0]], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(found.spread, [1.8, 30 / 9, 30 / 9], rtol=1e-12)
    assert found.confidence == pytest.approx(5)


def test_cusum_sums_what_falls_short(usual: Calibration) -> None:
    detector = drift.Cusum(usual, threshold=4.0, slack=0.25)
    sums = []
    for predicted, confidence in (
        (0, 0.5),  # z = -1
        (1, 1.75),  # z = -1, in this class's units
        (0, 1.25),  # z = 1/2
        (0, -9.0),  # clipped to -3
        (0, 9.0),  # clipped to 1
    ):
        assert not detector.update(outlook(predicted, confidence), X)
        sums.append(detector.sum)
    assert sums == [0.75, 1.5, 0.75, 3.5, 2.25]
    assert not detector.update(outlook(0, 0.0), X)
    assert detector.sum == 4.0  # the threshold itself is no drift
    assert detector.update(outlook(0, 0.75), X)
    assert detector.sum == 0  # it starts anew
    assert not detector.update(outlook(0, 2.0), X)
    assert detector.sum == 0  # never below
    detector.update(outlook(0, 0.0), X)
    detector.start()
    assert detector.sum == 0


def test_cusum_as_it_is_made(usual: Calibration) -> None:
    """Twelve times 3 less 1/2 are the threshold of 30."""
    detector = drift.make("cusum", usual)
    assert [detector.update(outlook(1, -9.0), X) for _ in range(14)].index(True) == 12
    assert detector.state_bytes == 20


def test_cusum_adapts_its_means_by_a_32nd(usual: Calibration) -> None:
    detector = drift.Cusum(usual)
    detector.adapt(outlook(1, 3.0), X)
    assert detector.mean.tolist() == [1, 2 + 1 / 32]
    detector.adapt(outlook(0, 0.0), X)
    assert detector.mean.tolist() == [1 - 1 / 32, 2 + 1 / 32]
    assert usual.score_mean.tolist() == [1, 2]
    assert detector.sum == 0


@pytest.mark.parametrize("predicted", [2, 3])
def test_what_was_named_on_the_device_is_passed_over(usual: Calibration, predicted: int) -> None:
    """Also where drift is near: nothing is summed, and nothing adapts."""
    cusum = drift.Cusum(usual, threshold=0.0)
    assert not cusum.update(outlook(predicted, -9.0), X)
    cusum.adapt(outlook(predicted, -9.0), X)
    assert (cusum.sum, cusum.mean.tolist()) == (0, [1, 2])
    centroid = drift.Centroid(usual, threshold=0.0, window=1)
    assert not centroid.update(outlook(predicted, 0.0), X + 9)
    centroid.adapt(outlook(predicted, 0.0), X + 9)
    assert centroid.recent.tolist() == centroid.trained.tolist() == usual.centroids.tolist()


def test_centroid_moves_by_its_window(usual: Calibration) -> None:
    """Recent centroids move by half of what is missing, the distance too."""
    detector = drift.Centroid(usual, threshold=0.5, window=2)
    assert not detector.update(outlook(0, 0.0), np.array([4.0, 0.0]))  # too early to tell
    assert detector.recent.tolist() == [[2, 0], [1, 1]]  # mean 1, of a spread of 1/2: 2
    assert detector._distance == 1
    assert not detector.update(outlook(1, 0.0), np.array([1.0, 1.0]))  # 0 away, 1/2 on average
    assert detector._distance == 0.5  # the threshold itself is no drift
    assert detector.update(outlook(1, 0.0), np.array([0.0, 1.0]))  # 1/4, of 1/4: 1; on average 3/4
    assert detector.recent.tolist() == detector.trained.tolist() == [[0, 0], [1, 1]]  # anew
    assert detector._distance == 0
    assert not detector.update(outlook(1, 0.0), np.array([9.0, 1.0]))
    assert detector.update(outlook(1, 0.0), np.array([9.0, 1.0]))  # as soon as the window is full


def test_centroid_starts_at_what_it_adapted_to(usual: Calibration) -> None:
    detector = drift.Centroid(usual, window=4)
    detector.adapt(outlook(0, 0.0), np.array([4.0, -8.0]))
    assert detector.trained.tolist() == [[1, -2], [1, 1]]
    assert detector.recent.tolist() == [[0, 0], [1, 1]]
    detector.adapt(outlook(1, 0.0), np.array([5.0, -3.0]))
    assert detector.trained.tolist() == [[1, -2], [2, 0]]
    detector.start()
    assert detector.recent.tolist() == [[1, -2], [2, 0]]
    assert usual.centroids.tolist() == [[0, 0], [1, 1]]


def test_centroid_as_it_is_made(usual: Calibration) -> None:
    detector = drift.make("centroid", usual)
    far = [detector.update(outlook(0, 0.0), np.array([99.0, 0.0])) for _ in range(40)]
    assert far.index(True) == 31
    assert (detector.threshold, detector.state_bytes) == (0.4, 16 + 24)


def test_a_class_without_spread_does_not_divide_by_nothing() -> None:
    point = Calibration(np.zeros(1), np.ones(1), np.zeros((1, 2)), np.zeros(1), 0.5)
    detector = drift.Centroid(point, threshold=1.0, window=1)
    assert not detector.update(outlook(0, 0.0), np.full(2, 0.9e-9))
    assert detector.update(outlook(0, 0.0), np.full(2, 1.1e-9))


class Eager:
    """A detector of river's kind that finds drift at every third sample."""

    def __init__(self) -> None:
        self.seen: list[float] = []

    @property
    def drift_detected(self) -> bool:
        return len(self.seen) % 3 == 0

    def update(self, confidence: float) -> None:
        self.seen.append(confidence)


def test_rivers_detectors_count_where_the_confidence_fell(usual: Calibration) -> None:
    made: list[Eager] = []

    def make() -> Eager:
        made.append(Eager())
        return made[-1]

    detector = River(usual, make)
    assert not any(detector.update(outlook(0, c), X) for c in (0.5, 0.5, 0.5))  # as usual
    assert not any(detector.update(outlook(0, c), X) for c in (0.25, 0.5, 0.75))  # it rose
    assert detector._recent == pytest.approx(
        ((0.5 - 0.25 / 16) * 15 / 16 + 0.5 / 16) * 15 / 16 + 0.75 / 16
    )
    falls = [detector.update(outlook(0, c), X) for c in (0.25, 0.25, 0.25)]
    assert falls == [False, False, True]
    assert made[0].seen == [0.5, 0.5, 0.5, 0.25, 0.5, 0.75, 0.25, 0.25, 0.25]
    assert len(made) == 2  # it starts anew
    assert detector._recent == 0.5
    detector.adapt(outlook(0, 0.0), X)
    assert made[1].seen == []
    assert detector.state_bytes == 0


def test_rivers_detectors_as_they_are_made(usual: Calibration) -> None:
    assert drift.make("adwin", usual)._detector.delta == 0.002
    assert river.adwin(usual, 0.5)._detector.delta == 0.5
    found = drift.make("page-hinkley", usual)._detector
    assert (found.min_instances, found.delta, found.threshold, found.mode) == (10, 0.05, 5, "down")
    assert river.page_hinkley(usual, 7.0)._detector.threshold == 7
    found = drift.make("kswin", usual)._detector
    assert (found.alpha, found.seed) == (1e-4, 0)
    assert river.kswin(usual, 0.01)._detector.alpha == 0.01


def test_by_hand_alone(usual: Calibration) -> None:
    detector = drift.make("manual", usual)
    detector.start()
    detector.adapt(outlook(0, -9.0), X)
    assert detector.update(outlook(0, -9.0), X) is False
    assert detector.state_bytes == 0


def test_what_needs_river_is_left_out_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drift.left_out() == ()
    monkeypatch.setattr(drift, "find_spec", lambda name: None)
    assert drift.left_out() == ("adwin", "page-hinkley", "kswin")


def test_settings_are_passed_on_and_names_are_listed(usual: Calibration) -> None:
    assert drift.make("cusum", usual, threshold=7.0).threshold == 7
    with pytest.raises(ValueError, match="'never': there are cusum, centroid, adwin"):
        drift.make("never", usual)
