"""The market of `bench_wire_to_chart`: coins that tick, a flood beside them, and when what was sent.

Not a command of its own: the benchmark starts it. Arguments: coins, listings in all, file for the times, coin
to time. A line ``flood N`` on standard input sends N messages a second from then on; closing it ends the
market.
"""

import asyncio
import itertools
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from aiohttp import web

from tests.fakes.sandbox_source import FIRST_MS, HOUR_MS, MemoryArchive, random_candles
from workstation.sandbox.history import RecordedMarket
from workstation.sandbox.market_clock import MarketClock
from workstation.sandbox.server import PracticeExchange
from workstation.sandbox.source import Listing

N_BARS = 24 * 90
BEGIN_MS = FIRST_MS + 60 * 24 * HOUR_MS
SPEED = 60.0  # fifteen trades of each coin a second; candles are said four times a second


class WideMarket(RecordedMarket):
    """A recorded market with many listings that do not trade."""

    n_idle = 0

    def markets(self) -> list[Listing]:
        """Return the trading coins and the idle listings."""
        idle = (Listing(f"IDLE{n}/USDT", f"IDLE{n}", "USDT", 4, 2) for n in range(self.n_idle))
        return [*super().markets(), *idle]

    def candles(self, symbol, since_ms, until_ms):
        """Return nothing for an idle listing."""
        traded = symbol if symbol in self._candles else next(iter(self._candles))
        return super().candles(traded, since_ms, until_ms if traded == symbol else since_ms)


def time_what_is_sent(coin: str, times) -> None:
    """Write down when each candle of one coin goes onto the wire: open, volume, nanoseconds.

    What this market works out for other streams before it sends is its own time, as a venue's would be.
    """
    mark = b'"kline"', f'"s":"{coin.replace("/", "")}"'.encode()
    plain = web.WebSocketResponse.send_frame

    async def timed(socket, message, *about):
        if all(part in message[:120] for part in mark):
            kline = json.loads(message)
            kline = kline.get("data", kline)["k"]
            times.write(f"{kline['t']} {float(kline['v'])!r} {time.monotonic_ns()}\n")
        await plain(socket, message, *about)

    web.WebSocketResponse.send_frame = timed


async def flood(exchange: PracticeExchange, coin: str, rate: list[int]) -> None:
    """Send candles of other coins to whoever hears them, `rate` a second."""
    turn = itertools.count()
    due = 0.0
    while True:
        began = time.monotonic()
        await asyncio.sleep(0.01)
        due += rate[0] * (time.monotonic() - began)
        heard = [
            (listener, name)
            for name, listeners in exchange._broadcast._listeners.items()
            if "@kline_" in name and not name.startswith(coin.replace("/", "").lower())
            for listener in listeners
        ]
        while due >= 1 and heard:
            due -= 1
            n = next(turn)
            listener, name = heard[n % len(heard)]
            listener.offer(_kline(name, exchange.floor.now_ms, n))


def _kline(name: str, now_ms: int, n: int) -> bytes:
    market, interval = name.split("@kline_")
    open_time = now_ms // HOUR_MS * HOUR_MS
    price = 100 + n % 1000 / 1000
    return (
        f'{{"e":"kline","E":{now_ms},"s":"{market.upper()}",'
        f'"k":{{"t":{open_time},"T":{open_time + HOUR_MS - 1},'
        f'"s":"{market.upper()}","i":"{interval}","f":1,"L":2,"o":"100.00","c":"{price}","h":"102.00",'
        f'"l":"99.00","v":"{n}.0","n":9,"x":false,"q":"0","V":"0","Q":"0","B":"0"}}}}'
    ).encode()


async def main() -> None:
    """Serve until standard input closes."""
    n_coins, n_listings, file, coin = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
    archive = MemoryArchive({(f"C{n}USDT", "1h"): random_candles(N_BARS, seed=n) for n in range(n_coins)})
    source = WideMarket(archive, "Practice market, recorded, benchmark")
    source.n_idle = n_listings - n_coins
    rate = [0]
    with open(file, "w", buffering=1) as times:  # noqa: ASYNC230  before anything is served
        time_what_is_sent(coin, times)
        clock = MarketClock(BEGIN_MS, SPEED, time.monotonic, source.last_ms)
        async with PracticeExchange(source, clock) as exchange, asyncio.TaskGroup() as group:
            flooding = group.create_task(flood(exchange, coin, rate))
            print(f"listening on {exchange.url}", flush=True)
            loop = asyncio.get_running_loop()
            while line := await loop.run_in_executor(None, sys.stdin.readline):
                rate[0] = int(line.split()[1])
            flooding.cancel()


if __name__ == "__main__":
    asyncio.run(main())
