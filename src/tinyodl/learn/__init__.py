"""The learner: OS-ELM, its input weights, its arithmetic, and where it is kept."""

from tinyodl.learn.oselm import OSELMClassifier
from tinyodl.learn.outlook import Outlook
from tinyodl.learn.seeds import SeedSearch, seed_search

__all__ = ["OSELMClassifier", "Outlook", "SeedSearch", "seed_search"]
