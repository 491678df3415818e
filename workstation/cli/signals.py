"""``tidemark signals``: what was said and what became of it; or what a recorded series would have said."""

import argparse
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workstation.cli.exit_codes import DONE, FAILED
from workstation.cli.option_values import date_ms, row_count
from workstation.cli.table import print_json
from workstation.domain.errors import TidemarkError, UsageError
from workstation.domain.ledger import SignalFilter
from workstation.domain.signal import Direction, Regime

if TYPE_CHECKING:
    from workstation.domain.ledger import SignalEntry

NO_MODEL = "none"
_SHOWN = 20
_OF_LEDGER = ("since", "until", "direction", "regime", "model", "limit")
_DIRECTIONS = {"bullish": Direction.BULLISH, "bearish": Direction.BEARISH}


def add_command(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add it to the commands that can be asked."""
    parser = commands.add_parser(
        "signals",
        help="show the signals of the ledger with their outcomes; or judge a recorded series",
        description="Show every signal that was raised, oldest first, as it stands in the ledger: odds, "
        "votes, the data points that spoke loudest, what would have undone it, and what became of it. With "
        "--data a recorded series is judged bar by bar instead, as the engine does live, and each signal "
        "written with its votes to a CSV file. Times are UTC.",
    )
    parser.add_argument("--data", metavar="DIR", type=Path, help="folder of candle files to judge instead")
    parser.add_argument("--symbol", metavar="S", help="e.g. BTC/USDT")
    parser.add_argument("--timeframe", metavar="T", help="e.g. 1h (all; with --data 1h)")
    parser.add_argument("--since", metavar="DATE", type=date_ms, help="known since YYYY-MM-DD")
    parser.add_argument("--until", metavar="DATE", type=date_ms, help="known before YYYY-MM-DD")
    parser.add_argument("--direction", choices=tuple(_DIRECTIONS))
    parser.add_argument("--regime", choices=tuple(Regime), help="of the market when it was raised")
    parser.add_argument(
        "--model", metavar="HASH", type=_model, help=f"first digits of the model's; {NO_MODEL}: votes alone"
    )
    parser.add_argument(
        "--limit", metavar="N", type=row_count, help=f"the newest N ({_SHOWN}; as JSON or CSV all)"
    )
    parser.add_argument("--out", metavar="FILE.csv", type=Path, help="write them there")
    parser.add_argument("--json", action="store_true", help="as JSON; times are milliseconds since 1970")
    parser.set_defaults(carry_out=show_or_write)


def _model(text: str) -> str:
    if text == NO_MODEL:
        return ""
    if not text or set(text) - set("0123456789abcdef"):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no hash of a model, such as 6fabafbc36e4, nor {NO_MODEL}"
        )
    return text


def show_or_write(asked: argparse.Namespace) -> int:
    """Show the signals of the ledger; judge a recorded series where a folder is named."""
    if asked.data is None:
        return show(asked)
    extra = [f"--{name}" for name in _OF_LEDGER if getattr(asked, name) is not None]
    if extra or asked.json:
        raise UsageError(f"{(extra or ['--json'])[0]} is about the ledger; it does not go with --data.")
    if asked.symbol is None or asked.out is None:
        raise UsageError("--data needs --symbol, which series to judge, and --out, where to write.")
    from workstation.cli.commands import write_signals

    asked.timeframe = asked.timeframe or "1h"
    return write_signals(asked)


def show(asked: argparse.Namespace) -> int:
    """Show the signals of the ledger, with their outcomes."""
    from workstation.cli.signal_words import lines_of
    from workstation.storage.ledger_reader import LedgerReader
    from workstation.storage.paths import Paths

    is_whole = asked.json or asked.out is not None
    limit = asked.limit if asked.limit or is_whole else _SHOWN
    with LedgerReader(Paths.of_user().ledger_db) as ledger:
        found = ledger.signals(_wanted(asked), None if limit is None else limit + 1)
        damage = ledger.damage()
    entries = found if limit is None else found[-limit:]
    for sentence in damage:
        print(sentence, file=sys.stderr)
    if asked.out is not None:
        _write(asked.out, entries)
    if asked.json:
        from workstation.cli.signal_facts import facts_of

        print_json([facts_of(entry) for entry in entries])
    elif asked.out is not None:
        n = len(entries)
        print(f"{n:,} signal{'' if n == 1 else 's'} written to {asked.out}.")
    elif entries:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        print("\n".join(lines_of(entries, width)))
        if len(found) > len(entries):
            print(f"The newest {limit:,} are shown; --limit shows more.")
    else:
        print("No signal of that sort is in the ledger yet.")
    return FAILED if damage else DONE


def _wanted(asked: argparse.Namespace) -> SignalFilter:
    return SignalFilter(
        symbol=asked.symbol,
        timeframe=asked.timeframe,
        since_ms=asked.since,
        until_ms=asked.until,
        direction=None if asked.direction is None else _DIRECTIONS[asked.direction],
        regime=None if asked.regime is None else Regime(asked.regime),
        model_hash=asked.model,
    )


def _write(path: Path, entries: "list[SignalEntry]") -> None:
    import csv

    from workstation.cli.signal_facts import COLUMNS, cells_of

    try:
        with path.open("w", newline="", encoding="utf-8", errors="backslashreplace") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows(map(cells_of, entries))
    except OSError as error:
        raise TidemarkError(f"{path} cannot be written: {error.strerror}.") from error
