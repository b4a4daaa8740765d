"""The watch recordings that the package seglearn ships (10 people, 7 shoulder exercises) as a table
of one's own: `python tools/watch.py watch.csv`."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import polars as pl

from tinyodl.data.names import ACC, GYRO


def main(path: Path) -> None:
    """Write it; a name that ends in .parquet makes it smaller."""
    spec = importlib.util.find_spec("seglearn")
    if spec is None or spec.submodule_search_locations is None:
        raise SystemExit("seglearn is not installed: run 'make env', or pip install seglearn")
    folder = Path(next(iter(spec.submodule_search_locations)))
    data = np.load(folder / "data" / "watch_dataset.npy", allow_pickle=True).item()
    parts = [
        pl.DataFrame({name: X[:, k] for k, name in enumerate((*ACC, *GYRO))}).with_columns(
            activity=pl.lit(data["y_labels"][int(y)]),
            subject=pl.lit(int(person)),
            recording=pl.lit(number),
        )
        for number, (X, y, person) in enumerate(
            zip(data["X"], data["y"], data["subject"], strict=True)
        )
    ]
    table = pl.concat(parts)
    if path.suffix == ".parquet":
        table.write_parquet(path)
    else:
        table.write_csv(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
