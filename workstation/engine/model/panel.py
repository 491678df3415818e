"""The judged bars of many coins, side by side, as a model learns from them.

Each coin's data points stay in one block of single precision, filled as its candles come in and never copied
into one great table: what is learnt from is gathered row by row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from workstation.domain.candle import CandleColumns, IntArray
from workstation.domain.errors import UsageError
from workstation.engine.evaluation.outcome import outcomes
from workstation.engine.features.factor_family import SideArray
from workstation.engine.features.history import Computed, Room, compute
from workstation.engine.features.registry import CANDLE_POINTS
from workstation.engine.model.recipe import Recipe
from workstation.engine.model.walk_forward import DAY_MS, BoolArray

Float32Array = NDArray[np.float32]

ELIGIBLE_DAYS = 30
"""Days that must stand before a bar, and over which its coin's dollar volume is taken."""

LEAST_DOLLARS_A_DAY = 2e6
"""Mean dollar volume a day below which a coin is too thin to learn from or to be judged."""

NEVER_MS = 2**62
"""When an outcome is known that is not known yet."""


@dataclass(frozen=True, slots=True, eq=False)
class CoinRows:
    """The judged bars of one coin, oldest first.

    Parameters
    ----------
    symbol : str
        Of the coin.
    values : ndarray of float32, shape (n, n_points)
        Its data points; NaN where unknown.
    open_time : ndarray of int64, shape (n,)
        Opens of the bars, UTC milliseconds, strictly rising.
    label : ndarray of int8, shape (n,)
        What came of it: 1 the upper barrier first, -1 the lower one, 0 neither.
    known_ms : ndarray of int64, shape (n,)
        Close of the bar that ended the outcome, UTC milliseconds; `NEVER_MS` where it is not known.
    """

    symbol: str
    values: Float32Array
    open_time: IntArray
    label: SideArray
    known_ms: IntArray


@dataclass(frozen=True, eq=False)
class Panel:
    """The judged bars of many coins: the rows of the first coin, then those of the second, and so on.

    Parameters
    ----------
    points : tuple of str
        Names of the data points, by column.
    bar_ms : int
        Length of a bar, milliseconds.
    coins : tuple of CoinRows
        In the order of their rows.
    """

    points: tuple[str, ...]
    bar_ms: int
    coins: tuple[CoinRows, ...]

    def __post_init__(self) -> None:
        if any(coin.values.shape != (len(coin.open_time), len(self.points)) for coin in self.coins):
            raise UsageError(f"Every coin of a panel must have {len(self.points)} data points a bar.")

    def __len__(self) -> int:
        return int(self._starts[-1])

    @cached_property
    def _starts(self) -> IntArray:
        return np.cumsum([0, *(len(coin.open_time) for coin in self.coins)], dtype=np.int64)

    @cached_property
    def coin(self) -> IntArray:
        """Place of each row's coin among `coins`, shape (n,)."""
        return np.repeat(np.arange(len(self.coins)), np.diff(self._starts))

    @cached_property
    def open_time(self) -> IntArray:
        """Open of each row's bar, UTC milliseconds, shape (n,)."""
        return np.concatenate([np.empty(0, np.int64), *(coin.open_time for coin in self.coins)])

    @cached_property
    def label(self) -> SideArray:
        """What came of each row, shape (n,); see `CoinRows`."""
        return np.concatenate([np.empty(0, np.int8), *(coin.label for coin in self.coins)])

    @cached_property
    def known_ms(self) -> IntArray:
        """When what came of each row was known, UTC milliseconds, shape (n,)."""
        return np.concatenate([np.empty(0, np.int64), *(coin.known_ms for coin in self.coins)])

    def relabelled(self, label: SideArray) -> "Panel":
        """Return the same bars with other outcomes.

        Parameters
        ----------
        label : ndarray of int8, shape (n,)
            See `CoinRows`.
        """
        parts = np.split(label, self._starts[1:-1]) if self.coins else []
        coins = (replace(coin, label=own) for coin, own in zip(self.coins, parts, strict=True))
        return Panel(self.points, self.bar_ms, tuple(coins))

    def gather(self, rows: IntArray) -> Float32Array:
        """Return the data points of some rows, shape (n_rows, n_points).

        Parameters
        ----------
        rows : ndarray of int64, shape (n_rows,)
            Rising.
        """
        out = np.empty((len(rows), len(self.points)), np.float32)
        edges = np.searchsorted(rows, self._starts)
        for coin, origin, a, b in zip(self.coins, self._starts, edges[:-1], edges[1:], strict=False):
            np.take(coin.values, rows[a:b] - origin, axis=0, out=out[a:b])
        return out


def eligible_bars(candles: CandleColumns, bar_ms: int, n_before: IntArray) -> BoolArray:
    """Return at which bars a coin has stood for 30 days and traded 2 million dollars a day, shape (n,).

    Parameters
    ----------
    candles : CandleColumns
        Closed candles, oldest first.
    bar_ms : int
        Length of a bar, milliseconds.
    n_before : ndarray of int64, shape (n,)
        Bars of the same market that stand before each, see `Computed.rows`.
    """
    window = max(1, ELIGIBLE_DAYS * DAY_MS // bar_ms)
    found = np.zeros(len(candles), np.bool_)
    if len(candles) > window:
        dollars = candles.close * candles.volume
        mean = sliding_window_view(dollars, window).mean(axis=1) * (DAY_MS / bar_ms)
        found[window - 1 :] = mean >= LEAST_DOLLARS_A_DAY
    return found & (n_before >= window)


def columns_of(points: Sequence[str]) -> IntArray:
    """Return the rows of `Computed.values` that hold these data points.

    Raises
    ------
    UsageError
        One of them is not computed from candles.
    """
    places = {point.name: k for k, point in enumerate(CANDLE_POINTS)}
    missing = [name for name in points if name not in places]
    if missing:
        raise UsageError(f"{', '.join(missing)}: no data point of this name is computed from candles.")
    return np.array([places[name] for name in points], np.int64)


def coin_rows(symbol: str, candles: CandleColumns, recipe: Recipe, computed: Computed) -> CoinRows:
    """Return the eligible bars of a coin, and what came of each.

    Parameters
    ----------
    candles : CandleColumns
        Closed candles of the recipe's timeframe, oldest first.
    computed : Computed
        Their data points.
    """
    kept = np.flatnonzero(eligible_bars(candles, recipe.bar_ms, computed.rows))
    came = outcomes(candles, recipe.timeframe, recipe.barrier_rule, recipe.barrier_ranges)
    values = np.empty((len(kept), len(recipe.points)), np.float32)
    for column, place in enumerate(columns_of(recipe.points)):
        values[:, column] = computed.values[place, kept]
    return CoinRows(
        symbol=symbol,
        values=values,
        open_time=candles.open_time[kept],
        label=came.label[kept],
        known_ms=np.where(came.known, came.ended_ms, NEVER_MS)[kept],
    )


def panel_of(series: Mapping[str, CandleColumns], recipe: Recipe) -> Panel:
    """Return the panel of some coins' candles, coins in the order of their names."""
    room = Room()
    coins = tuple(
        coin_rows(symbol, series[symbol], recipe, compute(series[symbol], recipe.timeframe, room=room))
        for symbol in sorted(series)
    )
    return Panel(recipe.points, recipe.bar_ms, tuple(coin for coin in coins if len(coin.open_time)))


def learnt_rows(panel: Panel, every: int) -> BoolArray:
    """Return which rows may be learnt from: one bar in `every`, its outcome known, shape (n,)."""
    sampled: BoolArray = (panel.open_time // panel.bar_ms) % every == 0
    return sampled & (panel.known_ms < NEVER_MS)
