"""The menu that edits narratives: coins, shares, new narratives, files, and taking back."""

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMenu, QMessageBox, QWidget

from workstation.ui.narratives.narrative_editing import NarrativeEditing
from workstation.ui.words.foreign_text import in_menu, one_line

_FILES = "Narratives (*.toml)"
_MOST_LINES = 12


class NarrativeEditMenu(QMenu):
    """Asks what an edit needs, and has it made.

    Parameters
    ----------
    editing : NarrativeEditing
        Who makes the edits.
    chosen : callable
        Returns the chosen narrative's name and the chosen coin; each may be empty.
    title : callable
        Returns what the chosen narrative is called; empty where none is chosen.
    now_ms : callable
        Returns the venue's time, UTC milliseconds; 0 where it is not known.
    """

    def __init__(
        self,
        editing: NarrativeEditing,
        chosen: Callable[[], tuple[str, str]],
        title: Callable[[], str],
        now_ms: Callable[[], int],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Edit", parent)
        self._editing, self._chosen, self._title, self._now_ms = editing, chosen, title, now_ms
        self.add_coin = self.addAction("Add a coin…", self._add)
        self.take_out = self.addAction("Take the coin out", self._end)
        self.share = self.addAction("Share of the coin…", self._share)
        self.addSeparator()
        self.create_one = self.addAction("New narrative…", self._create)
        self.addSeparator()
        self.read_file = self.addAction("Import a file…", self._import)
        self.write_file = self.addAction("Export a file…", self._export)
        self.addSeparator()
        self.take_back = self.addAction("Undo the last edit", editing.undo)
        self.aboutToShow.connect(self.refresh)
        editing.compared.connect(self._confirm)

    def refresh(self) -> None:
        """Name what is chosen, and leave out what cannot be done."""
        name, coin = self._chosen()
        is_timed = self._now_ms() > 0
        self.add_coin.setText(f"Add a coin to {in_menu(self._title())}…" if name else "Add a coin…")
        self.take_out.setText(f"Take {in_menu(coin)} out" if coin else "Take the coin out")
        self.share.setText(f"Share of {in_menu(coin)}…" if coin else "Share of the coin…")
        self.add_coin.setEnabled(bool(name) and is_timed)
        self.take_out.setEnabled(bool(coin) and is_timed)
        self.share.setEnabled(bool(coin))

    def _add(self) -> None:
        name, _coin = self._chosen()
        code, is_meant = QInputDialog.getText(self._window(), "Add a coin", "Code of the coin, e.g. FET:")
        if is_meant and code.strip():
            self._editing.add(name, code.strip(), self._now_ms() // 1000 * 1000)

    def _end(self) -> None:
        self._editing.end(*self._chosen(), self._now_ms() // 1000 * 1000)

    def _share(self) -> None:
        name, coin = self._chosen()
        said = "Part of the coin that counts here, above 0 and at most 1:"
        share, is_meant = QInputDialog.getDouble(self._window(), "Share of the coin", said, 0.5, 0.01, 1.0, 2)
        if is_meant:
            self._editing.set_share(name, coin, share)

    def _create(self) -> None:
        title, is_meant = QInputDialog.getText(self._window(), "New narrative", "What it is called:")
        if is_meant and title.strip():
            name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
            self._editing.create(name, title.strip())

    def _import(self) -> None:
        path, _filter = QFileDialog.getOpenFileName(self._window(), "Import narratives", "", _FILES)
        if path:
            self._editing.compare(Path(path))

    def _export(self) -> None:
        path, _filter = QFileDialog.getSaveFileName(
            self._window(), "Export narratives", "narratives.toml", _FILES
        )
        if path:
            self._editing.export_file(Path(path))

    def _confirm(self, path: Path, sentences: tuple[str, ...]) -> None:
        """Show what a file would change, and take it over where that is wanted."""
        if not sentences:
            self._editing.done.emit("That file says what your narratives say; nothing changes.")
            return
        box = QMessageBox(self._window())
        box.setWindowTitle("Import narratives")
        box.setTextFormat(Qt.TextFormat.PlainText)
        shown = [one_line(sentence, 120) for sentence in sentences[:_MOST_LINES]]
        more = len(sentences) - len(shown)
        box.setText("\n".join(["This would change:", *shown, *([f"and {more} more"] if more else [])]))
        box.setStandardButtons(QMessageBox.StandardButton.Ok | QMessageBox.StandardButton.Cancel)
        box.accepted.connect(lambda: self._editing.import_file(path))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def _window(self) -> QWidget | None:
        parent = self.parentWidget()
        return parent.window() if parent is not None else None
