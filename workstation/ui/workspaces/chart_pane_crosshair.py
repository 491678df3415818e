"""The crosshair of another chart, drawn over this one at the same time and price."""

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from workstation.domain.market import slot_of
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.chart.colours import ChartColours
from workstation.ui.chart.labels import Labels
from workstation.ui.chart.overlay_painter import Brush, paint_linked_tags
from workstation.ui.theme import Theme

_DOT = 2.5  # logical pixels


class LinkedCrosshair(QWidget):
    """Lies over a chart, hears no mouse, and shows where the pointer is on a chart that is linked to it.

    Parameters
    ----------
    chart : ChartView
        What it lies over.
    theme : Theme
        Colours.
    """

    def __init__(self, chart: ChartView, theme: Theme) -> None:
        super().__init__(chart)
        self._chart, self._theme = chart, theme
        self._labels = Labels(chart.font())
        self.time_ms: int | None = None
        self.price: float | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self.update()

    def point(self, time_ms: int, price: float | None) -> None:
        """Show a time, UTC milliseconds, and a price of the same market; None where it is another's."""
        self.time_ms, self.price = time_ms, price
        self._chart.pointed_elsewhere_ms = time_ms
        self.setGeometry(self._chart.rect())
        self.show()
        self.update()

    def leave(self) -> None:
        """Show nothing."""
        self.time_ms = self._chart.pointed_elsewhere_ms = None
        self.hide()

    def place(self) -> tuple[float, float | None] | None:
        """Return where the lines cross, logical pixels; None where they are out of sight."""
        frame, key = self._chart.frame, self._chart.key
        if frame is None or key is None or self.time_ms is None:
            return None
        x = frame.slots.x_of(slot_of(self.time_ms, key.timeframe))
        if not 0 <= x < frame.layout.plot_width:
            return None
        y = None if self.price is None else frame.prices.row(self.price) / frame.dpr
        return x, y if y is not None and 0 <= y < frame.layout.price_height else None

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw two dashed lines, a dot where they cross, and what they mean on both axes."""
        place, frame = self.place(), self._chart.frame
        if place is None or frame is None:
            return
        x, y = place
        with QPainter(self) as painter:
            painter.setPen(QPen(QColor(self._theme.crosshair), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, 0), QPointF(x, frame.layout.body_height))
            if y is not None:
                painter.drawLine(QPointF(0, y), QPointF(frame.layout.plot_width, y))
                painter.setBrush(QColor(self._theme.crosshair))
                painter.drawEllipse(QPointF(x, y), _DOT, _DOT)
            colours = ChartColours.of(self._theme)
            brush = Brush(painter, colours, self._labels, self._chart.axis_boxes)
            paint_linked_tags(brush, frame, x, frame.slots.slot_at(x), self.price if y is not None else None)

    def changeEvent(self, event: QEvent) -> None:
        """Lay the labels out again in a new font."""
        if event.type() is QEvent.Type.FontChange:
            self._labels = Labels(self._chart.font())
        super().changeEvent(event)
