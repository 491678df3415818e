"""Which price stands where: the chart's vertical scale, linear, logarithmic or in percent."""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.domain.candle import IntArray as PixelArray
from workstation.ui.chart.steady_fit import SteadyFit

_AIR = 0.05  # of the pane, above and below the candles
_FLAT = 0.005  # a market that does not move is shown within half a percent
_FURTHEST_ROW = 1 << 20  # what lies beyond is as good as infinitely far, and still fits an int
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_LOG_RATIO = 4.0  # from here on ticks of a logarithmic scale are rungs of 1, 2, 5


class Scaling(StrEnum):
    """What equal distances on the price axis are; the value is what a saved layout says."""

    LINEAR = "linear"
    LOG = "log"
    PERCENT = "percent"

    @property
    def label(self) -> str:
        """What a menu says."""
        return _LABELS[self]


_LABELS = {
    Scaling.LINEAR: "Linear prices",
    Scaling.LOG: "Logarithmic prices",
    Scaling.PERCENT: "Percent from the left edge",
}


@dataclass(frozen=True, slots=True)
class PriceMap:
    """Prices to device pixels for one frame; row 0 is the top of the pane.

    Parameters
    ----------
    height : int
        Device pixels of the pane.
    low, high : float
        Prices at its lower and upper edge; for a logarithmic scale their logarithms.
    is_log : bool
        Whether equal distances are equal ratios.
    base : float
        Price that counts as 0 %; 0.0 where the axis says prices.
    is_inverted : bool
        True where the lowest price stands at the top.
    """

    height: int
    low: float
    high: float
    is_log: bool
    base: float = 0.0
    is_inverted: bool = False

    def rows(self, prices: FloatArray) -> PixelArray:
        """Return the device pixel row that holds each price, in the same shape; no price may be NaN."""
        levels = np.log(prices) if self.is_log else prices
        below = levels - self.low if self.is_inverted else self.high - levels
        y = below * (self.height / (self.high - self.low))
        np.minimum(np.maximum(y, -_FURTHEST_ROW, out=y), _FURTHEST_ROW, out=y)
        return np.floor(y, out=y).astype(np.int64)

    def row(self, price: float) -> int:
        """Return the device pixel row that holds a price."""
        return math.floor(self.y(price))

    def y(self, price: float) -> float:
        """Return where a price stands, device pixels below the top of the pane, unrounded."""
        level = math.log(price) if self.is_log else price
        below = level - self.low if self.is_inverted else self.high - level
        y = below * (self.height / (self.high - self.low))
        return min(max(y, -_FURTHEST_ROW), _FURTHEST_ROW)

    def price_at(self, row: float) -> float:
        """Return the price at a device pixel row."""
        way = row * (self.high - self.low) / max(self.height, 1)
        level = self.low + way if self.is_inverted else self.high - way
        return _exp(level) if self.is_log else level

    def edges(self, highs: FloatArray, lows: FloatArray) -> tuple[PixelArray, PixelArray]:
        """Return the uppermost and the lowest device pixel row of ranges of prices, shape (n,) each."""
        rows = self.rows(highs), self.rows(lows)
        return rows[::-1] if self.is_inverted else rows

    def percent_of(self, price: float) -> float:
        """Return how far a price lies from `base`, percent; asked only where there is one."""
        return (price / self.base - 1) * 100

    @property
    def range(self) -> tuple[float, float]:
        """Prices at the lower and the upper edge."""
        return (_exp(self.low), _exp(self.high)) if self.is_log else (self.low, self.high)


class PriceScale:
    """What prices the pane shows: fitted to the candles in sight until the trader takes hold of it."""

    def __init__(self) -> None:
        self.scaling = Scaling.LINEAR
        self.is_inverted = False
        self._manual: tuple[float, float] | None = None
        self._fit = SteadyFit()
        self._sight: object = None

    @property
    def is_log(self) -> bool:
        """True while equal distances are equal ratios."""
        return self.scaling is Scaling.LOG

    @property
    def is_fitted(self) -> bool:
        """True while the scale fits itself to the candles in sight."""
        return self._manual is None

    def set_scaling(self, scaling: Scaling) -> None:
        """Change what equal distances are; fits itself again."""
        self.scaling = scaling
        self.fit()

    def fit(self) -> None:
        """Fit the candles in sight from now on."""
        self._manual = None
        self._fit.forget()

    def look_at(self, sight: object) -> None:
        """Take which bars are in sight, and where: as long as they are the same the scale keeps steady."""
        self._sight = sight

    def stretch(self, factor: float, shown: PriceMap) -> None:
        """Show `factor` times the range around the middle of what is shown, and keep it."""
        self._manual = stretched(shown, factor)

    def shift(self, rows: float, shown: PriceMap) -> None:
        """Move what is shown by device pixels, and keep it; positive shows what lies above."""
        self._manual = shifted(shown, rows)

    def hold(self, shown: PriceMap) -> None:
        """Keep what is shown, whatever comes into sight."""
        self._manual = (shown.low, shown.high)

    @property
    def held(self) -> tuple[float, float] | None:
        """The lower and the upper edge that the trader keeps, as `PriceMap` has them; None while fitted."""
        return self._manual

    def set_held(self, held: tuple[float, float]) -> None:
        """Keep these edges; the upper one must lie above the lower one."""
        self._manual = held

    def map(self, lowest: float, highest: float, height: int, header: int, base: float = 0.0) -> PriceMap:
        """Return the scale in device pixels.

        Parameters
        ----------
        lowest, highest : float
            Of the candles in sight; above zero.
        height, header : int
            Device pixels of the pane, and of its upper part that is kept free of candles.
        base : float
            Price that counts as 0 % on the axis; 0.0 where the axis says prices.
        """
        height = max(height, 1)
        if self._manual is not None:
            return PriceMap(height, *self._manual, self.is_log, base, self.is_inverted)
        low, high = (math.log(lowest), math.log(highest)) if self.is_log else (lowest, highest)
        low, high = self._fit.of(low, high, (self._sight, height, header, base, self.is_log))
        if high - low <= 1e-12 * max(abs(high), abs(low)):
            flat = _FLAT if self.is_log else _FLAT * high
            low, high = low - flat, high + flat
        header = header if header < height / 3 else 0
        air = _AIR * (height - header)
        size = (high - low) * height / (height - header - 2 * air)
        foot = size * air / height
        low = high + foot - size if self.is_inverted else low - foot  # the header's air is at the top
        return PriceMap(height, low, low + size, self.is_log, base, self.is_inverted)


def stretched(shown: PriceMap, factor: float) -> tuple[float, float]:
    """Return lower and upper edge of `factor` times the range around the middle of what is shown."""
    middle, half = (shown.low + shown.high) / 2, (shown.high - shown.low) / 2
    smallest = max(abs(middle), 1e-300) * 1e-12
    half = min(max(half * factor, smallest), 700.0 if shown.is_log else 1e300)
    return middle - half, middle + half


def shifted(shown: PriceMap, rows: float) -> tuple[float, float]:
    """Return lower and upper edge of what is shown, moved down by device pixels."""
    step = rows * (shown.high - shown.low) / max(shown.height, 1) * (-1 if shown.is_inverted else 1)
    return shown.low + step, shown.high + step


def nice_step(smallest: float) -> float:
    """Return the next round number, 1, 2, 2.5 or 5 times a power of ten, that is not below `smallest`."""
    power = 10.0 ** math.floor(math.log10(smallest))
    for step in _STEPS:
        if step * power >= smallest * (1 - 1e-9):
            return step * power
    return 10.0 * power


def price_ticks(scale: PriceMap, gap: float) -> list[tuple[float, float]]:
    """Return round prices for labels at least `gap` device pixels apart, lowest first.

    Returns
    -------
    list of (float, float)
        Price, and the step that tells it from its neighbours: quote currency, or percent where the axis is.
    """
    if scale.base > 0:
        return _percent_ticks(scale, gap)
    low, high = scale.range
    if not (math.isfinite(low) and math.isfinite(high) and high > low) or scale.height < gap:
        return []
    if scale.is_log and high / max(low, 1e-300) >= _LOG_RATIO:
        return _apart(_log_ticks(low, high), scale, gap)
    step = nice_step((high - low) * gap / scale.height)
    first = math.ceil(low / step)
    n = min(math.floor(high / step) - first + 1, 200)
    ticks = [((first + i) * step, step) for i in range(max(n, 0))]
    if scale.is_log:
        ticks = _apart([tick for tick in ticks if tick[0] > 0], scale, gap * 0.75)
    return ticks


def _percent_ticks(scale: PriceMap, gap: float) -> list[tuple[float, float]]:
    """Return prices that lie a round number of percent from the base."""
    if scale.is_log:
        shift = math.log(scale.base)
        ratios = replace(scale, low=scale.low - shift, high=scale.high - shift, base=0.0)
        return [(ratio * scale.base, step * 100) for ratio, step in price_ticks(ratios, gap)]
    low, high = scale.percent_of(scale.low), scale.percent_of(scale.high)
    changes = price_ticks(replace(scale, low=low, high=high, base=0.0), gap)
    return [((1 + change / 100) * scale.base, step) for change, step in changes]


def _log_ticks(low: float, high: float) -> list[tuple[float, float]]:
    bottom, top = math.floor(math.log10(max(low, 1e-300))), math.ceil(math.log10(high))
    stride = max((top - bottom) // 40, 1)
    rungs = (1.0, 2.0, 5.0) if stride == 1 else (1.0,)
    ticks = [(rung * 10.0**power, 10.0**power) for power in range(bottom, top + 1, stride) for rung in rungs]
    return [tick for tick in ticks if low <= tick[0] <= high]


def _apart(ticks: list[tuple[float, float]], scale: PriceMap, gap: float) -> list[tuple[float, float]]:
    """Drop ticks that would touch the one below; powers of ten go first."""
    by_weight = sorted(ticks, key=lambda tick: (not _is_power_of_ten(tick[0]), tick[0]))
    kept: list[tuple[float, float]] = []
    rows: list[int] = []
    for tick in by_weight:
        row = scale.row(tick[0])
        if all(abs(row - other) >= gap for other in rows):
            kept.append(tick)
            rows.append(row)
    return sorted(kept)


def _is_power_of_ten(price: float) -> bool:
    exponent = math.log10(price)
    return abs(exponent - round(exponent)) < 1e-9


def _exp(level: float) -> float:
    return math.exp(min(max(level, -700.0), 700.0))
