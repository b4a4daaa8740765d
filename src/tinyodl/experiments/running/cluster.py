"""The same jobs on a Dask cluster. Needs `pip install tinyodl[cluster]`, also on the workers.

Data go to each worker once; a job is a pure function of them and of its trial, so that a worker
that dies costs only the time to do its jobs again elsewhere, and results are the same bit for bit.
"""

import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tinyodl.data.errors import DataError
from tinyodl.experiments.trials.material import Material

PATIENCE = 10.0  # s, for a scheduler to answer
PORT = 8786  # where an address names none


def compute(
    address: str,
    work: Sequence[tuple[int, str]],
    materials: Mapping[Any, Material],
    do: Callable[[int, Material], tuple[int, Any]],
) -> Iterator[tuple[int, Any]]:
    """Yield do(k, materials[features]) for each (k, features) of `work`, as results come.

    DataError where no scheduler answers at the address.
    """
    try:
        from distributed import Client, as_completed
        from distributed.comm.addressing import parse_address, parse_host_port
    except ImportError:
        raise DataError("--scheduler needs Dask: pip install 'tinyodl[cluster]'") from None
    try:
        socket.create_connection(parse_host_port(parse_address(address)[1], PORT), PATIENCE).close()
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise DataError(
            f"no Dask scheduler answers at {address!r} ({error}); start one with 'dask "
            "scheduler', workers with 'dask worker', and give its address, such as "
            "tcp://127.0.0.1:8786"
        ) from None
    with client:
        sent = {
            features: client.scatter(table, broadcast=True, hash=False)
            for features, table in materials.items()
        }
        futures = [
            client.submit(do, k, sent[features], pure=False, retries=3) for k, features in work
        ]
        for future in as_completed(futures):
            yield future.result()
            future.release()
