"""The methods that are compared, and the settings that each runs with.

Settings were chosen on the 25 people who are not reported as drifted, by studies/choose_learner.py
and studies/choose_policy.py.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from tinyodl import prune
from tinyodl.har import Features
from tinyodl.learn import OSELMClassifier

OWN_WEIGHT = 0.25
THETAS = (0.04, 0.08, 0.12, 0.16, 0.24, 0.32)
FRACTIONS = (0.02, 0.05, 0.1, 0.2)


class Method(NamedTuple):
    """name; build(features, hidden, seed) -> an untrained model; learns on the device or not;
    kappa: weight of a label where all are asked; pruning: which policies it is reported with."""

    name: str
    build: Callable[[Features, int, int], OSELMClassifier]
    learns: bool = True
    kappa: float = 1.0
    pruning: tuple[str, ...] = ("all",)


def _hash(features: Features, hidden: int, seed: int) -> OSELMClassifier:
    return OSELMClassifier(
        hidden, alpha="hash", hidden_scale=1.2, regularization=0.01, random_state=seed
    )


def _base(features: Features, hidden: int, seed: int) -> OSELMClassifier:
    return OSELMClassifier(
        hidden, alpha="base", hidden_scale=1.2, regularization=0.01, random_state=seed
    )


def _sign(features: Features, hidden: int, seed: int) -> OSELMClassifier:
    regularization = 0.01 if features == "uci561" else 1.0
    return OSELMClassifier(
        hidden, alpha="sign", hidden_scale=1.2, regularization=regularization, random_state=seed
    )


def _tiny(features: Features, hidden: int, seed: int) -> OSELMClassifier:
    return tiny(hidden, seed)


def tiny(hidden: int = 0, seed: int = 0) -> OSELMClassifier:
    """ODLTiny: the compact inputs and a constant, and as few hidden nodes as earn their place
    (none)."""
    return OSELMClassifier(
        hidden, direct=True, hidden_scale=1.2, regularization=10.0, random_state=seed
    )


NO_ODL = Method("NoODL", _hash, learns=False, pruning=())
ODL_BASE = Method("ODLBase", _base)
ODL_HASH = Method("ODLHash", _hash, pruning=("all", "published", "published-cold", "fixed"))
ODL_SIGN = Method(
    "ODLSign",
    _sign,
    kappa=16.0,
    pruning=("all", "published", "published-cold", "fixed-self", "auto"),
)
ODL_TINY = Method(
    "ODLTiny",
    _tiny,
    kappa=16.0,
    pruning=("all", "published", "published-cold", "fixed", "fixed-self", "auto", "random"),
)
PUBLISHED_SIZES = (NO_ODL, ODL_BASE, ODL_HASH, ODL_SIGN)


class Setting(NamedTuple):
    """One policy as it is run: its name, theta (fixed ones) or fraction (random), and the policy
    itself."""

    policy: str
    theta: float | None
    fraction: float | None
    make: prune.Policy


def settings(
    method: Method, hidden: int, seed: int, added: Sequence[str] = ()
) -> Iterator[Setting]:
    """The policies that a method is reported with, "random" at fixed fractions only; added: names
    of further ones, as they are made."""
    kappa = method.kappa
    for name in (*method.pruning, *added):
        if name == "all":
            yield Setting(name, None, None, prune.All(kappa))
        elif name in ("published", "published-cold"):
            warm_up = max(hidden, 288) if name == "published" else 0
            yield Setting(name, None, None, prune.Published(warm_up=warm_up, kappa=kappa))
        elif name in ("fixed", "fixed-self"):
            own = OWN_WEIGHT if name == "fixed-self" else 0.0
            for theta in THETAS:
                yield Setting(name, theta, None, prune.Fixed(theta, own, kappa))
        elif name == "auto":
            yield Setting(name, None, None, prune.Auto())
        elif name == "random":
            for fraction in FRACTIONS:
                yield Setting(name, None, fraction, prune.Random(fraction, seed, kappa))
        else:
            yield Setting(name, None, None, prune.make(name))
