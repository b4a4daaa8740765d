"""What takes minutes: the golden model and its C over 100,000 windows from raw counts to P, and a
million steps of whatever could make P diverge. `make firmware-test` runs it."""

from typing import Any

import numpy as np
import pytest

from tinyodl import Model, fixed, har
from tinyodl.device import Rules
from tinyodl.device.arithmetic import Arithmetic, FloatArithmetic
from tinyodl.experiments.trials import wearer
from tinyodl.firmware import Device, HarStream
from tinyodl.fixed.stream import Ranges, Stream
from tinyodl.windows import Windows

RANGES = Ranges(8, 1000)
pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def model(of_eight: Model) -> Model:
    return of_eight


def test_a_hundred_thousand_windows_are_the_same_bits(model: Model, life: Any) -> None:
    steps, seed, names = 100_000, 5, model.learner.classes_.tolist()
    rules = Rules(estimate=True)
    golden, c = Stream.of(model, RANGES), HarStream(model, RANGES)
    one, other = fixed.device(model, rules=rules, seed=seed), Device(model, rules=rules, seed=seed)
    step = other._step
    windows = readings = learnt = 0
    for counts, label in life(len(names), RANGES, steps + 20):
        expected, found = golden.push(counts), c.push(counts)
        readings += 1
        assert (found is None) == (expected is None)
        if found is None or expected is None:
            continue
        assert found.h.tolist() == expected.h.tolist()
        assert found[1:] == expected[1:]
        how = 0.02 * readings, found.known, found.marked
        said, mine = one.sample(found.h * step, *how), other.sample(found.h * step, *how)
        assert mine._replace(query=None) == said._replace(query=None)
        assert (mine.query is None) == (said.query is None)
        if said.query:
            name = names[label] if label >= 0 else None
            answer = one.label(said.sample, name, 0.0)
            assert other.label(said.sample, name, 0.0) == answer
            learnt += answer.outcome == "learnt"
        windows += 1
        if windows % 1000 == 0:
            same_state(one, other)
        if windows % 5000 == 0:
            assert one.command(windows % 10_000 == 0) == other.command(windows % 10_000 == 0)
        if windows == steps:
            break
    assert windows == steps
    assert learnt > 500
    same_state(one, other)


def same_state(one: Any, other: Device) -> None:
    core = one.arithmetic.core
    for name in ("U", "mantissa", "exponent"):
        assert (getattr(core, name) == other.part(name)).all(), name
    assert (other.part("b") == core.b.T).all()


def collinear(rng: np.random.Generator, n: int) -> Any:
    return np.outer(rng.normal(0, 0.5, 500), rng.normal(0, 1, n)).clip(-1.5, 1.5)


def constant(rng: np.random.Generator, n: int) -> Any:
    return np.tile(rng.uniform(-1.5, 1.5, n), (500, 1))


def saturated(rng: np.random.Generator, n: int) -> Any:
    return rng.choice([-1.5, 1.5], (500, n))


def nothing(rng: np.random.Generator, n: int) -> Any:
    return np.zeros((500, n))


@pytest.mark.parametrize("inputs", [collinear, constant, saturated, nothing, None])
def test_a_million_steps_of_anything_do_not_diverge(inputs: Any, compact_windows: Windows) -> None:
    """None: a wearer's own stream again and again, a million windows; else 200,000 with labels that
    make no sense. P stays positive, every number within its format, none at its limit, and what
    the wearer does is told as well as in floating point, before and after he is learnt anew."""
    who = wearer.prepare(compact_windows, 9)
    model = who.model._replace(names=har.names())
    Z, labels = who.Z[who.stream], compact_windows.y[who.stream].tolist()
    rng = np.random.default_rng(3)
    mine, real = fixed.FixedArithmetic(model), FloatArithmetic(model)
    rows = Z if inputs is None else inputs(rng, len(model.names))
    weights = (0.25, 1.0, 64.0) if inputs in (saturated, collinear) else (1.0,)
    for t in range(1_000_000 if inputs is None else 200_000):
        k = t % len(rows)
        label = labels[k] if inputs is None else int(rng.integers(6))
        for one in (mine, real):
            one.learn(rows[k], label, weights[t % len(weights)])
        if t % 1000 == 0:
            healthy(mine, rows[k])
    if inputs is None:
        assert share(mine, Z, labels) > share(real, Z, labels) - 0.01 > 0.98
    for t in range(20 * len(Z)):
        for one in (mine, real):
            one.learn(Z[t % len(Z)], labels[t % len(Z)], 1.0)
    healthy(mine, Z[0])
    assert share(mine, Z, labels) > share(real, Z, labels) - 0.05
    assert (mine.repaired, mine.refused, mine.limited) == (0, 0, 0)


def share(mine: Arithmetic, Z: Any, labels: list[int]) -> float:
    right = [mine.look(z).predicted == k for z, k in zip(Z, labels, strict=True)]
    return float(np.mean(right))


def healthy(mine: fixed.FixedArithmetic, x: Any) -> None:
    """D positive, and so P; every number within its format; a leverage that is one."""
    now = mine.core
    now.check(len(now.mantissa), now.b.shape[1])
    assert mine.look(x).leverage >= 0
