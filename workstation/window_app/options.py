"""How a window is asked for."""

from dataclasses import dataclass
from pathlib import Path

from workstation.link.chart_address import ChartAddress, RefusedAddress


@dataclass(frozen=True, slots=True)
class WindowOptions:
    """How this window was asked for.

    Parameters
    ----------
    engine_arguments : tuple of str
        For an engine started by it, as after ``tidemark serve``.
    screenshot : Path or None
        Where to save a picture of the window before it closes by itself.
    after_s : float
        ... so long after its start, seconds.
    notices : tuple of str
        What the trader must know from the start.
    address : ChartAddress, RefusedAddress or None
        A chart to open, or an address of which is said why it opens none.
    tour : Path or None
        Folder for pictures of every panel, taken before the window closes by itself.
    scale_pct : int or None
        Size of everything; None leaves it to the settings.
    hidden : bool
        Whether it starts in the tray, as at login; where there is none, it is shown after a while.
    is_kept : bool
        False where the session lies in a temporary folder.
    """

    engine_arguments: tuple[str, ...] = ()
    screenshot: Path | None = None
    after_s: float = 10.0
    notices: tuple[str, ...] = ()
    address: ChartAddress | RefusedAddress | None = None
    tour: Path | None = None
    scale_pct: int | None = None
    hidden: bool = False
    is_kept: bool = True
