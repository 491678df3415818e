"""What the panels of judgement show, read from the ledger. Called in another thread than the window's.

What lies behind these functions is loaded when it is first needed: nothing of it is on screen at the start.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workstation.domain.errors import BadModel, TidemarkError
from workstation.domain.grade import Grade
from workstation.domain.ledger import HitRecord, LedgerHead, RecordGroup, SignalEntry, Verification
from workstation.domain.market import timeframe_ms
from workstation.domain.model_card import Figure, ModelCard
from workstation.ui.engine_port import JudgementFiles

if TYPE_CHECKING:
    from workstation.storage.ledger_reader import LedgerReader

N_SIGNALS = 200
"""Newest signals that are listed."""

BAND_WIDTH = 10

_BAND = re.compile(r"grade_band_(\d{1,3})_beats_median")
_TIMEFRAMES = ("1h", "4h", "1d")  # tried in this order while the engine has not said which it graded
_N_CLOSES = 200  # tried back from the newest instant that is known


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
        Timeframe and time of the close, UTC milliseconds; None asks for the newest one in the ledger.
    now_ms : int
        The venue's time; 0 where it is not known.
    """

    venue: str
    close: tuple[str, int] | None
    now_ms: int


@dataclass(frozen=True, slots=True)
class GradesRead:
    """The grades of one close.

    Parameters
    ----------
    grades : tuple of Grade
        By symbol; empty where there are none yet.
    bands : mapping of int to Figure
        How often coins of a band beat the median coin in the seven days after, by the band's lowest grade;
        empty where the model's card does not tell.
    damage : tuple of str
        What was found damaged, in sentences.
    """

    grades: tuple[Grade, ...] = ()
    bands: Mapping[int, Figure] = field(default_factory=dict)
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
        grades = next(filter(None, _found(ledger, wanted)), ())
        damage = tuple(ledger.damage())
    return GradesRead(grades, _bands_of(files, grades), damage)


def _found(ledger: "LedgerReader", wanted: GradesWanted) -> Iterator[tuple[Grade, ...]]:
    """Yield the grades of each close that may be meant, the likeliest first."""
    if wanted.close is not None:
        yield ledger.grades(wanted.venue, *wanted.close)
    newest = ledger.entries(limit=1)
    for now_ms in (wanted.now_ms, newest[0].known_at_ms if newest else 0):
        for timeframe in _TIMEFRAMES if now_ms else ():
            bar_ms = timeframe_ms(timeframe)
            last = now_ms // bar_ms * bar_ms
            for at_ms in range(last, last - _N_CLOSES * bar_ms, -bar_ms):
                yield ledger.grades(wanted.venue, timeframe, at_ms)


def _bands_of(files: JudgementFiles, grades: tuple[Grade, ...]) -> dict[int, Figure]:
    from workstation.ui.model_reading import card_of

    model_hash = next((grade.model_hash for grade in grades if grade.model_hash), "")
    if not model_hash:
        return {}
    try:
        return band_figures(card_of(files, model_hash))
    except BadModel:
        return {}  # the panel of models says so


def band_figures(card: ModelCard) -> dict[int, Figure]:
    """Return how often coins of each band of grades beat the median coin, by the band's lowest grade."""
    found = {match.group(1): each for each in card.figures if (match := _BAND.fullmatch(each.name))}
    return {int(low): figure for low, figure in found.items()}


def band_of(value: int) -> int:
    """Return the lowest grade of the band of ten that a grade lies in; 100 lies in the one of 90."""
    return min(value // BAND_WIDTH * BAND_WIDTH, 100 - BAND_WIDTH)


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
