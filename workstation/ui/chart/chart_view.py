"""The candle chart: what it shows and follows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtCore import Signal as QtSignal
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QWidget

from workstation.domain.candle import Candle, CandleColumns
from workstation.domain.level import PriceLevel
from workstation.domain.market import SeriesKey, slot_of
from workstation.domain.narrative_index import is_index
from workstation.domain.signal import Direction, Signal
from workstation.ui.chart.chart_canvas import ChartCanvas
from workstation.ui.chart.judged_hands import JudgedHands
from workstation.ui.chart.kept_scales import KeptScales
from workstation.ui.chart.kind_choice import ChartKind
from workstation.ui.chart.price_scale import Scaling
from workstation.ui.chart.series import ChartSeries, LaidCandles
from workstation.ui.theme import Theme
from workstation.ui.words.foreign_text import one_line
from workstation.ui.words.number_format import price


class ChartView(ChartCanvas):
    """Candles, volume and signals of one series, with a crosshair and everything to move around in them.

    Attributes
    ----------
    look_changed : Signal()
        What `look` returns is another.
    menu_wanted : Signal(object)
        The trader asks for the chart's menu at a `QPoint` of the screen.
    """

    look_changed = QtSignal()
    menu_wanted = QtSignal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Candle chart")
        self.studies = self._view.board
        self.studies.setParent(self)
        self.studies.changed.connect(self._change)
        self.judged = self._view.judged
        self.judged.setParent(self)
        self.judged.changed.connect(self._change)
        self._judged_hands = JudgedHands(self, self, self.judged)
        self.profile = self._view.profile
        self.profile.setParent(self)
        self.profile.changed.connect(self._change)
        self._describe()

    @property
    def is_log(self) -> bool:
        """True while equal distances are equal ratios."""
        return self._view.price.is_log

    @property
    def scaling(self) -> Scaling:
        """What equal distances on the price axis are."""
        return self._view.price.scaling

    @property
    def is_fitted(self) -> bool:
        """True while prices fit themselves to the bars in sight."""
        return self._view.price.is_fitted

    @property
    def key(self) -> SeriesKey | None:
        """What is shown; None after `clear`."""
        return self._series.key if self._series else None

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._picture.set_theme(theme)
        self._change()

    def set_series(
        self,
        key: SeriesKey,
        candles: CandleColumns | LaidCandles,
        price_step: float = 0.0,
        practice: bool = False,
    ) -> None:
        """Show closed candles; those that are laid already, in another thread, take no time here.

        The same series again is taken for longer history: position, signals and a forming candle stay.

        Parameters
        ----------
        price_step : float
            Smallest change of price, quote currency; 0.0 where the venue does not say.
        practice : bool
            True marks the chart as not the world's prices.
        """
        known = self._series
        if known is None or known.key != key:
            known = None
            self.judged.forget()
        self.profile.load(is_other=known is None)
        series = known or ChartSeries(key)
        series.price_step, series.practice = price_step, practice
        series.load(candles)
        self._series = series
        self.studies.load(series)
        self._place(start_over=known is None)
        if known is None:
            self._view.price.fit()
        loads = ".\nAn index comes once the history of all coins is loaded." if is_index(key.symbol) else ""
        self._message = f"Waiting for candles of {one_line(key.symbol)}{loads}"
        self._describe()
        self._change()

    def apply_candles(self, candles: Sequence[Candle]) -> None:
        """Take candles of the live stream, oldest first; the last may be forming."""
        if self._series is None or not candles:
            return
        n_before, formed = len(self._series.pyramid), self._series.forming_slot
        for candle in candles:
            self._series.apply(candle)
        slots = [slot_of(candle.open_time, self._series.key.timeframe) for candle in candles]
        self.studies.take(slots)
        if len(self._series.pyramid) != n_before:
            self._place(start_over=n_before == 0)
            self._describe()
        self._change_since(min(slots if formed is None else [*slots, formed]))

    def set_signals(self, signals: Sequence[Signal]) -> None:
        """Show these signals on closed candles, instead of what was shown."""
        if self._series is not None:
            self._series.set_signals(signals)
            self._change()

    def set_forming_signal(self, signal: Signal | None) -> None:
        """Show what the forming bar would say if it closed now, hollow; None takes it back."""
        if self._series is not None:
            self._series.set_forming_signal(signal)
            self._change()

    def set_comparison(self, key: SeriesKey, candles: CandleColumns | LaidCandles) -> None:
        """Lay another series in the same bars over this one, as percent from the left edge in sight."""
        self._view.comparison.set(key, candles)
        self._change()

    def apply_comparison(self, key: SeriesKey, candles: Sequence[Candle]) -> None:
        """Take candles of the live stream of a compared series, oldest first."""
        if self._view.comparison.apply(key, candles):
            self._change()

    def is_comparison_known(self, key: SeriesKey) -> bool:
        """Whether there are candles of a compared series, in sight or not."""
        return self._view.comparison.is_known(key)

    def remove_comparison(self, key: SeriesKey) -> None:
        """Take a compared series away."""
        self._view.comparison.remove(key)
        self._change()

    def set_outcomes(self, words: Mapping[tuple[int, Direction], str]) -> None:
        """Say what happened after signals, by open time (UTC milliseconds) and direction."""
        if self._series is not None:
            self._series.outcomes = dict(words)
            self.update()

    def set_levels(self, levels: Sequence[PriceLevel]) -> None:
        """Draw these levels of the series shown, instead of what was drawn."""
        if self._series is not None and self._series.levels != tuple(levels):
            self._series.levels = tuple(levels)
            self._change()

    def set_levels_shown(self, on: bool) -> None:
        """Draw price levels, or leave them out."""
        if on != self._view.shows_levels:
            self._view = replace(self._view, shows_levels=on)
            self._change()

    def set_scaling(self, scaling: Scaling) -> None:
        """Choose what equal distances on the price axis are."""
        if scaling is not self._view.price.scaling:
            self._view.price.set_scaling(scaling)
            self._change()
            self.look_changed.emit()

    def set_log_scale(self, on: bool) -> None:
        """Choose between a logarithmic and a linear price scale."""
        if on != self.is_log:
            self.set_scaling(Scaling.LOG if on else Scaling.LINEAR)

    @property
    def is_inverted(self) -> bool:
        """True while the lowest price stands at the top."""
        return self._view.price.is_inverted

    def set_inverted(self, on: bool) -> None:
        """Turn the price axis upside down, or back; what is shown stays in sight."""
        if on != self.is_inverted:
            self._view.price.is_inverted = on
            self._change()
            self.look_changed.emit()

    def set_fitted(self, on: bool) -> None:
        """Fit prices to the bars in sight from now on, or keep what is shown."""
        if on:
            self._view.price.fit()
        elif self._frame is not None:
            self._view.price.hold(self._frame.prices)
        self._change()

    @property
    def kind(self) -> ChartKind:
        """How the bars are drawn."""
        return self._view.kind

    def set_kind(self, kind: ChartKind) -> None:
        """Draw the bars another way; signals, read-out and the newest price stay as they traded."""
        if kind is not self._view.kind:
            self._view = replace(self._view, kind=kind)
            self._change()
            self.look_changed.emit()

    def look(self) -> dict[str, object]:
        """Return how the chart looks, as JSON values."""
        return {"kind": self.kind.value, "scale": self.scaling.value, "inverted": self.is_inverted}

    def restore_look(self, saved: object) -> None:
        """Take what `look` returned in an earlier session; what is not understood is left out."""
        if not isinstance(saved, dict):
            return
        if saved.get("kind") in list(ChartKind):
            self.set_kind(ChartKind(saved["kind"]))
        if saved.get("scale") in list(Scaling):
            self.set_scaling(Scaling(saved["scale"]))
        self.set_inverted(saved.get("inverted") is True)

    def kept_scales(self) -> KeptScales:
        """Return how the trader's hand stretched the scales."""
        price = self._view.price
        panes = tuple(one.held for one in self.studies.studies)
        return KeptScales(self._view.time.chosen_bar, price.scaling, price.held, panes)

    def restore_scales(self, kept: KeptScales, *, is_same_series: bool) -> None:
        """Take what `kept_scales` gave; prices and values only where they are of the series shown."""
        self._view.time.begin(kept.bar)
        if is_same_series:
            if kept.prices is not None and kept.scaling is self.scaling:
                self._view.price.set_held(kept.prices)
            for one, held in zip(self.studies.studies, kept.panes, strict=False):
                one.held = held
        self._change()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the chart's menu, where nothing under the pointer has one of its own."""
        super().contextMenuEvent(event)
        if not event.isAccepted():
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.menu_wanted.emit(event.globalPos())
            event.accept()

    def set_zone(self, zone: ZoneInfo) -> None:
        """Choose whose wall clock labels the bars."""
        self._view = replace(self._view, zone=zone)
        self._change()

    def set_now(self, now_ms: int) -> None:
        """Take the venue's time, UTC milliseconds; counts down to the close of the bar."""
        is_new_second = self._now_ms is None or now_ms // 1000 != self._now_ms // 1000
        self._now_ms = now_ms
        if is_new_second:
            self.update()

    def show_slots(self, first: int, last: int) -> None:
        """Show exactly these slots (`workstation.domain.market.slot_of`), as far as the limits allow."""
        self._view.time.show(first, last)
        self._change()

    @property
    def time_zone(self) -> ZoneInfo:
        """Whose wall clock labels the bars, and is meant where a time is written."""
        return self._view.zone

    @property
    def middle_ms(self) -> int | None:
        """The open of the bar in the middle of the picture, UTC milliseconds; None without candles."""
        series, time = self._series, self._view.time
        return None if series is None else series.open_time(round(time.right - time.n_visible / 2))

    @property
    def is_practice(self) -> bool:
        """True while the prices shown are not the world's."""
        return self._series is not None and self._series.practice

    @property
    def extent(self) -> tuple[int, int] | None:
        """When the oldest and the newest bar open, UTC milliseconds; None where there is none."""
        series = self._series
        if series is None or series.last is None:
            return None
        return series.open_time(series.pyramid.first_slot), series.last.open_time

    def show_moment(self, time_ms: int) -> None:
        """Put the bar of an instant, UTC milliseconds, into the middle."""
        if self._series is not None:
            self._view.time.centre_on(slot_of(time_ms, self._series.key.timeframe))
            self._change()

    def clear(self, message: str) -> None:
        """Show no series but a sentence."""
        self._series = None
        self.studies.load(None)
        self.profile.load(is_other=True)
        self._frame = None
        self._last_painted = None
        self.rest()  # the picture knows its candles
        self._message = message
        self._describe()
        self._change()

    def studies_state(self) -> list[dict[str, object]]:
        """Return the studies on the chart in words of JSON."""
        return self.studies.state()

    def restore_studies(self, saved: object) -> None:
        """Take what `studies_state` gave; what cannot be read is left out."""
        self.studies.restore(saved)

    def _place(self, start_over: bool) -> None:
        """Tell the time scale where the candles are now."""
        if self._series is None:
            return
        pyramid, time = self._series.pyramid, self._view.time
        if not start_over:
            time.follow(pyramid.last_slot)
        time.set_extent(pyramid.first_slot, pyramid.last_slot)
        if start_over:
            time.begin()

    def _describe(self) -> None:
        """Tell a screen reader what is shown."""
        series = self._series
        last = series.last if series else None
        if series is None or last is None:
            self.setAccessibleDescription(self._message)
            return
        key = series.key
        kind = "Practice market. " if series.practice else ""
        self.setAccessibleDescription(
            f"{kind}{one_line(key.symbol)}, {key.timeframe} candles on {one_line(key.venue)}. "
            f"Newest: {price(last.close, series.price_step)}."
        )
