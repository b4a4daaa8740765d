"""The command line: `tinyodl --help`."""

import sys


def main() -> None:
    """Entry point; a broken pipe or Ctrl-C ends quietly with the usual exit codes."""
    from tinyodl.cli.app import app

    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
