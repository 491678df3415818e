"""A picture that is painted by hand: a sentence where there is nothing, a frame for the keyboard."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QFocusEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from workstation.ui.theme import Theme

_ROOM = 24  # around the sentence


class PaintedView(QWidget):
    """Takes the keyboard and as much room as there is; what is painted says `paint_content`.

    Parameters
    ----------
    theme : Theme
        Colours.

    Attributes
    ----------
    is_empty : bool
        Whether there is nothing to paint but the sentence.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._message = theme, ""
        self.is_empty = True
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def paint_content(self, painter: QPainter) -> None:
        """Paint what there is, upon the background."""

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self.update()

    def show_message(self, text: str) -> None:
        """Show a sentence where there is nothing else."""
        self._message = text
        self.update()

    def event(self, event: QEvent) -> bool:
        """Tell a screen reader what a key led to; what changes by itself is not spoken over the trader."""
        if event.type() != QEvent.Type.KeyPress:
            return super().event(event)
        before = self.accessibleDescription()
        is_taken = super().event(event)
        now = self.accessibleDescription()
        if now and now != before and QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, now))
        return is_taken

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is."""
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show it no longer."""
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what there is, or the sentence."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(self._theme.base))
            if self.is_empty:
                painter.setPen(QColor(self._theme.muted))
                room = self.rect().adjusted(_ROOM, _ROOM, -_ROOM, -_ROOM)
                wrap = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
                painter.drawText(room, wrap, self._message)
            else:
                self.paint_content(painter)
            if self.hasFocus():
                painter.setOpacity(1.0)
                painter.setPen(QPen(QColor(self._theme.accent), 1))
                painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
