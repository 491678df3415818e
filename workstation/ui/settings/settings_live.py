"""What a setting does at once in the open window."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from workstation.storage.setting import declarations
from workstation.ui.appearance import Appearance
from workstation.ui.surroundings import Surroundings
from workstation.ui.workspaces.workspace_desk import WorkspaceDesk

_READ_WHEN_USED = ("narratives.coingecko", "narratives.coingecko_url")
_OF_ENGINE = ("providers.", "watchlist.")
_SWITCHES = {"alerts.sound": "Alert sound", "alerts.notifications": "Desktop notifications"}


def live_settings(
    around: Surroundings,
    charts: WorkspaceDesk,
    appearance: Appearance,
    set_zone: Callable[[str], None],
    window: QWidget,
) -> dict[str, Callable[[Any], None]]:
    """Return what is told of a setting, by name; those read when used need nobody told."""
    live: dict[str, Callable[[Any], None]] = {
        "chart.zone": set_zone,
        "chart.log_scale": charts.set_log_scale,
        "chart.timeframe": lambda timeframe: charts.choose("timeframe", timeframe),
        "appearance.theme": lambda name: appearance.choose(theme=name),
        "appearance.colours": lambda name: appearance.choose(colours=name),
    }
    live |= {name: lambda _value: None for name in _READ_WHEN_USED}
    for name, title in _SWITCHES.items():
        live[name] = partial(_switch, window, title)
    for setting in declarations():
        section, _, key = setting.name.partition(".")
        if section == "providers" and setting.kind is bool:
            live[setting.name] = partial(_switch_provider, around, key)
    live["watchlist.symbols"] = partial(_watch, around)
    around.settings.written.connect(partial(_tell_engine, live))
    return live


def _tell_engine(live: dict[str, Callable[[Any], None]], written: dict[str, Any]) -> None:
    """Ask the engine for what had to wait for the disk: it keeps its choices in the same file."""
    for name, value in written.items():
        if name in live and name.startswith(_OF_ENGINE):
            live[name](value)


def _switch_provider(around: Surroundings, name: str, is_on: bool) -> None:
    """Ask the engine, where it is there; one that starts later reads the file."""
    if around.bridge.world.connected and not around.settings.is_held(f"providers.{name}"):
        around.requests.switch_provider(name, is_on)


def _watch(around: Surroundings, symbols: tuple[str, ...]) -> None:
    if symbols and around.bridge.world.connected and not around.settings.is_held("watchlist.symbols"):
        around.requests.set_watchlist(symbols)


def _switch(window: QWidget, title: str, is_on: bool) -> None:
    """Switch what the menu switches, so that both always agree."""
    action = window.findChild(QAction, title)
    if isinstance(action, QAction):
        action.setChecked(is_on)
