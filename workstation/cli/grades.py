"""``tidemark grades``: how coins stand at a close, and what coins with such a grade did next."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workstation.cli.exit_codes import DONE, FAILED
from workstation.cli.option_values import date_ms, row_count
from workstation.cli.table import print_json
from workstation.domain.errors import BadModel
from workstation.domain.grade import Grade
from workstation.domain.grade_record import DAY_MS, WEEK_MS, GradeRecord, band_of, card_records, telling

if TYPE_CHECKING:
    from workstation.storage.ledger_reader import LedgerReader

_SHOWN = 50
_NONE = "No grade of that sort is in the ledger yet; coins are graded at each close while the engine runs."
_EVER = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Asked:
    """Which grades are wanted; None leaves it to what is newest in the ledger.

    Parameters
    ----------
    venue, timeframe : str or None
        Of the closes.
    symbol : str or None
        One coin, over many closes; None asks for all coins of one close.
    at_ms : int
        The newest close up to this, UTC milliseconds.
    limit : int or None
        The best coins, or the newest closes of one; None for all.
    """

    venue: str | None = None
    timeframe: str | None = None
    symbol: str | None = None
    at_ms: int = _EVER
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Grades of the ledger, and what such grades were worth.

    Parameters
    ----------
    grades : tuple of Grade
        All coins of one close, the best first; or one coin, oldest close first.
    n_more : int
        How many were left out for the limit.
    records : mapping of (int, int) to GradeRecord
        By the lowest grade of a band and the horizon: of the ledger where that has enough cases, else of the
        model's card.
    damage : tuple of str
        What was found damaged, in sentences.
    """

    grades: tuple[Grade, ...] = ()
    n_more: int = 0
    records: Mapping[tuple[int, int], GradeRecord] = field(default_factory=dict)
    damage: tuple[str, ...] = ()


def add_command(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add it to the commands that can be asked."""
    parser = commands.add_parser(
        "grades",
        help="show the grades of all coins, or of one, and what coins with such a grade did next",
        description="Show the grades of the newest close in the ledger, best first: the change in 24 hours, "
        "label and momentum zone, the sub-grades TA and Quant with the compatible grade of both, and every "
        "component with its weight. Below it stands what coins with such grades did next, by bands of ten: "
        "counted from the ledger where that has 30 cases, else from the card of the model. Times are UTC.",
    )
    parser.add_argument("--symbol", metavar="S", help="one coin's history, e.g. BTC/USDT; oldest first")
    parser.add_argument("--at", metavar="DATE", type=date_ms, help="as they stood at YYYY-MM-DD[THH:MM]")
    parser.add_argument("--venue", metavar="NAME", help="of the coins (the one graded last)")
    parser.add_argument("--timeframe", metavar="T", help="of the closes (the one graded last)")
    parser.add_argument(
        "--limit", metavar="N", type=row_count, help=f"at most so many ({_SHOWN}; as JSON all)"
    )
    parser.add_argument("--json", action="store_true", help="as JSON; times are milliseconds since 1970")
    parser.set_defaults(carry_out=show)


def show(asked: argparse.Namespace) -> int:
    """Show the grades that are asked for."""
    from workstation.cli.grade_words import facts_of, lines_of

    limit = asked.limit if asked.limit or asked.json else _SHOWN
    at_ms = _EVER if asked.at is None else asked.at
    found = find(Asked(asked.venue, asked.timeframe, asked.symbol, at_ms, limit))
    for sentence in found.damage:
        print(sentence, file=sys.stderr)
    if asked.json:
        print_json(facts_of(found.grades, found.records))
    elif found.grades:
        print("\n".join(lines_of(found.grades, found.records, is_history=asked.symbol is not None)))
        if found.n_more:
            print(f"{found.n_more:,} more are there; --limit shows them.")
    else:
        print(_NONE)
    return FAILED if found.damage else DONE


def find(asked: Asked) -> Found:
    """Return the grades that are asked for, from the user's ledger, and the records of their bands.

    Raises
    ------
    StoreError
        The ledger cannot be read.
    """
    from workstation.storage.ledger_reader import LedgerReader
    from workstation.storage.paths import Paths

    with LedgerReader(Paths.of_user().ledger_db) as ledger:
        every, n_more = _grades(ledger, asked)
        if not every:
            return Found(damage=tuple(ledger.damage()))
        newest = every[-1]
        own = {(r.low, r.horizon_ms): r for r in ledger.grade_records(newest.venue, newest.timeframe)}
        damage = tuple(ledger.damage())
    return Found(every, n_more, _records(own, every), damage)


def _grades(ledger: "LedgerReader", asked: Asked) -> tuple[tuple[Grade, ...], int]:
    """Return the grades, and how many more there are."""
    series = [
        (venue, timeframe)
        for venue, timeframe, _ in ledger.graded_series()
        if asked.venue in (None, venue) and asked.timeframe in (None, timeframe)
    ]
    if not series:
        return (), 0
    venue, timeframe = series[-1]
    if asked.symbol is None:
        close = ledger.newest_grades(venue, asked.timeframe, asked.at_ms)
        best = tuple(sorted(close, key=lambda grade: (-grade.value, grade.symbol)))
        return best[: asked.limit], len(best) - len(best[: asked.limit])
    until_ms = min(asked.at_ms, _EVER - 1) + 1
    return tuple(
        ledger.grade_history(venue, asked.symbol, timeframe, until_ms=until_ms, limit=asked.limit)
    ), 0


def _records(
    own: Mapping[tuple[int, int], GradeRecord], grades: Sequence[Grade]
) -> dict[tuple[int, int], GradeRecord]:
    """Return the record of each band that a grade lies in, for both horizons."""
    by_card = _card_records(grades)
    bands = sorted({band_of(grade.value) for grade in grades}, reverse=True)
    wanted = [(low, horizon) for low in bands for horizon in (DAY_MS, WEEK_MS)]
    told = {key: telling(own.get(key), by_card.get(key)) for key in wanted}
    return {key: record for key, record in told.items() if record is not None}


def _card_records(grades: Sequence[Grade]) -> dict[tuple[int, int], GradeRecord]:
    """Return what the card of the newest model tells."""
    from workstation.cli.model_places import model_store

    model_hash = next((grade.model_hash for grade in reversed(grades) if grade.model_hash), "")
    if not model_hash:
        return {}
    try:
        told = card_records(model_store().card(model_hash))
    except BadModel as error:
        print(f"What the model's card tells is not known: {error}", file=sys.stderr)
        return {}
    return {(low, record.horizon_ms): record for low, record in told.items()}
