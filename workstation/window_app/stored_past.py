"""What lies in the store, opened for the window to read."""

from dataclasses import dataclass
from pathlib import Path

from workstation.domain.errors import StoreError
from workstation.storage.candle_store import CandleStore
from workstation.storage.journal import Journal
from workstation.storage.paths import Paths, resource
from workstation.ui.engine_port import JudgementFiles, NarrativeFiles, RotationFiles

_BACKTESTS = "rotation-backtest"


@dataclass(frozen=True, slots=True)
class StoredPast:
    """What lies in the store, opened for reading."""

    candles: CandleStore
    journal: Journal
    judgements: JudgementFiles
    narratives: NarrativeFiles
    rotation: RotationFiles

    @classmethod
    def of(cls, paths: Paths) -> "StoredPast":
        """Open the store of these folders; one that is not there yet is empty until it is."""
        judgements = JudgementFiles(paths.ledger_db, paths.models, _shipped_models(paths))
        candles, journal = (
            CandleStore(paths.candles_db, read_only=True),
            Journal(paths.journal_db, read_only=True),
        )
        narratives = NarrativeFiles(paths.candles_db, paths.narratives_file)
        rotation = RotationFiles(paths.papers_db, paths.cache / _BACKTESTS)
        return cls(candles, journal, judgements, narratives, rotation)

    def close(self) -> None:
        """Close both files."""
        self.candles.close()
        self.journal.close()


def _shipped_models(paths: Paths) -> Path:
    try:
        return resource("models")
    except StoreError:  # none came with this version
        return paths.models / "shipped"
