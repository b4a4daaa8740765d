"""The C library: a model as its header, and the same device in C on this machine."""

from tinyodl.firmware.header import config, source
from tinyodl.firmware.host import Device

__all__ = ["Device", "config", "source"]
