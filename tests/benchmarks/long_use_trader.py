"""The busy trader of the long use: what he does to a window, as a shuffled deck of deeds.

Not a command of its own: `bench_long_use` and a test play the deck. A deed is a generator: it yields where
the window is to have its turn, so that what was opened is laid out and painted before it is used.
"""

from collections.abc import Callable, Iterator

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget

from tests.benchmarks.long_use_hands import DIALOGS, DOCKS, SYMBOLS, Deed, Hands
from workstation.ui.main_window import MainWindow

ACTIONS_A_MINUTE = 40
TIMEFRAMES = ("1m", "5m", "15m", "1h", "4h", "1d")
STUDIES = ("rsi", "macd", "bollinger bands", "simple", "exponential moving", "atr", "stochastic", "obv")
TOOLS = ("trend", "ray", "horizontal", "vertical", "channel", "retracement", "rectangle", "long", "short")
MOST_CHARTS = 5


class Trader(Hands):
    """One who never rests.

    Parameters
    ----------
    window : MainWindow
        His desk.
    seed : int
        Of what he chooses.
    """

    def __init__(self, window: MainWindow, seed: int = 1) -> None:
        super().__init__(window, seed)
        self.n_done = 0
        self._deck: dict[str, tuple[int, Callable[[], Deed]]] = {
            "open a market": (16, self.open_market),
            "type a market": (8, self.type_market),
            "choose a timeframe": (14, self.choose_timeframe),
            "look along the bars": (16, self.look_along),
            "zoom and pan": (14, self.zoom),
            "draw": (14, self.draw),
            "undo and redo a drawing": (8, self.undo_drawing),
            "change a drawing": (5, self.change_drawing),
            "add a study": (5, self.add_study),
            "remove a study": (4, self.remove_study),
            "compare": (4, self.compare),
            "change the look": (5, self.change_look),
            "another chart": (5, self.add_chart),
            "close a chart": (5, self.close_chart),
            "walk through charts": (4, self.walk),
            "float and bring back": (3, self.float_chart),
            "maximise": (2, self.maximise),
            "link": (3, self.link),
            "arrange": (2, self.arrange),
            "take an arrangement back": (2, self.undo_arrangement),
            "switch workspaces": (2, self.switch_workspace),
            "look at a dock": (12, self.look_at_dock),
            "hide a dock": (5, self.hide_dock),
            "float a dock": (2, self.float_dock),
            "ask why": (6, self.ask_why),
            "open a dialog": (6, self.open_dialog),
            "open a menu": (6, self.open_menu),
            "find a command": (5, self.find_command),
            "filter the watchlist": (4, self.filter_watchlist),
            "watch and no longer watch": (2, self.watch),
            "screen": (4, self.screen),
            "dismiss alerts": (2, self.dismiss),
            "do what is rare": (1, self.do_what_is_rare),
        }

    @property
    def names(self) -> tuple[str, ...]:
        """Every deed he knows."""
        return tuple(self._deck)

    def deeds(self, n: int) -> Iterator[Callable[[], Deed]]:
        """Yield so many deeds in an order of chance, each about as often as its weight says."""
        pack = [name for name, (weight, _) in self._deck.items() for _ in range(weight)]
        while n > 0:
            self._random.shuffle(pack)
            for name in pack[:n]:
                yield lambda name=name: self.do(name)
            n -= len(pack)

    def do(self, name: str) -> Deed:
        """Do one of his deeds, and close what it opened."""
        self.last = name
        self.n_done += 1
        yield from self._deck[name][1]()
        yield from self._close_everything()

    # What he looks at

    def open_market(self) -> Deed:
        self._window.watchlist.open_requested.emit(self._random.choice(SYMBOLS))
        yield

    def type_market(self) -> Deed:
        first, *others = self._random.choice(SYMBOLS)[:3].lower()
        QTest.keyClick(self._chart, first)
        yield
        QTest.keyClicks(self._window.search.edit, "".join(others))
        yield
        QTest.keyClick(self._window.search.edit, self._random.choice((Qt.Key.Key_Return, Qt.Key.Key_Escape)))
        yield

    def choose_timeframe(self) -> Deed:
        self._press(f"timeframe.{self._random.choice(TIMEFRAMES)}")
        yield

    def look_along(self) -> Deed:
        for _ in range(4):
            QTest.mouseMove(self._chart, self._somewhere())
            yield

    def zoom(self) -> Deed:
        chart = self._chart
        for _ in range(3):
            at, turn = QPointF(self._somewhere()), self._random.choice((-240, -120, 120, 240))
            wheel = QWheelEvent(
                at, chart.mapToGlobal(at), QPoint(), QPoint(0, turn), Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
            )  # fmt: skip
            QApplication.sendEvent(chart, wheel)
            yield
        QTest.keyClick(chart, self._random.choice((Qt.Key.Key_Left, Qt.Key.Key_Right)))
        yield
        self._press("chart.live")

    def ask_why(self) -> Deed:
        self._press(self._random.choice(("why.focus", "why.older", "why.newer", "why.newest")))
        yield
        QTest.mouseClick(self._chart, Qt.MouseButton.LeftButton, pos=self._somewhere())
        yield

    # What he puts on charts

    def draw(self) -> Deed:
        chart = self._chart
        self.drawn |= {chart.key.symbol} if chart.key is not None else set()
        self._press(f"drawing.{self._random.choice(TOOLS)}")
        yield
        for _ in range(3):
            at = self._somewhere()
            QTest.mouseMove(chart, at)
            QTest.mouseClick(chart, Qt.MouseButton.LeftButton, pos=at)
            yield
            if chart.drawings.tool is None:
                break
        QTest.keyClick(chart, Qt.Key.Key_Escape)
        yield

    def undo_drawing(self) -> Deed:
        for name in ("drawing.undo", "drawing.redo", "drawing.undo"):
            self._press(name)
            yield

    def change_drawing(self) -> Deed:
        chart = self._chart
        if chart.drawings.walk(forward=True):
            yield
            self._press(self._random.choice(("drawing.duplicate", "drawing.change", "drawing.delete")))
            yield
        QTest.keyClick(chart, Qt.Key.Key_Escape)

    def add_study(self) -> Deed:
        self._press("chart.studies")
        yield
        dialog = self._window.studies.dialog
        if dialog is not None:
            dialog.search.setText(self._random.choice(STUDIES))
            yield
            dialog.add_found()
            yield
            dialog.choose(0)
            yield

    def remove_study(self) -> Deed:
        studies = self._chart.studies
        if studies.studies:
            studies.remove(self._random.randrange(len(studies.studies)))
            yield
            if self._random.random() < 0.3:
                self._press("chart.undo_study")
                yield

    def compare(self) -> Deed:
        comparison = self._window.look.compare.active
        if len(comparison.symbols) > 1:
            comparison.remove(comparison.symbols[0])
            yield
            return
        self._press("chart.compare")
        yield
        for dialog in self._dialogs():
            field = dialog.findChild(QLineEdit)
            field.setText(self._random.choice(SYMBOLS)[:3])
            yield
            QTest.keyClick(field, Qt.Key.Key_Return)
            yield

    def change_look(self) -> Deed:
        self._press(f"chart.kind.{self._random.choice(self._kinds())}")
        yield
        self._press(self._random.choice(("chart.log", "chart.percent", "chart.fit", "chart.levels")))
        yield

    def copy_picture(self) -> Deed:
        self._press("chart.copy")
        yield

    # How he arranges charts

    def add_chart(self) -> Deed:
        if len(self._window.workspace.docks) < MOST_CHARTS:
            self._press(self._random.choice(("chart.split_right", "chart.split_below", "chart.tab")))
            yield
            self._window.open_symbol(self._random.choice(SYMBOLS))
        yield

    def close_chart(self) -> Deed:
        self._press("chart.close")
        yield

    def walk(self) -> Deed:
        for name in ("chart.next", "chart.next", "chart.previous"):
            self._press(name)
            yield

    def float_chart(self) -> Deed:
        for _ in range(2):
            self._press("chart.float")
            yield

    def maximise(self) -> Deed:
        for _ in range(2):
            self._press("chart.maximise")
            yield

    def link(self) -> Deed:
        links, workspace = self._window.charts.links, self._window.workspace
        links.choose(workspace.active, self._random.choice(("", "A", "B")))
        links.share(workspace.active, timeframe=self._random.random() < 0.5, span=False)
        yield

    def arrange(self) -> Deed:
        self._press(self._random.choice(("workspace.2x2", "workspace.timeframes", "workspace.2x1")))
        yield

    def undo_arrangement(self) -> Deed:
        self._press("workspace.undo")
        yield

    def switch_workspace(self) -> Deed:
        keeper = self._window.charts.keeper
        if len(keeper.names) < 3:
            keeper.save_as(f"Desk {len(keeper.names)}")
        else:
            keeper.open(self._random.choice(keeper.names))
            yield
            keeper.delete(self._random.choice(keeper.names))
        yield

    # Panels, dialogs, menus

    def look_at_dock(self) -> Deed:
        self._window.docks.reveal(self._random.choice(DOCKS))
        yield
        yield

    def hide_dock(self) -> Deed:
        shown = [dock for dock in self._window.docks.by_title.values() if dock.isVisible()]
        self._random.choice(shown or list(self._window.docks.by_title.values())).toggleViewAction().trigger()
        yield

    def float_dock(self) -> Deed:
        dock = self._window.docks.by_title[self._random.choice(DOCKS)]
        dock.show()
        for is_floating in (True, False):
            dock.setFloating(is_floating)
            yield

    def open_dialog(self) -> Deed:
        self._press(self._random.choice(DIALOGS))
        yield
        for dialog in self._dialogs():
            for rows in dialog.findChildren(QListWidget)[:1]:
                rows.setCurrentRow(rows.count() - 1)
            for field in dialog.findChildren(QLineEdit)[:1]:
                field.setText("a")
            yield

    def open_menu(self) -> Deed:
        self._random.choice(self._menus())()
        yield

    def find_command(self) -> Deed:
        self._press("search.commands")
        yield
        QTest.keyClicks(self._window.search.edit, self._random.choice(("go to", "theme", "light", "fit")))
        yield
        QTest.keyClick(self._window.search.edit, Qt.Key.Key_Escape)
        yield

    def filter_watchlist(self) -> Deed:
        watchlist = self._window.watchlist
        self._press("watchlist.filter")
        yield
        watchlist.filter.setText(self._random.choice(("b", "e", "so")))
        yield
        watchlist.filter.clear()
        yield

    def watch(self) -> Deed:
        watchlist = self._window.watchlist
        watchlist.add("C000/USDT")
        yield
        watchlist.remove("C000/USDT")
        yield

    def screen(self) -> Deed:
        self._press("screener.focus")
        yield
        panel = self._window.lists.screener.panel
        if panel is not None:
            panel.text.setText(self._random.choice(("grade > 50", "change > 1", "no such thing", "")))
            yield
            panel.text.clear()
        yield

    def dismiss(self) -> Deed:
        self._press("alerts.focus")
        yield
        self._press("alerts.dismiss_all")
        yield

    def do_what_is_rare(self) -> Deed:
        rare = (self.change_colours, self.change_zone, self.copy_picture, self.resize)
        yield from self._random.choice(rare)()

    def change_colours(self) -> Deed:
        self._press(self._random.choice(("view.theme", "view.colours")))
        yield

    def change_zone(self) -> Deed:
        self._window.set_zone(self._random.choice(("UTC", "Europe/Berlin", "Asia/Tokyo")))
        yield

    def resize(self) -> Deed:
        self._window.resize(*self._random.choice(((1280, 720), (1440, 900), (1280, 800))))
        yield
