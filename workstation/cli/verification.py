"""``tidemark verify``: the examination of the engine on recorded and simulated markets, and its table."""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np

from workstation.cli.exit_codes import DONE, FAILED
from workstation.cli.progress import Progress
from workstation.cli.table import print_table
from workstation.domain.errors import TidemarkError

if TYPE_CHECKING:
    from workstation.engine.verification.record import Record
    from workstation.engine.verification.tally import Tally

TESTS = {
    "T1": "the future is cut off",
    "T2": "another future",
    "T3": "not yet available",
    "T4": "other coins' future",
    "T6": "live = history",
    "T7": "begun later",
    "T8": "no hidden state",
    "range": "in its range",
}
"""What is done, by test."""

_CHILD_S = 600.0


def verify(asked: argparse.Namespace) -> int:
    """Examine the engine, and print what was found."""
    from workstation.cli.verified_records import records_of

    began_s = time.monotonic()
    records = records_of(asked.data, asked.timeframe, asked.symbols, asked.seed)
    if asked.digest is not None:
        print(json.dumps(_digests(records, asked.digest)))
        return DONE
    try:
        with _fresh_processes(asked) as processes:
            tally = _examined(records, asked)
            _compare_processes(processes, records, tally)
    except KeyboardInterrupt:
        print("tidemark: stopped before the end; nothing is proven.", file=sys.stderr)
        return FAILED
    if asked.json:
        print(json.dumps(_as_json(records, tally), indent=2))
    else:
        _print(records, tally)
        print(f"{time.monotonic() - began_s:.0f} s, seed {asked.seed}.")
        print(verdict(tally))
    return FAILED if tally.leaks else DONE


def _examined(records: "list[Record]", asked: argparse.Namespace) -> "Tally":
    """Run every check, two at a time where the machine has two processors."""
    from workstation.engine.verification.examination import Effort, checks
    from workstation.engine.verification.tally import Tally

    effort = Effort(cuts=asked.cuts)
    todo = [check for k, record in enumerate(records) for check in checks(record, effort, asked.seed + k)]
    tally, progress = Tally(), Progress("checks")
    pool = ThreadPoolExecutor(min(os.cpu_count() or 1, 4))
    futures: list[Future[Tally]] = [pool.submit(check) for check in todo]
    try:
        for done, future in enumerate(as_completed(futures), 1):
            tally.add(future.result())
            progress(done, len(todo))
    finally:
        progress.end()
        pool.shutdown(cancel_futures=True)
    return tally


def _digests(records: "list[Record]", order: int) -> dict[str, dict[str, str]]:
    from workstation.engine.verification.hidden_state import digests
    from workstation.engine.verification.record import read

    return {record.name: digests(read, record, np.random.default_rng(order)) for record in records}


@contextmanager
def _fresh_processes(asked: argparse.Namespace) -> "Iterator[list[subprocess.Popen[str]]]":
    """Give two processes that read all records anew, each in another order."""
    words = [sys.executable, "-m", "workstation", "verify", "--data", str(asked.data)]
    words += ["--timeframe", asked.timeframe, "--symbols", str(asked.symbols), "--seed", str(asked.seed)]
    processes = [
        subprocess.Popen(  # noqa: S603  our own program, our own arguments
            [*words, "--digest", str(order)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for order in (1, 2)
    ]
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def _compare_processes(
    processes: "list[subprocess.Popen[str]]", records: "list[Record]", tally: "Tally"
) -> None:
    """Compare what fresh processes say of the records, reading by reading, with each other."""
    from workstation.engine.verification.hidden_state import STATE
    from workstation.engine.verification.record import subject_of
    from workstation.engine.verification.tally import Leak

    answers = []
    for process in processes:
        said, complaint = process.communicate(timeout=_CHILD_S)
        if process.returncode:
            raise TidemarkError(f"A fresh process did not come to an end: {complaint.strip()[-300:]}")
        answers.append(json.loads(said))
    one, other = answers
    for record in records:
        n_values = sum(len(record.series[symbol]) for symbol in record.watched)
        for name, digest in one[record.name].items():
            place = subject_of(name), STATE
            tally.counts[place] += n_values
            if other[record.name].get(name) != digest:
                leak = Leak(record.name, "all symbols", name, "in a fresh process", 0, np.nan, np.nan)
                tally.leaks.setdefault(place, leak)


def verdict(tally: "Tally") -> str:
    """Return the last line: how many leaks, in how much."""
    from workstation.engine.features.registry import DATA_POINTS, FAMILIES

    n_points = len({subject for subject, _ in tally.counts} & DATA_POINTS.keys())
    n = len(tally.leaks)
    return (
        f"{n} leak{'' if n == 1 else 's'} in {n_points} data points, {len(FAMILIES)} families: "
        f"{tally.n_compared:,} comparisons"
    )


def _print(records: "list[Record]", tally: "Tally") -> None:
    for record in records:
        bars = sum(len(record.series[symbol]) for symbol in record.watched)
        watched = ", ".join(record.watched)
        print(
            f"{record.name}: {watched} among {len(record.series)} symbols, {bars:,} bars {record.timeframe}"
        )
    print()
    subjects = list(dict.fromkeys(subject for subject in _in_order(tally)))
    rows = [(subject, *(_cell(tally, subject, test) for test in TESTS)) for subject in subjects]
    print_table([("compared", *TESTS), *rows])
    print()
    print("; ".join(f"{test}: {what}" for test, what in TESTS.items()))
    for (_, test), leak in sorted(tally.leaks.items()):
        print(f"{test} {leak}")


def _in_order(tally: "Tally") -> list[str]:
    """Return the data points in the order of the registry, then the families, then the rest."""
    from workstation.engine.features.registry import DATA_POINTS, FAMILIES

    known = [*DATA_POINTS, *(family.family.value for family in FAMILIES)]
    seen = {subject for subject, _ in tally.counts}
    return [*(name for name in known if name in seen), *sorted(seen - set(known))]


def _cell(tally: "Tally", subject: str, test: str) -> str:
    if (subject, test) in tally.leaks:
        return "LEAK"
    n = tally.counts[subject, test]
    return f"{n:,}" if n else "-"


def _as_json(records: "list[Record]", tally: "Tally") -> dict[str, object]:
    subjects = [
        {
            "name": subject,
            "compared": {test: tally.counts[subject, test] for test in TESTS if tally.counts[subject, test]},
            "leaks": [
                {"test": test, **asdict(leak)}
                for (name, test), leak in tally.leaks.items()
                if name == subject
            ],
        }
        for subject in _in_order(tally)
    ]
    markets = [
        {"name": r.name, "timeframe": r.timeframe, "symbols": list(r.watched), "of": len(r.series)}
        for r in records
    ]
    return {
        "markets": markets,
        "tests": TESTS,
        "subjects": subjects,
        "n_leaks": len(tally.leaks),
        "n_compared": tally.n_compared,
    }
