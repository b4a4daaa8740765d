"""What `tinyodl hardware` shows beside its tables: pages, pictures, the design's own drawings."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tinyodl.cli.errors import clear_errors
from tinyodl.cli.progress import bar
from tinyodl.data.errors import DataError
from tinyodl.files import write_bytes
from tinyodl.reports.names import plain

NEEDED = ("presets", "blocks", "memories", "race")
DRAWN = ("core.svg", "core-predict.svg", "core-learn.svg", "core-words.md")


def beside(
    life: Any, kinds: Sequence[str], cells: Any, table: Any, rows: Sequence[Any]
) -> dict[str, list[Any]]:
    """What a preset's report has beside its rows: `blocks`, `memories` and `race`. RuntimeError or
    ValueError where a program fails, or the library says too little."""
    from tinyodl.hardware import blocks, racing

    shape = life.shape
    return {
        "blocks": blocks.logic(life.name, shape, cells),
        "memories": blocks.memories(life.name, shape, table, list(kinds)),
        "race": [point for row in rows for point in racing.race(row)],
    }


def read(file: Path) -> dict[str, Any]:
    """Figures that were measured before. DataError where it has none."""
    return _json(file, "--measured", NEEDED, "`tinyodl hardware report --json`")


def accuracies(file: Path | None) -> dict[str, Any] | None:
    """Figures of `tinyodl reproduce --json`. DataError where it has none."""
    if file is None:
        return None
    return _json(file, "--accuracy", ("rows",), "`tinyodl reproduce --json`")


def write(
    document: dict[str, Any],
    page: Path | None,
    picture: Path | None,
    figures: dict[str, Any] | None,
) -> None:
    """The files that are asked for; figures: `accuracies`."""
    from tinyodl.reports.core import page as core
    from tinyodl.reports.core import picture as drawn

    if page:
        write_bytes(page, core.render(document, figures).encode())
    if picture:
        write_bytes(picture, drawn.draw(document["presets"]).encode())


def _json(file: Path, option: str, keys: Sequence[str], command: str) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(
            f"{option} {plain(str(file))}: {error}; give it a file that {command} wrote"
        ) from None
    if not isinstance(found, dict) or any(key not in found for key in keys) or not found[keys[0]]:
        raise DataError(
            f"{option} {plain(str(file))} has not all of {', '.join(keys)}: "
            f"give it a file that {command} wrote"
        )
    return found


def show(document: dict[str, Any], console: Console) -> None:
    """Blocks, and the race to sleep, on the terminal."""
    from tinyodl.hardware import racing

    blocks = Table(
        "block", "um2", "leaks, uW", "cells", title="each on its own", title_justify="left"
    )
    for block in document["blocks"]:
        blocks.add_row(
            f"{block['preset']}, {block['block']}",
            f"{block['area_um2']:,.0f}",
            f"{1e3 * block['leakage_mw']:.1f}",
            f"{block['cells']:,}",
        )
    race = Table("window", "least, uJ", "at MHz", "within 10 % from MHz", "at 10 MHz, uJ")
    points = document["race"]
    for key in dict.fromkeys((p["preset"], p["sram"], p["mode"]) for p in points):
        mine = [p for p in points if (p["preset"], p["sram"], p["mode"]) == key]
        least, enough = racing.least(mine), racing.enough(mine)
        now = [f"{racing.own(p):.4f}" for p in mine if p["mhz"] == 10.0]
        shown = [f"{racing.own(least):.4f}", f"{least['mhz']:.1f}", f"{enough['mhz']:.1f}"]
        race.add_row(", ".join(key), *shown, *now)
    console.print(blocks)
    console.print(race)
    print("A window's energy without its memories' leakage, by the clock (race to sleep).")


def draw(folder: Path, name: str, life: Callable[[str], Any]) -> None:
    """See `tinyodl hardware draw --help`."""
    with clear_errors():
        if folder.exists() and not folder.is_dir():
            raise DataError(f"{folder} is no folder: give another name")
        from tinyodl.hardware import trace
        from tinyodl.reports.core import diagram, schedule, words
        from tinyodl.rtl.structure import structure

        with bar("drawing") as progress:
            progress(0, 3)
            lived = life(name)
            shape = lived.shape
            try:
                drawn = [diagram.draw(structure(shape), name)]
                progress(1, 3)
                window = trace.window(lived)
                progress(2, 3)
            except RuntimeError as error:
                raise DataError(str(error)) from None
            drawn.append(schedule.draw(window.predicted, schedule.PREDICTED))
            drawn.append(schedule.draw(window.learnt, schedule.LEARNT))
            drawn.append(words.tables(name, shape))
            progress(3, 3)
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in zip(DRAWN, drawn, strict=True):
            write_bytes(folder / file, text.encode())
        print(plain(f"{folder}: {', '.join(DRAWN)}"))
