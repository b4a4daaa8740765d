"""How long people do what in a day: bouts of real lengths.

Lognormal lengths, in seconds, fitted to two figures of each source:

- walking: 60 % of bouts last 30 s at most, 1 % two minutes; the rests between them are half of them
  20 s at most (M. S. Orendurff et al., "How humans walk: Bout duration, steps per bout, and rest
  duration", Journal of Rehabilitation Research and Development 45(7), 2008);
- sitting: 4.8 % of bouts last half an hour at least, and have 31.5 % of the time; sitting takes
  65.5 % of the waking time (E. J. Shiroma et al., "Patterns of Accelerometer-Assessed Sedentary
  Behavior in Older Women", JAMA 310(23), 2013).

Our own conventions: rests are spent standing; one walking bout in eight leads onto stairs, up or
down, for some ten seconds; eight hours are spent laying, which is turned over some twenty times.
"""

import math
from typing import NamedTuple

import numpy as np

HOUR = 3600.0


class Length(NamedTuple):
    """Lognormal: median in s, and the deviation of the logarithm."""

    median: float
    spread: float

    def draw(self, draws: np.random.Generator) -> float:
        """One length in s."""
        return self.median * math.exp(self.spread * draws.normal())


WALKING = Length(25.3, 0.67)
RESTING = Length(20.0, 1.0)
SITTING = Length(251.0, 1.18)
STAIRS = Length(10.0, 0.5)
LAYING = Length(1000.0, 0.8)
STAIRS_SHARE = 1 / 8  # of the walking bouts
PAIRS = 4.2  # walking bouts with a rest before the next sitting, on average
NIGHT = 8 * HOUR


class Bout(NamedTuple):
    """An activity by name, and how long, in s."""

    activity: str
    seconds: float


def waking(seconds: float, draws: np.random.Generator) -> list[Bout]:
    """Bouts of a day, so many seconds of them."""
    bouts: list[Bout] = []
    while True:
        bouts.append(Bout("sitting", SITTING.draw(draws)))
        for _ in range(draws.geometric(1 / PAIRS)):
            bouts.append(Bout("walking", WALKING.draw(draws)))
            if draws.random() < STAIRS_SHARE:
                way = "walking upstairs" if draws.random() < 0.5 else "walking downstairs"
                bouts.append(Bout(way, STAIRS.draw(draws)))
            bouts.append(Bout("standing", RESTING.draw(draws)))
        if sum(bout.seconds for bout in bouts) >= seconds:
            return _cut(bouts, seconds)


def night(draws: np.random.Generator) -> list[Bout]:
    """Bouts of a night: laying, turned over now and then."""
    bouts: list[Bout] = []
    while sum(bout.seconds for bout in bouts) < NIGHT:
        bouts.append(Bout("laying", LAYING.draw(draws)))
    return _cut(bouts, NIGHT)


def _cut(bouts: list[Bout], seconds: float) -> list[Bout]:
    """The bouts of the first so many seconds."""
    result, left = [], seconds
    for bout in bouts:
        if left <= 0:
            break
        result.append(bout._replace(seconds=min(bout.seconds, left)))
        left -= bout.seconds
    return result
