"""A table's columns as numbers, times and texts; what cannot be one is an error with its row."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tinyodl.data import clock
from tinyodl.data.errors import DataError

if TYPE_CHECKING:
    import polars as pl

Array = NDArray[np.float64]

_EXACT = 2**53  # whole numbers that a float tells apart
_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}


def _unit(duration: "pl.DataType") -> float:
    """Seconds that a duration's whole number counts."""
    return _SECONDS[str(getattr(duration, "time_unit", "us"))]


def as_text(
    frame: "pl.DataFrame", name: str, default: str
) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """A column as numbers of texts without blanks around them, and the texts; whole floats lose
    their .0."""
    import polars as pl

    if name not in frame.columns:
        return np.zeros(frame.height, np.int32), (default,)
    column = frame[name]
    if column.dtype.is_float():
        column = column.fill_nan(None)
        whole = column.drop_nulls()
        if (whole % 1 == 0).all() and (whole.abs() < _EXACT).all():
            column = column.cast(pl.Int64)
    found = column.unique(maintain_order=True)
    texts = found.cast(pl.String).fill_null("").str.strip_chars().to_list()
    names = tuple(dict.fromkeys(texts))
    number = {text: k for k, text in enumerate(names)}
    numbers = column.replace_strict(found, [number[t] for t in texts], return_dtype=pl.Int32)
    return numbers.to_numpy(), names


def as_numbers(frame: "pl.DataFrame", name: str, file: str, head: int) -> Array:
    """A column of finite numbers."""
    import polars as pl

    column = frame[name]
    cleaned = column.str.strip_chars() if column.dtype == pl.String else column
    numbers = np.asarray(
        cleaned.cast(pl.Float64, strict=False).fill_null(float("nan")), dtype=np.float64
    )
    bad = ~np.isfinite(numbers)
    if bad.any():
        row = int(bad.argmax())
        got = column.cast(pl.String)[row]
        last = " The file may be cut short there." if row == len(numbers) - 1 else ""
        raise DataError(
            f"{file}, row {head + row}: {name} is {'empty' if got in (None, '') else repr(got)}, "
            f"expected a finite number ({int(bad.sum())} such rows).{last} Mend the row, or end "
            "the recording before it and name the rest anew"
        )
    return numbers


def as_seconds(frame: "pl.DataFrame", file: str, head: int) -> tuple[Array, float]:
    """The time column in seconds, from its first value, and that: numbers in s, ms, us or ns, or
    dates with times."""
    import polars as pl

    column = frame["time"]
    if column.dtype == pl.String:
        text = column.str.strip_chars()
        if text.cast(pl.Float64, strict=False)[0] is None:
            try:
                column = text.str.to_datetime(strict=False, time_unit="ns")
            except pl.exceptions.ComputeError:
                column = pl.Series([None] * frame.height, dtype=pl.Datetime("ns"))
            if column.null_count():
                row = int(column.is_null().arg_max() or 0)
                raise DataError(
                    f"{file}, row {head + row}: time is {text[row]!r}, expected seconds, "
                    "milliseconds or a date with time such as 2026-01-31T12:00:00.020; mend the row"
                )
    if column.dtype == pl.Time or column.dtype == pl.Duration:
        column = column.cast(pl.Int64) * (1e-9 if column.dtype == pl.Time else _unit(column.dtype))
    if column.dtype.is_temporal():
        if column.null_count():
            raise DataError(
                f"{file}, row {head + int(column.is_null().arg_max() or 0)}: time is empty; "
                "mend the row"
            )
        stamps = column.cast(pl.Datetime("ns")).cast(pl.Int64).to_numpy()
        return np.asarray((stamps - stamps[0]) * 1e-9), float(stamps[0]) * 1e-9
    numbers = as_numbers(frame, "time", file, head)
    step = clock.period(numbers) if len(numbers) > 1 else 1.0
    unit = next((u for u, s in _SECONDS.items() if 4e-4 < step * s <= 0.2), None)
    if unit is None:
        raise DataError(
            f"{file}, row {head}: readings are {step:g} apart in time, which is no rate of a "
            "sensor in s, ms, us or ns: mend the time column"
        )
    return np.asarray((numbers - numbers[0]) * _SECONDS[unit]), numbers[0] * _SECONDS[unit]
