"""The learner: OS-ELM, its input weights, its arithmetic, and where it is kept."""

from tinyodl.learn.oselm import OSELMClassifier
from tinyodl.learn.seeds import SeedSearch, seed_search

__all__ = ["OSELMClassifier", "SeedSearch", "seed_search"]
