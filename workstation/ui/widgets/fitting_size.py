"""The size of a dialog, on any screen: the usual one, or what the screen leaves beside a frame."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

_FRAME = QSize(16, 48)  # a window manager's borders and title


def fitting_size(widget: QWidget, usual: QSize) -> QSize:
    """Return the usual size of a dialog, no larger than the screen it is on."""
    return usual.boundedTo(widget.screen().availableSize() - _FRAME)
