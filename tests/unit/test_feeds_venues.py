"""Every venue on offer can be opened, and a practice market knows no other host."""

import asyncio
import json
import time

import pytest

from tests.fakes.feeds_household import StillClock
from tests.fakes.patience import PROMPT_S
from workstation.domain.errors import UsageError, VenueError, VenueUnreachable
from workstation.domain.market import VenueKind
from workstation.feeds.venues import (
    LIVE_VENUES,
    OpenVenue,
    first_that_answers,
    open_live,
    open_practice,
    point_at,
)
from workstation.storage.settings import declarations


def test_every_venue_that_can_be_opened_is_a_choice_of_the_settings():
    (setting,) = [one for one in declarations() if one.name == "venue.name"]
    assert setting.choices == ("auto", "practice", *LIVE_VENUES)


@pytest.mark.parametrize("name", LIVE_VENUES)
def test_every_venue_on_offer_streams_candles_and_tells_its_time(name):
    opened = open_live(name, StillClock())
    exchange = opened.exchange
    assert opened.venue.kind is VenueKind.LIVE
    assert opened.venue.speed == 1.0
    assert exchange.has["watchOHLCV"]
    assert exchange.has["fetchTime"]
    assert exchange.has["fetchTickers"]
    assert not exchange.has["fetchCurrencies"]
    assert not exchange.apiKey
    assert exchange.options["defaultType"] == "spot"
    assert exchange.options["ws"]["keepAlive"] == 5_000


def test_an_unknown_venue_is_refused_with_the_known_ones():
    with pytest.raises(UsageError, match="kraken"):
        open_live("mtgox", StillClock())


def test_a_client_pointed_at_loopback_knows_no_other_host():
    exchange = open_live("binance", StillClock()).exchange
    point_at(exchange, "127.0.0.1:8080")
    told = json.dumps(exchange.urls)
    assert "binance" not in told
    assert "https:" not in told
    assert "wss:" not in told
    assert set(exchange.urls) == {"api"}
    assert "/stream" in exchange.urls["api"]["ws"]["spot"]


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1:1", "http://example.com", "http://10.0.0.1:80", "nonsense"]
)
async def test_a_practice_market_elsewhere_is_refused_before_anything_is_sent(url):
    with pytest.raises(UsageError, match="lives on this computer"):
        await open_practice(url, StillClock())


async def test_a_practice_market_that_does_not_run_is_named():
    with pytest.raises(VenueUnreachable, match=r"127\.0\.0\.1:9"):
        await open_practice("http://127.0.0.1:9", StillClock())


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b'{"kind": "real"}', b'{"kind": "recorded", "label": "x"}']
)
async def test_what_is_not_a_practice_market_is_not_taken_for_one(body):
    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(VenueError, match="not a practice market"):
            await open_practice(f"http://127.0.0.1:{port}", StillClock())


class Ping:
    """An exchange reduced to what a first contact needs."""

    def __init__(self, after_s, answer):
        self.after_s, self.answer, self.is_closed = after_s, answer, False

    async def fetch_time(self):
        await asyncio.sleep(self.after_s)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def close(self):
        self.is_closed = True


@pytest.mark.parametrize(
    ("pings", "chosen"),
    [
        pytest.param({"a": (0.05, 1), "b": (0.0, 1)}, "a", id="the preferred one, though it is slower"),
        pytest.param({"a": (90, 1), "b": (0.0, 1)}, "b", id="another one, when the preferred is too slow"),
        pytest.param({"a": (0, OSError()), "b": (0.0, 1)}, "b", id="another one, when the preferred fails"),
        pytest.param({"a": (0, OSError()), "b": (0, ValueError())}, None, id="none, when all fail"),
        pytest.param({"a": (0, "<html>")}, None, id="none, when the answer is not a time"),
        pytest.param({}, None, id="none of none"),
    ],
)
async def test_the_most_preferred_venue_that_answers_in_time_is_chosen(pings, chosen):
    exchanges = {name: Ping(*how) for name, how in pings.items()}

    def open_(name, wall):
        real = open_live("binance", wall)
        return OpenVenue(real.venue, exchanges[name], real.clock, 1, 60)

    began = time.monotonic()
    assert await first_that_answers(list(pings), StillClock(), 0.3, open_) == chosen
    assert time.monotonic() - began < PROMPT_S
    assert all(exchange.is_closed for exchange in exchanges.values())


async def test_real_clients_that_nobody_answers_are_cleaned_up_within_the_time():
    async def swallow(reader, writer):
        await reader.read()
        writer.close()

    server = await asyncio.start_server(swallow, "127.0.0.1", 0)
    ports = {"refuses": 9, "is silent": server.sockets[0].getsockname()[1]}

    def open_(name, wall):
        opened = open_live("binance", wall)
        opened.exchange.aiohttp_trust_env = False
        point_at(opened.exchange, f"127.0.0.1:{ports[name]}")
        return opened

    before = asyncio.all_tasks()
    began = time.monotonic()
    assert await first_that_answers(list(ports), StillClock(), 0.5, open_) is None
    assert time.monotonic() - began < PROMPT_S
    server.close()
    await asyncio.sleep(0)
    left = {t for t in asyncio.all_tasks() - before if "swallow" not in repr(t)}
    assert left == set()
