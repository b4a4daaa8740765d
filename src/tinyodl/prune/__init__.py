"""Data pruning: which samples a device asks a label for.

>>> policy = make("fixed", theta=0.2)
>>> policy.decide(Outlook(2, 0.1, 0.0)), policy.decide(Outlook(2, 0.3, 0.0))
(<Decision.ASK: 'ask'>, <Decision.LEAVE: 'leave'>)
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from tinyodl.learn import Outlook
from tinyodl.prune.auto import Auto
from tinyodl.prune.control import Random
from tinyodl.prune.every import All
from tinyodl.prune.fixed import Fixed
from tinyodl.prune.policy import Decision, Policy
from tinyodl.prune.published import Published

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

POLICIES: Mapping[str, Callable[..., Policy]] = {
    "all": All,
    "fixed": Fixed,
    "fixed-self": partial(Fixed, own_weight=0.25),
    "published": Published,
    "random": Random,
    "auto": Auto,
}


def make(name: str, **settings: Any) -> Policy:
    """A fresh policy by name; ValueError names the ones there are."""
    if name not in POLICIES:
        raise ValueError(f"no policy is called {name!r}: there are {', '.join(POLICIES)}")
    return POLICIES[name](**settings)
