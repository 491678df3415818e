"""Times a candle from the venue's wire to the painted chart, while the market is calm, floods, and loads.

    python tests/benchmarks/bench_wire_to_chart.py [--seconds N] [--json FILE]

The processes that a trader has: a practice exchange, an engine, its venue's providers and a window
(offscreen); the arithmetic is compiled, as on every start but the first. Four stages:
100 coins whose candles are said four times a second; the same with 20,000 messages a second arriving at the
engine; the engine killed and starting again; and a start with a venue that lists 13,500 markets. In each
stage the window's loop lag and its beats of 16 ms are recorded. Exit code 1 where a bar is missed.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import psutil

from tests.fakes.patience import PATIENCE_S
from tests.fakes.processes import PROJECT, wait_for
from workstation.storage.compiled_code import is_compiled, use_compiled_code
from workstation.storage.paths import Paths

HERE = Path(__file__).resolve().parent
COIN = "C0/USDT"
N_COINS, N_MARKETS, FLOOD = 100, 13_500, 20_000
WIRE_P95_MS, LAG_P99_MS, LONGEST_GAP_MS = 50.0, 16.0, 33.0


@dataclass(frozen=True)
class Stage:
    """What was seen in one stage; milliseconds."""

    name: str
    n_candles: int
    wire_p50: float
    wire_p95: float
    lag_p99: float
    gap_p99: float
    gap_max: float
    n_gaps_over: int
    messages_per_s: float

    @property
    def missed(self) -> list[str]:
        """The bars that this stage misses."""
        bars = {
            f"wire to chart p95 <= {WIRE_P95_MS:g} ms": not self.wire_p95 > WIRE_P95_MS,
            f"loop lag p99 <= {LAG_P99_MS:g} ms": self.lag_p99 <= LAG_P99_MS,
            f"no gap over {LONGEST_GAP_MS:g} ms": self.n_gaps_over == 0,
        }
        return [bar for bar, is_met in bars.items() if not is_met]


class Record:
    """What market and window wrote down."""

    def __init__(self, sent: Path, window: Path) -> None:
        self._sent, self._window = sent, window

    def stage(self, name: str, since_ns: int, until_ns: int, messages_per_s: float) -> Stage:
        """Return what was seen between two times."""
        sent = {}
        for line in self._sent.read_text().splitlines():
            opened, volume, at = line.split()
            sent.setdefault((opened, volume), int(at))
        latency, lags, gaps = [], [], []
        for line in self._window.read_text().splitlines():
            word, *values, at = line.split()
            if not since_ns <= int(at) <= until_ns:
                continue
            if word == "paint" and tuple(values) in sent:
                latency.append((int(at) - sent[tuple(values)]) / 1e6)
            elif word == "lag":
                lags.append(float(values[0]))
            elif word == "gap":
                gaps.append(float(values[0]))
        return Stage(
            name,
            len(latency),
            *(_percentile(latency, p) for p in (50, 95)),
            _percentile(lags, 99),
            _percentile(gaps, 99),
            max(gaps, default=float("nan")),
            sum(gap > LONGEST_GAP_MS for gap in gaps),
            messages_per_s,
        )

    def has(self, word: str) -> bool:
        """Return whether the window wrote this word."""
        return self._window.exists() and f"{word} " in self._window.read_text()


def _percentile(values: list[float], p: float) -> float:
    return float(np.percentile(values, p)) if values else float("nan")


@contextlib.contextmanager
def processes(folder: Path, n_listings: int):
    """Give the market, the window and the record of both."""
    sent, seen = folder / "sent", folder / "seen"
    market = subprocess.Popen(
        [sys.executable, HERE / "wire_market.py", str(N_COINS), str(n_listings), str(sent), COIN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
    )
    psutil.Process(market.pid).nice(5)  # as a market that the engine starts
    url = market.stdout.readline().removeprefix("listening on ").strip()
    home = folder / "home"
    (home / "config").mkdir(parents=True)
    symbols = ", ".join(f'"C{n}/USDT"' for n in range(N_COINS))
    (home / "config" / "settings.toml").write_text(f"[watchlist]\nsymbols = [{symbols}]\n")
    window = subprocess.Popen(
        [sys.executable, HERE / "wire_window.py", str(seen), "--practice", url],
        env={**os.environ, "TIDEMARK_HOME": str(home)},
        stderr=subprocess.DEVNULL,  # Qt's offscreen platform complains of what it cannot do
        cwd=PROJECT,
    )
    try:
        yield market, window, Record(sent, seen)
    finally:
        window.terminate()
        window.wait(PATIENCE_S)
        market.stdin.close()
        market.wait(PATIENCE_S)


def engine_of(window: subprocess.Popen) -> psutil.Process:
    """Return the engine that a window started."""
    return wait_for(
        lambda: next((c for c in psutil.Process(window.pid).children() if "serve" in c.cmdline()), None)
    )


def measure(record: Record, name: str, seconds: float, messages_per_s: float = float("nan")) -> Stage:
    """Let a stage run, longer where no candle was painted meanwhile."""

    def seen() -> Stage:
        return record.stage(name, since, time.monotonic_ns(), messages_per_s)

    since = time.monotonic_ns()
    time.sleep(seconds)
    wait_for(lambda: seen().n_candles)
    return seen()


def stages(seconds: float) -> list[Stage]:
    """Run every stage."""
    found = []
    with (
        tempfile.TemporaryDirectory() as folder,
        processes(Path(folder), N_COINS) as (market, window, record),
    ):
        wait_for(lambda: record.has("paint"))
        time.sleep(min(10, 4 * seconds))  # the watchlist's history is loaded by then
        found.append(measure(record, f"{N_COINS} coins", seconds))
        market.stdin.write(f"flood {FLOOD}\n")
        market.stdin.flush()
        time.sleep(min(2, seconds))
        found.append(measure(record, f"... and {FLOOD:,} messages/s", seconds, FLOOD))
        market.stdin.write("flood 0\n")
        market.stdin.flush()
        _say_memory(window)
        engine_of(window).kill()
        found.append(measure(record, "engine killed and back", min(10, 5 * seconds)))
    with tempfile.TemporaryDirectory() as folder, processes(Path(folder), N_MARKETS) as (_, window, record):
        wait_for(lambda: record.has("window"))
        time.sleep(0.5)  # the window has painted itself; the engine has not yet asked for the markets
        since = time.monotonic_ns()
        wait_for(lambda: record.has("paint"))
        time.sleep(min(8, 4 * seconds))
        found.append(record.stage(f"{N_MARKETS:,} markets load", since, time.monotonic_ns(), float("nan")))
        _say_memory(window)
    return found


def _say_memory(window: subprocess.Popen) -> None:
    for name, process in (("window", psutil.Process(window.pid)), ("engine", engine_of(window))):
        print(f"memory of the {name}: {process.memory_info().rss / 1e6:.0f} MB")


def main() -> int:
    """Print what was seen; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    use_compiled_code(Paths.of_user())
    if not is_compiled():
        subprocess.run([sys.executable, "-m", "workstation", "prepare"], check=True, cwd=PROJECT)
    found = stages(asked.seconds)
    print(
        f"{'stage':<28} {'candles':>8} {'wire p50':>9} {'p95':>7} "
        f"{'lag p99':>8} {'gap p99':>8} {'max':>7} {'>33':>4}"
    )
    for stage in found:
        print(
            f"{stage.name:<28} {stage.n_candles:>8} {stage.wire_p50:>9.1f} {stage.wire_p95:>7.1f} "
            f"{stage.lag_p99:>8.1f} {stage.gap_p99:>8.1f} {stage.gap_max:>7.1f} {stage.n_gaps_over:>4}"
        )
    missed = [f"{stage.name}: {bar}" for stage in found for bar in stage.missed]
    for bar in missed:
        print(f"MISSED {bar}")
    if asked.json:
        asked.json.write_text(json.dumps([asdict(stage) for stage in found], indent=1))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
