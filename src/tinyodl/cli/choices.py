"""What options may be, without importing what they choose between."""

import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import typer

from tinyodl.registry import Registry


class Protocol(StrEnum):
    pooled = "pooled"
    person = "person"
    evidence = "evidence"
    week = "week"


class FeatureSet(StrEnum):
    uci561 = "uci561"
    compact = "compact"
    both = "both"


def chosen(features: FeatureSet) -> tuple[Literal["uci561", "compact"], ...]:
    """The input sets of a choice."""
    if features is FeatureSet.both:
        return ("uci561", "compact")
    return ("uci561",) if features is FeatureSet.uci561 else ("compact",)


class Split(StrEnum):
    blocked = "blocked"
    random = "random"


class OwnSplit(StrEnum):
    auto = "auto"
    blocked = "blocked"
    recordings = "recordings"


class Order(StrEnum):
    time = "time"
    shuffled = "shuffled"


class Payload(StrEnum):
    int8 = "int8"
    float32 = "float32"


class Label(StrEnum):
    whole = "whole"
    majority = "majority"


class Engine(StrEnum):
    float = "float"
    fixed = "fixed"
    c = "c"


class Computes(StrEnum):
    float = "float"
    fixed = "fixed"


class AccUnit(StrEnum):
    g = "g"
    ms2 = "m/s2"


class GyroUnit(StrEnum):
    rad = "rad/s"
    deg = "deg/s"


class Called(StrEnum):
    name = "name"
    folder = "folder"


class TrainFeatures(StrEnum):
    compact = "compact"


def named(registry: Registry, *more: str) -> dict[str, Any]:
    """What an option takes whose value is a name out of a registry, or module:attribute of a module
    that Python finds, in the present folder too; more: other names."""

    def parse(value: str) -> str:
        if ":" in value:
            if str(Path.cwd()) not in sys.path:
                sys.path.append(str(Path.cwd()))
        elif value not in registry and value not in more:
            there = names(registry, *more)
            raise typer.BadParameter(f"{value!r} is none there is: give one of {there}")
        return value

    return {"parser": parse, "metavar": "NAME"}


def names(known: Iterable[str], *more: str) -> str:
    """Names, as of a registry, for a help text."""
    return f"{', '.join((*known, *more))}, or module:attribute of your own"
