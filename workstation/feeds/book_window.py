"""Five minutes of one market's book, put into one number for each measure."""

import math
from collections import defaultdict
from statistics import median

from workstation.domain.book import Book
from workstation.domain.observation import Observation
from workstation.engine.book_measures import Resilience, measures

WINDOW_MS = 300_000
"""A measure of the book is the median of five minutes' samples."""

_FEWEST_WATCHED = 0.5  # of the window, and of the samples for each measure
_LONGEST_VOUCHED = 2.0  # sampling intervals that one sample may stand for


class BookWindow:
    """Collects samples of one market's book and closes each five minutes with their medians.

    A window that was watched for less than half of its time is absent, and so is a measure that less than
    half of the samples could tell. Recoveries of the touch are counted where they end.

    Parameters
    ----------
    symbol : str
        Of the market.
    source : str
        Of the observations.
    sample_ms : float
        Market milliseconds between two samples.
    """

    def __init__(self, symbol: str, source: str, sample_ms: float) -> None:
        self._symbol = symbol
        self._source = source
        self._longest_ms = sample_ms * _LONGEST_VOUCHED
        self._end_ms = 0
        self._sampled_ms: int | None = None
        self._sides = Resilience(), Resilience()
        self._begin(0)

    def _begin(self, end_ms: int) -> None:
        self._end_ms = end_ms
        self._watched_ms = 0.0
        self._values: defaultdict[str, list[float]] = defaultdict(list)
        self._recoveries: list[float] = []

    def touched(self, now_ms: int, bid_value: float, ask_value: float) -> None:
        """Take what rests at best bid and best ask now, quote currency."""
        for side, value in zip(self._sides, (bid_value, ask_value), strict=True):
            seconds = side.add(now_ms, value)
            if seconds is not None:
                self._recoveries.append(seconds)

    def lost(self) -> None:
        """Take note that the book is not known for now."""
        for side in self._sides:
            side.forget()

    def add(self, now_ms: int, book: Book | None) -> list[Observation]:
        """Take a sample, None where the book is not to be used; return the window that it closes, if any.

        Parameters
        ----------
        now_ms : int
            Venue's time, UTC milliseconds; never falls.
        """
        end_ms = -(-now_ms // WINDOW_MS) * WINDOW_MS
        closed: list[Observation] = []
        if end_ms != self._end_ms:
            closed = self._close(now_ms)
            self._begin(end_ms)
        if book is not None:
            before = now_ms if self._sampled_ms is None else self._sampled_ms
            since = max(before, end_ms - WINDOW_MS)
            self._watched_ms += min(now_ms - since, self._longest_ms)
            for metric, value in measures(book).items():
                self._values[metric].append(value)
        self._sampled_ms = now_ms
        return closed

    def _close(self, now_ms: int) -> list[Observation]:
        if self._watched_ms < WINDOW_MS * _FEWEST_WATCHED:
            return []
        found = {metric: _median(values) for metric, values in self._values.items()}
        if self._recoveries:
            found["liquidity.resilience_s"] = median(self._recoveries)
        return [
            Observation(metric, self._symbol, self._end_ms, now_ms, value, self._source)
            for metric, value in found.items()
            if math.isfinite(value)
        ]


def _median(values: list[float]) -> float:
    told = [value for value in values if math.isfinite(value)]
    return median(told) if told and len(told) >= len(values) * _FEWEST_WATCHED else math.nan
