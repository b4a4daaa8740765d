"""The published core: its golden model learns, and its Verilog is that to the bit."""

from pathlib import Path

import numpy as np
import pytest
from amaranth.back import rtlil
from hypothesis import given
from hypothesis import strategies as st

from tinyodl.hardware import simulate
from tinyodl.hardware.reference import Windows, trained
from tinyodl.rtl.export import TOP, translated
from tinyodl.rtl.reference import BITS, FRACTION, ONE, Core, Sizes
from tinyodl.rtl.reference_golden import Reference, Script, divided, fixed, times, weights, wrapped

SMALL = Sizes(inputs=9, nodes=8, classes=3)


def seen(count: int, seed: int) -> Windows:
    rng = np.random.default_rng(seed)
    y = np.arange(count) % SMALL.classes
    x = rng.normal(size=(SMALL.classes, SMALL.inputs))[y] + rng.normal(0, 0.3, (count, 9))
    return Windows(np.clip(x, -1, 1), y)


def test_a_step_is_that_of_recursive_least_squares() -> None:
    windows = seen(60, seed=0)
    golden = trained(windows, SMALL)
    for x, k in zip(*windows, strict=True):
        P, beta = np.array(golden.P) / ONE, np.array(golden.beta) / ONE
        golden.predict(fixed(x))
        h, o = np.array(golden.h) / ONE, np.array(golden.o) / ONE
        assert np.abs(o - beta @ h).max() < SMALL.nodes / ONE
        golden.learn(int(k))
        u = P @ h
        after = P - np.outer(u, u) / (1 + h @ u)
        # 8 nodes: of each product an ulp is lost, and of a quotient one more
        assert np.abs(np.array(golden.P) / ONE - after).max() < 40 / ONE
        moved = beta + np.outer(np.eye(SMALL.classes)[k] - o, after @ h)
        assert np.abs(np.array(golden.beta) / ONE - moved).max() < 1000 / ONE


def test_the_hash_repeats_itself_after_65_535_weights() -> None:
    drawn = [w for row in weights(Sizes(inputs=561)) for w in row]
    assert len(set(drawn[:65_535])) == 65_535
    assert drawn[65_535:] == drawn[: len(drawn) - 65_535]
    assert max(map(abs, drawn)) <= ONE


@given(st.integers(-(2**31), 2**31 - 1), st.integers(1, 2**31 - 1))
def test_products_and_quotients_are_within_their_last_bit(a: int, b: int) -> None:
    if abs(a * b >> FRACTION) < 2**31 - 1:
        assert 0 <= a * b - (times(a, b) << FRACTION) < ONE
    whole = divided(a, b)
    if (abs(a) << FRACTION) // b < 2**31:
        assert 0 <= (abs(a) << FRACTION) - abs(whole) * b < b
        assert whole * a >= 0
    assert wrapped(whole + (1 << BITS)) == whole


@pytest.mark.long
@pytest.mark.verilator
def test_the_core_is_its_golden_model_to_the_bit(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    shape = (SMALL.nodes, SMALL.nodes)
    as_usual = trained(seen(60, seed=0), SMALL)
    # P of anything: signs, and numbers that wrap, in every place
    odd = Reference(SMALL, rng.uniform(-2, 2, shape), rng.uniform(-2047, 2047, (3, 8)))
    core = str(rtlil.convert(Core(SMALL), name=TOP, emit_src=False))
    program = simulate.build(tmp_path, {"odl_core.v": translated(core)})
    for golden, steps in ((as_usual, 20), (odd, 2)):
        script = Script(golden)
        for _ in range(steps):
            script.look(fixed(rng.uniform(-1, 1, SMALL.inputs)))
            script.cycles()
            script.step(int(rng.integers(SMALL.classes)))
            script.cycles()
        script.whole()
        played = simulate.play(program, script.text())
        assert not played.wrong, played.said
        n, N, m = SMALL.inputs, SMALL.nodes, SMALL.classes
        a_row = 5 * N + 1  # five cycles a product, and one to write
        narrow = N * N * (2 + 52 + 2)
        learn = 2 * N * a_row + a_row + 6 * N * N + narrow + 6 * m * N
        assert played.printed[:2] == [N * (5 * n + 1) + m * a_row, learn]
    script.lines[-1] ^= 1  # what is compared is compared
    assert simulate.play(program, script.text()).wrong == 1


def test_sizes_that_no_core_has_are_refused() -> None:
    with pytest.raises(ValueError, match="must be a power of two"):
        Sizes(nodes=100)
    with pytest.raises(ValueError, match="do not fit"):
        Reference(SMALL, np.eye(4), np.zeros((3, 8)))
