"""Quarters come out the same to the bit alone, in processes, and on a real Dask cluster."""

import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.evaluation_market import small_panel
from workstation.domain.errors import UsageError
from workstation.services.evaluations.signal_quarters import all_opinions
from workstation.services.work.cluster import Cluster
from workstation.services.work.kept import KeptResults
from workstation.services.work.processes import Processes
from workstation.services.work.workers import Alone

PROJECT = Path(__file__).resolve().parent.parent.parent


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def dask(*words):
    """Run one of Dask's own commands until this is left."""
    command = Path(sys.executable).with_name("dask")
    if not command.exists():
        pytest.skip("needs the command dask, which comes with the package distributed")
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [command, *words], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def cluster(tmp_path):
    """Give the address of a scheduler with two workers on loopback."""
    from distributed import Client

    address = f"tcp://127.0.0.1:{free_port()}"
    quiet = ("--no-dashboard",)
    worker = ("worker", address, "--nthreads", "1", "--no-nanny", "--memory-limit", "0", *quiet)
    with contextlib.ExitStack() as stack:
        place = ("--host", "127.0.0.1", "--port", address.rpartition(":")[2])
        stack.enter_context(dask("scheduler", *place, *quiet))
        for name in ("one", "other"):
            folder = ("--local-directory", str(tmp_path / name))
            stack.enter_context(dask(*worker, "--host", "127.0.0.1", *folder))
        with Client(address, timeout="30s", set_as_default=False) as client:
            client.wait_for_workers(2, timeout=30)
        yield address


def opinions(workers, folder):
    panel, recipe = small_panel()
    found = all_opinions(panel, recipe, 0, workers, KeptResults(folder), lambda _done, _total: None)
    assert len(found) >= 3
    return [column.tobytes() for one in found for column in _columns(one)]


def _columns(one):
    return one.rows, one.opinions.up, one.opinions.down, one.opinions.families


def test_a_cluster_and_two_processes_give_what_one_gives_to_the_bit(cluster, tmp_path):
    alone = opinions(Alone(), tmp_path / "alone")
    with Cluster(cluster) as workers:
        assert workers.description == f"2 threads of the cluster at {cluster}"
        assert opinions(workers, tmp_path / "cluster") == alone
    with Processes(2) as workers:
        assert workers.description == "2 processes"
        assert opinions(workers, tmp_path / "processes") == alone


def test_a_cluster_that_is_not_there_is_named():
    address = f"tcp://127.0.0.1:{free_port()}"
    with pytest.raises(UsageError, match=f"No Dask scheduler answers at {address}"):
        Cluster(address, within="1s")
