"""Fills and follows a universe of up to 2,000 symbols from a practice market on loopback.

    python tests/benchmarks/bench_universe.py [--symbols 2000] [--bars 3000] [--speed 60] [--pace free|venue]

The market is a process of its own; the engine's part (the real ccxt client, the real store) is measured in
this one. Prints how long the back-fill took, how late the loop was during it and during the prices alone,
what it cost, and how long a sweep at a close takes: at the engine's own pace (``free``: neither the venue's
limits nor ccxt's apply) or at the one that Binance allows (``venue``). Exit code 1 where a bar is missed.
"""

import argparse
import asyncio
import contextlib
import gc
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import psutil

from tests.fakes.patience import PATIENCE_S
from workstation.domain.events import TickersUpdated, UniverseClosed, UniverseProgressed
from workstation.domain.market import timeframe_ms
from workstation.feeds.bulk_pace import BULK_SHARE
from workstation.feeds.ccxt_feed import CcxtFeed
from workstation.feeds.venues import OpenVenue, open_practice
from workstation.sandbox.market_clock import MarketClock
from workstation.sandbox.server import ExchangeOptions, PracticeExchange
from workstation.sandbox.simulated_market import SimulatedMarket
from workstation.services.bus import Bus
from workstation.services.clock import SystemClock
from workstation.services.market_data import MarketData
from workstation.services.supervisor import Supervisor
from workstation.services.universe import Universe
from workstation.services.universe_members import UniverseOptions
from workstation.services.universe_past import UniversePast
from workstation.storage.candle_store import CandleStore
from workstation.storage.journal import Journal
from workstation.storage.recorder import Recorder

LONG_MS = 10.0  # nothing of the engine's own may hold the loop longer
STEP_S = 0.002
MOST_LATE_S = 600.0
FREE = 1e6
MINUTE_OF_THE_HOUR = 6


class Lateness:
    """How late a loop is, sampled by a task that only sleeps, and how long its steps hold a core.

    The first is the trader's; the second says the same where other programs keep the cores busy.
    """

    def __init__(self) -> None:
        self.late_ms: list[float] = []
        self.held_ms: list[float] = []
        run = asyncio.Handle._run

        def timed(handle: asyncio.Handle) -> None:
            began = time.thread_time()
            run(handle)
            self.held_ms.append(1000 * (time.thread_time() - began))

        asyncio.Handle._run = timed

    async def sample(self) -> None:
        """Sample until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + STEP_S
            await asyncio.sleep(STEP_S)
            self.late_ms.append(1000 * (loop.time() - due))

    def told(self) -> str:
        """Return its figures and forget the samples."""
        late, held = np.array(self.late_ms), np.array(self.held_ms)
        self.late_ms, self.held_ms = [], []
        p50, p99 = np.percentile(late, (50, 99))
        n_long = int((held > LONG_MS).sum())
        return (
            f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, max {late.max():.0f} ms; steps: p99.9 "
            f"{np.percentile(held, 99.9):.1f} ms, max {held.max():.0f} ms, {n_long} above {LONG_MS:g} ms"
        )


class Engine:
    """The engine's part: feed, store, universe."""

    def __init__(self, opened: OpenVenue, folder: Path) -> None:
        self.clock, self.speed = opened.clock, opened.venue.speed
        self.bus, self.tasks = Bus(), Supervisor()
        self.recorder = Recorder(CandleStore(folder / "candles.db"), Journal(folder / "journal.db"))
        self.reader = self.recorder.candles.reader()
        self.data = MarketData(self.bus, self.recorder, self.reader, self.tasks)
        self.feed = CcxtFeed(opened, self.data, self.tasks)
        past = UniversePast(self.feed, self.recorder, self.reader)
        self.universe = Universe(self.bus, past, self.tasks, self.data, self.clock)
        self.prices: set[str] = set()
        self.sweeps: list[tuple[float, UniverseClosed]] = []
        self.whole = asyncio.Event()
        self.bus.subscribe(TickersUpdated, lambda said: self.prices.update(t.symbol for t in said.tickers))
        self.bus.subscribe(UniverseClosed, self._on_closed)
        self.bus.subscribe(UniverseProgressed, self._on_progress)

    def _on_closed(self, fact: UniverseClosed) -> None:
        closed_ms = fact.open_time + timeframe_ms(fact.timeframe)
        self.sweeps.append(((self.clock.now_ms() - closed_ms) / 1000 / self.speed, fact))

    def _on_progress(self, fact: UniverseProgressed) -> None:
        if fact.total and fact.done == fact.total:
            self.whole.set()

    async def close(self) -> None:
        """Leave no task and no file open."""
        self.universe.stop()
        await self.feed.close()
        await self.tasks.close()
        self.reader.close()
        await self.recorder.close()


@contextlib.contextmanager
def market(n_coins: int, speed: float) -> Iterator[str]:
    """Run the practice market in a process and give its address."""
    process = subprocess.Popen(
        [sys.executable, __file__, "--market", "--symbols", str(n_coins), "--speed", str(speed)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def run_market(n_coins: int, speed: float) -> int:
    """Be the practice market: its requests are not counted, so that the engine's own pace shows."""
    source = SimulatedMarket(7, max(60, n_coins))
    begin = source.first_ms + 20_000 * timeframe_ms("1h") + MINUTE_OF_THE_HOUR * timeframe_ms("1m")
    clock = MarketClock(begin, speed, time.monotonic, source.last_ms)
    exchange = PracticeExchange(source, clock, ExchangeOptions(weight_per_minute=10**9))
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(exchange.run(lambda url: print(url, flush=True)))
    return 0


@contextlib.asynccontextmanager
async def engine(url: str, folder: Path, *, is_free: bool) -> AsyncIterator[Engine]:
    """Give an engine that listens to a practice market."""
    opened = await open_practice(url, SystemClock())
    if is_free:
        opened.exchange.enableRateLimit = False
        opened = replace(opened, requests_per_minute=FREE)
    made = Engine(opened, folder)
    try:
        yield made
    finally:
        await made.close()


async def measure(asked: argparse.Namespace, url: str, folder: Path) -> bool:
    """Fill and follow one universe, print what it took, and return whether every bar was met."""
    process, late = psutil.Process(), Lateness()
    async with engine(url, folder, is_free=asked.pace == "free") as run:
        markets = await run.feed.markets()
        run.data.listen_to(run.feed, run.clock)
        gc.collect()
        gc.freeze()
        while len(run.prices) < len(markets):  # noqa: ASYNC110  prices come in by and by
            await asyncio.sleep(0.1)
        run.tasks.start("sample", late.sample())
        await asyncio.sleep(asked.baseline)
        print(f"{len(markets)} symbols at {asked.speed:g}x, pace {asked.pace}")
        print(f"loop late, prices alone       {late.told()}")
        cpu, memory, began = sum(process.cpu_times()[:2]), process.memory_info().rss, time.monotonic()
        options = UniverseOptions(bars=asked.bars, least_volume_usd=0.0, most_symbols=asked.symbols)
        run.universe.start(markets, options)
        run.bus.publish(TickersUpdated(()))
        await asyncio.wait_for(run.whole.wait(), MOST_LATE_S)
        took_s, cpu = time.monotonic() - began, sum(process.cpu_times()[:2]) - cpu
        n_candles = asked.symbols * asked.bars
        rate = n_candles / took_s
        print(f"back-fill of {n_candles:,} candles  {took_s:.1f} s, {rate:,.0f} candles/s")
        print(f"engine's CPU during it        {cpu:.1f} s, {100 * cpu / took_s:.0f} % of a core")
        print(f"loop late during it           {late.told()}")
        grown = (process.memory_info().rss - memory) / 1e6
        print(
            f"memory                        {process.memory_info().rss / 1e6:.0f} MB, {grown:+.0f} MB by it"
        )
        print(f"store                         {store_bytes(folder) / 1e6:.0f} MB")
        return await sweeps(asked, run, late)


async def sweeps(asked: argparse.Namespace, run: Engine, late: Lateness) -> bool:
    """Wait for some closes and print how long each took to be told."""
    n_before = len(run.sweeps)
    if not asked.sweeps:
        return True
    async with asyncio.timeout(MOST_LATE_S):
        while len(run.sweeps) < n_before + 1 + asked.sweeps:  # noqa: ASYNC110  the market's time does it
            await asyncio.sleep(0.05)
    for after_s, fact in run.sweeps[n_before + 1 :]:  # the first may have begun before all were whole
        n_there = len(fact.candles)
        print(f"sweep                         {n_there} candles, {after_s:.1f} s after the close")
    print(f"loop late, sweeps and between {late.told()}")
    allowed = BULK_SHARE * 3_000 / 60
    print(f"the same at Binance's limits  {3 + asked.symbols / allowed:.0f} s at {allowed:g} requests/s")
    return all(len(fact.candles) == asked.symbols for _, fact in run.sweeps[n_before + 1 :])


def store_bytes(folder: Path) -> int:
    """Return how large the candle file is, with its log."""
    return sum(path.stat().st_size for path in folder.glob("candles.db*"))


def main() -> int:
    """Print what was measured; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--symbols", type=int, default=2_000)
    parser.add_argument("--bars", type=int, default=3_000)
    parser.add_argument("--speed", type=float, default=60.0)
    parser.add_argument("--pace", choices=("free", "venue"), default="free")
    parser.add_argument("--sweeps", type=int, default=2, help="closes to wait for")
    parser.add_argument("--baseline", type=float, default=5.0, help="seconds of prices alone")
    parser.add_argument("--market", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.market:
        return run_market(asked.symbols, asked.speed)
    with market(asked.symbols, asked.speed) as url, tempfile.TemporaryDirectory() as folder:
        met = asyncio.run(measure(asked, url, Path(folder)))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
