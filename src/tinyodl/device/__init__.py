"""What runs on the wearer, without input or output: modes, queries, learning."""

from tinyodl.device.episode import Episode, live
from tinyodl.device.estimate import Accuracy
from tinyodl.device.learner import Answer, OnDeviceLearner, Query, Step
from tinyodl.device.state import (
    PLAIN,
    TRANSITIONS,
    Event,
    Mode,
    Reason,
    Rules,
    State,
    Trouble,
    diagram,
)

__all__ = [
    "PLAIN",
    "TRANSITIONS",
    "Accuracy",
    "Answer",
    "Episode",
    "Event",
    "Mode",
    "OnDeviceLearner",
    "Query",
    "Reason",
    "Rules",
    "State",
    "Step",
    "Trouble",
    "diagram",
    "live",
]
