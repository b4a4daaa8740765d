"""What runs on the wearer, without input or output: modes, queries, learning."""

from tinyodl.device.learner import Answer, OnDeviceLearner, Query, Step
from tinyodl.device.modes import TRANSITIONS, Event, Mode, diagram

__all__ = ["TRANSITIONS", "Answer", "Event", "Mode", "OnDeviceLearner", "Query", "Step", "diagram"]
