"""What the window is joined to, and the settings it reads and changes."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from workstation.domain.ports import TaskOwner
from workstation.ui.bridge import Bridge
from workstation.ui.engine_port import EngineRequests, Past
from workstation.ui.steady_settings import SteadySettings
from workstation.ui.window_memory import WindowMemory


class Shows(Protocol):
    """Shows a notification on the desktop."""

    async def show(self, title: str, body: str, on_click: Callable[[], None]) -> bool:
        """Return whether it was shown."""
        ...


class Plays(Protocol):
    """Plays the alert's sound."""

    async def play(self) -> bool:
        """Return whether it was heard."""
        ...


@dataclass(slots=True)
class Choices:
    """The settings that the window reads and changes.

    Parameters
    ----------
    timeframe : str
        Of the chart.
    log_scale : bool
        Whether prices are drawn logarithmically.
    zone : str
        ``"UTC"``, ``"local"`` or a name of the time zone database.
    theme : str
        ``"system"``, ``"light"`` or ``"dark"``.
    colours : str
        Of rising and falling; see ``price_colours.coloured``.
    sound, notifications : bool
        How alerts are announced.
    on_close : str
        What closing the window means: ``"ask"``, ``"tray"`` or ``"quit"``.
    at_login : str
        What starts when the user logs in: ``"nothing"``, ``"tray"`` or ``"window"``.
    """

    timeframe: str = "1h"
    log_scale: bool = False
    zone: str = "UTC"
    theme: str = "system"
    colours: str = "green-red"
    sound: bool = True
    notifications: bool = True
    on_close: str = "ask"
    at_login: str = "nothing"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the window is joined to.

    Parameters
    ----------
    bridge, requests, past : Bridge, EngineRequests, Past
        The engine's facts, the way to ask it, and the store.
    tasks : TaskOwner
        Answers for work that takes time.
    notifier, sound : Shows, Plays
        How alerts are announced.
    memory, memory_file : WindowMemory, Path
        What the last session left, and where this one's is written.
    on_choice : callable
        Told the name of a setting, e.g. ``"chart.timeframe"``, and its new value when the trader changes it.
    settings : SteadySettings
        Where every setting is kept.
    is_kept : bool
        False where all of it lies in a temporary folder and is gone when Tidemark quits.
    """

    bridge: Bridge
    requests: EngineRequests
    past: Past
    tasks: TaskOwner
    notifier: Shows
    sound: Plays
    memory: WindowMemory
    memory_file: Path
    on_choice: Callable[[str, object], None]
    settings: SteadySettings
    is_kept: bool = True
