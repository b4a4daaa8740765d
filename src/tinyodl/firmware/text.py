"""Arrays as C.

>>> print(row("uint8_t", "few", [1, 2, 3]))
static const uint8_t few[] = {
    1, 2, 3};
"""

import textwrap
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray


def row(kind: str, name: str, values: Iterable[object]) -> str:
    """An array, within 100 columns; of nothing, one 0."""
    whole = [str(int(v)) if isinstance(v, np.integer) else str(v) for v in values] or ["0"]
    return f"static const {kind} {name}[] = {{\n{_filled(whole)}}};"


def nested(kind: str, name: str, rows: NDArray[np.int64]) -> str:
    """An array of rows (k, width); of nothing, one row of 0."""
    whole = ["{" + ", ".join(map(str, one)) + "}" for one in rows.tolist()] or ["{0}"]
    return f"static const {kind} {name}[][{rows.shape[1]}] = {{\n{_filled(whole)}}};"


def header(
    about: str,
    include: str,
    parts: Iterable[str],
    kind: str,
    name: str,
    fields: Mapping[str, object],
) -> str:
    """A header that has these arrays, and a constant struct of these fields."""
    body = ",\n".join(f"    .{field} = {value}" for field, value in fields.items())
    guard = name.upper() + "_H"
    lines = [f"/* {about} */", f"#ifndef {guard}\n#define {guard}\n", f'#include "{include}"\n']
    lines += [*parts, f"\nstatic const {kind} {name} = {{\n{body}}};\n\n#endif\n"]
    return "\n".join(lines)


def _filled(values: list[str]) -> str:
    text = ", ".join(values)
    return textwrap.fill(text, 96, initial_indent="    ", subsequent_indent="    ")
