"""The trades of all followed symbols: from a venue's rows to sums of quarters of an hour. Pure."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workstation.domain.metric import BUCKET_MS
from workstation.domain.observation import Observation
from workstation.feeds.normalize import EARLIEST_MS
from workstation.feeds.whales.trade_flow import LargeRule, Print, TradeFlow, TradeQuarter

_MOST_USD = 1e12
_MOST_NUMBER = 1e24  # units of the cheapest coin in one print stay far below
_FUTURE_MS = 3_600_000
_KEPT_QUARTERS = 96 * BUCKET_MS
_SIDES = {"buy": True, "sell": False}


def print_of(raw: Mapping[str, Any], latest_ms: int) -> Print | None:
    """Return a trade as ccxt tells it; None for one that cannot be.

    Parameters
    ----------
    raw : mapping
        ccxt's unified trade; anything may be in it.
    latest_ms : int
        A later trade lies in the future, UTC milliseconds.
    """
    price, amount, time_ms = _number(raw.get("price")), _number(raw.get("amount")), raw.get("timestamp")
    usd = price * amount
    if not 0 < usd <= _MOST_USD or type(time_ms) is not int or not EARLIEST_MS <= time_ms <= latest_ms:
        return None
    name = raw.get("id")
    return Print(str(name)[:64] if name else None, time_ms, usd, _SIDES.get(str(raw.get("side"))))


def _number(value: object) -> float:
    """Return a price or an amount; NaN for what cannot be one."""
    if type(value) is not int and type(value) is not float:
        return math.nan
    return float(value) if 0 < value < _MOST_NUMBER else math.nan


@dataclass(frozen=True, slots=True)
class _Known:
    """A quarter's numbers, and when they were known."""

    symbol: str
    end_ms: int
    known_ms: int
    values: Mapping[str, float]


class TradeDesk:
    """Keeps the sums of every symbol, and what is to be told of them.

    A symbol counts as watched from the first print that is heard of it on a connection. One socket brings
    everything in order: once a print of a later time was heard, nothing of the time before is still to come.

    Parameters
    ----------
    rule : LargeRule
        What is unusually large.
    speed : float
        Market seconds per second of ours.
    """

    def __init__(self, rule: LargeRule, speed: float = 1.0) -> None:
        self._rule = rule
        self._future_ms = int(_FUTURE_MS * speed)
        self._flows: dict[str, TradeFlow] = {}
        self._known: list[_Known] = []
        self._heard_ms = 0
        self.n_rejected = 0

    def follow(self, symbols: Collection[str]) -> None:
        """Keep the sums of exactly these symbols."""
        self._flows = {
            symbol: self._flows.get(symbol) or TradeFlow(self._rule) for symbol in dict.fromkeys(symbols)
        }

    def hear(self, symbol: str, rows: Sequence[Mapping[str, Any]], now_ms: int) -> None:
        """Take the trades of a symbol, in the order in which they came.

        Parameters
        ----------
        now_ms : int
            Venue's time, UTC milliseconds.
        """
        flow = self._flows.get(symbol)
        if flow is None:
            return
        prints = [one for row in rows if (one := print_of(row, now_ms + self._future_ms)) is not None]
        self.n_rejected += len(rows) - len(prints)
        if not prints:
            return
        newest_ms = max(one.time_ms for one in prints)
        self._heard_ms = max(self._heard_ms, min(newest_ms, now_ms))  # a wrong date vouches for nothing
        flow.add(prints)
        if not flow.is_watched:
            flow.watch_from(max(newest_ms, now_ms))

    def finish(self, now_ms: int, lag_ms: int, patience_ms: int) -> None:
        """Sum up what has ended.

        Parameters
        ----------
        now_ms : int
            Venue's time, UTC milliseconds.
        lag_ms : int
            By how much one symbol's prints may come after another's.
        patience_ms : int
            After so long nothing is still to come, though no later print was heard.
        """
        until_ms = max(self._heard_ms - lag_ms, now_ms - patience_ms)
        for symbol, flow in self._flows.items():
            for quarter in flow.finish(until_ms):
                self._known.append(_known(symbol, quarter, max(now_ms, quarter.end_ms)))
        self._known = [one for one in self._known if one.end_ms > now_ms - _KEPT_QUARTERS]

    def interrupt(self, symbol: str | None = None) -> None:
        """Take note that prints may be missed: of a symbol, or of all."""
        for name, flow in self._flows.items():
            if symbol in (None, name):
                flow.interrupt()
        if symbol is None:
            self._heard_ms = 0  # a new connection vouches for itself

    def observations(self, since_ms: int, source: str) -> list[Observation]:
        """Return what became known at `since_ms` or later, within the last day."""
        return [
            Observation(metric, one.symbol, one.end_ms, one.known_ms, value, source)
            for one in self._known
            if one.known_ms >= since_ms
            for metric, value in one.values.items()
        ]


def _known(symbol: str, quarter: TradeQuarter, known_ms: int) -> _Known:
    return _Known(symbol, quarter.end_ms, known_ms, quarter.values())
