"""Narratives in the engine's process: their book, the store and the ledger introduced to their indices."""

from collections.abc import Sequence

from workstation.domain.market import Venue
from workstation.domain.narrative import NarrativeBook
from workstation.domain.ports import TaskOwner
from workstation.services.bus import Bus
from workstation.services.narratives import Narratives
from workstation.storage.narrative_store import NarrativeStore, Stamp
from workstation.storage.paths import Paths
from workstation.storage.recorder import Recorder


class NarrativeDesk:
    """Keeps the indices of the trader's narratives.

    Parameters
    ----------
    bus : Bus
        On which closes are heard and standings told.
    paths : Paths
        Where the book lies.
    recorder : Recorder
        Writes the candles of indices.
    tasks : TaskOwner
        Owns the work.
    """

    def __init__(self, bus: Bus, paths: Paths, recorder: Recorder, tasks: TaskOwner) -> None:
        self._ledger, self._candles = recorder.ledger.reader(), recorder.candles.reader()
        self._store = NarrativeStore(paths.narratives_file)
        self._read: tuple[Stamp, NarrativeBook] | None = None
        self._narratives = Narratives(bus, self._candles, recorder, self._ledger, self.book, tasks)

    def begin(self, venue: Venue) -> None:
        """Index the closes of a venue's universe."""
        self._narratives.index_at(venue.name)

    def close(self) -> None:
        """Let go of the files; nothing is indexed any more."""
        self._ledger.close()
        self._candles.close()

    def book(self) -> tuple[NarrativeBook, Sequence[str]]:
        """Return the book, read again only where its file is another one."""
        stamp, problems = self._store.stamp(), list[str]()
        if self._read is None or self._read[0] != stamp:
            book, problems = self._store.load()
            self._read = self._store.stamp(), book
        return self._read[1], problems
