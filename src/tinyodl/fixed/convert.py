"""A trained model in whole numbers, and what that costs."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from tinyodl.fixed import core
from tinyodl.learn import OSELMClassifier, rls
from tinyodl.model import Model

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

O_MOST = 30  # fraction of outputs, so that 1 and how far they are beyond it have 32 bits
ROOM = 4.0  # times the greatest output weight of the factory's that there is room for
MOST_LEVERAGE = 8.0  # that u has room for
QUIET = 1 / 8  # of the usual leverage that may come of rounding h
LARGEST_D = 258  # elements of h, whose outputs fit 32 bits


class Core(NamedTuple):
    """A learner in whole numbers (docs/fixed-point.md). U (d (d - 1) / 2,), mantissa, exponent (d,)
    of D, b (d, m); u_bits, o_bits: fractions of u and of outputs; usual: the factory's leverage,
    A_BITS."""

    U: Ints
    mantissa: Ints
    exponent: Ints
    b: Ints
    u_bits: int
    o_bits: int
    usual: int

    def copy(self) -> "Core":
        """Its own arrays."""
        return self._replace(
            U=self.U.copy(),
            mantissa=self.mantissa.copy(),
            exponent=self.exponent.copy(),
            b=self.b.copy(),
        )

    def check(self, d: int, m: int) -> None:
        """ValueError where it is not of d elements and m activities, or out of its formats."""
        shapes = (self.U.shape, self.mantissa.shape, self.exponent.shape, self.b.shape)
        if shapes != ((core.elements(d),), (d,), (d,), (d, m)):
            raise ValueError(f"arrays of {shapes} for {d} elements and {m} activities")
        limits = (
            (self.U, -core.LARGEST - 1, core.LARGEST),
            (self.mantissa, core.D_LEAST, core.D_MOST),
            (self.exponent, core.D_LOWEST, core.D_DEEPEST),
            (self.b, -core.LARGEST - 1, core.LARGEST),
        )
        if any(a.min(initial=low) < low or a.max(initial=low) > most for a, low, most in limits):
            raise ValueError("a number is out of its format")

    @property
    def state_bytes(self) -> int:
        """Of what changes: 16 bits for U, D's mantissas and b, 8 for D's exponents."""
        return 2 * (len(self.U) + self.b.size) + 3 * len(self.mantissa)


def scales(learner: OSELMClassifier, clip: float) -> Array:
    """(d,): what one step of a whole number h is worth: inputs are clip at most, all else 1."""
    d = len(learner.beta_)
    step = np.full(d, 1.0 / core.H)
    if learner.direct:
        step[: learner.n_features_in_] = clip / core.H
    return step


def fits(learner: OSELMClassifier) -> bool:
    """Whether there is a form in whole numbers: nodes' weights that are drawn, not stored, and not
    too many elements."""
    drawn = learner.alpha in ("hash", "sign") and learner.activation == "hard_sigmoid"
    return (learner.n_hidden == 0 or drawn) and len(learner.beta_) <= LARGEST_D


def convert(model: Model) -> Core:
    """ValueError where its numbers do not fit the formats."""
    learner, step = model.learner, scales(model.learner, model.scaler.clip)
    if len(step) > LARGEST_D:
        raise ValueError(
            f"{len(step)} inputs and nodes are more than sums of 32 bits hold: train with "
            f"{LARGEST_D} at most"
        )
    P = quiet(rls.full(learner.P_) * np.outer(step, step), model.leverage)
    beta = learner.beta_ * step[:, None]
    U, D = factors(P)
    mantissa, exponent = normalised(D)
    most = np.sqrt(np.diag(P).max() * MOST_LEVERAGE)
    whole = np.rint(U * 2.0**core.U_BITS)
    if np.abs(whole).max(initial=0) > core.LARGEST:
        raise ValueError("P's factor does not fit 16 bits: train with more regularization")
    greatest = max(ROOM * np.abs(beta).max(), core.LARGEST / 2.0**O_MOST)
    o_bits = int(np.floor(np.log2(core.LARGEST / greatest)))
    return Core(
        whole.astype(np.int64),
        mantissa,
        exponent,
        np.rint(beta * 2.0**o_bits).astype(np.int64),
        int(np.floor(np.log2(core.V_MOST / most))),
        o_bits,
        round(model.leverage * 2**core.A_BITS),
    )


class Lost(NamedTuple):
    """What a conversion loses at most, for any h there is: outputs: how far one is off; leverage:
    how far h^T P h is off, as a share of it."""

    outputs: float
    leverage: float


def lost(model: Model) -> Lost:
    """Of `convert`. ValueError as there."""
    made, step = convert(model), scales(model.learner, model.scaler.clip)
    off = np.abs(model.learner.beta_ * step[:, None] - made.b / 2.0**made.o_bits)
    P = rls.full(model.learner.P_) * np.outer(step, step)
    D = made.mantissa * 2.0 ** -made.exponent.astype(np.float64)
    shares = eigh(product(made.U / 2.0**core.U_BITS, D), P, eigvals_only=True)
    return Lost(float(core.H * off.sum(0).max()), float(np.abs(shares - 1).max()))


def quiet(P: Array, usual: float) -> Array:
    """P (d, d) in steps, regularised as much as it takes for the rounding of h to add at most QUIET
    of the usual leverage: h^T P h of a rounding error is trace(P) / 12 on average. So P does not
    take noise for news where it was trained with hardly any regularization."""
    most = 12 * QUIET * usual
    if np.trace(P) <= most or usual <= 0:
        return P
    values, vectors = np.linalg.eigh(P)
    low, high = 0.0, len(P) / most  # of what is added to the inverse of P
    for _ in range(50):
        middle = (low + high) / 2
        loud = (values / (1 + middle * values)).sum() > most
        low, high = (middle, high) if loud else (low, middle)
    return np.asarray((vectors * (values / (1 + high * values))) @ vectors.T)


def factors(P: Array) -> tuple[Array, Array]:
    """P = U D U^T: U's columns above its diagonal of ones, one after another (d (d - 1) / 2,), and
    D (d,)."""
    d = len(P)
    rest, D, columns = P.copy(), np.zeros(d), [np.zeros(0)] * d
    for j in reversed(range(d)):
        D[j] = rest[j, j]
        columns[j] = rest[:j, j] / D[j]
        rest[:j, :j] -= D[j] * np.outer(columns[j], columns[j])
    return np.concatenate(columns), D


def product(U: Array, D: Array) -> Array:
    """The inverse of `factors`."""
    d = len(D)
    whole, first = np.eye(d), 0
    for j in range(d):
        whole[:j, j] = U[first : first + j]
        first += j
    return np.asarray(whole * D @ whole.T)


def normalised(D: Array) -> tuple[Ints, Ints]:
    """Mantissas of 16 bits and exponents of D (d,): mantissa / 2^exponent."""
    exponent = 15 - np.floor(np.log2(D)).astype(np.int64)
    mantissa = np.rint(D * 2.0**exponent).astype(np.int64)
    full = mantissa > core.D_MOST
    mantissa, exponent = np.where(full, core.D_LEAST, mantissa), exponent - full
    if exponent.min() < core.D_LOWEST or exponent.max() > core.D_DEEPEST:
        raise ValueError("P is out of range: train with a regularization between 1e-6 and 1e6")
    return mantissa, exponent
