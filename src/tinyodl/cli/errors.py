"""Errors that a user can mend end the program with one clear line and exit code 2."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from tinyodl.data.errors import DataError
from tinyodl.energy import EnergyError
from tinyodl.learn.store import ModelFileError
from tinyodl.registry import RegistryError
from tinyodl.reports.names import plain


@contextmanager
def clear_errors() -> Iterator[None]:
    """Errors that a user can mend become a line on standard error and exit code 2."""
    try:
        yield
    except (DataError, ModelFileError, EnergyError, RegistryError) as error:
        typer.secho(plain(f"Error: {error}"), err=True, fg="red")
        raise typer.Exit(2) from None
    except BrokenPipeError:  # whoever read our output has gone
        raise
    except OSError as error:
        text = plain(f"Error: {error.filename}: {error.strerror}; {_mend(error)}")
        typer.secho(text, err=True, fg="red")
        raise typer.Exit(2) from None


def _mend(error: OSError) -> str:
    """What to do about an error of the system's."""
    if isinstance(error, FileNotFoundError):
        return "give the path of a file that is there"
    if isinstance(error, IsADirectoryError):
        return "give a file in that folder"
    if isinstance(error, NotADirectoryError | FileExistsError):
        return "give another path, this one leads through a file"
    return "give another path, or make room and leave to use it"
