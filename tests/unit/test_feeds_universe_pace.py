"""A bulk load keeps to its share, evenly, and stands back for everybody else."""

import asyncio

import pytest

from workstation.feeds.bulk_pace import BULK_SHARE, BulkPace
from workstation.feeds.venues import LIVE_VENUES, open_live
from workstation.services.clock import SystemClock


class Seconds:
    """Time that passes only in `asyncio.sleep`."""

    def __init__(self, monkeypatch):
        self.now = 0.0
        self._yield = asyncio.sleep
        monkeypatch.setattr(asyncio, "sleep", self.sleep)

    def __call__(self):
        return self.now

    async def sleep(self, seconds):
        self.now += seconds
        await self._yield(0)


async def test_any_minute_holds_half_of_what_the_venue_allows(monkeypatch):
    seconds = Seconds(monkeypatch)
    pace = BulkPace(600, seconds)
    sent = []
    for n in range(900):
        await pace.turn()
        sent.append(seconds.now)
        if n == 450:
            seconds.now += 90.0  # a long silence earns no burst afterwards
    for start in sent[::50]:
        assert sum(start <= at < start + 60.0 for at in sent) <= 301  # both its ends count
    assert BULK_SHARE == 0.5


async def test_it_stands_back_while_others_ask_and_then_goes_on_evenly():
    pace = BulkPace(120_000)
    sent = []

    async def ask():
        await pace.turn()
        sent.append(asyncio.get_running_loop().time())

    async with asyncio.TaskGroup() as group:
        with pace.urgent(), pace.urgent():
            for _ in range(20):
                group.create_task(ask())
            await asyncio.sleep(0.05)
            assert sent == []
    assert sent[-1] - sent[0] >= 19 * 0.001 * 0.9


@pytest.mark.parametrize("name", LIVE_VENUES)
def test_the_pace_of_every_venue_is_the_one_its_library_keeps(name):
    opened = open_live(name, SystemClock())
    spaced_ms = 60_000 / opened.requests_per_minute
    assert spaced_ms >= opened.exchange.rateLimit * CHEAPEST[name] * 0.99


CHEAPEST = {  # what one request for candles costs, in steps of ccxt's own pace
    "binance": 0.4,
    "okx": 1.0,
    "kraken": 1.2,
    "bybit": 5.0,
    "kucoin": 3.0,
    "gate": 1.0,
    "bitget": 1.0,
}
