"""Everything that is known about one picture of a chart before it is painted."""

from dataclasses import dataclass, field
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from workstation.domain.level import PriceLevel
from workstation.ui.chart.columns import Columns, gather
from workstation.ui.chart.compare_series import ComparedLine, Comparison, with_lines
from workstation.ui.chart.judged_board import JudgedBoard
from workstation.ui.chart.judged_frame import Judged, place_judged
from workstation.ui.chart.kind_choice import ChartKind
from workstation.ui.chart.layout import Layout
from workstation.ui.chart.price_scale import PriceMap, PriceScale, Scaling, price_ticks
from workstation.ui.chart.profile_board import ProfileBoard
from workstation.ui.chart.series import ChartSeries
from workstation.ui.chart.study_board import StudyBoard
from workstation.ui.chart.study_frame import PlacedStudy, place_studies, widened
from workstation.ui.chart.time_scale import SlotMap, TimeScale
from workstation.ui.chart.time_ticks import DAY, TimeTick, time_ticks
from workstation.ui.chart.volume_profile import VolumeProfile

_PRICE_GAP = 44  # logical pixels between price labels
_TIME_GAP = 84
_UTC = ZoneInfo("UTC")


class PlacedTick(NamedTuple):
    """A time label and the logical x of its bar."""

    x: float
    tick: TimeTick


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture: scales, columns and labels.

    Parameters
    ----------
    dpr : float
        Device pixels per logical pixel.
    price_ticks : list of (float, float)
        Price and the step to its neighbours.
    volume_peak : float
        Largest volume of one bar in sight, base units; 0.0 where nothing traded.
    levels : tuple of PriceLevel
        Levels to draw; none where they are switched off.
    kind : ChartKind
        How the bars are drawn; `columns` are what that kind draws.
    studies : tuple of PlacedStudy
        Studies of the chart, in their order.
    judged : Judged
        Panes of judgements below them.
    profile : VolumeProfile or None
        At which prices was traded how much; None where that is not shown, or not known yet.
    profile_words : str
        What is said where it is shown and not there; empty where it is not shown.
    """

    series: ChartSeries
    layout: Layout
    dpr: float
    slots: SlotMap
    prices: PriceMap
    columns: Columns
    price_ticks: list[tuple[float, float]]
    time_ticks: list[PlacedTick]
    volume_peak: float
    zone: ZoneInfo
    levels: tuple[PriceLevel, ...]
    kind: ChartKind
    judged: Judged
    studies: tuple[PlacedStudy, ...] = ()
    compared: tuple[ComparedLine, ...] = ()
    profile: VolumeProfile | None = None
    profile_words: str = ""

    @property
    def notes(self) -> list[str]:
        """What must be said of the picture, beside what it shows."""
        scale = "% from the left edge" if self.prices.base > 0 else ""
        way = "inverted" if self.prices.is_inverted else ""
        return [note for note in (self.kind.note, scale, way) if note]

    def device(self, logical: float) -> int:
        """Return a length in device pixels."""
        return round(logical * self.dpr)


@dataclass(frozen=True, slots=True)
class View:
    """What the trader chose: where to look, and how.

    Parameters
    ----------
    zone : ZoneInfo
        Whose wall clock labels the bars; bars of a day and more are the venue's days and stay in UTC.
    shows_levels : bool
        Whether price levels are drawn.
    kind : ChartKind
        How the bars are drawn.
    board : StudyBoard
        Studies laid over the candles and below them.
    judged : JudgedBoard
        What was judged of the bars, in panes below those.
    profile : ProfileBoard
        The volume profile beside the candles.
    """

    time: TimeScale
    price: PriceScale
    zone: ZoneInfo
    shows_levels: bool = True
    kind: ChartKind = ChartKind.CANDLES
    board: StudyBoard = field(default_factory=StudyBoard)
    judged: JudgedBoard = field(default_factory=JudgedBoard)
    profile: ProfileBoard = field(default_factory=ProfileBoard)
    comparison: Comparison = field(default_factory=Comparison)


def make_frame(
    series: ChartSeries, view: View, layout: Layout, dpr: float, before: Frame | None = None
) -> Frame:
    """Return the picture of a series that holds at least one candle.

    Parameters
    ----------
    before : Frame or None
        The picture of the same series and zone before it; what cannot be other is taken from there.
    """
    view.time.set_width(layout.plot_width)
    slots = view.time.map(dpr)
    sight = slots.visible(layout.plot_width)
    columns = gather(series.drawn(view.kind, sight), slots, *sight)
    low, high, peak = _extremes(columns, series)
    needs_base = view.price.scaling is Scaling.PERCENT or len(view.comparison) > 0
    base = _first_close(series, slots) if needs_base else 0.0
    compared = view.comparison.place(slots, layout.plot_width, base)
    studies = place_studies(view.board, slots, layout.plot_width, layout.panes)
    below = layout.panes[len(layout.panes) - len(view.judged.shown) :]
    judged = place_judged(view.judged, series, (slots, layout.plot_width), below, layout.line)
    low, high = widened(*with_lines(low, high, compared), studies)
    height = round(layout.price_height * dpr)
    view.price.look_at(slots)
    prices = view.price.map(low, high, height, round(layout.header * dpr), base)
    zone = _UTC if series.key.bar_ms >= DAY else view.zone
    is_still = before is not None and (before.slots, before.layout) == (slots, layout)
    return Frame(
        series=series,
        layout=layout,
        dpr=dpr,
        slots=slots,
        prices=prices,
        columns=columns,
        price_ticks=price_ticks(prices, _PRICE_GAP * dpr),
        time_ticks=before.time_ticks if is_still and before else _placed_ticks(series, slots, layout, zone),
        volume_peak=peak,
        zone=zone,
        levels=series.levels if view.shows_levels else (),
        kind=view.kind,
        judged=judged,
        studies=studies,
        compared=compared,
        profile=view.profile.profile,
        profile_words=view.profile.words if view.profile.is_shown else "",
    )


def _extremes(columns: Columns, series: ChartSeries) -> tuple[float, float, float]:
    """Return the lowest and highest price and the largest volume in sight."""
    if len(columns):
        return float(columns.low.min()), float(columns.high.max()), float(np.max(columns.volume))
    last = series.last
    return (last.low, last.high, 0.0) if last else (1.0, 1.0, 0.0)


def _first_close(series: ChartSeries, slots: SlotMap) -> float:
    """Return the close of the left-most bar in sight; of the newest one where none is."""
    edge = slots.slot_at(0.0)
    slot = series.pyramid.following(edge if slots.x_of(edge) >= 0 else edge + 1)
    candle = series.last if slot is None else series.candle_at(slot)
    return candle.close if candle else 0.0


def _placed_ticks(series: ChartSeries, slots: SlotMap, layout: Layout, zone: ZoneInfo) -> list[PlacedTick]:
    first, end = slots.visible(layout.plot_width)
    n_most = max(layout.plot_width // _TIME_GAP, 1)
    found = time_ticks(series.open_time(first), series.open_time(end), n_most, zone)
    placed = [PlacedTick(slots.x_of(series.slot_from(tick.time_ms)), tick) for tick in found]
    return _spread(placed, layout.plot_width)


def _spread(ticks: list[PlacedTick], width: float) -> list[PlacedTick]:
    """Drop labels that would touch a weightier one."""
    kept: list[PlacedTick] = []
    for placed in sorted(ticks, key=lambda one: (-one.tick.weight, one.x)):
        near = any(abs(placed.x - other.x) < _TIME_GAP * 0.55 for other in kept)
        if 0 <= placed.x < width and not near:
            kept.append(placed)
    return sorted(kept)
