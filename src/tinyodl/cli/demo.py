"""`tinyodl demo`: a device on its new wearer, live on a terminal, in a few lines elsewhere."""

import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from rich.bar import Bar
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from tinyodl.cli import engine, walk
from tinyodl.cli.errors import clear_errors
from tinyodl.cli.walk import Moment, Worn
from tinyodl.data import hapt
from tinyodl.data.errors import DataError
from tinyodl.data.recordings import RATE
from tinyodl.device.learner import RULES, STEP
from tinyodl.fixed.stream import Ranges
from tinyodl.model import load
from tinyodl.recipe.train import train

MINUTES = 1.0  # of the running accuracy
LINES = 4  # questions that are shown
FRAME = 0.08  # s between two pictures
BARS = "▁▂▃▄▅▆▇█"
PLAIN = "_.-:=+*#"  # where the terminal has no others
NAMES = ("the model as trained", "the device")


class Story:
    """What has happened so far."""

    def __init__(self) -> None:
        self.last: Moment | None = None
        self.questions: list[Moment] = []
        self.found: float | None = None
        recent = int(60 * MINUTES / STEP)
        self._recent: deque[tuple[bool, bool]] = deque(maxlen=recent)
        self._all: list[tuple[bool, bool]] = []
        self.course: list[tuple[float, float]] = []

    def add(self, moment: Moment) -> None:
        """One more window."""
        self.last = moment
        if moment.asked:
            self.questions.append(moment)
        if moment.turned and self.found is None:
            self.found = moment.time
        if moment.activity:
            right = moment.as_trained == moment.activity, moment.device == moment.activity
            self._recent.append(right)
            self._all.append(right)
            self.course.append(_shares(self._recent))

    @property
    def now(self) -> tuple[float, float]:
        """Share right of the last minutes: as trained, and of the device."""
        return self.course[-1] if self.course else (0.0, 0.0)

    @property
    def whole(self) -> tuple[float, float]:
        """The same of all so far."""
        return _shares(self._all)


def _shares(rights: "deque[tuple[bool, bool]] | list[tuple[bool, bool]]") -> tuple[float, float]:
    count = max(1, len(rights))
    return sum(a for a, _ in rights) / count, sum(b for _, b in rights) / count


def run(
    person: int,
    speed: float,
    turn: str,
    path: Path | None = None,
    board: tuple[str | None, float, float] = (None, 0.0, 0.0),
) -> None:
    """See `tinyodl demo --help`."""
    console = Console()
    with clear_errors():
        rotation = walk.rotation(turn)
        own, others = walk.of_person(person)
        worn = (
            "as everybody wears it"
            if turn == "none"
            else f"turned by {turn[1:]} degrees about {turn[0]}"
        )
        model = load(path) if path else train(hapt.dataset(others))
        device: Worn | None = None
        if board[0]:
            if not path:
                raise DataError("a board has a model of its own: give it with --model")
            device = engine.board(model, board[0], Ranges(*board[1:]), RULES)
        seconds = len(own[0].imu) / RATE
        title = f"Person {person}, of whom the model knows nothing; the sensor {worn}"
        console.print(Text(f"{title}.", style="bold"))
        story, moments = Story(), walk.moments(own[0], model, rotation, device)
        try:
            if console.is_terminal:
                _live(console, story, moments, speed, seconds)
            else:
                for moment in moments:
                    story.add(moment)
        except KeyboardInterrupt:
            console.print("Stopped.")
        for line in summary(story, PLAIN if console.options.ascii_only else BARS):
            console.print(Text(line))


def _live(
    console: Console, story: Story, moments: Iterator[Moment], speed: float, seconds: float
) -> None:
    """At so many times the speed of life."""
    bars = PLAIN if console.options.ascii_only else BARS
    with Live(console=console, auto_refresh=False, transient=True) as live:
        begun = drawn = 0.0
        for moment in moments:
            begun = begun or time.monotonic() - moment.time / speed  # after the training
            story.add(moment)
            wait = begun + moment.time / speed - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            if time.monotonic() - drawn >= FRAME:
                live.update(picture(story, speed, seconds, bars), refresh=True)
                drawn = time.monotonic()


def picture(story: Story, speed: float, seconds: float, bars: str = BARS) -> Panel:
    """The present moment; it has at least one."""
    moment = story.last
    assert moment is not None
    grid = Table.grid(padding=(0, 2))
    grid.add_row(
        "what the wearer does", Text(moment.activity or "(between two activities)", style="bold")
    )
    grid.add_row("the model as trained", _believed(moment.as_trained, moment.activity))
    grid.add_row("the device", _believed(moment.device, moment.activity))
    how = "knows how it is worn" if moment.known else "does not know yet how it is worn"
    since = f" (since {_clock(story.found)})" if story.found is not None else ""
    grid.add_row("", Text(f"{how}{since}, {moment.mode}", style="dim"))
    course = Table.grid(padding=(0, 2))
    for name, line, share in lines(story, bars):
        course.add_row(name, Text(line, style="cyan"), f"{100 * share:3.0f} %")
    asked = [
        Text(f"{_clock(q.time)}  What is this? I say {q.device}.  {_told(q)}")
        for q in story.questions[-LINES:]
    ]
    asked += [Text("")] * (LINES - len(asked))
    parts: tuple[RenderableType, ...] = (
        Bar(seconds, 0, moment.time, width=60),
        grid,
        Text(f"\nright in the last {60 * MINUTES:.0f} s"),
        course,
        Text(f"\nquestions: {len(story.questions)}"),
        *asked,
    )
    title = f"{_clock(moment.time)} of {_clock(seconds)}, {speed:g} times as fast"
    return Panel(Group(*parts), title=title, width=78)


def _believed(said: str, true: str) -> Text:
    if not true:
        return Text(said)
    right = said == true
    return Text(f"{said}, {'right' if right else 'wrong'}", style="green" if right else "red")


def _told(question: Moment) -> str:
    return f"It is {question.answer}." if question.answer else "(nobody knows)"


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def lines(story: Story, bars: str) -> list[tuple[str, str, float]]:
    """Name, course of the running accuracy, and how it stands."""
    courses = [[pair[k] for pair in story.course] for k in (0, 1)]
    return [
        (name, sparkline(course, 40, bars), now)
        for name, course, now in zip(NAMES, courses, story.now, strict=True)
    ]


def sparkline(values: list[float], width: int, bars: str = BARS) -> str:
    """Fractions as bars of text, in at most `width` columns."""
    count = len(values)
    shown = [values[k * count // width] for k in range(width)] if count > width else values
    return "".join(bars[min(len(bars) - 1, int(len(bars) * value))] for value in shown)


def summary(story: Story, bars: str = BARS) -> list[str]:
    """What happened, in a few lines."""
    if story.last is None:
        return []
    before, after = (f"{100 * share:.0f} %" for share in story.whole)
    found = (
        f"after {_clock(story.found)} it finds out by itself how it is worn, without a question"
        if story.found is not None
        else "it has not found out yet how it is worn"
    )
    answered = sum(bool(q.answer) for q in story.questions)
    return [
        f"The model as trained is right in {before} of the windows, the device in {after}: "
        f"{found}.",
        f"It asks {len(story.questions)} questions in {_clock(story.last.time)} minutes, "
        f"{answered} of them answered.",
        f"Right in the last {60 * MINUTES:.0f} s, from the beginning to the end:",
        *(f"  {name:22}{line}  {100 * share:3.0f} %" for name, line, share in lines(story, bars)),
    ]
