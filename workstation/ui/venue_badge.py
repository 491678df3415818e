"""Says at all times whether prices are the world's: a badge, and on a practice market a band as well."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from workstation.domain.market import Venue, VenueKind
from workstation.ui.theme import Theme
from workstation.ui.words.foreign_text import one_line

PRACTICE_WORD = "PRACTICE"
_BAND_PADDING = 12


def is_practice_name(venue: str) -> bool:
    """Return whether a venue's short name, as in a `SeriesKey`, is a practice market's.

    What was stored long ago is known by its name only; practice markets are named ``"practice…"``.
    """
    return venue.startswith("practice")


def practice_mark(venue: str) -> str:
    """Return ``"PRACTICE · "`` before what was said on a practice market, else nothing."""
    return f"{PRACTICE_WORD} · " if is_practice_name(venue) else ""


def mode_word(venue: Venue | None) -> str:
    """Return ``"LIVE"``, ``"PRACTICE"`` or, before a venue is known, ``"NO VENUE"``."""
    if venue is None:
        return "NO VENUE"
    return PRACTICE_WORD if venue.kind.is_practice else "LIVE"


def speed_text(venue: Venue) -> str:
    """Return how fast its time runs, e.g. ``"3,600×"``."""
    return f"{venue.speed:,.10g}×"


def practice_sentence(venue: Venue) -> str:
    """Return what a practice market is, in one line."""
    source = "simulated" if venue.kind is VenueKind.PRACTICE_SIMULATED else "recorded"
    return (
        f"PRACTICE MARKET · {source} · {speed_text(venue)} speed · {one_line(venue.label)}"
        " · nothing on screen is a live price"
    )


def short_practice_sentence(venue: Venue) -> str:
    """Return what must be said of a practice market where there is little room."""
    return f"PRACTICE MARKET · {speed_text(venue)} speed · nothing on screen is a live price"


class VenueBadge(QLabel):
    """One word in one colour: live or practice."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._venue: Venue | None = None
        self._theme = theme
        self._show()

    def set_venue(self, venue: Venue | None) -> None:
        """Say what this venue is."""
        self._venue = venue
        self._show()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self._show()

    @property
    def colour(self) -> str:
        """The badge's own colour."""
        if self._venue is None:
            return self._theme.muted
        return self._theme.practice if self._venue.kind.is_practice else self._theme.live

    def _show(self) -> None:
        venue = self._venue
        words = [mode_word(venue)]
        if venue is not None:
            words.append(speed_text(venue) if venue.kind.is_practice else one_line(venue.label, 24))
        self.setText("  ".join(words))
        self.setAccessibleName(" ".join(words))
        self.setStyleSheet(
            f"color: {self._theme.on_badge}; background: {self.colour}; border-radius: 4px;"
            " padding: 4px 10px; font-weight: 600;"
        )


class PracticeBand(QWidget):
    """A band across the window while the market is a practice one; hidden on a live venue.

    Parameters
    ----------
    is_kept : bool
        False where the session is gone when Tidemark quits; it says so.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, is_kept: bool = True) -> None:
        super().__init__(parent)
        self._end = "" if is_kept else " · nothing of it is kept"
        self._text = self._short = ""
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self._label.setMinimumWidth(1)  # its end may be cut: a sentence must not keep the window wide
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row.addWidget(self._label)
        self.setFixedHeight(24)
        self.set_theme(theme)
        self.hide()

    @property
    def text(self) -> str:
        """What it says, where there is room for all of it."""
        return self._text

    def set_venue(self, venue: Venue | None) -> None:
        """Show the band for a practice market, hide it for a live one."""
        is_practice = venue is not None and venue.kind.is_practice
        self._text = f"{practice_sentence(venue)}{self._end}" if is_practice and venue else ""
        self._short = short_practice_sentence(venue) if is_practice and venue else ""
        self.setAccessibleName(self._text)
        self._fit()
        self.setVisible(is_practice)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say less where it is narrow; cut the end then, never the first word."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = self.width() - 2 * _BAND_PADDING
        metrics = self._label.fontMetrics()
        said = self._text if metrics.horizontalAdvance(self._text) <= room else self._short
        self._label.setText(metrics.elidedText(said, Qt.TextElideMode.ElideRight, room))

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._label.setStyleSheet(
            f"color: {theme.on_badge}; background: {theme.practice}; font-weight: 600;"
            f" padding: 0 {_BAND_PADDING}px;"
        )
