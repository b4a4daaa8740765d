"""Bytes on the air for one query and its answer.

A query carries a sample id and the input values, the answer the id and the label. Packets are those
of Bluetooth Low Energy on the 1M PHY with data length extension, unencrypted (Bluetooth Core
Specification 5.4, vol. 6 part B 2.1 and 2.4; vol. 3 part A 3.1 and part F 3.3): preamble 1, access
address 4, header 2, L2CAP 4, ATT 3, CRC 3, and up to 244 bytes of ours.
"""

from typing import NamedTuple

from tinyodl.link.payload import VALUE_BYTES, Payload

OFFICIAL_INPUTS = 561


class Link(NamedTuple):
    """What a link adds: overhead bytes a packet, largest packet of ours, id and label bytes."""

    overhead: int = 17
    largest: int = 244
    id_bytes: int = 2
    label_bytes: int = 1

    def message(self, size: int) -> int:
        """Bytes on the air for `size` bytes of ours."""
        return size + self.overhead * -(-size // self.largest)

    def query(self, inputs: int, payload: Payload) -> int:
        """Bytes of one query with its answer.

        >>> Link().query(561, "float32"), Link().query(60, "int8")
        (2436, 99)
        """
        asked = self.message(self.id_bytes + inputs * VALUE_BYTES[payload])
        return asked + self.message(self.id_bytes + self.label_bytes)


BLE = Link()


def byte_fraction(
    queries: int, samples: int, inputs: int, payload: Payload, link: Link = BLE
) -> float:
    """Bytes sent over those of sending every sample as 561 float32 values over the same link."""
    return (
        queries * link.query(inputs, payload) / (samples * link.query(OFFICIAL_INPUTS, "float32"))
    )
