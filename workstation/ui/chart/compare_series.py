"""Other series laid over a chart, each as a line of percent from the left edge in sight."""

from collections.abc import Sequence
from dataclasses import dataclass

from workstation.domain.candle import Candle, CandleColumns
from workstation.domain.market import SeriesKey
from workstation.ui.chart.columns import Columns, gather
from workstation.ui.chart.kind_choice import ChartKind
from workstation.ui.chart.series import ChartSeries, LaidCandles
from workstation.ui.chart.time_scale import SlotMap

MOST_COMPARED = 5
"""Series laid over one chart; more lines than colours could not be told apart."""


@dataclass(frozen=True, slots=True, eq=False)
class ComparedLine:
    """A compared series in one picture.

    Parameters
    ----------
    series : ChartSeries
        What is compared.
    place : int
        Which of the colours it has, from 0.
    columns : Columns
        Its closes in sight.
    ratio : float
        What its prices are multiplied by to stand on the chart's own scale.
    change_pct : float
        Its newest close in sight against its first, percent.
    since_ms : int or None
        When it begins, UTC milliseconds, where that is right of the left edge; None elsewhere.
    """

    series: ChartSeries
    place: int
    columns: Columns
    ratio: float
    change_pct: float
    since_ms: int | None


class Comparison:
    """The series compared with a chart's own, in the order they were added."""

    def __init__(self) -> None:
        self._series: dict[SeriesKey, ChartSeries] = {}
        self._places: dict[SeriesKey, int] = {}

    def __len__(self) -> int:
        return len(self._series)

    def set(self, key: SeriesKey, candles: CandleColumns | LaidCandles) -> None:
        """Compare with these closed candles; a forming one after them stays."""
        if key not in self._series:
            taken = set(self._places.values())
            self._places[key] = next(place for place in range(len(taken) + 1) if place not in taken)
            self._series[key] = ChartSeries(key)
        self._series[key].load(candles)

    def apply(self, key: SeriesKey, candles: Sequence[Candle]) -> bool:
        """Take candles of the live stream; return whether that series is compared."""
        series = self._series.get(key)
        if series is not None:
            for candle in candles:
                series.apply(candle)
        return series is not None

    def remove(self, key: SeriesKey) -> None:
        """No longer compare with a series."""
        self._series.pop(key, None)
        self._places.pop(key, None)

    def is_known(self, key: SeriesKey) -> bool:
        """Whether there are candles of a compared series, in sight or not."""
        series = self._series.get(key)
        return series is not None and series.last is not None

    def place(self, slots: SlotMap, width: float, base: float) -> tuple[ComparedLine, ...]:
        """Return the lines in sight.

        Parameters
        ----------
        width : float
            Of the pane, logical pixels.
        base : float
            The chart's own price that counts as 0 %.
        """
        lines = (self._line(series, slots, width, base) for series in self._series.values())
        return tuple(line for line in lines if line is not None)

    def _line(self, series: ChartSeries, slots: SlotMap, width: float, base: float) -> ComparedLine | None:
        first, end = slots.visible(width)
        edge = first if slots.x_of(first) >= 0 else first + 1
        begin = series.pyramid.following(edge)
        start = series.candle_at(begin) if begin is not None and begin < end else None
        if begin is None or start is None:
            return None
        columns = gather(series.drawn(ChartKind.LINE, (edge, end)), slots, edge, end)
        is_late = edge < series.pyramid.first_slot
        return ComparedLine(
            series=series,
            place=self._places[series.key],
            columns=columns,
            ratio=base / start.close,
            change_pct=(float(columns.close[-1]) / start.close - 1) * 100,
            since_ms=start.open_time if is_late else None,
        )


def with_lines(low: float, high: float, lines: Sequence[ComparedLine]) -> tuple[float, float]:
    """Return the lowest and highest price of a pane once these lines lie in it."""
    lows = [low, *(float(line.columns.low.min()) * line.ratio for line in lines)]
    highs = [high, *(float(line.columns.high.max()) * line.ratio for line in lines)]
    return min(lows), max(highs)
