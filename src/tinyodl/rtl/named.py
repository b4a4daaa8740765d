"""A design whose registers have the names of the source, for what looks inside it."""

import sys
from types import FrameType
from typing import Any, NamedTuple

from amaranth.back import rtlil
from amaranth.hdl import Signal
from amaranth.hdl._dsl import FSM  # which has no other name


class Named(NamedTuple):
    """states: by component's class, of its FSM the numbers by name."""

    rtlil: str
    states: dict[str, dict[str, int]]


def named(component: Any, name: str) -> Named:
    """RTLIL. Amaranth finds no name for a register that `clock.register` makes beside others: it
    becomes that of the local name which `elaborate` leaves it in."""
    machines: dict[str, FSM] = {}

    def left(frame: FrameType, event: str, _: object) -> None:
        if event == "return" and frame.f_code.co_name == "elaborate":
            for local, value in frame.f_locals.items():
                if isinstance(value, Signal) and value.name.startswith("$"):
                    value.name = local
                elif isinstance(value, FSM):
                    machines[type(frame.f_locals["self"]).__name__] = value

    before = sys.getprofile()
    sys.setprofile(left)
    try:
        text = str(rtlil.convert(component, name=name, emit_src=False))
    finally:
        sys.setprofile(before)
    return Named(text, {of: dict(fsm._data["encoding"]) for of, fsm in machines.items()})
