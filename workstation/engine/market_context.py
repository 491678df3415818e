"""What the whole market did: Bitcoin, the mean coin, breadth, dispersion, dominance.

A bar is judged on the market as it stood one bar earlier: the closes of this bar arrive one after the other,
those of the bar before are all there. So the order of arrival decides nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import CandleColumns, FloatArray, IntArray

BARS = 24
"""Bars over which breadth, dispersion and dominance are taken."""

LEAST_COINS = 10
"""Fewer coins are no market: what needs one is unknown."""

N_FACTS = 5
BTC_RETURN, MEAN_RETURN, BREADTH, DISPERSION, BTC_SHARE = range(N_FACTS)


@dataclass(frozen=True, slots=True, eq=False)
class MarketContext:
    """The market as it was known at each bar.

    Parameters
    ----------
    open_time : ndarray of int64, shape (n,)
        Opens of the bars at whose close it was so, UTC milliseconds, rising.
    facts : ndarray of float64, shape (N_FACTS, n)
        Log return of Bitcoin over the bar, mean log return of the coins, share of the coins that rose over 24
        bars, standard deviation of their log returns over 24 bars, Bitcoin's share of dollar volume over 24.
    bar_ms : int
        Length of a bar.
    """

    open_time: IntArray
    facts: FloatArray
    bar_ms: int

    def at(self, open_time: IntArray) -> FloatArray:
        """Return the facts of the bar before each of these bars, shape (N_FACTS, n); NaN where unknown."""
        before = open_time - self.bar_ms
        found = np.searchsorted(self.open_time, before)
        found[found == len(self.open_time)] = 0
        out = np.full((N_FACTS, len(open_time)), np.nan)
        if len(self.open_time):
            known = self.open_time[found] == before
            out[:, known] = self.facts[:, found[known]]
        return out


def base_of(symbol: str) -> str:
    """Return the coin of a symbol: ``"BTC"`` of ``"BTC/USDT"`` and of ``"BTC/USDT:USDT"``."""
    return symbol.partition("/")[0]


def facts_of(close: FloatArray, dollar: FloatArray, btc: int | None) -> FloatArray:
    """Return the market's facts at one bar, of the coins that traded in it.

    Parameters
    ----------
    close : ndarray, shape (BARS + 1, n_coins)
        Closes of this bar and the 24 before, oldest first; NaN where a coin has none.
    dollar : ndarray, shape (BARS, n_coins)
        Dollar volumes of this bar and the 23 before; NaN where a coin has none.
    btc : int or None
        Bitcoin's position among the coins.

    Returns
    -------
    ndarray, shape (N_FACTS,)
        NaN where fewer than ten coins say anything.
    """
    facts = np.full(N_FACTS, np.nan)
    here = np.flatnonzero(~np.isnan(close[-1]))  # coins that are not here leave no trace in any sum
    step = np.log(close[-1, here] / close[-2, here])
    day = np.log(close[-1, here] / close[0, here])
    steps, days = step[~np.isnan(step)], day[~np.isnan(day)]
    if len(steps) >= LEAST_COINS:
        facts[MEAN_RETURN] = steps.mean()
    if len(days) >= LEAST_COINS:
        facts[BREADTH] = (days > 0).mean()
        facts[DISPERSION] = days.std()
    if btc is not None and not np.isnan(close[-1, btc]):
        facts[BTC_RETURN] = np.log(close[-1, btc] / close[-2, btc])
        paid = np.nansum(dollar[:, here], axis=0)
        if len(here) >= LEAST_COINS and paid.sum() > 0:
            facts[BTC_SHARE] = np.nansum(dollar[:, btc]) / paid.sum()
    return facts


def market_context(series: Mapping[str, CandleColumns], bar_ms: int) -> MarketContext:
    """Return the market's facts at every bar of a set of series.

    Parameters
    ----------
    series : mapping of str to CandleColumns
        By symbol; closed candles on one grid of `bar_ms`. Read in order of the symbols' names.
    bar_ms : int
        Length of a bar, milliseconds.
    """
    symbols = sorted(series)
    if not symbols or not any(len(series[s]) for s in symbols):
        return MarketContext(np.empty(0, np.int64), np.empty((N_FACTS, 0)), bar_ms)
    first = min(int(c.open_time[0]) for c in series.values() if len(c))
    last = max(int(c.open_time[-1]) for c in series.values() if len(c))
    n = (last - first) // bar_ms + 1
    close = np.full((n + BARS, len(symbols)), np.nan)
    dollar = np.full((n + BARS, len(symbols)), np.nan)
    for k, symbol in enumerate(symbols):
        candles = series[symbol]
        rows = (candles.open_time - first) // bar_ms + BARS
        close[rows, k] = candles.close
        dollar[rows, k] = candles.close * candles.volume
    btc = next((k for k, symbol in enumerate(symbols) if base_of(symbol) == "BTC"), None)
    facts = np.empty((N_FACTS, n))
    for i in range(n):
        facts[:, i] = facts_of(close[i : i + BARS + 1], dollar[i + 1 : i + BARS + 1], btc)
    return MarketContext(first + bar_ms * np.arange(n, dtype=np.int64), facts, bar_ms)


class GrowingMarket:
    """The market's facts as closes come in.

    A bar's facts are worked out when they are first asked for, one bar later, and stand from then on.

    Parameters
    ----------
    bar_ms : int
        Length of a bar, milliseconds.
    """

    def __init__(self, bar_ms: int) -> None:
        self._bar_ms = bar_ms
        self._closes: dict[int, dict[str, tuple[float, float]]] = {}
        self._facts: dict[int, FloatArray] = {}
        self._told = MarketContext(np.empty(0, np.int64), np.empty((N_FACTS, 0)), bar_ms)
        self._told_until = -1

    def begin(self, context: MarketContext, newest: Mapping[str, CandleColumns]) -> None:
        """Take the facts of a history, and the newest closes of its series, from which it goes on."""
        self._facts = dict(zip(context.open_time.tolist(), context.facts.T, strict=True))
        self._told_until = -1
        for symbol, candles in newest.items():
            tail = candles[-BARS - 1 :]
            rows = zip(tail.open_time.tolist(), tail.close.tolist(), tail.volume.tolist(), strict=True)
            for open_time, close, volume in rows:
                self.take(symbol, open_time, close, volume)

    def take(self, symbol: str, open_time: int, close: float, volume: float) -> None:
        """Take a closed candle of any coin; one whose bar's facts are known already comes too late."""
        self._closes.setdefault(open_time, {})[symbol] = (close, close * volume)
        oldest = open_time - 2 * BARS * self._bar_ms
        while (first := next(iter(self._closes))) < oldest:
            del self._closes[first]

    def context(self, until: int) -> MarketContext:
        """Return the facts of every bar up to the one that opens at `until`, that one included."""
        if until == self._told_until:
            return self._told
        if until not in self._facts and until in self._closes:
            self._facts[until] = self._work_out(until)
        times = np.array(sorted(t for t in self._facts if t <= until), np.int64)
        facts = np.array([self._facts[t] for t in times.tolist()]).reshape(-1, N_FACTS)
        self._told, self._told_until = MarketContext(times, facts.T, self._bar_ms), until
        return self._told

    def _work_out(self, open_time: int) -> FloatArray:
        symbols = sorted(self._closes[open_time])
        bars = [self._closes.get(open_time - back * self._bar_ms, {}) for back in range(BARS, -1, -1)]
        nothing = (np.nan, np.nan)
        rows = np.array([[bar.get(symbol, nothing) for symbol in symbols] for bar in bars])
        btc = next((k for k, symbol in enumerate(symbols) if base_of(symbol) == "BTC"), None)
        return facts_of(rows[:, :, 0], rows[1:, :, 1], btc)
