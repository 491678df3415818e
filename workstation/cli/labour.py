"""Options of commands that compute for long: who works, where, how far they are, and how they are stopped."""

import argparse
import contextlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from workstation.cli.progress import Progress
from workstation.domain.errors import BadCandleFile, UsageError
from workstation.domain.market import TIMEFRAMES

if TYPE_CHECKING:
    from workstation.services.evaluations.evaluation import Workshop
    from workstation.services.work.workers import Workers

_FOLDER = "evaluations"
_SEED = 7


def add_ground(parser: argparse.ArgumentParser, data_help: str, *, required: bool) -> None:
    """Add what is computed on.

    Parameters
    ----------
    parser : ArgumentParser
    data_help : str
        What ``--data`` names.
    required : bool
        There is no store to fall back on: either ``--data`` or ``--simulated`` must be given.
    """
    source = parser.add_mutually_exclusive_group(required=required)
    source.add_argument("--data", metavar="DIR", type=Path, action="append", default=[], help=data_help)
    if required:
        source.add_argument(
            "--simulated",
            metavar="SEED",
            nargs="?",
            type=seed,
            const=_SEED,
            help=f"three years of the simulated market instead: candles made by dice ({_SEED})",
        )
    parser.add_argument("--timeframe", metavar="T", type=_timeframe, default="1h", help="of the bars (1h)")
    parser.add_argument(
        "--symbols", metavar="A/B,C/D", type=_symbols, default=(), help="only these coins (every one)"
    )
    parser.add_argument(
        "--from", metavar="DATE", dest="from_ms", type=day_ms, help="judge from YYYY-MM-DD on, UTC; earlier "
        "candles warm up and teach (the first that can be judged)",
    )  # fmt: skip
    parser.add_argument(
        "--to", metavar="DATE", dest="until_ms", type=day_ms, help="no candle from YYYY-MM-DD on is looked at"
    )


def add_workers(parser: argparse.ArgumentParser) -> None:
    """Add who computes."""
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--workers", metavar="N", type=_count, default=1, help="processes on this machine (1)")
    who.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="a Dask cluster that runs already, by its scheduler's address such as tcp://10.0.0.5:8786; its "
        "workers need this version of Tidemark",
    )


@contextlib.contextmanager
def workers_of(asked: argparse.Namespace, *, apart: bool = False) -> "Iterator[Workers]":
    """Give who was asked for, and end them afterwards.

    Parameters
    ----------
    asked : Namespace
        With ``workers`` and ``cluster``.
    apart : bool
        Never in this process: what is loaded may end the one that loads it.
    """
    from workstation.services.work.workers import Alone

    if asked.cluster is not None:
        from workstation.services.work.cluster import Cluster

        with Cluster(asked.cluster) as cluster:
            yield cluster
    elif apart or asked.workers > 1:
        from workstation.services.work.processes import Processes

        with Processes(asked.workers) as processes:
            yield processes
    else:
        yield Alone()


@contextlib.contextmanager
def workshop(asked: argparse.Namespace, *, apart: bool = False) -> "Iterator[Workshop]":
    """Give the workshop of a command: who works, where, and a line that says how far they are."""
    from workstation.services.evaluations.evaluation import Workshop
    from workstation.storage.paths import Paths

    stages: dict[str, Progress] = {}

    def on_progress(what: str, done: int, total: int) -> None:
        stages.setdefault(what, Progress(what))(done, total)

    try:
        with workers_of(asked, apart=apart) as workers:
            yield Workshop(workers, Paths.of_user().cache / _FOLDER, on_progress)
    finally:
        for stage in stages.values():
            stage.end()


def require_period(asked: argparse.Namespace) -> None:
    """Refuse a period that ends before it begins."""
    if asked.from_ms is not None and asked.until_ms is not None and asked.from_ms >= asked.until_ms:
        raise UsageError("--to must lie after --from.")


def require_parent(*files: Path | None) -> None:
    """Refuse files that could not be written, before the long work is done."""
    for file in files:
        if file is not None and not (file.parent.is_dir() and os.access(file.parent, os.W_OK)):
            raise UsageError(f"{file} cannot be written: {file.parent} is no folder that may be written.")


def day_ms(text: str) -> int:
    """Return the moment that a date means, UTC milliseconds."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2024-02-01 or 2024-02-01T12:00:00")
    return int(moment.replace(tzinfo=UTC).timestamp() * 1000)


def seed(text: str) -> int:
    """Return a number that decides dice."""
    if not (text.isascii() and text.isdecimal()) or int(text) >= 2**32:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of zero or more")
    return int(text)


def _timeframe(text: str) -> str:
    if text not in TIMEFRAMES:
        raise argparse.ArgumentTypeError(f"{text!r} is no timeframe; expected one of {', '.join(TIMEFRAMES)}")
    return text


def _symbols(text: str) -> tuple[str, ...]:
    from workstation.storage.candle_files import symbol_of

    try:
        return tuple(dict.fromkeys(symbol_of(part) for part in text.split(",") if part.strip()))
    except BadCandleFile:
        raise argparse.ArgumentTypeError(f"{text!r} is no list of symbols like BTC/USDT,ETH/USDT") from None


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f"{text} is not a number of processes, 1..256")
    return int(text)
