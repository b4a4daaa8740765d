"""Where one bout ends and the next begins, and what its activity is: `fixed/bouts.py`."""

from tinyodl.device.bout import LASTS
from tinyodl.device.bout import ONE as EACH
from tinyodl.device.state import RIPE, RIPENS
from tinyodl.rtl.language import WORD, less, minus, negative, plus
from tinyodl.rtl.learner import WINDOWS, Operation
from tinyodl.rtl.program.names import core, run, s

DISTANCE, FOLLOW = int(Operation.DISTANCE), int(Operation.FOLLOW)
NEW, SAME, STRAY = 0, 1, 2
NONE = 255  # no answer, no activity


def begin_bout() -> None:
    s.number = s.number + 1 & 0xFFFF
    s.age = 0
    s.passed = 0
    s.answer = NONE
    s.asked = 0
    s.counted = 0


def pause() -> None:
    if s.told:
        s.of = 0
        s.stray = 0
    begin_bout()


def place() -> int:
    """Of x, which its mean follows."""
    found = NEW
    if s.of:
        run(DISTANCE)
        of = s.of - 1
        low = s.limit_low[of]
        if not less(s.limit_high[of], low, core.distance_high, core.distance_low):
            found = SAME
        elif not s.stray:
            s.stray = 1
            return STRAY
        else:
            s.of = 0
    if s.of == 0:
        run(FOLLOW)
    elif s.of == 1:
        run(FOLLOW | 1 << WINDOWS)
    elif s.of == 2:
        run(FOLLOW | 2 << WINDOWS)
    else:
        run(FOLLOW | 3 << WINDOWS)
    if s.of < 4:
        s.of += 1
    s.stray = 0
    return found


def take_in() -> int:
    """The activity of the bout that x is in, NONE for a stray."""
    found = NEW
    if s.told:
        found = place()
        if found == STRAY:
            return NONE
    anew = found == NEW or s.passed >= LASTS
    most = 0
    most_high = 0
    most_low = 0
    k = 0
    while k < s.classes:
        low = s.o[k]
        high = 0
        if negative(low):
            high = WORD
        if not anew:
            high, low = plus(high, low, s.votes_high[k], s.votes_low[k])
        s.votes_low[k] = low
        s.votes_high[k] = high
        less_high, _ = minus(most_high, most_low, high, low)
        if k == 0 or negative(less_high):
            most = k
            most_high = high
            most_low = low
        k += 1
    if anew:
        begin_bout()
    s.age += 1
    if s.answer == NONE:
        return most
    return s.answer


def ripe_age() -> int:
    """Windows from which a bout may be asked."""
    return RIPE + (s.puzzled + (RIPENS - 1) >> 3)


def ripens(age: int) -> bool:
    """Whether with this window the bout is old enough to be asked; once a bout."""
    if not s.told:
        s.windows = s.windows + 1 & EACH - 1
        return s.windows == 0
    if s.counted or s.age < age:
        return False
    s.counted = 1
    return True


def ripe(age: int) -> bool:
    if not s.told:
        return True
    return s.age >= age and not s.asked
