"""A sentence that stands on a chart for a few seconds."""

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtWidgets import QLabel

from workstation.ui.chart.chart_view import ChartView
from workstation.ui.theme import Theme

_MARGIN = 14


class PassingWord(QLabel):
    """Lies over the lower edge of the prices, whole at every width of the chart; the mouse goes through it.

    Parameters
    ----------
    sentence : str
        What is said.
    chart : ChartView
        Where.
    theme : Theme
        Colours.
    """

    def __init__(self, sentence: str, chart: ChartView, theme: Theme) -> None:
        super().__init__(sentence, chart)
        self._chart = chart
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAccessibleName(sentence)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setStyleSheet(
            f"color: {theme.text}; background: {theme.raised}; border: 1px solid {theme.border};"
            " border-radius: 4px; padding: 6px 10px;"
        )
        self.ensurePolished()  # before it has its padding it would ask for too little
        self._wanted = self.sizeHint()
        chart.installEventFilter(self)
        chart.frame_painted.connect(self._place)  # panes may come and go below the prices
        self._place()
        self.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the chart's size."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        frame, chart = self._chart.frame, self._chart
        room = chart.rect()
        if frame is not None:  # that of the size before, while the chart is being sized
            axis, below = frame.layout.axis_width, frame.layout.height - frame.layout.price_height
            room = QRect(0, 0, chart.width() - axis, chart.height() - below)
        wide = max(room.width() - 2 * _MARGIN, 0)
        self.setWordWrap(self._wanted.width() > wide)
        if self.wordWrap():
            self.setFixedSize(wide, self.heightForWidth(wide))
        else:
            self.setFixedSize(self._wanted)
        self.move(room.center().x() - self.width() // 2, max(room.bottom() + 1 - self.height() - _MARGIN, 0))
