"""Names come from files, and a file may come from anywhere: none steers a terminal or a page.

>>> plain("walk\\x1b[31m"), shown({"name": ["\\u202eright"]})
('walk\\\\x1b[31m', {'name': ['\\\\u202eright']})
"""

from typing import Any


def plain(text: str) -> str:
    """What cannot be printed (control characters, lone surrogates, marks that turn the direction of
    writing) as escapes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shown(value: Any) -> Any:
    """Plain data with every text as `plain` has it, keys too."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {shown(key): shown(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [shown(part) for part in value]
    return value
