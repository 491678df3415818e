"""What is worked out of one coin by itself: its judged bars, its plain votes, and what a grade measures."""

from dataclasses import dataclass

import numpy as np

from workstation.domain.candle import CandleColumns, FloatArray, IntArray
from workstation.domain.market import timeframe_ms
from workstation.engine.ballot import cast
from workstation.engine.confluence import DEFAULT_RULES, agreement
from workstation.engine.features.factor_family import SideArray
from workstation.engine.features.history import Room, compute
from workstation.engine.grade.measures import N_MEASURES, MeasureArray, measure
from workstation.engine.grade.panel import HORIZONS_MS, outcomes_of
from workstation.engine.grade.rolling_days import DAY_MS
from workstation.engine.model.panel import CoinRows, coin_rows
from workstation.engine.model.recipe import Recipe
from workstation.engine.sight import BLIND, observed


@dataclass(frozen=True, slots=True, eq=False)
class CoinTask:
    """One coin to be studied.

    Parameters
    ----------
    symbol : str
    pieces : tuple of CandleColumns
        Its recordings, the one that counts first where they overlap.
    recipe : Recipe
        Says which data points are wanted, and what is an outcome.
    """

    symbol: str
    pieces: tuple[CandleColumns, ...]
    recipe: Recipe


@dataclass(frozen=True, slots=True, eq=False)
class CoinStudy:
    """What came out.

    Parameters
    ----------
    symbol : str
    rows : tuple of CoinRows
        Of each piece, in their order; no bar twice.
    votes : tuple of ndarray of int8, shape (n,)
        1 where the families agree bullish by their written rules, -1 bearish; of the same bars.
    close_ms : ndarray of int64, shape (n_days,)
        Closes at midnight, UTC milliseconds.
    measures : ndarray of float32, shape (n_days, N_MEASURES)
        What a grade is made of, at those closes.
    later : ndarray of float64, shape (n_days, 2)
        What the next 24 hours and seven days brought.
    """

    symbol: str
    rows: tuple[CoinRows, ...]
    votes: tuple[SideArray, ...]
    close_ms: IntArray
    measures: MeasureArray
    later: FloatArray


def study(task: CoinTask) -> CoinStudy:
    """Return what one coin has to say before any model is asked."""
    room, claimed = Room(), np.empty(0, np.int64)
    rows, votes = [], []
    for candles in task.pieces:
        found, vote = _judged_bars(task, candles, claimed, room)
        claimed = np.union1d(claimed, found.open_time)
        rows.append(found)
        votes.append(vote)
    close_ms = _midnights(task.pieces, timeframe_ms(task.recipe.timeframe))
    measures, later = _measured(task, close_ms)
    return CoinStudy(task.symbol, tuple(rows), tuple(votes), close_ms, measures, later)


def measured_only(task: CoinTask) -> CoinStudy:
    """Return what a grade measures of one coin, and what followed, without a bar to be judged."""
    close_ms = _midnights(task.pieces, timeframe_ms(task.recipe.timeframe))
    return CoinStudy(task.symbol, (), (), close_ms, *_measured(task, close_ms))


def _judged_bars(
    task: CoinTask, candles: CandleColumns, claimed: IntArray, room: Room
) -> tuple[CoinRows, SideArray]:
    computed = compute(candles, task.recipe.timeframe, room=room)
    found = coin_rows(task.symbol, candles, task.recipe, computed)
    closes = candles.open_time + task.recipe.bar_ms
    side = agreement(cast(computed, observed(task.symbol, closes, BLIND.observations)), DEFAULT_RULES)
    own = ~np.isin(found.open_time, claimed)
    kept = CoinRows(
        found.symbol,
        found.values[own],
        found.open_time[own],
        found.label[own],
        found.known_ms[own],
    )
    return kept, side[np.searchsorted(candles.open_time, kept.open_time)]


def _midnights(pieces: tuple[CandleColumns, ...], bar_ms: int) -> IntArray:
    """Return the midnights at which a bar of any piece may close."""
    if not pieces:
        return np.empty(0, np.int64)
    first = min(int(piece.open_time[0]) for piece in pieces) + bar_ms
    last = max(int(piece.open_time[-1]) for piece in pieces) + bar_ms
    return np.arange(-(-first // DAY_MS), last // DAY_MS + 1, dtype=np.int64) * DAY_MS


def _measured(task: CoinTask, close_ms: IntArray) -> tuple[MeasureArray, FloatArray]:
    """Return measures and what followed; at each close of the first piece that knows them."""
    measures = np.full((len(close_ms), N_MEASURES), np.nan, np.float32)
    later = np.full((len(close_ms), len(HORIZONS_MS)), np.nan)
    for candles in task.pieces:
        missing = np.flatnonzero(np.isnan(measures[:, 0]))
        measures[missing] = measure(candles, task.recipe.timeframe, close_ms[missing])
        later[missing] = outcomes_of(candles, task.recipe.timeframe, close_ms[missing])
    return measures, later
