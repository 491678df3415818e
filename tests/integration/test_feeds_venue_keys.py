"""The real ccxt asks the practice market what a key may do, and nothing it says repeats a secret."""

import time

import pytest

from tests.fakes.sandbox_source import FIRST_MS, HOUR_MS, recorded
from workstation.domain.errors import UsageError, VenueError, VenueUnreachable
from workstation.domain.venue_key import KeyRights, VenueCredentials
from workstation.feeds.venue_key_check import ask_live, ask_rights, key_venues
from workstation.feeds.venues import LIVE_VENUES, open_practice
from workstation.sandbox.market_clock import MarketClock
from workstation.sandbox.practice_keys import PRACTICE_KEYS
from workstation.sandbox.server import PracticeExchange
from workstation.services.clock import SystemClock

READ_ONLY, MAY_TRADE, MAY_WITHDRAW = PRACTICE_KEYS


@pytest.fixture(params=[1.0, 600.0], ids=["as fast as the clock", "600 times as fast"])
async def url(request):
    """Return where a practice market of another year listens."""
    clock = MarketClock(FIRST_MS + 150 * HOUR_MS, request.param, time.monotonic)
    async with PracticeExchange(recorded("BTCUSDT", n=3_000), clock) as exchange:
        yield exchange.url


async def rights(url, key, secret):
    return await ask_rights(await open_practice(url, SystemClock()), VenueCredentials(key, secret))


async def test_a_practice_market_tells_what_each_of_its_keys_may_do(url):
    assert await rights(url, READ_ONLY.key, READ_ONLY.secret) == KeyRights(True, False, False)
    assert await rights(url, MAY_TRADE.key, MAY_TRADE.secret) == KeyRights(True, True, False)
    assert await rights(url, MAY_WITHDRAW.key, MAY_WITHDRAW.secret) == KeyRights(True, True, True)


@pytest.mark.parametrize("url", [1.0], indirect=True, ids=["clock"])
@pytest.mark.parametrize(
    ("key", "secret"),
    [(READ_ONLY.key, "a-wrong-secret"), ("a-wrong-key", READ_ONLY.secret)],
    ids=["wrong secret", "wrong key"],
)
async def test_a_key_that_does_not_fit_is_not_accepted_and_not_repeated(url, caplog, key, secret):
    caplog.set_level(0)
    caplog.set_level(0, "ccxt.base.exchange")
    with pytest.raises(VenueError, match="does not accept this key") as told:
        await rights(url, key, secret)
    assert told.value.__cause__ is None
    assert told.value.__suppress_context__
    assert not any(word in str(told.value) + caplog.text for word in (key, secret, "signature"))


async def test_a_market_that_went_away_is_said_to_be_away():
    clock = MarketClock(FIRST_MS, 1.0, time.monotonic)
    async with PracticeExchange(recorded("BTCUSDT"), clock) as exchange:
        opened = await open_practice(exchange.url, SystemClock())
    with pytest.raises(VenueUnreachable, match="try again later"):
        await ask_rights(opened, VenueCredentials(READ_ONLY.key, READ_ONLY.secret))
    assert opened.exchange.secret == ""


async def test_a_venue_that_is_none_is_refused():
    with pytest.raises(UsageError, match="not open now"):
        await ask_live("practice-7", VenueCredentials("k", "s"), SystemClock())


def test_every_live_venue_takes_keys():
    assert {venue.name for venue in key_venues()} == set(LIVE_VENUES)
