"""Commands and options; what they do is imported when they are called, so that --help answers at once."""

from pathlib import Path
from typing import Annotated

import typer

from tinyodl.cli.choices import FeatureSet, Order, Payload, Protocol, Split

app = typer.Typer(
    name="tinyodl",
    help="Tiny on-device learning for wearables: a model that relearns on its wearer and asks for few labels.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_show_locals=False,
)
data_app = typer.Typer(help="The embedded recordings.", no_args_is_help=True)
app.add_typer(data_app, name="data")

DataPath = Annotated[
    Path | None,
    typer.Option(
        "--data",
        help="An unpacked HAPT or UCI HAR folder instead of the embedded recordings.",
        metavar="PATH",
    ),
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


@app.command(epilog="Example: tinyodl reproduce --protocol person --features compact --seeds 5 --report report.html")
def reproduce(
    protocol: Annotated[
        Protocol,
        typer.Option(help="One model relearns on five people, or a fresh copy for each person left out."),
    ] = Protocol.pooled,
    features: Annotated[FeatureSet, typer.Option(help="Inputs: the official 561, ours, or both.")] = FeatureSet.both,
    hidden: Annotated[
        list[int] | None,
        typer.Option(help="Hidden nodes N; repeat for several.", show_default="128 and 256", min=1),
    ] = None,
    split: Annotated[Split, typer.Option(help="blocked does not leak; random is what papers use.")] = Split.blocked,
    order: Annotated[Order, typer.Option(help="Order of the stream.")] = Order.time,
    payload: Annotated[Payload, typer.Option(help="How a query carries its inputs.")] = Payload.int8,
    baselines: Annotated[
        bool,
        typer.Option("--baselines", help="Also what you would otherwise pick: MLP, logistic, ARF, k-NN."),
    ] = False,
    data: DataPath = None,
    seeds: Annotated[
        int | None,
        typer.Option(help="Seeds; baselines run 5 unless this is given.", show_default="20", min=1),
    ] = None,
    jobs: Annotated[int, typer.Option(help="Processes; -1 takes every core.")] = -1,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write every figure here.", metavar="FILE")] = None,
    report: Annotated[Path | None, typer.Option(help="Write the interactive report here.", metavar="FILE.html")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="2 seeds, N = 128, compact: under 20 s.")] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Compute everything again.")] = False,
) -> None:
    """The reference's experiment, and ours beside it: tables, JSON, report."""
    from tinyodl.cli import reproduce as command

    if quick:
        features, hidden, seeds = FeatureSet.compact, hidden or [128], seeds or 2
    command.run(
        protocol=protocol.value,
        features=("uci561", "compact") if features is FeatureSet.both else (features.value,),
        hidden=tuple(dict.fromkeys(hidden or [128, 256])),
        split=split.value,
        order=order.value,
        payload=payload.value,
        baselines=baselines,
        data=data,
        seeds=seeds,
        jobs=jobs,
        json_file=json_file,
        report=report,
        use_cache=not no_cache,
    )


@data_app.command("info", epilog="Example: tinyodl data info --json")
def data_info(
    data: DataPath = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """People, recordings, windows, and whose data it is."""
    from tinyodl.cli import data as command

    command.info(data, as_json)
