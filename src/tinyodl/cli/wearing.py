"""A device on its wearer: windows in, a line out for each, and the sum of it at the end."""

import json
from typing import Any

from tinyodl import align
from tinyodl.cli import own
from tinyodl.cli.asking import LATER, Asking
from tinyodl.cli.safe import Safe
from tinyodl.data.errors import DataError
from tinyodl.device import OnDeviceLearner, Step
from tinyodl.link import from_bytes
from tinyodl.model import Model
from tinyodl.reports.names import plain

ALIGNED = "aligned"  # the sensor was found to sit otherwise than so far


class Wearing:
    """model: the factory's; safe: where the device is kept; asking: who answers it."""

    def __init__(self, model: Model, safe: Safe, asking: Asking, as_json: bool) -> None:
        self.model, self.safe, self.asking, self._json = model, safe, asking, as_json

    @property
    def device(self) -> OnDeviceLearner:
        """The device."""
        return self.safe.device

    def window(self, window: align.Window, now: float, truth: str | None) -> None:
        """One window, its inputs scaled, through the device and, where it asks, the teacher."""
        device, place = self.device, self.safe.place
        step = device.sample(window.inputs, now, window.known, window.marked)
        self.asking.window(place.windows, truth)
        events = [ALIGNED] if window.turned else []
        events += [step.event.value] if step.event else []
        answer = None
        if step.query:
            x = from_bytes(step.query.values, device.clip)
            labels = list(map(str, device.labels))
            answer = self.asking.reply(place.windows, x, str(step.activity), labels)
            if answer is not LATER:
                event = device.label(step.sample, answer, now).event
                events += [event.value] if event else []
        place.now = now
        place.windows += 1
        place.known += bool(truth)
        place.right += bool(truth) and step.predicted == truth
        answer = None if answer is LATER else answer
        line = self._object if self._json else self._text
        self.safe.say(line(step, now, truth or "", answer, events), urgent=step.query is not None)
        if step.query:
            for reply in self.asking.wait(step.sample):
                self.label(*reply)

    def label(self, sample: int, label: str | None) -> None:
        """A label that comes later than its question."""
        try:
            answer = self.device.label(sample, label, self.safe.place.now)
        except ValueError as error:
            own.say([f"The label of sample {sample} is left out: {error}."])
            return
        event = [answer.event.value] if answer.event else []
        if self._json:
            text = json.dumps(
                {"sample": sample, "label": label, "outcome": answer.outcome, "events": event}
            )
        else:
            text = plain(f"sample {sample} is {label or 'not known'}: {answer.outcome}")
            text += "".join(f"  * {name}" for name in event)
        self.safe.say(text, urgent=True)

    def _object(self, step: Step, now: float, truth: str, answer: Any, events: list[str]) -> str:
        line: dict[str, Any] = {
            "sample": step.sample,
            "time": round(now, 3),
            "predicted": step.predicted,
            "activity": step.activity,
            "bout": step.bout,
            "confidence": round(step.confidence, 4),
            "mode": step.mode.value,
            "asked": step.query is not None,
            "answer": answer,
            "events": events,
            "troubled": step.troubled,
            "troubles": [trouble.value for trouble in step.troubles],
        }
        if step.query is not None:
            line["query"] = {
                "reason": step.query.reason.value,
                "activities": list(map(str, self.device.labels)),
            }
        if self.device.rules.estimate:
            line["accuracy"] = {
                name: round(value, 4) for name, value in self.device.accuracy()._asdict().items()
            }
        return json.dumps(line | ({"true": truth} if truth else {}))

    def _text(self, step: Step, now: float, truth: str, answer: Any, events: list[str]) -> str:
        asked = f"  asked: {answer or 'no answer'}" if step.query else ""
        wrong = f"  (is {truth})" if truth and truth != step.predicted else ""
        text = f"{now:9.2f} s  {step.predicted!s:24} {step.confidence:5.2f}  "
        text += f"{step.mode.value}{asked}{wrong}"
        text += "".join(f"  * {event}" for event in events)
        text += "".join(f"  ! {trouble.value}" for trouble in step.troubles)
        return plain(text)

    def close(self) -> None:
        """The sum of it, on standard error."""
        self.safe.write()
        device, place = self.device, self.safe.place
        right = (
            f", {100 * place.right / place.known:.1f} % right as they came" if place.known else ""
        )
        asked = device.counts["asked"]
        own.say([f"{place.windows:,} windows{right}, {asked} asked, now {device.mode.value}."])
        if device.rules.estimate:
            low, high = (100 * end for end in device.accuracy()[1:])
            own.say(
                [
                    f"By its own account {low:.0f} to {high:.0f} % right (90 % interval; "
                    f"{device.drawn} of the questions were drawn for that)."
                ]
            )
        own.say([f"Look at this: {trouble.value}." for trouble in device.troubles])
        if not place.windows:
            raise DataError(
                "no whole window in the readings: give more, or a model with a shorter window"
            )
