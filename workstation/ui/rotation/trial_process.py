"""Runs a backtest in a process of its own: it may take minutes or die, and the window stays."""

import re
from collections.abc import Sequence

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

_STEP = re.compile(r"(\d+) of (\d+) (.+)")
_KILLED_WITHIN_MS = 2000
_ENVIRONMENT = {"TIDEMARK_PROGRESS_LINES": "1", "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}


class TrialProcess(QObject):
    """One backtest at a time."""

    progressed = Signal(str, int, int)  # what, done, total
    done = Signal()
    failed = Signal(str)  # a sentence
    cancelled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._is_cancelled = False
        self._unread, self._last_words = b"", ""

    @property
    def is_busy(self) -> bool:
        """Whether one is running."""
        return self._process is not None

    def start(self, command: Sequence[str]) -> None:
        """Run a command that tells its progress in lines; nothing where one runs already."""
        if self.is_busy:
            return
        self._is_cancelled, self._unread, self._last_words = False, b"", ""
        environment = QProcessEnvironment.systemEnvironment()
        for name, value in _ENVIRONMENT.items():
            environment.insert(name, value)
        process = self._process = QProcess(self)
        process.setProcessEnvironment(environment)
        process.setStandardOutputFile(QProcess.nullDevice())
        process.readyReadStandardError.connect(self._on_words)
        process.finished.connect(self._on_finished)
        process.errorOccurred.connect(self._on_error)
        process.start(command[0], list(command[1:]))

    def cancel(self) -> None:
        """End it; what it had worked out of grades is kept, nothing else is written."""
        if self._process is not None:
            self._is_cancelled = True
            self._process.kill()

    def stop(self) -> None:
        """End it and tell nobody."""
        process, self._process = self._process, None
        if process is not None:
            process.blockSignals(True)
            process.kill()
            process.waitForFinished(_KILLED_WITHIN_MS)

    def _on_words(self) -> None:
        if self._process is None:
            return
        self._unread += bytes(self._process.readAllStandardError().data())
        *lines, self._unread = self._unread.split(b"\n")
        for line in lines:
            self._take(line.decode("utf-8", "replace").strip())

    def _take(self, line: str) -> None:
        step = _STEP.fullmatch(line)
        if step is not None:
            self.progressed.emit(step[3], int(step[1]), int(step[2]))
        elif line:
            self._last_words = line

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._end()
            self.failed.emit("The backtest could not be started: the program was not found.")

    def _on_finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._on_words()
        self._take(self._unread.decode("utf-8", "replace").strip())
        self._end()
        if self._is_cancelled:
            self.cancelled.emit()
        elif status is QProcess.ExitStatus.NormalExit and code == 0:
            self.done.emit()
        else:
            told = self._last_words.removeprefix("tidemark: ")
            self.failed.emit(told or f"The backtest ended with code {code} and said nothing.")

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.deleteLater()
