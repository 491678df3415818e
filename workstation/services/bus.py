"""One typed bus: facts in the past tense, told in order to whoever asked."""

import logging
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any, TypeVar

Event = TypeVar("Event")
_log = logging.getLogger(__name__)


class Bus:
    """Publish and subscribe by the type of the fact.

    Synchronous and in order: a fact published by a handler is told after the one being told now. A handler
    that raises is named in the log; the others still hear.
    """

    def __init__(self) -> None:
        self._handlers: dict[type[Any], list[Callable[[Any], None]]] = defaultdict(list)
        self._waiting: deque[object] = deque()
        self._telling = False

    def subscribe(self, kind: type[Event], handler: Callable[[Event], None]) -> None:
        """Call `handler` with every fact of exactly this type from now on."""
        self._handlers[kind].append(handler)

    def publish(self, fact: object) -> None:
        """Tell a fact to everybody who asked for its type."""
        self._waiting.append(fact)
        if self._telling:
            return
        self._telling = True
        try:
            while self._waiting:
                self._tell(self._waiting.popleft())
        finally:
            self._telling = False

    def _tell(self, fact: object) -> None:
        for handler in self._handlers[type(fact)]:
            try:
                handler(fact)
            except Exception:  # noqa: BLE001  the bus outlives its worst subscriber
                name = getattr(handler, "__qualname__", repr(handler))
                _log.exception("%s failed on %s", name, type(fact).__name__)
