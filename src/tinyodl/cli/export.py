"""`tinyodl export c`: a folder that a firmware engineer builds as it is."""

from pathlib import Path

from tinyodl.cli import own
from tinyodl.cli.errors import clear_errors
from tinyodl.data.errors import DataError
from tinyodl.firmware import layout
from tinyodl.fixed.stream import Ranges
from tinyodl.har import compact
from tinyodl.model import load
from tinyodl.reports.names import plain


def c(path: Path, folder: Path, acc_range: float, gyro_range: float, queue: int) -> None:
    """See `tinyodl export c --help`."""
    with clear_errors():
        model = load(path)
        if unknown := [name for name in model.names if name not in compact.candidates()]:
            raise DataError(
                f"the model takes {unknown[0]!r}, which readings are not made into: train it with "
                "tinyodl train"
            )
        if folder.exists() and not folder.is_dir():
            raise DataError(f"{folder} is no folder: give another name")
        try:
            files = layout.files(model, Ranges(acc_range, gyro_range), queue)
        except ValueError as error:
            raise DataError(f"{path}: {error}") from None
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        print(plain(f"{folder}: {len(files)} files"))
        own.say(
            [
                f"Build: cmake -S {folder} -B build && cmake --build build; the rest is in "
                f"{folder}/README.md."
            ]
        )
