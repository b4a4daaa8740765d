"""A source of readings as a table whose columns have our names."""

import gzip
import io
import zlib
from collections.abc import Mapping
from functools import reduce
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tinyodl.data.dialect import SEPARATORS, Dialect, cells, flat, sniff
from tinyodl.data.errors import DataError
from tinyodl.data.intervals import Intervals
from tinyodl.data.intervals import columns as interval_columns
from tinyodl.data.intervals import read as read_intervals
from tinyodl.data.names import ACC, GRAVITY, GYRO, Layout, of_file, recognise
from tinyodl.data.sources import COLUMNS, Source

if TYPE_CHECKING:
    import polars as pl

HEAD = 1 << 16  # bytes in which the names must stand
_UNREADABLE = (UnicodeDecodeError, OSError, EOFError, zlib.error, gzip.BadGzipFile)
_ALSO = ("time", "activity", "subject", "recording")


class Table(NamedTuple):
    """frame: the columns that we know, text where the source is text; first_row: of the readings,
    as an editor counts it; note: what was taken from columns of other names, or nothing."""

    frame: "pl.DataFrame"
    first_row: int
    note: str


def read(source: Source, told: Mapping[str, str]) -> Table | None:
    """The source's table; told: our name to the source's, where it is not recognised. DataError
    says what cannot be read; None where there is no acceleration and nobody named the source."""
    import polars as pl

    try:
        frame, layout, first_row = (
            _typed(source, told) if source.kind in COLUMNS else _text(source, told)
        )
    except (pl.exceptions.PolarsError, *_UNREADABLE) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        kind = "Parquet" if source.kind in COLUMNS else "CSV"
        raise DataError(
            f"{source.label}: cannot be read as {kind} ({reason}). It may be cut short, damaged "
            "or no such table: write it again"
        ) from None
    except DataError as error:
        raise DataError(f"{source.label}, {error}") from None
    if frame.height == 0:
        raise DataError(f"{source.label}: no rows below its header: give a file that has some")
    if "bare" in layout.sensors:
        sensor = of_file(source.parts.stem)
        if sensor is None and not source.alone:
            return None
        sensors = dict(layout.sensors)
        sensors.setdefault(sensor or "acc", sensors.pop("bare"))
        layout = layout._replace(sensors=sensors)
    if not layout.sensors and not source.alone:
        return None
    return Table(_ours(frame, layout), first_row, _taken(source, layout))


def intervals(source: Source) -> Intervals | None:
    """The activities of a table of intervals; None where it is another, or cannot be read."""
    import polars as pl

    try:
        return _intervals(source)
    except (pl.exceptions.PolarsError, *_UNREADABLE):
        return None  # `read` says why


def _intervals(source: Source) -> Intervals | None:
    import polars as pl

    if source.kind in COLUMNS:
        file = io.BytesIO(source.read()) if source.member else source.path
        header, rest = list(pl.read_parquet_schema(file)), file
    else:
        first = _begin(source).partition("\n")[0]
        separator = max(SEPARATORS, key=first.count)
        header = cells(first, separator)
    places = interval_columns(header)
    if places is None or recognise(header).sensors:
        return None
    if source.kind in COLUMNS:
        return read_intervals(source.label, pl.read_parquet(rest), places)
    data = io.BytesIO(source.read())
    frame = pl.read_csv(data, separator=separator, infer_schema=False)
    return read_intervals(source.label, frame, places)


def _begin(source: Source) -> str:
    """Its first whole lines."""
    data = source.opened()
    if isinstance(data, Path):
        with data.open("rb") as file:
            begin = file.read(HEAD + 1)
    else:
        begin = data[: HEAD + 1]
    head = begin[:HEAD].decode("utf-8", errors="ignore")
    return head[: head.rfind("\n") + 1] if len(begin) > HEAD else head


def _typed(source: Source, told: Mapping[str, str]) -> tuple["pl.DataFrame", Layout, int]:
    import polars as pl

    frame = pl.read_parquet(io.BytesIO(source.read()) if source.member else source.path)
    layout = recognise(frame.columns, told)
    for name, dtype in frame.schema.items():
        if dtype.is_nested() or dtype in (pl.Binary, pl.Object):
            raise DataError(
                f"column {name!r} holds {dtype}, expected numbers or text; leave it out or write "
                "it as such"
            )
    return frame, layout, 1


def _text(source: Source, told: Mapping[str, str]) -> tuple["pl.DataFrame", Layout, int]:
    import polars as pl

    data = source.opened()
    dialect = sniff(_begin(source), told)
    if not dialect.separator:
        return _objects(source.read(), dialect), dialect.layout, 1
    others = dialect.layout.others
    sensors = {c for triple in dialect.layout.sensors.values() for c in triple}
    texts = {others[name]: pl.Categorical for name in _ALSO[1:] if name in others}
    if not dialect.comma:
        numbers = sensors | ({others["time"]} if "time" in others else set())
        for columns in (numbers, sensors):  # time may be dates
            try:  # numbers and names at once, in a third of the memory
                types = dict.fromkeys(columns, pl.Float64)
                return _cells(data, dialect, types | texts), dialect.layout, dialect.skip + 1
            except pl.exceptions.ComputeError:
                pass  # as text, to say which is none
    frame = _cells(data, dialect, {})
    if dialect.comma:
        numbers = sensors | ({others["time"]} if "time" in others else set())
        frame = frame.with_columns(pl.col(f"{c}").str.replace(",", ".") for c in numbers)
    return frame, dialect.layout, dialect.skip + 1


def _cells(data: Path | bytes, dialect: Dialect, types: Mapping[int, Any]) -> "pl.DataFrame":
    """A table's columns by their places, text where no type is given."""
    import polars as pl

    return pl.read_csv(
        data if isinstance(data, Path) else io.BytesIO(data),
        separator=dialect.separator,
        has_header=False,
        skip_rows=dialect.skip,
        infer_schema=False,
        schema={f"{k}": types.get(k, pl.String) for k in range(len(dialect.layout.header))},
    )


def _objects(data: bytes, dialect: Dialect) -> "pl.DataFrame":
    import polars as pl

    rows: list[list[str]] = []
    for number, line in enumerate(data.decode("utf-8").splitlines(), 1):
        if line.strip():
            found = flat(line)
            if found is None:
                raise DataError(f"row {number}: expected a JSON object a line; mend the row")
            rows.append([found.get(name, "") for name in dialect.layout.header])
    return pl.DataFrame(
        rows, schema={f"{k}": pl.String for k in range(len(dialect.layout.header))}, orient="row"
    )


def _ours(frame: "pl.DataFrame", layout: Layout) -> "pl.DataFrame":
    """The columns that we know, by our names."""
    import polars as pl

    columns = frame.get_columns()
    found: dict[str, pl.Series] = {}
    apart = layout.sensors.get("gravity") if not layout.acceleration else None
    for names, triples in (
        (ACC, layout.acceleration),
        (GYRO, layout.rotation),
        (GRAVITY, (apart,) if apart else ()),
    ):
        for axis, name in enumerate(names):
            parts = [columns[triple[axis]] for triple in triples]
            if parts:
                found[name] = parts[0] if len(parts) == 1 else reduce(add, map(_number, parts))
    found |= {name: columns[layout.others[name]] for name in _ALSO if name in layout.others}
    return pl.DataFrame([series.alias(name) for name, series in found.items()])


def _number(column: "pl.Series") -> "pl.Series":
    import polars as pl

    text = column.str.strip_chars() if column.dtype == pl.String else column
    return text.cast(pl.Float64, strict=False)


def _taken(source: Source, layout: Layout) -> str:
    """What was taken from columns that are named otherwise than ours."""
    said: list[str] = []
    for sensor, columns in layout.sensors.items():
        names = [layout.name(c) for c in columns]
        if [name.lower() for name in names] != [f"{sensor}_{axis}" for axis in "xyz"]:
            said.append(f"{sensor} from {', '.join(map(repr, names))}")
    for what, column in layout.others.items():
        if what in _ALSO and layout.name(column).lower() != what:
            said.append(f"{what} from {layout.name(column)!r}")
    return f"{source.name}: {'; '.join(said)} (--columns tells others)." if said else ""
