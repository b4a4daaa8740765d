"""What options may be, without importing what they choose between."""

from enum import StrEnum
from typing import Literal


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


class Order(StrEnum):
    time = "time"
    shuffled = "shuffled"


class Payload(StrEnum):
    int8 = "int8"
    float32 = "float32"


class Label(StrEnum):
    whole = "whole"
    majority = "majority"


class AccUnit(StrEnum):
    g = "g"
    ms2 = "m/s2"


class GyroUnit(StrEnum):
    rad = "rad/s"
    deg = "deg/s"


class TrainFeatures(StrEnum):
    compact = "compact"


class Policy(StrEnum):
    auto = "auto"
    all = "all"
    fixed = "fixed"
    fixed_self = "fixed-self"
    published = "published"
    random = "random"


class Detector(StrEnum):
    cusum = "cusum"
    centroid = "centroid"
    adwin = "adwin"
    page_hinkley = "page-hinkley"
    kswin = "kswin"
    manual = "manual"
