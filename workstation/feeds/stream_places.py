"""Which of several connections to a venue carries which stream, where one does not take them all."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from workstation.domain.market import SeriesKey

MOST_ON_A_CONNECTION = 1_000
"""Series on one connection; Binance takes 1,024 streams, and the first also carries the prices."""

_CONNECTION: ContextVar[int] = ContextVar("connection", default=0)


def share_out(exchange: Any) -> None:
    """Have ccxt open the connection that `on_connection` names, where it knows of several.

    ccxt itself puts every kline stream on one and the same.
    """
    if hasattr(exchange, "stream"):
        exchange.stream = lambda kind, subscription, n=1: str(_CONNECTION.get())


@contextmanager
def on_connection(number: int) -> Iterator[None]:
    """Have everything that this task asks ccxt to stream go over one connection."""
    token = _CONNECTION.set(number)
    try:
        yield
    finally:
        _CONNECTION.reset(token)


class StreamPlaces:
    """Gives every followed series a place on a connection, the first with room; it stays there."""

    def __init__(self) -> None:
        self._place: dict[SeriesKey, int] = {}
        self._taken: Counter[int] = Counter()

    def take(self, keys: Iterable[SeriesKey]) -> dict[int, list[SeriesKey]]:
        """Return new series by the connection they are given."""
        found: dict[int, list[SeriesKey]] = {}
        for key in keys:
            number = 0
            while self._taken[number] >= MOST_ON_A_CONNECTION:
                number += 1
            self._taken[number] += 1
            self._place[key] = number
            found.setdefault(number, []).append(key)
        return found

    def leave(self, keys: Sequence[SeriesKey]) -> dict[int, list[SeriesKey]]:
        """Return series by the connection they were on, and give their places to others."""
        found: dict[int, list[SeriesKey]] = {}
        for key in keys:
            number = self._place.pop(key)
            self._taken[number] -= 1
            found.setdefault(number, []).append(key)
        return found
