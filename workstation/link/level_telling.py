"""How far coins are from their levels: kept for windows that come later, and told in parts."""

from collections.abc import Collection, Iterator

from workstation.domain.events import LevelDistancesFound
from workstation.domain.level import LevelDistances
from workstation.link.household import Facts
from workstation.link.messages import LevelDistancesSaid
from workstation.link.server import Connection

COINS_IN_A_PART = 500


class LevelTelling:
    """Tells windows the newest distances of every coin.

    Parameters
    ----------
    facts : Facts
        The engine's bus.
    windows : collection of Connection
        Who is told; the desk keeps it.
    """

    def __init__(self, facts: Facts, windows: Collection[Connection]) -> None:
        self._windows = windows
        self._newest: dict[str, dict[str, LevelDistances]] = {}
        facts.subscribe(LevelDistancesFound, self._on_found)

    def welcome(self, window: Connection) -> None:
        """Tell a window that came everything that is known."""
        for timeframe, known in self._newest.items():
            for part in _parts(timeframe, tuple(known.values())):
                window.tell(part)

    def _on_found(self, found: LevelDistancesFound) -> None:
        self._newest.setdefault(found.timeframe, {}).update((one.symbol, one) for one in found.distances)
        for part in _parts(found.timeframe, found.distances):
            for window in list(self._windows):
                window.tell(part)


def _parts(timeframe: str, distances: tuple[LevelDistances, ...]) -> Iterator[LevelDistancesSaid]:
    """Yield distances in messages that are each read within a millisecond."""
    for since in range(0, len(distances), COINS_IN_A_PART):
        yield LevelDistancesSaid(timeframe, distances[since : since + COINS_IN_A_PART])
