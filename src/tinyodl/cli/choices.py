"""What options may be, without importing what they choose between."""

from enum import StrEnum


class Protocol(StrEnum):
    pooled = "pooled"
    person = "person"


class FeatureSet(StrEnum):
    uci561 = "uci561"
    compact = "compact"
    both = "both"


class Split(StrEnum):
    blocked = "blocked"
    random = "random"


class Order(StrEnum):
    time = "time"
    shuffled = "shuffled"


class Payload(StrEnum):
    int8 = "int8"
    float32 = "float32"
