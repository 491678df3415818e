"""Funding rates and open interest out of ccxt's rows: checked, and brought to one unit."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from workstation.domain.observation import Observation
from workstation.feeds.normalize import EARLIEST_MS

_METRIC = "liquidity.funding_rate"
_HOUR_MS = 3_600_000
_UNIT_MS = 8 * _HOUR_MS
_LARGEST_RATE = 1.0  # of the position, at one payment; venues cap theirs at a few per cent
_LARGEST_AMOUNT = 1e15
_INTERVALS_H = (1, 2, 4, 6, 8, 12, 24)
_LATE_MS = 60_000  # a payment is told some seconds after its hour

Paid = tuple[int, float]
"""When a rate was paid, UTC milliseconds, and what longs paid shorts, a fraction."""


def amount_of(value: Any) -> float | None:
    """Return a plain number above zero that a market can have; None for anything else."""
    return float(value) if type(value) in (int, float) and 0 < value <= _LARGEST_AMOUNT else None


def _rate_of(value: Any) -> float | None:
    is_one = type(value) in (int, float) and math.isfinite(value) and abs(value) < _LARGEST_RATE
    return float(value) if is_one else None


def funding_rows(answer: object, now_ms: int) -> list[Paid]:
    """Return the payments of ccxt's answer, oldest first; rows that cannot be one are left out."""
    found: dict[int, float] = {}
    for row in answer if isinstance(answer, list) else ():
        if isinstance(row, Mapping):
            time_ms, rate = row.get("timestamp"), _rate_of(row.get("fundingRate"))
            if rate is not None and type(time_ms) is int and EARLIEST_MS <= time_ms <= now_ms:
                found[time_ms] = rate
    return sorted(found.items())


def interest_value(
    row: object, market: Mapping[str, Any], mark: float | None, now_ms: int
) -> tuple[int, float] | None:
    """Return when open interest stood at what, USD; None where the row cannot tell.

    Parameters
    ----------
    row : object
        ccxt's unified open interest, as heard.
    market : mapping
        ccxt's unified market: how much one contract is.
    mark : float or None
        Price now, USD; only good for what is told about now.
    now_ms : int
        Venue's time, UTC milliseconds; stands in where the venue does not date its answer.
    """
    if not isinstance(row, Mapping):
        return None
    time_ms = row.get("timestamp") or now_ms
    if type(time_ms) is not int or not time_ms >= EARLIEST_MS:
        return None
    value = amount_of(row.get("openInterestValue"))
    if value is None and mark is not None:
        contracts = amount_of(row.get("openInterestAmount"))
        coins = amount_of(row.get("baseVolume"))
        if coins is None and contracts is not None:
            coins = contracts * (amount_of(market.get("contractSize")) or 1.0)
        value = None if coins is None else amount_of(coins * mark)
    return None if value is None else (min(time_ms, now_ms), value)


class FundingBook:
    """Which payments of each coin are known, and how long the time between two of them is.

    Rates are told per eight hours, whatever the contract's own interval: one of four hours counts double.
    Without two payments, or the venue's word, the interval is not known and the rate is not told.
    """

    def __init__(self) -> None:
        self._last: dict[str, Paid] = {}
        self._interval_ms: dict[str, int] = {}
        self._asked_ms: dict[str, int] = {}
        self._ran_ms: dict[str, int] = {}

    def is_due(self, coin: str, now_ms: int) -> bool:
        """Return whether another payment should be there, and was not asked for a moment ago."""
        last = self._last.get(coin)
        if last is None:
            return now_ms >= self._asked_ms.get(coin, 0) + _HOUR_MS
        due_ms = last[0] + self._interval_ms.get(coin, _UNIT_MS) + _LATE_MS
        return now_ms >= max(due_ms, self._asked_ms.get(coin, 0) + _LATE_MS)

    def next_ms(self, coin: str, oldest_ms: int) -> int:
        """Return from when on payments are asked for, UTC milliseconds."""
        last = self._last.get(coin)
        return oldest_ms if last is None else last[0] + 1

    def take(self, coin: str, paid: Sequence[Paid], now_ms: int, source: str) -> list[Observation]:
        """Take payments of a coin, oldest first; return those that are new, per eight hours.

        Each was known when it was paid.
        """
        self._asked_ms[coin] = now_ms
        last = self._last.get(coin)
        new = [one for one in paid if last is None or one[0] > last[0]]
        times = [time_ms for time_ms, _ in ([last, *new] if last else new)]
        gaps = [_interval(late - early) for early, late in pairwise(times)]
        if new:
            self._last[coin] = new[-1]
        known = [gap for gap in gaps if gap is not None]
        if known:
            self._interval_ms[coin] = known[-1]
        usual = self._interval_ms.get(coin)
        if last is None:
            gaps = [None if not gaps else gaps[0], *gaps]
        lengths = [gap or usual for gap in gaps]
        return [
            Observation(_METRIC, coin, time_ms, time_ms, rate * _UNIT_MS / length, source)
            for (time_ms, rate), length in zip(new, lengths, strict=False)
            if length is not None
        ]

    def running(self, coin: str, told: Mapping[str, Any], now_ms: int, source: str) -> list[Observation]:
        """Return the rate that is running now, at most once an hour; known now."""
        interval_ms = _said_interval(told.get("interval")) or self._interval_ms.get(coin)
        rate = _rate_of(told.get("fundingRate"))
        if interval_ms is not None:
            self._interval_ms[coin] = interval_ms
        if interval_ms is None or rate is None or now_ms < self._ran_ms.get(coin, 0) + _HOUR_MS:
            return []
        self._ran_ms[coin] = now_ms
        return [Observation(_METRIC, coin, now_ms, now_ms, rate * _UNIT_MS / interval_ms, source)]


def _interval(gap_ms: int) -> int | None:
    """Return the time between two payments as whole hours; None where one between them is missing."""
    hours = round(gap_ms / _HOUR_MS)
    return hours * _HOUR_MS if hours in _INTERVALS_H else None


def _said_interval(text: object) -> int | None:
    """Return what a venue calls ``"8h"``, milliseconds."""
    if not isinstance(text, str) or len(text) > 3 or not text.isascii() or not text[:-1].isdecimal():
        return None
    return _interval(int(text[:-1]) * _HOUR_MS) if text.endswith("h") else None
