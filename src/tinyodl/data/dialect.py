"""How a text table is written: its separator, its decimal sign, where its names stand."""

import csv
import json
import re
from collections.abc import Mapping
from typing import NamedTuple

from tinyodl.data.errors import DataError
from tinyodl.data.names import ACC, GYRO, Layout, recognise

SEPARATORS = ",;\t|"
_LINES = 40  # in which the names must stand
_COMMA = re.compile(r"\s*[-+]?\d*,\d+([eE][-+]?\d+)?\s*")


class Dialect(NamedTuple):
    """separator, "" where a line is a JSON object; comma: whether decimals have one; skip: lines
    before the first reading; layout: what the columns hold."""

    separator: str
    comma: bool
    skip: int
    layout: Layout


def cells(line: str, separator: str) -> list[str]:
    """A line's cells, quotes taken off."""
    return next(csv.reader([line.rstrip("\r\n")], delimiter=separator), [])


def sniff(head: str, told: Mapping[str, str] | None = None) -> Dialect:
    """Find out from a table's first lines (whole ones); DataError says what is wrong with them."""
    lines = head.splitlines()
    first = next((k for k, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise DataError("row 1: there is nothing in it; give a file that has rows")
    if lines[first].lstrip().startswith("{"):
        return Dialect("", False, 0, recognise(_keys(lines[first]), told))
    problem: DataError | None = None
    for k, line in enumerate(lines[:_LINES]):
        separator = max(SEPARATORS, key=line.count)
        names = cells(line, separator)
        if sum(bool(name.strip()) for name in names) < 2:
            continue  # a title, a comment, an empty line
        if not any(map(_number, names)):
            try:
                layout = recognise(names, told)
            except DataError as error:
                problem = problem or error
                continue
            if layout.sensors:
                rest = lines[k + 1 : k + 1 + _LINES]
                return Dialect(separator, _decimal_comma(rest, separator, layout), k + 1, layout)
        elif k == first and problem is None and (plain := _without_names(names)):
            return Dialect(separator, False, 0, plain)
        if any(map(_number, names)):
            break
    if problem:
        raise problem
    separator = max(SEPARATORS, key=lines[first].count)
    return Dialect(separator, False, first + 1, recognise(cells(lines[first], separator), told))


def _keys(line: str) -> list[str]:
    """Column names of a table of JSON objects, from its first; lists of three are x, y, z."""
    found = flat(line)
    if found is None:
        raise DataError(
            f"row 1: expected a JSON object a line, got {line.strip()[:60]!r}; mend the file"
        )
    own = recognise(list(found)).others
    return [*found, *(k for k in ("activity", "subject", "recording") if k not in own)]


def flat(line: str) -> dict[str, str] | None:
    """A JSON object as names and cells; None where the line is none."""
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(given, dict):
        return None
    row: dict[str, str] = {}
    for name, value in given.items():
        if isinstance(value, list) and len(value) == 3:
            row |= {f"{name}_{axis}": _cell(v) for axis, v in zip("xyz", value, strict=True)}
        elif isinstance(value, dict):
            row |= {f"{name}_{key}": _cell(v) for key, v in value.items()}
        else:
            row[name] = _cell(value)
    return row


def _cell(value: object) -> str:
    if value is None:
        return ""
    return repr(value) if isinstance(value, float) else str(value)


def _number(text: str) -> bool:
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True


def _without_names(first: list[str]) -> Layout | None:
    """A table that begins with a reading: acceleration, rotation perhaps, an activity perhaps."""
    width = len(first)
    if width not in (3, 4, 6, 7) or not all(map(_number, first[: width // 3 * 3])):
        return None
    if width % 3 and _number(first[-1]):
        return None
    names = [*ACC, *GYRO][: width // 3 * 3]
    return recognise([*names, "activity"][: len(names) + 1])


def _decimal_comma(lines: list[str], separator: str, layout: Layout) -> bool:
    """Whether numbers of the sensors have a comma."""
    columns = [c for triple in layout.sensors.values() for c in triple]
    columns += [layout.others["time"]] if "time" in layout.others else []
    rows = [cells(line, separator) for line in lines]
    found = [row[c] for row in rows for c in columns if c < len(row)]
    return any(map(_COMMA.fullmatch, found)) and not any("." in cell for cell in found)
