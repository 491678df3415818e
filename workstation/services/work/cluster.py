"""Workers of a Dask cluster that somebody else has started.

References
----------
https://distributed.dask.org: `Client.submit` and `Client.scatter`.
"""

from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, cast

from workstation.domain.errors import TidemarkError, UsageError
from workstation.services.work.engine_mark import engine_mark
from workstation.services.work.workers import Item, Result, in_order


class Cluster:
    """The workers behind a scheduler. They must have this version of Tidemark installed.

    Parameters
    ----------
    address : str
        Of the scheduler, such as ``"tcp://127.0.0.1:8786"``.
    within : str
        How long it may take to answer.

    Raises
    ------
    UsageError
        Nobody answers there, no worker has come, or one of them has another engine.
    """

    def __init__(self, address: str, within: str = "10s") -> None:
        import distributed

        self._address, dask = address, cast(Any, distributed)
        try:
            self._client: Any = dask.Client(address, timeout=within, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise UsageError(
                f"No Dask scheduler answers at {address}: {error}. Start one with: dask scheduler"
            ) from error
        try:
            self._n = self._checked()
        except BaseException:
            self._client.close()
            raise

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    @property
    def description(self) -> str:
        """How many they are, and where."""
        return f"{self._n} thread{'' if self._n == 1 else 's'} of the cluster at {self._address}"

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Yield the result of each task, in order.

        Raises
        ------
        TidemarkError
            The cluster is gone, or a worker died of a task.
        """
        from distributed.client import FutureCancelledError
        from distributed.comm.core import CommClosedError
        from distributed.scheduler import KilledWorker

        def submit(item: Item) -> Any:
            try:
                (there,) = self._client.scatter([item], hash=False)
            except KeyError as error:  # the scheduler chose a worker that died meanwhile
                raise OSError(f"the worker {error} is gone") from error
            return self._client.submit(function, there, pure=False)

        try:
            yield from in_order(submit, items, 2 * self._n)
        except (KilledWorker, FutureCancelledError, CommClosedError, OSError) as error:
            raise TidemarkError(
                f"The cluster at {self._address} lost a task: {error}. What was finished is kept."
            ) from error

    def _checked(self) -> int:
        threads = self._client.nthreads()
        if not threads:
            raise UsageError(
                f"The scheduler at {self._address} has no worker. Start one with: dask worker {self._address}"
            )
        try:
            marks = self._client.run(engine_mark)
        except ImportError as error:
            raise UsageError(
                f"A worker of the cluster at {self._address} has no Tidemark ({error}). Install this version "
                "there."
            ) from error
        strangers = [worker for worker, mark in marks.items() if mark != engine_mark()]
        if strangers:
            raise UsageError(
                f"The worker {strangers[0]} has another version of the engine; its figures would be others. "
                "Install this version there."
            )
        return int(sum(threads.values()))
