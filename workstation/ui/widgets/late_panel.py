"""A panel that is made when it is first seen: what nobody looks at costs the start nothing."""

from collections.abc import Callable

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

_SMALLEST = QSize(180, 120)


def is_in_sight(widget: QWidget) -> bool:
    """Return whether somebody can see a widget; Qt calls a dock behind another visible, too."""
    return widget.isVisible() and not widget.visibleRegion().isEmpty()


class LatePanel(QWidget):
    """Holds the place of a panel, and then the panel.

    Parameters
    ----------
    make : callable
        Returns the panel; called once, when it is first seen or asked for.
    """

    seen = Signal()
    """It came into sight: what was said meanwhile is due."""

    def __init__(self, make: Callable[[], QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make: Callable[[], QWidget] | None = make
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._looking = QTimer(self, interval=0, singleShot=True)
        self._looking.timeout.connect(self._look)

    def ensure(self) -> None:
        """Make the panel now, where it was not yet."""
        make, self._make = self._make, None
        if make is not None:
            self._column.addWidget(make())

    def take_seen(self, is_seen: bool) -> None:
        """Take whether its dock says that it is seen; at the start all do, before they are laid out."""
        if is_seen:
            self._looking.start()

    def stop(self) -> None:
        """Make nothing more."""
        self._looking.stop()

    def minimumSizeHint(self) -> QSize:
        """Return little: the panel scrolls."""
        return _SMALLEST

    def _look(self) -> None:
        if is_in_sight(self):
            self.ensure()
            self.seen.emit()
