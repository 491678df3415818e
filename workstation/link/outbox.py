"""What waits to be sent to one window: facts in order, newest state merged."""

import time
from collections import deque
from collections.abc import Collection, Mapping
from itertools import islice

from workstation.domain.candle import Candle
from workstation.domain.live_market import MarketHeard
from workstation.domain.market import SeriesKey
from workstation.domain.signal import Signal
from workstation.domain.ticker import Ticker
from workstation.link.market_messages import QuotesSaid
from workstation.link.messages import CandleState, FormingSignal, Frame, HistoryGrew, ToWindow, Vitals

MOST_FACTS = 20_000  # a window that lets this many wait is not reading; it is dropped and may come back


QUOTES_IN_A_PART = 500
"""Prices of one message: each is written and read within a millisecond."""

MOST_CANDLES = 1_000  # of one series; a window that slept reads the others from the store


class Outbox:
    """Holds what one window has not been sent yet; bounded whatever the window does.

    Facts (signals, alerts, answers) are kept in order and never merged. State (prices, forming bars) is
    merged: only the newest price of a symbol waits, and of a series only those candles that changed.
    """

    def __init__(self) -> None:
        self.facts: deque[ToWindow] = deque()
        self._tickers: dict[str, Ticker] = {}
        self._candles: dict[SeriesKey, dict[int, Candle]] = {}
        self._forming: dict[SeriesKey, Signal | None] = {}
        self._vitals: Vitals | None = None
        self._market: MarketHeard | None = None
        self._quotes: dict[str, Ticker] = {}
        self._quotes_heard_s: float | None = None  # None while nothing of them waits

    @property
    def is_overfull(self) -> bool:
        """True where so many facts wait that the window cannot be reading."""
        return len(self.facts) > MOST_FACTS

    @property
    def has_quotes(self) -> bool:
        """True where prices of all markets wait, or the word that they were heard."""
        return self._quotes_heard_s is not None

    @property
    def has_state(self) -> bool:
        """True where a frame would not be empty."""
        return bool(self._tickers or self._candles or self._forming or self._vitals or self._market)

    def add_fact(self, fact: ToWindow) -> None:
        """Let a fact wait behind those before it."""
        self.facts.append(fact)

    def put_ticker(self, ticker: Ticker) -> None:
        """Let the newest price of a symbol wait in place of an older one."""
        self._tickers[ticker.symbol] = ticker

    def put_candle(self, key: SeriesKey, candle: Candle) -> None:
        """Let the newest state of a candle wait in place of an older one."""
        bars = self._candles.setdefault(key, {})
        bars[candle.open_time] = candle
        if len(bars) > MOST_CANDLES:  # the rest is in the store by now: the window reads it there
            self._candles[key] = {candle.open_time: candle}
            self.add_fact(HistoryGrew(key, len(bars)))

    def put_forming_signal(self, key: SeriesKey, signal: Signal | None) -> None:
        """Let the newest verdict on a forming bar wait in place of an older one."""
        self._forming[key] = signal

    def put_vitals(self, vitals: Vitals) -> None:
        """Let the newest vitals wait in place of older ones."""
        self._vitals = vitals

    def put_market(self, news: MarketHeard) -> None:
        """Let the newest book wait in place of an older one, and trades behind those before them."""
        self._market = news.after(self._market)

    def forget_market(self) -> None:
        """Drop what waits of a market that is no longer looked at."""
        self._market = None

    def put_quotes(self, tickers: Mapping[str, Ticker], heard_s: float) -> None:
        """Let prices of all markets, by symbol, wait in place of older ones.

        Parameters
        ----------
        heard_s : float
            When the venue told any of them, on the clock of `time.monotonic`.
        """
        self._quotes.update(tickers)
        self._quotes_heard_s = heard_s

    def forget_quotes(self) -> None:
        """Drop what waits of the prices of all markets."""
        self._quotes, self._quotes_heard_s = {}, None

    def take_quotes(self) -> QuotesSaid | None:
        """Return the next part of the prices that wait; None where nothing does."""
        if self._quotes_heard_s is None:
            return None
        age_ms = round(1000 * (time.monotonic() - self._quotes_heard_s))
        taken = tuple(islice(self._quotes.values(), QUOTES_IN_A_PART))
        for ticker in taken:
            del self._quotes[ticker.symbol]
        if not self._quotes:
            self._quotes_heard_s = None
        return QuotesSaid(taken, max(age_ms, 0))

    def forget_series(self, kept: Collection[SeriesKey]) -> None:
        """Drop the forming verdicts of series that are no longer shown."""
        self._forming = {k: v for k, v in self._forming.items() if k in kept}

    def take_frame(self, venue_time_ms: int, data_age_ms: int | None) -> Frame:
        """Return everything merged since the last frame, and begin anew."""
        frame = Frame(
            venue_time_ms,
            data_age_ms,
            tuple(self._tickers.values()),
            tuple(CandleState(k, tuple(c[t] for t in sorted(c))) for k, c in self._candles.items()),
            tuple(FormingSignal(k, s) for k, s in self._forming.items()),
            self._vitals,
            self._market,
        )
        self._tickers, self._candles, self._forming, self._vitals = {}, {}, {}, None
        self._market = None
        return frame
