"""What the people trained on share in how they wear and move the sensor, and how far they differ.

`fit` leaves each of them out in turn, and measures on blocks of their brisk half windows how far
the mounting that the others' template finds is from their own. Where RELIABLE of the blocks are
within WITHIN degrees, a block of that size tells the mounting; where no size does, there is no
template, and the reason why.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import scipy.stats
from numpy.typing import NDArray

from tinyodl.align import mounting as turns

Array = NDArray[np.float64]

BLOCKS = (16, 32, 64, 128, 256, 512, 1024)  # brisk half windows that may be asked for
WITHIN = 45.0  # degrees: from there on, turning a turned sensor back is no gain for sure
RELIABLE = 0.95  # of the blocks
FEWEST = 5  # people
ABLE = 0.8  # of the people move so briskly for so long
TURNED = 0.025  # chance to be taken for turned, of who wears it as the others, or as before
REMOUNTED = 0.001  # the same while it is worn, where it was most likely not touched
MOST = 8  # blocks that a mounting is the mean of
_LEAST = 1e-4  # rad^2: half a degree, what no test goes below


class Template(NamedTuple):
    """gravity (3,): unit vector of the mean acceleration; heading (VECTORS - 1, 3): what is
    compared, weighed by how much people agree; block: brisk half windows that tell a mounting;
    turned (2, 3, 3): a rotation r (half sines) is more than people differ where r^T turned r > 1,
    for one block's and for the mean of MOST; remounted (2, 3, 3): the same for two blocks of one
    person, with a pause between them and without; median, reached: degrees that the blocks of
    people left out are off, and that RELIABLE of them keep to."""

    gravity: Array
    heading: Array
    block: int
    turned: Array
    remounted: Array
    median: float
    reached: float

    def mounting(self, vectors: Array) -> Array:
        """The rotation (4,) onto the people trained on, of mean vectors (VECTORS, 3)."""
        return turns.mounting(vectors, self.gravity, self.heading)


class Fit(NamedTuple):
    """template: None where alignment is off; why: what to say of it."""

    template: Template | None
    why: str


def fit(people: Sequence[Array]) -> Fit:
    """The template of people's brisk half windows, each (halves, VECTORS, 3) in time order."""
    if len(people) < FEWEST:
        return Fit(None, f"off: {len(people)} people, it takes {FEWEST} to know how they differ")
    why = "off: people hardly move briskly"
    for block in BLOCKS:
        able = [p for p in people if len(p) >= block]
        if len(able) < max(FEWEST, ABLE * len(people)):
            break
        found = _fit(able, block)
        if found.reached <= WITHIN:
            why = (
                f"on: {block} brisk half windows tell the mounting, {found.median:.0f} degrees off "
                f"(median of people left out), at most {found.reached:.0f} for {RELIABLE:.0%}"
            )
            return Fit(found, why)
        why = (
            f"off: the mounting of people left out is found within {found.reached:.0f} degrees "
            f"only ({RELIABLE:.0%} of blocks of {block} brisk half windows)"
        )
    return Fit(None, why)


def _fit(people: Sequence[Array], block: int) -> Template:
    means = [p.mean(axis=0) for p in people]
    apart = [
        _blocks(person, block, *_shared(means[:k] + means[k + 1 :]))
        for k, person in enumerate(people)
    ]
    angles = np.concatenate([[turns.degrees(r) for r in rs] for rs in apart])
    weight = np.concatenate([np.full(len(rs), 1 / len(rs)) for rs in apart])  # people weigh alike
    order = angles.argsort()
    share = weight[order].cumsum() / weight.sum()
    gravity, heading = _shared(means)
    own = [
        _to_each_other(_blocks(person, block, gravity, heading))
        for person in people
        if len(person) >= 2 * block
    ]
    return Template(
        gravity,
        heading,
        block,
        np.stack([_test(apart, TURNED), _test([_averaged(rs) for rs in apart], TURNED)]),
        np.stack([_test(own or apart, TURNED), _test(own or apart, REMOUNTED, widest=True)]),
        float(angles[order][np.searchsorted(share, 0.5)]),
        float(angles[order][np.searchsorted(share, RELIABLE)]),
    )


def _shared(means: Sequence[Array]) -> tuple[Array, Array]:
    """Gravity, and the weighed vectors across it, of people's mean vectors."""
    up = np.array([m[0] / np.linalg.norm(m[0]) for m in means])
    gravity = up.mean(axis=0)
    gravity /= np.linalg.norm(gravity)
    upright = [turns.matrix(turns.onto(u, gravity)) for u in up]
    level = np.array([m[1:] @ r.T for m, r in zip(means, upright, strict=True)])
    level -= (level @ gravity)[..., None] * gravity
    mean = level.mean(axis=0)
    spread = ((level - mean) ** 2).sum(axis=2).mean(axis=0)
    weight = np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 0)
    return gravity, mean * weight[:, None]


def _blocks(person: Array, block: int, gravity: Array, heading: Array) -> list[Array]:
    """The mountings that a person's blocks tell."""
    count = len(person) // block
    parts = person[: count * block].reshape(count, block, *person.shape[1:]).mean(axis=1)
    return [turns.mounting(part, gravity, heading) for part in parts]


def _to_each_other(rotations: Sequence[Array]) -> list[Array]:
    """How far each block is from the one before it."""
    pairs = zip(rotations[1:], rotations[:-1], strict=True)
    return [turns.times(r, turns.back(before)) for r, before in pairs]


def _averaged(rotations: Sequence[Array]) -> list[Array]:
    """The means of MOST blocks in a row, or of as many as there are."""
    result = []
    for first in range(0, max(1, len(rotations) - MOST + 1), MOST):
        mean = rotations[first]
        for count, rotation in enumerate(rotations[first + 1 : first + MOST], start=1):
            mean = turns.mean(mean, count, rotation)
        result.append(mean)
    return result


def _test(people: Sequence[Sequence[Array]], level: float, widest: bool = False) -> Array:
    """The matrix W of the test r^T W r > 1: Hotelling's T^2 about zero with as many degrees of
    freedom as people (H. Hotelling, "The Generalization of Student's Ratio", Annals of Mathematical
    Statistics 2(3), 1931); widest: nor is any rotation that was seen beyond."""
    seen = [np.array([turns.half_sines(rotation) for rotation in rs]) for rs in people]
    scatter = np.mean([r.T @ r / len(r) for r in seen], axis=0)
    inverse = np.linalg.inv(scatter + _LEAST * np.eye(3))
    k = len(people)
    limit = 3 * k / (k - 2) * float(scipy.stats.f.ppf(1 - level, 3, k - 2)) if k > 2 else np.inf
    if widest:
        every = np.concatenate(seen)
        limit = max(limit, float(np.einsum("ij,jk,ik->i", every, inverse, every).max()))
    return np.asarray(inverse / limit)
