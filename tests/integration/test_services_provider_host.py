"""Books, trades and perpetuals are heard by a process of their own, and the engine survives its end."""

import asyncio
import os
import signal
import time

import psutil
import pytest

from tests.fakes.patience import until
from workstation.domain.errors import ProviderError, ProviderUnreachable
from workstation.domain.market import Venue, VenueKind
from workstation.feeds import books, derivatives
from workstation.feeds.whales.large_trades import about_trades
from workstation.sandbox.market_clock import MarketClock
from workstation.sandbox.server import PracticeExchange
from workstation.sandbox.simulated_market import SimulatedMarket
from workstation.services.provider_host import ProviderHost
from workstation.services.supervisor import Supervisor

SPEED = 3_600.0
VENUE = Venue("practice-7", VenueKind.PRACTICE_SIMULATED, "Practice market, simulated", SPEED)
FOLLOWED = ("BTC/USDT", "ETH/USDT")


@pytest.fixture
async def exchange():
    source = SimulatedMarket(seed=7)
    clock = MarketClock(1_767_312_000_000, SPEED, time.monotonic)
    async with PracticeExchange(source, clock) as exchange:
        yield exchange


@pytest.fixture
async def tasks():
    supervisor = Supervisor()
    yield supervisor
    await supervisor.close()


async def fetched(provider, coins=("BTC", "ETH")):
    """Ask until something is told."""
    end_s = time.monotonic() + 30.0
    while not (rows := await provider.fetch(coins, 0)):
        assert time.monotonic() < end_s, "nothing was told"
        await asyncio.sleep(0.05)
    return rows


async def test_trades_books_and_perpetuals_are_told_by_one_process_beside_the_engine(exchange, tasks):
    host = ProviderHost(VENUE, exchange.url, lambda: FOLLOWED, tasks)
    abouts = about_trades(VENUE.label), books.ABOUT, derivatives.ABOUT
    providers = [host.provider(about) for about in abouts]
    try:
        told = await asyncio.gather(*(fetched(provider) for provider in providers))
        for about, rows in zip(abouts, told, strict=True):
            assert {row.metric for row in rows} <= set(about.metrics)
        assert {row.subject for row in told[0]} <= set(FOLLOWED)
        assert psutil.Process(host.pid).ppid() == os.getpid()
        await hear_the_market_in_sight(host)
    finally:
        for provider in providers:
            await provider.close()
    assert host.pid is None


async def hear_the_market_in_sight(host):
    """Have the same process tell a book in one step and then in another, and nothing any more."""
    told = []
    host.on_heard = told.append
    for step in (0.0, 50.0):
        await host.watch("BTC/USDT", step)
        await until(lambda step=step: told and told[-1].step == step and told[-1].book is not None)
        assert told[-1].book.ladder.step == step
    assert host.pid is not None
    await host.watch("", 0.0)


async def test_a_process_that_is_killed_fails_the_open_question_and_the_next_one_starts_another(
    exchange, tasks
):
    host = ProviderHost(VENUE, exchange.url, lambda: FOLLOWED, tasks)
    provider = host.provider(about_trades(VENUE.label))
    try:
        await provider.fetch((), 0)
        first = host.pid
        os.kill(first, signal.SIGSTOP)  # so that the question is still open when it dies
        question = tasks.start("a question", _swallow(provider))
        await asyncio.sleep(0)
        os.kill(first, signal.SIGKILL)
        await until(question.done)
        with pytest.raises(ProviderUnreachable, match="Candles and signals are not affected"):
            question.result()
        assert await fetched(provider)
        assert host.pid != first
    finally:
        await provider.close()


async def _swallow(provider):
    await provider.fetch((), 0)


async def test_the_process_ends_with_the_last_of_its_providers(exchange, tasks):
    host = ProviderHost(VENUE, exchange.url, lambda: FOLLOWED, tasks)
    one, other = host.provider(about_trades(VENUE.label)), host.provider(books.ABOUT)
    await one.fetch((), 0)
    await other.fetch((), 0)
    process = psutil.Process(host.pid)
    await one.close()
    assert process.is_running()
    await other.close()
    assert host.pid is None
    await until(lambda: not process.is_running())


async def test_a_venue_that_does_not_answer_is_an_error_with_its_own_sentence(tasks):
    host = ProviderHost(VENUE, "http://127.0.0.1:9", lambda: FOLLOWED, tasks)
    provider = host.provider(books.ABOUT)
    try:
        with pytest.raises(ProviderUnreachable, match="No practice market answers"):
            await provider.fetch((), 0)
    finally:
        await provider.close()


async def test_a_venue_without_perpetuals_says_so(exchange, tasks):
    nowhere = Venue("coinbase", VenueKind.LIVE, "Coinbase")
    host = ProviderHost(nowhere, None, lambda: FOLLOWED, tasks)
    provider = host.provider(derivatives.ABOUT)
    try:
        with pytest.raises(ProviderError, match="not known"):
            await provider.fetch((), 0)
    finally:
        await provider.close()
