"""Lives in which everything happens, for a core: windows around what a model was trained for,
turned and disturbed, and a teacher who is late, wrong, silent, or answers twice."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tinyodl.device import PLAIN, Reason, Rules
from tinyodl.device.budget import HOUR
from tinyodl.device.learner import STEP as SECONDS
from tinyodl.fixed import core
from tinyodl.fixed.arithmetic import FixedArithmetic
from tinyodl.fixed.policy import T_BITS
from tinyodl.model import Model
from tinyodl.rtl.life import LIVED, Life
from tinyodl.rtl.shape import Shape

Ints = NDArray[np.int64]
STEP = round(1000 * SECONDS)  # ms from a window to the next
TEACHERS = ("honest", "wrong", "sly")  # sly: right where it is an audit, else wrong

ALL_RULES = {
    "usual": Rules(estimate=True),
    "a few a day": Rules(questions_per_day=6, spacing=1),
    "one an hour": Rules(questions_per_hour=1, questions_per_day=12),
    "none": Rules(questions_per_day=0),
    "plain": PLAIN,
    "in full": Rules(settle_after=8, spacing=2, reach=1.0, margin=0.0),
    "without bouts": Rules(bouts=False, spacing=2),
    "audits alone": Rules(confirm=False, settle_after=16, spacing=4),
    "many a day": Rules(questions_per_hour=6, questions_per_day=40, spacing=1),
}


def eventful(shape: Shape, model: Model, rules: Rules, seed: int, count: int) -> Life:
    """A life of so many windows. Where the model has fewer classes than it has room for, and the
    shape too, activities come that only the teacher knows."""
    rng = np.random.default_rng(seed)
    life = Life(shape, model, rules, seed)
    now = 0
    due: list[tuple[int, int, int | None]] = []  # window, sample, class
    teacher, lessons = "honest", 0
    arithmetic, usual = life.golden.arithmetic, 0
    h_before: Ints | None = None
    assert isinstance(arithmetic, FixedArithmetic)
    usual = arithmetic.core.usual
    for window, (k, h) in enumerate(windows(model, shape.classes, count, rng)):
        if not lessons:
            teacher, lessons = TEACHERS[int(rng.integers(3))], int(rng.integers(20, 90))
        lessons -= 1
        now += STEP + happens(life, shape, now, rng)
        sensed = rng.random()
        at_limit = rng.random() < 0.05
        if at_limit and h_before is not None:  # the same again, between known and not, sure and not
            h = h_before
            limit = arithmetic.leverage << int(rng.integers(4)) | int(rng.integers(2))
            limit += int(rng.integers(-1, 2))
            if rng.random() < 0.5:
                limit = arithmetic.leverage
                life.put("theta", max(int(life.confidence * 2**T_BITS) >> 1, 1))
            life.usual(min(max(limit, 1), usual << 2))
        asked = life.sample(h, now, known=sensed > 0.05, marked=sensed > 0.97)
        if at_limit:
            life.usual(usual)
        h_before = h
        number = life.golden._next - 1
        if asked:
            audit = life.golden.pending._waiting[number].asked.reason is Reason.AUDIT
            lies = teacher == "wrong" or (teacher == "sly" and not audit)
            lies ^= rng.random() < 0.15
            told = (k + 1) % shape.classes if lies else k
            if rng.random() < 0.15:
                told = int(rng.integers(shape.classes + 1))
            late = int(rng.choice([0, 0, 0, 1, 3, 40]))
            times = int(rng.choice(3, p=[0.15, 0.75, 0.1]))
            due += [(window + late, number, None if rng.random() < 0.1 else told)] * times
        if rng.random() < 0.02:
            due.append((window, number + int(rng.integers(-3, 3)), 0))
        for one in [one for one in due if one[0] <= window]:
            due.remove(one)
            _, sample, label = one
            if label is not None:  # a new activity has the next number
                label = min(label, len(life.golden.labels))
            life.label(sample, label, now)
    life.whole()
    return life


def happens(life: Life, shape: Shape, now: int, rng: np.random.Generator) -> int:
    """What else befalls a device between two windows; by how many ms the clock jumps."""
    chance = rng.random()
    if chance < 0.02:
        return int(rng.choice([HOUR, 30 * HOUR, 10_000]))
    if chance < 0.03 and now > HOUR:  # a clock that runs backwards
        return -int(rng.choice([2_000, HOUR]))
    if chance < 0.04:
        life.skip(int(rng.integers(3)))
    elif chance < 0.05:
        life.pause()
    elif chance < 0.07:
        life.command(bool(rng.integers(2)))
    elif chance < 0.075:
        life.rollback()
    elif chance < 0.085:
        life.wake()
    elif chance < 0.1:
        life.flip_u(int(rng.integers(shape.d * (shape.d - 1) // 2)), int(rng.integers(16)))
    elif chance < 0.11:
        life.flip_d(int(rng.integers(shape.d)), int(rng.integers(22)))
    elif chance < 0.21:
        name = str(rng.choice(list(LIVED)))
        life.put(name, int(rng.choice(LIVED[name])))
    elif chance < 0.22:  # the factory's model is better, and was so nearly often enough
        life.wrong()
        life.put("evidence", 999 << 32)
        life.put("until_audit", 0)
    elif chance < 0.225:  # it is, and audits find it out
        life.wrong()
        life.put("interval", 1)
        life.put("until_audit", 0)
    elif chance < 0.235:
        life.put("today", int(rng.integers(13)))
    elif chance < 0.24:
        life.unknown(int(rng.choice([12, 14, 18, 24])))
    elif chance < 0.245:
        life.louder(int(rng.integers(1, 5)))
    return 0


def windows(
    model: Model, classes: int, count: int, rng: np.random.Generator
) -> Iterator[tuple[int, Ints]]:
    """Class and inputs (n,), in bouts. The wearer is as the model knows people, or turned, or like
    nobody; now and then an activity is none that the model knows."""
    assert model.calibration is not None
    centroids = model.calibration.centroids
    n = centroids.shape[1]
    centroids = np.vstack([centroids, rng.uniform(-1, 1, (classes, n))])
    steps = core.H / model.scaler.clip
    turn = np.ones(n)
    k = left = since = 0
    noise = 0.15
    for _ in range(count):
        if not left:
            k, left = int(rng.integers(classes)), int(rng.choice([1, 2, 3, 3, 4, 8, 40]))
            noise = float(rng.choice([0.02, 0.15, 0.15, 0.4]))
        if not since:
            turned = rng.choice([0.0, 0.0, 0.1, 0.5])
            turn = np.where(rng.random(n) < turned, -1.0, 1.0)
            since = int(rng.integers(20, 120))
        left, since = left - 1, since - 1
        x = centroids[k] * turn + rng.normal(0, noise, n)
        if rng.random() < 0.03:
            x = rng.choice([-model.scaler.clip, model.scaler.clip], n)
        yield k, np.clip(np.rint(x * steps), -core.H, core.H).astype(np.int64)


def loud(model: Model) -> Model:
    """The same with outputs far from 0 and 1, and of which the factory is sure."""
    learner = model.learner.copy()
    learner.restore(learner.classes_, learner.alpha_, learner.P_, 100 * learner.beta_)
    return model._replace(learner=learner, accuracy=0.99)


def fewer(model: Model, classes: int) -> Model:
    """The same with its first classes alone, and room for the others."""
    learner, calibration = model.learner.copy(), model.calibration
    assert calibration is not None
    learner.restore(
        learner.classes_[:classes], learner.alpha_, learner.P_, learner.beta_[:, :classes]
    )
    known = calibration._replace(
        score_mean=calibration.score_mean[:classes],
        score_deviation=calibration.score_deviation[:classes],
    )
    capacity = len(model.learner.classes_)
    return model._replace(learner=learner, calibration=known, capacity=capacity)
