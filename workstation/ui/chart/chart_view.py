"""The candle chart: a plain widget that paints itself."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from workstation.domain.candle import Candle, CandleColumns
from workstation.domain.market import SeriesKey
from workstation.domain.signal import Signal as TradingSignal
from workstation.ui.chart.frame import Frame, View
from workstation.ui.chart.gestures import Gestures, Grip
from workstation.ui.chart.labels import Labels
from workstation.ui.chart.overlay_painter import (
    Brush,
    Pointer,
    go_live_box,
    paint_crosshair,
    paint_go_live,
    paint_last_price,
    paint_readout,
    paint_signal,
)
from workstation.ui.chart.picture import Picture
from workstation.ui.chart.price_scale import PriceScale
from workstation.ui.chart.series import ChartSeries
from workstation.ui.chart.time_scale import TimeScale
from workstation.ui.foreign_text import one_line
from workstation.ui.number_format import price
from workstation.ui.theme import DARK, Theme

_log = logging.getLogger(__name__)

_CURSORS = {
    Grip.NOTHING: Qt.CursorShape.ArrowCursor,
    Grip.PANES: Qt.CursorShape.CrossCursor,
    Grip.PRICE_AXIS: Qt.CursorShape.SizeVerCursor,
    Grip.TIME_AXIS: Qt.CursorShape.SizeHorCursor,
}


class ChartView(QWidget):
    """Candles, volume and signals of one series, with a crosshair and everything to move around in them.

    The picture is painted once and kept; moving the pointer paints only what lies over it. Everything that
    changes it asks Qt for one repaint, however often it changes between two frames.

    Attributes
    ----------
    bar_hovered : Signal(object)
        The `Candle` under the pointer when it changes; None where there is none.
    frame_painted : Signal()
        A frame is on its way to the screen.
    """

    bar_hovered = Signal(object)
    frame_painted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._series: ChartSeries | None = None
        self._message = "No market chosen"
        self._view = View(TimeScale(self.width()), PriceScale(), ZoneInfo("UTC"))
        self._gestures = Gestures(self._view.time, self._view.price)
        self._picture = Picture(DARK, Labels(self.font()))
        self._frame: Frame | None = None
        self._is_stale = True
        self._now_ms: int | None = None
        self._pointer: QPointF | None = None
        self._hovered_slot: int | None = None
        self._failure = ""
        self._last_painted: Candle | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Candle chart")
        self._describe()

    @property
    def following(self) -> bool:
        """True while the chart moves on with every new candle."""
        return self._view.time.shows_newest

    @property
    def is_log(self) -> bool:
        """True while equal distances are equal ratios."""
        return self._view.price.is_log

    @property
    def key(self) -> SeriesKey | None:
        """What is shown; None after `clear`."""
        return self._series.key if self._series else None

    @property
    def last_painted_candle(self) -> Candle | None:
        """The newest candle in the picture that was painted last."""
        return self._last_painted

    @property
    def frame(self) -> Frame | None:
        """What is where in the picture that was painted last; None while there is no candle."""
        return self._frame

    def sizeHint(self) -> QSize:
        """Return a size at which a day of minutes can be read."""
        return QSize(900, 560)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest size that shows anything useful."""
        return QSize(240, 160)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._picture.set_theme(theme)
        self._change()

    def set_series(
        self, key: SeriesKey, columns: CandleColumns, price_step: float = 0.0, practice: bool = False
    ) -> None:
        """Show closed candles.

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
        series = known or ChartSeries(key)
        series.price_step, series.practice = price_step, practice
        series.load(columns)
        self._series = series
        self._place(start_over=known is None)
        if known is None:
            self._view.price.fit()
        self._message = f"Waiting for candles of {one_line(key.symbol)}"
        self._describe()
        self._change()

    def apply_candles(self, candles: Sequence[Candle]) -> None:
        """Take candles of the live stream, oldest first; the last may be forming."""
        if self._series is None or not candles:
            return
        n_before = len(self._series.pyramid)
        for candle in candles:
            self._series.apply(candle)
        if len(self._series.pyramid) != n_before:
            self._place(start_over=n_before == 0)
            self._describe()
        self._change()

    def set_signals(self, signals: Sequence[TradingSignal]) -> None:
        """Show these signals on closed candles, instead of what was shown."""
        if self._series is not None:
            self._series.set_signals(signals)
            self._change()

    def set_forming_signal(self, signal: TradingSignal | None) -> None:
        """Show what the forming bar would say if it closed now, hollow; None takes it back."""
        if self._series is not None:
            self._series.set_forming_signal(signal)
            self._change()

    def set_log_scale(self, on: bool) -> None:
        """Choose between a logarithmic and a linear price scale."""
        if on != self.is_log:
            self._view.price.set_log(on)
            self._change()

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

    def go_live(self) -> None:
        """Go to the newest candle and follow it."""
        self._view.time.go_to_newest()
        self._change()

    def show_slots(self, first: int, last: int) -> None:
        """Show exactly these slots (`workstation.domain.market.slot_of`), as far as the limits allow."""
        self._view.time.show(first, last)
        self._change()

    def clear(self, message: str) -> None:
        """Show no series but a sentence."""
        self._series = None
        self._frame = None
        self._last_painted = None
        self._message = message
        self._describe()
        self._change()

    def _place(self, start_over: bool) -> None:
        """Tell the time scale where the candles are now."""
        if self._series is None:
            return
        pyramid, time = self._series.pyramid, self._view.time
        if not start_over:
            time.follow(pyramid.last_slot)
        time.set_extent(pyramid.first_slot, pyramid.last_slot)
        if start_over:
            time.reset()

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

    def _change(self) -> None:
        """Ask for one repaint of the whole picture."""
        self._is_stale = True
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the still picture where it changed, and what moves over it always."""
        with QPainter(self) as painter:
            try:
                self._paint(painter)
            except Exception as error:  # noqa: BLE001 - raised into Qt it would flood the log and stop the window
                self._paint_failure(painter, error)
        self.frame_painted.emit()

    def _paint(self, painter: QPainter) -> None:
        series = self._series
        if series is None or series.last is None:
            self._frame = None
            self._paint_message(painter, self._message)
            return
        dpr = self.devicePixelRatioF()
        if self._is_stale or self._frame is None or self._is_other_size(self._frame, dpr):
            self._frame = self._picture.paint(series, self._view, self.size(), dpr)
            self._is_stale = False
            self._last_painted = series.last
        painter.drawPixmap(0, 0, self._picture.pixmap)
        self._paint_overlay(painter, self._frame)

    def _is_other_size(self, frame: Frame, dpr: float) -> bool:
        return (frame.layout.width, frame.layout.height, frame.dpr) != (self.width(), self.height(), dpr)

    def _paint_overlay(self, painter: QPainter, frame: Frame) -> None:
        brush = Brush(painter, self._picture.colours, self._picture.labels)
        paint_last_price(brush, frame, self._now_ms)
        pointer = self._pointed(frame)
        if not self.following:
            paint_go_live(brush, frame, self._is_on_go_live(frame))
        if pointer is None:
            paint_readout(brush, frame, frame.series.pyramid.last_slot)
            return
        paint_crosshair(brush, frame, pointer)
        paint_readout(brush, frame, pointer.slot)
        signal = frame.series.signal_at(pointer.slot)
        if signal is not None:
            paint_signal(brush, frame, signal, pointer)

    def _pointed(self, frame: Frame) -> Pointer | None:
        """Return where the crosshair stands; None while the pointer is outside or drags an axis."""
        at = self._pointer
        if at is None or not frame.layout.is_in_panes(at.x(), at.y()):
            return None
        return Pointer(at.x(), at.y(), frame.slots.slot_at(at.x()))

    def _is_on_go_live(self, frame: Frame) -> bool:
        at = self._pointer
        if self.following or at is None:
            return False
        return go_live_box(frame, self._picture.labels).contains(at)

    def _paint_message(self, painter: QPainter, message: str) -> None:
        painter.fillRect(self.rect(), self._picture.colours.base)
        painter.setPen(self._picture.colours.muted)
        box = QRectF(self.rect()).adjusted(24, 24, -24, -24)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, message)

    def _paint_failure(self, painter: QPainter, error: Exception) -> None:
        text = f"{type(error).__name__}: {error}"
        if text != self._failure:
            self._failure = text
            _log.error("The chart could not be painted.", exc_info=error)
        painter.fillRect(self.rect(), self._picture.colours.base)
        painter.setPen(QColor(self._picture.colours.theme.warning))
        sentence = "The chart could not be painted. The data are unaffected; choose the market again."
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, sentence)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the panes or an axis, or go to the newest candle."""
        if self._frame is None or event.button() is not Qt.MouseButton.LeftButton:
            return
        self._pointer = event.position()
        if self._is_on_go_live(self._frame):
            self.go_live()
            return
        self._gestures.press(event.position(), self._frame)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move what is held, or the crosshair."""
        self._pointer = event.position()
        if self._frame is None:
            return
        if self._gestures.grip is not Grip.NOTHING:
            self._gestures.drag(event.position(), self._frame)
            self._change()
            return
        self._set_cursor(self._frame, event.position())
        self._tell_hovered(self._pointed(self._frame))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._gestures.release()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Reset the scale under the pointer."""
        if self._frame is not None and event.button() is Qt.MouseButton.LeftButton:
            self._gestures.double_click(event.position(), self._frame)
            self._change()

    def leaveEvent(self, event: QEvent) -> None:
        """Take the crosshair away."""
        self._pointer = None
        self._tell_hovered(None)
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer."""
        if self._frame is None:
            return
        delta = event.angleDelta()
        self._gestures.wheel(delta.x(), delta.y(), event.position(), self._frame)
        self._change()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pan by arrows, zoom by plus and minus, go to the ends by Home and End."""
        if self._frame is not None and self._gestures.key(event.key()):
            self._change()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Lay the labels out again in a new font."""
        if event.type() is QEvent.Type.FontChange:
            self._picture.labels = Labels(self.font())
            self._change()
        super().changeEvent(event)

    def _set_cursor(self, frame: Frame, at: QPointF) -> None:
        if self._is_on_go_live(frame):
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.setCursor(_CURSORS[Gestures.grip_at(at, frame)])

    def _tell_hovered(self, pointer: Pointer | None) -> None:
        slot = pointer.slot if pointer else None
        if slot == self._hovered_slot:
            return
        self._hovered_slot = slot
        candle = self._series.candle_at(slot) if self._series is not None and slot is not None else None
        self.bar_hovered.emit(candle)
