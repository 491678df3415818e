"""One market is heard at a time: the one that was asked for last, whatever happens to those who hear it."""

import math

import pytest

from tests.fakes.patience import until
from workstation.domain.errors import UsageError
from workstation.domain.live_market import MarketHeard
from workstation.services import market_watch
from workstation.services.bus import Bus
from workstation.services.market_watch import MarketWatch
from workstation.services.supervisor import Supervisor


class Ears:
    """Those who hear, in a process that can die."""

    def __init__(self):
        self.pid = None
        self.asked = []
        self.on_heard = None

    async def watch(self, symbol, step):
        self.pid = (self.pid or 0) or 1 if symbol else None
        self.asked.append((symbol, step))


@pytest.fixture
async def tasks(monkeypatch):
    monkeypatch.setattr(market_watch, "CHECK_S", 0.01)
    supervisor = Supervisor()
    yield supervisor
    await supervisor.close()


def heard(symbol="BTC/USDT", step=0.0):
    return MarketHeard(symbol, step, None, None)


async def test_what_was_asked_for_before_the_venue_was_known_is_heard_once_it_is(tasks):
    watch, ears = MarketWatch(Bus(), tasks), Ears()
    watch.watch("BTC/USDT", 0.5)
    watch.begin(ears)
    await until(lambda: ears.asked == [("BTC/USDT", 0.5)])
    watch.watch("", 0.0)
    await until(lambda: ears.asked[-1] == ("", 0.0))


async def test_only_news_of_the_market_in_sight_are_told(tasks):
    bus, told, ears = Bus(), [], Ears()
    bus.subscribe(MarketHeard, told.append)
    watch = MarketWatch(bus, tasks)
    watch.begin(ears)
    watch.watch("BTC/USDT", 1.0)
    for news in (heard(), heard("ETH/USDT", 1.0), heard(step=1.0)):
        ears.on_heard(news)
    assert told == [heard(step=1.0)]


async def test_ears_that_died_are_asked_again(tasks):
    watch, ears = MarketWatch(Bus(), tasks), Ears()
    watch.begin(ears)
    watch.watch("BTC/USDT", 0.0)
    await until(lambda: len(ears.asked) == 1)
    ears.pid = None
    await until(lambda: len(ears.asked) == 2)


async def test_another_venues_ears_are_asked_and_the_first_no_more(tasks):
    watch, first, second = MarketWatch(Bus(), tasks), Ears(), Ears()
    watch.watch("BTC/USDT", 0.0)
    watch.begin(first)
    await until(lambda: len(first.asked) == 1)
    watch.begin(second)
    await until(lambda: len(second.asked) == 1)
    watch.watch("ETH/USDT", 0.0)
    await until(lambda: len(second.asked) == 2)
    assert len(first.asked) == 1


@pytest.mark.parametrize("step", [-1.0, math.inf, math.nan])
async def test_a_step_that_is_no_length_of_price_is_refused(tasks, step):
    with pytest.raises(UsageError, match="steps of a price"):
        MarketWatch(Bus(), tasks).watch("BTC/USDT", step)
