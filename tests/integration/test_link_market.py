"""A window is sent the market it looks at, conflated, over a real socket."""

import asyncio

import pytest

from tests.fakes.market_book import news, trades
from tests.fakes.patience import until
from workstation.domain.errors import TidemarkError, UsageError
from workstation.link.client import LinkClient
from workstation.link.front_desk import FrontDesk
from workstation.link.market_messages import FollowMarket
from workstation.link.messages import Frame
from workstation.link.server import LinkServer
from workstation.services.bus import Bus
from workstation.services.supervisor import Supervisor

BTC = "BTC/USDT"


class House:
    """A household that notes which market it shall hear."""

    watched = ()

    def __init__(self):
        self.asked = []

    def now_ms(self):
        return 1_000

    def show_charts(self, keys):
        pass

    def alerts_after(self, alert_id):
        return []

    def watch_market(self, symbol, step):
        if step < 0:
            raise UsageError("A step below zero.")
        self.asked.append((symbol, step))


class Window:
    def __init__(self, path, tasks):
        self.heard = []
        self.client = LinkClient(path, self.heard.append, lambda _: None, lambda: 0)
        self.task = tasks.start("window", self.client.run())

    @property
    def markets(self):
        frames = [fact for fact in self.heard if isinstance(fact, Frame)]
        return [frame.market for frame in frames if frame.market is not None]


@pytest.fixture
async def office(tmp_path):
    class Office:
        house, bus, tasks = House(), Bus(), Supervisor()

        async def window(self):
            window = Window(tmp_path / "sock", self.tasks)
            await until(lambda: window.client.is_connected)
            return window

    made = Office()
    server = LinkServer(tmp_path / "sock", FrontDesk(made.house, made.bus), made.tasks)
    await server.start()
    yield made
    await server.close()
    await made.tasks.close()


async def test_the_book_arrives_as_it_was_told_and_nothing_of_another_market(office):
    window = await office.window()
    await window.client.ask(lambda n: FollowMarket(n, BTC, 10.0))
    assert office.house.asked == [(BTC, 10.0)]
    told = news(step=10.0, prints=trades(5), n_left_out=2)
    for one in (news("ETH/USDT", 10.0), news(step=0.0), told):
        office.bus.publish(one)
    await until(lambda: window.markets)
    assert window.markets == [told]


async def test_of_many_news_in_a_frame_the_newest_book_and_every_trade_arrive(office):
    window = await office.window()
    await window.client.ask(lambda n: FollowMarket(n, BTC, 0.0))
    tape = trades(60)
    for at in range(0, 60, 10):
        office.bus.publish(news(prints=tape[at : at + 10], known=at < 50))
    await until(lambda: sum(len(one.trades) for one in window.markets) == 60)
    assert len(window.markets) <= 2
    assert tuple(trade for one in window.markets for trade in one.trades) == tape
    assert window.markets[-1].book is None


async def test_nothing_comes_any_more_once_nobody_looks(office):
    window = await office.window()
    await window.client.ask(lambda n: FollowMarket(n, BTC, 0.0))
    office.bus.publish(news())
    await window.client.ask(lambda n: FollowMarket(n, "", 0.0))
    n = len(window.markets)
    office.bus.publish(news())
    await window.client.ask(lambda n: FollowMarket(n, "", 0.0))
    assert office.house.asked == [(BTC, 0.0), ("", 0.0), ("", 0.0)]
    assert len(window.markets) == n


async def test_what_the_other_window_looks_at_is_heard_when_one_goes(office):
    first, second = await office.window(), await office.window()
    await first.client.ask(lambda n: FollowMarket(n, BTC, 0.0))
    await second.client.ask(lambda n: FollowMarket(n, "ETH/USDT", 0.0))
    second.task.cancel()
    await until(lambda: office.house.asked[-1] == (BTC, 0.0))
    first.task.cancel()
    await asyncio.gather(first.task, return_exceptions=True)
    await until(lambda: office.house.asked[-1] == ("", 0.0))


async def test_a_step_that_makes_no_sense_is_refused_in_words(office):
    window = await office.window()
    with pytest.raises(TidemarkError, match="below zero"):
        await window.client.ask(lambda n: FollowMarket(n, BTC, -1.0))
