"""Names come from files, and a file may come from anywhere: none steers a terminal or a page.

>>> plain("walk\\x1b[31m"), unmarked({"name": "<b>x"})
('walk\\\\x1b[31m', {'name': '&lt;b&gt;x'})
"""

import html
from collections.abc import Callable
from typing import Any


def plain(text: str) -> str:
    """What cannot be printed (control characters, lone surrogates, marks that turn the direction of
    writing) as escapes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shown(document: Any) -> Any:
    """A document with every text as `plain` has it."""
    return _each(document, plain)


def unmarked(document: Any) -> Any:
    """A document for plotly.js, which takes texts for HTML: with none."""
    return _each(document, lambda text: html.escape(text, quote=False))


def _each(value: Any, change: Callable[[str], str]) -> Any:
    """Plain data with all its texts changed, keys too."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {_each(key, change): _each(part, change) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_each(part, change) for part in value]
    return value
