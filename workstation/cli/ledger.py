"""``tidemark ledger``: proves that no judgement was changed afterwards, and shows what came of them."""

import argparse
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from workstation.cli.exit_codes import DONE, FAILED
from workstation.cli.option_values import date_ms, row_count
from workstation.cli.progress import Progress
from workstation.cli.table import print_json, print_table
from workstation.domain.ledger import LedgerHead, RecordGroup, SignalFilter

if TYPE_CHECKING:
    from workstation.domain.ledger import HitRecord, Verification
    from workstation.storage.ledger_reader import LedgerReader

_EMPTY = "The ledger is empty: nothing was judged yet."
_COLUMNS = ("", "n", "open", "hits", "hit rate", "95 %", "base rate", "net mean", "note")


def add_command(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add it to the commands that can be asked."""
    parser = commands.add_parser(
        "ledger",
        help="prove that no signal and no grade was changed afterwards, and show what came of them",
        description="Every signal and grade is written into the ledger before anybody is told, each row "
        "hashed with the one before it; outcomes and corrections are further rows.",
    )
    todo = parser.add_subparsers(metavar="WHAT", required=True)
    proving = todo.add_parser(
        "verify",
        help="read every row again and name the first that is not what was written",
        description="Read every row again. The exit code is 1 where a row is not what was written. Rows that "
        "were removed from the end are noticed by the file beside the ledger and, for certain, with --head.",
    )
    proving.add_argument("--head", metavar="HASH", help="what tidemark ledger head once said")
    _finish(proving, verify)
    showing = todo.add_parser(
        "show",
        help="show the newest rows: signals, grades, outcomes, corrections, models",
        description="Show the newest rows, oldest first. Times are UTC; JSON has every field.",
    )
    _add_filters(showing, "at most so many rows (50)")
    _finish(showing, show)
    recording = todo.add_parser(
        "record",
        help="show how often signals were right, and what they brought after costs",
        description="Show the hit rate of signals with Wilson's interval, the base rate they stated and the "
        "mean return after costs. Only signals that were raised at the time count.",
    )
    groups = ", ".join(RecordGroup)
    recording.add_argument(
        "--by", metavar="A,B", type=_groups, default=(RecordGroup.DIRECTION,), help=f"{groups} (direction)"
    )
    _add_filters(recording, "at most so many lines (50)")
    _finish(recording, show_record)
    heading = todo.add_parser(
        "head",
        help="print the newest row and its hash, to be noted elsewhere",
        description="Print ROW:HASH of the newest row. Noted elsewhere, it proves later, with tidemark "
        "ledger verify --head, that nothing up to that row was replaced or removed.",
    )
    _finish(heading, show_head)


def _add_filters(parser: argparse.ArgumentParser, limit_help: str) -> None:
    parser.add_argument("--symbol", metavar="S", help="only about this coin, e.g. BTC/USDT")
    parser.add_argument("--since", metavar="DATE", type=date_ms, help="known since YYYY-MM-DD, UTC")
    parser.add_argument("--limit", metavar="N", type=row_count, default=50, help=limit_help)


def _finish(parser: argparse.ArgumentParser, carry_out: Any) -> None:
    parser.add_argument("--json", action="store_true", help="as JSON; times are milliseconds since 1970")
    parser.set_defaults(carry_out=carry_out)


def _groups(text: str) -> tuple[RecordGroup, ...]:
    try:
        return tuple(dict.fromkeys(RecordGroup(part.strip()) for part in text.split(",")))
    except ValueError:
        known = ", ".join(RecordGroup)
        raise argparse.ArgumentTypeError(f"{text!r} is not made of {known}") from None


def _open() -> "LedgerReader":
    from workstation.storage.ledger_reader import LedgerReader
    from workstation.storage.paths import Paths

    return LedgerReader(Paths.of_user().ledger_db)


def verify(asked: argparse.Namespace) -> int:
    """Read every row again, and say whether the chain is whole."""
    from workstation.storage.ledger_reader import verify_ledger
    from workstation.storage.paths import Paths

    noted = None if asked.head is None else LedgerHead.of(asked.head)
    progress = Progress("rows")
    try:
        found = verify_ledger(Paths.of_user().ledger_db, progress, noted)
    finally:
        progress.end()
    if asked.json:
        print_json(asdict(found) | {"is_sound": found.is_sound})
    else:
        _say(found, noted)
    return DONE if found.is_sound else FAILED


def _say(found: "Verification", noted: LedgerHead | None) -> None:
    for note in found.notes:
        print(note, file=sys.stderr)
    if found.first_break is not None:
        n = found.first_break.n_standing
        print(f"The chain is broken. {found.first_break.text}")
        print(f"{n:,} row{' stands' if n == 1 else 's stand'} before that.")
    elif found.head is None:
        print(_EMPTY)
    else:
        n = found.n_rows
        print(f"The chain is whole: {n:,} row{'' if n == 1 else 's'}, each as it was written.")
        if noted is not None:
            print("The head that was noted stands in it: nothing up to that row was replaced or removed.")
        print(f"Head: {found.head}")


def show(asked: argparse.Namespace) -> int:
    """Show the newest rows."""
    from workstation.cli.ledger_text import cells_of

    with _open() as ledger:
        entries = ledger.entries(asked.symbol, asked.since, asked.limit)
        damage = ledger.damage()
    _tell(damage)
    if asked.json:
        print_json(entries)
    elif entries:
        print_table([("row", "known at (UTC)", "kind", "about", "what it says"), *map(cells_of, entries)])
    else:
        print(
            _EMPTY if asked.symbol is None and asked.since is None else "No row of the ledger is about that."
        )
    return FAILED if damage else DONE


def show_record(asked: argparse.Namespace) -> int:
    """Show how often signals were right."""
    wanted = SignalFilter(symbol=asked.symbol, since_ms=asked.since)
    with _open() as ledger:
        records = ledger.record(asked.by, wanted)[: asked.limit]
        damage = ledger.damage()
    _tell(damage)
    if asked.json:
        print_json([_record_json(record, asked.by) for record in records])
    elif records:
        print_table([(", ".join(asked.by), *_COLUMNS[1:]), *map(_record_cells, records)])
    else:
        print("No signal of that sort is in the ledger yet.")
    return FAILED if damage else DONE


def show_head(asked: argparse.Namespace) -> int:
    """Print the newest row and its hash."""
    with _open() as ledger:
        head = ledger.head()
    if asked.json:
        print_json(None if head is None else asdict(head))
    else:
        print(_EMPTY if head is None else head)
    return DONE


def _record_json(record: "HitRecord", by: tuple[RecordGroup, ...]) -> dict[str, object]:
    low, high = record.interval
    return {
        "group": dict(zip(by, record.group, strict=True)),
        "n": record.n,
        "n_open": record.n_open,
        "n_hits": record.n_hits,
        "n_corrected": record.n_corrected,
        "hit_rate": None if record.hit_rate is None else {"value": record.hit_rate, "low": low, "high": high},
        "base_rate": record.base_rate,
        "net_mean_pct": record.net_mean_pct,
        "note": record.note,
    }


def _record_cells(record: "HitRecord") -> tuple[str, ...]:
    low, high = record.interval
    interval = f"{low:.1%} to {high:.1%}" if record.n else "-"
    net = "-" if record.net_mean_pct is None else f"{record.net_mean_pct:+.2f} %"
    rates = (_share(record.hit_rate), interval, _share(record.base_rate), net)
    counts = (f"{record.n:,}", f"{record.n_open:,}", f"{record.n_hits:,}")
    return (", ".join(record.group), *counts, *rates, record.note)


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _tell(damage: list[str]) -> None:
    for sentence in damage:
        print(sentence, file=sys.stderr)
