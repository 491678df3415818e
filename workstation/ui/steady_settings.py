"""The settings file as the window writes it: what the disk does not take holds, and is tried again."""

from collections.abc import Mapping
from threading import Lock

from PySide6.QtCore import QObject, Signal

from workstation.domain.errors import StoreError
from workstation.storage.setting import Settings
from workstation.storage.settings import SettingsFile
from workstation.ui.steady_writing import SteadyWriting


class SteadySettings(QObject):
    """Changes settings at once; those that could not be written are written as soon as they can.

    Parameters
    ----------
    file : SettingsFile
        Which the engine and other windows read and write, too.
    """

    said = Signal(str)
    """Why choices cannot be saved, a sentence for the trader; empty when they were saved after all."""

    written = Signal(dict)
    """What had been held is in the file now: values by the names of their settings."""

    def __init__(self, file: SettingsFile, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = file
        self._held: dict[str, object] = {}
        self._is_secret = False
        self._at_it = Lock()  # what was chosen last must not be written over by a try that began before
        self._trouble = ""
        self._writing = SteadyWriting(file.folder, self, what="What you choose")
        self._writing.said.connect(self._on_said)

    @property
    def trouble(self) -> str:
        """Why choices cannot be saved just now; empty while they can."""
        return self._trouble

    def load(self) -> tuple[Settings, list[str]]:
        """Return the settings with everything that is held, and a sentence for every problem met."""
        settings, problems = self._file.load()
        return settings.changed(self._held), problems

    def is_held(self, name: str) -> bool:
        """Return whether a setting waits for a disk that takes it."""
        return name in self._held

    def change(self, values: Mapping[str, object], *, is_secret: bool = False) -> Settings:
        """Change some settings, by name; return all as they are then, also where they could not be written.

        Parameters
        ----------
        is_secret : bool
            True where nothing of what stood there may be left, not in the earlier copy either.

        Raises
        ------
        SettingsError
            There is no such setting, or a value cannot be used; nothing changed.
        """
        with self._at_it:
            wanted = self._held | dict(values)
            was_held, is_secret = bool(self._held), is_secret or self._is_secret
            try:
                settings = self._file.change(wanted, is_secret=is_secret)
            except StoreError:
                settings = self._file.load()[0].changed(wanted)
                self._held, self._is_secret = wanted, is_secret
            else:
                self._held, self._is_secret = {}, False
        if was_held or self._held:
            self._writing.write(self._write_held)
        return settings

    def finish(self) -> None:
        """Return when everything is written, or was tried a last time."""
        self._writing.finish()

    def _write_held(self) -> None:
        """Write what is held; runs in another thread."""
        with self._at_it:
            values = self._held
            if values:
                self._file.change(values, is_secret=self._is_secret)
                self._held, self._is_secret = {}, False
        if values:
            self.written.emit(values)

    def _on_said(self, why: str) -> None:
        self._trouble = why
        self.said.emit(why)
