"""The whole device as a program for a processor: learner, inputs and a model, and the calls that a
test or a measurement makes."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinyodl.device import Rules
from tinyodl.firmware import cross, har_header, header
from tinyodl.firmware.device import MARKED, Fields
from tinyodl.firmware.emulator import Call, Long, Machine
from tinyodl.firmware.sources import DEVICE, folder
from tinyodl.firmware.targets import Target
from tinyodl.fixed.stream import Ranges
from tinyodl.fixed.vectors import PAUSES
from tinyodl.model import Model

ENTRIES = (
    *(
        "probe_init",
        "odl_sample",
        "odl_label",
        "odl_how_right",
        "odl_pause",
        "odl_train",
        "odl_rollback",
    ),
    *("odl_save", "odl_load", "probe_size"),
)
HAR_ENTRIES = ("odl_har_push", "odl_har_pause")
RULES = Rules(estimate=True)  # what odl_default_rules are
QUEUE = header.QUEUE
PROBE = """
#include "odl_factory.h"
#ifdef ODL_HAR_INPUTS
#include "odl_har_factory.h"
#define HAR_BYTES sizeof(odl_har), sizeof(odl_har_window)
#else
typedef int odl_har;
#define HAR_BYTES 4, 4
#endif
void probe_init(odl *device, odl_har *har, uint32_t seed);
uint32_t probe_size(int which);
void probe_init(odl *device, odl_har *har, uint32_t seed) {
    const odl_rules rules = odl_default_rules(&odl_factory);
    odl_init(device, &odl_factory, &rules, seed);
#ifdef ODL_HAR_INPUTS
    odl_har_init(har, &odl_har_factory);
#else
    *har = 0;
#endif
}
uint32_t probe_size(int which) {
    const uint32_t all[] = {
        sizeof(odl), sizeof(odl_step), ODL_IMAGE_BYTES, HAR_BYTES
    };
    return all[which];
}
"""


def build(
    target: Target, model: Model, ranges: Ranges, level: str = "-Os", defines: Sequence[str] = ()
) -> tuple[Machine, cross.Program]:
    """Compiled, and loaded into an emulator. The inputs, which are computed at every reading, are
    compiled for speed at any level."""
    with tempfile.TemporaryDirectory() as work:
        made = {
            "odl_config.h": header.config(model, QUEUE),
            "odl_factory.h": header.source(model),
            "probe.c": PROBE,
        }
        inputs = bool(har_header.sizes(model))
        if inputs:
            made["odl_har_factory.h"] = har_header.source(model, ranges)
        for name, text in made.items():
            (Path(work) / name).write_text(text)
        sources = [*(folder() / f"{name}.c" for name in DEVICE), Path(work) / "probe.c"]
        program = cross.build(
            target,
            sources,
            (*ENTRIES, *(HAR_ENTRIES if inputs else ())),
            Path(work) / "out.elf",
            include=[Path(work), folder()],
            level=level,
            defines=defines,
            fast=[folder() / "odl_har.c"] if inputs else [],
        )
        return Machine(target, program), program


class Seen(NamedTuple):
    """A window on the device: its step's fields, and what the calls took."""

    fields: Fields
    call: Call


class Board:
    """A device in memory of an emulated processor."""

    def __init__(self, machine: Machine, inputs: int, seed: int = 0) -> None:
        self.machine = machine
        sizes = [machine.call("probe_size", which).value for which in range(5)]
        self.odl_bytes, step, self._image, self.har_bytes, window = sizes
        self.odl, self.har = machine.memory(self.odl_bytes), machine.memory(self.har_bytes)
        self._step, self._window = machine.memory(step), machine.memory(window)
        self._x, self._counts = machine.memory(inputs), machine.memory(12)
        self._answer, self._inputs = machine.memory(2), inputs
        machine.call("probe_init", self.odl, self.har, seed)

    def push(self, counts: Any, **how: bool) -> tuple[NDArray[np.int8] | None, Call]:
        """One reading; the window's inputs, known, turned and marked where there is one."""
        at = 0 if counts is None else self._counts
        if counts is not None:
            self.machine.write(at, np.asarray(counts, "<i2").tobytes())
        call = self.machine.call("odl_har_push", self.har, at, self._window, **how)
        if not call.value:
            return None, call
        return np.frombuffer(self.machine.read(self._window, self._inputs + 3), np.int8), call

    def act(self, what: str) -> None:
        """An action, as golden vectors name it."""
        if what in PAUSES:
            self.machine.call("odl_pause", self.odl)
            self.machine.call("odl_har_pause", self.har, PAUSES[what])
        elif what == "rollback":
            self.machine.call("odl_rollback", self.odl)
        else:
            self.machine.call("odl_train", self.odl, what == "train")

    def sample(
        self,
        h: NDArray[np.int8],
        now: int,
        known: bool = True,
        marked: bool = False,
        **how: bool,
    ) -> Seen:
        """One window at a time in ms."""
        self.machine.write(self._x, h.tobytes())
        sensed = MARKED if marked else int(known)
        call = self.machine.call(
            "odl_sample", self.odl, self._x, Long(now), sensed, self._step, **how
        )
        raw = self.machine.read(self._step, 24)
        kinds = np.dtype(
            {
                "names": ["sample", "bytes", "bout", "confidence", "leverage", "theta"],
                "formats": ["<u4", "6u1", "<u2", "<i4", "<u4", "<u2"],
                "offsets": [0, 4, 10, 12, 16, 20],
                "itemsize": 24,
            }
        )
        step = np.frombuffer(raw, kinds)[0]
        whole = (step["bout"], step["confidence"], step["leverage"], step["theta"])
        return Seen(Fields(*map(int, (step["sample"], *step["bytes"], *whole))), call)

    def label(self, sample: int, k: int, **how: bool) -> tuple[int, int, Call]:
        """An answer: outcome, event and what it took."""
        call = self.machine.call("odl_label", self.odl, sample, k, self._answer, **how)
        outcome, event = self.machine.read(self._answer, 2)
        return outcome, event, call

    def state(self) -> bytes:
        """The state's image."""
        image = self.machine.memory(self._image)
        self.machine.call("odl_save", self.odl, image)
        return self.machine.read(image, self._image)
