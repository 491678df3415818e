"""Leads through the window in five steps: once by itself, and again whenever the trader asks."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QDockWidget, QWidget

from workstation.storage.paths import FIRST_STEPS
from workstation.ui.help.first_steps import LOOK_BACK, NEXT_MARKET, STEPS, Step, Try
from workstation.ui.help.first_steps_card import FirstStepsCard, Page
from workstation.ui.help.first_steps_place import MARGIN, place_beside
from workstation.ui.help.first_steps_start import FirstStepsStart
from workstation.ui.keyboard.palette import Palette
from workstation.ui.section import GoTo, Section
from workstation.ui.small_file import SmallFile
from workstation.ui.surroundings import Surroundings
from workstation.ui.theme import Theme
from workstation.ui.widgets.late_panel import is_in_sight
from workstation.ui.window_docks import Docks
from workstation.ui.words.foreign_text import in_menu
from workstation.ui.workspaces.workspace_desk import WorkspaceDesk

_BARS_BACK = 200
_MOVES = frozenset({QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show})
_OFFER = Page(
    "",
    "New here?",
    "No candles have come yet: the venue does not answer, or is only starting. Five steps show what is "
    "where; they go without prices, too. Later they are in the menu under Help.",
    onward="Show me",
    away="Not now",
)


class FirstStepsDesk(Section):
    """Shows the card of each step beside what it speaks of.

    Nothing is dimmed or held up: the window goes on, and Esc that nobody else wants ends the steps.

    Parameters
    ----------
    around : Surroundings
        What is watched, and beside whose memory it is kept that the steps were seen.
    charts : WorkspaceDesk
        Which chart is active.
    theme : Theme
        Colours.
    window : QWidget
        Over which the card lies.
    """

    def __init__(self, around: Surroundings, charts: WorkspaceDesk, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self.panels: Mapping[str, QWidget] = {}
        self._bridge, self._charts, self._theme, self._window = around.bridge, charts, theme, window
        self._actions: Mapping[str, QAction] = {}
        self._docks: Docks | None = None
        self._palette: Palette | None = None
        self._file = SmallFile(around.memory_file.with_name(FIRST_STEPS), self)
        self.card: FirstStepsCard | None = None
        self._at = -1  # the step shown; none yet
        self._n_tried = 0
        self._dock = ""
        self._waits_for_palette = False
        self._placing = QTimer(self, interval=0, singleShot=True)
        self._placing.timeout.connect(self._place)
        self.start = FirstStepsStart(charts.workspace, window, self)
        self.start.candles_came.connect(self._on_candles)
        self.start.none_came.connect(self._offer)

    def handlers(self, go_to: GoTo) -> Mapping[str, Callable[[], None]]:
        """Return what its command does."""
        return {"help.first_steps": self.begin}

    def join(self, actions: Mapping[str, QAction], docks: Docks, palette: Palette) -> None:
        """Take what the steps press and point at."""
        self._actions, self._docks, self._palette = actions, docks, palette
        palette.closed.connect(self._on_palette_closed, Qt.ConnectionType.QueuedConnection)
        palette.installEventFilter(self)
        docks.moved.connect(self._place_soon)
        self._charts.workspace.arranged.connect(self._place_soon)

    @property
    def is_shown(self) -> bool:
        """True while a step, or the offer of them, is on screen."""
        return self.card is not None

    def begin_once(self) -> None:
        """Begin when there are candles, unless the steps were ever seen; where none come, offer them."""
        if self._file.load().get("seen") is not True and not self._charts.is_safe:
            self.start.wait()

    def begin(self) -> None:
        """Show the first step; give the keyboard to the card where one is shown already."""
        if self.card is None or self._at < 0:
            self._show(0)
        self._give_keyboard()

    def end(self) -> None:
        """Take the card away."""
        card, self.card = self.card, None
        self._at = -1
        if card is None:
            return
        self._window.removeEventFilter(self)
        self._placing.stop()
        has_keyboard = card.isAncestorOf(QApplication.focusWidget() or self._window)
        card.hide()
        card.deleteLater()
        if has_keyboard:
            self._charts.workspace.active.chart.setFocus()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        if self.card is not None:
            self.card.set_theme(theme)
            self._place_soon()

    def stop(self) -> None:
        """Show nothing more; return when it is written that the steps were seen."""
        self.start.stop()
        self.end()
        self._file.finish()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the sizes of window and palette, and end with an Esc that nobody took."""
        if event.type() in _MOVES:
            self._place_soon()
        elif watched is self._palette:
            return False
        elif isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.KeyPress:
                self._refuse()
            return True
        return super().eventFilter(watched, event)

    def _on_candles(self) -> None:
        """Begin; in place of an offer that stands there, without taking the keyboard from anybody."""
        if self.card is None:
            self.begin()
        elif self._at < 0:
            focused = QApplication.focusWidget()
            self._show(0, has_keyboard=focused is not None and self.card.isAncestorOf(focused))

    def _offer(self) -> None:
        """Ask whether the steps are wanted without prices."""
        self._made_card().show_page(_OFFER)
        self._place()
        self._give_keyboard()

    def _made_card(self) -> FirstStepsCard:
        if self.card is None:
            self.card = card = FirstStepsCard(self._theme, self._window)
            card.onward_pressed.connect(self._go_on)
            card.back_pressed.connect(lambda: self._show(self._at - 1, has_keyboard=True))
            card.away_pressed.connect(self._refuse)
            card.try_pressed.connect(self._try)
            self._window.installEventFilter(self)
        return self.card

    def _show(self, at: int, *, has_keyboard: bool = False) -> None:
        """Show a step: open its dock, say what it is, and point at it."""
        self._remember()
        self._at, self._n_tried, step = at, 0, STEPS[at]
        self._point_at(step.dock)
        is_last = at + 1 == len(STEPS)
        page = Page(
            f"{at + 1} of {len(STEPS)}",
            step.title,
            step.in_words(self._keys_of),
            onward="Done" if is_last else "Next",
            away="" if is_last else "Skip",
            tries=self._label(self._tried(step)),
            has_back=at > 0,
        )
        self._made_card().show_page(page)
        self._place()
        if has_keyboard:
            self._give_keyboard()

    def _go_on(self) -> None:
        if self._at + 1 < len(STEPS):
            self._show(self._at + 1, has_keyboard=True)
        else:
            self.end()

    def _refuse(self) -> None:
        self._remember()
        self.end()

    def _remember(self) -> None:
        self.start.stop()
        self._file.save({"seen": True})

    def _try(self) -> None:
        """Do what the step offers, and offer the next."""
        step, card = STEPS[self._at], self._made_card()
        tried = self._tried(step)
        self._n_tried += 1
        card.show_try(self._label(self._tried(step)))
        self._point_at(tried.dock or step.dock)
        self._do(tried.does)
        self._waits_for_palette = self._palette is not None and self._palette.isVisible()
        if not self._waits_for_palette and QApplication.activeModalWidget() is None:
            card.try_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self._place_soon()

    def _do(self, what: str) -> None:
        chart, market = self._charts.workspace.active.chart, self._next_market()
        if what == LOOK_BACK:
            if chart.extent is not None and chart.key is not None:
                chart.show_moment(chart.extent[1] - _BARS_BACK * chart.key.bar_ms)
        elif what == NEXT_MARKET and market:
            self.symbol_opened.emit(market)
        else:
            self._actions["search.open" if what == NEXT_MARKET else what].trigger()

    def _tried(self, step: Step) -> Try:
        return step.tries[self._n_tried % len(step.tries)]

    def _label(self, offered: Try) -> str:
        market = self._next_market() if offered.does == NEXT_MARKET else ""
        return f"open {in_menu(market)}" if market else offered.label

    def _next_market(self) -> str:
        """Return the watched market after the one on the chart; empty where there is no other."""
        shown = self._charts.workspace.active.desk.key
        symbol = shown.symbol if shown is not None else ""
        watched = self._bridge.world.watchlist
        after = watched.index(symbol) + 1 if symbol in watched else 0
        return next((one for one in (*watched[after:], *watched) if one != symbol), "")

    def _keys_of(self, command: str) -> str:
        return self._actions[command].shortcut().toString(QKeySequence.SequenceFormat.NativeText)

    def _give_keyboard(self) -> None:
        if self.card is not None:
            self.card.onward_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_palette_closed(self) -> None:
        """Take the keyboard back from the palette that was opened to try it."""
        is_due, self._waits_for_palette = self._waits_for_palette, False
        if is_due and self.card is not None and QApplication.activeModalWidget() is None:
            self.card.try_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _point_at(self, title: str) -> None:
        self._dock = title
        if title and self._docks is not None:
            self._docks.reveal(title)

    def _place_soon(self) -> None:
        if self.card is not None:
            self._placing.start()

    def _place(self) -> None:
        if self.card is None:
            return
        room = self._window.rect().adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        target = self._target()
        rect = self._in_window(target) if target is not None else None
        over = [*self._floating(), *([self._palette] if self._palette and self._palette.isVisible() else [])]
        others = [self._in_window(one) for one in over]
        self.card.stand(place_beside(self.card.size_in(room.size()), room, rect, others))

    def _target(self) -> QWidget | None:
        """Return what the step speaks of, where it is in sight."""
        if self._at < 0 or self._docks is None:
            return None
        if not self._dock:
            chart = self._charts.workspace.active.chart
            return chart if is_in_sight(chart) else None
        dock = self._docks.by_title[self._dock]
        return dock.widget() if is_in_sight(dock) else None  # a panel may be covered by what it holds

    def _floating(self) -> list[QDockWidget]:
        docks = self._docks.by_title.values() if self._docks is not None else ()
        return [
            one for one in (*docks, *self._charts.workspace.docks) if one.isFloating() and one.isVisible()
        ]

    def _in_window(self, widget: QWidget) -> QRect:
        return QRect(self._window.mapFromGlobal(widget.mapToGlobal(QPoint())), widget.size())
