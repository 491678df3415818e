"""What the window asks of the engine: a late answer is told, and no longer than it is true."""

import pytest

from tests.fakes.patience import until
from workstation.domain.errors import LinkError, TidemarkError
from workstation.domain.market import SeriesKey
from workstation.services.supervisor import Supervisor
from workstation.ui.bridge import Bridge
from workstation.window_app.engine_desk import EngineDesk

BTC = SeriesKey("binance", "BTC/USDT", "1h")


class Client:
    """A link whose next answers are known."""

    is_connected = True

    def __init__(self):
        self.answers = []

    async def ask(self, command):
        answer = self.answers.pop(0)
        if answer is not None:
            raise answer


@pytest.fixture
async def house():
    client, bridge, tasks, said = Client(), Bridge(), Supervisor(), []
    bridge.notice_posted.connect(lambda subject, text: said.append((subject, text)))
    yield client, EngineDesk(client, bridge, tasks), said
    await tasks.close()
    bridge.close()


async def test_an_answer_that_did_not_come_in_time_is_told_until_the_next_one_comes(house):
    client, desk, said = house
    client.answers = [LinkError("The engine did not answer within 10 s."), None, None]
    desk.follow(BTC)
    await until(lambda: said)
    assert said == [("request", "The engine did not answer within 10 s.")]
    desk.unfollow(BTC)
    await until(lambda: len(said) == 2)
    assert said[1] == ("request", "")
    desk.follow(BTC)
    await until(lambda: not client.answers)
    assert len(said) == 2


async def test_a_refusal_stays_until_the_trader_has_read_it(house):
    client, desk, said = house
    client.answers = [TidemarkError("BTC/USDT does not trade at Kraken."), None]
    desk.follow(BTC)
    await until(lambda: said)
    desk.unfollow(BTC)
    await until(lambda: not client.answers)
    assert said == [("request", "BTC/USDT does not trade at Kraken.")]
