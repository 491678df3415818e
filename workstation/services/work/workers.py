"""Who works off a list of tasks: whoever does, the results are the same, in the order of the tasks."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
Given = TypeVar("Given", covariant=True)


class Workers(Protocol):
    """Works off tasks that do not depend on each other."""

    @property
    def description(self) -> str:
        """Who works, in words such as ``"2 processes"``."""
        ...

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Yield the result of each task, in order; few are made and held at a time.

        Parameters
        ----------
        function : callable
            Of a module, so that other processes find it by its name.
        items : iterable
            Made when it is their turn; what making one raises ends the work.

        Raises
        ------
        TidemarkError
            A worker died, or is gone.
        """
        ...


class Alone:
    """The process we are in works by itself."""

    description = "one process"

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Yield the result of each task, in order."""
        return map(function, items)


class Answer(Protocol[Given]):
    """A result that is still being worked out."""

    def result(self) -> Given:
        """Wait for it."""
        ...

    def cancel(self) -> object:
        """Do without it."""
        ...


def in_order(submit: Callable[[Item], Answer[Result]], items: Iterable[Item], most: int) -> Iterator[Result]:
    """Yield results in the order of their tasks, at most so many of them under way."""
    waiting: deque[Answer[Result]] = deque()
    try:
        for item in items:
            waiting.append(submit(item))
            if len(waiting) >= most:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for answer in waiting:
            answer.cancel()
