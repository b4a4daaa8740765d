"""The bit-exact model of what a device computes without a floating-point unit."""

from tinyodl.fixed.arithmetic import FixedArithmetic
from tinyodl.fixed.convert import Core, convert, fits, lost
from tinyodl.fixed.device import device

__all__ = ["Core", "FixedArithmetic", "convert", "device", "fits", "lost"]
