"""The command line: the window, and the same services without one.

Every command leaves with 0 when it is done, 2 when it was asked wrongly, 1 when it failed, with one sentence
on standard error.
"""

import argparse
import contextlib
import logging
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from workstation import __version__
from workstation.domain.errors import StoreReadOnly, TidemarkError, UsageError

DONE, FAILED, USAGE = 0, 1, 2

_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")

_EXAMPLES = """\
examples:
  tidemark                                     open the workstation
  tidemark --practice simulated --speed 600    ... on a simulated market, ten minutes a second
  tidemark --practice DIR --from 2024-02-01 --speed 3600
                                               ... on recorded candles, an hour a second
  tidemark serve                               the engine alone, without a window
  tidemark sandbox --simulated --port 8080     a practice exchange for any Binance client
  tidemark import --data DIR --venue binance   put recorded candles into the store
  tidemark signals --data DIR --symbol BTC/USDT --timeframe 1h --out signals.csv

Your data: prices and signals lie in the user's data folder, settings in the user's configuration folder;
TIDEMARK_HOME=FOLDER puts everything below one folder.
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"tidemark: {message}\n")


def run(arguments: Sequence[str]) -> int:
    """Carry out one command line.

    Parameters
    ----------
    arguments : sequence of str
        Without the program's name.

    Returns
    -------
    int
        Exit code: 0 done, 2 wrong usage, 1 failed.
    """
    asked = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(DONE))  # until the loop of a command takes it over
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        return int(asked.carry_out(asked))
    except UsageError as error:
        print(f"tidemark: {error}", file=sys.stderr)
        return USAGE
    except TidemarkError as error:
        print(f"tidemark: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return DONE


def _parser() -> argparse.ArgumentParser:
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
    parser.set_defaults(carry_out=_window)
    commands = parser.add_subparsers(metavar="COMMAND", parser_class=_Parser)
    _add_serve(commands)
    _add_sandbox(commands)
    _add_import(commands)
    _add_signals(commands)
    return parser


def _add_practice(parser: argparse.ArgumentParser, help_: str) -> None:
    group = parser.add_argument_group("practice market")
    group.add_argument(
        "--practice",
        metavar="simulated|DIR|URL",
        help=f"{help_}: a simulated market, a folder of recorded candles, or the address of one that runs",
    )
    group.add_argument(
        "--speed", metavar="X", type=_speed, default=1.0, help="market seconds per second, 1..10000"
    )
    group.add_argument(
        "--from", metavar="DATE", dest="from_date", type=_date, help="where it begins, YYYY-MM-DD, UTC"
    )
    group.add_argument(
        "--seed", metavar="N", type=int, default=7, help="the same seed is the same market (7)"
    )


def _add_serve(commands: "argparse._SubParsersAction[_Parser]") -> None:
    parser = commands.add_parser(
        "serve",
        help="run the engine alone, without a window",
        description="Run the engine alone: it listens to the venue, stores candles and raises signals. A "
        "window started later connects to it, and leaves it running when it closes. Ctrl-C ends it.",
    )
    _add_practice(parser, "listen to a practice market")
    parser.add_argument("--venue", metavar="NAME", help="a venue instead of the one in the settings")
    parser.add_argument(
        "--symbols", metavar="A/B,C/D", type=_comma_list, default=(), help="watch these; 'all' is everything"
    )
    parser.add_argument(
        "--timeframes", metavar="1h,4h", type=_comma_list, default=(), help="judge these bars"
    )
    parser.add_argument(
        "--linger", metavar="SECONDS", type=_positive, help="leave when no window was here for so long"
    )
    parser.set_defaults(carry_out=_serve)


def _add_sandbox(commands: "argparse._SubParsersAction[_Parser]") -> None:
    parser = commands.add_parser(
        "sandbox",
        help="run a practice exchange that speaks Binance spot's public protocol",
        description="Run a practice exchange on 127.0.0.1 that speaks Binance spot's public REST and "
        "WebSocket protocol. The first line printed is 'listening on http://127.0.0.1:PORT'. The same seed "
        "gives the same bytes. Ctrl-C ends it.",
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", metavar="DIR", type=Path, help="replay a folder of candles as if live")
    source.add_argument("--simulated", action="store_true", help="60 coins in 8 narratives, out of a seed")
    parser.add_argument("--port", metavar="P", type=int, default=0, help="0 takes any free one (0)")
    parser.add_argument(
        "--seed", metavar="N", type=int, default=7, help="the same seed is the same market (7)"
    )
    parser.add_argument(
        "--speed", metavar="X", type=_speed, default=1.0, help="market seconds per second, 1..10000"
    )
    parser.add_argument(
        "--from",
        metavar="DATE",
        dest="from_date",
        type=_date,
        help="where it begins, YYYY-MM-DD, UTC (now for a simulated market, else 30 days into the data)",
    )
    parser.add_argument(
        "--until-stdin-closes", action="store_true", help="end with whoever holds standard input"
    )
    parser.set_defaults(carry_out=_sandbox)


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
    parser.set_defaults(carry_out=_import)


def _add_signals(commands: "argparse._SubParsersAction[_Parser]") -> None:
    parser = commands.add_parser(
        "signals",
        help="write every signal of a recorded series to a CSV file",
        description="Judge a recorded series bar by bar, as the engine does live, and write each signal with "
        "its votes to a CSV file.",
    )
    parser.add_argument("--data", metavar="DIR", type=Path, required=True, help="folder of candle files")
    parser.add_argument("--symbol", metavar="S", required=True, help="e.g. BTC/USDT")
    parser.add_argument("--timeframe", metavar="T", default="1h", help="e.g. 1h (1h)")
    parser.add_argument("--out", metavar="FILE.csv", type=Path, required=True, help="where to write")
    parser.set_defaults(carry_out=_signals)


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not above zero")
    return value


def _speed(text: str) -> float:
    value = float(text)
    if not 1 <= value <= 10_000:
        raise argparse.ArgumentTypeError(f"{text} is not in 1..10000")
    return value


def _date(text: str) -> str:
    try:
        datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007  only its form is checked; _date_ms gives it a zone
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2024-02-01") from None
    return text


def _date_ms(text: str) -> int:
    return int(datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).timestamp() * 1000)


def _comma_list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _window(asked: argparse.Namespace) -> int:
    from workstation.ui.qt_pair import problem

    if (reason := problem()) is not None:
        raise TidemarkError(reason)
    if sys.platform == "linux" and not any(map(os.environ.get, _SCREENS)):
        raise TidemarkError(
            "There is no screen to open a window on (DISPLAY is not set); try tidemark serve."
        )
    from workstation.window_app import WindowOptions, run_window

    words = [] if asked.practice is None else _practice_words(asked)
    with _home(is_kept=asked.practice is None) as notices:
        return run_window(WindowOptions(tuple(words), asked.screenshot, asked.after, notices))


@contextlib.contextmanager
def _home(is_kept: bool) -> Iterator[tuple[str, ...]]:
    """Give the user's folders or, where they cannot or must not be written, temporary ones; and say why.

    A practice market that begins anew each time must not meet its own future in the store.
    """
    from workstation.storage.paths import HOME_VARIABLE, Paths, require_writable

    notices: tuple[str, ...] = ()
    mine = Paths.of_user()
    try:
        for place in (mine.data, mine.config):
            require_writable(place)
    except StoreReadOnly as error:
        is_kept = False
        notices = (f"{error} This session lies in a temporary folder and is gone when it closes.",)
    if is_kept:
        yield notices
        return
    with tempfile.TemporaryDirectory(prefix="tidemark-") as folder:
        its = Paths.below(Path(folder))
        with contextlib.suppress(OSError):
            shutil.copyfile(mine.settings_file, its.settings_file)
        before = os.environ.get(HOME_VARIABLE)
        os.environ[HOME_VARIABLE] = folder  # for the processes started from here, too
        try:
            yield notices
        finally:
            del os.environ[HOME_VARIABLE]
            if before is not None:
                os.environ[HOME_VARIABLE] = before


def _practice_words(asked: argparse.Namespace) -> list[str]:
    begin = ["--from", asked.from_date] if asked.from_date else []
    source = _practice_source(asked.practice)
    return ["--practice", source, "--speed", f"{asked.speed:g}", "--seed", str(asked.seed), *begin]


def _practice_source(text: str) -> str:
    if text == "simulated" or text.startswith("http://127.0.0.1:"):
        return text
    if not Path(text).is_dir():
        raise UsageError(
            f"--practice takes 'simulated', a folder or http://127.0.0.1:PORT; {text!r} is none."
        )
    return str(Path(text).resolve())


def _serve(asked: argparse.Namespace) -> int:
    from workstation.engine_app import EngineOptions, run_engine
    from workstation.services.practice_market import PracticeOptions
    from workstation.storage.paths import HOME_VARIABLE, Paths

    practice = None
    if asked.practice is not None:
        source = _practice_source(asked.practice)
        practice = PracticeOptions(source, asked.seed, asked.speed, asked.from_date)
    options = EngineOptions(asked.venue, practice, asked.symbols, asked.timeframes, asked.linger)
    is_kept = practice is None or HOME_VARIABLE in os.environ
    with _home(is_kept) as notices:
        for notice in notices:
            print(notice, file=sys.stderr)
        return run_engine(Paths.of_user(), options)


def _sandbox(asked: argparse.Namespace) -> int:
    import asyncio
    import time

    from workstation.sandbox.history import RecordedMarket
    from workstation.sandbox.market_clock import MarketClock
    from workstation.sandbox.server import ExchangeOptions, PracticeExchange
    from workstation.sandbox.simulated_market import SimulatedMarket
    from workstation.sandbox.source import CandleSource
    from workstation.services.clock import SystemClock
    from workstation.storage.candle_files import CandleFolder

    source: CandleSource
    if asked.simulated:
        source = SimulatedMarket(asked.seed)
        begin = SystemClock().now_ms()
    else:
        label = f"Practice market, recorded, {asked.data.resolve().name}"
        source = RecordedMarket(CandleFolder(asked.data), label, asked.seed)
        begin = source.default_start_ms
    if asked.from_date:
        begin = _date_ms(asked.from_date)
    clock = MarketClock(begin, asked.speed, time.monotonic, source.last_ms)

    async def keep_open() -> None:
        loop, told = asyncio.get_running_loop(), asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, told.set)
        if asked.until_stdin_closes:
            loop.add_reader(sys.stdin, told.set)
        async with PracticeExchange(source, clock, ExchangeOptions(port=asked.port)) as exchange:
            print(f"listening on {exchange.url}", flush=True)
            await told.wait()

    asyncio.run(keep_open())
    return DONE


def _import(asked: argparse.Namespace) -> int:
    from workstation.storage.candle_files import CandleFolder, import_folder
    from workstation.storage.candle_store import CandleStore
    from workstation.storage.paths import Paths

    is_terminal = sys.stderr.isatty()

    def on_progress(done: int, total: int) -> None:
        if is_terminal:
            print(
                f"\r{done} of {total} files", end="\n" if done == total else "", file=sys.stderr, flush=True
            )

    folder = CandleFolder(asked.data, skip_bad_rows=asked.skip_bad_rows)
    with CandleStore(Paths.of_user().candles_db) as store:
        report = import_folder(folder, asked.venue, store, on_progress)
    for file in report.files:
        for note in (*file.notes, file.refused):
            if note:
                print(note if file.file in note else f"{file.file}: {note}", file=sys.stderr)
    taken, refused = (_count(len(files), "file") for files in (report.taken, report.refused))
    print(f"{_count(report.n_new, 'new candle')} from {taken}; {refused} refused.")
    return FAILED if report.refused else DONE


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def _signals(asked: argparse.Namespace) -> int:
    import csv

    from workstation.domain.market import SeriesKey
    from workstation.engine.confluence import judge
    from workstation.engine.signals_table import COLUMNS, signals_table
    from workstation.storage.candle_files import CandleFolder

    key = SeriesKey("file", asked.symbol, asked.timeframe)
    signals = judge(key, CandleFolder(asked.data).read(asked.symbol, asked.timeframe))
    try:
        with asked.out.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows(signals_table(signals))
    except OSError as error:
        raise TidemarkError(f"{asked.out} cannot be written: {error.strerror}.") from error
    print(f"{len(signals):,} signals written to {asked.out}.")
    return DONE
