"""The learner: OS-ELM, its input weights, its arithmetic, and where it is kept."""

from tinyodl.learn.oselm import OSELMClassifier

__all__ = ["OSELMClassifier"]
