"""What stands below a table and gives way to it: in a low panel it is scrolled."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

_LEAST = 48  # pixels that stay of it


class YieldingScroll(QScrollArea):
    """As high as what it holds where there is room, and less where there is not.

    It gives way to the least height of what stands above it.

    Parameters
    ----------
    held : QWidget
        What is scrolled.
    name : str
        What a screen reader calls it.
    """

    def __init__(self, held: QWidget, name: str) -> None:
        super().__init__()
        self._held = held
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setWidget(held)

    def sizeHint(self) -> QSize:
        """Return the size at which nothing of it is scrolled."""
        wanted = self._held.sizeHint()
        if self._held.hasHeightForWidth():
            wanted.setHeight(self._held.heightForWidth(self.width()))
        return wanted

    def minimumSizeHint(self) -> QSize:
        """Return a line or two."""
        return QSize(0, min(_LEAST, self.sizeHint().height()))

    def viewportEvent(self, event: QEvent) -> bool:
        """Ask for another height when what it holds became another."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
            self._choose_bar()
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for the height of another width."""
        super().resizeEvent(event)
        self._choose_bar()
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()

    def _choose_bar(self) -> None:
        """Show no scroll bar where all fits: one that is there makes the words higher, and would stay."""
        fits = self.height() >= self.sizeHint().height()
        policy = Qt.ScrollBarPolicy.ScrollBarAlwaysOff if fits else Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self.setVerticalScrollBarPolicy(policy)
