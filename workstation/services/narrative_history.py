"""The indices of all narratives out of the stored candles, chained to what was told of them before."""

from collections.abc import Mapping, Set
from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import Candle, CandleColumns, FloatArray
from workstation.domain.market import SeriesKey, timeframe_ms
from workstation.domain.narrative import NarrativeBook
from workstation.domain.narrative_index import BASE_VALUE, IndexRules, index_symbol, is_index
from workstation.domain.ports import CandleReader
from workstation.engine.narratives.index_candles import index_candles
from workstation.engine.narratives.index_live import LiveIndices
from workstation.engine.narratives.panel import DAY_MS, MarketPanel, coin_of, join_panel

HISTORY_DAYS = 200
"""Of the coins of the book; of all others the last day's volume is enough."""

BITCOIN = "BTC"
MOST_BEHIND = 3
"""Bars that a coin may lack at the end and still trade."""

_OTHERS = ""  # a column without prices: what all coins outside of the book traded


@dataclass(frozen=True, slots=True, eq=False)
class NarrativeMarket:
    """The indices at a close, and how to go on with them.

    Parameters
    ----------
    indices : LiveIndices
    book : NarrativeBook
        That they are of.
    columns : mapping of str to (int, int)
        By symbol: its coin's place in a bar, and how many coins one unit is.
    told_ms : mapping of str to int
        By narrative: close of the newest candle of its index that is stored, UTC milliseconds.
    """

    indices: LiveIndices
    book: NarrativeBook
    columns: Mapping[str, tuple[int, int]]
    told_ms: Mapping[str, int]

    def take(self, close_ms: int, candles: Mapping[str, Candle]) -> None:
        """Go on with the candles of a close, by symbol; a coin without one has no bar."""
        bar: FloatArray = np.full((4, len(self.indices.state.lineup.coins)), np.nan)
        others = 0.0
        for symbol, candle in candles.items():
            if symbol in self.columns:
                column, n = self.columns[symbol]
                bar[:3, column] = candle.open / n, candle.close / n, candle.close * candle.volume
            elif coin_of(symbol) is not None:
                others += candle.close * candle.volume
        bar[2, -1] = others
        self.indices.take(close_ms, bar)

    def lacks(self, symbols: Mapping[str, Candle]) -> bool:
        """Whether a coin of the book trades that was not known when this began."""
        wanted = self.book.coins() | {BITCOIN}
        named = (coin_of(symbol) for symbol in symbols if symbol not in self.columns)
        return any(each is not None and each[0] in wanted for each in named)


def newest_common_close(reader: CandleReader, venue: str, timeframe: str, coins: Set[str]) -> int | None:
    """Return the newest close that is stored of every coin, UTC milliseconds; None where there is none.

    A coin that is more than `MOST_BEHIND` bars behind the others no longer trades and is not waited for.
    """
    bar_ms, closes = timeframe_ms(timeframe), list[int]()
    for key in reader.series():
        named = coin_of(key.symbol)
        if (key.venue, key.timeframe) != (venue, timeframe) or named is None or named[0] not in coins:
            continue
        newest = reader.read_last(key, 1)
        if len(newest):
            closes.append(int(newest.open_time[-1]) + bar_ms)
    behind = max(closes, default=0) - MOST_BEHIND * bar_ms
    return min((close for close in closes if close >= behind), default=None)


def read_market(
    reader: CandleReader, venue: str, timeframe: str, until_ms: int, book: NarrativeBook
) -> NarrativeMarket | None:
    """Return the indices at a close, from what is stored; None where no coin of the book is.

    Values go on from the newest stored candle of each index: what was told of it once stays.

    Parameters
    ----------
    reader : CandleReader
    venue, timeframe : str
        Whose series are read.
    until_ms : int
        The close, UTC milliseconds.
    book : NarrativeBook
    """
    wanted = book.coins() | {BITCOIN}
    history: dict[str, CandleColumns] = {}
    others: list[CandleColumns] = []
    for key in reader.series():
        named = coin_of(key.symbol)
        if key.venue != venue or key.timeframe != timeframe or named is None or is_index(key.symbol):
            continue
        if named[0] in wanted:
            history[key.symbol] = reader.read(key, until_ms - HISTORY_DAYS * DAY_MS, until_ms)
        else:
            others.append(reader.read(key, until_ms - DAY_MS, until_ms))
    history = {symbol: candles for symbol, candles in history.items() if len(candles)}
    if not history:
        return None
    panel = _with_others(_up_to(join_panel([history], timeframe).panel, until_ms), others)
    place = {coin: column for column, coin in enumerate(panel.coins)}
    named_coins = ((symbol, coin_of(symbol)) for symbol in history)
    columns = {symbol: (place[each[0]], each[1]) for symbol, each in named_coins if each is not None}
    live = LiveIndices(panel, book, IndexRules())
    told = _chain(live, reader, venue, timeframe)
    return NarrativeMarket(live, book, columns, told)


def _up_to(panel: MarketPanel, until_ms: int) -> MarketPanel:
    """Return a panel that ends at a close, with bars that no coin has where candles end before it."""
    n_missing = (until_ms - int(panel.close_ms[-1])) // panel.bar_ms
    if n_missing <= 0:
        return panel
    close_ms = int(panel.close_ms[-1]) + panel.bar_ms * np.arange(1, n_missing + 1, dtype=np.int64)
    nothing = np.full((n_missing, len(panel.coins)), np.nan)
    open_, close, dollars, cap = (
        np.vstack((column, nothing)) for column in (panel.open, panel.close, panel.dollar_volume, panel.cap)
    )
    times = np.concatenate((panel.close_ms, close_ms))
    return MarketPanel(times, panel.coins, open_, close, dollars, cap, panel.bar_ms)


def _with_others(panel: MarketPanel, others: list[CandleColumns]) -> MarketPanel:
    """Return a panel with one more column: what coins outside of the book traded, without a price."""
    dollars = np.zeros(len(panel.close_ms))
    for candles in others:
        rows = (candles.open_time + panel.bar_ms - int(panel.close_ms[0])) // panel.bar_ms
        inside = (rows >= 0) & (rows < len(dollars))
        np.add.at(dollars, rows[inside], (candles.close * candles.volume)[inside])
    nothing = np.full((len(dollars), 1), np.nan)
    open_, close, cap = (np.hstack((column, nothing)) for column in (panel.open, panel.close, panel.cap))
    volume = np.hstack((panel.dollar_volume, dollars[:, None]))
    return MarketPanel(panel.close_ms, (*panel.coins, _OTHERS), open_, close, volume, cap, panel.bar_ms)


def _chain(live: LiveIndices, reader: CandleReader, venue: str, timeframe: str) -> dict[str, int]:
    """Scale indices so that they go on from their stored candles; return when those close, by narrative."""
    told: dict[str, int] = {}
    close_ms, bar_ms = live.history.close_ms, timeframe_ms(timeframe)
    for column, name in enumerate(live.state.lineup.names):
        newest = reader.read_last(SeriesKey(venue, index_symbol(name), timeframe), 1)
        if not len(newest):
            continue
        told[name] = int(newest.open_time[-1]) + bar_ms
        values = live.history.net[:, column]
        since = np.flatnonzero(np.isfinite(values) & (close_ms >= told[name]))
        start = float(values[since[0]]) if len(since) else BASE_VALUE
        live.scale[column] = float(newest.close[-1]) / start
    return told


def candles_to_tell(market: NarrativeMarket) -> dict[str, CandleColumns]:
    """Return the candles of each index's history that are not stored yet, by narrative."""
    live, found = market.indices, dict[str, CandleColumns]()
    bar_ms = live.panel.bar_ms
    for column, name in enumerate(live.state.lineup.names):
        values = live.history.net[:, column] * live.scale[column]
        rows = live.history.close_ms > market.told_ms.get(name, -1)
        before = values[~rows & np.isfinite(values)]
        candles = index_candles(
            live.history.close_ms[rows],
            bar_ms,
            values[rows],
            live.history.volume[rows, column],
            float(before[-1]) if len(before) else BASE_VALUE * float(live.scale[column]),
        )
        if len(candles):
            found[name] = candles
    return found
