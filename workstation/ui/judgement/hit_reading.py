"""How often signals like that of a bar were right, by the ledger; read in another thread."""

from collections.abc import Mapping

from workstation.domain.ledger import LEAST_N, HitRecord, RecordGroup, SignalFilter
from workstation.domain.market import SeriesKey
from workstation.domain.signal import Direction
from workstation.ui.engine_port import JudgementFiles
from workstation.ui.judgement.record_words import TOO_FEW, interval_words, net_words, share
from workstation.ui.judgement.signal_rows import RecordRow
from workstation.ui.words.reading_words import direction_word


def read_hits(files: JudgementFiles, key: SeriesKey) -> tuple[SeriesKey, Mapping[Direction, RecordRow]]:
    """Return how often a venue's signals on bars of a length were right, for each direction.

    Raises
    ------
    StoreError
        The ledger cannot be read.
    """
    from workstation.storage.ledger_reader import LedgerReader

    with LedgerReader(files.ledger) as ledger:
        wanted = SignalFilter(venue=key.venue, timeframe=key.timeframe)
        records = {one.group[0]: one for one in ledger.record((RecordGroup.DIRECTION,), wanted)}
    ways = (Direction.BULLISH, Direction.BEARISH)
    return key, {way: record_row(records.get(direction_word(way)), way, key.timeframe) for way in ways}


def record_row(record: HitRecord | None, direction: Direction, timeframe: str) -> RecordRow:
    """Return a record in words; None where there was no such signal."""
    sort = f"{direction_word(direction)} {timeframe} signal"
    n_open = record.n_open if record is not None else 0
    if record is None or not record.n:
        waiting = f"{n_open} open, counted when the horizon has passed" if n_open else "None was raised yet"
        return RecordRow(f"Record: no {sort} has an outcome yet", waiting)
    few = f"{TOO_FEW}, too few to rely on" if record.n < LEAST_N else ""
    base = "" if record.base_rate is None else f"base {share(record.base_rate)}"
    facts = (few, base, f"net {net_words(record)} after costs", f"{n_open} open" if n_open else "")
    figure = f"Record: {share(record.hit_rate)} of {record.n} {sort}s right (95 %: {interval_words(record)})"
    return RecordRow(figure, "   ·   ".join(fact for fact in facts if fact))
