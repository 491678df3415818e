"""The settings as the trader changes them: kept in their file, taken back step by step, applied at once."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from PySide6.QtCore import QObject, Signal

from workstation.domain.errors import SettingsError, StoreError
from workstation.storage.durable_file import replace_durably
from workstation.storage.setting import Setting, Settings, Value, declarations
from workstation.storage.setting_text import holds_key, is_dotted, is_node, without_key
from workstation.storage.settings_text import exported, imported, read_text
from workstation.ui.settings.settings_secrets import SecretAddresses
from workstation.ui.steady_settings import SteadySettings

Live = Mapping[str, Callable[[Any], None]]
"""What a setting does in the open window, by its name."""


class SettingsBook(QObject):
    """Reads and changes the settings file; what the disk does not take holds, and is tried again.

    Parameters
    ----------
    file : SteadySettings
        Which the engine and other windows read and write, too.
    live : mapping
        What is told at once; every other setting takes effect at the next start.
    secrets : SecretAddresses
        Where an address goes that holds a key.
    """

    changed = Signal()
    kept = Signal(str)  # name of a setting whose address lies in the keyring now
    refused = Signal(str, str)  # name of a setting that the keyring did not take, and why

    def __init__(
        self, file: SteadySettings, live: Live, secrets: SecretAddresses, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._file, self._live, self._secrets = file, live, secrets
        secrets.kept.connect(self._on_kept)
        secrets.refused.connect(self._on_refused)
        secrets.stayed.connect(self.refused)
        file.said.connect(self.changed)
        file.written.connect(self._forget_replaced)
        self._keeping: set[str] = set()
        self._replaced: set[tuple[str, str]] = set()  # addresses that the keyring is to forget, by setting
        self._steps: list[dict[str, Value]] = []
        self._waiting: dict[str, Value] = {}
        self._settings, self.problems = file.load()

    def look_again(self) -> None:
        """Read the file anew: somebody else may have changed it meanwhile."""
        self._settings, self.problems = self._file.load()

    def value(self, name: str) -> Value:
        """Return what a setting is set to."""
        return self._settings.value(name)

    def is_changed(self, setting: Setting) -> bool:
        """Return whether it is not as delivered."""
        return self.value(setting.name) != setting.default

    def needs_restart(self, setting: Setting) -> bool:
        """Return whether it takes effect only at the next start."""
        return setting.restart or setting.name not in self._live

    @property
    def n_waiting(self) -> int:
        """How many changes take effect only at the next start."""
        return sum(self.value(name) != before for name, before in self._waiting.items())

    @property
    def trouble(self) -> str:
        """Why what is chosen cannot be saved just now; empty while it can."""
        return self._file.trouble

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return bool(self._steps)

    def set(self, values: Mapping[str, object]) -> None:
        """Change settings, all or none; one step to take back.

        An address that holds a key goes to the keyring first: what becomes of it is told later, by `kept` or
        `refused`.

        Raises
        ------
        SettingsError
            A value cannot be used; nothing changed.
        """
        fresh = self._settings.changed(dict(values))
        secret = {name: str(value) for name, value in values.items() if _is_secret(name, value)}
        for name, value in values.items():
            if _is_node(name) and is_dotted(str(value)) and value != without_key(str(self.value(name))):
                raise SettingsError("Type the whole address: nobody but the keyring knows what the dots are.")
        self._set({name: fresh.value(name) for name in values if name not in secret})
        for name, address in secret.items():
            self._keeping.add(name)
            self._secrets.keep(name, address)

    def is_keeping(self, name: str) -> bool:
        """Return whether the keyring was asked to keep a setting, and has not answered yet."""
        return name in self._keeping

    def _set(self, values: Mapping[str, Value]) -> None:
        fresh = self._settings.changed(dict(values))
        before = {name: self.value(name) for name in values if fresh.value(name) != self.value(name)}
        if before:
            self._change({name: fresh.value(name) for name in before})
            step = {name: value for name, value in before.items() if not _is_kept(name, value)}
            if step:  # what the dots of an address were is forgotten
                self._steps.append({name: _without_key(name, value) for name, value in step.items()})
        self.changed.emit()

    def _on_refused(self, name: str, why: str) -> None:
        self._keeping.discard(name)
        self.refused.emit(name, why)
        self._forget_replaced()

    def _on_kept(self, name: str, shown: str) -> None:
        self._keeping.discard(name)
        try:
            self._set({name: shown})
        except SettingsError as error:
            self.refused.emit(name, str(error))
        else:
            self.kept.emit(name)

    def undo(self) -> None:
        """Take back the last change."""
        if self._steps:
            self._change(self._steps[-1])
            self._steps.pop()
            self.changed.emit()

    def reset_all(self) -> None:
        """Set everything as delivered; one step to take back."""
        self.set({setting.name: setting.default for setting in declarations() if self.is_changed(setting)})

    def take_from(self, path: Path) -> int:
        """Import a TOML file, all of it or nothing; return how many settings it changed.

        Raises
        ------
        SettingsError
            It cannot be read, or something in it cannot be used: line and key are named. Nothing changed.
        """
        try:
            values = imported(read_text(path), path.name)
        except OSError as error:
            raise SettingsError(f"{path.name} cannot be read ({error.strerror}).") from error
        fresh = self._settings.changed(values)
        n_changed = sum(fresh.value(name) != self.value(name) for name in values)
        self.set(values)
        return n_changed

    def write_to(self, path: Path) -> None:
        """Export every setting as TOML.

        Raises
        ------
        StoreError
            The place cannot be written.
        """
        try:
            replace_durably(path, exported(self._settings).encode())
        except OSError as error:
            raise StoreError(
                f"{path.name} cannot be written ({error.strerror}); try another place."
            ) from error

    def _change(self, values: Mapping[str, Value]) -> None:
        before: Settings = self._settings
        self._settings = self._file.change(dict(values), is_secret=any(map(_is_node, values)))
        self._replaced |= {(name, str(old)) for name in values if _is_kept(name, old := before.value(name))}
        self._forget_replaced()
        for name, value in values.items():
            self._waiting.setdefault(name, before.value(name))
            if name in self._live:
                del self._waiting[name]
                self._live[name](value)

    def _forget_replaced(self) -> None:
        """Have the keyring forget the addresses that the file does not point at any more."""
        for name, shown in sorted(self._replaced):
            if name in self._keeping or self._file.is_held(name):
                continue  # until the next one is on disk
            self._replaced.remove((name, shown))
            if _host(str(self.value(name))) != _host(shown):
                self._secrets.forget(name, shown)


def _host(address: str) -> str:
    return urlsplit(address).netloc


def _is_kept(name: str, value: Value) -> bool:
    """Return whether the keyring has what the dots of a setting stand for."""
    return _is_node(name) and is_dotted(str(value))


def _is_node(name: str) -> bool:
    return any(setting.name == name and setting.check is is_node for setting in declarations())


def _is_secret(name: str, value: object) -> bool:
    return _is_node(name) and holds_key(str(value))


def _without_key(name: str, value: Value) -> Value:
    return without_key(str(value)) if _is_node(name) else value
