"""What each command does. Libraries are imported where they are needed: ``tidemark --help`` needs none."""

import argparse
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from workstation.cli.exit_codes import DONE, FAILED
from workstation.cli.home import session_home
from workstation.domain.errors import TidemarkError, UsageError
from workstation.domain.market import SeriesKey, timeframe_ms
from workstation.link.chart_address import RefusedAddress

_TOURED_SCALES = (100, 200)
_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def open_window(asked: argparse.Namespace) -> int:
    """Open the workstation, or take its picture."""
    if isinstance(asked.open, RefusedAddress) and not asked.from_menu:
        raise UsageError(asked.open.why)  # where a browser starts us, the window says it
    from workstation.ui.qt_pair import problem

    if (reason := problem()) is not None:
        raise TidemarkError(reason)
    if sys.platform == "linux" and not any(map(os.environ.get, _SCREENS)):
        raise TidemarkError(
            "There is no screen to open a window on (DISPLAY is not set); try tidemark serve."
        )
    chosen = (asked.speed, asked.seed, asked.coins, asked.from_date)
    if asked.practice is None and chosen != (1.0, 7, 60, None):
        raise UsageError("--speed, --seed, --coins and --from go with --practice.")
    words = [] if asked.practice is None else _practice_words(asked)
    if asked.tour is not None and asked.scale is None:
        return _take_tours(asked, words)
    try:
        return _open_session(asked, words)
    except TidemarkError as error:
        if asked.from_menu:
            from workstation.ui.application import show_refusal

            show_refusal(str(error))
        raise


def _open_session(asked: argparse.Namespace, words: list[str]) -> int:
    from workstation.window_app import WindowOptions, run_window

    with session_home(is_kept=asked.practice is None) as notices:
        return run_window(
            WindowOptions(
                engine_arguments=tuple(words),
                screenshot=asked.screenshot,
                after_s=asked.after,
                notices=notices,
                address=asked.open,
                tour=asked.tour,
                scale_pct=asked.scale,
                hidden=asked.hidden and asked.open is None,
                is_kept=asked.practice is None and not notices,
            )
        )


def _take_tours(asked: argparse.Namespace, words: list[str]) -> int:
    """Take a tour at each scale, in a process of its own: Qt takes its scale once."""
    for scale in _TOURED_SCALES:
        tour = ["--tour", str(asked.tour), "--after", f"{asked.after:g}", "--scale", str(scale)]
        command = [sys.executable, "-m", "workstation", *words, *tour]
        ended = subprocess.run(command, check=False)  # noqa: S603  our own program, with what argparse accepted
        if ended.returncode != DONE:
            return FAILED
    print(f"The pictures lie in {asked.tour}.")
    return DONE


def _date_ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def _practice_words(asked: argparse.Namespace) -> list[str]:
    begin = ["--from", asked.from_date] if asked.from_date else []
    source = _practice_source(asked.practice)
    market = ["--seed", str(asked.seed), "--coins", str(asked.coins)]
    return ["--practice", source, "--speed", f"{asked.speed:g}", *market, *begin]


def _practice_source(text: str) -> str:
    if text == "simulated" or text.startswith("http://127.0.0.1:"):
        return text
    if not Path(text).is_dir():
        raise UsageError(
            f"--practice takes 'simulated', a folder or http://127.0.0.1:PORT; {text!r} is none."
        )
    return str(Path(text).resolve())


def serve(asked: argparse.Namespace) -> int:
    """Run the engine alone."""
    from workstation.engine_app import AUTO, PRACTICE, EngineOptions, run_engine
    from workstation.feeds.venues import LIVE_VENUES
    from workstation.services.practice_market import PracticeOptions
    from workstation.storage.paths import HOME_VARIABLE, Paths

    practice = None
    if asked.practice is not None:
        source = _practice_source(asked.practice)
        practice = PracticeOptions(source, asked.seed, asked.speed, asked.from_date, asked.coins)
    options = EngineOptions(asked.venue, practice, asked.symbols, asked.timeframes, asked.linger)
    if asked.venue not in (None, AUTO, PRACTICE, *LIVE_VENUES):
        raise UsageError(f"--venue {asked.venue} is not known; choose one of {', '.join(LIVE_VENUES)}.")
    for timeframe in asked.timeframes:
        timeframe_ms(timeframe)
    is_kept = practice is None or HOME_VARIABLE in os.environ
    with session_home(is_kept) as notices:
        for notice in notices:
            print(notice, file=sys.stderr)
        if not is_kept:
            print(
                f"A window joins this engine with {HOME_VARIABLE}={os.environ[HOME_VARIABLE]} tidemark",
                flush=True,
            )
        return run_engine(Paths.of_user(), options)


def run_sandbox(asked: argparse.Namespace) -> int:
    """Run a practice exchange until told to end."""
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
        source = SimulatedMarket(asked.seed, asked.coins)
        begin = SystemClock().now_ms()
    else:
        label = f"Practice market, recorded, {asked.data.resolve().name}"
        folder = CandleFolder(asked.data)
        source = recorded = RecordedMarket(folder, label, asked.seed)
        for sentence in (*recorded.refused, *(stranger.refused for stranger in folder.strangers)):
            print(sentence, file=sys.stderr)
        begin = source.default_start_ms
    if asked.from_date:
        begin = _date_ms(asked.from_date)
    clock = MarketClock(begin, asked.speed, time.monotonic, source.last_ms, first_ms=source.first_ms)

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


def import_candles(asked: argparse.Namespace) -> int:
    """Put a folder of candles into the store."""
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


def prepare(_asked: argparse.Namespace) -> int:
    """Compile the engine's arithmetic, unless it is."""
    from workstation.storage.compiled_code import is_compiled, mark_compiled

    if not is_compiled():
        from workstation.engine.warm_up import warm_up

        warm_up()
        mark_compiled()
    print("The engine's arithmetic is compiled.")
    return DONE


def write_signals(asked: argparse.Namespace) -> int:
    """Write every signal of a recorded series to a CSV file."""
    import csv

    from workstation.cli.recorded import VENUE, candles_of
    from workstation.engine.confluence import judge
    from workstation.engine.signals_table import COLUMNS, signals_table
    from workstation.storage.candle_files import CandleFolder

    key = SeriesKey(VENUE, asked.symbol, asked.timeframe)
    signals = judge(key, candles_of(CandleFolder(asked.data), key))
    try:
        with asked.out.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows(signals_table(signals))
    except OSError as error:
        raise TidemarkError(f"{asked.out} cannot be written: {error.strerror}.") from error
    print(f"{len(signals):,} signals written to {asked.out}.")
    return DONE
