"""Quarters come out the same to the bit alone, in a process, and on a real Dask cluster, which may break."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import pytest

from tests.fakes.evaluation_market import small_panel
from tests.fakes.patience import PATIENCE_S
from workstation.domain.errors import TidemarkError, UsageError
from workstation.services.evaluations.signal_quarters import all_opinions
from workstation.services.work import cluster as cluster_module
from workstation.services.work.cluster import Cluster
from workstation.services.work.kept import KeptResults
from workstation.services.work.processes import Processes
from workstation.services.work.workers import Alone

PROJECT = Path(__file__).resolve().parent.parent.parent

has_begun, may_end = threading.Event(), threading.Event()


@contextlib.contextmanager
def dask(n_workers=1, **scheduler):
    """Run a scheduler on loopback with so many workers, all of them threads of this process."""
    from distributed import LocalCluster

    may_end.clear()
    has_begun.clear()
    with LocalCluster(
        n_workers=n_workers,
        threads_per_worker=1,
        processes=False,
        protocol="tcp",
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",  # 8787 may be taken
        memory_limit=0,
        silence_logs=60,
        scheduler_kwargs=scheduler,
    ) as local:
        try:
            yield local
        finally:
            may_end.set()


@contextlib.contextmanager
def worker_process(address, folder):
    """Run Dask's own command for a worker until this is left."""
    command = Path(sys.executable).with_name("dask")
    if not command.exists():
        pytest.skip("needs the command dask, which comes with the package distributed")
    words = ("--nthreads", "1", "--no-nanny", "--memory-limit", "0", "--no-dashboard", "--host", "127.0.0.1")
    process = subprocess.Popen(
        [command, "worker", address, *words, "--local-directory", str(folder)],
        env={**os.environ, "PYTHONPATH": str(PROJECT), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()


def opinions(workers, folder):
    panel, recipe = small_panel()
    found = all_opinions(panel, recipe, 0, workers, KeptResults(folder), lambda _done, _total: None)
    assert len(found) >= 3
    return [column.tobytes() for one in found for column in _columns(one)]


def _columns(one):
    return one.rows, one.opinions.up, one.opinions.down, one.opinions.families


def test_a_cluster_and_a_process_give_what_one_gives_to_the_bit(tmp_path):
    with dask() as local, worker_process(local.scheduler_address, tmp_path / "worker"):
        alone = opinions(Alone(), tmp_path / "alone")
        with Processes(1) as workers:
            assert workers.description == "1 process"
            assert opinions(workers, tmp_path / "process") == alone
        local.wait_for_workers(2, timeout=30)
        with Cluster(local.scheduler_address) as workers:
            assert workers.description == f"2 threads of the cluster at {local.scheduler_address}"
            assert opinions(workers, tmp_path / "cluster") == alone


def doubled(number):
    """Return twice a number."""
    return 2 * number


def held(number):
    """Return a number once the test allows it."""
    has_begun.set()
    may_end.wait(PATIENCE_S)
    return number


def test_more_tasks_than_threads_come_back_in_order():
    with dask(2) as local, Cluster(local.scheduler_address) as workers:
        assert list(workers.map(doubled, iter(range(12)))) == list(range(0, 24, 2))


def lose_worker(local):
    """Have the scheduler lose the worker that is at work, as when its machine is switched off."""
    has_begun.wait(PATIENCE_S)
    busy = next(each for each in local.scheduler.workers.values() if each.processing)
    local.sync(partial(local.scheduler.remove_worker, busy.address, stimulus_id="lost"))
    may_end.set()


@pytest.mark.parametrize(
    "scheduler", [{"allowed_failures": 0}, {}], ids=["it died of its task", "it took its tasks along"]
)
def test_a_worker_that_dies_at_work_ends_the_work_with_a_sentence(scheduler):
    with dask(2, **scheduler) as local, Cluster(local.scheduler_address) as workers:
        told = threading.Thread(target=lose_worker, args=(local,))
        told.start()
        with pytest.raises(TidemarkError, match=r"lost a task: .* What was finished is kept"):
            list(workers.map(held, iter(range(4))))
        told.join()


def test_a_cluster_that_is_not_there_is_named():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    for given in (address, "nowhere://at all"):
        with pytest.raises(UsageError, match=f"No Dask scheduler answers at {given}"):
            Cluster(given, within="100ms")


def test_a_cluster_without_workers_is_refused():
    with dask(0) as local, pytest.raises(UsageError, match="has no worker"):
        Cluster(local.scheduler_address)


def test_a_worker_with_another_engine_is_refused_and_named(monkeypatch):
    monkeypatch.setattr(cluster_module, "engine_mark", _thread_name)
    with dask() as local, pytest.raises(UsageError, match=r"The worker tcp://\S+ has another version"):
        Cluster(local.scheduler_address)


def _thread_name():
    """Return what differs between a worker and whoever asks it."""
    return threading.current_thread().name
