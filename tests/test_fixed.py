"""The learner in whole numbers: the same as in floating point but for rounding, the same bits
however it is computed, and sound after any life."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyodl import Model, OSELMClassifier, har, teachers
from tinyodl.device import OnDeviceLearner, live, snapshot
from tinyodl.device.arithmetic import FloatArithmetic
from tinyodl.experiments.trials import wearer
from tinyodl.fixed import Core, FixedArithmetic, convert, core, fits, inputs, lost
from tinyodl.fixed import device as fixed_device
from tinyodl.fixed.convert import QUIET, factors, normalised, product, quiet
from tinyodl.har import RangeScaler, compact
from tinyodl.learn import rls
from tinyodl.recipe import fitting, methods
from tinyodl.windows import Windows, splits

Array = np.ndarray[Any, np.dtype[np.float64]]
N = 12


def made(seed: int = 0, m: int = 4) -> Model:
    rng = np.random.default_rng(seed)
    y = np.arange(300) % m
    X = np.clip(rng.normal(size=(m, N))[y] + rng.normal(0, 0.4, (300, N)), -1.5, 1.5)
    learner = OSELMClassifier(0, direct=True).fit(X, y)
    usual = np.mean([learner.outlook(x).leverage for x in X])
    scaler = RangeScaler().fit(X)
    return Model(learner, scaler, tuple(map(str, range(N))), leverage=float(usual))


def samples(seed: int, count: int) -> Array:
    return np.clip(np.random.default_rng(seed).normal(0, 0.8, (count, N)), -1.5, 1.5)


def covariance(now: Core, step: Array) -> Array:
    """P of a core, in floating point."""
    P = product(now.U / 2.0**core.U_BITS, now.mantissa * 2.0 ** -now.exponent.astype(float))
    return np.asarray(P / np.outer(step, step))


# Numbers ------------------------------------------------------------------------------------------


@given(st.integers(0, 10_000), st.integers(1, 12))
def test_factors_are_those_of_p(seed: int, d: int) -> None:
    A = np.random.default_rng(seed).normal(size=(d, d + 3))
    P = A @ A.T
    U, D = factors(P)
    assert (D > 0).all()
    assert len(U) == d * (d - 1) // 2
    np.testing.assert_allclose(product(U, D), P, atol=1e-9 * np.abs(P).max())
    upper = np.linalg.cholesky(P[::-1, ::-1])[::-1, ::-1]  # another way to an upper factor
    np.testing.assert_allclose(np.diag(upper) ** 2, D, rtol=1e-6)


@given(st.floats(1e-13, 7.9))
def test_mantissa_and_exponent_are_those_of_d(value: float) -> None:
    mantissa, exponent = normalised(np.array([value]))
    assert 2**15 <= mantissa[0] < 2**16
    assert abs(mantissa[0] * 2.0 ** -float(exponent[0]) / value - 1) <= 2.0**-16


@pytest.mark.parametrize("value", [1e-20, 16.0])
def test_what_is_out_of_range_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="out of range"):
        normalised(np.array([value]))


@settings(deadline=None)  # the first call compiles
@given(st.integers(-(2**40), 2**40), st.integers(-8, 20))
def test_rounding_is_to_the_nearest_halves_up(value: int, bits: int) -> None:
    expected = int(np.floor(value / 2.0**bits + 0.5)) if bits > 0 else value * 2**-bits
    assert core.rounded(value, bits) == core.rounded.py_func(value, bits) == expected


# As in floating point -----------------------------------------------------------------------------


def test_a_sample_looks_as_it_does_in_floating_point() -> None:
    model = made()
    fixed, real = FixedArithmetic(model), FloatArithmetic(model)
    for x in samples(1, 50):
        sent = np.rint(x * 127 / 1.5) * 1.5 / 127
        found, expected = fixed.look(x), real.look(sent)
        assert found.predicted == expected.predicted or expected.confidence < 1e-3
        assert found.confidence == pytest.approx(expected.confidence, abs=1e-3)
        assert found.leverage == pytest.approx(expected.leverage, rel=5e-3)
        np.testing.assert_allclose(fixed.outputs, real.outputs, atol=1e-3)
        assert fixed.factory(x) == real.factory(sent) or expected.confidence < 1e-3


@pytest.mark.parametrize("reach", [1.0, 0.625])
@pytest.mark.parametrize("weight", [0.25, 1.0, 32.0, 256.0])
def test_steps_are_those_of_floating_point(weight: float, reach: float) -> None:
    model = made()
    fixed, real = FixedArithmetic(model), FloatArithmetic(model)
    rng = np.random.default_rng(2)
    for x in np.rint(samples(3, 40) * 127 / 1.5) * 1.5 / 127:
        k = int(rng.integers(4))
        if rng.random() < 0.2:
            fixed.hold(x, weight)
            real.hold(x, weight)
        else:
            fixed.learn(x, k, weight, reach)
            real.learn(x, k, weight, reach)
        found, expected = covariance(fixed.core, fixed._step), rls.full(real.learner.P_)
        scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
        assert np.abs((found - expected) / scale).max() < 0.02
        beta = fixed.core.b / 2.0**fixed.core.o_bits / fixed._step[:, None]
        np.testing.assert_allclose(beta, real.learner.beta_, atol=0.02)
    assert fixed.limited == fixed.refused == 0


def test_what_is_known_leaves_p_as_it_is_and_is_learnt() -> None:
    model = made()
    fixed = FixedArithmetic(model)
    x = samples(4, 1)[0]
    for _ in range(100):
        fixed.hold(x, 64.0)
    before = fixed.core.copy()
    fixed.learn(x, 1, 8.0)
    assert (before.U == fixed.core.U).all()
    assert (before.mantissa == fixed.core.mantissa).all()
    assert (before.b != fixed.core.b).any()


def test_a_label_is_learnt_until_its_lead_is_as_told() -> None:
    fixed = FixedArithmetic(made())
    for x in samples(5, 20):
        fixed.look(x)
        k = int(fixed.outputs.argmin())
        for _ in range(20):
            fixed.learn(x, k, 256.0, 0.625)
        fixed.look(x)
        lead = fixed.outputs[k] - np.delete(fixed.outputs, k).max()
        assert lead == pytest.approx(0.625, abs=0.01)


def test_a_new_activity_has_a_column_and_a_reset_takes_it_away() -> None:
    model = made()
    fixed = FixedArithmetic(model)
    x = samples(6, 1)[0]
    before = [fixed.look(x), fixed.factory(x)]
    fixed.add(9)
    fixed.learn(x, 4, 64.0)
    assert fixed.labels == [0, 1, 2, 3, 9]
    assert fixed.look(x).predicted == 4
    assert fixed.factory(x) == before[1]
    fixed.reset()
    assert fixed.labels == [0, 1, 2, 3]
    assert fixed.look(x) == before[0]


def test_what_is_no_sample_is_refused() -> None:
    fixed = FixedArithmetic(made())
    for bad in (np.zeros(N - 1), np.full(N, np.nan), np.full(N, np.inf)):
        with pytest.raises(ValueError, match="finite numbers"):
            fixed.look(bad)


# The same bits ------------------------------------------------------------------------------------


def extreme(seed: int, steps: int) -> str:
    """Steps at the limits of every format, from a state that is at them too; a digest of all."""
    rng = np.random.default_rng(seed)
    d, m, sums = 9, 3, hashlib.sha256()
    U = rng.choice([-core.LARGEST - 1, -1, 0, 1, core.LARGEST], core.elements(d))
    mantissa = rng.choice([core.D_LEAST, core.D_MOST], d)
    exponent = rng.integers(core.D_LOWEST, core.D_DEEPEST + 1, d)
    b = rng.choice([-core.LARGEST - 1, 0, core.LARGEST], (d, m))
    o, f, u, gain = map(core.empty, (m, d, d, m))
    dither = core.FIRST_DITHER
    for step in range(steps):
        h = rng.choice([-core.H, core.H, *rng.integers(-core.H, core.H, 3)], d)
        if step % 7 == 0:
            exponent[:] = rng.integers(core.D_LOWEST, core.D_DEEPEST + 1, d)
        alpha = int(rng.choice([2**20, 2**28, 2**31, *rng.integers(2**20, 2**31, 2)]))
        u_bits = int(rng.integers(12, 45))
        core.outputs(h, b, o)
        core.project(h, U, f)
        sums.update(repr(core.leverage(f, mantissa, exponent)).encode())
        total, limited = core.narrow(
            f, alpha, U, mantissa, exponent, u_bits, bool(rng.random() < 0.8), u
        )
        if total:
            reach = int(rng.choice([0, 5 << 8]))
            y = int(rng.integers(m))
            core.follow(o, y, core.share_of(o, y, total, alpha, reach, 11), 11, gain)
            more, dither = core.move(u, gain, u_bits, b, dither)
            limited += more
        for state in (U, mantissa, exponent, b, o, f, u, gain):
            sums.update(np.asarray(state, np.int64).tobytes())
        sums.update(f"{total} {limited}".encode())
        assert min(U.min(), b.min()) >= -core.LARGEST - 1
        assert max(U.max(), b.max()) <= core.LARGEST
        assert core.D_LEAST <= mantissa.min() <= mantissa.max() <= core.D_MOST
        assert exponent.min() >= core.D_LOWEST
        assert exponent.max() <= core.D_DEEPEST
    return sums.hexdigest()


def test_nothing_overflows() -> None:
    """As compiled, on 64-bit numbers, and in plain Python, on numbers without a limit."""
    code = "from test_fixed import extreme; print(*(extreme(s, 300) for s in range(6)))"
    path = os.pathsep.join(
        [str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    )
    plain = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert plain.returncode == 0, plain.stderr
    assert plain.stdout.split() == [extreme(seed, 300) for seed in range(6)]


def test_vectors_are_the_same_bits_as_ever() -> None:
    """What other implementations are held to: a change here is one of the specification."""
    assert extreme(0, 200)[:16] == VECTORS


VECTORS = "2b2f92780673a8fe"


# A life -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["constant", "collinear", "saturated", "random", "adversarial"])
def test_a_long_life_leaves_a_learner_that_learns(kind: str) -> None:
    model = made()
    fixed = FixedArithmetic(model)
    rng = np.random.default_rng(7)
    base = samples(8, 2)
    for step in range(20_000):
        x = {
            "constant": base[0],
            "collinear": np.clip(base[0] * rng.uniform(-1, 1), -1.5, 1.5),
            "saturated": rng.choice([-1.5, 1.5], N),
            "random": rng.uniform(-1.5, 1.5, N),
            "adversarial": base[step % 2] * (-1) ** (step // 50),
        }[kind]
        fixed.learn(x, int(rng.integers(4)), 2.0 ** float(rng.integers(-2, 9)), 0.625)
        if step % 3 == 0 and fixed.look(x).leverage > model.leverage / 8:  # as a device does
            fixed.hold(x, 128.0)
    assert fixed.refused == 0
    assert np.linalg.eigvalsh(covariance(fixed.core, fixed._step)).min() > 0
    x = samples(9, 1)[0]
    for _ in range(64):
        fixed.learn(x, 2, 64.0, 0.625)
    assert fixed.look(x).predicted == 2


def test_a_device_lives_in_whole_numbers_as_in_floating_point(compact_windows: Windows) -> None:
    """The learner alone in whole numbers, and all of it."""
    makers: dict[str, Any] = {
        "float": OnDeviceLearner,
        "learner": lambda model: OnDeviceLearner(model, arithmetic=FixedArithmetic(model)),
        "all": fixed_device,
    }
    right: dict[str, list[float]] = {how: [] for how in makers}
    asked: dict[str, list[float]] = {how: [] for how in makers}
    for person in (3, 12, 28):
        who = wearer.prepare(compact_windows, person)
        y, test = compact_windows.y[who.stream].tolist(), compact_windows.y[who.test]
        for how, make in makers.items():
            device = make(who.model)
            lived = live(device, who.Z[who.stream], teachers.TrueLabels(y))
            found = [device.arithmetic.look(x).predicted for x in who.Z[who.test]]
            right[how].append(float(np.mean(found == test)))
            asked[how].append(float(lived.asked.sum()))
    for how in ("learner", "all"):
        assert np.mean(right[how]) == pytest.approx(np.mean(right["float"]), abs=0.005)
        assert np.mean(asked[how]) == pytest.approx(np.mean(asked["float"]), abs=1)


def test_what_a_conversion_loses_is_said_and_true(compact_windows: Windows) -> None:
    who = wearer.prepare(compact_windows, 3)
    found, whole, real = lost(who.model), FixedArithmetic(who.model), FloatArithmetic(who.model)
    assert 0 < found.outputs < 0.01
    assert 0 < found.leverage < 0.05
    step = who.model.scaler.clip / core.H
    for x in np.rint(who.Z[who.stream][:60].clip(-1.5, 1.5) / step) * step:
        seen, true = whole.look(x), real.look(x)
        assert np.abs(whole.outputs - real.outputs).max() <= found.outputs
        assert seen.leverage == pytest.approx(true.leverage, rel=found.leverage + 0.01)


def test_p_does_not_take_the_rounding_of_h_for_news() -> None:
    """Trained with hardly any regularization on nodes that are much alike: h^T P h of a rounding
    error is a share of the usual leverage, and no larger P is left as it is."""
    rng = np.random.default_rng(0)
    A = rng.normal(size=(40, 4))
    P = np.linalg.inv(A @ A.T + 1e-4 * np.eye(40))
    usual = 12 * np.trace(P) / 4000
    found = quiet(P, usual)
    noise = np.einsum("ki,ij,kj->k", e := rng.uniform(-0.5, 0.5, (4000, 40)), found, e)
    assert noise.mean() == pytest.approx(QUIET * usual, rel=0.1)
    assert np.linalg.eigvalsh(found).min() > 0
    np.testing.assert_array_equal(quiet(P, np.trace(P)), P)


@pytest.mark.parametrize(("alpha", "nodes"), [("hash", 256), ("hash", 128), ("sign", 128)])
def test_hidden_nodes_learn_in_whole_numbers_as_in_floating_point(
    alpha: str, nodes: int, compact_windows: Windows
) -> None:
    """The published shapes, on inputs that make nodes much alike: nothing gets to its limit, and a
    few hundred labels leave it as right as they leave floating point, within 2 points (12 of 641
    windows)."""
    W, drifted = compact_windows, [9, 14, 16, 19, 25]
    others = np.flatnonzero(~np.isin(W.subject, drifted))
    stream, test = splits.cut(W, splits.people(W, drifted), 0.6, "blocked", 0)
    lesson = fitting.lesson(W, others)
    scaler = fitting.scaler("compact").fit(lesson.X)
    Z = scaler.transform(W.X)
    build = methods.ODL_HASH.build if alpha == "hash" else methods.ODL_SIGN.build
    learner = fitting.fit(build("compact", nodes, 1), scaler, lesson, len(W.classes))
    whose = (W.subject[others], W.recording[others])
    model = fitting.assemble(learner, scaler, Z[others], W.y[others], *whose, har.names())
    whole, real = FixedArithmetic(model), FloatArithmetic(model)
    for t in stream:
        for one in (whole, real):
            one.learn(Z[t], int(W.y[t]), 16.0)
    right = [np.mean([one.look(Z[t]).predicted == W.y[t] for t in test]) for one in (whole, real)]
    assert right[0] > right[1] - 0.02
    assert (whole.limited, whole.refused) == (0, 0)


def test_what_has_no_form_in_whole_numbers_is_said(compact_windows: Windows) -> None:
    model = wearer.prepare(compact_windows, 3).model
    assert fits(model.learner)
    stored = OSELMClassifier(8, alpha="base").fit(np.eye(8), np.arange(8) % 3)
    assert not fits(stored)
    with pytest.raises(ValueError, match="train with hash or sign weights"):
        FixedArithmetic(model._replace(learner=stored))
    large = OSELMClassifier(260, alpha="sign").fit(np.eye(8), np.arange(8) % 3)
    assert not fits(large)
    with pytest.raises(ValueError, match="258"):
        convert(model._replace(learner=large))
    work = compact.plan(har.names(), 50, 2050)
    with pytest.raises(ValueError, match=r"a window of 2050 readings is too long.*40.96 s at most"):
        inputs.recipe(work, model.scaler)


def test_its_state_is_kept_to_the_bit(compact_windows: Windows) -> None:
    who = wearer.prepare(compact_windows, 7)
    y = compact_windows.y[who.stream].tolist()

    def fresh() -> OnDeviceLearner:
        return OnDeviceLearner(who.model, arithmetic=FixedArithmetic(who.model))

    device, other = fresh(), fresh()
    live(device, who.Z[who.stream], teachers.TrueLabels(y))
    data = snapshot.dumps(device)
    snapshot.restore(other, data)
    assert snapshot.dumps(other) == data
    assert all(device.arithmetic.look(x) == other.arithmetic.look(x) for x in who.Z[who.test][:20])
    assert isinstance(other.arithmetic, FixedArithmetic)
    assert (other.arithmetic.core.U != convert(who.model).U).any()
    with pytest.raises(snapshot.StateError, match="another arithmetic"):
        snapshot.restore(OnDeviceLearner(who.model), data)
    settings, arrays = snapshot.unpack(data, snapshot.KIND)
    for name, wrong in {
        "U": arrays["U"][:-1],
        "mantissa": arrays["mantissa"] * 0,
        "exponent": arrays["exponent"] + 60,
        "b": arrays["b"] + 2**15,
    }.items():
        bad = snapshot.pack(snapshot.KIND, settings, {**arrays, name: wrong})
        with pytest.raises(snapshot.StateError, match="does not fit"):
            snapshot.restore(other, bad)
        assert snapshot.dumps(other) == data


def test_its_learner_in_floating_point_is_the_same_model(compact_windows: Windows) -> None:
    who = wearer.prepare(compact_windows, 7)
    device = OnDeviceLearner(who.model, arithmetic=FixedArithmetic(who.model))
    live(device, who.Z[who.stream], teachers.TrueLabels(compact_windows.y[who.stream].tolist()))
    Z = np.rint(who.Z[who.test] * 127 / 1.5) * 1.5 / 127
    looks = [device.arithmetic.look(x) for x in Z]
    assert device.learner.predict(Z).tolist() == [look.predicted for look in looks]
    found = [device.learner.outlook(x).leverage for x in Z]
    np.testing.assert_allclose(found, [look.leverage for look in looks], rtol=0.01)


def test_it_takes_as_many_bytes_as_is_said(compact_windows: Windows) -> None:
    who = wearer.prepare(compact_windows, 3)
    assert convert(who.model).state_bytes == 4575
