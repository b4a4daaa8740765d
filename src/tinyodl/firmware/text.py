"""Arrays as C.

>>> print(row("uint8_t", "few", [1, 2, 3]))
static const uint8_t few[] = {
    1, 2, 3};
"""

import textwrap
from collections.abc import Iterable, Sequence

import numpy as np


def row(kind: str, name: str, values: Iterable[object]) -> str:
    """An array, within 100 columns; of nothing, one 0."""
    whole = [str(int(v)) if isinstance(v, np.integer) else str(v) for v in values] or ["0"]
    return f"static const {kind} {name}[] = {{\n{_filled(whole)}}};"


def nested(kind: str, name: str, rows: Iterable[Sequence[object]]) -> str:
    """An array of rows."""
    whole = ["{" + ", ".join(str(int(v)) for v in one) + "}" for one in rows]  # type: ignore[call-overload]
    width = whole[0].count(",") + 1 if whole else 1
    return f"static const {kind} {name}[][{width}] = {{\n{_filled(whole or ['{0}'])}}};"


def _filled(values: list[str]) -> str:
    text = ", ".join(values)
    return textwrap.fill(text, 96, initial_indent="    ", subsequent_indent="    ")
