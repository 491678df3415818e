"""Whale flows from a node that lies, is late, is behind, or is cut off."""

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from aiohttp import web

from tests.fakes.evm_node import ChainServer
from tests.fakes.feeds_household import StillClock
from tests.fakes.patience import PROMPT_S
from workstation.domain.errors import ProviderBusy, ProviderError, ProviderUnreachable, StoreError
from workstation.feeds.whales.evm import EvmOptions, EvmTransfers
from workstation.feeds.whales.rpc import MOST_BYTES, Refused, TooLarge
from workstation.feeds.whales.tokens import Token
from workstation.storage.transfer_store import TransferStore

BEGIN_S = 1_706_745_600
QUARTER_S = 900
USDT, LINK = "0x" + "d" * 40, "0x" + "e" * 40
BINANCE, KRAKEN, TRADER = "0x" + "a" * 40, "0x" + "b" * 40, "0x" + "c" * 40
TOKENS = {
    "ethereum": (
        Token("native", "ETH", "ETH", 18),
        Token(USDT, "USDT", "USDT", 6),
        Token(LINK, "LINK", "LINK", 18),
    )
}
OPTIONS = EvmOptions(timeout_s=PROMPT_S, blocks_at_once=4)


class Labels:
    def __init__(self):
        self.known = {BINANCE: "binance", KRAKEN: "kraken"}

    def wallets(self, chain):
        return self.known if chain == "ethereum" else {}


class House:
    """A provider, its store and what it stands on."""

    def __init__(self, url, store, options=OPTIONS):
        self.url, self.options = url, options
        self.prices = {"ETH": 2_000.0}
        self.labels, self.clock, self.store = Labels(), StillClock(BEGIN_S * 1000), store
        self.provider = self.restarted()

    def restarted(self):
        return EvmTransfers(
            self.url, self.labels, self.store, TOKENS, lambda c: self.prices.get(c), self.clock, self.options
        )

    async def told(self, since_ms=0):
        rows = await self.provider.fetch((), since_ms)
        return {
            (row.event_ms // 1000, row.subject, row.metric.removeprefix("whales.")): row.value for row in rows
        }


@asynccontextmanager
async def house(tmp_path, server, options=OPTIONS):
    with TransferStore(tmp_path / "transfers.db") as store:
        one = House(server.url, store, options)
        try:
            yield one
        finally:
            await one.provider.close()


@pytest.fixture
async def server():
    """A chain with one whale of 250,000 USDT in its second quarter of an hour."""
    async with ChainServer() as chain:
        for i in range(12):
            moves = [(USDT, TRADER, BINANCE, 250_000 * 10**6)] if i == 6 else []
            chain.mine(BEGIN_S + i * 180, *moves)
        yield chain


WHALE = {
    (BEGIN_S + 2 * QUARTER_S, "USDT", "to_exchange_usd"): 250_000.0,
    (BEGIN_S + 2 * QUARTER_S, "USDT", "to_exchange_count"): 1.0,
}


def text(body, status=200, **headers):
    return lambda *_: web.Response(text=body, status=status, headers=headers, content_type="text/html")


def result(value):
    return lambda request, _: _numbered(request, value)


async def _numbered(request, value):
    return web.json_response({"jsonrpc": "2.0", "id": (await request.json())["id"], "result": value})


async def silence(*_):
    await asyncio.sleep(30)


async def flood(request, _method):
    answer = web.StreamResponse()
    await answer.prepare(request)
    for _ in range(50):
        await answer.write(b" " * 1_000_000)
    return answer


async def truncated(request, _method):
    answer = web.StreamResponse(headers={"Content-Length": "5000"})
    await answer.prepare(request)
    await answer.write(b'{"jsonrpc": "2.0", "result": {"numb')
    request.transport.abort()
    return answer


def only(method, answer):
    return lambda request, asked: answer(request, asked) if asked == method else None


FAULTS = {
    "a login page": (text("<html>please log in</html>"), ProviderError),
    "a page of an error": (text("<html>bad gateway</html>", 502), ProviderError),
    "a redirect": (text("", 302, Location="http://127.0.0.1:1/"), ProviderError),
    "told to wait": (text("slow down", 429, **{"Retry-After": "7"}), ProviderBusy),
    "told to wait in words": (
        text('{"jsonrpc":"2.0","id":0,"error":{"code":-32005,"message":"daily request count exceeded"}}'),
        ProviderBusy,
    ),
    "nothing": (text(""), ProviderError),
    "null": (text("null"), ProviderError),
    "a list": (text("[]"), ProviderError),
    "half an answer": (text('{"jsonrpc": "2.0", "result": {"numb'), ProviderError),
    "an answer that breaks off": (truncated, ProviderUnreachable),
    "an answer to another question": (text('{"jsonrpc":"2.0","id":987654,"result":"0x1"}'), ProviderError),
    "an answer 100,000 deep": (text("[" * 100_000), ProviderError),
    "50 MB": (flood, TooLarge),
    "a length beyond bounds": (text("x" * (MOST_BYTES + 1)), TooLarge),
    "silence": (silence, ProviderUnreachable),
    "a chain that is no number": (only("eth_chainId", result("one")), ProviderError),
    "no block": (only("eth_getBlockByNumber", result(None)), ProviderError),
    "a block of text": (only("eth_getBlockByNumber", result("block")), ProviderError),
    "a block without fields": (only("eth_getBlockByNumber", result({})), ProviderError),
    "a block of the wrong height": (
        only(
            "eth_getBlockByNumber",
            result(
                {"number": "0x5", "hash": "0x" + "1" * 64, "parentHash": "0x" + "2" * 64, "timestamp": "0x1"}
            ),
        ),
        ProviderError,
    ),
    "logs that are text": (only("eth_getLogs", result("logs")), ProviderError),
    "logs without fields": (only("eth_getLogs", result([{"topics": []}, {}])), ProviderError),
    "logs refused for good": (
        only(
            "eth_getLogs", text('{"jsonrpc":"2.0","id":0,"error":{"code":-32602,"message":"no such block"}}')
        ),
        Refused,
    ),
}


@pytest.mark.parametrize(("misbehave", "error"), FAULTS.values(), ids=FAULTS)
async def test_every_fault_is_told_in_time_and_the_next_call_works(server, tmp_path, misbehave, error):
    options = replace(OPTIONS, timeout_s=0.4) if misbehave is silence else OPTIONS
    async with house(tmp_path, server, options) as one:
        server.misbehave = misbehave
        began = time.monotonic()
        with pytest.raises(error) as told:
            await one.provider.fetch((), 0)
        assert time.monotonic() - began < PROMPT_S
        assert type(told.value) in (error, ProviderError)
        assert "secret-key" not in str(told.value)
        assert str(told.value).endswith(".") or isinstance(told.value, ProviderBusy)
        server.misbehave = None
        assert (await one.told()).items() >= WHALE.items()


async def test_how_long_to_wait_is_handed_on(server, tmp_path):
    async with house(tmp_path, server) as one:
        server.misbehave = text("", 429, **{"Retry-After": "7"})
        with pytest.raises(ProviderBusy) as told:
            await one.provider.fetch((), 0)
        assert told.value.retry_after_s == 7.0


async def test_a_node_that_is_not_there_is_unreachable(tmp_path):
    async with ChainServer() as gone:
        pass
    async with house(tmp_path, gone) as one:
        with pytest.raises(ProviderUnreachable, match="see whether it runs"):
            await one.provider.fetch((), 0)


@pytest.mark.parametrize("url", ["", "node", "ftp://node", "http://", "http://[bad", "http://node:99999"])
def test_what_is_no_address_is_refused_at_once(url):
    with pytest.raises(ProviderError, match=r"http"):
        EvmTransfers(url, Labels(), None, TOKENS, {}.get, StillClock())


async def test_too_many_transfers_at_once_are_asked_for_in_halves(server, tmp_path):
    for i in range(12, 20):
        server.mine(BEGIN_S + i * 180, *[(USDT, TRADER, KRAKEN, 200_000 * 10**6)] * 3)
    server.mine(BEGIN_S + 9 * QUARTER_S)
    server.most_logs = 3
    async with house(tmp_path, server, EvmOptions()) as one:
        told = await one.told()
    counts = [
        value for (_, coin, name), value in told.items() if (coin, name) == ("USDT", "to_exchange_count")
    ]
    assert sum(counts) == 1 + 8 * 3


async def test_another_chain_than_before_is_refused_and_nothing_is_lost(server, tmp_path):
    async with house(tmp_path, server) as one:
        before = await one.told()
        server.chain_id = 56
        with pytest.raises(ProviderError, match="on chain bsc, but what is stored is of chain ethereum"):
            await one.told()
        server.chain_id = 1
        assert await one.told() == before


async def test_a_chain_without_labels_or_tokens_is_no_chain_of_zeros(server, tmp_path):
    async with house(tmp_path, server) as one:
        one.labels.known = {}
        with pytest.raises(ProviderError, match="No exchange's wallet is labelled on chain ethereum"):
            await one.told()


async def test_a_node_that_still_takes_over_blocks_is_left_alone(server, tmp_path):
    async with house(tmp_path, server) as one:
        server.syncing = {"currentBlock": "0x10", "highestBlock": "0x20"}
        with pytest.raises(ProviderError, match="still 16 blocks behind"):
            await one.told()
        assert "eth_getLogs" not in server.asked


async def test_what_has_no_price_is_unknown_and_what_did_not_move_is_zero(server, tmp_path):
    server.mine(BEGIN_S + 2 * QUARTER_S + 500, (LINK, TRADER, BINANCE, 10**18))
    server.mine(BEGIN_S + 3 * QUARTER_S)
    async with house(tmp_path, server) as one:
        told = await one.told()
        assert told[BEGIN_S + 2 * QUARTER_S, "LINK", "to_exchange_usd"] == 0.0
        assert not [key for key in told if key[:2] == (BEGIN_S + 3 * QUARTER_S, "LINK")]
        assert told[BEGIN_S + 3 * QUARTER_S, "ETH", "to_exchange_usd"] == 0.0


async def test_a_payment_that_failed_moved_nothing(server, tmp_path):
    server.mine(
        BEGIN_S + 2 * QUARTER_S + 500,
        ("native", TRADER, BINANCE, 100 * 10**18),
        ("native", KRAKEN, TRADER, 100 * 10**18),
    )
    server.failed.add(server.blocks[-1]["transactions"][0]["hash"])
    server.mine(BEGIN_S + 3 * QUARTER_S)
    async with house(tmp_path, server) as one:
        told = await one.told()
    end = BEGIN_S + 3 * QUARTER_S
    assert (told[end, "ETH", "to_exchange_usd"], told[end, "ETH", "from_exchange_usd"]) == (0.0, 200_000.0)


async def test_a_quarter_that_was_not_watched_from_its_start_is_absent(server, tmp_path):
    async with house(tmp_path, server, EvmOptions(begins_behind=8)) as one:  # from the fourth block on
        assert min(end for end, _, _ in await one.told()) == BEGIN_S + 2 * QUARTER_S
        server.mine(BEGIN_S + 20 * QUARTER_S)
        for i in range(30):
            server.mine(BEGIN_S + 20 * QUARTER_S + 60 * (i + 1))
        one.options = EvmOptions(begins_behind=8, most_behind=20)
        await one.provider.close()
        one.provider = one.restarted()  # too much was missed: it begins anew, and does not invent zeros
        assert max(end for end, _, _ in await one.told()) == BEGIN_S + 2 * QUARTER_S
        for i in range(30, 50):
            server.mine(BEGIN_S + 20 * QUARTER_S + 60 * (i + 1))
        ends = {end for end, _, _ in await one.told()}
        assert ends == {BEGIN_S + n * QUARTER_S for n in (2, 23)}


async def test_the_chain_that_changes_between_blocks_and_logs_is_read_again(server, tmp_path):
    async with house(tmp_path, server) as one:

        def replace_the_top():
            server.before_logs = None
            server.cut(6)
            for i in range(6, 12):
                server.mine(BEGIN_S + i * 180 + 1)

        server.before_logs = replace_the_top
        told = await one.told()
        assert told[BEGIN_S + 2 * QUARTER_S, "USDT", "to_exchange_usd"] == 0.0


async def test_a_chain_replaced_to_its_root_is_begun_anew(server, tmp_path):
    async with house(tmp_path, server) as one:
        assert (await one.told()).items() >= WHALE.items()
        server.cut(12)
        for i in range(12):
            server.mine(BEGIN_S + i * 180, *([(USDT, KRAKEN, TRADER, 300_000 * 10**6)] if i == 7 else []))
        told = await one.told()
        end = BEGIN_S + 2 * QUARTER_S
        assert (told[end, "USDT", "to_exchange_usd"], told[end, "USDT", "from_exchange_usd"]) == (
            0.0,
            300_000.0,
        )


async def test_nothing_is_known_before_it_happened_or_before_an_earlier_version(server, tmp_path):
    async with house(tmp_path, server) as one:
        one.clock.ms = 0  # ours is decades behind
        for row in await one.provider.fetch((), 0):
            assert row.available_ms >= row.event_ms
        one.clock.ms = (BEGIN_S + 90_000) * 1000
        server.cut(1)
        server.mine(BEGIN_S + 2000)
        await one.provider.fetch((), 0)
        one.clock.ms -= 3_600_000  # and is set back
        server.cut(6)
        server.mine(BEGIN_S + 3000)
        assert {row.available_ms for row in await one.provider.fetch((), 0)} == {
            (BEGIN_S + QUARTER_S + 360) * 1000,
            (BEGIN_S + 90_000) * 1000,
        }


async def test_a_disk_that_refuses_stops_nothing_for_good(server, tmp_path):
    async with house(tmp_path, server) as one:
        keep, one.store.append = one.store.append, _refuse
        with pytest.raises(ProviderError, match="disk is full"):
            await one.told()
        one.store.append = keep
        assert (await one.told()).items() >= WHALE.items()


def _refuse(_reading):
    raise StoreError("The disk is full.")
