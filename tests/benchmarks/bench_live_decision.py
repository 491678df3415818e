"""Times the decision on a thousand coins at an hour's close, with the model that Tidemark comes with.

    python tests/benchmarks/bench_live_decision.py [--coins 1000] [--closes 48]
                   [--data ../shared/data/ohlcv --from 2022-01-01 --until 2025-07-01]

Live: from the moment the closes of all coins are at hand until every signal is decided, data points, votes,
the model in its own process and the reasons of each signal included; candles are simulated and later than
what the model learnt from. The first close after a start, which takes every coin's past as well, is printed
apart.

With --data, it also times `tidemark evaluate` from nothing on recorded candles: every quarter by models that
are taught for it. Three years of two hundred coins take long.

Exit code 1 where the bar of the live decision is missed.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np

from tests.fakes.services_models import HOUR, POINTS, SIGNALS, Market, ModelHouse
from workstation.domain.events import UniverseClosed, UniverseFilled
from workstation.domain.market import SeriesKey
from workstation.domain.observation import ObservationColumns
from workstation.domain.signal import Signal
from workstation.engine.model.bundle import read_model
from workstation.engine.warm_up import warm_up
from workstation.services.champion import ClosedBar
from workstation.services.drift_watch import DriftWatch
from workstation.services.market_data import MarketData
from workstation.services.sights import Sights
from workstation.services.supervisor import Supervisor
from workstation.services.universe_judge import UniverseJudge
from workstation.services.verdicts import Verdicts
from workstation.storage.compiled_code import use_compiled_code
from workstation.storage.paths import HOME_VARIABLE, Paths

PROJECT = Path(__file__).resolve().parents[2]
MOST_P95_S = 2.0
STOOD = 1_400  # bars of every coin before the first close: enough for every data point


class Archive(Market):
    """What is stored of every coin so far; nothing was observed beside candles."""

    def __init__(self, first_slot: int, n: int, n_coins: int) -> None:
        super().__init__(first_slot, n, range(n_coins))
        self.candles[SeriesKey("practice", "BTC/USDT", "1h")] = self.candles.pop(min(self.candles))
        self.n_stored = STOOD

    def read(self, key, since_ms=None, until_ms=None):
        """Return stored candles of a series between two times."""
        return super().read(key, since_ms, until_ms)[: self.n_stored]

    def read_last(self, key, n):
        """Return the newest stored candles of a series."""
        return self.candles[key][max(0, self.n_stored - n) : self.n_stored]

    def subjects(self, _metric):
        """Return nobody."""
        return []

    def observations(self, _metric, _subject):
        """Return nothing."""
        return ObservationColumns.empty()


class Timed(Verdicts):
    """Says when it has decided on a close."""

    def __init__(self, *rest) -> None:
        super().__init__(*rest)
        self.n_signals, self.is_by_model = 0, True
        self.decided = asyncio.Event()

    async def speak(self, bars: list[ClosedBar]) -> tuple[Signal, ...] | None:
        """Decide, and say so."""
        spoken = await super().speak(bars)
        self.n_signals += len(spoken or ())
        self.is_by_model &= spoken is not None
        self.decided.set()
        return spoken


class Run:
    """A universe of many coins that is judged close by close."""

    def __init__(self, folder: Path, n_coins: int, n_closes: int) -> None:
        house = self.house = ModelHouse(folder)
        learnt_to_ms = read_model(house.store.champion(SIGNALS, POINTS).files).learnt_to_ms
        self.archive = Archive(-(-learnt_to_ms // HOUR) - STOOD + 1, STOOD + 1 + n_closes, n_coins)
        self.tasks = Supervisor()
        watch = DriftWatch(house.bus, house.models, house.ledger, self.archive, self.tasks)
        self.verdicts = Timed(house.models, self.archive.past, lambda _: None, watch.take)
        data = MarketData(house.bus, self.archive, self.archive, self.tasks)
        sights = Sights(house.bus, self.archive)
        self.judge = UniverseJudge(house.bus, data, self.archive, sights, self.verdicts, self.tasks)
        self.judge.judge_at("practice", "1h", n_coins, self._hear)
        watch.watch()

    async def _hear(self, signal: Signal) -> None:
        """Take a signal; writing it down is not the decision."""

    async def close(self) -> float:
        """Have the next bar of every coin close; return the seconds until all is decided."""
        row, self.archive.n_stored = self.archive.n_stored, self.archive.n_stored + 1
        bars = {key.symbol: next(iter(c[row : row + 1])) for key, c in self.archive.candles.items()}
        open_time = next(iter(bars.values())).open_time
        self.verdicts.decided.clear()
        began = perf_counter()
        self.house.bus.publish(UniverseClosed("1h", open_time, bars, frozenset()))
        await self.verdicts.decided.wait()
        return perf_counter() - began

    async def end(self) -> None:
        """Leave no task and no process."""
        await self.tasks.close()
        await self.house.models.close()


async def live(folder: Path, n_coins: int, n_closes: int) -> bool:
    """Print how long decisions take; return whether the bar is met."""
    warm_up()  # loads the machine code
    run = Run(folder, n_coins, n_closes)
    await run.house.models.begin()
    for key in run.archive.series():
        run.house.bus.publish(UniverseFilled(key, STOOD))
    first_s = await run.close()
    took = np.array([await run.close() for _ in range(n_closes)])
    await run.end()
    if not run.verdicts.is_by_model:
        raise SystemExit("The model did not judge; there is nothing to time.")
    p50, p95 = np.quantile(took, (0.5, 0.95))
    is_met = bool(p95 <= MOST_P95_S)
    print(
        f"live decision, {n_coins:,} coins   p50 {p50:.2f} s, p95 {p95:.2f} s over {n_closes} closes, "
        f"{run.verdicts.n_signals} signals; bar {MOST_P95_S:g} s {'met' if is_met else 'MISSED'}"
    )
    print(f"first close after a start   {first_s:.1f} s, the past of every coin included")
    return is_met


def evaluation(asked: argparse.Namespace, folder: Path) -> None:
    """Print how long a whole evaluation takes, nothing of it done before."""
    use_compiled_code(Paths.of_user())  # compiling is no part of it where it was done before
    words: list[object] = ["evaluate", "--data", asked.data, "--json", folder / "found.json"]
    words += ["--workers", os.cpu_count() or 1]
    words += ["--from", asked.from_date] if asked.from_date else []
    words += ["--to", asked.until] if asked.until else []
    began = perf_counter()
    subprocess.run(
        [sys.executable, "-m", "workstation", *map(str, words)],
        cwd=PROJECT,
        env={**os.environ, HOME_VARIABLE: str(folder / "home")},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    took_s = perf_counter() - began
    about = json.loads((folder / "found.json").read_text())["about"]
    n_bars, n_coins = about["n_bars"], len(about["coins"])
    print(
        f"full evaluation             {took_s:.0f} s for {n_bars:,} bars of {n_coins} coins, "
        f"{n_bars / took_s:,.0f} bars/s"
    )


def main() -> int:
    """Print what was measured; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--coins", type=int, default=1_000)
    parser.add_argument("--closes", type=int, default=48)
    parser.add_argument("--data", type=Path, help="folder of recorded candles: time an evaluation, too")
    parser.add_argument("--from", dest="from_date", help="YYYY-MM-DD, where the evaluation begins")
    parser.add_argument("--until", help="YYYY-MM-DD, before which it ends")
    asked = parser.parse_args()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        is_met = asyncio.run(live(folder / "models", asked.coins, asked.closes))
        if asked.data is not None:
            evaluation(asked, folder)
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
