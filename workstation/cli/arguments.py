"""What can be asked on the command line, and how it is explained."""

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from workstation import __version__
from workstation.cli import commands as carry_out
from workstation.cli import (
    data_points,
    desktop,
    evaluation,
    grades,
    labels,
    ledger,
    narratives,
    news,
    observations,
    rotation,
    signals,
    training,
)
from workstation.cli.exit_codes import USAGE
from workstation.link.chart_address import SCHEME, read_address

_EXAMPLES = """\
examples:
  tidemark                                     open the workstation
  tidemark --practice simulated --speed 600    ... on a simulated market, ten minutes a second
  tidemark --practice DIR --from 2024-02-01 --speed 3600
                                               ... on recorded candles, an hour a second
  tidemark tidemark://chart/BTC/USDT?tf=1h     ... on this chart, in the window that is open if one is
  tidemark serve                               the engine alone, without a window
  tidemark sandbox --simulated --port 8080     a practice exchange for any Binance client
  tidemark import --data DIR --venue binance   put recorded candles into the store
  tidemark signals --symbol BTC/USDT           what was said, and what became of it
  tidemark grades                              how coins stand, and what such grades were worth
  tidemark signals --data DIR --symbol BTC/USDT --timeframe 1h --out signals.csv
  tidemark features --json                     every data point, and what it says
  tidemark verify --data DIR                   prove that none of them looks ahead
  tidemark evaluate --data DIR --report page.html
                                               how good the engine would have been, beside its rivals
  tidemark train                               train models on the stored candles
  tidemark observations import btc.csv         put on-chain history into the store
  tidemark ledger verify                       prove that no signal was changed afterwards
  tidemark narratives                          see where capital moves
  tidemark rotation                            what to hold now, and why
  tidemark desktop install                     put it into the desktop's menu
  tidemark labels set ethereum 0xADDR binance  say whose a wallet is

Your data: prices and signals lie in the user's data folder, settings in the user's configuration folder;
TIDEMARK_HOME=FOLDER puts everything below one folder.
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"tidemark: {message}\n")


def make_parser() -> argparse.ArgumentParser:
    """Return the parser; what it returns carries in `carry_out` who does it."""
    parser = _Parser(
        prog="tidemark",
        description="A desktop workstation for crypto traders: signals by confluence, with their proof.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"tidemark {__version__}")
    _add_practice(parser, "open the window on a practice market of its own; nothing of it is kept")
    parser.add_argument(
        "--screenshot", metavar="FILE", type=Path, help="save a picture of the window and quit"
    )
    parser.add_argument(
        "--after", metavar="SECONDS", type=_positive, default=10.0, help="... so long after its start (10)"
    )
    parser.add_argument(
        "--tour",
        metavar="DIR",
        type=Path,
        help="take pictures of every panel in every set of colours and quit",
    )
    parser.add_argument(
        "--scale",
        metavar="PCT",
        type=_percent,
        help="size of everything, 100 to 300 (as in the settings; of a tour: 100 and 200)",
    )
    parser.add_argument(
        "--hidden", action="store_true", help="start in the tray, without a window where there is a tray"
    )
    parser.add_argument(
        "--from-menu",
        action="store_true",
        help="show why no window can be opened, where nobody reads the terminal",
    )
    parser.add_argument(
        "--open", metavar="ADDRESS", type=read_address, help="open a chart: tidemark://chart/BTC/USDT?tf=1h"
    )
    parser.set_defaults(carry_out=carry_out.open_window)
    commands = parser.add_subparsers(metavar="COMMAND", parser_class=_Parser)
    _add_serve(commands)
    _add_sandbox(commands)
    _add_import(commands)
    signals.add_command(commands)
    grades.add_command(commands)
    _add_prepare(commands)
    _add_news(commands)
    observations.add_command(commands)
    data_points.add_commands(commands)
    labels.add_command(commands)
    ledger.add_command(commands)
    evaluation.add_command(commands)
    training.add_command(commands)
    narratives.add_command(commands)
    rotation.add_command(commands)
    desktop.add_command(commands)
    return parser


def with_address(arguments: Sequence[str]) -> list[str]:
    """Return a command line in which an address that stands alone is one to open, as a desktop starts us."""
    words = list(arguments)
    if words and words[-1].lower().startswith(f"{SCHEME}:") and "--open" not in words:
        words.insert(-1, "--open")
    return words


def _percent(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 100 <= int(text) <= 300):
        raise argparse.ArgumentTypeError(f"a whole number from 100 to 300 is expected, not {text!r}")
    return int(text)


def _add_practice(parser: argparse.ArgumentParser, help_: str) -> None:
    group = parser.add_argument_group("practice market")
    group.add_argument(
        "--practice",
        metavar="simulated|DIR|URL",
        help=f"{help_}: a simulated market, a folder of recorded candles, or the address of one that runs",
    )
    _add_pace(group)


def _add_pace(group: "argparse._ActionsContainer") -> None:
    group.add_argument(
        "--speed", metavar="X", type=_speed, default=1.0, help="market seconds per second, 1..10000 (1)"
    )
    group.add_argument(
        "--from",
        metavar="DATE",
        dest="from_date",
        type=_date,
        help="where it begins, YYYY-MM-DD, UTC (now for a simulated market, else 30 days into the data)",
    )
    group.add_argument(
        "--seed", metavar="N", type=int, default=7, help="the same seed is the same market (7)"
    )
    group.add_argument(
        "--coins", metavar="N", type=_coins, default=60, help="coins of a simulated market, 60..5000 (60)"
    )


def _add_serve(commands: "argparse._SubParsersAction[_Parser]") -> None:
    parser = commands.add_parser(
        "serve",
        help="run the engine alone, without a window",
        description="Run the engine alone: it listens to the venue, stores candles and raises signals. A "
        "window started later connects to it, and leaves it running when it closes. Ctrl-C ends it.",
    )
    _add_practice(parser, "listen to a practice market")
    parser.add_argument(
        "--venue", metavar="NAME", help="auto, practice or a venue, instead of the one in the settings"
    )
    parser.add_argument(
        "--symbols", metavar="A/B,C/D", type=_comma_list, default=(), help="watch these; 'all' is everything"
    )
    parser.add_argument(
        "--timeframes", metavar="1h,4h", type=_comma_list, default=(), help="judge these bars"
    )
    parser.add_argument(
        "--linger", metavar="SECONDS", type=_positive, help="leave when no window was here for so long"
    )
    parser.set_defaults(carry_out=carry_out.serve)


def _add_sandbox(commands: "argparse._SubParsersAction[_Parser]") -> None:
    parser = commands.add_parser(
        "sandbox",
        help="run a practice exchange that speaks Binance spot's public protocol",
        description="Run a practice exchange on 127.0.0.1 that speaks Binance spot's public REST and "
        "WebSocket protocol. The first line printed is 'listening on http://127.0.0.1:PORT'. The same seed "
        "gives the same bytes. Ctrl-C ends it.",
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--data",
        metavar="DIR",
        type=Path,
        help="replay a folder of candles as if live, each coin from its finest file; a file that cannot be "
        "trusted is left out and named",
    )
    source.add_argument("--simulated", action="store_true", help="coins in 8 narratives, out of a seed")
    parser.add_argument("--port", metavar="P", type=_port, default=0, help="0 takes any free one (0)")
    _add_pace(parser)
    parser.add_argument(
        "--until-stdin-closes", action="store_true", help="end with whoever holds standard input"
    )
    parser.set_defaults(carry_out=carry_out.run_sandbox)


def _add_import(commands: "argparse._SubParsersAction[_Parser]") -> None:
    parser = commands.add_parser(
        "import",
        help="put a folder of recorded candles into the store",
        description="Put every file SYMBOL-TIMEFRAME.parquet or .csv of a folder (columns ts, open, high, "
        "low, close, volume; ts is the open in UTC milliseconds) into the store, under a venue's name. A "
        "file with an impossible row is refused whole, with its rows named; the others go in.",
    )
    parser.add_argument("--data", metavar="DIR", type=Path, required=True, help="folder of candle files")
    parser.add_argument(
        "--venue", metavar="NAME", required=True, help="the venue they come from, e.g. binance"
    )
    parser.add_argument(
        "--skip-bad-rows", action="store_true", help="leave impossible rows out, and name them"
    )
    parser.set_defaults(carry_out=carry_out.import_candles)


def _add_prepare(commands: "argparse._SubParsersAction[_Parser]") -> None:
    parser = commands.add_parser(
        "prepare",
        help="compile the engine's arithmetic now instead of at the first start",
        description="Compile the arithmetic of the data points. It is kept on the disk: once is enough.",
    )
    parser.set_defaults(carry_out=carry_out.prepare)


def _add_news(commands: "argparse._SubParsersAction[_Parser]") -> None:
    parser = commands.add_parser(
        "news",
        help="show the headlines that were heard, how they sound and which coins they name",
        description="Show the newest headlines of the news feeds in the settings, newest first: when each "
        "was heard, how it sounds (−1 worst, +1 best), which coins it names, and its page. Nothing is "
        "fetched: the engine reads the feeds while it runs.",
    )
    parser.add_argument("--coin", metavar="BTC", help="only those that name this coin")
    parser.add_argument("--limit", metavar="N", type=_count, default=50, help="at most so many (50)")
    parser.add_argument("--json", action="store_true", help="as a JSON list")
    parser.set_defaults(carry_out=news.show_news)


def _count(text: str) -> int:
    value = _number(text)
    if not 1 <= value <= 100_000 or value != int(value):
        raise argparse.ArgumentTypeError(f"{text} is not a whole number in 1..100000")
    return int(value)


def _positive(text: str) -> float:
    value = _number(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not above zero")
    return value


def _speed(text: str) -> float:
    value = _number(text)
    if not 1 <= value <= 10_000:
        raise argparse.ArgumentTypeError(f"{text} is not in 1..10000")
    return value


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None


def _port(text: str) -> int:
    value = _number(text)
    if value != int(value) or not 0 <= value <= 65_535:
        raise argparse.ArgumentTypeError(f"{text} is not a port, 0..65535")
    return int(value)


def _coins(text: str) -> int:
    value = _number(text)
    if value != int(value) or not 60 <= value <= 5_000:
        raise argparse.ArgumentTypeError(f"{text} is not a number of coins, 60..5000")
    return int(value)


def _date(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2024-02-01 or 2024-02-01T12:00:00")
    return text


def _comma_list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
