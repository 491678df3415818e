"""What is said bar by bar is what is said of the history: begun, restarted, reconnected, told twice."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from workstation.domain.candle import Candle, CandleColumns, IntArray
from workstation.domain.market import SeriesKey, slot_of
from workstation.domain.signal import Signal, SignalOrigin
from workstation.engine.confluence import ConfluenceRules, judge
from workstation.engine.confluence_bank import ConfluenceBank
from workstation.engine.features.analogue_library import AHEAD, SIGMA_BARS, AnalogueLibrary
from workstation.engine.features.market_context import GrowingMarket, market_context
from workstation.engine.segments import BLOCK, slots_of
from workstation.engine.sight import Sight
from workstation.engine.verification.lookahead import Told
from workstation.engine.verification.record import Readings, Record, said, sight_of
from workstation.engine.verification.tally import Tally

STREAMING = "T6"
VENUE = "verified"
RULES = ConfluenceRules(min_agree=2, cool_down=12)
"""Looser than what a trader is told by, so that there is something to compare."""


class LiveMarket:
    """A record as it happens: the market of all its symbols grows, the watched ones are judged.

    Parameters
    ----------
    record : Record
        Nothing of it is read before it is asked to close a bar, or to begin.
    """

    def __init__(self, record: Record) -> None:
        self.record = record
        self.bank = ConfluenceBank(record.timeframe, rules=RULES)
        self.keys = {symbol: SeriesKey(VENUE, symbol, record.timeframe) for symbol in record.watched}
        self.signals: list[Signal] = []
        self.followed: dict[str, list[int]] = {symbol: [] for symbol in record.watched}
        self._market = GrowingMarket(record.bar_ms)
        self._library = AnalogueLibrary(record.timeframe)
        self._bars = {symbol: _by_open(candles) for symbol, candles in record.series.items()}
        self.begin(None)

    def begin(self, next_open: int | None) -> None:
        """Load everything from the bars that stood before one; None: from nothing."""
        past = {s: _before(c, next_open) for s, c in self.record.series.items()}
        self._market.begin(market_context(past, self.record.bar_ms), past)
        self._library = AnalogueLibrary.of(past, self.record.timeframe)
        for symbol, key in self.keys.items():
            sight = self._sight(next_open) if next_open is not None else Sight()
            self.bank.load(key, past[symbol], sight, next_open if len(past[symbol]) else None)

    def close(self, open_time: int) -> dict[str, Readings]:
        """Close the bars that open at a time; return what is said of each watched symbol that has one."""
        candles = self.candles(open_time)
        sight = self._sight(open_time)
        for key in candles:
            if self.bank.needs_history(key, open_time):
                past = _before(self.record.series[key.symbol], open_time)
                self.bank.load(key, past, sight, open_time)
        self.signals += self.bank.push(candles, sight)
        for key in candles:
            self.followed[key.symbol].append(open_time)
        for symbol, bars in self._bars.items():
            if (bar := bars.get(open_time)) is not None:
                self._market.take(symbol, open_time, bar.close, bar.volume)
                self._remember(symbol, open_time)
        return {key.symbol: self.newest(key) for key in candles}

    def _remember(self, symbol: str, open_time: int) -> None:
        """Take the window whose outcome ended with a bar."""
        if slot_of(open_time, self.record.timeframe) % self._library.rules.every == 0:
            candles = _before(self.record.series[symbol], open_time + 1)[-2 * (SIGMA_BARS + AHEAD) :]
            self._library.add(symbol, candles, len(candles) - 1)

    def candles(self, open_time: int) -> dict[SeriesKey, Candle]:
        """Return the watched symbols' bars of one open time."""
        found = {key: self._bars[symbol].get(open_time) for symbol, key in self.keys.items()}
        return {key: bar for key, bar in found.items() if bar is not None}

    def newest(self, key: SeriesKey) -> Readings:
        """Return what was said of a series' newest bar, each of shape (1,)."""
        found = self.bank.newest_ballot(key)
        assert found is not None  # noqa: S101  a bar was just pushed
        ballot, row = found
        return {name: values[row : row + 1] for name, values in said(ballot).items()}

    def disturb(self, open_time: int) -> None:
        """Tell what changes nothing: the newest bar again, an older one, the next while it forms."""
        for key, bar in self.candles(open_time).items():
            self.bank.push({key: bar})
            older = _before(self.record.series[key.symbol], open_time)[-3:-2]
            for late in older:
                self.bank.push({key: late})
            forming = replace(bar, open_time=open_time + self.record.bar_ms, close=bar.low, closed=False)
            self.bank.preview(key, forming)

    def _sight(self, open_time: int) -> Sight:
        observations = self.record.observations if self.record.observed else None
        return Sight(self._market.context(open_time - self.record.bar_ms), observations, self._library)


def _by_open(candles: CandleColumns) -> dict[int, Candle]:
    return {candle.open_time: candle for candle in candles}


def _before(candles: CandleColumns, open_time: int | None) -> CandleColumns:
    return candles[: 0 if open_time is None else int(np.searchsorted(candles.open_time, open_time))]


Live = Callable[[Record], LiveMarket]
"""How a record is begun to be judged live."""


def live_from_nothing(told: Told, n_bars: int, live: Live = LiveMarket) -> Tally:
    """Return how the first bars of a record differ, said one by one, from what its history says."""
    tally = Tally()
    market = live(told.record)
    _follow(told, market, _times(told.record)[:n_bars], tally, "from the first bar")
    return tally


def live_after_restart(told: Told, open_ms: int, n_bars: int, live: Live = LiveMarket) -> Tally:
    """Return how bars differ that are said one by one after a restart from what was stored before them.

    Some bars later the line is cut, and the bars missed are filled in from history; others come twice, late,
    or are looked at while they form.
    """
    tally = Tally()
    market = live(told.record)
    market.begin(open_ms)
    times = _times(told.record)
    first = int(np.searchsorted(times, open_ms))
    lost = first + n_bars // 2
    _follow(told, market, times[first:lost], tally, f"restarted at {open_ms}")
    back = min(lost + 1 + n_bars // 6, len(times))
    if back < len(times):
        market.begin(int(times[back]))
        _follow(told, market, times[back : back + n_bars // 2], tally, f"reconnected at {times[back]}")
    if not told.record.observed:
        _compare_signals(told, market, tally)
    return tally


def hard_starts(record: Record) -> list[int]:
    """Return bars just before which a restart is hard: edges of blocks, ends of holes."""
    found = []
    for symbol in record.watched:
        slots = slots_of(record.series[symbol], record.timeframe)
        edges = np.flatnonzero((np.diff(slots // BLOCK) != 0) | (np.diff(slots) > 1))
        found += record.series[symbol].open_time[np.maximum(edges - 3, 1)].tolist()
    return sorted(set(found))


def _times(record: Record) -> IntArray:
    """Return every open time of any symbol: others go on while a watched one pauses."""
    return np.unique(np.concatenate([candles.open_time for candles in record.series.values()]))


def _follow(told: Told, market: LiveMarket, times: Iterable[int], tally: Tally, how: str) -> None:
    said_at: dict[str, list[tuple[int, Readings]]] = {symbol: [] for symbol in told.record.watched}
    for k, open_time in enumerate(int(time) for time in times):
        for symbol, readings in market.close(open_time).items():
            said_at[symbol].append((open_time, readings))
        if k % 5 == 2:
            market.disturb(open_time)
    for symbol, one in said_at.items():
        if one:
            rows = np.searchsorted(told.record.series[symbol].open_time, [time for time, _ in one])
            found = {name: np.concatenate([readings[name] for _, readings in one]) for name in one[0][1]}
            tally.compare(STREAMING, told.place(symbol, rows, how), told.said(symbol, rows), found)


def _compare_signals(told: Told, market: LiveMarket, tally: Tally) -> None:
    """Compare the signals raised on the bars that were followed with those of the history."""
    sight = sight_of(told.record)
    for symbol, key in market.keys.items():
        candles = told.record.series[symbol]
        rows = np.searchsorted(candles.open_time, sorted(market.followed[symbol]))
        judged = {signal.open_time: signal for signal in judge(key, candles, sight, RULES)}
        raised = {
            s.open_time: replace(s, origin=SignalOrigin.HISTORY) for s in market.signals if s.key == key
        }
        times = candles.open_time[rows].tolist()
        expected = np.array([0.0 if time not in judged else float(judged[time].direction) for time in times])
        same = [judged.get(time) == raised.get(time) for time in times]
        found = np.where(same, expected, np.nan)
        place = told.place(symbol, rows, "raised live")
        tally.compare(STREAMING, place, {"judged signal": expected}, {"judged signal": found})
