"""The engine's stores: opened, or begun anew where their files cannot be used."""

from collections.abc import Mapping

from workstation.domain.ports import Clock
from workstation.storage.candle_store import CandleStore
from workstation.storage.journal import Journal
from workstation.storage.ledger import Ledger
from workstation.storage.observation_store import ObservationStore
from workstation.storage.paper_account_store import PaperAccountStore
from workstation.storage.paths import Paths
from workstation.storage.recorder import Recorder
from workstation.storage.reserve import DiskReserve
from workstation.storage.store_file import opened_or_new


def open_recorder(
    paths: Paths, reserve: DiskReserve | None, clock: Clock
) -> tuple[Recorder, Mapping[str, str]]:
    """Open every store; a file that cannot be used is kept aside and costs nothing but what it held.

    Parameters
    ----------
    paths : Paths
        Where the files lie.
    reserve : DiskReserve or None
        Room that is kept for the journal.
    clock : Clock
        Tells the ledger when a row is written.

    Returns
    -------
    Recorder, mapping
        What writes into them, and a sentence for each file that was begun anew, by what the window calls it.

    Raises
    ------
    StoreError
        The place cannot be written, or the disk fails.
    """
    candles, of_candles = opened_or_new(CandleStore, paths.candles_db, "candles are fetched again")
    journal, of_journal = opened_or_new(
        Journal, paths.journal_db, "alerts that were told before are not listed any more, new ones are"
    )
    observations, of_observations = opened_or_new(
        ObservationStore, paths.observations_db, "what can be asked again is"
    )
    ledger, of_ledger = opened_or_new(
        lambda path: Ledger(path, clock),
        paths.ledger_db,
        "a new ledger begins, and its first row will say what is missing before it",
    )
    papers, of_papers = opened_or_new(
        PaperAccountStore, paths.papers_db, "paper accounts begin anew, and nothing else is affected"
    )
    told = {
        "store": of_candles,
        "journal": of_journal,
        "observations": of_observations,
        "ledger": of_ledger,
        "paper accounts": of_papers,
    }
    recorder = Recorder(candles, journal, reserve, observations, ledger, papers)
    return recorder, {subject: text for subject, text in told.items() if text}
