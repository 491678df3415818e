"""A part of the window: its panels, its commands, and what it asks the rest of the window to show."""

from collections.abc import Callable, Mapping
from datetime import tzinfo

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from workstation.ui.theme import Theme

GoTo = Callable[[str, Callable[[], None]], None]
"""Reveals the dock of a title and gives it the keyboard."""


class Section(QObject):
    """What the window knows of a part of it; a part overrides what it has.

    Attributes
    ----------
    panels : mapping of str to QWidget
        What its docks hold, by title; where they stand says ``window_docks.STACKS``.
    """

    symbol_opened = Signal(str)
    """A market shall be shown, with the timeframe as it is."""

    series_opened = Signal(str, str)
    """A market shall be shown in bars of a timeframe."""

    bar_opened = Signal(object, object)
    """A bar shall be shown: its SeriesKey and open time."""

    panels: Mapping[str, QWidget]

    def handlers(self, go_to: GoTo) -> Mapping[str, Callable[[], None]]:
        """Return what its commands do, by id (see ``commands``)."""
        return {}

    def refresh(self) -> None:
        """Let what is on screen grow older; called every second."""

    def set_zone(self, zone: tzinfo) -> None:
        """Show times in this zone."""

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""

    def stop(self) -> None:
        """Read and run nothing more."""
