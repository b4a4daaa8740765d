"""What trials return: plain data with names, so that it can be cached and sent between processes as
it is."""

from typing import NotRequired, TypedDict


class Outcome(TypedDict):
    """A model after its stream. person_after: each person's accuracy; fractions are 0 to 1;
    questions: of a person; confusion: test windows by class number, true (rows) and predicted."""

    accuracy_after: float
    accuracy_before_after: float
    accuracy_learning: float
    macro_f1: float
    query_fraction: float
    questions: float
    byte_fraction: float
    person_after: dict[str, float]
    confusion: NotRequired[list[list[int]]]


class PolicyOutcome(Outcome):
    """The same under a policy; theta and fraction are its setting where it has one."""

    policy: str
    theta: float | None
    fraction: float | None


class OneSided(TypedDict):
    """A model that sees little of its wearer: `change` of accuracy, from not learning."""

    stream: str
    change: float
    query_fraction: float


class Row(TypedDict):
    """A method on a trial; after: asked for every label; rate: learning rate of a baseline;
    confusion: as in Outcome, of the people trained on and of the drifted before they are learnt."""

    method: str
    inputs: int
    hidden: int
    state_bytes: int
    accuracy_before: float
    accuracy_drifted: float
    person_drifted: dict[str, float]
    after: Outcome
    pruning: list[PolicyOutcome]
    one_sided: NotRequired[list[OneSided]]
    rate: NotRequired[float | None]
    confusion_before: NotRequired[list[list[int]]]
    confusion_drifted: NotRequired[list[list[int]]]


class Compared(TypedDict):
    """All methods on a trial; teacher: accuracy of one that was trained on the same people."""

    rows: list[Row]
    teacher: NotRequired[float | None]


class Point(TypedDict):
    """One shape of the model."""

    inputs: int
    hidden: int
    direct: bool
    state_bytes: int
    accuracy_after: float


class Sweep(TypedDict):
    """All shapes."""

    points: list[Point]


class Timeline(TypedDict):
    """One person's stream, a value a window; not_learning: what the factory's model predicts."""

    person: int
    classes: list[str]
    accuracy_drifted: float
    accuracy_after: float
    true: list[int]
    predicted: list[int]
    not_learning: list[int]
    asked: list[bool]
    confidence: list[float]
    theta: list[float]


class Alarms(TypedDict):
    """A detector at a sensitivity (None: it has none to set): false alarms on windows like those
    trained on, and the window of the first alarm on the wearer."""

    detector: str
    setting: float | None
    false_alarms: int
    delay: int | None


class DeviceOutcome(TypedDict):
    """A whole device on its wearer, means over seeds; rollbacks: to the factory's model; events:
    window and what changed the mode, of the first seed."""

    windows: int
    accuracy_drifted: float
    accuracy_every_label: float
    accuracy_after: float
    query_fraction: float
    questions: float
    training_fraction: float
    rollbacks: float
    events: list[list[int | str]]
    troubled: bool
    state_bytes: int
    queue_bytes: int


class TeacherOutcome(TypedDict):
    """A device under a teacher; teacher_accuracy: where it is measured."""

    teacher: str
    accuracy_after: float
    query_fraction: float
    queries: int
    abstained: int
    unanswered: int
    teacher_accuracy: float | None
    troubled: bool


class DeviceRun(TypedDict):
    """One wearer; accuracy: of the model that does not learn; unseen: windows that false alarms are
    counted on."""

    person: int
    accuracy: float
    unseen: int
    drift: list[Alarms]
    device: DeviceOutcome
    teachers: list[TeacherOutcome]


class Turned(TypedDict):
    """A sensor that is turned: without learning, and with `auto`; questions: of one person."""

    sensor: str
    align: bool
    accuracy_drifted: float
    accuracy_after: float
    query_fraction: float
    questions: int


class TurnedRun(TypedDict):
    """One wearer."""

    person: int
    rows: list[Turned]


class Continuous(TypedDict):
    """Whole recordings under a policy: questions, of them unanswered, hours that count, and right
    as they came, of a window and as activity of the bout; None where nothing counts."""

    sensor: str
    policy: str
    questions: int
    unanswered: int
    hours: float
    accuracy: float | None
    accuracy_activity: float | None
    accuracy_second_half: float | None


class Account(TypedDict):
    """A life in which the device estimates how right it is: questions, and those of the same life
    without, where so many labels were passed on, of them wrongly; early, end: truth, share, low and
    high after so many windows (None where there are fewer) and at the end."""

    sensor: str
    windows: int
    questions: int
    questions_without: int
    passed: int
    passed_wrongly: int
    end: dict[str, float]
    early: dict[str, float] | None


class ContinuousRun(TypedDict):
    """One wearer; bouts: true ones; accounts: of each seed."""

    person: int
    bouts: int
    rows: list[Continuous]
    accounts: list[Account]


class Day(TypedDict):
    """A day of wear: windows in one activity that were right, as they came; accuracy_from_40_brisk:
    once 40 windows were brisk, None where they were not; alignments, rollbacks: how often; p_least,
    p_most: eigenvalues of P at the end."""

    day: int
    windows: int
    accuracy: float
    accuracy_activity: float
    accuracy_not_learning: float
    accuracy_from_40_brisk: float | None
    questions: int
    own_labels: int
    training_fraction: float
    alignments: int
    rollbacks: int
    p_least: float
    p_most: float


class WeekRun(TypedDict):
    """One wearer."""

    person: int
    days: list[Day]


class Evidence(TypedDict):
    """A policy on one wearer, means over seeds."""

    policy: str
    accuracy_after: float
    questions: float


class Budgeted(TypedDict):
    """So many answers in all."""

    questions: int
    policy: str
    accuracy_after: float


class EvidenceRun(TypedDict):
    """One wearer; windows, bouts: of the stream, true ones; accounts: of each seed."""

    person: int
    windows: int
    bouts: int
    rows: list[Evidence]
    budget: list[Budgeted]
    accounts: list[Account]
