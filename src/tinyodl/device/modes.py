"""The two modes of a device, and every way from one to the other."""

from collections.abc import Mapping
from enum import Enum


class Mode(Enum):
    """predicting: the model stays as it is, a few labels audit it; training: it learns."""

    PREDICTING = "predicting"
    TRAINING = "training"


class Event(Enum):
    """What changes the mode."""

    DRIFT = "drift"  # the detector found drift
    DISAGREEMENT = "disagreement"  # the label of an audit was not what had been predicted
    COMMAND_TRAIN = "told to train"
    SETTLED = "settled"  # no label has disagreed for a while
    COMMAND_STOP = "told to stop"
    ROLLBACK = "rollback"  # back to the factory's model


TRANSITIONS: Mapping[tuple[Mode, Event], Mode] = {
    (Mode.PREDICTING, Event.DRIFT): Mode.TRAINING,
    (Mode.PREDICTING, Event.DISAGREEMENT): Mode.TRAINING,
    (Mode.PREDICTING, Event.COMMAND_TRAIN): Mode.TRAINING,
    (Mode.PREDICTING, Event.ROLLBACK): Mode.PREDICTING,
    (Mode.TRAINING, Event.SETTLED): Mode.PREDICTING,
    (Mode.TRAINING, Event.COMMAND_STOP): Mode.PREDICTING,
    (Mode.TRAINING, Event.ROLLBACK): Mode.PREDICTING,
}


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {Mode.PREDICTING.value}"]
    lines += [
        f"    {a.value} --> {b.value}: {event.value}" for (a, event), b in TRANSITIONS.items()
    ]
    return "\n".join(lines)
