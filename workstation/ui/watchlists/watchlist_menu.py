"""What can be done with a list of markets: make, name and delete it, bring markets in and take them out."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMenu

from workstation.domain.errors import UsageError
from workstation.domain.list_view import FIRST_VIEW, TEMPLATES, ListView
from workstation.domain.watch_book import FLAGS, LONGEST_NOTE, CoinNote, WatchBook, WatchList
from workstation.domain.watch_list_text import LARGEST, read_list, written_list
from workstation.ui.bridge import World
from workstation.ui.watchlists.screener_menu import ask_name
from workstation.ui.watchlists.watchlist_keeper import WatchlistKeeper
from workstation.ui.watchlists.watchlist_panel import WatchlistPanel
from workstation.ui.widgets.menu_emptying import empty
from workstation.ui.words.foreign_text import in_menu, one_line

_FILES = "Lists of markets (*.txt *.csv);;All files (*)"
_MOST_NAMED = 8


class WatchlistEditing(QObject):
    """Changes the lists of the book; every change can be taken back."""

    told = Signal(str)  # what was done, or why not
    watch_requested = Signal(object)  # tuple[str, ...]: the engine shall follow these, too
    shown_changed = Signal()

    def __init__(self, keeper: WatchlistKeeper, world: World, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.keeper, self._world = keeper, world
        self.current = ""

    @property
    def shown(self) -> WatchList | None:
        """The list that is shown; None for everything watched."""
        return self.keeper.book.list_named(self.current)

    @property
    def symbols(self) -> tuple[str, ...]:
        """The markets that are shown."""
        shown = self.shown
        return self._world.watchlist if shown is None else shown.symbols

    def is_watched(self, symbol: str) -> bool:
        """Return whether the engine follows a market already."""
        return symbol in self._world.watchlist

    def show(self, name: str) -> None:
        """Show a list; the engine follows its markets from now on."""
        self.current = name
        self.shown_changed.emit()
        self.watch_requested.emit(self.symbols)

    def create(self, name: str, symbols: tuple[str, ...] = (), view: ListView = FIRST_VIEW) -> None:
        """Make a list and show it."""
        made = partial(WatchList, name, symbols, view=view)
        self._change(lambda book: book.with_list(made()), f"new list {name}", name)

    def rename(self, name: str) -> None:
        """Give the list that is shown another name."""
        shown = self.shown
        if shown is not None and name != shown.name:
            self._change(lambda book: book.with_list_named(name, shown.name), f"rename {shown.name}", name)

    def delete(self) -> None:
        """Forget the list that is shown; what the engine watches stays as it is."""
        name = self.current
        self._change(lambda book: book.without_list(name), f"delete the list {name}", "")

    def put(self, symbols: tuple[str, ...]) -> None:
        """Let the list that is shown hold exactly these."""
        shown = self.shown
        if shown is None:
            return
        gone = [one_line(one, 24) for one in shown.symbols if one not in symbols]
        new = [one_line(one, 24) for one in symbols if one not in shown.symbols]
        what = f"take {gone[0]} out" if gone else f"order of {shown.name}"
        what = f"add {new[0]}" if new and not gone else what
        self._change(
            lambda book: book.with_list(replace(shown, symbols=symbols), shown.name), what, shown.name
        )
        self.watch_requested.emit(symbols)

    def add_to(self, name: str, symbols: tuple[str, ...]) -> None:
        """Add markets to a list, or to what is watched where the name is empty; those it holds are said."""
        known = self.keeper.book.list_named(name)
        before = self._world.watchlist if known is None else known.symbols
        new = tuple(one for one in symbols if one not in before)
        there = [one_line(one, 24) for one in symbols if one in before]
        if new and known is not None:
            grown = replace(known, symbols=(*before, *new))
            self._change(
                lambda book: book.with_list(grown, name), f"add {one_line(new[0], 24)}", self.current
            )
        if new:
            self.watch_requested.emit(new)
        if there:
            more = f" and {len(there) - 1} more" if len(there) > 1 else ""
            within = f"in “{one_line(name, 24)}”" if name else "watched"
            self.told.emit(f"Already {within}: {there[0]}{more}. Nothing is in a list twice.")

    def add_to_new(self, symbols: tuple[str, ...], name: str) -> None:
        """Make a list of these markets; what is shown stays."""
        self._change(lambda book: book.with_list(WatchList(name, symbols)), f"new list {name}", self.current)
        self.watch_requested.emit(symbols)

    def note(self, symbol: str, note: CoinNote) -> None:
        """Write a note or a flag beside a coin of the list that is shown."""
        shown = self.shown
        if shown is not None:
            noted = shown.with_note(symbol, note)
            self._change(
                lambda book: book.with_list(noted, shown.name), f"note on {one_line(symbol, 24)}", shown.name
            )

    def bring_in(self, file: Path) -> None:
        """Read markets from a file: into the list that is shown, or into a new one named as the file."""
        try:
            with file.open(encoding="utf-8", errors="replace") as opened:
                read = read_list(opened.read(LARGEST), self._world.markets)
        except OSError as error:
            self.told.emit(f"{file.name} could not be read: {error.strerror}. No list was changed.")
            return
        if read.symbols:
            if self.shown is None:
                self.create(one_line(file.stem, 40), read.symbols, read.view or FIRST_VIEW)
            else:
                self.put((*self.symbols, *read.symbols))
            self.watch_requested.emit(read.symbols)
        self.told.emit(_import_words(file.name, len(read.symbols), read.unread))

    def take_out(self, file: Path) -> None:
        """Write the markets that are shown to a file, one a line, and how they are shown."""
        try:
            view = self.keeper.book.view_of(self.current)
            file.write_text(written_list(self.symbols, view), "utf-8")
        except (OSError, UnicodeError) as error:
            self.told.emit(f"{file.name} could not be written: {error}. The list is unaffected.")

    def _change(self, edit: Callable[[WatchBook], WatchBook], what: str, current: str) -> None:
        try:
            book = edit(self.keeper.book)
        except UsageError as error:
            self.told.emit(str(error))
            return
        self.told.emit("")
        self.current = current
        self.keeper.change(book, what)
        self.shown_changed.emit()


def _import_words(name: str, n_read: int, unread: tuple[str, ...]) -> str:
    said = f"{n_read} market{'' if n_read == 1 else 's'} read from {one_line(name, 40)}."
    if not unread:
        return said
    named = ", ".join(one_line(word, 24) for word in unread[:_MOST_NAMED])
    more = f" and {len(unread) - _MOST_NAMED} more" if len(unread) > _MOST_NAMED else ""
    return f"{said} Not traded at this venue, and left out: {named}{more}."


class WatchlistMenu(QMenu):
    """The menu of the lists, made anew whenever it is opened."""

    columns_requested = Signal()  # the dialog of columns
    template_chosen = Signal(str)  # columns for a purpose; empty for those of the beginning

    def __init__(self, editing: WatchlistEditing, panel: WatchlistPanel) -> None:
        super().__init__(panel)
        self._editing, self._over, self._panel = editing, panel, panel
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """Offer what can be done now."""
        empty(self)
        editing, over = self._editing, self._over
        is_own, undone = editing.shown is not None, editing.keeper.undo_words
        self._add("New list…", lambda: ask_name(over, "New list", "", editing.create))
        copied = editing.symbols
        self._add(
            "Copy to a new list…", lambda: ask_name(over, "Copy the list", "", partial(self._copy, copied))
        )
        self._add(
            "Rename…", lambda: ask_name(over, "Rename the list", editing.current, editing.rename)
        ).setEnabled(is_own)
        self._add("Delete the list", editing.delete).setEnabled(is_own)
        self._add(f"Undo: {in_menu(undone)}" if undone else "Undo", editing.keeper.undo).setEnabled(
            bool(undone)
        )
        self.addSeparator()
        self._offer_views()
        self.addSeparator()
        self._add("Import from a file…", self._import)
        self._add("Export to a file…", self._export).setEnabled(bool(copied))

    def _offer_views(self) -> None:
        self._add("Columns…", self.columns_requested.emit)
        templates = self.addMenu("Columns for")
        for name in TEMPLATES:
            templates.addAction(name, partial(self.template_chosen.emit, name))
        templates.addSeparator()
        templates.addAction("As at first", partial(self.template_chosen.emit, ""))
        grouped = self.addAction("Group by narrative")
        grouped.setCheckable(True)
        grouped.setChecked(self._panel.model.is_grouped)
        grouped.triggered.connect(self._panel.group)

    def add_lists(self, menu: QMenu, symbol: str) -> None:
        """Offer the lists that a coin could be added to; those that hold it are ticked."""
        editing = self._editing
        offered = menu.addMenu("Add to a list")
        for one in editing.keeper.book.lists:
            chosen = offered.addAction(in_menu(one.name), partial(editing.add_to, one.name, (symbol,)))
            chosen.setCheckable(True)
            chosen.setChecked(symbol in one.symbols)
            chosen.setEnabled(symbol not in one.symbols)
        add = partial(editing.add_to_new, (symbol,))
        offered.addAction("A new list…", lambda: ask_name(self._over, "New list", "", add))

    def add_watching(self, menu: QMenu, symbol: str) -> None:
        """Offer to watch a coin that is not watched yet."""
        watch = menu.addAction(f"Watch {in_menu(symbol)}", partial(self._editing.add_to, "", (symbol,)))
        watch.setEnabled(not self._editing.is_watched(symbol))

    def add_notes(self, menu: QMenu, symbol: str) -> None:
        """Offer flags and a note for a coin of the list that is shown."""
        shown = self._editing.shown
        if shown is None:
            return
        note = shown.note(symbol)
        flags = menu.addMenu("Flag")
        for flag in FLAGS:
            chosen = flags.addAction(flag.capitalize() or "None")
            chosen.setCheckable(True)
            chosen.setChecked(flag == note.flag)
            chosen.triggered.connect(
                lambda _is, flag=flag: self._editing.note(symbol, replace(note, flag=flag))
            )
        menu.addAction("Note…", lambda: self._ask_note(symbol, note))

    def _ask_note(self, symbol: str, note: CoinNote) -> None:
        dialog = QInputDialog(self._over)
        dialog.setWindowTitle(f"Note on {one_line(symbol, 24)}")
        dialog.setLabelText(f"At most {LONGEST_NOTE} characters; empty takes it away:")
        dialog.setTextValue(note.text)
        dialog.resize(380, dialog.sizeHint().height())
        dialog.textValueSelected.connect(
            lambda text: self._editing.note(symbol, replace(note, text=text.strip()[:LONGEST_NOTE]))
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _copy(self, symbols: tuple[str, ...], name: str) -> None:
        self._editing.create(name, symbols)

    def _import(self) -> None:
        path, _filter = QFileDialog.getOpenFileName(self._over, "Import markets", "", _FILES)
        if path:
            self._editing.bring_in(Path(path))

    def _export(self) -> None:
        name = f"{self._editing.current or 'watched'}.txt".replace("/", "-")
        path, _filter = QFileDialog.getSaveFileName(self._over, "Export markets", name, _FILES)
        if path:
            self._editing.take_out(Path(path))

    def _add(self, title: str, chosen: Callable[[], object]) -> QAction:
        action = self.addAction(title)
        action.triggered.connect(lambda _checked=False: chosen())
        return action
