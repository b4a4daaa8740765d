"""One question at the keyboard: a key an activity, and a countdown.

The terminal itself is read, not standard input, on which readings may come.
"""

import os
import select
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from string import ascii_lowercase, digits
from typing import IO

from tinyodl.reports.names import plain

try:
    import termios
    import tty
except ImportError:  # pragma: no cover - no such terminals there
    termios = None  # type: ignore[assignment]

_TERMINAL = Path("/dev/tty")
OTHER, YES = "n", " "  # another name; what is believed
KEYS = [key for key in digits[1:] + ascii_lowercase if key != OTHER]
LONGEST = 40  # characters of a name


class Nobody(Enum):
    """The countdown ran out."""

    NOBODY = "nobody"


NOBODY = Nobody.NOBODY


def there() -> bool:
    """Whether somebody can be asked."""
    if termios is None or not sys.stderr.isatty():
        return False
    try:
        with _TERMINAL.open("r+b", buffering=0):
            return True
    except OSError:
        return False


def ask(believed: str, labels: Sequence[str], seconds: float) -> str | Nobody | None:
    """What the wearer is doing: one of the labels or a new name; None where they do not know,
    NOBODY where nothing was pressed for so many seconds."""
    keys = dict(zip(KEYS, labels, strict=False))
    with _TERMINAL.open("r+b", buffering=0) as terminal, _single_keys(terminal):
        choices = "  ".join(f"{key} {plain(label)}" for key, label in keys.items())
        _write(terminal, f"\r\nWhat are you doing?  {choices}  {OTHER} another name\r\n")
        key = _countdown(
            terminal, f"Space: {plain(believed)}  Enter: don't know", time.monotonic() + seconds
        )
        reply: str | Nobody | None = NOBODY
        if key == OTHER:
            reply = _name(terminal)
        elif key == YES:
            reply = believed
        elif key is not None:
            reply = keys.get(key)
        said = "no answer" if reply is NOBODY else reply or "don't know"
        _write(terminal, f"\r\033[K{plain(str(said))}\r\n")
        return reply


def _countdown(terminal: IO[bytes], text: str, until: float) -> str | None:
    """The key that is pressed, None where none is by then."""
    while (left := until - time.monotonic()) > 0:
        _write(terminal, f"\r\033[K{text}  ({int(left) + 1} s) ")
        key = _key(terminal, min(left, left % 1 or 1))
        if key is not None and (key in KEYS or key in (OTHER, YES, "\r", "\n")):
            return key
    return None


def _name(terminal: IO[bytes]) -> str | None:
    """A name that is typed, up to Enter; None where it is empty."""
    name = ""
    while True:
        _write(terminal, f"\r\033[KName: {name}")
        key = _key(terminal, None)
        if key in (None, "\r", "\n"):
            return name.strip() or None
        if key in ("\x7f", "\b"):
            name = name[:-1]
        elif key is not None and key.isprintable() and len(name) < LONGEST:
            name += key


def _key(terminal: IO[bytes], seconds: float | None) -> str | None:
    """One key, None where none is pressed for so long."""
    if not select.select([terminal], [], [], seconds)[0]:
        return None
    key = os.read(terminal.fileno(), 1)
    if key == b"\x03":
        raise KeyboardInterrupt
    more = 3 if key >= b"\xf0" else 2 if key >= b"\xe0" else 1 if key >= b"\xc0" else 0
    return (key + os.read(terminal.fileno(), more)).decode(errors="replace") if key else None


def _write(terminal: IO[bytes], text: str) -> None:
    terminal.write(text.encode())


@contextmanager
def _single_keys(terminal: IO[bytes]) -> Iterator[None]:
    """Keys as they are pressed, not shown; as before afterwards."""
    before = termios.tcgetattr(terminal)
    try:
        tty.setcbreak(terminal.fileno(), termios.TCSADRAIN)
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
