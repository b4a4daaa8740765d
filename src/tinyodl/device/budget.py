"""How many questions an hour and a day, and that the first hour does not eat the day.

>>> budget = Budget(per_day=8)
>>> budget.tick(60_000)
>>> budget.asked(), budget.asked()
(None, None)
>>> budget.tick(1_860_000)
>>> budget.spent, budget.open  # a quarter of the day's is all that one hour may have
(False, False)
"""

HOUR, DAY = 3_600_000, 86_400_000  # ms
LEAST_HOURS = 4  # that a day's questions last at least
SPREAD = 2  # an hour's are at least so much of its even spacing apart: a half


class Budget:
    """per_hour, per_day: questions, None for any number. Time is told by `tick`."""

    SETTINGS = ("per_day", "per_hour", "_apart")

    def __init__(self, per_hour: int | None = None, per_day: int | None = None) -> None:
        self.per_day = per_day
        share = None if per_day is None else -(-per_day // LEAST_HOURS)
        limits = [limit for limit in (per_hour, share) if limit is not None]
        self.per_hour = min(limits) if limits else None
        self._apart = HOUR // (SPREAD * self.per_hour) if self.per_hour else 0
        self._day = self._hour = -1
        self._now = 0
        self._last: int | None = None
        self.today = self.this_hour = 0

    def tick(self, now: int) -> None:
        """It is now so many milliseconds; a clock that runs backwards is not followed."""
        self._now = now
        if self.per_hour is None:
            return
        hour = now // HOUR
        if hour > self._hour:
            self._hour, self.this_hour = hour, 0
            day = now // DAY
            if day > self._day:
                self._day, self.today = day, 0

    @property
    def spent(self) -> bool:
        """Whether the day's are."""
        return self.per_day is not None and self.today >= self.per_day

    @property
    def open(self) -> bool:
        """Whether one more may be asked now."""
        if self.per_hour is None:
            return True
        if self.spent or self.this_hour >= self.per_hour:
            return False
        return self._last is None or not 0 <= self._now - self._last < self._apart

    @property
    def scarce(self) -> int:
        """How often the day's were halved: as often is doubt to be halved that is worth one."""
        if self.per_day is None:
            return 0
        left = max(self.per_day - self.today, 1)
        return (self.per_day // left).bit_length() - 1

    def asked(self) -> None:
        """One was."""
        self.today += 1
        self.this_hour += 1
        self._last = self._now
