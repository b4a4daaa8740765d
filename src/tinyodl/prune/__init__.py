"""Data pruning: which samples a device asks a label for.

>>> policy = make("fixed", theta=0.2)
>>> policy.decide(Outlook(2, 0.1, 0.0)), policy.decide(Outlook(2, 0.3, 0.0))
(<Decision.ASK: 'ask'>, <Decision.LEAVE: 'leave'>)
"""

from typing import Any

from tinyodl.learn import Outlook
from tinyodl.prune.auto import Auto
from tinyodl.prune.control import Random
from tinyodl.prune.every import All
from tinyodl.prune.fixed import Fixed
from tinyodl.prune.policy import Decision, Policy
from tinyodl.prune.published import Published
from tinyodl.registry import POLICIES

__all__ = [
    "POLICIES",
    "All",
    "Auto",
    "Decision",
    "Fixed",
    "Outlook",
    "Policy",
    "Published",
    "Random",
    "make",
]


def make(name: str, **settings: Any) -> Policy:
    """A fresh policy by name; ValueError names the ones there are."""
    policy: Policy = POLICIES.make(name, **settings)
    return policy
