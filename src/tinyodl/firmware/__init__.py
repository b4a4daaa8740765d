"""The C library: a model as its headers, and the same device in C on this machine."""

from tinyodl.firmware.header import config, source
from tinyodl.firmware.host import Device
from tinyodl.firmware.host_har import HarStream

__all__ = ["Device", "HarStream", "config", "source"]
