"""What becomes of a position taken at any bar: which barrier price touches first, and what is earned.

A bar is judged at its close. The position is entered at the open of the next bar and left at the first of
three barriers: one above and one below the entry, equally far away, and the end of the horizon.

References
----------
Lopez de Prado (2018), Advances in Financial Machine Learning, chapter 3.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from workstation.domain.candle import CandleColumns, FloatArray, IntArray
from workstation.domain.market import timeframe_ms
from workstation.domain.outcome import Barrier, Outcome
from workstation.domain.signal import Direction
from workstation.engine.features.compiled import compiled
from workstation.engine.segments import LARGEST_HOLE

SideArray = NDArray[np.int8]
BoolArray = NDArray[np.bool_]

WIDTH_BARS = 48
"""Bars of the average range that barriers are measured in."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What a trade costs on each side.

    Parameters
    ----------
    fee_pct, slippage_pct : float
        Percent of the traded amount, each paid when entering and again when leaving.
    """

    fee_pct: float = 0.10
    slippage_pct: float = 0.05

    @property
    def round_trip(self) -> float:
        """Both sides together, a fraction of the entry."""
        return 2.0 * (self.fee_pct + self.slippage_pct) / 100.0


@dataclass(frozen=True, slots=True)
class BarrierRule:
    """When a position is entered and when it ends at the latest.

    Parameters
    ----------
    bar_ms : int
        Length of a bar, milliseconds.
    horizon : int
        Bars that the position may last, counted in time from the planned entry, traded or not.
    delay : int
        Bars that pass between the decision and the planned entry; zero enters at the very next open.
    """

    bar_ms: int
    horizon: int
    delay: int = 0

    def __post_init__(self) -> None:
        if self.bar_ms < 1 or self.horizon < 1 or self.delay < 0:
            raise ValueError(f"A barrier rule needs bars, a horizon and no negative delay, got {self}.")


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """What became of a position decided at each bar, long and short, all of shape (n,).

    Parameters
    ----------
    known : ndarray of bool
        Whether the horizon is over; where False every other column says nothing.
    label : ndarray of int8
        +1 the upper barrier came first, -1 the lower one, 0 neither, or both in one bar.
    entry : ndarray of float64
        Price paid, quote currency; NaN where not known, as are the exits.
    exit_long, exit_short : ndarray of float64
        Price at which a long and a short position ends. They differ only where both barriers lie in one
        bar: then each is taken to have met its stop first.
    entry_row, exit_row : ndarray of int64
        Rows of the bars of entry and of exit; -1 where not known.
    ended_ms : ndarray of int64
        When the position ended: close of the bar of exit, its open where it left there, UTC milliseconds.
    """

    known: BoolArray
    label: SideArray
    entry: FloatArray
    exit_long: FloatArray
    exit_short: FloatArray
    entry_row: IntArray
    exit_row: IntArray
    ended_ms: IntArray

    def __len__(self) -> int:
        return len(self.label)

    def gross(self, side: SideArray | int) -> FloatArray:
        """Return what a position of a side earned before costs, a fraction of the entry, shape (n,).

        Parameters
        ----------
        side : ndarray of int8, shape (n,), or int
            +1 long, -1 short; zero earns nothing.
        """
        leaving = np.where(np.asarray(side) < 0, self.exit_short, self.exit_long)
        return side * (leaving / self.entry - 1.0)

    def net(self, side: SideArray | int, costs: Costs) -> FloatArray:
        """Return the same after the costs of both sides, of the amount at entry."""
        return self.gross(side) - costs.round_trip

    def hits(self, side: SideArray | int) -> BoolArray:
        """Return where the barrier in the direction of the side came first."""
        hits: BoolArray = self.known & (self.label == side) & (np.asarray(side) != 0)
        return hits

    def one(self, row: int, direction: Direction, costs: Costs) -> Outcome | None:
        """Return what became of a signal at one bar; None while its horizon is not over."""
        if not self.known[row]:
            return None
        long, short = float(self.exit_long[row]), float(self.exit_short[row])
        gross = float(self.gross(int(direction))[row]) * 100.0
        return Outcome(
            barrier=_ended_by(int(self.label[row]) * direction, both=long != short),
            entry=float(self.entry[row]),
            exit_=short if direction is Direction.BEARISH else long,
            ended_ms=int(self.ended_ms[row]),
            gross_pct=gross,
            net_pct=gross - costs.round_trip * 100.0,
        )


def _ended_by(towards: int, *, both: bool) -> Barrier:
    if towards > 0:
        return Barrier.TARGET
    return Barrier.STOP if towards < 0 or both else Barrier.TIME


def triple_barrier(
    open_: FloatArray,
    high: FloatArray,
    low: FloatArray,
    close: FloatArray,
    open_time: IntArray,
    barrier: FloatArray,
    rule: BarrierRule,
) -> Outcomes:
    """Return what became of a position decided at the close of every bar.

    Parameters
    ----------
    open_, high, low, close : ndarray, shape (n,)
        Quote currency; oldest first; no NaN.
    open_time : ndarray of int64, shape (n,)
        UTC milliseconds, strictly rising on the grid of bars; bars may be missing.
    barrier : ndarray, shape (n,)
        Distance of both barriers from the entry, quote currency, as known at the bar's own close; where it
        is not above zero, nothing is judged. See `barrier_width`.
    rule : BarrierRule
        Horizon and delay.

    Returns
    -------
    Outcomes
        A barrier met by a gap fills at the open. The end of the horizon fills at the close of its last bar;
        where that bar is missing, at the next open. A position is entered at the first bar traded within
        its horizon. Nothing is known where a hole of more than 24 bars, or the end of the data, comes
        before the horizon's end: also not what was decided before it, for then only touched barriers
        would be counted.
    """
    n = len(open_time)
    prices, rows = np.full((3, n), np.nan), np.full((3, n), -1, np.int64)
    label = np.zeros(n, np.int8)
    bars = np.stack((open_, high, low, close)).astype(np.float64, copy=False)
    spans = (rule.bar_ms, rule.horizon, rule.delay)
    _judge(bars, open_time, np.ascontiguousarray(barrier, np.float64), spans, (prices, rows, label))
    return Outcomes(rows[1] >= 0, label, *prices, *rows)


def outcomes(candles: CandleColumns, timeframe: str, rule: BarrierRule, k: float) -> Outcomes:
    """Return `triple_barrier` of candles, its barriers `k` average ranges away; see `barrier_widths`."""
    widths = barrier_widths(candles, timeframe, k)
    c = candles
    return triple_barrier(c.open, c.high, c.low, c.close, c.open_time, widths, rule)


def barrier_width(
    high: FloatArray, low: FloatArray, close: FloatArray, k: float, window: int = WIDTH_BARS
) -> FloatArray:
    """Return `k` times the mean true range of the last `window` bars, known at each close.

    Parameters
    ----------
    high, low, close : ndarray, shape (n,)
        Quote currency; oldest first; no hole that a range must not be measured across.

    Returns
    -------
    ndarray, shape (n,)
        Quote currency; NaN while there are fewer than `window` bars. Each window is added up anew, so a
        value depends on no bar before the one that precedes its window.
    """
    out = np.full(len(close), np.nan)
    _mean_ranges(high, low, close, window, out)
    return k * out


def barrier_widths(candles: CandleColumns, timeframe: str, k: float, window: int = WIDTH_BARS) -> FloatArray:
    """Return `barrier_width` of candles, begun anew after every hole of more than 24 bars."""
    longest = (LARGEST_HOLE + 1) * timeframe_ms(timeframe)
    after_hole = np.flatnonzero(np.diff(candles.open_time) > longest) + 1
    edges = [0, *after_hole.tolist(), len(candles)]
    markets = [candles[a:b] for a, b in pairwise(edges)]
    return np.concatenate([barrier_width(m.high, m.low, m.close, k, window) for m in markets])


@compiled
def _mean_ranges(high: FloatArray, low: FloatArray, close: FloatArray, window: int, out: FloatArray) -> None:
    n = len(close)
    spread = np.empty(n)
    for i in range(n):
        before = close[i - 1] if i > 0 else close[i]
        spread[i] = max(high[i], before) - min(low[i], before)
        if i == 0:
            spread[i] = high[i] - low[i]
    for i in range(window - 1, n):
        total = 0.0
        for j in range(i - window + 1, i + 1):
            total += spread[j]
        out[i] = total / window


@compiled
def _judge(
    bars: FloatArray,
    time: IntArray,
    barrier: FloatArray,
    spans: tuple[int, int, int],
    out: tuple[FloatArray, IntArray, SideArray],
) -> None:
    bar_ms, horizon, delay = spans
    prices, rows, label = out
    longest = (LARGEST_HOLE + 1) * bar_ms
    last = len(time) - 1  # row of the last bar of the market that row i belongs to
    for i in range(len(time) - 2, -1, -1):
        if time[i + 1] - time[i] > longest:
            last = i
        planned = time[i] + bar_ms * (1 + delay)
        end = planned + bar_ms * horizon
        if time[last] + bar_ms < end or not barrier[i] > 0.0:
            continue
        first = i + 1
        while time[first] < planned:
            first += 1
        if time[first] < end:
            found, row, ended, long, short = _follow(bars, time, first, (end, bar_ms), barrier[i])
            label[i] = found
            prices[0, i], prices[1, i], prices[2, i] = bars[0, first], long, short
            rows[0, i], rows[1, i], rows[2, i] = first, row, ended


@compiled
def _follow(
    bars: FloatArray, time: IntArray, first: int, span: tuple[int, int], width: float
) -> tuple[int, int, int, float, float]:
    """Follow the position entered at row `first`: label, row and time of the exit, exits long and short."""
    end, bar_ms = span
    up, down = bars[0, first] + width, bars[0, first] - width
    j = first
    while time[j] < end:
        began = bars[0, j]
        if began >= up or began <= down:
            return 1 if began >= up else -1, j, time[j], began, began
        rises, falls = bars[1, j] >= up, bars[2, j] <= down
        if rises or falls:
            long, short = down if falls else up, up if rises else down
            return int(rises) - int(falls), j, time[j] + bar_ms, long, short
        j += 1
        if j == len(time):
            break
    left = bars[3, j - 1]
    if time[j - 1] + bar_ms == end:
        return 0, j - 1, end, left, left
    return 0, j, time[j], bars[0, j], bars[0, j]
