"""What is known of every coin of a venue, read from every store at once; it takes a second of a thread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import CandleColumns
from workstation.domain.grade import Grade
from workstation.domain.ledger import SignalFilter
from workstation.domain.market import SeriesKey, timeframe_ms
from workstation.domain.narrative_index import IndexStanding
from workstation.domain.ports import CandleReader
from workstation.domain.screen_column import HOUR_MS, CoinColumns, FloatArray, Words
from workstation.domain.signal import Family, Signal
from workstation.engine.narratives.panel import coin_of
from workstation.storage.candle_store import CandleStore
from workstation.storage.ledger_reader import LedgerReader
from workstation.storage.observation_store import ObservationStore

_DAY_MS = 24 * HOUR_MS
_SPANS_MS = {
    "change_1h": HOUR_MS,
    "change_4h": 4 * HOUR_MS,
    "change_24h": _DAY_MS,
    "change_7d": 7 * _DAY_MS,
    "change_30d": 30 * _DAY_MS,
}
_STALE_MS = 2 * _DAY_MS  # a newest close that is older says nothing about now
_SLACK_MS = 6 * HOUR_MS  # of a close days ago; one hours ago must be that very close
_SIGNALS_MS = 30 * _DAY_MS
_LINE_POINTS = 42
_LINES = {"last_day": _DAY_MS, "last_week": 7 * _DAY_MS}
_FUNDING = "liquidity.funding_rate"
_FUNDING_MS = 2 * _DAY_MS
_OF_SIGNALS = ("signal", "signal_age", "probability", "base_rate", "families")
_OF_NARRATIVES = ("narrative", "narrative_rank", "narrative_7d")

COLUMNS_READ = frozenset(
    {
        "market",
        "price",
        "volume_24h",
        *_SPANS_MS,
        "grade",
        "grade_change",
        *_OF_SIGNALS,
        *_OF_NARRATIVES,
        "funding",
    }
    | {f"vote_{family.value}" for family in Family}
)
"""Ids of the columns that can be compared and are known from the store; the age follows from `signal_ms`."""


@dataclass(frozen=True, slots=True)
class CoinFiles:
    """Where what is known of coins lies; each file may be missing.

    Parameters
    ----------
    candles, ledger, observations : Path
        Files of closed candles, of signals and grades, and of what is observed outside the candles.
    """

    candles: Path
    ledger: Path
    observations: Path


@dataclass(frozen=True, slots=True)
class CoinsWanted:
    """Which coins are asked for.

    Parameters
    ----------
    venue, timeframe : str
        Where they trade, and the bars that the universe is kept in.
    symbols : tuple of str
        Everything that trades there.
    at_ms : int
        Now on the venue's clock, UTC milliseconds.
    standings : tuple of IndexStanding
        Of the narratives.
    """

    venue: str
    timeframe: str
    symbols: Words
    at_ms: int
    standings: tuple[IndexStanding, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class CoinsRead:
    """What is known of the coins.

    Parameters
    ----------
    wanted : CoinsWanted
        What was asked for.
    coins : CoinColumns
    signal_ms, closed_ms, graded_ms : ndarray, shape (n,)
        When the newest signal of each became known, when the newest bar that is stored closed, and the close
        of its newest grade, UTC milliseconds; NaN where there is none.
    """

    wanted: CoinsWanted
    coins: CoinColumns
    signal_ms: FloatArray
    closed_ms: FloatArray
    graded_ms: FloatArray


def read_coins(files: CoinFiles, wanted: CoinsWanted) -> CoinsRead:
    """Return everything that the store knows of the coins.

    Raises
    ------
    StoreError
        A file cannot be read.
    """
    with LedgerReader(files.ledger) as ledger:
        grades = ledger.newest_grades(wanted.venue)
        since = SignalFilter(venue=wanted.venue, since_ms=wanted.at_ms - _SIGNALS_MS)
        signals = [entry.signal for entry in ledger.signals(since)]
    with CandleStore(files.candles, read_only=True) as candles:
        moves, lines, closed_ms = read_moves(candles, wanted)
    with ObservationStore(files.observations, read_only=True) as store:
        observed = set(store.subjects(_FUNDING))
        funding: dict[str, float] = {}
        for coin in {coin for symbol in wanted.symbols if (coin := _coin(symbol)) in observed}:
            told = store.observations(_FUNDING, coin, since_ms=wanted.at_ms - _FUNDING_MS)
            if len(told):
                funding[coin] = float(told.value[np.argmax(told.event_ms)]) * 100
    newest = newest_signals(signals)
    numbers = moves | _graded(wanted.symbols, grades) | _signalled(wanted.symbols, newest)
    ranked, names = _narratives(wanted)
    numbers |= ranked
    numbers["funding"] = np.array([funding.get(_coin(symbol), np.nan) for symbol in wanted.symbols])
    known = [newest.get(symbol) for symbol in wanted.symbols]
    signal_ms = np.array([np.nan if one is None else float(one.known_at_ms) for one in known])
    graded_ms = _column(wanted.symbols, {grade.symbol: grade.at_ms for grade in grades})
    coins = CoinColumns(wanted.symbols, numbers, {"narrative": names}, lines)
    return CoinsRead(wanted, coins, signal_ms, closed_ms, graded_ms)


def read_moves(
    candles: CandleReader, wanted: CoinsWanted
) -> tuple[dict[str, FloatArray], dict[str, dict[str, FloatArray]], FloatArray]:
    """Return price, changes and volume of every coin, its lines by column, and when it closed last.

    Closes are UTC milliseconds, NaN where there is none that says anything about now.
    """
    stored = {key for key in candles.series() if key.venue == wanted.venue}
    numbers = {name: np.full(len(wanted.symbols), np.nan) for name in ("price", "volume_24h", *_SPANS_MS)}
    lines: dict[str, dict[str, FloatArray]] = {name: {} for name in _LINES}
    closed_ms = np.full(len(wanted.symbols), np.nan)
    n_bars = 31 * _DAY_MS // timeframe_ms(wanted.timeframe)
    for row, symbol in enumerate(wanted.symbols):
        key = SeriesKey(wanted.venue, symbol, wanted.timeframe)
        bars = candles.read_last(key, n_bars) if key in stored else CandleColumns.empty()
        if not len(bars) or wanted.at_ms - int(bars.open_time[-1]) > _STALE_MS:
            continue
        last_ms = int(bars.open_time[-1])
        closed_ms[row] = last_ms + key.bar_ms
        for name, value in moves_at(bars, len(bars) - 1).items():
            numbers[name][row] = value
        for name, length_ms in _LINES.items():
            closes = bars.close[bars.open_time > last_ms - length_ms]
            if len(closes) > 1:
                picked = np.linspace(0, len(closes) - 1, min(len(closes), _LINE_POINTS))
                lines[name][symbol] = closes[picked.round().astype(np.intp)]
    return numbers, lines, closed_ms


def moves_at(bars: CandleColumns, row: int) -> dict[str, float]:
    """Return price, changes and volume at a bar's close, by column, from that bar and those before it."""
    last_ms = int(bars.open_time[row])
    day = slice(int(np.searchsorted(bars.open_time, last_ms - _DAY_MS, side="right")), row + 1)
    found = {
        "price": float(bars.close[row]),
        "volume_24h": float((bars.close[day] * bars.volume[day]).sum()),
    }
    for name, span_ms in _SPANS_MS.items():
        slack_ms = _SLACK_MS if span_ms >= _DAY_MS else 0
        found[name] = _change_pct(bars, row, last_ms - span_ms, slack_ms)
    return found


def _change_pct(bars: CandleColumns, row: int, since_ms: int, slack_ms: int) -> float:
    """Return how far a close is from the one at an instant before it, percent; NaN where there is none."""
    at = int(np.searchsorted(bars.open_time, since_ms, side="right")) - 1
    if at < 0 or since_ms - int(bars.open_time[at]) > slack_ms or not bars.close[at] > 0:
        return float("nan")
    return float((bars.close[row] / bars.close[at] - 1) * 100)


def newest_signals(signals: Sequence[Signal]) -> dict[str, Signal]:
    """Return the newest closed signal of each coin; of two at one close that of the longer bars."""
    found: dict[str, Signal] = {}
    for signal in signals:
        before = found.get(signal.key.symbol)
        if signal.closed and (before is None or _newness(signal) >= _newness(before)):
            found[signal.key.symbol] = signal
    return found


def _newness(signal: Signal) -> tuple[int, int]:
    return signal.known_at_ms, signal.key.bar_ms


def _column(symbols: Words, values: Mapping[str, float | None]) -> NDArray[np.float64]:
    found = (values.get(symbol) for symbol in symbols)
    return np.array([np.nan if value is None else float(value) for value in found], np.float64)


def _graded(symbols: Words, grades: Sequence[Grade]) -> dict[str, FloatArray]:
    return {
        "grade": _column(symbols, {grade.symbol: grade.value for grade in grades}),
        "grade_change": _column(symbols, {grade.symbol: grade.change_24h for grade in grades}),
    }


def _signalled(symbols: Words, newest: Mapping[str, Signal]) -> dict[str, FloatArray]:
    def column(of: Mapping[str, float | None]) -> FloatArray:
        return _column(symbols, of)

    votes: dict[str, dict[str, float | None]] = {}
    for symbol, signal in newest.items():
        for vote in signal.votes:
            votes.setdefault(f"vote_{vote.family.value}", {})[symbol] = float(vote.direction)
    return {
        "signal": column({symbol: float(one.direction) for symbol, one in newest.items()}),
        "probability": column({symbol: _pct(one.probability) for symbol, one in newest.items()}),
        "base_rate": column({symbol: _pct(one.base_rate) for symbol, one in newest.items()}),
        "families": column(
            {
                symbol: sum(vote.direction is one.direction for vote in one.votes)
                for symbol, one in newest.items()
            }
        ),
        **{name: column(of) for name, of in votes.items()},
    }


def _pct(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _coin(symbol: str) -> str:
    named = coin_of(symbol)
    return "" if named is None else named[0]


def _narratives(wanted: CoinsWanted) -> tuple[dict[str, FloatArray], tuple[Words, ...]]:
    """Return rank and return of each coin's best narrative, and the names of all, the best first."""
    holding: dict[str, list[IndexStanding]] = {}
    for standing in sorted(wanted.standings, key=lambda one: (one.rank is None, one.rank or 0)):
        for held in standing.holdings:
            holding.setdefault(held.coin, []).append(standing)
    of_symbol = [holding.get(_coin(symbol), []) for symbol in wanted.symbols]
    best = [found[0] if found else None for found in of_symbol]
    ranks = {s: None if one is None else one.rank for s, one in zip(wanted.symbols, best, strict=True)}
    roi = {s: None if one is None else one.roi_7d_pct for s, one in zip(wanted.symbols, best, strict=True)}
    numbers = {
        "narrative_rank": _column(wanted.symbols, ranks),
        "narrative_7d": _column(wanted.symbols, roi),
    }
    return numbers, tuple(tuple(one.title for one in found) for found in of_symbol)
