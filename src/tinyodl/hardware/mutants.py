"""Blocks of a core that are broken on purpose: do golden vectors notice?"""

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
from amaranth.utils import ceil_log2
from numpy.typing import NDArray

from tinyodl import OSELMClassifier
from tinyodl.fixed import core
from tinyodl.fixed.arithmetic import FixedArithmetic
from tinyodl.har import RangeScaler
from tinyodl.hardware.equivalent import equivalent
from tinyodl.hardware.simulate import build, play
from tinyodl.hardware.watched import Mutant, Watched, watched
from tinyodl.model import Model
from tinyodl.rtl.core import REGISTERS, SCALARS, VECTORS, WEIGHTS, Register
from tinyodl.rtl.eventful import ALL_RULES, eventful, fewer, loud
from tinyodl.rtl.instructions import BITS, meaning
from tinyodl.rtl.life import Life
from tinyodl.rtl.programs import program
from tinyodl.rtl.proofs import blocks
from tinyodl.rtl.proofs.system import System
from tinyodl.rtl.script import LEAST_ALPHA, Bus, Lesson, Script
from tinyodl.rtl.shape import HASH, SIGN, Shape
from tinyodl.rtl.state import Layout

EACH = {"multiplier": 8, "shifts": 3, "divider": 6, "learner": 16, "sequencer": 12, "core": 8}
OF_NODES = {"nodes": 6}
OF_PROGRAM = 14
SAME = "it is none"
EXPONENTS = ((22, 34), (58, core.D_DEEPEST), (30, 45), (26, core.D_DEEPEST))
NODES = (
    Shape(inputs=13, nodes=32, direct=True, alpha=SIGN, classes=4, queue=1),
    Shape(inputs=21, nodes=18, direct=False, alpha=HASH, classes=3, queue=1),
)

CLAIMS = {
    "normaliser": blocks.normalises,
    "rounder": blocks.rounds,
    "raiser": blocks.raises,
    "multiplier": blocks.multiplies,
}


class Part(NamedTuple):
    """A program that plays, its mutants, and what is played: name, text, and of the core as it is
    cycles at most, and numbers that are printed."""

    program: Path
    watched: Watched
    scripts: list[tuple[str, str, tuple[int, list[int]]]]


class Found(NamedTuple):
    """by: the script that notices; empty where none does."""

    mutant: Mutant
    by: str


def part(folder: Path, of: Watched, scripts: Sequence[tuple[str, str]]) -> Part:
    """Built, and played as it is once: RuntimeError where that is wrong already."""
    made = build(folder, {"odl_core.v": of.verilog})
    timed = []
    for name, text in scripts:
        played = play(made, text)
        if played.wrong:
            raise RuntimeError(f"{name} is wrong without a mutant: {played.said}")
        timed.append((name, text, (2 * played.cycles, played.printed)))
    return Part(made, of, timed)


def caught(of: Part, mutant: Mutant) -> Found:
    """By which script, the first that has a word that is wrong, a command without an end, or one
    that counts other cycles."""
    for name, text, (most, printed) in of.scripts:
        played = play(of.program, text, options=(*mutant.options, "+stop", f"+most={most}"))
        if played.wrong or played.printed != printed:
            return Found(mutant, name)
    return Found(mutant, "")


def refuted(of: Part, mutant: Mutant) -> Found:
    """By its block's proof, where it has one that its name stands for."""
    module = _module(mutant)
    claim = CLAIMS.get(module.rsplit(".", 1)[-1])
    if claim is None:
        return Found(mutant, "")
    broken = claim(System(of.watched.rtlil, module, before=f"mutate {_options(mutant)}"))
    return Found(mutant, "its proof" if broken else "")


def alike(of: Part, mutant: Mutant) -> bool:
    """Whether it is none, which its module's logic says."""
    module = _module(mutant)
    return bool(module) and equivalent(
        of.watched.rtlil, module, _options(mutant), of.watched.machines.get(module, {})
    )


def judged(of: Part, mutant: Mutant) -> Found:
    """By what it is noticed, SAME where it is none."""
    found = caught(of, mutant)
    if not found.by:
        found = refuted(of, mutant)
    if not found.by and alike(of, mutant):
        found = Found(mutant, SAME)
    return found


def _module(mutant: Mutant) -> str:
    words = mutant.what.split()
    return words[words.index("-module") + 1] if "-module" in words else ""


def _options(mutant: Mutant) -> str:
    return mutant.what[mutant.what.index("-mode") :]


def of_words(shape: Shape, count: int, seed: int) -> list[Mutant]:
    """One bit each of words of the sequencer's program, of those that mean something."""
    words = program(shape).words
    addresses = ceil_log2(Layout(shape).depths["scalars"])
    bits = [
        (word, bit)
        for word, each in enumerate(words)
        for bit in range(BITS)
        if meaning(each, addresses) >> bit & 1
    ]
    return [
        Mutant("program", f"word {word}, bit {bit}", (f"+word={word}", f"+bits={1 << bit}"))
        for word, bit in np.random.default_rng(seed).permutation(bits)[:count].tolist()
    ]


def lives(shape: Shape, model: Model, count: int) -> dict[str, Life]:
    """Of all rules, of a model as it is, with room for new activities, and loud."""
    models = {
        "": model,
        ", new activities": fewer(model, len(model.learner.classes_) - 2),
        ", loud": loud(model),
    }
    pairs = product(ALL_RULES.items(), models.items())
    return {
        f"{name}{of}": eventful(shape, each, rules, seed, count)
        for seed, ((name, rules), (of, each)) in enumerate(pairs)
    }


def lesson_script(shape: Shape, arithmetic: FixedArithmetic, count: int) -> Script:
    """Samples that are looked at and learnt, as they are usual and at every limit."""
    rng = np.random.default_rng(0)
    n, m = shape.inputs, arithmetic.core.b.shape[1]
    script = Script(shape, arithmetic.core, arithmetic._nodes)
    for i in range(count):
        usual, limits = rng.normal(0, 60, n), rng.choice([-127, 127], n)
        kind = (usual, limits, few_bits(rng, n), np.zeros(n))[min(i % 5, 3)]
        x = np.clip(kind, -127, 127).astype(np.int64)
        alpha = int(rng.integers(1, 1 << int(rng.integers(1, 33))))
        label = int(rng.integers(m)) if alpha > LEAST_ALPHA else None
        script.learn([Lesson(x, label, alpha, bool(i % 7), 1 << 12 if i % 3 else 0)])
        script.cycles()
    script.whole()
    return script


def of_learner(shape: Shape, arithmetic: FixedArithmetic) -> dict[str, Script]:
    """Of the learner alone."""
    return {
        "lessons": lesson_script(shape, arithmetic, 60),
        "bus": bus_script(shape, arithmetic),
    } | {f"extremes {seed}": extreme(shape, arithmetic, 12, seed) for seed in range(16)}


def bus_script(shape: Shape, arithmetic: FixedArithmetic) -> Script:
    """Bytes that are written, of which only vectors take some of a word's; distances."""
    rng, layout = np.random.default_rng(0), Layout(shape)
    script = Script(shape, arithmetic.core, arithmetic._nodes)
    places = {
        REGISTERS: Register.INTERRUPT,
        SCALARS: layout.arrays["o"],
        VECTORS: 2 * layout.samples,
        WEIGHTS: 5,
    }
    for (region, offset), mask in product(places.items(), range(16)):
        most = 1 if region == REGISTERS else 0xFFFFFFFF
        before = int(rng.integers(most + 1))
        bits = sum(0xFF << 8 * i for i in range(4) if mask >> i & 1)
        if region != VECTORS and mask != 0xF:
            bits = 0
        script.write(region, offset, before)
        script.part(region, offset, before ^ most, mask)
        script.expect(region, offset, before ^ most & bits)
    for _ in range(8):
        x = rng.integers(-core.H, core.H + 1, shape.inputs)
        mean = rng.integers(-1 << 15, 1 << 15, shape.inputs)
        script.distance(x, mean, rng.integers(1 << 16, size=shape.inputs))
    return script


def few_bits(rng: np.random.Generator, n: int) -> NDArray[np.int64]:
    """Numbers whose products end in zeros, so that what is lost below them would be seen."""
    return rng.integers(-15, 16, n) << rng.integers(4, size=n)


def extreme(shape: Shape, arithmetic: FixedArithmetic, count: int, seed: int) -> Script:
    """As `lesson_script`, from numbers anywhere within their formats, or near where these end."""
    rng = np.random.default_rng(seed)
    now = arithmetic.core
    lowest, deepest = EXPONENTS[seed % len(EXPONENTS)]
    highest = core.D_LEAST if seed % 2 else core.D_MOST
    most = core.LARGEST >> (0, 2, 5, 16)[seed // 4 % 4]
    start = now._replace(
        U=rng.integers(-most - 1 if most else 0, most + 1, len(now.U)),
        mantissa=rng.integers(core.D_LEAST, highest + 1, len(now.mantissa)),
        exponent=rng.integers(lowest, deepest + 1, len(now.exponent)),
        b=rng.integers(-core.LARGEST - 1, core.LARGEST + 1, now.b.shape),
        u_bits=(now.u_bits, 20, 44)[seed % 3],
    )
    script = Script(shape, start, arithmetic._nodes)
    for _ in range(count):
        x = rng.integers(-core.H, core.H + 1, shape.inputs) >> int(rng.choice([0, 0, 5]))
        if rng.random() < 0.3:
            x = few_bits(rng, shape.inputs)
        alpha = int(rng.integers(1, 1 << int(rng.integers(1, 33))))
        label = int(rng.integers(now.b.shape[1])) if alpha > LEAST_ALPHA else None
        script.learn([Lesson(x, label, alpha, bool(rng.integers(4)), 1 << 12)])
    script.whole()
    return script


def modelled(shape: Shape) -> FixedArithmetic:
    """A model of a shape, of nothing in particular."""
    rng = np.random.default_rng(0)
    n, m = shape.inputs, shape.classes
    y = np.arange(300) % m
    X = np.clip(rng.normal(size=(m, n))[y] + rng.normal(0, 0.4, (300, n)), -1.5, 1.5)
    learner = OSELMClassifier(
        shape.nodes,
        alpha="sign" if shape.alpha == SIGN else "hash",
        activation="hard_sigmoid",
        direct=shape.direct,
    ).fit(X, y)
    names = tuple(map(str, range(n)))
    return FixedArithmetic(Model(learner, RangeScaler().fit(X), names, leverage=1.0))


def parts(folder: Path, shape: Shape, model: Model, seed: int, count: int) -> list[Part]:
    """A device's core with lives of so many windows, and cores of both kinds of nodes."""
    made = []
    for i, (each, counts) in enumerate(((shape, EACH), *((nodes, OF_NODES) for nodes in NODES))):
        inside = folder / str(i)
        inside.mkdir()
        arithmetic = modelled(each) if i else FixedArithmetic(model)
        played: dict[str, Bus] = {**of_learner(each, arithmetic)}
        if not i:
            played |= lives(shape, model, count)
        scripts = [(name, one.text()) for name, one in played.items()]
        of = watched(each, counts, seed)
        if not i:
            of.mutants.extend(of_words(shape, OF_PROGRAM, seed))
        made.append(part(inside, of, scripts))
    return made
