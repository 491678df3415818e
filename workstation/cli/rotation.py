"""``tidemark rotation``: what to hold now and why, and what following that would have brought."""

import argparse
import contextlib
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workstation.cli.exit_codes import DONE, FAILED
from workstation.cli.labour import add_workers, require_parent, require_period, workshop
from workstation.cli.option_values import date_ms
from workstation.domain.errors import TidemarkError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workstation.cli.recordings import SeriesRecording
    from workstation.cli.rotation_account import Trades
    from workstation.services.rotation_backtests.day_advice import DayAdvice
    from workstation.services.rotation_backtests.market import RotationGround

_STDOUT = "-"


def add_command(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add it to the commands that can be asked."""
    parser = commands.add_parser(
        "rotation",
        help="say what to hold now and why, or what following that would have brought",
        description="Say what to hold after the newest close, or after that of --at, with a reason for every "
        "change and the trades of a paper account. With --backtest: walk the same rules through recorded "
        "candles, after costs, beside BTC, ETH, SOL, equal weight and rotations drawn by lot, with 95 % "
        "intervals. Grades that were learnt are kept: the same command is quick the second time.",
    )
    parser.add_argument(
        "--data",
        metavar="DIR",
        type=Path,
        action="append",
        default=[],
        help="folder of candle files, or of such folders, made into daily bars; may be given more than once: "
        "a coin is read from the first that has it (the stored candles)",
    )
    parser.add_argument("--at", metavar="DATE", type=date_ms, help="advice of that day, 00:00 UTC (newest)")
    parser.add_argument(
        "--account", metavar="NAME", help="trades of this paper account (a new one of 10,000 USDT)"
    )
    parser.add_argument("--backtest", action="store_true", help="what following it would have brought")
    parser.add_argument(
        "--from", metavar="DATE", dest="from_ms", type=date_ms, help="with --backtest: trade from then on, "
        "UTC; earlier candles warm up and teach (the first day that can be graded)",
    )  # fmt: skip
    parser.add_argument(
        "--to", metavar="DATE", dest="until_ms", type=date_ms, help="with --backtest: no candle from then on"
    )
    parser.add_argument("--report", metavar="FILE.html", type=Path, help="with --backtest: a page to read")
    parser.add_argument(
        "--json",
        metavar="FILE.json",
        nargs="?",
        const=_STDOUT,
        help="everything; to standard output without FILE",
    )
    parser.add_argument("--rules", metavar="FILE.toml", type=Path, help="other rules, by their names")
    parser.add_argument("--narratives", metavar="FILE.toml", type=Path, help="another book of narratives")
    add_workers(parser)
    parser.set_defaults(carry_out=rotation)


def rotation(asked: argparse.Namespace) -> int:
    """Say what was asked for."""
    _require_sense(asked)
    require_period(asked)
    json_file = None if asked.json in (None, _STDOUT) else Path(asked.json)
    require_parent(asked.report, json_file)
    try:
        found = _backtest(asked) if asked.backtest else _advice(asked)
    except KeyboardInterrupt:
        print(
            "tidemark: stopped before the end; nothing is written, finished quarters of grades are kept.",
            file=sys.stderr,
        )
        return FAILED
    from workstation.cli.rotation_text import print_advice, print_backtest

    text = json.dumps(found, indent=2, allow_nan=False)
    if json_file is not None:
        _write(json_file, text + "\n")
    if asked.report is not None:
        from workstation.cli.rotation_page import rotation_page

        _write(asked.report, rotation_page(found))
    if asked.json == _STDOUT:
        print(text)
    elif asked.backtest:
        print_backtest(found)
    else:
        print_advice(found)
    return DONE


def _require_sense(asked: argparse.Namespace) -> None:
    only_backtest = {"--from": asked.from_ms, "--to": asked.until_ms, "--report": asked.report}
    only_advice = {"--at": asked.at, "--account": asked.account}
    wrong = only_advice if asked.backtest else only_backtest
    given = [name for name, value in wrong.items() if value is not None]
    if given:
        sense = "does not go with" if asked.backtest else "goes with"
        raise UsageError(f"{given[0]} {sense} --backtest.")


@contextlib.contextmanager
def _ground(asked: argparse.Namespace) -> "Iterator[RotationGround]":
    """Give what is asked about, while the candles can be read."""
    from workstation.cli.rotation_rules import book_of, rules_of
    from workstation.services.rotation_backtests.day_advice import REPLAYED_DAYS
    from workstation.services.rotation_backtests.market import RotationGround

    rules = rules_of(asked.rules)
    book, notes = book_of(asked.narratives)
    with _recordings(asked, notes) as recordings:
        until_ms = asked.until_ms if asked.backtest else asked.at
        newest = None if asked.backtest else REPLAYED_DAYS
        yield RotationGround(recordings, book, rules, asked.from_ms, until_ms, notes, newest)


@contextlib.contextmanager
def _recordings(asked: argparse.Namespace, notes: list[str]) -> "Iterator[Sequence[SeriesRecording]]":
    from workstation.cli.recordings import recordings_of, stored_recordings
    from workstation.services.rotation_backtests.market import TIMEFRAME

    if asked.data:
        yield recordings_of(asked.data, TIMEFRAME, notes.append)
        return
    from workstation.storage.candle_store import CandleStore
    from workstation.storage.paths import Paths

    with CandleStore(Paths.of_user().candles_db, read_only=True) as store:
        yield stored_recordings(store, TIMEFRAME)


def _backtest(asked: argparse.Namespace) -> "Mapping[str, Any]":
    from workstation.services.rotation_backtests.backtest import backtest
    from workstation.services.rotation_backtests.market import rotation_market

    with _ground(asked) as ground, workshop(asked) as shop:
        return backtest(ground, rotation_market(ground, shop), shop)


def _advice(asked: argparse.Namespace) -> "Mapping[str, Any]":
    from workstation.cli.rotation_account import trades_for
    from workstation.services.rotation_backtests.day_advice import day_advice
    from workstation.services.rotation_backtests.market import rotation_market

    with _ground(asked) as ground, workshop(asked) as shop:
        found = day_advice(ground, rotation_market(ground, shop), shop)
    trades = trades_for(found.advice, found.prices, asked.account)
    return _advice_json(ground, found, trades)


def _advice_json(ground: "RotationGround", found: "DayAdvice", trades: "Trades") -> dict[str, Any]:
    from workstation.services.rotation_backtests.backtest import change_json, day_text
    from workstation.services.rotation_backtests.notes import gathered

    advice = found.advice
    titles = {narrative.name: narrative.title for narrative in ground.book.narratives}
    return {
        "at": day_text(advice.at_ms),
        "at_ms": advice.at_ms,
        "is_open": advice.is_open,
        "gate": advice.gate_sentence,
        "targets": [asdict(target) for target in advice.targets],
        "changes": [change_json(advice.at_ms, change) for change in advice.changes],
        "ranks": [
            {"name": name, "title": titles[name], "rank": rank, "return_pct": return_pct}
            for name, rank, return_pct in advice.ranks
        ],
        "account": {
            "name": trades.name,
            "total": None if trades.total is None else str(trades.total),
            "trades": [
                {
                    "coin": order.coin,
                    "side": str(order.side),
                    "units": str(order.units),
                    "price": str(order.price),
                    "cost": str(order.cost),
                }
                for order in trades.plan.orders
            ],
            "cost": str(trades.plan.cost),
            "notes": list(trades.plan.notes),
        },
        "rules": asdict(ground.rules),
        "notes": gathered(ground.notes),
    }


def _write(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise TidemarkError(f"{path} cannot be written: {error.strerror}.") from error
