"""Registers whose clock can be gated."""

from typing import Any

from amaranth.hdl import Signal


def register(shape: Any = 1) -> Signal:
    """What a reset may leave as it is: nothing reads it before it is written. Without a reset, the
    condition under which it changes can gate its clock."""
    return Signal(shape, reset_less=True, src_loc_at=1)
