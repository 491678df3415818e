"""A panel that is made when it is first seen: what nobody looks at costs the start nothing."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

_SMALLEST = QSize(180, 120)


class LatePanel(QWidget):
    """Holds the place of a panel, and then the panel.

    Parameters
    ----------
    make : callable
        Returns the panel; called once, when it is first shown or asked for.
    """

    shown = Signal()
    """It came into sight: what was said meanwhile is due."""

    def __init__(self, make: Callable[[], QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make: Callable[[], QWidget] | None = make
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def ensure(self) -> None:
        """Make the panel now, where it was not yet."""
        make, self._make = self._make, None
        if make is not None:
            self._column.addWidget(make())

    def minimumSizeHint(self) -> QSize:
        """Return little: the panel scrolls."""
        return _SMALLEST

    def showEvent(self, event: QShowEvent) -> None:
        """Make the panel."""
        super().showEvent(event)
        self.ensure()
        self.shown.emit()
