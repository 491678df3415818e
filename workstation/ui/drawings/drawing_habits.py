"""How the trader draws, kept across sessions: snapping, whether drawings are hidden, and the last looks."""

import contextlib
from pathlib import Path

from PySide6.QtCore import QObject

from workstation.domain.drawing import Dash, DrawingKind, Style
from workstation.domain.errors import UsageError
from workstation.ui.chart.drawing_book import DrawingBook
from workstation.ui.small_file import SmallFile


class DrawingHabits(QObject):
    """Gives a book of drawings the habits of the last session, and keeps what becomes of them.

    Parameters
    ----------
    path : Path
        The file; one that cannot be used is set aside, and habits begin anew.
    book : DrawingBook
        Whose habits they are.
    """

    def __init__(self, path: Path, book: DrawingBook, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._book = book
        self.file = SmallFile(path, self)
        saved = self.file.load()
        book.set_snaps(saved.get("snaps") is True)
        book.set_hidden(saved.get("hidden") is True)
        for kind, style in _styles_of(saved.get("styles")).items():
            book.set_style(kind, style)
        self._kept = self._values()
        book.tools_changed.connect(self._keep)

    def finish(self) -> None:
        """Return when everything is written."""
        self.file.finish()

    def _keep(self) -> None:
        values = self._values()
        if values != self._kept:
            self._kept = values
            self.file.save(values)

    def _values(self) -> dict[str, object]:
        book = self._book
        styles = {kind.value: [one.colour, one.width, one.dash.value] for kind, one in book.styles.items()}
        return {"snaps": book.snaps, "hidden": book.is_hidden, "styles": styles}


def _styles_of(saved: object) -> dict[DrawingKind, Style]:
    """Return the looks that were saved; one that cannot be read is left out."""
    found: dict[DrawingKind, Style] = {}
    for kind, style in saved.items() if isinstance(saved, dict) else ():
        with contextlib.suppress(UsageError, ValueError, TypeError):
            colour, width, dash = style
            if isinstance(colour, str) and type(width) is int:
                found[DrawingKind(kind)] = Style(colour, width, Dash(dash))
    return found
