"""`tinyodl train` and `info`: a model from recordings, and what is in it."""

import json
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from tinyodl import fixed
from tinyodl.cli import own
from tinyodl.cli.errors import clear_errors
from tinyodl.cli.options import Train
from tinyodl.cli.progress import bar
from tinyodl.data.errors import DataError
from tinyodl.data.recordings import RATE
from tinyodl.har import compact
from tinyodl.model import Model, load, save
from tinyodl.recipe.train import train as train_model
from tinyodl.reports.names import plain


def train(what: Train) -> None:
    """See `tinyodl train --help`."""
    with clear_errors():
        dataset = own.load(what.files, what.told)
        length = own.readings(what.window)
        own.check(dataset, length, what.label, people=1)
        if 0 < what.capacity < len(dataset.activities):
            raise DataError(
                f"--capacity {what.capacity} is less than the {len(dataset.activities)} activities "
                f"in the recordings: give {len(dataset.activities)} or more, or leave it out"
            )
        with bar("training") as progress:
            progress(0, 1)
            model = train_model(dataset, what.hidden, length, what.label, what.capacity)
            progress(1, 1)
        save(model, what.output)
        size = f"{len(model.names)} inputs, {model.state_bytes():,} bytes"
        print(plain(f"{what.output}: {len(model.learner.classes_)} activities, {size}"))
        own.say([f"Alignment {model.aligning}.", f"Bouts {_bouts(model)}."])


def info(path: Path, as_json: bool) -> None:
    """See `tinyodl info --help`."""
    with clear_errors():
        model = load(path)
        facts = {
            "activities": model.learner.classes_.tolist(),
            "inputs": len(model.names),
            "gyroscope": any(compact.needs_gyroscope(name) for name in model.names),
            "window_seconds": model.window / RATE,
            "hidden": model.learner.n_hidden,
            "direct": model.learner.direct,
            "capacity": model.capacity or len(model.learner.classes_),
            "learner_bytes": model.state_bytes(),
            "drift_calibration": model.calibration is not None,
            "accuracy_on_new_people": model.accuracy or None,
            "alignment": model.aligning,
            "bouts": _bouts(model),
            "whole_numbers": _whole(model),
            "names": list(model.names),
        }
    if as_json:
        print(json.dumps(facts, indent=2))
        return
    table = Table("what", "value", title=escape(plain(str(path))), title_justify="left")
    for name, value in facts.items():
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        table.add_row(name.replace("_", " "), Text(plain(text)))
    Console().print(table)


def _whole(model: Model) -> str:
    """What a device without floating point loses."""
    try:
        found = fixed.lost(model)
    except ValueError as error:
        return f"no: {error}"
    return f"outputs within {found.outputs:.4f}, h^T P h within {found.leverage:.2%}"


def _bouts(model: Model) -> str:
    """What to say of them."""
    if model.bouts is None:
        return "off: every window is asked for itself"
    wrong = f"{model.bouts.wrong:.2%} of labels passed on wrongly among the people trained on"
    return f"on: tau {model.bouts.tau:.2g}, {wrong}"
