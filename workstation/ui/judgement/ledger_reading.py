"""What the panels of judgement show, read from the ledger. Called in another thread than the window's.

What lies behind these functions is loaded when it is first needed: nothing of it is on screen at the start.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from workstation.domain.errors import BadModel, TidemarkError
from workstation.domain.grade import Grade
from workstation.domain.grade_record import GradeRecord, card_records
from workstation.domain.ledger import HitRecord, LedgerHead, RecordGroup, SignalEntry, Verification
from workstation.ui.engine_port import JudgementFiles

N_SIGNALS = 200
"""Newest signals that are listed."""


class Cancelled(TidemarkError):
    """The trader no longer wants it."""


@dataclass(frozen=True, slots=True)
class GradesWanted:
    """Which grades are asked for.

    Parameters
    ----------
    venue : str
        Where the coins trade.
    close : tuple of (str, int), or None
        Timeframe and time of the close, UTC milliseconds; None, or one of which there are no grades, asks for
        the newest one in the ledger.
    """

    venue: str
    close: tuple[str, int] | None


@dataclass(frozen=True, slots=True)
class GradesRead:
    """The grades of one close.

    Parameters
    ----------
    grades : tuple of Grade
        By symbol; empty where there are none yet.
    own : mapping of int to tuple of GradeRecord
        What coins of a band of grades did next by the ledger, a record for each horizon, by the band's lowest
        grade; empty while nothing is joined.
    card : mapping of int to GradeRecord
        The same by the model's card; empty where it does not tell.
    damage : tuple of str
        What was found damaged, in sentences.
    """

    grades: tuple[Grade, ...] = ()
    own: Mapping[int, tuple[GradeRecord, ...]] = field(default_factory=dict)
    card: Mapping[int, GradeRecord] = field(default_factory=dict)
    damage: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordRead:
    """How often signals were right.

    Parameters
    ----------
    group : RecordGroup
        What tells the records apart.
    records : tuple of HitRecord
        The one with the most outcomes first.
    signals : tuple of SignalEntry
        The newest ones, newest first.
    head : LedgerHead or None
        Of the ledger; None while it is empty.
    damage : tuple of str
        What was found damaged, in sentences.
    """

    group: RecordGroup
    records: tuple[HitRecord, ...] = ()
    signals: tuple[SignalEntry, ...] = ()
    head: LedgerHead | None = None
    damage: tuple[str, ...] = ()


def read_grades(files: JudgementFiles, wanted: GradesWanted) -> GradesRead:
    """Return the grades of the close that is wanted.

    Raises
    ------
    StoreError
        The ledger cannot be read.
    """
    from workstation.storage.ledger_reader import LedgerReader

    with LedgerReader(files.ledger) as ledger:
        told = ledger.grades(wanted.venue, *wanted.close) if wanted.close is not None else ()
        grades = told or ledger.newest_grades(wanted.venue)
        records = ledger.grade_records(wanted.venue, grades[0].timeframe) if grades else ()
        damage = tuple(ledger.damage())
    own: dict[int, tuple[GradeRecord, ...]] = {}
    for record in records:
        own[record.low] = (*own.get(record.low, ()), record)
    return GradesRead(grades, own, _card_of(files, grades), damage)


def _card_of(files: JudgementFiles, grades: tuple[Grade, ...]) -> Mapping[int, GradeRecord]:
    from workstation.ui.judgement.model_reading import card_of

    model_hash = next((grade.model_hash for grade in grades if grade.model_hash), "")
    if not model_hash:
        return {}
    try:
        return card_records(card_of(files, model_hash))
    except BadModel:
        return {}  # the panel of models says so


def read_record(files: JudgementFiles, group: RecordGroup) -> RecordRead:
    """Return the record of signals, told apart by one thing, and the newest signals.

    Raises
    ------
    StoreError
        The ledger cannot be read.
    """
    from workstation.storage.ledger_reader import LedgerReader

    with LedgerReader(files.ledger) as ledger:
        records = tuple(ledger.record((group,)))
        signals = tuple(reversed(ledger.signals(limit=N_SIGNALS)))
        return RecordRead(group, records, signals, ledger.head(), tuple(ledger.damage()))


def prove(
    files: JudgementFiles, progress: Callable[[int, int], None], is_wanted: Callable[[], bool]
) -> Verification:
    """Read the whole ledger again and return whether it still is what was written.

    Parameters
    ----------
    progress : callable
        Told how many of how many rows are read.
    is_wanted : callable
        Asked now and then; where it says no the rest is left.

    Raises
    ------
    Cancelled
        It was left.
    StoreError
        The file is busy, or belongs to another user.
    """
    from workstation.storage.ledger_reader import verify_ledger

    def step(done: int, total: int) -> None:
        if not is_wanted():
            raise Cancelled("The check was cancelled; nothing was found up to there.")
        progress(done, total)

    return verify_ledger(files.ledger, step)
