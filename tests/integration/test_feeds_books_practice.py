"""Live books through the real ccxt.pro: measured where they are sound, absent where not, whatever happens."""

import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from tests.fakes.feeds_fault_proxy import Answer, FaultProxy
from tests.fakes.patience import until
from workstation.domain.errors import ProviderBusy, ProviderError, ProviderUnreachable
from workstation.domain.metric import METRICS
from workstation.domain.observation import Observation
from workstation.feeds import order_book
from workstation.feeds.book_ear import BookTimings, CcxtEar
from workstation.feeds.books import Books
from workstation.feeds.capture import MessageKind
from workstation.feeds.reconnect import FeedTimings
from workstation.feeds.venues import open_practice
from workstation.sandbox.market_clock import MarketClock
from workstation.sandbox.server import PracticeExchange
from workstation.sandbox.simulated_market import SimulatedMarket
from workstation.services.clock import SystemClock
from workstation.services.supervisor import Supervisor

SOURCE = SimulatedMarket(seed=7)
START = SOURCE.first_ms + 720 * 3_600_000
SPEED = 3_000.0  # five minutes in a tenth of a second
BTC = "BTC/USDT"
BOOK_METRICS = {
    name for name, one in METRICS.items() if name.startswith("liquidity.") and one.every_ms == 300_000
}
QUICK = BookTimings(shortest_sample_s=0.02, snapshot_pace_s=0.0, stale_s=0.3)
LINE = FeedTimings(backoff_first_s=0.02, backoff_longest_s=0.05, connect_gap_s=0.0)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_book, "SNAPSHOT_GAP_S", 0.02)
    monkeypatch.setattr(order_book, "LONGEST_CROSSED_S", 0.05)


class Listening:
    """A provider that listens through a proxy, and what it told."""

    def __init__(self, books: Books, proxy: FaultProxy) -> None:
        self.books = books
        self.proxy = proxy
        self.trouble: ProviderError | None = None

    async def rows(self, since_ms: int = 0) -> Sequence[Observation]:
        try:
            found = await self.books.fetch((), since_ms)
        except ProviderError as error:
            self.trouble = error
            return ()
        return found

    async def hear_more(self, symbol: str = BTC) -> list[Observation]:
        """Wait for windows that are newer than any so far."""
        newest = max((row.event_ms for row in await self.rows()), default=0)
        seen: list[Observation] = []

        def has_more() -> bool:
            seen[:] = [row for row in self.books._rows if row.event_ms > newest and row.subject == symbol]
            return bool(seen)

        await until(has_more)
        return seen


@asynccontextmanager
async def listening(
    symbols: Callable[[], Sequence[str]] = lambda: [BTC], timings: BookTimings = QUICK
) -> AsyncIterator[Listening]:
    async with (
        PracticeExchange(SOURCE, MarketClock(START, SPEED, time.monotonic)) as exchange,
        FaultProxy(exchange.url) as proxy,
    ):
        supervisor = Supervisor()
        opened = await open_practice(proxy.url, SystemClock())
        opened.exchange.enableRateLimit = False  # the practice market's budget is large enough for a test
        books = Books(opened, symbols, supervisor, timings, LINE)
        try:
            yield Listening(books, proxy)
        finally:
            await books.close()
            await supervisor.close()


def is_plausible(rows: Sequence[Observation]) -> bool:
    return all(0 <= row.value < 1e10 and row.available_ms >= row.event_ms for row in rows) and all(
        row.value < 50 for row in rows if row.metric == "liquidity.spread_bp"
    )


async def test_every_measure_of_every_followed_book_is_told() -> None:
    symbols = [BTC, "ETH/USDT", "NONE/USDT", "SOL/USDT"]
    timings = BookTimings(shortest_sample_s=0.02, snapshot_pace_s=0.0, most_symbols=2)
    async with listening(lambda: symbols, timings) as one:
        await one.rows()
        for symbol in (BTC, "ETH/USDT"):
            await one.hear_more(symbol)
        rows = await one.rows()
        assert {row.metric for row in rows} >= BOOK_METRICS - {"liquidity.resilience_s"}
        assert {row.subject for row in rows} == {BTC, "ETH/USDT"}
        assert all(row.event_ms % 300_000 == 0 for row in rows)
        assert is_plausible(rows)
        assert one.books.left_out == {
            "NONE/USDT": "Practice market, simulated, seed 7 has no spot market NONE/USDT.",
            "SOL/USDT": "Only 2 books are watched at once.",
        }
        late = rows[-1].available_ms
        assert {row.available_ms for row in await one.rows(since_ms=late)} >= {late}
        symbols[:] = ["SOL/USDT"]
        await one.hear_more("SOL/USDT")
        assert one.books.heard.kinds[MessageKind.DEPTH] > 10


def spoiled(change: Callable[[dict], None]) -> Callable[[str], list[str]]:
    def spoil(text: str) -> list[str]:
        message = json.loads(text)
        if message.get("e") == "depthUpdate":
            change(message)
        return [json.dumps(message)]

    return spoil


def level(side: str, price: str, size: str) -> Callable[[str], list[str]]:
    return spoiled(lambda message: message[side].append([price, size]))


FRAMES = {
    "gap": spoiled(lambda message: message.update(U=message["U"] + 7)),
    "huge": level("b", "1e308", "1"),
    "negative": level("a", "50000", "-3"),
    "crossed": level("b", "9999999", "1"),
    "truncated": lambda text: [text[: len(text) // 2]],
    "html": lambda text: ["<html>Sign in</html>"],
    "nothing": lambda text: [],
}


@pytest.mark.parametrize(
    "faults", [("gap", "negative", "huge", "crossed"), ("truncated", "html", "nothing")], ids=" ".join
)
async def test_a_book_that_cannot_be_trusted_is_not_measured_and_comes_back(faults: Sequence[str]) -> None:
    async with listening() as one:
        await one.rows()
        await one.hear_more()
        for fault in faults:
            one.proxy.frame = FRAMES[fault]
            seen = one.books.n_messages, one.proxy.n_dials, len(one.proxy.requests)
            await until(lambda seen=seen: one.books.n_messages > seen[0] + 2 or one.proxy.n_dials > seen[1])
            one.proxy.frame = lambda text: [text]
            assert is_plausible(await one.hear_more()), fault
        assert is_plausible(await one.rows())


async def test_a_gap_asks_for_one_snapshot_and_not_for_a_new_connection() -> None:
    async with listening() as one:
        await one.rows()
        await one.hear_more()
        dials = one.proxy.n_dials
        one.proxy.frame = FRAMES["gap"]
        before = one.proxy.requests.count("/api/v3/depth")
        await until(lambda: one.proxy.requests.count("/api/v3/depth") > before)
        one.proxy.frame = lambda text: [text]
        await one.hear_more()
        assert one.proxy.n_dials == dials


HTML = b"<html><body>Sign in</body></html>"
CROSSED = b'{"lastUpdateId": 99999999999999, "bids": [["2", "1"]], "asks": [["1", "1"]]}'
ANSWERS: dict[str, Answer] = {
    "html": (200, {}, HTML),
    "truncated": (200, {}, b'{"lastUpdateId": 1, "bids": [["1", '),
    "crossed": (200, {}, CROSSED),
    "nan": (200, {}, CROSSED.replace(b'"2"', b'"NaN"')),
    "empty": (200, {}, b""),
    "list": (200, {}, b"[]"),
    "error": (500, {}, b'{"code": -1000, "msg": "An unknown error occured"}'),
}
BUSY: Answer = (429, {"Retry-After": "1"}, b'{"code": -1003, "msg": "Too many requests"}')


async def test_without_a_sound_snapshot_nothing_is_told_until_there_is_one() -> None:
    async with listening() as one:
        asked: list[str] = []
        faults = dict(ANSWERS)

        def answer(path: str, body: bytes) -> Answer | None:
            if not path.endswith("/depth") or not faults:
                return None
            fault = next(iter(faults))
            asked.append(fault)
            return faults.pop(fault)

        one.proxy.answer = answer
        assert await one.rows() == []
        await until(lambda: not faults)
        assert asked == list(ANSWERS)
        assert await one.rows() == []
        assert is_plausible(await one.hear_more())
        assert one.proxy.n_dials == 1


async def test_a_venue_that_wants_silence_gets_it_and_the_trader_is_told() -> None:
    async with listening() as one:
        one.proxy.answer = lambda path, body: None if "clock" in path else BUSY
        await one.rows()
        await until(lambda: one.proxy.requests[-1] == "/api/v3/exchangeInfo")
        await until(lambda: one.books._standing.trouble is not None)
        n = len(one.proxy.requests)
        with pytest.raises(ProviderBusy) as told:
            await one.books.fetch((), 0)
        assert 0 < told.value.retry_after_s <= 1
        assert len(one.proxy.requests) == n


async def test_a_dead_venue_is_told_and_comes_back() -> None:
    async with listening() as one:
        one.proxy.answer = lambda path, body: (200, {}, HTML)
        await one.rows()
        await until(lambda: one.books._standing.trouble is not None)
        with pytest.raises(ProviderError, match="something that is not data"):
            await one.books.fetch((), 0)
        one.proxy.answer = lambda path, body: None
        await one.hear_more()
        one.proxy.cut_all()
        await one.hear_more()


async def test_nobody_there_at_all_is_told() -> None:
    async with PracticeExchange(SOURCE, MarketClock(START, SPEED, time.monotonic)) as exchange:
        opened = await open_practice(exchange.url, SystemClock())
    supervisor = Supervisor()
    line = FeedTimings(backoff_first_s=0.01, backoff_longest_s=0.01, connect_gap_s=0.0)
    books = Books(opened, lambda: [BTC], supervisor, QUICK, line)
    try:
        assert await books.fetch((), 0) == []
        await until(lambda: books._standing.trouble is not None)
        with pytest.raises(ProviderUnreachable):
            await books.fetch((), 0)
    finally:
        await books.close()
        await supervisor.close()


async def test_books_as_ccxt_keeps_them_are_measured_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workstation.feeds.books.book_ear", CcxtEar)
    async with listening() as one:
        await one.rows()
        assert is_plausible(await one.hear_more())
        dials = one.proxy.n_dials
        one.proxy.frame = FRAMES["gap"]
        await until(lambda: one.proxy.n_dials > dials)
        one.proxy.frame = lambda text: [text]
        assert is_plausible(await one.hear_more())
