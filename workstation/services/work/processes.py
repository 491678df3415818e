"""Workers as processes of this machine, each with one thread for LightGBM."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType

from workstation.domain.errors import TidemarkError
from workstation.services.work.workers import Item, Result, in_order

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Processes:
    """Some processes of this machine, started when the first task comes, ended when this is left.

    Parameters
    ----------
    n : int
        How many; one for each processor is best.
    """

    def __init__(self, n: int) -> None:
        for (
            name
        ) in _ONE_THREAD:  # read by the children when they load the libraries; two on a busy machine crawl
            os.environ.setdefault(name, "1")
        self._n = n
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(n, mp_context=context, initializer=_begin)

    def __enter__(self) -> "Processes":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        children = list((self._pool._processes or {}).values())  # the pool has no public way to end a task
        self._pool.shutdown(wait=kind is None, cancel_futures=True)
        for child in children if kind is not None else ():
            child.kill()

    @property
    def description(self) -> str:
        """How many they are."""
        return f"{self._n} process{'' if self._n == 1 else 'es'}"

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Yield the result of each task, in order.

        Raises
        ------
        TidemarkError
            A process died.
        """
        try:
            yield from in_order(lambda item: self._pool.submit(function, item), items, 2 * self._n)
        except BrokenProcessPool as error:
            raise TidemarkError(
                f"One of {self.description} was ended from outside, perhaps for want of memory; what was "
                "finished is kept. Try again with fewer --workers."
            ) from error


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches everybody; whoever gave the tasks ends us
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)  # nobody waits for the task any more
