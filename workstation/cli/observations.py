"""The command ``tidemark observations``: history goes in, and what is there is listed."""

import argparse
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workstation.cli.exit_codes import DONE, FAILED

if TYPE_CHECKING:
    from workstation.storage.observation_files import ObservationReport
    from workstation.storage.observation_store import SeriesSummary

_COLUMNS = ("metric", "subject", "rows", "first", "last", "newest available", "source")


def add_command(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add it to the commands that can be asked."""
    parser = commands.add_parser(
        "observations",
        help="put on-chain, sentiment and derivatives history into the store, and list what is there",
        description="What was observed outside the candles, each number with when it could be known.",
    )
    todo = parser.add_subparsers(metavar="WHAT", required=True)
    taking = todo.add_parser(
        "import",
        help="put files of history into the store",
        description="Put Parquet or CSV files into the store: a column time, date, ts or timestamp, and "
        "columns of Coin Metrics (AdrActCnt, TxCnt, FlowInExUSD, FlowOutExUSD, SplyExNtv, SplyCur, "
        "CapMVRVCur), the Fear & Greed index (fear_greed_index), funding_rate or oi_close. A day's number "
        "counts from when it could be known. A file with an impossible row is refused whole; the others go "
        "in.",
    )
    taking.add_argument("files", metavar="FILE", nargs="+", type=Path, help="e.g. btc.csv")
    taking.add_argument(
        "--coin", metavar="BTC", help="whom they are about, where neither a column nor a file's name says so"
    )
    taking.add_argument("--json", action="store_true", help="say what became of each file as JSON")
    taking.set_defaults(carry_out=import_files)
    listing = todo.add_parser(
        "list",
        help="list what was observed",
        description="List every metric and subject: how many versions are stored, the first and last time "
        "that they are about, when the newest could be known, and who said it. Times are UTC.",
    )
    listing.add_argument("--json", action="store_true", help="as JSON; times are milliseconds since 1970")
    listing.set_defaults(carry_out=list_series)


def import_files(asked: argparse.Namespace) -> int:
    """Put files of on-chain, sentiment or derivatives history into the store."""
    from workstation.services.clock import SystemClock
    from workstation.storage.observation_files import import_observations
    from workstation.storage.observation_store import ObservationStore
    from workstation.storage.paths import Paths

    now_ms = SystemClock().now_ms()
    with ObservationStore(Paths.of_user().observations_db) as store:
        reports = [import_observations(path, store, now_ms, asked.coin) for path in asked.files]
    if asked.json:
        print(json.dumps([asdict(report) for report in reports], indent=2))
    for report in reports:
        if report.refused:
            print(report.refused, file=sys.stderr)
        elif not asked.json:
            _say(report)
    return FAILED if any(report.refused for report in reports) else DONE


def _say(report: "ObservationReport") -> None:
    about = ", ".join(subject or "the market" for subject in report.subjects) or "nothing"
    print(f"{report.file}: {report.n_new:,} new observations of {about}.")
    for note in report.notes:
        print(f"  {note}")
    if report.ignored:
        print(f"  Ignored columns: {', '.join(report.ignored)}.")


def list_series(asked: argparse.Namespace) -> int:
    """Say what was observed, of whom, since when and by whom."""
    from workstation.storage.observation_store import ObservationStore
    from workstation.storage.paths import Paths

    with ObservationStore(Paths.of_user().observations_db, read_only=True) as store:
        summaries = store.summaries()
    if asked.json:
        print(json.dumps([asdict(summary) for summary in summaries], indent=2))
        return DONE
    if not summaries:
        print("Nothing was observed yet.")
        return DONE
    table = [_COLUMNS, *map(_cells, summaries)]
    widths = [max(len(row[i]) for row in table) for i in range(len(_COLUMNS))]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return DONE


def _cells(summary: "SeriesSummary") -> tuple[str, ...]:
    times = (_minute(ms) for ms in (summary.first_ms, summary.last_ms, summary.newest_available_ms))
    subject = summary.subject or "(market)"
    return (summary.metric, subject, f"{summary.n_rows:,}", *times, ", ".join(summary.sources))


def _minute(time_ms: int) -> str:
    return f"{datetime.fromtimestamp(time_ms / 1000, UTC):%Y-%m-%d %H:%M}"
