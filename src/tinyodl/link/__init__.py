"""What goes over the air between a device and its teacher: the values of a query, and their
bytes."""

from tinyodl.link.air import BLE, OFFICIAL_INPUTS, Link, byte_fraction
from tinyodl.link.payload import LEVELS, VALUE_BYTES, Payload, as_sent, from_bytes, to_bytes

__all__ = [
    "BLE",
    "LEVELS",
    "OFFICIAL_INPUTS",
    "VALUE_BYTES",
    "Link",
    "Payload",
    "as_sent",
    "byte_fraction",
    "from_bytes",
    "to_bytes",
]
