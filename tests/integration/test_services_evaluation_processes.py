"""Processes that work for us die with their task, and end when their work is given up."""

import contextlib
import os
import signal

import psutil
import pytest

from tests.fakes.patience import PATIENCE_S
from workstation.domain.errors import TidemarkError
from workstation.services.work.processes import Processes


def _die(_task):
    os.kill(os.getpid(), signal.SIGKILL)


def _own_pid(_task):
    return os.getpid()


def test_a_process_that_dies_is_said_to_have_and_the_rest_is_not_waited_for():
    with Processes(1) as workers, pytest.raises(TidemarkError, match="was ended from outside"):
        list(workers.map(_die, [1, 2]))


def test_processes_end_when_their_work_is_given_up():
    with contextlib.suppress(KeyboardInterrupt), Processes(1) as workers:
        worker = psutil.Process(next(workers.map(_own_pid, range(3))))
        raise KeyboardInterrupt
    worker.wait(timeout=PATIENCE_S)
    assert not worker.is_running()
