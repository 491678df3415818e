"""Readers that look ahead, each in another way that was seen in the wild. The examination must catch each."""

from collections.abc import Callable

import numpy as np
import talib

from workstation.domain.candle import CandleColumns, FloatArray, IntArray
from workstation.domain.observation import ObservationColumns
from workstation.engine.verification.record import Reader, Readings, Record, SymbolReader

HOUR_MS = 3_600_000
NEWS = "sentiment.fear_greed"

Formula = Callable[[Record, str], FloatArray]


def reader_of(formula: Formula) -> Reader:
    """Return a reader that says one thing, and knows everything."""

    def read(record: Record) -> SymbolReader:
        def at(symbol: str, rows: IntArray) -> Readings:
            return {f"planted.{formula.__name__} ": np.asarray(formula(record, symbol), np.float64)[rows]}

        return at

    return read


def _candles(formula: Callable[[CandleColumns], FloatArray]) -> Formula:
    def of(record: Record, symbol: str) -> FloatArray:
        candles = record.series[symbol]
        return formula(candles) if len(candles) > 60 else np.full(len(candles), np.nan)

    of.__name__ = formula.__name__
    return of


def next_return(candles: CandleColumns) -> FloatArray:
    """Say the next bar's return: ``shift(-1)``."""
    out = np.full(len(candles), np.nan)
    out[:-1] = np.diff(np.log(candles.close))
    return out


def centred_mean(candles: CandleColumns) -> FloatArray:
    out = np.full(len(candles), np.nan)
    out[2:-2] = talib.SMA(candles.close, 5)[4:]
    return out


def whole_series_z(candles: CandleColumns) -> FloatArray:
    return (candles.close - candles.close.mean()) / candles.close.std()


def whole_series_rank(candles: CandleColumns) -> FloatArray:
    return np.argsort(np.argsort(candles.volume)).astype(np.float64)


def above_whole_series_quantile(candles: CandleColumns) -> FloatArray:
    return (candles.volume > np.quantile(candles.volume, 0.9)).astype(np.float64)


def peek_guarded_at_the_tail(candles: CandleColumns) -> FloatArray:
    """Read five bars ahead, but never within forty bars of the end, where one would look for it."""
    out = candles.close.copy()
    out[:-40] = candles.close[5:-35]
    return out


def label_masked_at_the_tail(candles: CandleColumns) -> FloatArray:
    """Say whether price is higher a day later, and nothing where that is not yet known."""
    out = np.full(len(candles), np.nan)
    out[:-24] = np.sign(candles.close[24:] - candles.close[:-24])
    return out


def longer_bar_merged_on_its_open(candles: CandleColumns) -> FloatArray:
    """Say the close of the four-hour bar that a bar lies in, as a merge on open times does."""
    bars = candles.open_time // (4 * HOUR_MS)
    last = np.searchsorted(bars, bars, side="right") - 1
    return candles.close[last]


def back_filled_where_nothing_traded(candles: CandleColumns) -> FloatArray:
    traded = np.flatnonzero(candles.volume > 0)
    following = np.minimum(np.searchsorted(traded, np.arange(len(candles))), len(traded) - 1)
    return candles.close[traded[following]]


def swing_stamped_at_the_pivot(candles: CandleColumns) -> FloatArray:
    out = np.zeros(len(candles))
    out[6:-6] = candles.high[6:-6] == talib.MAX(candles.high, 13)[12:]
    return out


def peek_after_a_rare_candle(candles: CandleColumns) -> FloatArray:
    """Read one bar ahead, but only after one of the few bars that fell furthest."""
    change = np.diff(np.log(candles.close), prepend=np.log(candles.close[0]))
    rare = np.flatnonzero(change[:-1] < -0.035)
    out = np.zeros(len(candles))
    out[rare] = change[rare + 1]
    return out


def another_symbol_s_next_bar(record: Record, symbol: str) -> FloatArray:
    """Say what another coin does next: Bitcoin leads, one bar too early."""
    other = next(name for name in sorted(record.series) if name != symbol)
    leader, times = record.series[other], record.series[symbol].open_time
    following = np.searchsorted(leader.open_time, times, side="right")
    out = np.full(len(times), np.nan)
    there = following < len(leader)
    out[there] = leader.close[following[there]]
    return out


def weights_fitted_on_all(record: Record, symbol: str) -> FloatArray:
    """Forecast by a straight line that was fitted on the whole history, all symbols together."""
    pairs = [np.diff(np.log(candles.close)) for candles in record.series.values() if len(candles) > 3]
    x, y = (np.concatenate([returns[cut] for returns in pairs]) for cut in (slice(None, -1), slice(1, None)))
    weight = float((x * y).sum() / (x * x).sum()) if len(x) else np.nan
    close = record.series[symbol].close
    return weight * np.diff(np.log(close), prepend=np.log(close[:1]))


def _news(record: Record) -> ObservationColumns:
    return record.observations(NEWS, "")


def _closes(record: Record, symbol: str) -> IntArray:
    return record.series[symbol].open_time + record.bar_ms


def newest_revision(record: Record, symbol: str) -> FloatArray:
    """Say the newest event that was known, but its last revision, as a table that was overwritten does."""
    rows, closes = _news(record), _closes(record, symbol)
    out = np.full(len(closes), np.nan)
    for i, close in enumerate(closes.tolist()):
        known = rows.event_ms[rows.available_ms <= close]
        if len(known):
            out[i] = rows.value[np.flatnonzero(rows.event_ms == known.max())[-1]]
    return out


def news_by_its_event_time(record: Record, symbol: str) -> FloatArray:
    """Say the newest event by when it happened, not by when it could be read."""
    rows, closes = _news(record), _closes(record, symbol)
    order = np.argsort(rows.event_ms, kind="stable")
    found = np.searchsorted(rows.event_ms[order], closes, side="right") - 1
    return (
        np.where(found >= 0, rows.value[order][np.maximum(found, 0)], np.nan) if len(rows) else found * np.nan
    )


class RemembersAcrossReadings:
    """Keeps the mean of a symbol as it was when first read: what it says depends on who asked before."""

    def __init__(self) -> None:
        self._means: dict[str, float] = {}

    def __call__(self, record: Record) -> SymbolReader:
        def at(symbol: str, rows: IntArray) -> Readings:
            close = record.series[symbol].close
            mean = self._means.setdefault(symbol, float(close.mean()) if len(close) else 0.0)
            return {"planted.remembers_across_readings ": close[rows] / mean}

        return at


def counted_from_the_end(candles: CandleColumns) -> FloatArray:
    """Read no later bar, yet say more about a bar the more of them follow."""
    return np.arange(len(candles), dtype=np.float64)[::-1].copy()


def change_against_the_last_bar(candles: CandleColumns) -> FloatArray:
    return candles.close / candles.close[-1]


def _fresh(formula: Formula) -> Callable[[], Reader]:
    return lambda: reader_of(formula)


LEAKS: dict[str, Callable[[], Reader]] = {
    **{
        formula.__name__: _fresh(_candles(formula))
        for formula in (
            next_return,
            centred_mean,
            whole_series_z,
            whole_series_rank,
            above_whole_series_quantile,
            peek_guarded_at_the_tail,
            label_masked_at_the_tail,
            longer_bar_merged_on_its_open,
            back_filled_where_nothing_traded,
            swing_stamped_at_the_pivot,
            peek_after_a_rare_candle,
            counted_from_the_end,
            change_against_the_last_bar,
        )
    },
    **{
        formula.__name__: _fresh(formula)
        for formula in (
            another_symbol_s_next_bar,
            weights_fitted_on_all,
            newest_revision,
            news_by_its_event_time,
        )
    },
    "remembers_across_readings": RemembersAcrossReadings,
}
"""Who is examined, by the name of the leak; each gives a reader that has read nothing yet."""
