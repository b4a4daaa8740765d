"""Inputs in C on this machine: firmware/odl_har.c behind the interface of `fixed.stream.Stream`."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from tinyodl.firmware import har_header
from tinyodl.firmware.header import config
from tinyodl.firmware.library import build, declared
from tinyodl.fixed.stream import Ranges, Window
from tinyodl.model import Model

DECLARED = """
typedef struct odl_har odl_har;
typedef struct odl_har_clock odl_har_clock;
uint32_t host_size(void);
void host_init(odl_har *);
int host_push(odl_har *, const int16_t *, int8_t *, uint8_t *);
void odl_har_pause(odl_har *, int);
int32_t host_rotation(const odl_har *, int);
uint32_t host_clock_size(void);
void odl_har_clock_init(odl_har_clock *, uint32_t);
int host_clock_push(odl_har_clock *, const int16_t *, int16_t *);
"""
SHIM = """
#include <string.h>
#include "odl_har_factory.h"
uint32_t host_size(void) { return (uint32_t)sizeof(odl_har); }
void host_init(odl_har *o) { odl_har_init(o, &odl_har_factory); }
int host_push(odl_har *o, const int16_t *counts, int8_t *x, uint8_t *flags) {
    odl_har_window w;
    const int found = odl_har_push(o, counts, &w);
    if (found) {
        memcpy(x, w.x, sizeof w.x);
        flags[0] = w.known;
        flags[1] = w.turned;
        flags[2] = w.marked;
    }
    return found;
}
int32_t host_rotation(const odl_har *o, int k) {
#if ODL_HAR_ALIGN
    return o->rotation[k / 3][k % 3];
#else
    (void)o;
    return k % 4 == 0 ? 1 << 28 : 0;
#endif
}
uint32_t host_clock_size(void) { return (uint32_t)sizeof(odl_har_clock); }
int host_clock_push(odl_har_clock *c, const int16_t *counts, int16_t *out) {
    return odl_har_clock_push(c, counts, (int16_t(*)[6])out);
}
"""


class HarStream:
    """As `fixed.stream.Stream`, of a model and a sensor."""

    def __init__(self, model: Model, ranges: Ranges, flags: Sequence[str] = ()) -> None:
        made = {
            "odl_config.h": config(model),
            "odl_har_factory.h": har_header.source(model, ranges),
            "host.c": SHIM,
        }
        self._ffi = declared(DECLARED)
        self._c = self._ffi.dlopen(str(build(made, ("odl_har",), flags)))
        self.state_bytes = int(self._c.host_size())
        self._memory = self._ffi.new("uint64_t[]", -(-self.state_bytes // 8))
        self._har = self._ffi.cast("odl_har *", self._memory)
        self._x = self._ffi.new("int8_t[]", len(model.names))
        self._flags = self._ffi.new("uint8_t[3]")
        self._c.host_init(self._har)

    def push(self, counts: ArrayLike | None) -> Window | None:
        """One reading (6,) of 16 bits, None where one is missing."""
        row = self._ffi.NULL
        if counts is not None:
            row = self._ffi.new("int16_t[6]", [int(v) for v in np.asarray(counts)])
        if not self._c.host_push(self._har, row, self._x, self._flags):
            return None
        known, turned, marked = map(bool, self._flags)
        return Window(np.array(list(self._x), np.int64), known, turned, marked)

    def pause(self, off: bool = True) -> None:
        """As there."""
        self._c.odl_har_pause(self._har, off)

    @property
    def rotation(self) -> list[int]:
        """The matrix that turns readings, 28 bits of fraction."""
        return [int(self._c.host_rotation(self._har, k)) for k in range(9)]


class HarClock:
    """As `fixed.stream.Clock`."""

    def __init__(self, stream: HarStream, rate: float) -> None:
        self._ffi, self._c = stream._ffi, stream._c
        self._memory = self._ffi.new("uint32_t[]", -(-self._c.host_clock_size() // 4))
        self._clock = self._ffi.cast("odl_har_clock *", self._memory)
        self._c.odl_har_clock_init(self._clock, round(1000 * rate))

    def push(self, counts: ArrayLike) -> list[list[int]]:
        """As there."""
        row = self._ffi.new("int16_t[6]", [int(v) for v in np.asarray(counts)])
        out = self._ffi.new("int16_t[12]")
        made = self._c.host_clock_push(self._clock, row, out)
        return [list(out)[6 * k : 6 * k + 6] for k in range(made)]
