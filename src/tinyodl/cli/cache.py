"""`tinyodl cache`."""

from tinyodl.cli.errors import clear_errors
from tinyodl.experiments.running import cache
from tinyodl.reports.names import plain


def clear() -> None:
    """Remove every result that was kept."""
    with clear_errors():
        removed = cache.forget()
    print(plain(f"Results removed from {cache.folder()}: {removed:,}"))
