"""What the hands of the long use's trader can do: press, point, open and close, and clear the desk.

Not a command of its own: `long_use_trader` does his deeds with them.
"""

from collections.abc import Callable, Iterator
from random import Random

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QWidget

from workstation.ui.chart.chart_view import ChartView
from workstation.ui.main_window import MainWindow
from workstation.ui.price_colours import GREEN_RED
from workstation.ui.widgets.late_panel import is_in_sight
from workstation.ui.window_docks import STACKS

Deed = Iterator[None]
"""Yields where the window is to have its turn, so that what was opened is laid out before it is used."""

SYMBOLS = ("BTC/USDT", "ETH/USDT", "SOL/USDT", "XRP/USDT", "DOGE/USDT", "PEPE/USDT", "LINK/USDT", "AVAX/USDT")
DOCKS = tuple(title for stack in STACKS for title in stack)
KINDS = ("candles", "hollow", "heikin_ashi", "line", "area")
DIALOGS = ("workspace.choose", "keys.open", "settings.open", "help.shortcuts", "chart.jump", "chart.studies")
_OF_HOME = "BTC/USDT"
_AWAY = "ETH/USDT"


class Hands:
    """Hands on one window.

    Parameters
    ----------
    window : MainWindow
        The desk.
    seed : int
        Of what is chosen by chance.
    """

    def __init__(self, window: MainWindow, seed: int) -> None:
        self._window, self._random = window, Random(seed)
        self.drawn: set[str] = set()
        """Markets with drawings."""
        self.last = ""
        """What is being done, for whoever looks for what went wrong."""

    def see_everything(self) -> Deed:
        """Look at every dock, dialog and menu once: much is made when it is first seen."""
        self.last = "see everything"
        for title in DOCKS:
            self._window.docks.reveal(title)
            yield
        for command in DIALOGS:
            self._press(command)
            yield
            yield from self._close_everything()
        for menu in self._menus():
            menu()
            yield
            yield from self._close_everything()

    # Back to an empty desk

    def go_home(self) -> Deed:
        """Leave the desk as every cycle ends: one plain chart, nothing on it, docks as at first."""
        self.last = "go home"
        window = self._window
        yield from self._close_everything()
        keeper, workspace = window.charts.keeper, window.workspace
        while len(keeper.names) > 1:
            keeper.delete(next(name for name in keeper.names if name != keeper.book.current))
            yield
        while len(workspace.docks) > 1:
            workspace.close_chart(workspace.active_dock)
            yield
        if workspace.active_dock.isFloating():
            workspace.float_active()
        yield from self._plain_chart()
        window.docks.reset()
        window.resize(1280, 800)
        window.set_zone("UTC")
        window.appearance.choose(theme="dark", colours=GREEN_RED)
        self._press("alerts.dismiss_all")
        yield
        for symbol in (_AWAY, _OF_HOME):  # a series that stays keeps what other kinds of charts draw of it
            window.open_series(symbol, "1h")
            yield
        self._press("chart.live")
        window.chart.setFocus()
        for menu in self._menus():  # each keeps what it was filled with when it was opened last
            menu()
            yield from self._close_everything()
        window.drawings.set_theme(window.theme)  # takes away what was said last on a chart,
        for subject in window.notices.texts:  # and in banners
            window.notices.post(subject, "")
        QApplication.clipboard().clear()  # the picture of a chart, until something else is copied
        yield

    def _plain_chart(self) -> Deed:
        window, chart = self._window, self._chart
        for symbol in self.drawn:
            window.open_symbol(symbol)
            window.drawings.book.finish()  # another thread reads its drawings
            yield
            self._press("drawing.clear")
        self.drawn.clear()
        while chart.studies.studies:
            chart.studies.remove(0)
        for symbol in tuple(window.look.compare.active.symbols):
            window.look.compare.active.remove(symbol)
        window.charts.links.choose(window.workspace.active, "")
        self._press("chart.kind.candles")
        window.charts.set_log_scale(is_log=False)
        window.charts.set_levels_shown(are_shown=True)
        yield

    def _menus(self) -> tuple[Callable[[], object], ...]:
        window, chart = self._window, self._chart
        at = chart.mapToGlobal(chart.rect().center())
        return (
            lambda: chart.menu_wanted.emit(at),
            window.workspace.header_of(window.workspace.active).open_menu,
            window.strip.menu_button.click,
            window.charts.links.of(window.workspace.active).button.open_menu,
            lambda: window.lists.menu.popup(at),
            self._menu_of_watchlist,
        )

    @property
    def sees_the_chart(self) -> bool:
        """Whether the chart that commands act upon can be seen."""
        return is_in_sight(self._chart)

    @property
    def _chart(self) -> ChartView:
        return self._window.workspace.active.chart

    def _press(self, command: str) -> None:
        self._window.actions_by_id[command].trigger()

    def _kinds(self) -> list[str]:
        known = self._window.actions_by_id
        return [kind for kind in KINDS if f"chart.kind.{kind}" in known]

    def _somewhere(self) -> QPoint:
        chart, random = self._chart, self._random
        return QPoint(
            round(chart.width() * (0.1 + 0.6 * random.random())),
            round(chart.height() * (0.15 + 0.4 * random.random())),
        )

    def _menu_of_watchlist(self) -> None:
        table = self._window.watchlist.table
        table.customContextMenuRequested.emit(table.visualRect(table.model().index(0, 0)).center())

    def _dialogs(self) -> list[QDialog]:
        return [one for one in QApplication.topLevelWidgets() if isinstance(one, QDialog) and one.isVisible()]

    def _close_everything(self) -> Deed:
        """Close dialogs and menus, as Esc does."""
        for one in QApplication.topLevelWidgets():
            if one.isVisible() and isinstance(one, QDialog | QMenu):
                _close(one)
        if self._window.search.isVisible():
            self._window.search.dismiss()
        yield


def _close(one: QWidget) -> None:
    if isinstance(one, QDialog):
        one.reject()
    else:
        one.close()
