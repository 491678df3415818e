"""What can be done with a screen: keep it, name it, choose its columns, put its coins into a list."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from workstation.domain.errors import UsageError
from workstation.domain.watch_book import LONGEST_NAME, WatchList
from workstation.ui.watchlists.screener_panel import ScreenerPanel
from workstation.ui.watchlists.watchlist_keeper import WatchlistKeeper
from workstation.ui.widgets.menu_emptying import empty
from workstation.ui.words.foreign_text import in_menu


def ask_name(parent: QWidget, title: str, name: str, take: Callable[[str], None]) -> None:
    """Ask for a name beside the window, which goes on meanwhile."""
    dialog = QInputDialog(parent)
    dialog.setWindowTitle(title)
    dialog.setLabelText(f"Name, at most {LONGEST_NAME} characters:")
    dialog.setTextValue(name)
    dialog.resize(380, dialog.sizeHint().height())  # its title is read, too
    dialog.textValueSelected.connect(lambda text: take(text.strip()))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


class ScreenerMenu(QMenu):
    """The menu of the screener, made anew whenever it is opened."""

    watch_requested = Signal(object)  # tuple[str, ...] of markets
    alert_wanted = Signal(str, str)  # name and text of the screen as it is

    def __init__(self, panel: ScreenerPanel, keeper: WatchlistKeeper) -> None:
        super().__init__(panel)
        self._panel, self._keeper = panel, keeper
        self.current = ""
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """Offer what can be done now."""
        empty(self)
        name, n_hits = self.current, self._panel.model.n_hits
        self._add(f"Save “{in_menu(name)}”" if name else "Save", partial(self.save, name)).setEnabled(
            bool(name)
        )
        self._add("Save as…", lambda: ask_name(self._panel, "Save the screen", name, self.save_as))
        self._add("Rename…", lambda: ask_name(self._panel, "Rename the screen", name, self.rename))
        self._add("Delete", self.delete)
        for action in self.actions()[2:]:
            action.setEnabled(bool(name))
        undone = self._keeper.undo_words
        self._add(f"Undo: {in_menu(undone)}" if undone else "Undo", self._keeper.undo).setEnabled(
            bool(undone)
        )
        self._add("Tell me when a coin enters…", self.want_alert)
        self.addSeparator()
        self._add("Columns…", self._panel.choose_columns)
        hits = self.addMenu(f"Add {n_hits:,} coin{'' if n_hits == 1 else 's'} to")
        hits.setEnabled(n_hits > 0)
        for one in self._keeper.book.lists:
            hits.addAction(in_menu(one.name), partial(self.add_hits, one.name))
        hits.addAction("A new list…", lambda: ask_name(self._panel, "New list", self.current, self.add_hits))

    def save(self, name: str) -> None:
        """Keep the screen as it is under its name, or a new one."""
        panel = self._panel
        try:
            book = self._keeper.book.with_screen(panel.as_saved(name), name)
        except UsageError as error:
            panel.complain(str(error))
            return
        self.current = name
        self._keeper.change(book, f"save {name}")

    def save_as(self, name: str) -> None:
        """Keep the screen as it is under a new name; a name that is taken is refused."""
        if any(one.name.casefold() == name.casefold() for one in self._keeper.book.screens):
            self._panel.complain(f"There is a screen “{name}” already; choose another name.")
        else:
            self.save(name)

    def rename(self, name: str) -> None:
        """Give the saved screen another name."""
        kept = self._keeper.book.screen_named(self.current)
        if kept is None or name == self.current:
            return
        try:
            book = self._keeper.book.with_screen(replace(kept, name=name), self.current)
        except UsageError as error:
            self._panel.complain(str(error))
            return
        before, self.current = self.current, name
        self._keeper.change(book, f"rename {before}")

    def want_alert(self) -> None:
        """Ask to be told of coins that enter this screen, or leave it."""
        text = self._panel.text.text().strip()
        name = self.current or " ".join(text.split())[:LONGEST_NAME]
        self.alert_wanted.emit(name, text)

    def delete(self) -> None:
        """Forget the saved screen; undo brings it back."""
        name, self.current = self.current, ""
        self._keeper.change(self._keeper.book.without_screen(name), f"delete {name}")

    def add_hits(self, name: str) -> None:
        """Put every coin that matches into a list, and let the engine follow it."""
        hits, book = self._panel.model.hits(), self._keeper.book
        known = book.list_named(name)
        symbols = known.symbols if known is not None else ()
        try:
            grown = replace(known or WatchList(name), symbols=(*symbols, *hits))
            book = book.with_list(grown, name)
        except UsageError as error:
            self._panel.complain(str(error))
            return
        self._keeper.change(book, f"add {len(grown.symbols) - len(symbols)} coins to {name}")
        self.watch_requested.emit(hits)

    def _add(self, title: str, chosen: Callable[[], None]) -> QAction:
        action = self.addAction(title)
        action.triggered.connect(lambda _checked=False: chosen())
        return action
