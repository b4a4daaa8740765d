"""The device in C on this machine: firmware/odl.c, compiled for a model, behind the interface of
`OnDeviceLearner`. What it says is what a board will.
"""

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyodl.device import Accuracy, Answer, Event, Mode, Query, Reason, Rules, Step, Trouble
from tinyodl.device.learner import RULES
from tinyodl.device.pending import CAPACITY
from tinyodl.firmware.header import config, source
from tinyodl.firmware.library import build, declared
from tinyodl.fixed import FixedArithmetic
from tinyodl.learn import OSELMClassifier
from tinyodl.link import LEVELS
from tinyodl.model import Model

Array = NDArray[np.float64]

NO_LIMIT = 0xFFFF
EVENTS = (
    *(None, Event.DRIFT, Event.DISAGREEMENT, Event.COMMAND_TRAIN, Event.SETTLED),
    *(Event.COMMAND_STOP, Event.ROLLBACK, Event.WENT_BACK),
)
OUTCOMES = ("learnt", "audited", "held", "abstained", "unknown", "refused")
REASONS = (None, Reason.AUDIT, Reason.AGAIN, Reason.DOUBT)
MODES = (Mode.PREDICTING, Mode.TRAINING)
DONT_KNOW, MARKED = -1, 2

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
odl_rules host_rules(void);
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
odl_rules host_rules(void) { return odl_default_rules(&odl_factory); }
void host_init(odl *o, const odl_rules *rules, uint32_t seed) {
    odl_init(o, &odl_factory, rules, seed);
}
uint32_t host_counts(const odl *o, int which) {
    const uint32_t all[] = {o->classes, o->drawn, o->limited, o->refused, o->repaired, o->dropped,
                            o->mode};
    return all[which];
}
void *host_part(odl *o, int which) {
    void *all[] = {o->U, o->mantissa, o->exponent, o->b, o->u, o->o};
    return all[which];
}
"""
CLASSES, DRAWN, LIMITED, REFUSED, REPAIRED, DROPPED, MODE = range(7)


class Device:
    """As `OnDeviceLearner`, in C; `auto` and the CUSUM are what it has. Labels are texts or numbers
    as in the model; a new one is named by the first label that has it."""

    def __init__(
        self,
        model: Model,
        *,
        rules: Rules = RULES,
        pending: int = CAPACITY,
        seed: int = 0,
        flags: tuple[str, ...] = (),
    ) -> None:
        self.model, self.rules, self.clip = model, rules, model.scaler.clip
        self.labels: list[Any] = model.learner.classes_.tolist()
        self.counts: Counter[str] = Counter()
        self._step = np.full(len(model.names), self.clip / LEVELS)
        self._ffi = declared(DECLARED)
        made = {"odl_config.h": config(model, pending), "odl_factory.h": source(model)}
        self._c = self._ffi.dlopen(str(build(made | {"host.c": SHIM}, ("odl",), flags)))
        self._memory = self._ffi.new("uint64_t[]", -(-self._c.host_size() // 8))
        self._odl = self._ffi.cast("odl *", self._memory)
        self._stepped = self._ffi.new("odl_step *")
        self._answered = self._ffi.new("odl_answer *")
        self._unit = self._c.host_rules().margin / 0.15  # about 2^o_bits
        self._unit = 2.0 ** round(np.log2(self._unit))
        self._c.host_init(self._odl, self._rules(rules), seed & 0xFFFFFFFF)

    def _rules(self, rules: Rules) -> Any:
        made = self._ffi.new("odl_rules *")
        made.audits, made.confirm = rules.audits, rules.confirm
        made.bouts, made.estimate = rules.bouts, rules.estimate
        made.settle_after, made.spacing = rules.settle_after or 0, rules.spacing
        made.whole = rules.reach >= 1
        made.margin = int(min(np.ceil(rules.margin * self._unit), 2**31 - 1))
        limits = (rules.questions_per_hour, rules.questions_per_day)
        made.per_hour, made.per_day = (NO_LIMIT if v is None else v for v in limits)
        return made

    def sample(self, x: Array, now: float, known: bool = True, marked: bool = False) -> Step:
        """As there; x (n,) is rounded to what a device has."""
        h = np.clip(np.rint(x / self._step), -LEVELS, LEVELS).astype(np.int8)
        at, step = round(1000 * now), self._stepped
        sensed = MARKED if marked else known
        self._c.odl_sample(self._odl, self._ffi.from_buffer("int8_t[]", h), at, sensed, step)
        query = None
        if step.asked:
            reason = REASONS[step.asked]
            assert reason is not None
            query = Query(step.sample, h, reason)
            self.counts["asked"] += 1
        event = EVENTS[step.event]
        if event:
            self.counts[event.value] += 1
        return Step(
            step.sample,
            self.labels[step.predicted],
            step.confidence / self._unit,
            MODES[step.mode],
            query,
            event,
            step.theta / 2**16,
            _troubles(step.troubles),
            self.labels[step.activity],
            step.bout,
        )

    def label(self, sample: int, label: Any | None, now: float) -> Answer:
        """As there."""
        new = label is not None and label not in self.labels
        number = DONT_KNOW if label is None else len(self.labels)
        if label is not None and not new:
            number = self.labels.index(label)
        answer = self._answered
        code = self._c.odl_label(self._odl, sample & 0xFFFFFFFF, number, answer)
        if code:
            raise ValueError(f"odl_label refused {label!r}: code {code}")
        event = EVENTS[answer.event]
        if event:
            self.counts[event.value] += 1
        if new and self._c.host_counts(self._odl, CLASSES) > len(self.labels):
            self.labels.append(label)
        if event is Event.WENT_BACK:
            self.labels = self.model.learner.classes_.tolist()
        self.counts[OUTCOMES[answer.outcome]] += 1
        return Answer(OUTCOMES[answer.outcome], event)

    def pause(self) -> None:
        """As there."""
        self._c.odl_pause(self._odl)

    def command(self, train: bool) -> Event | None:
        """As there."""
        return EVENTS[self._c.odl_train(self._odl, train)]

    def rollback(self) -> Event:
        """As there."""
        self._c.odl_rollback(self._odl)
        self.labels = self.model.learner.classes_.tolist()
        return Event.ROLLBACK

    def accuracy(self) -> Accuracy:
        """As there."""
        found = self._c.odl_how_right(self._odl)
        return Accuracy(found.share / 2**16, found.low / 2**16, found.high / 2**16)

    @property
    def drawn(self) -> int:
        """Questions that were drawn for `accuracy`."""
        return int(self._c.host_counts(self._odl, DRAWN))

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """What a person should look at now."""
        return _troubles(self._c.odl_troubles(self._odl))

    @property
    def troubled(self) -> bool:
        """Whether there is anything a person should look at."""
        return bool(self.troubles)

    @property
    def mode(self) -> Mode:
        """Predicting or training."""
        return MODES[self._c.host_counts(self._odl, MODE)]

    @property
    def learner(self) -> OSELMClassifier:
        """The present model, in floating point."""
        arithmetic = FixedArithmetic(self.model)
        kept = {name: self.part(name) for name in ("U", "mantissa", "exponent")}
        arithmetic.resume(self.labels, kept | {"b": self.part("b").T})
        return arithmetic.learner

    def part(self, name: str) -> NDArray[Any]:
        """A part of the learner: U, mantissa, exponent or b (classes, d)."""
        d = len(self.model.learner.beta_)
        rows = max(self.model.capacity, len(self.model.learner.classes_))
        kinds = {
            "U": (0, "i2", d * (d - 1) // 2),
            "mantissa": (1, "u2", d),
            "exponent": (2, "u1", d),
        }
        number, kind, count = (kinds | {"b": (3, "i2", rows * d)})[name]
        size = count * int(kind[1])
        found = np.frombuffer(
            self._ffi.buffer(self._c.host_part(self._odl, number), size), kind
        ).copy()
        return found.reshape(rows, d)[: len(self.labels)] if name == "b" else found

    def save(self) -> bytes:
        """The state's image."""
        image = self._ffi.new("uint8_t[]", self._c.host_image())
        self._c.odl_save(self._odl, image)
        return bytes(self._ffi.buffer(image))

    def load(self, image: bytes) -> int:
        """Go on from an image: 0, or the code of what is wrong with it."""
        return int(self._c.odl_load(self._odl, image, len(image)))


def _troubles(bits: int) -> tuple[Trouble, ...]:
    return tuple(trouble for k, trouble in enumerate(Trouble) if bits >> k & 1)
