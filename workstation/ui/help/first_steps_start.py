"""When the first steps begin by themselves: with the first candles, and never over something else."""

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from workstation.ui.workspaces.workspace import Workspace

LOOK_MS = 500
"""Between two looks at whether the time has come."""

READY_LOOKS, OFFLINE_LOOKS = 3, 40
"""So often candles are seen before it has; so often none are before the steps are only offered."""


class FirstStepsStart(QObject):
    """Looks now and then, from `wait` on, until there are candles.

    Parameters
    ----------
    workspace : Workspace
        Whose active chart has candles or not.
    window : QWidget
        The window.
    """

    candles_came = Signal()
    none_came = Signal()

    def __init__(self, workspace: Workspace, window: QWidget, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace, self._window = workspace, window
        self._n_looks = self._n_ready = 0
        self._has_offered = False
        self._looking = QTimer(self, interval=LOOK_MS)
        self._looking.timeout.connect(self.look)

    def wait(self) -> None:
        """Begin to look."""
        self._n_looks, self._n_ready, self._has_offered = 0, 0, False
        self._looking.start()

    def stop(self) -> None:
        """Look no more."""
        self._looking.stop()

    @property
    def is_waiting(self) -> bool:
        """True until candles came, or it was stopped."""
        return self._looking.isActive()

    @property
    def is_free(self) -> bool:
        """Whether the window is there, and no dialog or menu lies over it and nobody types."""
        over = QApplication.activeModalWidget() or QApplication.activePopupWidget()
        return self._window.isVisible() and over is None and self.is_keyboard_idle

    @property
    def is_keyboard_idle(self) -> bool:
        """Whether the keyboard is at nothing but the chart."""
        focused = QApplication.focusWidget()
        return focused is None or focused is self._workspace.active.chart

    def look(self) -> None:
        """Say that candles came, or that none did, where the time has come and nothing is in the way."""
        if not self.is_free and not self._has_offered:
            return
        self._n_looks += 1
        self._n_ready += self._workspace.active.chart.extent is not None
        if self._n_ready >= READY_LOOKS:
            self.stop()
            self.candles_came.emit()
        elif self._n_looks >= OFFLINE_LOOKS and not self._has_offered:
            self._has_offered = True
            self.none_came.emit()
