"""The compared series of a chart as buttons in its corner: name, change, and away with it."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtWidgets import QBoxLayout, QToolButton, QWidget

from workstation.domain.market import SeriesKey
from workstation.ui.chart.axis_painter import LEFT
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.chart.compare_painter import line_colour
from workstation.ui.chart.compare_series import ComparedLine
from workstation.ui.chart.time_ticks import moment_label
from workstation.ui.theme import Theme
from workstation.ui.words.foreign_text import in_menu, one_line, tooltip
from workstation.ui.words.number_format import percent

_EDGE = 8  # logical pixels to the chart's corner
_BESIDE = 4  # to what stands at the chart's left edge
_LONGEST = 24

Row = tuple[SeriesKey, int | None, str]
"""A compared series, which of the colours it has (None: nothing of it is drawn), and what is said of it."""


class CompareLegend(QWidget):
    """Lies over a chart, left above its volume.

    Parameters
    ----------
    chart : ChartView
        Whose compared series are listed.
    chosen : callable
        Returns what the chart is to be compared with, and what is said of it where nothing of it is drawn.
    theme : Theme
        Colours.
    """

    removal_wanted = Signal(object)  # SeriesKey

    def __init__(self, chart: ChartView, chosen: Callable[[], Mapping[SeriesKey, str]], theme: Theme) -> None:
        super().__init__(chart)
        self._chart, self._chosen, self._theme = chart, chosen, theme
        self._rows: tuple[Row, ...] = ()
        self.buttons: list[QToolButton] = []
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(4)
        self._soon = QTimer(self, interval=0, singleShot=True)
        self._soon.timeout.connect(self._show)
        chart.frame_painted.connect(self._on_frame)
        self.move(round(LEFT), 0)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self._colour()

    def stop(self) -> None:
        """Change nothing more."""
        self._soon.stop()

    def _on_frame(self) -> None:
        """Take what was painted; a widget is not to be changed within a paint."""
        frame = self._chart.frame
        rows: tuple[Row, ...] = ()
        if frame is not None:
            drawn = {line.series.key: self._row(line) for line in frame.compared}
            rows = tuple(drawn.get(key) or _absent(key, why) for key, why in self._chosen().items())
        if rows != self._rows or (rows and self.pos() != self._corner()):
            self._rows = rows
            self._soon.start()

    def _row(self, line: ComparedLine) -> Row:
        since = ""
        if line.since_ms is not None:
            since = f" since {moment_label(line.since_ms, self._chart.time_zone, 86_400_000)}"
        name = one_line(line.series.key.symbol, _LONGEST)
        return line.series.key, line.place, f"{name} {percent(self._change(line))}{since}"

    def _change(self, line: ComparedLine) -> float:
        """Return the change up to the bar under the pointer, or else up to the newest in sight, percent."""
        frame, pointer = self._chart.frame, self._chart.pointed
        there = None if pointer is None else line.series.candle_at(pointer.slot)
        if frame is None or there is None or frame.prices.base <= 0:
            return line.change_pct
        return (there.close * line.ratio / frame.prices.base - 1) * 100

    def _show(self) -> None:
        frame = self._chart.frame
        while len(self.buttons) > len(self._rows):
            button = self.buttons.pop()
            self._line.removeWidget(button)
            button.deleteLater()
        while len(self.buttons) < len(self._rows):
            self.buttons.append(self._button(len(self.buttons)))
        for button, (key, _, text) in zip(self.buttons, self._rows, strict=True):
            button.setText(f"{in_menu(text)}  \N{MULTIPLICATION SIGN}")
            button.setAccessibleName(f"Stop comparing with {one_line(key.symbol)}")
            button.setToolTip(tooltip(f"Stop comparing with {key.symbol}"))
        self._colour()
        self.setVisible(bool(self._rows))
        if frame is not None:
            width = sum(button.sizeHint().width() + self._line.spacing() for button in self.buttons)
            is_wide = width > frame.layout.plot_width - self._corner().x() - _EDGE
            way = QBoxLayout.Direction
            self._line.setDirection(way.TopToBottom if is_wide else way.LeftToRight)
            self.adjustSize()
            self.move(self._corner())

    def _corner(self) -> QPoint:
        """Return where its upper left corner belongs: above the volume, beside what stands at the edge."""
        frame = self._chart.frame
        bottom = frame.layout.price_height - _EDGE if frame is not None else 0
        beside = [
            box.right() for box in self._chart.left_edge_taken() if box.bottom() > bottom - self.height()
        ]
        return QPoint(round(max([LEFT, *(right + _BESIDE for right in beside)])), bottom - self.height())

    def _button(self, place: int) -> QToolButton:
        button = QToolButton(self)
        button.clicked.connect(lambda: self.removal_wanted.emit(self._rows[place][0]))
        self._line.addWidget(button)
        return button

    def _colour(self) -> None:
        for button, (_, place, _) in zip(self.buttons, self._rows, strict=False):
            colour = self._theme.muted if place is None else line_colour(self._theme, place).name()
            button.setStyleSheet(
                f"QToolButton {{ color: {self._theme.text}; background: {self._theme.panel};"
                f" border: 1px solid {self._theme.border}; border-left: 4px solid {colour};"
                f" border-top-left-radius: 0; border-bottom-left-radius: 0; padding: 2px 6px; }}"
                f" QToolButton:hover, QToolButton:focus {{ border-color: {self._theme.accent};"
                f" border-left-color: {colour}; }}"
            )


def _absent(key: SeriesKey, why: str) -> Row:
    return key, None, f"{one_line(key.symbol, _LONGEST)}: {why}"
