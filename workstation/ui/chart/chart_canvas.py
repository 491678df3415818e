"""The surface of the chart: paints a series, and turns mouse and keys into movements."""

import logging
import math
from dataclasses import replace
from zoneinfo import ZoneInfo

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from workstation.domain.candle import Candle
from workstation.domain.market import slot_of
from workstation.ui.chart.axis_painter import LEFT
from workstation.ui.chart.drawing_hand import DrawingHand
from workstation.ui.chart.frame import Frame, View
from workstation.ui.chart.gestures import Gestures, Grip
from workstation.ui.chart.judged_legend import judged_lines
from workstation.ui.chart.labels import Labels
from workstation.ui.chart.level_painter import paint_level_words
from workstation.ui.chart.marker_painter import slot_under
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
from workstation.ui.chart.profile_painter import look, profile_line
from workstation.ui.chart.series import ChartSeries
from workstation.ui.chart.strip import EVERYTHING, NOTHING
from workstation.ui.chart.study_legend import LegendLine, lay_out_legend, legend_top, paint_legend
from workstation.ui.chart.time_scale import TimeScale
from workstation.ui.theme import DARK

_log = logging.getLogger(__name__)
_BROKEN = "The chart could not be painted. The data are unaffected; choose the market again."

_CLICK_SLIP = 4.0  # logical pixels a hand may move between press and release of a click
_CURSORS = {
    Grip.NOTHING: Qt.CursorShape.ArrowCursor,
    Grip.PANES: Qt.CursorShape.CrossCursor,
    Grip.PRICE_AXIS: Qt.CursorShape.SizeVerCursor,
    Grip.PANE_AXIS: Qt.CursorShape.SizeVerCursor,
    Grip.TIME_AXIS: Qt.CursorShape.SizeHorCursor,
}


class ChartCanvas(QWidget):
    """Paints what it holds and lets it be moved; `ChartView` says what it holds.

    The picture is painted once and kept; moving the pointer paints only what lies over it. Everything that
    changes it asks Qt for one repaint, however often it changes between two frames.

    Attributes
    ----------
    bar_clicked : Signal(object)
        The `Candle` that was clicked.
    bar_hovered : Signal(object)
        The `Candle` under the pointer when it changes; None where there is none.
    frame_painted : Signal()
        A frame is on its way to the screen.
    drawing_menu_wanted : Signal(QPoint)
        The menu of the drawing that is chosen, on the screen.
    drawings : DrawingHand
        What is drawn over the bars.
    pointed_elsewhere_ms : int or None
        Where a linked chart is pointed at, UTC milliseconds: that bar is read out here, too.
    """

    bar_clicked = Signal(object)
    bar_hovered = Signal(object)
    frame_painted = Signal()
    drawing_menu_wanted = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._series: ChartSeries | None = None
        self._message = "No market chosen"
        self._view = View(TimeScale(self.width()), PriceScale(), ZoneInfo("UTC"))
        self._gestures = Gestures(self._view.time, self._view.price)
        self._picture = Picture(DARK, Labels(self.font()))
        self._frame: Frame | None = None
        self.drawings = DrawingHand(self)
        self.drawings.changed.connect(self.update)
        self._stale_since = EVERYTHING
        self._now_ms: int | None = None
        self._pointer: QPointF | None = None
        self.pointed_elsewhere_ms: int | None = None
        self._pressed_at: QPointF | None = None
        self._hovered_slot: int | None = None
        self._failure = ""
        self._last_painted: Candle | None = None
        self.legend: list[LegendLine] = []
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def following(self) -> bool:
        """True while the chart moves on with every new candle."""
        return self._view.time.shows_newest

    @property
    def last_painted_candle(self) -> Candle | None:
        """The newest candle in the picture that was painted last."""
        return self._last_painted

    @property
    def frame(self) -> Frame | None:
        """What is where in the picture that was painted last; None while there is no candle."""
        return self._frame

    @property
    def axis_boxes(self) -> list[QRectF]:
        """Where labels stand on the price axis of that picture: a tag hides the whole of one or nothing."""
        return self._picture.axis_boxes

    @property
    def pointed(self) -> Pointer | None:
        """Where the crosshair stands in that picture; None where it does not."""
        return None if self._frame is None else self._pointed(self._frame)

    def sizeHint(self) -> QSize:
        """Return a size at which a day of minutes can be read."""
        return QSize(900, 560)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest size that shows anything useful."""
        return QSize(200, 120)

    def go_live(self) -> None:
        """Go to the newest candle and follow it."""
        self._view.time.go_to_newest()
        self._change()

    def _change(self) -> None:
        """Ask for one repaint of the whole picture."""
        self._change_since(EVERYTHING)

    def _change_since(self, slot: float) -> None:
        """Ask for one repaint of what the candles from a slot on change; nothing but candles is other."""
        self._stale_since = min(self._stale_since, slot)
        self.update()

    def rest(self) -> None:
        """Give back the memory of the picture while nobody sees it; whoever does sees it painted anew."""
        self._stale_since = EVERYTHING
        self._picture.forget()
        self.drawings.rest()

    def hideEvent(self, event: QHideEvent) -> None:
        """Keep no picture that nobody sees."""
        self.rest()
        super().hideEvent(event)

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
            self._paint_message(painter, self._message, self._picture.colours.muted)
            return
        dpr = self.devicePixelRatioF()
        if self._frame is None or self._is_other_size(self._frame, dpr):
            self._stale_since = EVERYTHING
        if self._frame is None or self._stale_since != NOTHING:
            self._frame = self._picture.paint(series, self._view, self.size(), dpr, self._stale_since)
            self._stale_since = NOTHING
            look(self._view.profile, self._frame)
            self._last_painted = series.last
        self.drawings.paint(painter, self._picture, self._frame)
        self._paint_overlay(painter, self._frame)

    def _is_other_size(self, frame: Frame, dpr: float) -> bool:
        return (frame.layout.width, frame.layout.height, frame.dpr) != (self.width(), self.height(), dpr)

    def _paint_overlay(self, painter: QPainter, frame: Frame) -> None:
        brush = Brush(painter, self._picture.colours, self._picture.labels)
        paint_last_price(brush, frame, self._now_ms)
        pointer = self._pointed(frame)
        read = pointer.slot if pointer else self._slot_elsewhere(frame)
        self._paint_legend(brush, frame, read)
        if not self.following:
            paint_go_live(brush, frame, self._is_on_go_live(frame))
        paint_readout(brush, frame, read)
        if pointer is None:
            return
        paint_crosshair(replace(brush, beneath=self.axis_boxes), frame, pointer)
        if pointer.y < frame.layout.price_height:
            paint_level_words(painter, frame, brush.colours, brush.labels, pointer.y)
        signal = frame.series.signal_at(pointer.slot)
        if signal is not None and pointer.y < frame.layout.volume_bottom:  # panes below stay in sight
            left = max((box.right() for box in self.left_edge_taken()), default=0.0)
            paint_signal(brush, frame, signal, pointer, left)

    def _paint_legend(self, brush: Brush, frame: Frame, slot: int) -> None:
        taken = self.left_edge_taken()
        self.legend = lay_out_legend(frame, brush.labels, brush.colours, slot, taken) if frame.studies else []
        y = self._pointer.y() if self._pointer is not None else math.nan
        left, inks = max((box.right() for box in taken), default=0.0), (brush.labels, brush.colours)
        if frame.profile_words:
            self.legend.append(profile_line(frame, inks, y, (left, self._free_below(frame))))
        if frame.judged.board.shown:
            self.legend += judged_lines(frame, inks, (slot, y), left)
        paint_legend(brush.painter, frame, self.legend, (brush.labels, brush.colours))

    def left_edge_taken(self) -> list[QRectF]:
        """Return what stands over the left edge and takes room there, logical pixels."""
        glass = Qt.WidgetAttribute.WA_TransparentForMouseEvents
        over = [w for w in self.children() if isinstance(w, QWidget) and w.isVisible() and w.x() < LEFT]
        return [QRectF(widget.geometry()) for widget in over if not widget.testAttribute(glass)]

    def _free_below(self, frame: Frame) -> float:
        """Return where the lines of the legend over the candles end, logical pixels."""
        over = [line.box.bottom() for line in self.legend if line.box.top() < frame.layout.price_height]
        return max(over, default=legend_top(self._picture.labels))

    def _pointed(self, frame: Frame) -> Pointer | None:
        """Return where the crosshair stands; None while the pointer is outside or drags an axis."""
        at = self._pointer
        if at is None or not frame.layout.is_in_panes(at.x(), at.y()):
            return None
        marked = slot_under(frame, at.x(), at.y())
        return Pointer(at.x(), at.y(), frame.slots.slot_at(at.x()) if marked is None else marked)

    def _slot_elsewhere(self, frame: Frame) -> int:
        """Return the bar that a linked chart is pointed at, else the newest one."""
        pyramid, at = frame.series.pyramid, self.pointed_elsewhere_ms
        slot = pyramid.last_slot if at is None else slot_of(at, frame.series.key.timeframe)
        return slot if pyramid.first_slot <= slot <= pyramid.last_slot else pyramid.last_slot

    def _is_on_go_live(self, frame: Frame) -> bool:
        at = self._pointer
        if self.following or at is None:
            return False
        return go_live_box(frame, self._picture.labels).contains(at)

    def _paint_message(self, painter: QPainter, message: str, ink: QColor) -> None:
        painter.fillRect(self.rect(), self._picture.colours.base)
        painter.setPen(ink)
        box = QRectF(self.rect()).adjusted(24, 24, -24, -24)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, message)

    def _paint_failure(self, painter: QPainter, error: Exception) -> None:
        text = f"{type(error).__name__}: {error}"
        if text != self._failure:
            self._failure = text
            _log.error("The chart could not be painted.", exc_info=error)
        self._paint_message(painter, _BROKEN, self._picture.colours.warning)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the panes or an axis, or go to the newest candle."""
        if self._frame is None or event.button() is not Qt.MouseButton.LeftButton:
            return
        self._pointer = event.position()
        if self._is_on_go_live(self._frame):
            self.go_live()
            return
        if self.drawings.press(event.position(), self._frame, keys=event.modifiers()):
            return
        self._pressed_at = event.position()
        self._gestures.press(event.position(), self._frame)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move what is held, or the crosshair."""
        self._pointer = event.position()
        if self._frame is None:
            return
        if not event.buttons() & Qt.MouseButton.LeftButton:
            self._gestures.release()  # the button was let go where we could not see it
        is_drawn = self.drawings.move(event.position(), self._frame, keys=event.modifiers())
        if not is_drawn and self._gestures.grip is not Grip.NOTHING:
            self._gestures.drag(event.position(), self._frame)
            self._change()
            return
        self._set_cursor(self._frame, event.position())
        self._tell_hovered(self._pointed(self._frame))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go; a press that did not move is a click on its bar."""
        was_on, self._pressed_at = self._pressed_at, None
        self._gestures.release()
        if self._frame is None:
            return
        is_drawn = self.drawings.release(event.position(), self._frame, keys=event.modifiers())
        if is_drawn or was_on is None:
            return
        pointer, moved = self._pointed(self._frame), event.position() - was_on
        if pointer is None or moved.manhattanLength() > _CLICK_SLIP:
            return
        candle = self._frame.series.candle_at(pointer.slot)
        if candle is not None:
            self.bar_clicked.emit(candle)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Reset the scale under the pointer, or change the words of a text; a drawn point is a point."""
        if self._frame is None or event.button() is not Qt.MouseButton.LeftButton:
            return
        if self.drawings.sketch is not None:
            self.mousePressEvent(event)
        elif not self.drawings.double_click(event.position()):
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
        """Change the chosen drawing; pan and stretch by arrows, zoom by plus and minus, Home and End."""
        is_far = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if self.drawings.key(event.key(), is_far=is_far):
            return
        if self._frame is not None and self._gestures.key(event.key(), self._frame):
            self._change()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Walk through the drawings in sight, then on to the next control."""
        return self.drawings.walk(forward=forward) or super().focusNextPrevChild(forward)

    def event(self, event: QEvent) -> bool:
        """Put a tool away, or offer the menu of a drawing before the chart's own."""
        if isinstance(event, QContextMenuEvent) and self.drawings.sketch is not None:
            self.drawings.take(None)
            return True
        if isinstance(event, QContextMenuEvent) and self._chooses_drawing(event):
            self.drawing_menu_wanted.emit(event.globalPos())
            return True
        return super().event(event)

    def _chooses_drawing(self, event: QContextMenuEvent) -> bool:
        if event.reason() is QContextMenuEvent.Reason.Mouse:
            shape = self.drawings.shape_at(QPointF(event.pos()))
            self.drawings.select(shape.drawing.id if shape is not None else "")
        return self.drawings.chosen is not None

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
            form = self.drawings.cursor_at(at)
            self.setCursor(_CURSORS[Gestures.grip_at(at, frame)] if form is None else form)

    def _tell_hovered(self, pointer: Pointer | None) -> None:
        slot = pointer.slot if pointer else None
        if slot == self._hovered_slot:
            return
        self._hovered_slot = slot
        candle = self._series.candle_at(slot) if self._series is not None and slot is not None else None
        self.bar_hovered.emit(candle)
