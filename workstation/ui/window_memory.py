"""What the window remembers between sessions: its layout, what it showed, and what it last announced.

One small JSON file. A damaged one is set aside and told, and the window starts fresh: nothing in it is worth
a question.
"""

import json
import math
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from workstation.domain.market import Venue, VenueKind
from workstation.storage.durable_file import replace_durably
from workstation.storage.privacy import make_private_folder
from workstation.storage.set_aside import NewerFileError, check_version, set_aside

_VERSION = 1


@dataclass(slots=True)
class WindowMemory:
    """One session's end, and the next one's beginning.

    Parameters
    ----------
    geometry, docks : str
        Qt's own words for place and docks, base64; empty where never saved.
    symbol : str
        The market on the chart.
    venue : Venue or None
        Where it traded.
    announced_alert : int
        Number of the last alert that was announced.
    quiet : bool
        True while the trader does not want to be disturbed.
    watchlist : tuple of str
        What was watched there, in the trader's order.
    levels : bool
        Whether price levels are drawn on the chart.
    map_area, map_colour : str
        What the market map's tiles are drawn by (see ``market_tiles``).
    depth_over_time : bool
        Whether the depth shows the last quarter of an hour, not what rests now.
    problem : str
        Why nothing of an earlier session is in it, a sentence for the trader; never saved.
    """

    geometry: str = ""
    docks: str = ""
    symbol: str = ""
    venue: Venue | None = None
    announced_alert: int = 0
    quiet: bool = False
    watchlist: tuple[str, ...] = ()
    levels: bool = True
    map_area: str = "volume"
    map_colour: str = "change"
    depth_over_time: bool = False
    problem: str = field(default="", compare=False, repr=False)

    @classmethod
    def load(cls, path: Path) -> "WindowMemory":
        """Return what was saved; a fresh memory where nothing was, or where the file cannot be used."""
        try:
            return cls._from_json(path.read_bytes())
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError, TypeError, KeyError, RecursionError, NewerFileError) as error:
            told = "Panels stand where they stood at first; workspaces, drawings and alerts are unaffected."
            return cls(problem=f"{set_aside(path, error)} {told}")

    @classmethod
    def _from_json(cls, raw: bytes) -> "WindowMemory":
        saved = json.loads(raw)
        if not isinstance(saved, dict) or "problem" in saved:
            raise ValueError("it is no layout")
        check_version(saved.pop("version", None), _VERSION)
        venue, watchlist = saved.pop("venue"), saved.pop("watchlist", [])
        if not isinstance(watchlist, list) or not all(isinstance(symbol, str) for symbol in watchlist):
            raise ValueError("watchlist has the wrong type")
        memory = cls(**saved, watchlist=tuple(watchlist))
        for entry in fields(cls):
            if entry.name != "venue" and type(getattr(memory, entry.name)) is not type(entry.default):
                raise ValueError(f"{entry.name} has the wrong type")
        if venue is not None:
            memory.venue = _venue_of(venue)
        return memory

    def save(self, path: Path) -> None:
        """Write the file so that a crash leaves the old one or the new one.

        Raises
        ------
        OSError
            The place cannot be written.
        """
        make_private_folder(path.parent)
        kept = {name: value for name, value in asdict(self).items() if name != "problem"}
        replace_durably(path, json.dumps({"version": _VERSION, **kept}).encode())


def _venue_of(saved: Any) -> Venue:
    """Return a venue as it was saved; it must be one that series can be asked of."""
    name, label, speed = saved["name"], saved["label"], saved["speed"]
    if not isinstance(name, str) or not name or not isinstance(label, str):
        raise ValueError("venue has no name")
    if isinstance(speed, bool) or not isinstance(speed, int | float) or not 0 < speed < math.inf:
        raise ValueError("venue has no speed")
    return Venue(name, VenueKind(saved["kind"]), label, speed)
