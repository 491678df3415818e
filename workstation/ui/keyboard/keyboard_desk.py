"""What the keyboard reaches: the palette, the keys of every command, and the page of settings."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from workstation.domain.grade import Grade
from workstation.domain.narrative_index import index_symbol
from workstation.ui.keyboard import spoken_role
from workstation.ui.keyboard.enter_press import EnterPress
from workstation.ui.keyboard.key_bindings import KeyBindings, native
from workstation.ui.keyboard.palette import Palette
from workstation.ui.keyboard.palette_rows import MOST_RECENT, Kind, Sources
from workstation.ui.section import GoTo, Section
from workstation.ui.small_file import SmallFile
from workstation.ui.surroundings import Surroundings
from workstation.ui.theme import Theme

if TYPE_CHECKING:
    from workstation.ui.settings.settings_book import Live, SettingsBook
    from workstation.ui.settings.settings_dialog import SettingsDialog


class KeyboardDesk(Section):
    """Keeps the trader's keys and opens what is reached by them.

    Parameters
    ----------
    around : Surroundings
        Beside whose memory the keys are kept, and where a failure to keep them is told.
    theme : Theme
        Colours.
    window : QWidget
        Over which everything opens.
    """

    def __init__(self, around: Surroundings, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme, self._window, self._around = theme, window, around
        self._book: SettingsBook | None = None
        self._page: SettingsDialog | None = None
        self.live: Live = {}
        self.panels = {}
        spoken_role.install()
        self._enter = EnterPress(self)
        self.bindings = KeyBindings(around.memory_file.with_name("shortcuts.json"), self)
        self.bindings.file.failed.connect(lambda why: around.bridge.notice_posted.emit("shortcuts", why))

        self._recent_file = SmallFile(around.memory_file.with_name("recent.json"), self)
        self.sources = Sources(
            keys_of=lambda command_id: native(self.bindings.keys_of(command_id)),
            recent=_recent_in(self._recent_file.load()),
        )
        self.palette = Palette(around.bridge.world, theme, window, self.sources)
        self.palette.narrative_chosen.connect(self._open_narrative)
        self.palette.command_chosen.connect(lambda command_id: self.sources.actions[command_id].trigger())
        around.bridge.venue_changed.connect(self.sources.sparks.clear)
        for chosen in (
            self.palette.symbol_chosen,
            self.palette.narrative_chosen,
            self.palette.command_chosen,
        ):
            chosen.connect(lambda _id: self._keep_recent())

    def join(self, actions: Mapping[str, QAction]) -> None:
        """Put the trader's keys on every command's action, and offer all in the palette."""
        self.sources.actions = actions
        self.bindings.take_actions(actions)

    def handlers(self, go_to: GoTo) -> Mapping[str, Callable[[], None]]:
        """Return what its commands do."""
        return {
            "search.open": lambda: self.palette.open(),
            "search.commands": lambda: self.palette.open(">"),
            "help.shortcuts": self.open_shortcuts,
            "settings.open": self.open_settings,
        }

    def take_spark(self, symbol: str, closes: NDArray[np.float64]) -> None:
        """Show the closes of a market's last day where it is found."""
        self.sources.sparks[symbol] = closes
        self.palette.show_line(symbol)

    def take_grades(self, grades: Iterable[Grade]) -> None:
        """Show these grades; a market that is not among them has none."""
        self.sources.grades = {grade.symbol: grade for grade in grades}

    def open_shortcuts(self) -> None:
        """List every key, to change them."""
        from workstation.ui.keyboard.shortcuts_dialog import ShortcutsDialog

        ShortcutsDialog(self.bindings, self._theme, self._window).open()

    def open_settings(self, at: str = "") -> None:
        """Show everything that can be chosen, to change it.

        Parameters
        ----------
        at : str
            The setting that gets the keyboard, e.g. ``"chart.zone"``; empty for none.
        """
        from workstation.ui.settings.settings_book import SettingsBook
        from workstation.ui.settings.settings_dialog import SettingsDialog
        from workstation.ui.settings.settings_secrets import SecretAddresses

        if self._book is None:
            secrets = SecretAddresses(self._around.tasks, parent=self)
            self._book = SettingsBook(self._around.settings, self.live, secrets, self)
            self._book.refused.connect(lambda _name, why: self._say_of_address(why))
            self._book.kept.connect(lambda _name: self._say_of_address(""))
        self._book.look_again()
        is_kept = self._around.is_kept
        self._page = SettingsDialog(self._book, self._theme, self._window, is_kept=is_kept)
        self._page.open()
        if at:
            self._page.go_to(at)

    def _say_of_address(self, why: str) -> None:
        """Say it in the window, too: the page may be closed by the time the keyring answers."""
        self._around.bridge.notice_posted.emit("node address", why)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self.palette.set_theme(theme)
        if self._page is not None and isValid(self._page):  # it is deleted when it is closed
            self._page.set_theme(theme)

    def stop(self) -> None:
        """Return when everything is written."""
        self._enter.stop()
        self.bindings.stop()
        self._recent_file.finish()

    def _open_narrative(self, name: str) -> None:
        universe = self._around.bridge.world.universe
        timeframe = universe.timeframe if universe is not None and universe.timeframe else "1h"
        self.series_opened.emit(index_symbol(name), timeframe)

    def _keep_recent(self) -> None:
        self._recent_file.save({"chosen": [[kind.name, chosen] for kind, chosen in self.sources.recent]})


def _recent_in(saved: Mapping[str, Any]) -> list[tuple[Kind, str]]:
    """Return what was chosen lately, as far as it can be understood."""
    chosen = saved.get("chosen")
    pairs = (
        [one for one in chosen if isinstance(one, list) and len(one) == 2] if isinstance(chosen, list) else []
    )
    return [
        (Kind[kind], text)
        for kind, text in pairs[:MOST_RECENT]
        if isinstance(text, str) and isinstance(kind, str) and kind in Kind.__members__
    ]
