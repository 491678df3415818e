"""Which keys do what: as delivered, and as the trader wants them; no two commands ever share any."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence

from workstation.domain.errors import UsageError
from workstation.ui.commands import COMMANDS, Command
from workstation.ui.small_file import SmallFile

_FIRST_F, _LAST_F = Qt.Key.Key_F1.value, Qt.Key.Key_F35.value
_BARE_KEYS = frozenset({Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta})
_KEEPS_WINDOW = frozenset({"Alt+F4", "Ctrl+Tab", "Ctrl+Shift+Tab", "Alt+Tab"})


class KeyTaken(UsageError):
    """The keys belong to another command.

    Parameters
    ----------
    holder : Command
        Whose they are.
    keys : str
        In Qt's portable spelling.
    """

    def __init__(self, holder: Command, keys: str) -> None:
        super().__init__(f"{native(keys)} belongs to “{plain_title(holder)}”.")
        self.holder = holder


class KeyBindings(QObject):
    """The keys of every command.

    Parameters
    ----------
    file : Path
        Where the trader's own are kept.
    commands : sequence of Command
        What there is to do, and with which keys it is delivered.
    """

    changed = Signal()

    def __init__(
        self, file: Path, parent: QObject | None = None, commands: Sequence[Command] = COMMANDS
    ) -> None:
        super().__init__(parent)
        self.commands = tuple(commands)
        self._by_id = {command.id: command for command in commands}
        self._actions: Mapping[str, QAction] = {}
        self.file = SmallFile(file, self)
        self._own: dict[str, str] = {}
        self._keys = self._settled(self.file.load().get("keys"))

    def _settled(self, saved: object) -> dict[str, str]:
        """Return every command's keys: the trader's own first, then what is delivered and still free.

        A file edited by hand, or a new version's commands, can never make two commands share keys.
        """
        given = saved if isinstance(saved, dict) else {}
        taken: set[str] = set()
        for command_id, raw in given.items():
            keys = _portable(raw) if isinstance(raw, str) else None
            if command_id in self._by_id and keys is not None and keys not in taken and not why_not(keys):
                self._own[command_id] = keys
                taken |= {keys} - {""}
        result = {}
        for command in self.commands:
            keys = self._own.get(command.id, command.shortcut)
            if command.id not in self._own and keys in taken:
                keys = ""
            result[command.id] = keys
        return result

    def take_actions(self, actions: Mapping[str, QAction]) -> None:
        """Put the keys on these actions, by id, now and whenever they change."""
        self._actions = actions
        self._put_on()

    def keys_of(self, command_id: str) -> str:
        """Return a command's keys in Qt's portable spelling; empty where it has none."""
        return self._keys[command_id]

    def is_changed(self, command_id: str) -> bool:
        """Return whether they are others than those delivered."""
        return self._keys[command_id] != self._by_id[command_id].shortcut

    @property
    def n_changed(self) -> int:
        """How many commands have other keys than those delivered."""
        return sum(map(self.is_changed, self._by_id))

    def holder_of(self, keys: str) -> Command | None:
        """Return whose keys these are."""
        return next((c for c in self.commands if keys and self._keys[c.id] == keys), None)

    def assign(self, command_id: str, keys: str) -> None:
        """Give a command these keys; an empty text takes its keys away.

        Raises
        ------
        KeyTaken
            They belong to another command; nothing changed.
        UsageError
            They cannot be a shortcut; nothing changed.
        """
        keys = _portable(keys) or ""
        if reason := why_not(keys):
            raise UsageError(reason)
        holder = self.holder_of(keys)
        if holder is not None and holder.id != command_id:
            raise KeyTaken(holder, keys)
        self._change({command_id: keys})

    def swap(self, command_id: str, keys: str) -> None:
        """Give a command these keys, and whoever had them the keys that it had."""
        holder = self.holder_of(keys)
        if holder is not None and holder.id != command_id:
            self._change({command_id: keys, holder.id: self._keys[command_id]})
        else:
            self.assign(command_id, keys)

    def reset(self, command_id: str) -> None:
        """Give a command the keys that it is delivered with.

        Raises
        ------
        KeyTaken
            They belong to another command by now; nothing changed.
        """
        self.assign(command_id, self._by_id[command_id].shortcut)

    def reset_all(self) -> None:
        """Give every command the keys that it is delivered with."""
        self._change({command.id: command.shortcut for command in self.commands})

    def stop(self) -> None:
        """Return when everything is written."""
        self.file.finish()

    def _change(self, fresh: Mapping[str, str]) -> None:
        self._keys |= fresh
        self._put_on()
        own = {c.id: self._keys[c.id] for c in self.commands if self.is_changed(c.id)}
        self.file.save({"keys": own})
        self.changed.emit()

    def _put_on(self) -> None:
        for command_id, action in self._actions.items():
            action.setShortcut(QKeySequence(self._keys[command_id]))


def why_not(keys: str) -> str:
    """Return why these keys cannot be a shortcut, as a sentence; empty where they can."""
    if not keys:
        return ""
    shown = native(keys)
    if keys in _KEEPS_WINDOW:
        return f"{shown} belongs to the desktop or to moving between panels."
    pressed = QKeySequence(keys)[0]  # type: ignore[index]  # PySide's stub leaves it out
    modifiers, key = pressed.keyboardModifiers(), pressed.key()
    wanted = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    if modifiers & (wanted | Qt.KeyboardModifier.MetaModifier):
        return ""
    if _FIRST_F <= key.value <= _LAST_F:
        return ""
    return f"{shown} alone is typed or moves something: hold Ctrl or Alt with it, or use a function key."


def pressed_keys(key: int, modifiers: Qt.KeyboardModifier) -> str:
    """Return what was pressed, in Qt's portable spelling; empty while only Ctrl or its like is held."""
    if key in (0, Qt.Key.Key_unknown.value) or key in {bare.value for bare in _BARE_KEYS}:
        return ""
    held = modifiers & ~Qt.KeyboardModifier.KeypadModifier & ~Qt.KeyboardModifier.GroupSwitchModifier
    return QKeySequence(held.value | key).toString(QKeySequence.SequenceFormat.PortableText)


def native(keys: str) -> str:
    """Return keys as this desktop writes them."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def plain_title(command: Command) -> str:
    """Return what a command does, without the dots that say that a menu asks more."""
    return command.title.rstrip("…")


def _portable(keys: str) -> str | None:
    """Return one press in Qt's portable spelling; None where the text is none."""
    if not keys:
        return ""
    sequence = QKeySequence(keys)
    if sequence.count() != 1 or "Unknown" in sequence.toString() or not sequence.toString():
        return None
    return sequence.toString(QKeySequence.SequenceFormat.PortableText)
