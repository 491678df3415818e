"""A tour of the window: every panel and dialog, driven by keyboard and mouse, each step kept as a picture."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QAction, QKeySequence, QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QComboBox, QMainWindow, QWidget

from workstation.domain.errors import StoreError
from workstation.ui.chart.vote_table import TOLD
from workstation.ui.drawings.passing_word import PassingWord
from workstation.ui.help.first_steps import STEPS as FIRST_STEPS
from workstation.ui.widgets.painted_view import PaintedView

if TYPE_CHECKING:
    from workstation.ui.chart.chart_view import ChartView
    from workstation.ui.watchlists.watchlist_panel import WatchlistPanel

PACE_S = 0.8
"""Between a step and its picture: what is read in another thread is there by then."""

PATIENCE_S = 240.0
"""Of the whole tour, for what pictures are to show; then they are taken without, and the tour says so."""

_WAIT_S, _MOST_WAITS, _FIRST_MARKETS = 0.1, 100, 8
_MOST = 0.8

LOOKS = (("dark", ""), ("light", "view.theme"), ("colour-blind", "view.colours"))
"""Sets of colours, each with the command that leads to it from the one before."""

_PANELS = (
    "screener.focus",
    "grades.focus",
    "narratives.focus",
    "narratives.graph",
    "market.map",
    "market.trades",
    "market.depth",
    "market.over_time",
    "why.focus",
    "record.focus",
    "market.book",
    "models.focus",
    "rotation.focus",
    "paper.focus",
    "backtest.focus",
    "providers.focus",
    "alerts.rules",
    "alerts.focus",
)
_LISTS = {
    "screener.focus": "screener",
    "grades.focus": "grades",
    "narratives.focus": "narratives",
    "market.trades": "trades",
}
_VIEWS = {
    "market.map": "market map",
    "market.depth": "depth",
    "market.over_time": "depth",
    "market.book": "book",
    "narratives.graph": "rotation graph",
}
_DIALOGS = (
    "chart.studies",
    "chart.compare",
    "chart.jump",
    "watchlist.columns",
    "workspace.choose",
    "keys.open",
    "settings.open",
    "help.shortcuts",
    "help.documentation",
)


class TouredWindow(Protocol):
    """What the tour needs of the window beside being one."""

    actions_by_id: dict[str, QAction]
    watchlist: "WatchlistPanel"

    @property
    def chart(self) -> "ChartView":
        """The chart that keys and menus act upon."""
        ...


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do before a picture is taken.

    Parameters
    ----------
    name : str
        Of the picture.
    do : callable
        Does it.
    undo : callable or None
        Leaves the window as it was.
    shows : callable or None
        Whether what the picture is of is there: it may come from the engine a while later.
    """

    name: str
    do: Callable[[], None]
    undo: Callable[[], None] | None = None
    shows: Callable[[], bool] | None = None


class PictureTour:
    """Goes through the window and saves ``LOOK-SCALE-NN-NAME.png`` for every step in every set of colours.

    Parameters
    ----------
    window : QMainWindow
        The window, shown.
    toured : TouredWindow
        The same window, with its commands.
    folder : Path
        Where the pictures go; made where it is not there.
    pace_s : float
        Seconds between a step and its picture.
    patience_s : float
        Seconds to wait for what pictures are to show, all together.
    """

    def __init__(
        self,
        window: QMainWindow,
        toured: TouredWindow,
        folder: Path,
        pace_s: float = PACE_S,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._window, self._toured, self._folder = window, toured, folder
        self._pace_s, self._patience_s = pace_s, patience_s
        self.pictures: list[Path] = []
        self.given_up: list[str] = []  # pictures that were taken without what they are to show

    async def run(self) -> None:
        """Take every picture.

        Raises
        ------
        StoreError
            A picture could not be saved.
        """
        for look, command in LOOKS:
            if command:
                await self._come_to_front()
                await self._by_hand(partial(self._press, command))
            for number, step in enumerate(self.steps(), 1):
                await self._come_to_front()
                await self._by_hand(step.do)
                await asyncio.sleep(self._pace_s)
                name = f"{look}-{self._scale()}-{number:02}-{step.name}.png"
                if not await self._is_ready(step):
                    self.given_up.append(name)
                self._save(name)
                if step.undo is not None:
                    await self._by_hand(step.undo)

    async def _is_ready(self, step: Step) -> bool:
        """Return whether what the step shows came in time, with no passing word before it."""
        while True:
            is_there = step.shows is None or step.shows()
            if is_there and not self._window.findChildren(PassingWord):
                return True
            if self._patience_s <= 0:
                return False
            self._patience_s -= _WAIT_S
            await asyncio.sleep(_WAIT_S)

    async def _come_to_front(self) -> None:
        """Wait until the window has the keyboard: a desktop that is busy gives it back late."""
        for _ in range(_MOST_WAITS):
            self._window.activateWindow()
            if self._window.isActiveWindow():
                return
            await asyncio.sleep(_WAIT_S)

    async def _by_hand(self, do: Callable[[], None]) -> None:
        """Press and click outside of any task: meanwhile Qt may wake others."""
        done = asyncio.Event()

        def act() -> None:
            try:
                do()
            finally:
                done.set()

        QTimer.singleShot(0, act)
        await done.wait()

    def steps(self) -> list[Step]:
        """Return the steps in order: the chart, the panels, the dialogs."""
        return [
            Step("crosshair", self._point_at_chart, shows=self._has_grades),
            Step("watchlist", self._open_second_market, shows=self._has_grades),
            Step("trend-line", self._draw, lambda: self._press("drawing.undo")),
            Step("judged", self._toggle_judged, shows=self._has_votes),
            Step("votes", self._point_below_chart, shows=self._has_votes),
            Step("inverted", partial(self._press, "chart.inverted"), self._end_judged),
            Step("four-charts", self._split, self._join),
            *(
                Step(_name(one), partial(self._press, one), self._undo(one), partial(self._is_filled, one))
                for one in _PANELS
            ),
            Step("palette", self._search, self._escape),
            *self._first_steps(),
            *(Step(_name(one), partial(self._press, one), self._escape) for one in _DIALOGS),
        ]

    def _undo(self, command: str) -> Callable[[], None] | None:
        """Return what leaves a panel as it was."""
        return self._leave_past if command == "market.over_time" else None

    def _leave_past(self) -> None:
        """Choose the depth of now again."""
        dock = self._window.findChild(QWidget, "dock-depth")
        kind = dock.findChild(QComboBox) if isinstance(dock, QWidget) else None
        if isinstance(kind, QComboBox):
            QTest.keyClick(kind, Qt.Key.Key_Home)

    def _first_steps(self) -> list[Step]:
        """Return the steps of the card that leads through the window, from its first to its last."""

        def go_on() -> None:
            QTest.keyClick(self._focused(), Qt.Key.Key_Return)

        onward = [Step(f"first-steps-{number}", go_on) for number in range(2, len(FIRST_STEPS) + 1)]
        onward[-1] = replace(onward[-1], undo=self._escape)
        return [Step("first-steps-1", partial(self._press, "help.first_steps")), *onward]

    def _press(self, command: str) -> None:
        """Press the keys of a command; where it has none, find it in the palette as a trader would."""
        keys = self._toured.actions_by_id[command].shortcut()
        if keys.isEmpty():
            self._press("search.commands")
            words = self._toured.actions_by_id[command].text().removesuffix("…")
            QTest.keyClicks(self._focused(), words)
            QTest.keyClick(self._focused(), Qt.Key.Key_Return)
        else:
            QTest.keySequence(self._focused(), QKeySequence(keys))

    def _escape(self) -> None:
        QTest.keyClick(self._focused(), Qt.Key.Key_Escape)

    def _focused(self) -> QWidget:
        return QApplication.focusWidget() or self._window

    def _point_at_chart(self) -> None:
        chart = self._toured.chart
        QTest.mouseMove(chart, QPoint(chart.width() // 2, chart.height() // 3))

    def _toggle_judged(self) -> None:
        for command in ("chart.profile", "chart.grade", "chart.votes"):
            self._press(command)

    def _end_judged(self) -> None:
        self._press("chart.inverted")
        self._toggle_judged()

    def _point_below_chart(self) -> None:
        chart = self._toured.chart
        QTest.mouseMove(chart, QPoint(chart.width() // 2, chart.height() - 60))

    def _rows(self, title: str) -> QAbstractItemView | None:
        """Return the table of a panel; None where it has none yet."""
        dock = self._window.findChild(QWidget, f"dock-{title}")
        rows = dock.findChild(QAbstractItemView) if isinstance(dock, QWidget) else None
        return rows if isinstance(rows, QAbstractItemView) and rows.model() is not None else None

    def _is_filled(self, command: str) -> bool:
        """Return whether the list or the picture of a panel is filled; true of a panel that has none."""
        if command in _LISTS:
            rows = self._rows(_LISTS[command])
            return rows is not None and rows.model().rowCount() > 0
        dock = self._window.findChild(QWidget, f"dock-{_VIEWS.get(command, '')}")
        views = dock.findChildren(PaintedView) if isinstance(dock, QWidget) else []
        return all(not view.is_empty for view in views if view.isVisible())

    def _has_grades(self) -> bool:
        """Return whether the first markets of the watchlist have their grades."""
        model = self._toured.watchlist.model
        rows = range(min(model.rowCount(), _FIRST_MARKETS))
        return bool(rows) and all(model.grade_at(row) is not None for row in rows)

    def _has_votes(self) -> bool:
        """Return whether the votes of most bars in sight are told; the newest one's come when it closes."""
        frame = self._toured.chart.frame
        placed = frame.judged.votes if frame is not None else None
        return placed is not None and bool((placed.votes.states == TOLD).mean() > _MOST)

    def _open_second_market(self) -> None:
        self._press("watchlist.filter")  # another panel may lie before it
        rows = self._rows("watchlist")
        if rows is not None:
            at = rows.visualRect(rows.model().index(1, 0)).center()
            QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=at)
            QTest.mouseDClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=at)

    def _draw(self) -> None:
        chart = self._toured.chart
        self._press("drawing.trend")
        for x, y in ((0.3, 0.6), (0.7, 0.3)):
            at = QPointF(chart.width() * x, chart.height() * y).toPoint()
            QTest.mouseMove(chart, at)
            QTest.mouseClick(chart, Qt.MouseButton.LeftButton, pos=at)

    def _split(self) -> None:
        for command in ("chart.split_right", "chart.split_below", "chart.next", "chart.split_below"):
            self._press(command)

    def _join(self) -> None:
        for _ in range(3):
            self._press("chart.close")

    def _search(self) -> None:
        self._press("search.open")
        QTest.keyClicks(self._focused(), "s")

    def _scale(self) -> int:
        return round(self._window.devicePixelRatioF() * 100)

    def _save(self, name: str) -> None:
        path = self._folder / name
        with contextlib.suppress(OSError):  # what is wrong shows when the picture is saved
            self._folder.mkdir(parents=True, exist_ok=True)
        if not self._picture().save(str(path)):
            raise StoreError(
                f"The picture could not be saved as {path}. Choose a folder that can be written."
            )
        self.pictures.append(path)

    def _picture(self) -> QPixmap:
        """Return the window with every dialog and menu of it where it lies on the screen."""
        picture = self._window.grab()
        with QPainter(picture) as painter:
            for one in QApplication.topLevelWidgets():
                if one is not self._window and one.isVisible():
                    at = one.mapToGlobal(QPoint()) - self._window.mapToGlobal(QPoint())
                    painter.drawPixmap(at, one.grab())
        return picture


def _name(command: str) -> str:
    return command.removesuffix(".focus").removesuffix(".open").replace(".", "-")
