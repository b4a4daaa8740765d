"""What the learner is told to do: `fixed/core.py` and `fixed/arithmetic.py`."""

from tinyodl.fixed.arithmetic import KNOWN
from tinyodl.fixed.core import A_BITS, FIRST_DITHER, G_BITS
from tinyodl.rtl.language import (
    divide,
    left,
    negative,
    product,
    right,
)
from tinyodl.rtl.learner import CHANGE, Operation
from tinyodl.rtl.program.names import core, factory, run, s, weights
from tinyodl.rtl.program.policy import own_halvings

LOOK, STEP, MOVE = int(Operation.LOOK), int(Operation.STEP), int(Operation.MOVE)
COMPARE = int(Operation.COMPARE)
OWN_KNOWN, HOLD = 2, 1  # log2 of 1 / OWN_KNOWN, and of HOLD, in `device.learner`
# Of the shape; the compiler has their values.
CLASSES = ELEMENTS = U_WORDS = WEIGHT_WORDS = 0


def look(word: int) -> None:
    """What the present model makes of a sample. Where P is not what it was left as, a bit that
    flipped, it is the factory's again."""
    core.place = word
    run(LOOK)
    if core.sum != s.sum:
        factory_p()
        s.repaired += 1
        run(LOOK)
        s.sum = core.sum
    s.predicted = core.predicted
    s.confidence = core.highest - core.second
    s.leverage = core.leverage


def of_factory(label: int) -> bool:
    """Whether the factory's b says so of what was looked at."""
    core.classes = s.factory_classes
    run(COMPARE)
    core.classes = s.classes
    return core.predicted == label


def factory_p() -> None:
    i = 0
    while i < U_WORDS:
        weights[i] = factory[i]
        i += 1
    i = 0
    while i < ELEMENTS:
        s.D[i] = factory[i + WEIGHT_WORDS]
        i += 1


def factory_model() -> None:
    factory_p()
    i = U_WORDS
    while i < WEIGHT_WORDS:
        weights[i] = factory[i]
        i += 1
    i = 0
    while i < CLASSES:
        s.score_mean[i] = factory[i + (WEIGHT_WORDS + ELEMENTS)]
        i += 1
    s.classes = s.factory_classes
    core.classes = s.classes
    s.dither = FIRST_DITHER
    run(LOOK)  # of anything: for P's checksum
    s.sum = core.sum


def weighing(count: int, kappa: int) -> int:
    """1 / (count 2^kappa)."""
    if count > 1:
        _, twice = divide(0, 1 << A_BITS + 1 - kappa, count)
        return twice + 1 >> 1
    return 1 << A_BITS - kappa


def narrow(alpha: int, change: bool) -> None:
    """A step of P; s.total is 0 where there was none."""
    core.alpha = alpha
    if change:
        run(STEP | CHANGE)
    else:
        run(STEP)
    s.refused += core.refused
    s.total = core.total
    s.limited += core.limited
    s.sum = core.sum


def learn(label: int, alpha: int) -> None:
    """What was looked at has this label: b follows, and P where it is not known well."""
    narrow(alpha, s.leverage > s.usual >> KNOWN)
    if not s.total:
        return
    one = 1 << s.o_bits
    _, share = divide(1 << A_BITS + G_BITS + 1 - 32, 0, s.total)
    share = share + 1 >> 1
    if not s.whole:
        share = within_reach(label, one, alpha, share)
    found = s.o[label]
    s.o[label] = found - one  # beyond its target; the others' is 0
    core.alpha = share
    core.dither = s.dither
    run(MOVE)
    s.o[label] = found
    s.dither = core.dither
    s.limited += core.limited


def within_reach(label: int, one: int, alpha: int, share: int) -> int:
    """The share that lets the label's output lead by 5/8 at most."""
    reach = one - (one >> 2) - (one >> 3)
    lowest = 1 << 31
    highest = 1  # above the lowest
    k = 0
    while k < s.classes:
        above = s.o[k] ^ lowest
        if k != label and above > highest:
            highest = above
        k += 1
    lead = s.o[label] - (highest ^ lowest)
    room = 0
    if negative(lead) or lead < reach:
        missing = reach - lead
        high, low = right(missing, 0, 32 - G_BITS)
        _, room = divide(high, low, one - lead)
    along = s.total - alpha
    high, low = product(share, along)
    high, low = left(high, low, 32 - A_BITS)
    if negative(low):
        high += 1
    if room < high:
        high, low = right(room, 0, 32 - A_BITS)
        _, share = divide(high, low, along)
    return share


def hold() -> None:
    """As if it had been learnt with the outputs that it has."""
    narrow(weighing(1, s.kappa + HOLD), True)


def learn_label(label: int) -> None:
    """Where the prediction has it by a margin, it is held."""
    if s.predicted != label or s.confidence < s.margin:
        learn(label, weighing(1, s.kappa))
    elif s.leverage > s.usual >> KNOWN:
        hold()


def learn_own() -> None:
    """What is trusted and not known well: the own label, or held."""
    if s.leverage <= s.usual >> KNOWN:
        return
    vouched = 2
    if s.audits:
        vouched = s.vouched
    if not negative(vouched) and s.leverage > s.usual >> OWN_KNOWN:
        learn(s.predicted, weighing(1, s.kappa - own_halvings() + vouched - 2))
    else:
        hold()
