"""What the narratives' panels show of the past, read from the store in another thread than the window's.

The standings of the newest close come from the engine; this is what lies behind them: the daily values of
every index, what it is held against, the graph of rotation and the log. It is worked out from the same
candles by the engine's own steps, day by day.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from workstation.domain.candle import CandleColumns, FloatArray, IntArray
from workstation.domain.errors import UsageError
from workstation.domain.market import SeriesKey, timeframe_ms
from workstation.domain.narrative import NarrativeBook
from workstation.domain.narrative_index import IndexChange, IndexRules, is_index
from workstation.domain.ports import CandleReader
from workstation.engine.narratives.index import Indices, indices
from workstation.engine.narratives.panel import DAY_MS, MarketPanel, coin_of, join_panel
from workstation.engine.narratives.relative_rotation import (
    STEPS,
    Benchmark,
    RelativeRotation,
    benchmark_values,
    relative_rotation,
)
from workstation.ui.engine_port import NarrativeFiles

HISTORY_DAYS = 200
"""As far back as the engine reads, too."""

DAYS_NEEDED = 2 * STEPS
"""Daily closes of an index and of its benchmark before its first point on the graph."""

EQUAL_WEIGHT, CASH = "Equal weight", "Cash"

N_CHANGES = 200
"""Newest lines of each log that are kept."""

_WEEK, _SPARK = 7, 30
_ROI_DAYS = (1, 7, 30)


@dataclass(frozen=True, slots=True)
class PastWanted:
    """Which past is asked for.

    Parameters
    ----------
    venue, timeframe : str
        Where the coins trade, and the bars that the universe is kept in.
    at_ms : int
        The newest close, UTC milliseconds.
    is_whole : bool
        Whether the history of the universe is loaded: what is read then does not change before the next day.
    """

    venue: str
    timeframe: str
    at_ms: int
    is_whole: bool


@dataclass(frozen=True, slots=True)
class BenchmarkRow:
    """How something that narratives are held against did.

    Parameters
    ----------
    title : str
        For the trader.
    at_ms : int
        The close up to which it is counted, UTC milliseconds.
    value : float or None
        Price in US dollars, or value of the index.
    roi_24h_pct, roi_7d_pct, roi_30d_pct : float or None
        Percent; None where it is not known.
    """

    title: str
    at_ms: int
    value: float | None
    roi_24h_pct: float | None
    roi_7d_pct: float | None
    roi_30d_pct: float | None


@dataclass(frozen=True, slots=True, eq=False)
class NarrativePast:
    """The past of all narratives, day by day.

    Parameters
    ----------
    wanted : PastWanted or None
        What was asked for; None where nothing was read yet.
    book : NarrativeBook or None
        Whose narratives they are.
    close_ms : ndarray of int64, shape (n_days,)
        Closes at 00:00 UTC, milliseconds.
    names : tuple of str
        Of the narratives.
    values : ndarray, shape (n_days, n_narratives)
        Of the indices; NaN where there is none.
    graphs : mapping of Benchmark to RelativeRotation
        Only of benchmarks that are there.
    log : mapping of str to tuple of IndexChange
        By narrative, newest first.
    rank_before : mapping of str to int
        By narrative, its rank seven days before the last day.
    symbols : mapping of str to str
        By coin, the market that it was read from.
    rows : tuple of BenchmarkRow
        BTC, ETH, SOL and equal weight, as far as they are there; and cash.
    trouble : str
        What became of the trader's own book where its file could not be used; empty where it could.
    """

    wanted: PastWanted | None = None
    book: NarrativeBook | None = None
    close_ms: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    names: tuple[str, ...] = ()
    values: FloatArray = field(default_factory=lambda: np.empty((0, 0)))
    graphs: Mapping[Benchmark, RelativeRotation] = field(default_factory=lambda: MappingProxyType({}))
    log: Mapping[str, tuple[IndexChange, ...]] = field(default_factory=lambda: MappingProxyType({}))
    rank_before: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    symbols: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    rows: tuple[BenchmarkRow, ...] = ()
    trouble: str = ""

    def spark(self, name: str) -> FloatArray:
        """Return the last thirty daily values of an index; empty where it has none."""
        if name not in self.names:
            return np.empty(0)
        newest = self.values[-_SPARK:, self.names.index(name)]
        known: FloatArray = newest[np.isfinite(newest)]
        return known


def read_past(files: NarrativeFiles, wanted: PastWanted, before: NarrativePast) -> NarrativePast:
    """Return the past that is wanted; what was read before is kept where nothing can have changed.

    Raises
    ------
    StoreError
        The candles cannot be read.
    SettingsError
        The book of narratives cannot be read.
    """
    from workstation.storage.candle_store import CandleStore
    from workstation.storage.narrative_store import NarrativeStore

    book, problems = NarrativeStore(files.book).load()
    with CandleStore(files.candles, read_only=True) as store:
        if not _still_holds(before, wanted, book):
            panel, symbols = _daily_panel(store, wanted, book)
            before = past_of(panel, book, symbols) if panel is not None else NarrativePast(book=book)
        return replace(_with_rows(before, store, wanted), trouble=" ".join(problems))


def past_of(panel: MarketPanel, book: NarrativeBook, symbols: Mapping[str, str]) -> NarrativePast:
    """Return the past of a book's narratives from daily bars of all coins."""
    rules = IndexRules()
    found = indices(panel, book, rules)
    names = found.state.lineup.names
    graphs = {}
    for benchmark in Benchmark:
        try:
            against = benchmark_values(panel, benchmark, rules)
        except UsageError:  # it does not trade here
            continue
        graphs[benchmark] = relative_rotation(panel.close_ms, names, found.net, against)
    log = {name: tuple(reversed(found.state.log.changes(name)[-N_CHANGES:])) for name in names}
    return NarrativePast(
        book=book,
        close_ms=panel.close_ms,
        names=names,
        values=found.net,
        graphs=graphs,
        log=log,
        rank_before=_ranks_before(found),
        symbols=symbols,
        rows=_equal_weight(panel, rules),
    )


def _still_holds(before: NarrativePast, wanted: PastWanted, book: NarrativeBook) -> bool:
    read = before.wanted
    if read is None or before.book != book or not (read.is_whole and len(before.close_ms)):
        return False
    same_day = read.at_ms // DAY_MS == wanted.at_ms // DAY_MS
    return same_day and (read.venue, read.timeframe) == (wanted.venue, wanted.timeframe)


def _daily_panel(
    reader: CandleReader, wanted: PastWanted, book: NarrativeBook
) -> tuple[MarketPanel | None, dict[str, str]]:
    """Return the daily bars of every coin that trades for dollars, and each coin's market."""
    until = wanted.at_ms // DAY_MS * DAY_MS
    daily: dict[str, CandleColumns] = {}
    symbols: dict[str, str] = {}
    known = book.coins() | {"BTC", "ETH", "SOL"}
    for key in reader.series():
        named = coin_of(key.symbol)
        if (key.venue, key.timeframe) != (wanted.venue, wanted.timeframe):
            continue
        if named is None or is_index(key.symbol):
            continue
        bars = daily_bars(reader.read(key, until - HISTORY_DAYS * DAY_MS, until))
        if len(bars):
            daily[key.symbol] = bars
        if named[0] in known:
            symbols.setdefault(named[0], key.symbol)
    return (join_panel([daily], "1d").panel, symbols) if daily else (None, symbols)


def daily_bars(bars: CandleColumns) -> CandleColumns:
    """Return bars joined to days of UTC; close times volume is what was traded in dollars, to the cent."""
    if not len(bars):
        return bars
    day = bars.open_time // DAY_MS
    first = np.flatnonzero(np.diff(day, prepend=day[0] - 1))
    last = np.append(first[1:], len(day)) - 1
    dollars = np.add.reduceat(bars.close * bars.volume, first)
    close = bars.close[last]
    high, low = np.maximum.reduceat(bars.high, first), np.minimum.reduceat(bars.low, first)
    volume = dollars / np.where(close > 0, close, 1.0)
    return CandleColumns.of(day[first] * DAY_MS, bars.open[first], high, low, close, volume)


def _ranks_before(found: Indices) -> dict[str, int]:
    """Return each narrative's place by its return of seven days, seven days before the last day."""
    values = found.net
    if len(values) <= 2 * _WEEK:
        return {}
    roi = values[-1 - _WEEK] / values[-1 - 2 * _WEEK] - 1
    return {
        name: 1 + int((roi > one).sum())
        for name, one in zip(found.state.lineup.names, roi.tolist(), strict=True)
        if np.isfinite(one)
    }


def _equal_weight(panel: MarketPanel, rules: IndexRules) -> tuple[BenchmarkRow, ...]:
    values = benchmark_values(panel, Benchmark.EQUAL_WEIGHT, rules)
    return (_row(EQUAL_WEIGHT, panel.close_ms, values, 1),)


def _row(title: str, close_ms: IntArray, values: FloatArray, bars_a_day: int) -> BenchmarkRow:
    def change(days: int) -> float | None:
        back = len(values) - 1 - days * bars_a_day
        if back < 0:
            return None
        roi_pct = (values[-1] / values[back] - 1) * 100
        return float(roi_pct) if np.isfinite(roi_pct) else None

    value = float(values[-1]) if np.isfinite(values[-1]) else None
    return BenchmarkRow(title, int(close_ms[-1]), value, *map(change, _ROI_DAYS))


def _with_rows(past: NarrativePast, reader: CandleReader, wanted: PastWanted) -> NarrativePast:
    """Return the past with what Bitcoin, Ether and Solana did up to the newest close, and cash."""
    equal = tuple(row for row in past.rows if row.title == EQUAL_WEIGHT)
    coins = tuple(
        row
        for coin in ("BTC", "ETH", "SOL")
        if coin in past.symbols and (row := _coin_row(reader, wanted, coin, past.symbols[coin])) is not None
    )
    cash = BenchmarkRow(CASH, wanted.at_ms, None, 0.0, 0.0, 0.0)
    return replace(past, wanted=wanted, rows=(*coins, *equal, cash))


def _coin_row(reader: CandleReader, wanted: PastWanted, coin: str, symbol: str) -> BenchmarkRow | None:
    """Return how a coin did up to the newest close; None where it has no bar in the last day."""
    bar_ms = timeframe_ms(wanted.timeframe)
    since = wanted.at_ms - (max(_ROI_DAYS) + 1) * DAY_MS
    bars = reader.read(SeriesKey(wanted.venue, symbol, wanted.timeframe), since, wanted.at_ms)
    n_bars = (wanted.at_ms - since) // bar_ms
    close = np.full(n_bars, np.nan)
    if not len(bars):
        return None
    close[(bars.open_time - since) // bar_ms] = bars.close
    there = np.maximum.accumulate(np.where(np.isfinite(close), np.arange(n_bars), -1))
    filled = np.where(there >= 0, close[there], np.nan)
    close_ms = since + bar_ms * (1 + np.arange(n_bars, dtype=np.int64))
    return _row(coin, close_ms, filled, max(1, DAY_MS // bar_ms))
