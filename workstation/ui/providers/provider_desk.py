"""The providers panel and the universe's progress, kept as the engine says they are."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from workstation.ui.asking import Asking
from workstation.ui.bridge import Bridge
from workstation.ui.providers.providers_panel import AWAY, ProviderPanel
from workstation.ui.providers.universe_bar import is_under_way
from workstation.ui.section import GoTo, Section
from workstation.ui.theme import Theme


class ProviderDesk(Section):
    """Shows providers and universe, and passes on what is switched.

    Parameters
    ----------
    bridge : Bridge
        What the engine says.
    asking : Asking
        Who is asked to switch.
    theme : Theme
        Colours.
    """

    def __init__(self, bridge: Bridge, asking: Asking, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge, self._asking = bridge, asking
        self._action: QAction | None = None
        self.panel = ProviderPanel(theme)
        self.panels = {"Providers": self.panel}
        bridge.providers_changed.connect(self._show_providers)
        bridge.universe_changed.connect(self._show_universe)
        bridge.link_changed.connect(self._on_link)
        self.panel.shown.connect(self._show_providers)
        self.panel.switched.connect(asking.switch_provider)
        self.panel.universe.hold_requested.connect(asking.hold_universe)
        self._on_link()

    def handlers(self, go_to: GoTo) -> Mapping[str, Callable[[], None]]:
        """Return what the commands of providers do; `go_to` reveals a dock and gives it the keyboard."""
        return {
            "providers.focus": lambda: go_to("Providers", self.panel.focus_first),
            "universe.hold": self.toggle_hold,
        }

    def join(self, action: QAction) -> None:
        """Keep the action that holds the back-fill of one mind with the engine."""
        self._action = action
        self._show_universe()

    def toggle_hold(self) -> None:
        """Ask to hold the back-fill, or to let it go on."""
        universe = self._bridge.world.universe
        self._show_universe()  # the action is ticked by the engine, not by the click
        if universe is not None:
            self._asking.hold_universe(not universe.is_held)

    def refresh(self) -> None:
        """Let the answers grow older on screen."""
        if self.panel.isVisible():
            self.panel.show_ages(self._bridge.venue_time_ms)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.panel.set_theme(theme)

    def _on_link(self) -> None:
        self._show_providers()
        self._show_universe()

    def _show_providers(self) -> None:
        """Show the states; a hidden panel waits until it is seen: a row costs the frame milliseconds."""
        if not self.panel.isVisible():
            return
        world = self._bridge.world
        if world.connected:
            self.panel.show_states(world.providers, self._bridge.venue_time_ms)
        else:
            self.panel.say(AWAY)

    def _show_universe(self) -> None:
        world = self._bridge.world
        universe = world.universe if world.connected else None
        self.panel.universe.show_universe(universe)
        if self._action is not None:
            self._action.setChecked(universe is not None and universe.is_held)
            self._action.setEnabled(is_under_way(universe))
