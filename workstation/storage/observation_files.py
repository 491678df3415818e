"""Files of on-chain, sentiment and derivatives history: what is in them, and whether it can be trusted."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from workstation.domain.errors import BadObservationFile
from workstation.domain.metric import METRICS, SubjectKind
from workstation.domain.observation import MARKET, Observation
from workstation.storage.coin_name import COIN_COLUMNS, CoinNames
from workstation.storage.funding_interval import per_eight_hours
from workstation.storage.observation_store import ObservationStore
from workstation.storage.observation_table import Cell, number_of, read_rows, time_ms_of

_DAY, _HOUR, _MINUTE = 86_400_000, 3_600_000, 60_000


@dataclass(frozen=True, slots=True)
class Publication:
    """When the number of a row could be known.

    Parameters
    ----------
    is_of_a_day : bool
        The row is about the UTC day that it names, so its event ends with that day; else about its instant.
    lag_ms : int
        From the end of the event until it is out.
    """

    is_of_a_day: bool
    lag_ms: int


# Coin Metrics ends a day when it holds enough blocks of the next: in its own record of 2022 to 2026, column
# AssetEODCompletionTime, the median day of Bitcoin is complete after 4.3 hours and 99 of 100 after 10.9.
_COIN_METRICS = Publication(is_of_a_day=True, lag_ms=12 * _HOUR)
# The index of a day comes out as that day begins, but files do not say whether they date a value by the day
# it comes out or by the day it sums up: only after the day it was surely known. Ten minutes are for asking.
_FEAR_AND_GREED = Publication(is_of_a_day=True, lag_ms=10 * _MINUTE)
# A funding rate is settled at its own time, and shown before. One rate a day is the mean of the day's: it is
# known when the day ends, and is not the rate that is settled at that instant.
_FUNDING = Publication(is_of_a_day=False, lag_ms=0)
# An exchange tells open interest at once; those who gather it by day take some minutes.
_OPEN_INTEREST = Publication(is_of_a_day=True, lag_ms=_HOUR)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column that is understood: what it measures, and which values can be."""

    metric: str
    publication: Publication
    least: float = 0.0
    most: float = math.inf


COLUMNS = {
    "adractcnt": _Column("onchain.active_addresses", _COIN_METRICS),
    "txcnt": _Column("onchain.transactions", _COIN_METRICS),
    "flowinexusd": _Column("onchain.exchange_inflow_usd", _COIN_METRICS),
    "flowoutexusd": _Column("onchain.exchange_outflow_usd", _COIN_METRICS),
    "splyexntv": _Column("onchain.exchange_supply", _COIN_METRICS),
    "splycur": _Column("onchain.supply", _COIN_METRICS),
    "capmvrvcur": _Column("onchain.mvrv", _COIN_METRICS),
    "feargreedvalue": _Column("sentiment.fear_greed", _FEAR_AND_GREED, most=100.0),
    "fear_greed_index": _Column("sentiment.fear_greed", _FEAR_AND_GREED, most=100.0),
    "funding_rate": _Column("liquidity.funding_rate", _FUNDING, least=-1.0, most=1.0),
    # Coinalyze's daily figures are dollars: of linear perpetuals they move with the price (correlation 0.8
    # over 500 to 800 days), of inverse ones, whose contracts are dollars, they do not (0.0 to 0.2).
    "oi_close": _Column("liquidity.open_interest_usd", _OPEN_INTEREST),
}
"""Every column that is understood, by its name in lower case."""

_TIMES = ("time", "date", "ts", "timestamp")
_FROM_FILE = "file:"
_COMPLETION = "asseteodcompletiontime"  # seconds: when Coin Metrics had this day together
_RECOMPUTED_MS = 30 * _DAY  # a completion so late is of old history worked out anew, not of a late day

_Key: TypeAlias = tuple[str, str, int]
"""Metric, subject and end of the event."""


@dataclass(frozen=True, slots=True)
class ObservationReport:
    """What became of one file.

    Parameters
    ----------
    file : str
        Its name.
    n_rows : int
        Rows read.
    n_new : int
        Observations that were not stored before.
    metrics, subjects : tuple of str
        What it observes, sorted.
    ignored : tuple of str
        Columns that are not understood, as the file spells them.
    notes : tuple of str
        What was done on the way in, one sentence each.
    refused : str
        Why nothing of it was taken; empty where it was taken.
    """

    file: str
    n_rows: int = 0
    n_new: int = 0
    metrics: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    refused: str = ""


@dataclass(slots=True)
class ObservationFile:
    """A file of observations, read and checked as a whole.

    Parameters
    ----------
    name : str
        Of the file.
    n_rows : int
        Rows read.
    rows : list of Observation
        What it says, oldest event first.
    ignored : tuple of str
        Columns that are not understood, as the file spells them.
    n_unfinished : int
        Values of a day that is not over, left out.
    coins_of_other_interval : frozenset of str
        Whose funding rates the file states for less than eight hours; here they are per eight.
    """

    name: str
    n_rows: int
    rows: list[Observation] = field(default_factory=list)
    ignored: tuple[str, ...] = ()
    n_unfinished: int = 0
    coins_of_other_interval: frozenset[str] = frozenset()


def read_observations(path: Path, now_ms: int, coin: str | None = None) -> ObservationFile:
    """Return what a Parquet or CSV file of history says.

    An empty cell is an absent number, never a zero.

    Parameters
    ----------
    path : Path
        The file: a column ``time``, ``date``, ``ts`` or ``timestamp``, and some of `COLUMNS`.
    now_ms : int
        UTC milliseconds; nothing can have been observed later.
    coin : str, optional
        Whom it is about, where neither a column (``asset``, ``coin``, ``coin_symbol``, ``symbol``) nor the
        file's name says so.

    Raises
    ------
    BadObservationFile
        It cannot be read, nothing in it is understood, or a row of it cannot be; the message names the row.
    """
    names, rows = read_rows(path)
    time = next((name for name in _TIMES if name in names), None)
    if time is None:
        raise BadObservationFile(f"{path.name} has no column time, date, ts or timestamp.")
    understood = {name: COLUMNS[name] for name in names if name in COLUMNS}
    if not understood:
        known = ", ".join(COLUMNS)
        raise BadObservationFile(f"{path.name} has no column that is understood ({known}).")
    coins = CoinNames(path.name, names, coin)
    used = {*_TIMES, *COIN_COLUMNS, _COMPLETION, *understood}
    file = ObservationFile(path.name, len(rows), ignored=tuple(names[n] for n in names if n not in used))
    told: dict[_Key, tuple[int, Observation]] = {}
    for number, row in enumerate(rows, 1):
        where = f"{path.name}, row {number}"
        start_ms, is_a_date = time_ms_of(row[time], where)
        for name, column in understood.items():
            value = number_of(row[name], f"{where}, {names[name]}")
            if value is None:
                continue
            event_ms = _event_ms(start_ms, is_a_date, column.publication, where)
            if start_ms > now_ms:
                raise BadObservationFile(f"{where} is about {_date(start_ms)}, which lies in the future.")
            if event_ms > now_ms:
                file.n_unfinished += 1
                continue
            _check_value(value, column, f"{where}: {names[name]}")
            known_ms = min(now_ms, _known_ms(event_ms, column.publication, row.get(_COMPLETION)))
            is_of_market = METRICS[column.metric].subject is SubjectKind.MARKET
            subject = MARKET if is_of_market else coins.of(row, where)
            seen = Observation(column.metric, subject, event_ms, known_ms, value, _FROM_FILE + path.name)
            _keep(told, seen, number, path.name)
    rows_of_file, file.coins_of_other_interval = per_eight_hours([seen for _, seen in told.values()])
    file.rows = sorted(rows_of_file, key=lambda row: row.event_ms)
    return file


def import_observations(
    path: Path, store: ObservationStore, now_ms: int, coin: str | None = None
) -> ObservationReport:
    """Store what a file of history says, as a whole or not at all.

    A value that another file gave otherwise is a revision that is known from now on; one that a provider has
    told here stays as it was told, since nobody knows of which day the file's is.

    Raises
    ------
    StoreError
        The disk takes no more; nothing of this file was stored.
    """
    try:
        file = read_observations(path, now_ms, coin)
    except BadObservationFile as error:
        return ObservationReport(path.name, refused=str(error))
    rows, notes = _beside_what_is_known(file.rows, store, now_ms)
    if file.n_unfinished:
        notes.append(f"{file.n_unfinished} values of a day that is not over were left out.")
    if file.coins_of_other_interval:
        coins = ", ".join(sorted(file.coins_of_other_interval))
        notes.append(f"Funding of {coins} is settled more often; its rates were taken to eight hours.")
    return ObservationReport(
        path.name,
        file.n_rows,
        store.observe(rows),
        tuple(sorted({row.metric for row in file.rows})),
        tuple(sorted({row.subject for row in file.rows})),
        file.ignored,
        tuple(notes),
    )


def _beside_what_is_known(
    rows: Sequence[Observation], store: ObservationStore, now_ms: int
) -> tuple[list[Observation], list[str]]:
    """Return the rows that add to what is stored, and what was done to those that contradict it."""
    stored = {key: store.told(*key) for key in {(row.metric, row.subject) for row in rows}}
    taken, n_revised, n_told = [], 0, 0
    for row in rows:
        known = stored[row.metric, row.subject].get(row.event_ms, [])
        if not known:
            taken.append(row)
        elif not all(told.source.startswith(_FROM_FILE) for told in known):
            n_told += 1
        elif all(told.value != row.value for told in known):
            n_revised += 1
            taken.append(replace(row, available_ms=now_ms))
    notes = []
    if n_revised:
        notes.append(f"{n_revised:,} values differ from those of an earlier file; they count from now on.")
    if n_told:
        notes.append(f"{n_told:,} values were told by a provider already; those stay as they are.")
    return taken, notes


def _event_ms(start_ms: int, is_a_date: bool, publication: Publication, where: str) -> int:
    """Return the end of what a row is about."""
    if not publication.is_of_a_day:
        return start_ms + _DAY - 1 if is_a_date else start_ms
    if start_ms % _DAY:
        raise BadObservationFile(f"{where} is about a day, but {_date(start_ms)} is not the start of one.")
    return start_ms + _DAY


def _known_ms(event_ms: int, publication: Publication, completion: Cell) -> int:
    """Return when a number was out: after its lag, or later where the file itself says so."""
    known_ms = event_ms + publication.lag_ms
    if publication is _COIN_METRICS and (seconds := number_of(completion, _COMPLETION)) is not None:
        completed_ms = int(seconds * 1000)
        if known_ms < completed_ms < event_ms + _RECOMPUTED_MS:
            return completed_ms
    return known_ms


def _check_value(value: float, column: _Column, where: str) -> None:
    if column.least <= value <= column.most:
        return
    if math.isinf(column.most):
        raise BadObservationFile(f"{where} is {value:g}, but cannot be below {column.least:g}.")
    raise BadObservationFile(f"{where} is {value:g}, but lies in {column.least:g} to {column.most:g}.")


def _keep(told: dict[_Key, tuple[int, Observation]], seen: Observation, number: int, file: str) -> None:
    """Keep an observation, once; refuse a second one of the same event that says something else."""
    earlier, before = told.setdefault((seen.metric, seen.subject, seen.event_ms), (number, seen))
    if before.value != seen.value:
        raise BadObservationFile(
            f"{file}, row {number}: {seen.metric} of {seen.subject or 'the market'} is {seen.value:g}, but "
            f"row {earlier} says {before.value:g} about the same time."
        )


def _date(time_ms: int) -> str:
    return f"{datetime.fromtimestamp(time_ms / 1000, UTC):%Y-%m-%d %H:%M} UTC"
