"""The device in C on this machine: firmware/odl.c, compiled for a model. What it says is what a
board will.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyodl.device import Rules
from tinyodl.device.learner import RULES
from tinyodl.device.pending import CAPACITY
from tinyodl.firmware import device
from tinyodl.firmware.device import Fields, Labelled, Standing
from tinyodl.firmware.header import config, source
from tinyodl.firmware.library import build, declared
from tinyodl.firmware.sources import DEVICE
from tinyodl.model import Model

DECLARED = """
typedef struct {
    uint8_t audits, confirm, bouts, estimate; uint16_t settle_after; uint8_t spacing, whole;
    int32_t margin; uint16_t per_hour, per_day;
} odl_rules;
typedef struct {
    uint32_t sample; uint8_t predicted, mode, asked, event, troubles, activity; uint16_t bout;
    int32_t confidence; uint32_t leverage; uint16_t theta;
} odl_step;
typedef struct { uint8_t outcome, event; } odl_answer;
typedef struct { uint32_t share, low, high; } odl_accuracy;
typedef struct odl odl;
uint32_t host_size(void); uint32_t host_image(void);
void host_init(odl *, const odl_rules *, uint32_t);
void odl_sample(odl *, const int8_t *, uint64_t, int, odl_step *);
int odl_label(odl *, uint32_t, int, odl_answer *);
void odl_pause(odl *); int odl_train(odl *, int); void odl_rollback(odl *);
odl_accuracy odl_how_right(const odl *); unsigned odl_troubles(const odl *);
void odl_save(odl *, uint8_t *); int odl_load(odl *, const uint8_t *, uint32_t);
uint32_t host_counts(const odl *, int);
void *host_part(odl *, int);
"""
SHIM = """
#include "odl_factory.h"
uint32_t host_size(void) { return (uint32_t)sizeof(odl); }
uint32_t host_image(void) { return ODL_IMAGE_BYTES; }
void host_init(odl *o, const odl_rules *rules, uint32_t seed) {
    odl_init(o, &odl_factory, rules, seed);
}
uint32_t host_counts(const odl *o, int which) {
    const uint32_t all[] = {
        o->classes, o->estimate.drawn, o->limited, o->refused, o->repaired, o->mode
    };
    return all[which];
}
void *host_part(odl *o, int which) {
    void *all[] = {o->U, o->mantissa, o->exponent};
    return all[which];
}
"""
CLASSES, DRAWN, LIMITED, REFUSED, REPAIRED, MODE = range(6)


class Device(device.Device):
    """pending: questions that may wait; flags: of the compiler."""

    def __init__(
        self,
        model: Model,
        *,
        rules: Rules = RULES,
        pending: int = CAPACITY,
        seed: int = 0,
        flags: Sequence[str] = (),
    ) -> None:
        super().__init__(model, rules)
        self._ffi = declared(DECLARED)
        made = {"odl_config.h": config(model, pending), "odl_factory.h": source(model)}
        self._c = self._ffi.dlopen(str(build(made | {"host.c": SHIM}, DEVICE, flags)))
        self._memory = self._ffi.new("uint64_t[]", -(-self._c.host_size() // 8))
        self._odl = self._ffi.cast("odl *", self._memory)
        self._stepped = self._ffi.new("odl_step *")
        self._answered = self._ffi.new("odl_answer *")
        told = self._ffi.new("odl_rules *", device.settings(rules, self._unit)._asdict())
        self._c.host_init(self._odl, told, seed & 0xFFFFFFFF)

    def _odl_sample(self, h: NDArray[np.int8], now: int, sensed: int) -> Fields:
        step = self._stepped
        self._c.odl_sample(self._odl, self._ffi.from_buffer("int8_t[]", h), now, sensed, step)
        return Fields(*(getattr(step, name) for name in Fields._fields))

    def _odl_label(self, sample: int, label: int) -> Labelled:
        answer = self._answered
        code = self._c.odl_label(self._odl, sample, label, answer)
        return Labelled(code, answer.outcome, answer.event, self.count(CLASSES))

    def _odl_train(self, train: bool) -> int:
        return int(self._c.odl_train(self._odl, train))

    def _odl_rollback(self) -> None:
        self._c.odl_rollback(self._odl)

    def _odl_standing(self) -> Standing:
        right, troubles = self._c.odl_how_right(self._odl), self._c.odl_troubles(self._odl)
        beside = self.count(DRAWN), troubles, self.count(MODE)
        return Standing(right.share, right.low, right.high, *beside)

    def pause(self) -> None:
        """As there."""
        self._c.odl_pause(self._odl)

    def count(self, which: int) -> int:
        """CLASSES, DRAWN, LIMITED, ..."""
        return int(self._c.host_counts(self._odl, which))

    def memory(self, name: str) -> Any:
        """U, mantissa or exponent where it is: bytes that can be written."""
        number = ("U", "mantissa", "exponent").index(name)
        return self._ffi.cast("uint8_t *", self._c.host_part(self._odl, number))

    def save(self) -> bytes:
        """The state's image."""
        made = self._ffi.new("uint8_t[]", self._c.host_image())
        self._c.odl_save(self._odl, made)
        return bytes(self._ffi.buffer(made))

    def load(self, image: bytes) -> int:
        """Go on from an image: 0, or the code of what is wrong with it."""
        return int(self._c.odl_load(self._odl, image, len(image)))
