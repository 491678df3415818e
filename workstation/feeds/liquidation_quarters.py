"""Forced orders of perpetuals, summed by quarters of an hour."""

from collections import defaultdict
from collections.abc import Collection

from workstation.domain.metric import BUCKET_MS
from workstation.domain.observation import Observation

_FEWEST_WATCHED = 0.95  # of a quarter, for its sum to be one
_QUARTERS_KEPT = 3
_METRICS = ("liquidity.long_liquidations_usd", "liquidity.short_liquidations_usd")


class LiquidationQuarters:
    """Sums what was closed by force, longs and shorts apart.

    A quarter is told once it is over, if it was watched nearly all the while: then a coin without forced
    orders has a true zero. An order that comes late makes a newer version of its quarter.

    Parameters
    ----------
    source : str
        Of the observations.
    grace_ms : int
        Milliseconds after a quarter before it is told: orders are on their way for so long.
    """

    def __init__(self, source: str, grace_ms: int) -> None:
        self._source = source
        self._grace_ms = grace_ms
        self._sums: defaultdict[int, defaultdict[str, list[float]]] = defaultdict(_nothing)
        self._watched_ms: defaultdict[int, int] = defaultdict(int)
        self._told: set[int] = set()
        self._late: set[tuple[int, str]] = set()
        self._ticked_ms: int | None = None

    def add(self, coin: str, time_ms: int, value: float, *, is_long: bool) -> None:
        """Count a forced order.

        Parameters
        ----------
        time_ms : int
            When it happened, by the venue's clock, UTC milliseconds.
        value : float
            USD.
        """
        end_ms = _end_of(time_ms)
        self._sums[end_ms][coin][0 if is_long else 1] += value
        if end_ms in self._told:
            self._late.add((end_ms, coin))

    def watch(self, now_ms: int, *, is_up: bool, coins: Collection[str]) -> list[Observation]:
        """Count the time since the last call as watched, or not; return what became known.

        Parameters
        ----------
        now_ms : int
            Venue's time, UTC milliseconds; never falls.
        is_up : bool
            Whether forced orders were heard since the last call.
        coins : collection of str
            Whose quarters are told.
        """
        if is_up and self._ticked_ms is not None:
            self._count(self._ticked_ms, now_ms)
        self._ticked_ms = now_ms
        found = [row for end_ms, coin in sorted(self._late) for row in self._rows(end_ms, coin, now_ms)]
        self._late.clear()
        for end_ms in sorted(self._watched_ms.keys() - self._told):
            if end_ms + self._grace_ms <= now_ms:
                self._told.add(end_ms)
                if self._watched_ms[end_ms] >= BUCKET_MS * _FEWEST_WATCHED:
                    found += [row for coin in sorted(coins) for row in self._rows(end_ms, coin, now_ms)]
        self._forget(now_ms)
        return found

    def _count(self, since_ms: int, until_ms: int) -> None:
        while since_ms < until_ms:
            end_ms = _end_of(since_ms + 1)
            self._watched_ms[end_ms] += min(until_ms, end_ms) - since_ms
            since_ms = end_ms

    def _rows(self, end_ms: int, coin: str, now_ms: int) -> list[Observation]:
        if self._watched_ms[end_ms] < BUCKET_MS * _FEWEST_WATCHED:
            return []
        values = self._sums[end_ms][coin]
        return [
            Observation(metric, coin, end_ms, now_ms, value, self._source)
            for metric, value in zip(_METRICS, values, strict=True)
        ]

    def _forget(self, now_ms: int) -> None:
        oldest = now_ms - _QUARTERS_KEPT * BUCKET_MS - self._grace_ms
        for end_ms in [end for end in self._sums.keys() | self._watched_ms.keys() if end < oldest]:
            self._sums.pop(end_ms, None)
            self._watched_ms.pop(end_ms, None)
            self._told.discard(end_ms)


def _nothing() -> defaultdict[str, list[float]]:
    return defaultdict(lambda: [0.0, 0.0])


def _end_of(time_ms: int) -> int:
    """Return the end of the quarter that an instant lies in; an end belongs to the quarter it closes."""
    return -(-time_ms // BUCKET_MS) * BUCKET_MS
