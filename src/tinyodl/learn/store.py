"""Models in files: no pickle, nothing executed, checked before it is believed.

Layout: 8 bytes "tinyodl\\0"; format version, length of the header, length of the arrays, each a
little-endian uint32; the header (JSON: kind, settings, and name, type and shape of each array); the
arrays one after another, little-endian float64; SHA-256 of all before it.
"""

import hashlib
import json
import math
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC = b"tinyodl\0"
VERSION = 1
_FIXED = struct.Struct("<8sIII")
_DIGEST = 32
_AGAIN = "take another copy of it, or train the model again"
_LARGEST = 2**31  # bytes of header or arrays that are believed


class ModelFileError(ValueError):
    """A model file that is refused; the text says why."""


def pack(
    kind: str, settings: Mapping[str, Any], arrays: Mapping[str, NDArray[np.float64]]
) -> bytes:
    """The file's bytes."""
    described = [{"name": name, "shape": list(a.shape)} for name, a in arrays.items()]
    header = json.dumps(
        {"kind": kind, "settings": dict(settings), "arrays": described}, sort_keys=True
    ).encode()
    body = b"".join(np.ascontiguousarray(a, dtype="<f8").tobytes() for a in arrays.values())
    data = _FIXED.pack(MAGIC, VERSION, len(header), len(body)) + header + body
    return data + hashlib.sha256(data).digest()


def unpack(data: bytes, kind: str) -> tuple[dict[str, Any], dict[str, NDArray[np.float64]]]:
    """Settings and arrays of a file of this kind; ModelFileError where anything is not as `pack`
    wrote it."""
    if len(data) < _FIXED.size + _DIGEST or data[: len(MAGIC)] != MAGIC:
        raise ModelFileError(
            "this is no tinyodl model (its first bytes differ, or it is too short): give a file "
            "that tinyodl train wrote"
        )
    _, version, header_bytes, body_bytes = _FIXED.unpack_from(data)
    if version > VERSION:
        raise ModelFileError(
            f"format {version} is newer than this tinyodl reads ({VERSION}): update tinyodl"
        )
    if version < 1:
        raise ModelFileError(f"there is no format {version}: {_AGAIN}")
    expected = _FIXED.size + header_bytes + body_bytes + _DIGEST
    if max(header_bytes, body_bytes) > _LARGEST or len(data) != expected:
        raise ModelFileError(
            f"the file has {len(data)} bytes, expected {expected}: it is cut short or was added "
            f"to; {_AGAIN}"
        )
    if hashlib.sha256(data[:-_DIGEST]).digest() != data[-_DIGEST:]:
        raise ModelFileError(f"the checksum does not fit, the file is damaged: {_AGAIN}")
    header = _header(data[_FIXED.size : _FIXED.size + header_bytes])
    if header["kind"] != kind:
        raise ModelFileError(
            f"the file holds a {header['kind']!r}, expected a {kind!r}: give a file that tinyodl "
            "train wrote"
        )
    arrays: dict[str, NDArray[np.float64]] = {}
    offset, end = _FIXED.size + header_bytes, _FIXED.size + header_bytes + body_bytes
    for described in header["arrays"]:
        shape = described["shape"]
        size = 8 * math.prod(shape)
        if offset + size > end:
            raise ModelFileError(
                f"array {described['name']!r} does not fit into the file: {_AGAIN}"
            )
        values = (
            np.frombuffer(data, "<f8", math.prod(shape), offset).reshape(shape).astype(np.float64)
        )
        if not np.isfinite(values).all():
            raise ModelFileError(
                f"array {described['name']!r} holds values that are not finite: {_AGAIN}"
            )
        arrays[described["name"]] = values
        offset += size
    if offset != end:
        raise ModelFileError(f"the file holds more than its header names: {_AGAIN}")
    return header["settings"], arrays


def _header(raw: bytes) -> dict[str, Any]:
    """The header, with the types that the rest relies on."""
    try:
        header = json.loads(raw.decode())
    except (ValueError, RecursionError):
        raise ModelFileError(f"the header cannot be read: {_AGAIN}") from None
    ok = (
        isinstance(header, dict)
        and set(header) == {"kind", "settings", "arrays"}
        and isinstance(header["kind"], str)
        and isinstance(header["settings"], dict)
        and isinstance(header["arrays"], list)
        and all(
            isinstance(a, dict)
            and set(a) == {"name", "shape"}
            and isinstance(a["name"], str)
            and isinstance(a["shape"], list)
            and len(a["shape"]) <= 3
            and all(type(v) is int and 0 <= v < _LARGEST for v in a["shape"])
            for a in header["arrays"]
        )
        and len({a["name"] for a in header["arrays"]}) == len(header["arrays"])
    )
    if not ok:
        raise ModelFileError(f"the header is not what this format has: {_AGAIN}")
    return dict(header)
