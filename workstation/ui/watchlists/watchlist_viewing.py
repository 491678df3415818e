"""How each list is shown: its columns and what they hold, kept as the trader left it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from workstation.domain.list_view import TEMPLATES, ListView
from workstation.domain.screen import conditions_of
from workstation.domain.screen_column import CoinColumns, FloatArray
from workstation.domain.watch_book import ALL_WATCHED
from workstation.ui.surroundings import Surroundings
from workstation.ui.watchlists.coin_reading import CoinReading
from workstation.ui.watchlists.watchlist_menu import WatchlistEditing
from workstation.ui.watchlists.watchlist_panel import WatchlistPanel
from workstation.ui.widgets.late_panel import is_in_sight
from workstation.ui.words.foreign_text import one_line

if TYPE_CHECKING:
    from workstation.storage.coin_reading import CoinsRead

_QUIET_MS = 300  # widths change many times while one is pulled
_HEARD = frozenset({"price", "change_24h", "volume_24h", "grade", "grade_change", "last_day", "market"})


class WatchlistViewing(QObject):
    """Joins the panel to the views of the book, and reads what its columns need.

    Parameters
    ----------
    around : Surroundings
        Bridge and store.
    editing : WatchlistEditing
        Which list is shown.
    panel : WatchlistPanel
    """

    def __init__(
        self,
        around: Surroundings,
        editing: WatchlistEditing,
        panel: WatchlistPanel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._editing, self._keeper, self._panel = editing, editing.keeper, panel
        self._shown = ""
        self._quiet = QTimer(self, interval=_QUIET_MS, singleShot=True)
        self._quiet.timeout.connect(self._save_quietly)
        self.reading = CoinReading(around, lambda: panel.model.symbols, self._is_needed, self)
        self.reading.read.connect(self._on_read)
        self.reading.renewed.connect(self._on_renewed)
        panel.view_changed.connect(self._on_view)
        panel.table.columns_requested.connect(self.choose_columns)
        panel.table.undo_requested.connect(self._keeper.undo)
        panel.model.modelReset.connect(self._on_reset)

    def show(self) -> None:
        """Show the list that is chosen as the book says."""
        if self._shown != self._editing.current:
            self._save_at_once()
        self._shown = self._editing.current
        view = self._keeper.book.view_of(self._shown)
        if view != self._panel.view and not self._quiet.isActive():
            self._panel.show_view(view)

    def choose_columns(self) -> None:
        """Open the dialog of columns."""
        from workstation.ui.watchlists.column_dialog import ColumnDialog, ask_columns

        columns = self._panel.model.columns[1:]
        ask_columns(ColumnDialog(f"Columns of {self._name}", columns, self._panel), self._panel.show_columns)

    def take_template(self, name: str) -> None:
        """Show the columns of a template; an empty name stands for those of the beginning."""
        self._panel.take_columns(ListView(TEMPLATES[name]) if name else ListView())

    def switch_grouping(self) -> None:
        """Put the coins of each narrative together, or end that."""
        self._panel.group(not self._panel.model.is_grouped)

    def refresh(self) -> None:
        """Let what is on screen grow older; called every second."""
        self.reading.refresh()

    def stop(self) -> None:
        """Save what is not saved yet, and read nothing more."""
        self._save_at_once()
        self.reading.stop()

    @property
    def _name(self) -> str:
        return one_line(self._shown, 24) or ALL_WATCHED

    def _on_reset(self) -> None:
        last = self.reading.last
        if last is None or not set(last.coins.symbols).issuperset(self._panel.model.symbols):
            self.reading.want()

    def _on_view(self, what: str) -> None:
        self.reading.want()
        if not what:
            self._quiet.start()
            return
        self._quiet.stop()
        book = self._keeper.book.with_view(self._shown, self._panel.view)
        self._keeper.change(book, f"{what} of {self._name}")

    def _save_at_once(self) -> None:
        if self._quiet.isActive():
            self._quiet.stop()
            self._save_quietly()

    def _save_quietly(self) -> None:
        self._keeper.replace(self._keeper.book.with_view(self._shown, self._panel.view))

    def _is_needed(self) -> bool:
        """Return whether somebody sees what is not heard anyway."""
        model = self._panel.model
        narrowed = {one.column for one in conditions_of(model.screen)}
        needs = model.is_grouped or not _HEARD.issuperset((*model.columns, *narrowed))
        return needs and is_in_sight(self._panel)

    def _on_read(self, read: "CoinsRead") -> None:
        coins = read.coins.of(self._panel.model.symbols)
        names = {**coins.names, "list": self._keeper.book.holding(coins.symbols)}
        self._panel.model.set_known(CoinColumns(coins.symbols, coins.numbers, names, coins.lines))
        self._panel.rearrange()

    def _on_renewed(self, columns: dict[str, FloatArray]) -> None:
        if self.reading.last is not None:
            known = CoinColumns(self.reading.last.coins.symbols, columns)
            self._panel.model.set_numbers(known.of(self._panel.model.symbols).numbers)
            self._panel.rearrange()
