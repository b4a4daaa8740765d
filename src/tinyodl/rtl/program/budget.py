"""How many questions an hour and a day: `device/budget.py`."""

from tinyodl.device.budget import HOUR
from tinyodl.firmware.device import NO_LIMIT
from tinyodl.rtl.language import divide, minus
from tinyodl.rtl.program.names import carry, s
from tinyodl.rtl.program.numbers import length


def tick() -> None:
    if s.hourly == NO_LIMIT:
        return
    _, hour = divide(s.now_high, s.now_low, HOUR)
    if s.hour < hour:
        s.hour = hour
        s.this_hour = 0
        _, day = divide(0, hour, 24)
        if s.day < day:
            s.day = day
            s.today = 0


def spent() -> bool:
    if s.per_day == NO_LIMIT:
        return False
    return s.today >= s.per_day


def budget_open() -> bool:
    if s.hourly == NO_LIMIT:
        return True
    if spent() or s.this_hour >= s.hourly:
        return False
    if not s.ever_asked:
        return True
    high, low = minus(s.now_high, s.now_low, s.last_asked_high, s.last_asked_low)
    if carry():  # a clock that runs backwards
        return True
    return high or low >= s.apart


def scarce() -> int:
    """How often the day's questions were halved."""
    if s.per_day == NO_LIMIT or s.per_day == 0:
        return 0
    least = 1
    if s.today < s.per_day:
        least = s.per_day - s.today
    _, times = divide(0, s.per_day, least)
    return length(times) - 1
