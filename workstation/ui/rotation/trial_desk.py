"""The backtest panel, and the process that runs what it asks for."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from workstation.domain.errors import TidemarkError
from workstation.domain.rotation import RotationRules
from workstation.ui.background import BackgroundReading, Work
from workstation.ui.bridge import Bridge
from workstation.ui.rotation.trial import Json, TrialAsked, TrialFiles
from workstation.ui.rotation.trial_process import TrialProcess
from workstation.ui.theme import Theme

if TYPE_CHECKING:
    from workstation.ui.rotation.rotation_backtest_panel import BacktestPanel


class TrialDesk(QObject):
    """Runs one backtest at a time and keeps the last one.

    Parameters
    ----------
    bridge : Bridge
        Knows the rules that are followed.
    files : TrialFiles
        Where the last backtest lies.
    theme : Theme
        Colours.
    """

    changed = Signal()  # there is another last backtest

    def __init__(
        self, bridge: Bridge, files: TrialFiles, theme: Theme, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._bridge, self._files, self._theme = bridge, files, theme
        self.last: Json | None = None
        self.panel: BacktestPanel | None = None
        self.process = TrialProcess(self)
        self.reading = BackgroundReading(self._work, lambda: True, self)
        self.reading.read.connect(self._on_read)
        self.process.done.connect(self._on_done)
        self.process.failed.connect(lambda sentence: self._end(sentence, is_trouble=True))
        self.process.cancelled.connect(self._on_cancelled)

    def begin(self) -> None:
        """Read the last backtest."""
        self.reading.want()

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        if self.panel is not None:
            self.panel.set_theme(theme)

    def stop(self) -> None:
        """End what runs; read nothing more."""
        self.process.stop()
        self.reading.stop()

    def run(self, from_day: str, to_day: str, is_shipped: bool, data: Path | None) -> None:
        """Run a backtest; what cannot be asked is said on the panel."""
        rules = self._bridge.world.rotation_rules
        try:
            asked = TrialAsked(
                from_day, to_day, RotationRules() if is_shipped or rules is None else rules, data
            )
            command = self._files.prepare(asked)
        except TidemarkError as error:
            self._end(str(error), is_trouble=True)
            return
        if self.panel is not None:
            self.panel.show_begun()
        self.process.start(command)

    def make_panel(self) -> "BacktestPanel":
        """Return the panel."""
        from workstation.ui.rotation.rotation_backtest_panel import BacktestPanel

        panel = self.panel = BacktestPanel(self._theme)
        panel.run_requested.connect(self.run)
        panel.cancel_requested.connect(self.process.cancel)
        panel.page_requested.connect(self._open_page)
        self.process.progressed.connect(panel.show_progress)
        panel.show_trial(self.last)
        return panel

    def _work(self) -> Work:
        return self._files.read

    def _on_read(self, trial: Json | None) -> None:
        self.last = trial
        if self.panel is not None:
            self.panel.show_trial(trial)
        self.changed.emit()

    def _on_done(self) -> None:
        try:
            self._files.keep()
        except TidemarkError as error:
            self._end(str(error), is_trouble=True)
            return
        self._end("")
        self.reading.want()

    def _on_cancelled(self) -> None:
        from workstation.ui.rotation.rotation_backtest_panel import STOPPED

        self._end(STOPPED)

    def _end(self, sentence: str, *, is_trouble: bool = False) -> None:
        if self.panel is not None:
            self.panel.show_ended(sentence, is_trouble=is_trouble)

    def _open_page(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._files.page)))
