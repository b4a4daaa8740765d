"""Commands and options; what they do is imported when they are called, so that --help answers at
once."""

from pathlib import Path
from typing import Annotated, Any

import typer

from tinyodl.cli.choices import (
    AccUnit,
    Called,
    Computes,
    Engine,
    FeatureSet,
    GyroUnit,
    Label,
    Order,
    OwnSplit,
    Payload,
    Protocol,
    Split,
    TrainFeatures,
    chosen,
    named,
    names,
)
from tinyodl.cli.options import ASKED, Beside, Evaluate, Run, Running, Told, Train
from tinyodl.registry import DETECTORS, POLICIES, TEACHERS, Registry

app = typer.Typer(
    name="tinyodl",
    help="Tiny on-device learning for wearables: a model that relearns on its wearer and asks for "
    "few labels.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_show_locals=False,
)
data_app = typer.Typer(help="The embedded recordings.", no_args_is_help=True)
app.add_typer(data_app, name="data")
cache_app = typer.Typer(help="Results kept between runs.", no_args_is_help=True)
app.add_typer(cache_app, name="cache")
export_app = typer.Typer(help="A model for a board.", no_args_is_help=True)
app.add_typer(export_app, name="export")
firmware_app = typer.Typer(help="The C library on processors.", no_args_is_help=True)
app.add_typer(firmware_app, name="firmware")
hardware_app = typer.Typer(help="The core in a process.", no_args_is_help=True)
app.add_typer(hardware_app, name="hardware")
vectors_app = typer.Typer(help="What other implementations are checked by.", no_args_is_help=True)
app.add_typer(vectors_app, name="vectors")

DataPath = Annotated[
    Path | None,
    typer.Option(
        "--data",
        help="An unpacked HAPT or UCI HAR folder instead of the embedded recordings.",
        metavar="PATH",
    ),
]

ForTiny = Annotated[
    Path | None,
    typer.Option(help="A model for tiny.", show_default="one trained on HAPT", metavar="MODEL"),
]
EnergyTable = Annotated[
    Path | None,
    typer.Option(
        "--energy",
        help="Figures of your board and radio instead of the nRF52840's (see docs/energy.md).",
        metavar="FILE.toml",
    ),
]


def _beside(option: str, registry: Registry) -> Any:
    """An option that names what is compared beside ours."""
    text = f"A {registry.kind} of your own in the tables too, as module:attribute; repeat for more."
    return typer.Option(option, help=text, **named(registry))


BesidePolicies = Annotated[list[str] | None, _beside("--policy", POLICIES)]
BesideDetectors = Annotated[list[str] | None, _beside("--detector", DETECTORS)]
BesideTeachers = Annotated[list[str] | None, _beside("--teacher", TEACHERS)]

Scheduler = Annotated[
    str | None,
    typer.Option(
        help="Run on a Dask cluster (tinyodl\\[cluster]), such as tcp://127.0.0.1:8786.",
        metavar="ADDRESS",
    ),
]


Turn = Annotated[
    str,
    typer.Option(
        help="How the sensor is worn: none, or an axis and degrees such as z90.", metavar="TURN"
    ),
]
Port = Annotated[
    str | None,
    typer.Option(
        help="A board computes, at this port: /dev/ttyACM0, COM3, or socket://127.0.0.1:5000; "
        "readings go there, and labels where it asks.",
        metavar="PORT",
    ),
]
AccRange = Annotated[
    float, typer.Option(help="Full scale of a board's accelerometer, g.", min=0.5, max=64)
]
GyroRange = Annotated[
    float, typer.Option(help="Full scale of its gyroscope, degrees a second.", min=30, max=3600)
]

Computing = Annotated[
    Computes,
    typer.Option(
        "--arithmetic",
        help="How devices compute: floating point, or whole numbers (docs/fixed-point.md). "
        "ODLBase, whose weights are stored, and over 258 elements stay in floating point.",
    ),
]


Tables = Annotated[bool, typer.Option("--tables", help="Print every table, not only a summary.")]


NoAlign = Annotated[
    bool,
    typer.Option("--no-align", help="Take readings as they come, however the sensor is worn."),
]


def _version(asked: bool) -> None:
    if asked:
        from tinyodl import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Options of the program itself."""


@app.command(
    epilog="Example: tinyodl reproduce --protocol person --features compact --seeds 5 "
    "--report report.html"
)
def reproduce(
    protocol: Annotated[
        Protocol,
        typer.Option(
            help="One model relearns on five people (pooled), or a fresh copy for each person left "
            "out (person); all policies on several recordings (evidence); a week of wear (week)."
        ),
    ] = Protocol.pooled,
    features: Annotated[
        FeatureSet, typer.Option(help="Inputs: the official 561, ours, or both.")
    ] = FeatureSet.both,
    hidden: Annotated[
        list[int] | None,
        typer.Option(help="Hidden nodes N; repeat for several.", show_default="128 and 256", min=1),
    ] = None,
    split: Annotated[
        Split, typer.Option(help="blocked does not leak; random is what papers use.")
    ] = Split.blocked,
    order: Annotated[Order, typer.Option(help="Order of the stream.")] = Order.time,
    payload: Annotated[
        Payload, typer.Option(help="How a query carries its inputs.")
    ] = Payload.int8,
    baselines: Annotated[
        bool,
        typer.Option(
            "--baselines", help="Also what you would otherwise pick: MLP, logistic, ARF, k-NN."
        ),
    ] = False,
    data: Annotated[
        list[str] | None,
        typer.Option(
            "--data",
            help="An unpacked HAPT or UCI HAR folder instead of the embedded recordings; for "
            "evidence, recordings of your own beside them, repeated for several.",
            metavar="PATH or NAME=FILE",
        ),
    ] = None,
    seeds: Annotated[
        int | None,
        typer.Option(
            help="Seeds; baselines run 5, evidence 3 unless this is given.",
            show_default="20",
            min=1,
        ),
    ] = None,
    days: Annotated[int, typer.Option(help="Days of a week.", min=1)] = 7,
    people: Annotated[
        int | None, typer.Option(help="People of a week.", show_default="all", min=1)
    ] = None,
    jobs: Annotated[int, typer.Option(help="Processes; -1 takes every core.")] = -1,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write every figure here.", metavar="FILE")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write the interactive report here.", metavar="FILE.html")
    ] = None,
    energy: EnergyTable = None,
    scheduler: Scheduler = None,
    no_align: NoAlign = False,
    arithmetic: Computing = Computes.float,
    policy: BesidePolicies = None,
    detector: BesideDetectors = None,
    teacher: BesideTeachers = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="2 seeds, N = 128, compact: under 20 s.")
    ] = False,
    tables: Tables = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Compute everything again.")] = False,
) -> None:
    """The reference's experiment, and ours beside it: tables, JSON, report."""
    from tinyodl.cli import reproduce as command

    if quick:
        features, hidden, seeds = FeatureSet.compact, hidden or [128], seeds or 2
    running = Running(
        jobs=jobs,
        json_file=json_file,
        report=report,
        energy=energy,
        scheduler=scheduler,
        use_cache=not no_cache,
        tables=tables,
    )
    command.run(
        data,
        running,
        Beside(policy or [], detector or [], teacher or []),
        seeds=seeds,
        protocol=protocol.value,
        features=chosen(features),
        hidden=tuple(dict.fromkeys(hidden or [128, 256])),
        split=split.value,
        order=order.value,
        payload=payload.value,
        baselines=baselines,
        device=not quick,
        turned=protocol is Protocol.person and not quick,
        sweep=not quick,
        align=not no_align,
        arithmetic=arithmetic.value,
        days=days,
        people=people,
    )


Recordings = Annotated[
    list[Path],
    typer.Option("--data", help="CSV or Parquet recordings; repeat for several.", metavar="FILE"),
]
Window = Annotated[
    float, typer.Option(help="Window in seconds; the next one comes half a window later.", min=0.32)
]
LabelRule = Annotated[
    Label,
    typer.Option(
        help="Windows inside one labelled segment, or every window with its most frequent activity."
    ),
]
Rate = Annotated[
    float | None,
    typer.Option(help="Readings a second, where there is no time column.", min=1, max=1e5),
]
AccUnitOption = Annotated[
    AccUnit | None, typer.Option(help="Unit of the acceleration.", show_default="recognised")
]
GyroUnitOption = Annotated[
    GyroUnit | None, typer.Option(help="Unit of the rotation.", show_default="recognised")
]
Columns = Annotated[
    str | None,
    typer.Option(
        metavar="OURS=YOURS,...",
        help="Which of your columns is which, where it is not recognised: acc_x=ax,activity=what.",
    ),
]
NoSplitGaps = Annotated[
    bool,
    typer.Option(
        "--no-split-gaps",
        help="Refuse a recording where readings are missing, in place of cutting it in two there.",
    ),
]
SplitGaps = Annotated[bool, typer.Option("--split-gaps", hidden=True)]  # as it is by itself


Activities = Annotated[
    list[Path] | None,
    typer.Option(
        "--activities",
        help="Activities in a file of their own: columns start, end, activity (recording, "
        "subject); repeat for several.",
        metavar="FILE",
    ),
]
ActivityFrom = Annotated[
    Called | None,
    typer.Option(help="Take the activity from the files' names, or from their folders'."),
]
SubjectFrom = Annotated[
    Called | None,
    typer.Option(help="Take whose it is from the files' names, or from their folders'."),
]


def _pairs(text: str | None) -> dict[str, str]:
    """acc_x=ax,acc_y=ay as names."""
    pairs = [part.split("=", 1) for part in (text or "").split(",") if part.strip()]
    wrong = next((pair[0] for pair in pairs if len(pair) < 2), None)
    if wrong is not None:
        raise typer.BadParameter(f"--columns: {wrong!r} has no '='; write acc_x=ax,acc_y=ay")
    return {ours.strip().lower(): yours.strip() for ours, yours in pairs}


def _told(
    rate: float | None,
    acc_unit: AccUnit | None,
    gyro_unit: GyroUnit | None,
    no_split_gaps: bool,
    columns: str | None,
    activities: list[Path] | None,
    activity_from: Called | None,
    subject_from: Called | None,
) -> Told:
    """What the user said of the recordings."""
    return Told(
        rate=rate,
        acc_unit=acc_unit.value if acc_unit else None,
        gyro_unit=gyro_unit.value if gyro_unit else None,
        split_gaps=not no_split_gaps,
        columns=_pairs(columns),
        activities=activities or (),
        activity_from=activity_from.value if activity_from else None,
        subject_from=subject_from.value if subject_from else None,
    )


@app.command(epilog="Example: tinyodl evaluate --data mine.csv --report report.html")
def evaluate(
    data: Recordings,
    features: Annotated[
        FeatureSet, typer.Option(help="Inputs: the official 561, ours, or both.")
    ] = FeatureSet.compact,
    hidden: Annotated[
        list[int] | None,
        typer.Option(help="Hidden nodes N; repeat for several.", show_default="128 and 256", min=1),
    ] = None,
    window: Window = 2.56,
    label: LabelRule = Label.whole,
    split: Annotated[
        OwnSplit,
        typer.Option(
            help="What is streamed and what is tested: a part of each activity of each recording "
            "(blocked), or whole recordings; auto: these where there are four of each activity."
        ),
    ] = OwnSplit.auto,
    seeds: Annotated[int, typer.Option(help="Seeds.", min=1)] = 20,
    jobs: Annotated[int, typer.Option(help="Processes; -1 takes every core.")] = -1,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write every figure here.", metavar="FILE")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write the interactive report here.", metavar="FILE.html")
    ] = None,
    rate: Rate = None,
    acc_unit: AccUnitOption = None,
    gyro_unit: GyroUnitOption = None,
    no_split_gaps: NoSplitGaps = False,
    split_gaps: SplitGaps = False,
    columns: Columns = None,
    activities: Activities = None,
    activity_from: ActivityFrom = None,
    subject_from: SubjectFrom = None,
    energy: EnergyTable = None,
    scheduler: Scheduler = None,
    turned: Annotated[
        bool,
        typer.Option("--turned", help="Also with every person's sensor turned, aligned and not."),
    ] = False,
    no_align: NoAlign = False,
    arithmetic: Computing = Computes.float,
    policy: BesidePolicies = None,
    detector: BesideDetectors = None,
    teacher: BesideTeachers = None,
    tables: Tables = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Compute everything again.")] = False,
) -> None:
    """Your own recordings: each person left out in turn, the tables of `reproduce`."""
    from tinyodl.cli import evaluate as command

    running = Running(
        jobs=jobs,
        json_file=json_file,
        report=report,
        energy=energy,
        scheduler=scheduler,
        use_cache=not no_cache,
        tables=tables,
    )
    what = Evaluate(
        files=data,
        told=_told(
            rate,
            acc_unit,
            gyro_unit,
            not no_split_gaps,
            columns,
            activities,
            activity_from,
            subject_from,
        ),
        features=chosen(features),
        hidden=tuple(dict.fromkeys(hidden or [128, 256])),
        window=window,
        label=label.value,
        split=split.value,
        seeds=seeds,
        turned=turned,
        align=not no_align,
        arithmetic=arithmetic.value,
        beside=Beside(policy or [], detector or [], teacher or []),
    )
    command.run(what, running)


@app.command(epilog="Example: tinyodl train --data mine.csv --output mine.todl")
def train(
    data: Recordings,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The model to write.", metavar="MODEL")
    ],
    features: Annotated[
        TrainFeatures, typer.Option(help="Inputs; a device computes the compact ones.")
    ] = (TrainFeatures.compact),
    hidden: Annotated[int, typer.Option(help="Hidden nodes beside the inputs.", min=0)] = 0,
    window: Window = 2.56,
    label: LabelRule = Label.whole,
    capacity: Annotated[
        int,
        typer.Option(
            help="Activities there is room for on the device.", show_default="those trained", min=0
        ),
    ] = 0,
    rate: Rate = None,
    acc_unit: AccUnitOption = None,
    gyro_unit: GyroUnitOption = None,
    no_split_gaps: NoSplitGaps = False,
    split_gaps: SplitGaps = False,
    columns: Columns = None,
    activities: Activities = None,
    activity_from: ActivityFrom = None,
    subject_from: SubjectFrom = None,
) -> None:
    """Recordings to a model that a device can take."""
    from tinyodl.cli import device

    what = Train(
        files=data,
        told=_told(
            rate,
            acc_unit,
            gyro_unit,
            not no_split_gaps,
            columns,
            activities,
            activity_from,
            subject_from,
        ),
        hidden=hidden,
        window=window,
        label=label.value,
        capacity=capacity,
        output=output,
    )
    device.train(what)


@app.command(epilog="Example: tinyodl run mine.todl --data new_wearer.csv --json")
def run(
    model: Annotated[
        Path, typer.Argument(help="A model that `tinyodl train` wrote.", metavar="MODEL")
    ],
    data: Annotated[
        list[Path] | None,
        typer.Option(
            "--data",
            help="Recordings to replay; without, readings come on standard input.",
            metavar="FILE",
        ),
    ] = None,
    policy: Annotated[
        str, typer.Option(help=f"What to ask while training: {names(POLICIES)}.", **named(POLICIES))
    ] = "auto",
    detector: Annotated[
        str, typer.Option(help=f"What starts training: {names(DETECTORS)}.", **named(DETECTORS))
    ] = "cusum",
    teacher: Annotated[
        str,
        typer.Option(
            help="Who answers: true (the recording's labels; where it has none, you at the "
            f"keyboard), {names((n for n in TEACHERS if n != 'true'), *ASKED)}.",
            **named(TEACHERS, *ASKED),
        ),
    ] = "true",
    subject: Annotated[
        str | None, typer.Option(help="Replay this person's recordings only.")
    ] = None,
    training: Annotated[bool, typer.Option("--training", help="Start in training mode.")] = False,
    wrong: Annotated[
        float, typer.Option(help="How often the teacher is wrong, 0 to 1.", min=0, max=1)
    ] = 0.0,
    questions_per_hour: Annotated[
        int | None, typer.Option(help="Most questions an hour.", min=0, show_default="any")
    ] = None,
    questions_per_day: Annotated[
        int | None,
        typer.Option(
            help="Most questions a day, a quarter of them in one hour.", min=0, show_default="any"
        ),
    ] = None,
    no_align: NoAlign = False,
    engine: Annotated[
        Engine,
        typer.Option(
            help="What computes: floating point, or from the sensor's counts on what a board "
            "does: the golden model (fixed), or its C compiled here (c)."
        ),
    ] = Engine.float,
    port: Port = None,
    acc_range: AccRange = 8.0,
    gyro_range: GyroRange = 1000.0,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Write the model as it is at the end.", metavar="MODEL"
        ),
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(
            help="Go on from this state where it is there, and keep it up to date: the model, the "
            "mode, the alignment, open questions, the budget.",
            metavar="STATE",
        ),
    ] = None,
    no_estimate: Annotated[
        bool,
        typer.Option(
            "--no-estimate",
            help="Ask nothing beyond what is to be learnt: up to 2 in 100 windows, drawn at "
            "random, tell how right it is.",
        ),
    ] = False,
    seconds: Annotated[
        float, typer.Option(help="How long the keyboard or a program has to answer.", min=0)
    ] = 10.0,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON object a line.")] = False,
    rate: Rate = None,
    acc_unit: AccUnitOption = None,
    gyro_unit: GyroUnitOption = None,
    no_split_gaps: NoSplitGaps = False,
    split_gaps: SplitGaps = False,
    columns: Columns = None,
    activities: Activities = None,
    activity_from: ActivityFrom = None,
    subject_from: SubjectFrom = None,
) -> None:
    """A model on its wearer: predictions as they come, labels from the recording's own where it
    asks."""
    from tinyodl.cli import run as command

    what = Run(
        model=model,
        files=data or [],
        told=_told(
            rate,
            acc_unit,
            gyro_unit,
            not no_split_gaps,
            columns,
            activities,
            activity_from,
            subject_from,
        ),
        policy=policy,
        detector=detector,
        teacher=teacher,
        subject=subject,
        training=training,
        wrong=wrong,
        questions_per_hour=questions_per_hour,
        questions_per_day=questions_per_day,
        align=not no_align,
        engine="board" if port else engine.value,
        port=port,
        acc_range=acc_range,
        gyro_range=gyro_range,
        estimate=not no_estimate,
        seconds=seconds,
        output=output,
        resume=resume,
        as_json=as_json,
    )
    command.run(what)


@app.command(epilog="Example: tinyodl info mine.todl")
def info(
    model: Annotated[
        Path, typer.Argument(help="A model that `tinyodl train` wrote.", metavar="MODEL")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """What is in a model."""
    from tinyodl.cli import device

    device.info(model, as_json)


@app.command(
    epilog="Examples: tinyodl demo --person 28 --turn x180; with a board that has mine.todl: "
    "tinyodl demo --model mine.todl --port /dev/ttyACM0 --speed 1"
)
def demo(
    person: Annotated[
        int, typer.Option(help="Whom of the embedded recordings; the others train the model.")
    ] = 16,
    speed: Annotated[
        float, typer.Option(help="How many times as fast as life.", min=0.1, max=1e6)
    ] = 50.0,
    turn: Turn = "z90",
    model: Annotated[
        Path | None,
        typer.Option(help="A model of yours, instead of training one.", metavar="MODEL"),
    ] = None,
    port: Port = None,
    acc_range: AccRange = 8.0,
    gyro_range: GyroRange = 1000.0,
) -> None:
    """One new wearer, live: what she does, what the device believes, what it asks."""
    from tinyodl.cli import demo as command

    command.run(person, speed, turn, model, (port, acc_range, gyro_range))


@export_app.command("c", epilog="Example: tinyodl export c mine.todl board")
def export_c(
    model: Annotated[
        Path, typer.Argument(help="A model that `tinyodl train` wrote.", metavar="MODEL")
    ],
    folder: Annotated[Path, typer.Argument(help="A folder to write.", metavar="DIR")],
    acc_range: AccRange = 8.0,
    gyro_range: GyroRange = 1000.0,
    queue: Annotated[
        int, typer.Option(help="Questions that may wait for an answer.", min=1, max=255)
    ] = 10,
) -> None:
    """The C library and the model as headers, to build with CMake, Arduino or Zephyr."""
    from tinyodl.cli import export as command

    command.c(model, folder, acc_range, gyro_range, queue)


@export_app.command(
    "rtl",
    epilog="Examples: tinyodl export rtl core --preset n128-sign; tinyodl export rtl core "
    "--model mine.todl --queue 4",
)
def export_rtl(
    folder: Annotated[Path, typer.Argument(help="A folder to write.", metavar="DIR")],
    preset: Annotated[
        str, typer.Option(help="tiny, n128, n128-sign or n256-sign.", metavar="NAME")
    ] = "tiny",
    model: ForTiny = None,
    queue: Annotated[
        int | None,
        typer.Option(help="Samples that may wait for a label.", min=1, max=31, show_default="10"),
    ] = None,
    windows: Annotated[int, typer.Option(help="Windows of the golden vectors.", min=1)] = 5,
) -> None:
    """The core as Verilog for any flow, with a test bench and golden vectors."""
    from tinyodl.cli import hardware as command

    command.export(folder, preset, windows, model, queue)


@firmware_app.command("report", epilog="Example: tinyodl firmware report --json report.json")
def firmware_report(
    preset: Annotated[
        list[str] | None,
        typer.Option(help="tiny, n128, n128-sign or n256-sign; repeat for more.", metavar="NAME"),
    ] = None,
    model: ForTiny = None,
    target: Annotated[
        list[str] | None,
        typer.Option(
            help="cortex-m0, -m3, -m4, -m33 or rv32imc; repeat for more.",
            show_default="all",
            metavar="NAME",
        ),
    ] = None,
    level: Annotated[str, typer.Option(help="The compiler's optimisation.")] = "Os",
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write all figures.", metavar="FILE")
    ] = None,
) -> None:
    """Flash, RAM and instructions on Cortex-M0, M3, M4, M33 and RV32IMC, by emulation."""
    from tinyodl.cli import firmware as command

    presets = preset or ["tiny", "n128", "n128-sign", "n256-sign"]
    command.report(presets, target or [], model, level, json_file)


@hardware_app.command(
    "report",
    epilog="Examples: tinyodl hardware report --preset tiny --json core.json --report core.html; "
    "tinyodl hardware report --measured core.json --picture core.svg",
)
def hardware_report(
    preset: Annotated[
        list[str] | None,
        typer.Option(
            help="tiny, n128, n128-sign, n256-sign, or reference, the published core; repeat for "
            "more.",
            metavar="NAME",
        ),
    ] = None,
    memory: Annotated[
        list[str] | None,
        typer.Option(
            help="lop or lstp: cells of the memories; repeat for both.",
            show_default="both",
            metavar="NAME",
        ),
    ] = None,
    liberty: Annotated[
        Path | None,
        typer.Option(help="Your process's cells.", show_default="45 nm", metavar="FILE.lib"),
    ] = None,
    sram: Annotated[
        Path | None,
        typer.Option(help="Your process's memories.", show_default="45 nm", metavar="FILE.csv"),
    ] = None,
    fpga: Annotated[
        list[str] | None,
        typer.Option(
            help="ecp5-25k or up5k: place and route tiny, whole, on it too; repeat for both.",
            metavar="NAME",
        ),
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write all figures.", metavar="FILE")
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(help="Write them as a page, with charts.", metavar="FILE.html"),
    ] = None,
    picture: Annotated[
        Path | None,
        typer.Option(help="Draw area and power, as in the README.", metavar="FILE.svg"),
    ] = None,
    accuracy: Annotated[
        Path | None,
        typer.Option(
            help="What `tinyodl reproduce --json` wrote: accuracy against power, in the page.",
            metavar="FILE.json",
        ),
    ] = None,
    measured: Annotated[
        Path | None,
        typer.Option(
            help="Draw what --json wrote before, and measure nothing.", metavar="FILE.json"
        ),
    ] = None,
) -> None:
    """Cycles, area, time and power of the core, by synthesis and simulation; what each block costs,
    and at which clock a window takes least energy."""
    from tinyodl.cli import hardware as command

    drawn = (report, picture, accuracy, measured)
    kinds = memory or ["lop", "lstp"]
    command.report(preset or ["tiny"], kinds, liberty, sram, json_file, fpga or [], *drawn)


@hardware_app.command("draw", epilog="Example: tinyodl hardware draw docs")
def hardware_draw(
    folder: Annotated[Path, typer.Argument(help="A folder to write.", metavar="DIR")],
    preset: Annotated[
        str, typer.Option(help="tiny, n128, n128-sign or n256-sign.", metavar="NAME")
    ] = "tiny",
) -> None:
    """The core out of its own design: a block diagram, what runs in each cycle of a window that is
    predicted and of its label, and what is in each word of its memories."""
    from tinyodl.cli import hardware as command

    command.draw(folder, preset)


@vectors_app.command("export", epilog="Example: tinyodl vectors export vectors")
def vectors_export(
    folder: Annotated[Path, typer.Argument(help="A folder to write.", metavar="DIR")],
    model: Annotated[
        Path | None,
        typer.Option(help="A model with the compact inputs.", show_default="one trained on HAPT"),
    ] = None,
    windows: Annotated[int, typer.Option(help="Windows of the life.", min=1)] = 500,
    person: Annotated[int, typer.Option(help="Whose of the embedded recordings.")] = 16,
    turn: Turn = "z90",
    whole: Annotated[
        bool, typer.Option("--whole", help="All of P and b after each window, 20 kB each.")
    ] = False,
    eventful: Annotated[
        bool,
        typer.Option(
            "--eventful",
            help="Labels late, wrong, twice or never; readings that do not come; pauses, training "
            "by hand, going back.",
        ),
    ] = False,
    acc_range: AccRange = 8.0,
    gyro_range: GyroRange = 1000.0,
) -> None:
    """A device's life to the bit, from raw counts to P: docs/fixed-point.md has the format."""
    from tinyodl.cli import vectors as command

    how = (whole, eventful, acc_range, gyro_range)
    command.export(folder, model, windows, person, turn, *how)


@data_app.command("export", epilog="Example: tinyodl data export hapt.csv")
def data_export(
    file: Annotated[Path, typer.Argument(help="A .csv or .parquet file to write.", metavar="FILE")],
    data: DataPath = None,
    person: Annotated[int | None, typer.Option(help="This person's recordings only.")] = None,
) -> None:
    """The embedded recordings as a table, the layout that your own recordings should have."""
    from tinyodl.cli import data as command

    command.export(data, file, person)


@data_app.command("info", epilog="Example: tinyodl data info --data mine.csv")
def data_info(
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            help="Your own recordings, or an unpacked HAPT or UCI HAR folder, instead of the "
            "embedded ones.",
            metavar="PATH",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """People, recordings, windows, and whose data it is."""
    from tinyodl.cli import data as command

    command.info(data, as_json)


@cache_app.command("clear", epilog="Example: tinyodl cache clear")
def cache_clear() -> None:
    """Remove what runs have kept, of every version; those of older code go by themselves."""
    from tinyodl.cli import cache as command

    command.clear()
