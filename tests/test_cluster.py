"""The jobs on a real cluster of worker processes, one of which dies half-way."""

import os
import signal
from dataclasses import replace

import pytest
from distributed import Client, LocalCluster

from tinyodl.data.errors import DataError
from tinyodl.experiments.running import runs
from tinyodl.windows import Source

CONFIG = replace(runs.Config(features=("compact",), hidden=(16,), seeds=8), extras=False)


@pytest.mark.long
def test_the_same_to_the_bit_with_a_worker_killed_half_way() -> None:
    source = Source.official()
    here = runs.run(CONFIG, source, 1, use_cache=False)
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        Client(cluster) as client,
    ):
        victims = list(client.run(os.getpid).values())

        def kill_one(done: int, total: int) -> None:
            if done == 2 and len(victims) == 2:
                os.kill(victims.pop(), signal.SIGKILL)

        there = runs.run(CONFIG, source, 1, False, kill_one, cluster.scheduler_address)
    assert len(victims) == 1
    assert there == here


def test_no_scheduler_is_a_clear_error() -> None:
    with pytest.raises(DataError, match="no Dask scheduler answers"):
        runs.run(CONFIG, Source.official(), 1, False, None, "tcp://127.0.0.1:9")
