"""The rotation graph's panel: what narratives are held against, their tails, and a slider through time."""

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from workstation.engine.narratives.relative_rotation import Benchmark, RelativeRotation
from workstation.ui.narratives import narrative_words as words
from workstation.ui.narratives.narrative_reading import NarrativePast
from workstation.ui.narratives.rotation_graph_view import RotationGraphView, day_words
from workstation.ui.theme import Theme
from workstation.ui.widgets.page_stack import PageStack
from workstation.ui.words.foreign_text import one_line

READING = "Reading the history of the narratives…"
_SMALLEST = QSize(180, 120)
_PLAY_MS = 120
_NARROW = 340
_TAILS, _USUAL_TAIL = (1, 3, 5, 7, 10, 14, 21, 30, 60), 5
_PLAY, _PAUSE = "▶", "❚❚"


class RotationGraphPanel(QWidget):
    """The relative rotation graph of all narratives, scrubbed through time."""

    chosen = Signal(str)  # name of a narrative; empty for none
    index_requested = Signal(str)  # name of a narrative

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._past = NarrativePast()
        self._titles: Mapping[str, str] = {}
        self.view = RotationGraphView(theme)
        self.against, self.tail, self.how = QComboBox(), QComboBox(), QPushButton("How?")
        self.play, self.slider, self.day = QPushButton(_PLAY), QSlider(Qt.Orientation.Horizontal), QLabel()
        self.nothing, self.problem, self.explained = QLabel(READING), QLabel(), QLabel()
        self._pages = PageStack(self)
        self._playing = QTimer(self, interval=_PLAY_MS)
        self._set_up()
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self._show_graph()

    def _set_up(self) -> None:
        self.setObjectName("rotation-graph")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        for benchmark in Benchmark:
            self.against.addItem(words.BENCHMARK_WORDS[benchmark], benchmark)
        self.against.setAccessibleName("Held against")
        self.against.setToolTip("What every narrative is held against")
        for n in _TAILS:
            self.tail.addItem(f"{n} day{'' if n == 1 else 's'}", n)
        self.tail.setCurrentIndex(_TAILS.index(_USUAL_TAIL))
        self.tail.setAccessibleName("Length of the tails, days")
        self.tail.setToolTip("Days behind each point")
        self.how.setCheckable(True)
        self.how.setAccessibleName("How the graph is made, and its caveat")
        self.how.setToolTip("\n".join(words.HOW_THE_GRAPH_IS_MADE[1:5]))
        self.play.setAccessibleName("Play through time")
        self.play.setToolTip("Play from here to the newest day (Space)")
        self.play.setFixedWidth(44)
        self.slider.setAccessibleName("Time")
        self.slider.setPageStep(7)
        for label in (self.nothing, self.problem, self.explained, self.day):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(label is not self.day)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setContentsMargins(24, 6, 24, 6)
        self.explained.setText("\n\n".join(words.HOW_THE_GRAPH_IS_MADE))
        self.explained.setMargin(16)
        self.explained.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.explained.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.problem.setContentsMargins(12, 6, 12, 6)
        self.problem.hide()

    def _lay_out(self) -> None:
        top, bottom = QHBoxLayout(), QHBoxLayout()
        top.setContentsMargins(8, 6, 8, 6)
        top.setSpacing(8)
        bottom.setSpacing(10)
        bottom.setContentsMargins(8, 4, 12, 6)
        self.against_label, self.tail_label = QLabel("Against"), QLabel("Tail")
        for label in (self.against_label, self.tail_label):
            label.setTextFormat(Qt.TextFormat.PlainText)
        for part in (self.against_label, self.against, self.tail_label, self.tail):
            top.addWidget(part)
        top.addStretch(1)
        top.addWidget(self.how)
        bottom.addWidget(self.play)
        bottom.addWidget(self.slider, 1)
        bottom.addWidget(self.day)
        page = QScrollArea()
        page.setWidget(self.explained)
        page.setWidgetResizable(True)
        page.setAccessibleName("How the graph is made")
        for one in (self.view, self.nothing, page):
            self._pages.addWidget(one)
        self._how_page = page
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(top)
        whole.addLayout(self._pages, 1)
        whole.addLayout(bottom)
        whole.addWidget(self.problem)

    def _connect(self) -> None:
        self.against.currentIndexChanged.connect(lambda _at: self._show_graph())
        self.tail.currentIndexChanged.connect(lambda _at: self.view.set_tail(self.tail.currentData()))
        self.how.toggled.connect(lambda _is: self._show_page())
        self.slider.valueChanged.connect(self._on_step)
        self.play.clicked.connect(self.toggle_play)
        self._playing.timeout.connect(self._play_on)
        self.view.step_requested.connect(lambda n: self.slider.setValue(self.slider.value() + n))
        self.view.end_requested.connect(self._on_end)
        self.view.play_requested.connect(self.toggle_play)
        self.view.chosen.connect(self.chosen)
        self.view.open_requested.connect(self.index_requested)

    @property
    def benchmark(self) -> Benchmark:
        """What narratives are held against."""
        return Benchmark(self.against.currentData())

    @property
    def is_playing(self) -> bool:
        """Whether time goes on by itself."""
        return self._playing.isActive()

    def minimumSizeHint(self) -> QSize:
        """Return little: the graph has any size."""
        return _SMALLEST

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave words out where there is no room for them."""
        super().resizeEvent(event)
        for label in (self.against_label, self.tail_label):
            label.setVisible(self.width() >= _NARROW)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.setStyleSheet(
            f"#rotation-graph {{ background: {theme.panel}; }} QPushButton {{ padding: 4px 10px; }}"
            f" QPushButton:checked {{ color: {theme.on_accent}; background: {theme.accent}; }}"
        )
        for label in (self.nothing, self.against_label, self.tail_label):
            label.setStyleSheet(f"color: {theme.muted}")
        self.explained.setStyleSheet(f"background: {theme.base}; color: {theme.text}")
        self.problem.setStyleSheet(f"color: {theme.bearish}")
        self.view.set_theme(theme)

    def show_past(self, past: NarrativePast) -> None:
        """Take the graphs that were read; a time that is looked at stays, the newest one follows."""
        self._past = past
        self._titles = {one.name: one.title for one in past.book.narratives} if past.book is not None else {}
        self.complain("")
        self._show_graph()

    def complain(self, sentence: str) -> None:
        """Show below the graph what went wrong; nothing takes it away."""
        self.problem.setText(one_line(sentence, 300))
        self.problem.setVisible(bool(sentence))
        if sentence and self._past.wanted is None:
            self.nothing.setText("")

    def choose(self, name: str) -> None:
        """Tell a narrative apart from the others."""
        self.view.choose(name)

    def focus_graph(self) -> None:
        """Give the keyboard to the graph."""
        self.view.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def toggle_play(self) -> None:
        """Let time go on by itself, from the beginning where it stands at the end; or stop it."""
        if self._playing.isActive():
            self._stop()
        elif self.slider.isEnabled():
            if self.slider.value() == self.slider.maximum():
                self.slider.setValue(self.slider.minimum())
            self._playing.start()
            self.play.setText(_PAUSE)

    def stop(self) -> None:
        """Let no time go on."""
        self._stop()

    def _stop(self) -> None:
        self._playing.stop()
        self.play.setText(_PLAY)

    def _play_on(self) -> None:
        if self.slider.value() < self.slider.maximum() and self.isVisible():
            self.slider.setValue(self.slider.value() + 1)
        else:
            self._stop()

    def _on_end(self, is_newest: bool) -> None:
        self.slider.setValue(self.slider.maximum() if is_newest else self.slider.minimum())

    def _on_step(self, step: int) -> None:
        graph = self._past.graphs.get(self.benchmark)
        if graph is not None and step < len(graph.close_ms):
            self.view.set_step(step)
            self.day.setText(day_words(int(graph.close_ms[step])))

    def _show_graph(self) -> None:
        graph = self._past.graphs.get(self.benchmark)
        steps = _known_steps(graph) if graph is not None else None
        is_there = graph is not None and steps is not None
        for part in (self.play, self.slider, self.tail):
            part.setEnabled(is_there)
        if graph is not None and steps is not None:
            was_newest = self.slider.value() == self.slider.maximum() or not self.day.text()
            self.view.set_graph(graph, tuple(self._titles.get(name, name) for name in graph.names))
            self.slider.setRange(*steps)
            if was_newest:
                self.slider.setValue(steps[1])
            self._on_step(self.slider.value())
        else:
            self._stop()
            self.day.setText("")
            self.nothing.setText(self._why_not())
        self._show_page()

    def _show_page(self) -> None:
        is_empty = not self.slider.isEnabled()
        self._pages.setCurrentIndex(2 if self.how.isChecked() else 1 if is_empty else 0)

    def _why_not(self) -> str:
        if self._past.wanted is None:
            return READING
        if len(self._past.close_ms) and self.benchmark not in self._past.graphs:
            name = words.BENCHMARK_WORDS[self.benchmark]
            return f"{name} has no stored candles here.\nChoose another benchmark above."
        n_days = int(np.isfinite(self._past.values).any(axis=1).sum()) if self._past.values.size else 0
        return words.too_short(n_days)


def _known_steps(graph: RelativeRotation) -> tuple[int, int] | None:
    """Return the first and the last step at which any narrative is known; None where none ever is."""
    known = np.flatnonzero((np.isfinite(graph.ratio) & np.isfinite(graph.momentum)).any(axis=1))
    return (int(known[0]), int(known[-1])) if len(known) else None
