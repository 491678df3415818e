"""A window is sent the prices of every market while it looks at them: all, then what changed, in parts."""

import asyncio
from types import SimpleNamespace

import pytest

from tests.fakes.patience import until
from workstation.domain.events import TickersUpdated
from workstation.domain.ticker import Ticker
from workstation.link.client import LinkClient
from workstation.link.front_desk import FrontDesk
from workstation.link.market_messages import FollowQuotes, QuotesSaid
from workstation.link.outbox import QUOTES_IN_A_PART, Outbox
from workstation.link.server import LinkServer
from workstation.services.bus import Bus
from workstation.services.supervisor import Supervisor

N = 2 * QUOTES_IN_A_PART + 7


def tickers(n=N, last=1.0, time_ms=1_000):
    return tuple(Ticker(f"C{i}/USDT", last + i, 1.5, 1e6 + i, time_ms) for i in range(n))


class Window:
    def __init__(self, path, tasks):
        self.heard = []
        self.client = LinkClient(path, self.heard.append, lambda _: None, lambda: 0)
        self.task = tasks.start("window", self.client.run())

    async def look(self, is_on=True):
        await self.client.ask(lambda n: FollowQuotes(n, is_on))

    @property
    def parts(self):
        return [fact for fact in self.heard if isinstance(fact, QuotesSaid)]

    @property
    def prices(self):
        return {one.symbol: one.last for part in self.parts for one in part.tickers}


@pytest.fixture
async def office(tmp_path, monkeypatch):
    monkeypatch.setattr("workstation.link.quote_following.EVERY_S", 0.05)
    house = SimpleNamespace(
        watched=(), now_ms=lambda: 1_000, show_charts=lambda keys: None, alerts_after=lambda alert_id: []
    )

    class Office:
        bus, tasks = Bus(), Supervisor()

        async def window(self):
            window = Window(tmp_path / "sock", self.tasks)
            await until(lambda: window.client.is_connected)
            return window

        def hear(self, *told):
            self.bus.publish(TickersUpdated(tuple(told)))

    made = Office()
    made.desk = FrontDesk(house, made.bus)
    server = LinkServer(tmp_path / "sock", made.desk, made.tasks)
    await server.start()
    yield made
    await server.close()
    await made.tasks.close()


async def test_a_window_that_begins_to_look_hears_of_every_market_in_parts(office):
    office.hear(*tickers())
    window = await office.window()
    assert window.parts == []
    await window.look()
    await until(lambda: len(window.prices) == N)
    assert [len(part.tickers) for part in window.parts] == [QUOTES_IN_A_PART, QUOTES_IN_A_PART, 7]
    assert all(part.age_ms >= 0 for part in window.parts)


async def test_only_what_changed_is_sent_and_the_newest_of_it(office):
    window = await office.window()
    office.hear(*tickers())
    await window.look()
    await until(lambda: len(window.prices) == N)
    window.heard.clear()
    office.hear(*tickers(time_ms=2_000))  # the same prices, told again
    for last in (50.0, 60.0, 70.0):
        office.hear(Ticker("C3/USDT", last, 1.5, 1e6, 3_000))
    await until(lambda: window.prices.get("C3/USDT") == 70.0)
    assert set(window.prices) == {"C3/USDT"}


async def test_a_venue_that_says_nothing_new_is_known_to_be_heard(office):
    window = await office.window()
    await window.look()
    office.hear(*tickers(3))
    await until(lambda: len(window.prices) == 3)
    window.heard.clear()
    office.hear(*tickers(3, time_ms=9_000))
    await until(lambda: window.parts)
    assert window.parts[0].tickers == ()


async def test_nothing_is_sent_to_a_window_that_looks_no_longer(office):
    first, second = await office.window(), await office.window()
    await first.look()
    await second.look()
    await first.look(False)
    office.hear(*tickers(3))
    await until(lambda: second.parts)
    assert first.parts == []
    await second.look(False)
    office.hear(*tickers(3, last=9.0))
    await second.look(False)  # whatever was on its way is here when this is answered
    assert second.prices["C0/USDT"] == 1.0


async def test_a_window_that_is_gone_is_forgotten(office):
    window = await office.window()
    await window.look()
    window.task.cancel()
    await asyncio.gather(window.task, return_exceptions=True)
    await until(lambda: not office.desk.has_windows)
    office.hear(*tickers(3))
    other = await office.window()
    await other.look()
    await until(lambda: len(other.prices) == 3)


def test_prices_that_wait_are_merged_and_bounded_by_the_markets():
    outbox = Outbox()
    for last in range(50):
        outbox.put_quotes({one.symbol: one for one in tickers(700, last)}, heard_s=0.0)
    parts = []
    while (part := outbox.take_quotes()) is not None:
        parts.append(part)
    assert [len(part.tickers) for part in parts] == [QUOTES_IN_A_PART, 200]
    assert parts[0].tickers[0].last == 49
    assert not outbox.has_quotes
