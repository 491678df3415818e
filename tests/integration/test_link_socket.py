"""Both ends of the link over a real socket."""

import asyncio
import contextlib
import os
import socket
import stat

import pytest

from tests.fakes.patience import until
from tests.fakes.services_market import KEY, bar
from workstation.domain.errors import LinkError, TidemarkError
from workstation.domain.ticker import Ticker
from workstation.link import outbox
from workstation.link.client import LinkClient
from workstation.link.messages import (
    PROTOCOL,
    DismissAlert,
    Follow,
    Frame,
    Hello,
    Notice,
    SetWatchlist,
    Welcome,
)
from workstation.link.server import LinkServer
from workstation.link.wire import encode
from workstation.services.supervisor import Supervisor


class Engine:
    """Answers like an engine, and remembers what it was asked."""

    def __init__(self):
        self.asked = []
        self.gone = 0

    async def carry_out(self, connection, command):
        self.asked.append(command)
        match command:
            case Hello():
                connection.is_welcome = True
                connection.tell(Welcome(1, "0.1.0", os.getpid(), None, ("BTC/USDT",)))
            case DismissAlert():
                raise TidemarkError("There is no such alert.")
            case SetWatchlist():
                await asyncio.sleep(30)

    def make_frame(self, waiting):
        return waiting.take_frame(1_000, 5)

    def on_gone(self, connection):
        self.gone += 1


class Ends:
    def __init__(self, folder):
        self.path = folder / "engine.sock"
        self.engine, self.tasks = Engine(), Supervisor()
        self.server = LinkServer(self.path, self.engine, self.tasks)
        self.facts, self.links = [], []
        self.client = LinkClient(self.path, self.facts.append, self.links.append, lambda: 41)

    async def connect(self):
        await self.server.start()
        self.tasks.start("client", self.client.run())
        await until(lambda: self.client.is_connected)

    async def restart_server(self):
        await self.server.close()
        await until(lambda: not self.client.is_connected)
        self.server = LinkServer(self.path, self.engine, self.tasks)
        await self.server.start()
        await until(lambda: self.client.is_connected)

    def only_connection(self):
        (connection,) = self.server.connections
        return connection


@pytest.fixture
async def ends(tmp_path):
    both = Ends(tmp_path)
    yield both
    await both.server.close()
    await both.tasks.close()


async def test_a_window_says_hello_with_its_last_alert_and_is_welcomed(ends):
    await ends.connect()
    assert ends.engine.asked[0].last_alert_id == 41
    assert isinstance(ends.facts[0], Welcome)
    assert ends.links == [True]


async def test_the_socket_is_open_to_this_user_alone(ends):
    await ends.connect()
    assert stat.S_IMODE(os.stat(ends.path).st_mode) == 0o600


async def test_a_command_returns_when_the_engine_carried_it_out(ends):
    await ends.connect()
    await ends.client.ask(lambda n: Follow(n, KEY))
    assert ends.engine.asked[-1].key == KEY


async def test_a_refusal_comes_back_with_the_engines_sentence(ends):
    await ends.connect()
    with pytest.raises(TidemarkError, match="no such alert"):
        await ends.client.ask(lambda n: DismissAlert(n, 7))


async def test_state_is_merged_to_the_newest_and_facts_never_are(ends):
    await ends.connect()
    connection = ends.only_connection()
    for price in range(1, 101):
        connection.outbox.put_ticker(Ticker("BTC/USDT", float(price), None, None, 0))
        connection.outbox.put_candle(KEY, bar(1, closed=False))
        connection.tell(Notice("n", str(price)))
    await until(lambda: any(isinstance(f, Frame) for f in ends.facts))
    await until(lambda: sum(isinstance(f, Notice) for f in ends.facts) == 100)
    frames = [f for f in ends.facts if isinstance(f, Frame)]
    assert [t.last for t in frames[0].tickers] == [100.0]
    assert [c.candles for c in frames[0].candles] == [(bar(1, closed=False),)]
    assert [f.text for f in ends.facts if isinstance(f, Notice)] == [str(n) for n in range(1, 101)]


async def test_the_window_comes_back_when_the_engine_does(ends):
    await ends.connect()
    for _ in range(3):
        await ends.restart_server()
    assert ends.links == [True, False, True, False, True, False, True]
    assert ends.engine.gone == 3


async def test_a_command_whose_answer_was_lost_is_unknown_not_refused(ends):
    await ends.connect()
    asking = asyncio.get_running_loop().create_task(ends.client.ask(lambda n: SetWatchlist(n, ("A/B",))))
    await until(lambda: isinstance(ends.engine.asked[-1], SetWatchlist))
    ends.only_connection().abort()
    with pytest.raises(LinkError, match="before it answered"):
        await asking


async def test_asking_an_engine_that_is_not_there_says_so(ends):
    with pytest.raises(LinkError, match="not running"):
        await ends.client.ask(lambda n: Follow(n, KEY))


async def test_another_version_of_the_link_is_refused_with_what_to_do(ends, monkeypatch):
    monkeypatch.setattr("workstation.link.client.PROTOCOL", 99)
    await ends.server.start()
    ends.tasks.start("client", ends.client.run())
    await until(lambda: ends.facts)
    assert "speaks version 99" in ends.facts[0].text
    assert not ends.client.is_connected


async def test_an_engine_that_is_too_busy_to_say_welcome_is_known_to_be_there(ends):
    with socket.socket(socket.AF_UNIX) as busy:
        busy.bind(str(ends.path))
        busy.listen()
        ends.tasks.start("client", ends.client.run())
        await until(lambda: ends.client.is_calling)
        assert not ends.client.is_connected
    await until(lambda: not ends.client.is_calling)


async def test_a_window_that_does_not_read_is_dropped_and_others_still_hear(ends, monkeypatch):
    monkeypatch.setattr(outbox, "MOST_FACTS", 200)
    await ends.connect()
    _, silent = await asyncio.open_unix_connection(str(ends.path))
    silent.write(encode(Hello(1, PROTOCOL, 0)))
    await until(lambda: len(ends.server.connections) == 2)
    await until(lambda: all(c.is_welcome for c in ends.server.connections))
    silent.transport.pause_reading()
    for _ in range(100):
        for _ in range(10):
            for connection in ends.server.connections:
                connection.tell(Notice("n", "x" * 20_000))
        await asyncio.sleep(0.02)
        if len(ends.server.connections) == 1:
            break
    assert len(ends.server.connections) == 1
    await until(lambda: ends.client.is_connected)
    silent.close()
    with contextlib.suppress(ConnectionError):
        await silent.wait_closed()


@pytest.mark.parametrize(
    "garbage",
    [b"\x00\x00\x00\x05hello", b"\xff\xff\xff\xff", b"GET / HTTP/1.1\r\n\r\n", encode(Notice("a", "b"))],
    ids=["not msgpack", "a giant", "http", "a fact instead of a command"],
)
async def test_something_that_is_no_message_costs_only_its_own_connection(ends, garbage):
    await ends.connect()
    reader, writer = await asyncio.open_unix_connection(str(ends.path))
    writer.write(garbage)
    writer.write_eof()
    with contextlib.suppress(ConnectionError):
        assert await reader.read() == b""
    writer.close()
    await ends.client.ask(lambda n: Follow(n, KEY))
