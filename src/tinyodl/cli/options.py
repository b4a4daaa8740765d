"""What a command was told, one object a matter; nothing heavy is imported here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the user said of their recordings; None is found out from them."""

    rate: float | None = None
    acc_unit: Literal["g", "m/s2"] | None = None
    gyro_unit: Literal["rad/s", "deg/s"] | None = None
    split_gaps: bool = True
    columns: Mapping[str, str] = field(default_factory=dict)
    activities: Sequence[Path] = ()
    activity_from: Literal["name", "folder"] | None = None
    subject_from: Literal["name", "folder"] | None = None


@dataclass(frozen=True, kw_only=True)
class Running:
    """How an experiment runs, and where its figures go."""

    jobs: int = -1
    json_file: Path | None = None
    report: Path | None = None
    energy: Path | None = None
    scheduler: str | None = None
    use_cache: bool = True
    tables: bool = False


class Beside(NamedTuple):
    """Names of what is compared beside ours."""

    policies: Sequence[str]
    detectors: Sequence[str]
    teachers: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Evaluate:
    """An experiment on the user's own recordings."""

    files: Sequence[Path]
    told: Told
    features: tuple[Literal["uci561", "compact"], ...]
    hidden: tuple[int, ...]
    window: float
    label: Literal["whole", "majority"]
    split: Literal["auto", "blocked", "recordings"]
    seeds: int
    turned: bool
    align: bool
    arithmetic: Literal["float", "fixed"]
    beside: Beside


@dataclass(frozen=True, kw_only=True)
class Train:
    """A model from recordings."""

    files: Sequence[Path]
    told: Told
    hidden: int
    window: float
    label: Literal["whole", "majority"]
    capacity: int
    output: Path


KEYBOARD, LINES = ASKED = "keyboard", "lines"  # teachers who are asked while it runs


@dataclass(frozen=True, kw_only=True)
class Run:
    """A model on its wearer; without files, readings come on standard input."""

    model: Path
    files: Sequence[Path]
    told: Told
    policy: str
    detector: str
    teacher: str
    subject: str | None
    training: bool
    wrong: float
    questions_per_hour: int | None
    questions_per_day: int | None
    align: bool
    engine: Literal["float", "fixed", "c", "board"]
    port: str | None
    acc_range: float
    gyro_range: float
    estimate: bool
    seconds: float
    output: Path | None
    resume: Path | None
    as_json: bool
