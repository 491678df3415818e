"""What the whole market did: Bitcoin, the mean coin, breadth, dispersion, dominance.

A bar is judged on the market as it stood one bar earlier: the closes of this bar arrive one after the other,
those of the bar before are all there. So the order of arrival decides nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import CandleColumns, FloatArray, IntArray
from workstation.engine.features.compiled import compiled

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
        if not len(self.open_time):
            return np.full((N_FACTS, len(open_time)), np.nan)
        before = open_time - self.bar_ms
        found = np.minimum(np.searchsorted(self.open_time, before), len(self.open_time) - 1)
        out = self.facts[:, found]
        out[:, self.open_time[found] != before] = np.nan
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
    facts = np.full((N_FACTS, 1), np.nan)
    _fill_facts(close, dollar, -1 if btc is None else btc, facts)
    return facts[:, 0]


@compiled
def _fill_facts(close: FloatArray, dollar: FloatArray, btc: int, facts: FloatArray) -> None:
    """Fill the facts of some bars that follow each other.

    Parameters
    ----------
    close, dollar : ndarray, shapes (BARS + n, n_coins) and (BARS + n - 1, n_coins)
        As in `facts_of`, of all bars.
    btc : int
        Bitcoin's position; -1: it is not there.
    facts : ndarray, shape (N_FACTS, n)
        Filled; begins as NaN.
    """
    for i in range(facts.shape[1]):
        _returns(close[i : i + BARS + 1], facts[:, i])
        if btc >= 0 and close[i + BARS, btc] == close[i + BARS, btc]:
            facts[BTC_RETURN, i] = np.log(close[i + BARS, btc] / close[i + BARS - 1, btc])
            facts[BTC_SHARE, i] = _share(close[i + BARS], dollar[i : i + BARS], btc)


@compiled
def _returns(close: FloatArray, facts: FloatArray) -> None:
    """Fill what coins' returns say. A coin that did not trade in the bar leaves no trace in any sum."""
    n_coins = close.shape[1]
    day = np.empty(n_coins)
    n_steps = n_days = n_rose = 0
    steps = days = square = 0.0
    for k in range(n_coins):
        now = close[BARS, k]
        step, over_day = np.log(now / close[BARS - 1, k]), np.log(now / close[0, k])
        if step == step:
            n_steps += 1
            steps += step
        if over_day == over_day:
            day[n_days] = over_day
            n_days += 1
            days += over_day
            n_rose += over_day > 0.0
    if n_steps >= LEAST_COINS:
        facts[MEAN_RETURN] = steps / n_steps
    if n_days >= LEAST_COINS:
        mean = days / n_days
        for k in range(n_days):
            square += (day[k] - mean) * (day[k] - mean)
        facts[BREADTH] = n_rose / n_days
        facts[DISPERSION] = np.sqrt(square / n_days)


@compiled
def _share(close: FloatArray, dollar: FloatArray, btc: int) -> float:
    """Return a coin's share of what all coins that traded in the bar were traded for in the bars."""
    n_coins = len(close)
    total = own = 0.0
    n_here = 0
    for k in range(n_coins):
        if close[k] == close[k]:
            paid = 0.0
            for bar in range(BARS):
                if dollar[bar, k] == dollar[bar, k]:
                    paid += dollar[bar, k]
            n_here += 1
            total += paid
            if k == btc:
                own = paid
    return own / total if n_here >= LEAST_COINS and total > 0.0 else np.nan


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
    facts = np.full((N_FACTS, n), np.nan)
    _fill_facts(close, dollar[1:], -1 if btc is None else btc, facts)
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
        self._places: dict[str, int] = {}
        self._bars: dict[int, FloatArray] = {}  # close and dollar volume of each coin, shape (2, n), by open
        self._facts: dict[int, FloatArray] = {}
        self._told = MarketContext(np.empty(0, np.int64), np.empty((N_FACTS, 0)), bar_ms)

    def begin(self, context: MarketContext, newest: Mapping[str, CandleColumns]) -> None:
        """Take the facts of a history, and the newest closes of its series, from which it goes on."""
        self._facts = dict(zip(context.open_time.tolist(), context.facts.T, strict=True))
        self._told = context
        for symbol, candles in newest.items():
            tail = candles[-BARS - 1 :]
            rows = zip(tail.open_time.tolist(), tail.close.tolist(), tail.volume.tolist(), strict=True)
            for open_time, close, volume in rows:
                self.take(symbol, open_time, close, volume)

    def take(self, symbol: str, open_time: int, close: float, volume: float) -> None:
        """Take a closed candle of any coin; one whose bar's facts are known already comes too late."""
        place = self._places.setdefault(symbol, len(self._places))
        bar = self._bars.get(open_time)
        if bar is None or place >= bar.shape[1]:
            bar = self._widen(open_time, bar)
        bar[0, place], bar[1, place] = close, close * volume

    def _widen(self, open_time: int, bar: FloatArray | None) -> FloatArray:
        """Return a bar with room for every coin, and let go of bars that nothing reads any more."""
        wide = np.full((2, max(64, 2 * len(self._places))), np.nan)
        if bar is not None:
            wide[:, : bar.shape[1]] = bar
        self._bars[open_time] = wide
        oldest = open_time - 2 * BARS * self._bar_ms
        for old in [t for t in self._bars if t < oldest]:
            del self._bars[old]
        return wide

    def context(self, until: int) -> MarketContext:
        """Return the facts of every bar up to the one that opens at `until`, that one included."""
        known = self._told.open_time
        if until in self._facts or until not in self._bars:
            return MarketContext(known, self._told.facts, self._bar_ms)
        facts = self._facts[until] = self._work_out(until)
        if not len(known) or until > known[-1]:
            times = np.append(known, until)
            columns = np.append(self._told.facts, facts[:, None], axis=1)
        else:
            times = np.array(sorted(self._facts), np.int64)
            columns = np.array([self._facts[t] for t in times.tolist()]).T
        self._told = MarketContext(times, columns, self._bar_ms)
        return self._told

    def _work_out(self, open_time: int) -> FloatArray:
        symbols = sorted(self._places)
        places = np.array([self._places[symbol] for symbol in symbols], np.int64)
        rows = np.full((BARS + 1, 2, len(symbols)), np.nan)
        for row, back in enumerate(range(BARS, -1, -1)):
            bar = self._bars.get(open_time - back * self._bar_ms)
            if bar is not None:
                has_place = places < bar.shape[1]
                rows[row][:, has_place] = bar[:, places[has_place]]
        here = ~np.isnan(rows[-1, 0])
        rows = np.ascontiguousarray(rows[:, :, here])
        coins = [symbol for symbol, is_here in zip(symbols, here.tolist(), strict=True) if is_here]
        btc = next((k for k, symbol in enumerate(coins) if base_of(symbol) == "BTC"), None)
        return facts_of(rows[:, 0].copy(), rows[1:, 1].copy(), btc)
