"""The practice market's wire, byte by byte, without ccxt."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.fakes.patience import PATIENCE_S, PROMPT_S, until
from tests.fakes.sandbox_source import FIRST_MS, HOUR_MS, recorded
from workstation.domain.errors import TidemarkError, UsageError
from workstation.sandbox.market_clock import MarketClock
from workstation.sandbox.server import ExchangeOptions, PracticeExchange
from workstation.sandbox.simulated_market import SimulatedMarket

START = FIRST_MS + 100 * HOUR_MS
DAY = {"symbol": "BTCUSDT", "interval": "1d"}


def exchange(*names: str, speed: float = 60.0, **options: Any) -> PracticeExchange:
    clock = MarketClock(START, speed, time.monotonic)
    return PracticeExchange(recorded(*(names or ("BTCUSDT", "ETHUSDT"))), clock, ExchangeOptions(**options))


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def ask(client: aiohttp.ClientSession, open_: PracticeExchange, path: str, **query: Any) -> Any:
    async with client.get(f"{open_.url}/api/v3/{path}", params=query) as response:
        return await response.json()


async def reply(ws: aiohttp.ClientWebSocketResponse, request: Any) -> Any:
    await ws.send_str(request if isinstance(request, str) else json.dumps(request))
    async with asyncio.timeout(PATIENCE_S):
        async for message in ws:
            answer = json.loads(message.data)
            if "result" in answer or "error" in answer:
                return answer
    raise AssertionError("the connection ended without an answer")


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        ("klines", {"symbol": "NOPEUSDT", "interval": "1h"}, -1121),
        ("klines", {"symbol": "BTCUSDT", "interval": "7m"}, -1120),
        ("klines", {"symbol": "BTCUSDT"}, -1102),
        ("klines", {"interval": "1h"}, -1102),
        ("klines", {"symbol": "btcusdt", "interval": "1h"}, -1100),
        ("klines", {"symbol": "BTCUSDT", "interval": "1h", "startTime": "yesterday"}, -1100),
        ("klines", {"symbol": "BTCUSDT", "interval": "1h", "startTime": ""}, -1105),
        ("klines", {"symbol": "BTCUSDT", "interval": "1h", "limit": "0"}, -1130),
        ("depth", {"symbol": "BTCUSDT", "limit": "-5"}, -1100),
        ("ticker/24hr", {"symbol": "BTCUSDT", "symbols": '["BTCUSDT"]'}, -1128),
        ("ticker/price", {"symbols": "BTCUSDT"}, -1100),
        ("aggTrades", {"symbol": "BTCUSDT", "fromId": "1", "startTime": "1"}, -1128),
    ],
)
async def test_bad_requests_get_the_venues_own_errors(
    client: aiohttp.ClientSession, path: str, query: dict[str, str], code: int
) -> None:
    async with exchange() as open_, client.get(f"{open_.url}/api/v3/{path}", params=query) as response:
        body = await response.json()
        assert response.status == 400
        assert body["code"] == code
        assert body["msg"]


async def test_klines_page_as_the_venue_pages(client: aiohttp.ClientSession) -> None:
    async with exchange() as open_:
        hour = {"symbol": "BTCUSDT", "interval": "1h"}
        newest = await ask(client, open_, "klines", **hour, limit=3)
        assert [row[0] for row in newest] == [START - 2 * HOUR_MS, START - HOUR_MS, START]
        assert newest[-1][6] == START + HOUR_MS - 1
        until_end = await ask(client, open_, "klines", **hour, endTime=FIRST_MS + 5 * HOUR_MS, limit=2)
        assert [row[0] for row in until_end] == [FIRST_MS + 4 * HOUR_MS, FIRST_MS + 5 * HOUR_MS]
        from_start = await ask(client, open_, "klines", **hour, startTime=FIRST_MS - 999_999_999, limit=2)
        assert [row[0] for row in from_start] == [FIRST_MS, FIRST_MS + HOUR_MS]
        between = await ask(
            client, open_, "klines", **hour, startTime=FIRST_MS + 1, endTime=FIRST_MS + 3 * HOUR_MS
        )
        assert [row[0] for row in between] == [FIRST_MS + i * HOUR_MS for i in (1, 2, 3)]
        assert len(await ask(client, open_, "klines", **hour)) == 101
        minutes = await ask(client, open_, "klines", symbol="BTCUSDT", interval="1m", limit=5_000)
        assert len(minutes) == 1_000
        assert await ask(client, open_, "klines", **hour, startTime=START + 99 * HOUR_MS) == []


async def test_the_same_seed_sends_the_same_bytes(client: aiohttp.ClientSession) -> None:
    async def bytes_of(seed: int) -> list[bytes]:
        market = SimulatedMarket(seed)
        until_ms = market.default_start_ms
        answers = []
        async with PracticeExchange(market, MarketClock(until_ms, 10_000, time.monotonic)) as open_:
            for path, extra in (
                ("klines", "&interval=5m&limit=1000"),
                ("aggTrades", "&limit=1000&startTime=" + str(until_ms - HOUR_MS)),
            ):
                url = f"{open_.url}/api/v3/{path}?symbol=FETUSDT{extra}&endTime={until_ms - 60_000}"
                async with client.get(url) as response:
                    answers.append(await response.read())
        return answers

    first, second, other = await bytes_of(1), await bytes_of(1), await bytes_of(2)
    assert first == second
    assert min(map(len, first)) > 10_000
    assert first[0] != other[0]
    assert first[1] != other[1]


async def test_weight_is_said_and_its_end_is_429(client: aiohttp.ClientSession) -> None:
    async with exchange(weight_per_minute=25) as open_:
        async with client.get(f"{open_.url}/api/v3/exchangeInfo") as response:
            assert response.headers["X-MBX-USED-WEIGHT-1M"] == "20"
        async with client.get(f"{open_.url}/api/v3/depth?symbol=BTCUSDT&limit=100") as response:
            assert response.headers["X-MBX-USED-WEIGHT-1M"] == "25"
        async with client.get(f"{open_.url}/api/v3/ping") as response:
            assert response.status == 429
            assert 1 <= int(response.headers["Retry-After"]) <= 61
            assert (await response.json())["code"] == -1003


@pytest.mark.parametrize(
    ("path", "weight"),
    [
        ("ping", 1),
        ("time", 1),
        ("klines?symbol=BTCUSDT&interval=1h", 2),
        ("depth?symbol=BTCUSDT&limit=500", 25),
        ("depth?symbol=BTCUSDT&limit=5000", 250),
        ("trades?symbol=BTCUSDT", 25),
        ("aggTrades?symbol=BTCUSDT", 4),
        ("historicalTrades?symbol=BTCUSDT", 25),
        ("avgPrice?symbol=BTCUSDT", 2),
        ("ticker/24hr", 80),
        ("ticker/24hr?symbol=BTCUSDT", 2),
        ("ticker/price", 4),
        ("ticker/bookTicker?symbol=BTCUSDT", 2),
        ('ticker/24hr?symbols=["BTCUSDT","ETHUSDT"]', 2),
        ("uiKlines?symbol=BTCUSDT&interval=1h", 2),
    ],
)
async def test_every_request_weighs_what_it_weighs_at_the_venue(
    client: aiohttp.ClientSession, path: str, weight: int
) -> None:
    async with exchange() as open_, client.get(f"{open_.url}/api/v3/{path}") as response:
        assert response.status == 200
        assert response.headers["X-MBX-USED-WEIGHT-1M"] == str(weight)


async def test_tickers_trades_and_average_agree(client: aiohttp.ClientSession) -> None:
    async with exchange(speed=1.0, round_s=30.0) as open_:
        one = await ask(client, open_, "ticker/24hr", symbol="BTCUSDT")
        both = await ask(client, open_, "ticker/24hr")
        price = await ask(client, open_, "ticker/price", symbol="BTCUSDT")
        touch = await ask(client, open_, "ticker/bookTicker", symbol="BTCUSDT")
        trades = await ask(client, open_, "trades", symbol="BTCUSDT", limit=5)
        book = await ask(client, open_, "depth", symbol="BTCUSDT", limit=5)
        again = await ask(client, open_, "historicalTrades", symbol="BTCUSDT", fromId=trades[0]["id"])
        average = await ask(client, open_, "avgPrice", symbol="BTCUSDT")
    assert one == both[0]
    assert one["lastPrice"] == price["price"] == trades[-1]["price"]
    assert [touch["bidPrice"], touch["bidQty"]] == book["bids"][0]
    assert (one["askPrice"], one["askQty"]) == (touch["askPrice"], touch["askQty"])
    assert again == trades
    assert float(one["lowPrice"]) <= float(average["price"]) <= float(one["highPrice"])
    assert set(book) == {"lastUpdateId", "bids", "asks"}


async def test_the_clock_says_what_kind_of_market_this_is(client: aiohttp.ClientSession) -> None:
    async with exchange(speed=3_600.0) as open_, client.get(f"{open_.url}/practice/clock") as response:
        said = await response.json()
    assert said["kind"] == "recorded"
    assert said["speed"] == 3_600.0
    assert said["label"] == "Practice market, recorded, test"
    assert said["now"] >= START
    assert said["ends"] == FIRST_MS + 200 * HOUR_MS


async def test_a_simulated_market_says_that_it_does_not_end(client: aiohttp.ClientSession) -> None:
    market = SimulatedMarket(1)
    clock = MarketClock(START, 1.0, time.monotonic, market.last_ms, first_ms=market.first_ms)
    async with (
        PracticeExchange(market, clock) as open_,
        client.get(f"{open_.url}/practice/clock") as response,
    ):
        said = await response.json()
    assert (said["kind"], said["ends"]) == ("simulated", None)


async def test_market_time_reaches_the_end_of_a_recording_and_stays_there(
    client: aiohttp.ClientSession,
) -> None:
    market = recorded("BTCUSDT")
    clock = MarketClock(market.last_ms - 1_000, 10_000.0, time.monotonic, market.last_ms)
    async with PracticeExchange(market, clock) as open_:
        await until(lambda: open_.floor.now_ms == market.last_ms)
        async with client.get(f"{open_.url}/practice/clock") as response:
            said = await response.json()
    assert said["now"] == said["ends"] == market.last_ms


async def test_a_coin_before_its_listing_is_on_break(client: aiohttp.ClientSession) -> None:
    market = recorded("BTCUSDT")
    early = MarketClock(FIRST_MS - HOUR_MS, 1.0, time.monotonic)
    async with PracticeExchange(market, early) as open_:
        info = await ask(client, open_, "exchangeInfo")
        assert info["symbols"][0]["status"] == "BREAK"
        assert await ask(client, open_, "klines", symbol="BTCUSDT", interval="1h") == []
        assert await ask(client, open_, "ticker/24hr") == []
        assert (await ask(client, open_, "ticker/24hr", symbol="BTCUSDT"))["lastPrice"] == "0.00000000"
        assert (await ask(client, open_, "depth", symbol="BTCUSDT"))["bids"] == []
        assert (await ask(client, open_, "ticker/bookTicker", symbol="BTCUSDT"))["bidPrice"] == "0.00000000"


@pytest.mark.parametrize(
    ("request_", "code", "words"),
    [
        ("not json", 3, "Invalid JSON"),
        ("[1]", 2, "expected an object"),
        ({"id": 1}, 2, "missing field `method`"),
        ({"method": "SHOUT", "id": 1}, 2, "unknown variant `SHOUT`"),
        ({"method": "SUBSCRIBE", "id": 1}, 2, "`params`"),
        ({"method": "SUBSCRIBE", "params": [5], "id": 1}, 2, "strings"),
        ({"method": "SUBSCRIBE", "params": ["btcusdt"], "id": 1}, 2, "unknown stream"),
        ({"method": "SUBSCRIBE", "params": ["btcusdt@trade"], "id": -1}, 2, "unsigned integer"),
        ({"method": "SUBSCRIBE", "params": [f"c{i}@trade" for i in range(1_025)], "id": 1}, 2, "too many"),
    ],
)
async def test_bad_subscriptions_get_the_venues_own_errors(
    client: aiohttp.ClientSession, request_: Any, code: int, words: str
) -> None:
    async with exchange() as open_, client.ws_connect(f"{open_.url}/ws") as ws:
        answer = await reply(ws, request_)
        assert answer["error"]["code"] == code
        assert words in answer["error"]["msg"]
        assert (await reply(ws, {"method": "LIST_SUBSCRIPTIONS", "id": 2})) == {"result": [], "id": 2}


async def test_streams_are_subscribed_listed_and_left(client: aiohttp.ClientSession) -> None:
    async with exchange(speed=3_600.0) as open_, client.ws_connect(f"{open_.url}/stream/ws/0") as ws:
        names = ["btcusdt@trade", "ethusdt@kline_1m"]
        assert await reply(ws, {"method": "SUBSCRIBE", "params": names, "id": 1}) == {"result": None, "id": 1}
        assert (await reply(ws, {"method": "LIST_SUBSCRIPTIONS", "id": 2}))["result"] == names
        seen = set()
        async with asyncio.timeout(PATIENCE_S):
            while seen != {"trade", "kline"}:
                seen.add((await ws.receive_json()).get("e"))
        await reply(ws, {"method": "UNSUBSCRIBE", "params": [*names, "never@trade"], "id": 3})
        with pytest.raises(TimeoutError):
            await ws.receive(timeout=0.3)


@pytest.mark.parametrize(
    "path", ["/ws/btcusdt@trade/ethusdt@trade", "/stream/ws/btcusdt@trade/ethusdt@trade"]
)
async def test_streams_can_be_named_in_the_path(client: aiohttp.ClientSession, path: str) -> None:
    async with exchange(speed=3_600.0) as open_, client.ws_connect(open_.url + path) as ws:
        coins = set()
        async with asyncio.timeout(PATIENCE_S):
            while coins != {"BTCUSDT", "ETHUSDT"}:
                coins.add((await ws.receive_json())["s"])


async def test_combined_streams_are_wrapped_with_their_name(client: aiohttp.ClientSession) -> None:
    streams = "btcusdt@trade/!miniTicker@arr"
    async with (
        exchange(speed=3_600.0) as open_,
        client.ws_connect(f"{open_.url}/stream?streams={streams}") as ws,
    ):
        seen = {}
        async with asyncio.timeout(PATIENCE_S):
            while len(seen) < 2:
                message = await ws.receive_json()
                seen[message["stream"]] = message["data"]
    assert seen["btcusdt@trade"]["e"] == "trade"
    assert seen["!miniTicker@arr"][0]["e"] == "24hrMiniTicker"


async def test_an_unknown_stream_in_the_path_is_refused(client: aiohttp.ClientSession) -> None:
    async with exchange() as open_:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await client.ws_connect(f"{open_.url}/ws/nonsense")
        assert refused.value.status == 400


async def test_pings_are_sent_and_answered(client: aiohttp.ClientSession) -> None:
    async with (
        exchange(ping_every_s=0.1) as open_,
        client.ws_connect(f"{open_.url}/ws", autoping=False) as ws,
    ):
        await ws.ping(b"hello")
        kinds = set()
        async with asyncio.timeout(PATIENCE_S):
            while kinds != {aiohttp.WSMsgType.PING, aiohttp.WSMsgType.PONG}:
                message = await ws.receive()
                kinds.add(message.type)
                if message.type is aiohttp.WSMsgType.PING:
                    await ws.pong(message.data)


async def test_a_client_that_never_answers_a_ping_is_dropped(client: aiohttp.ClientSession) -> None:
    async with (
        exchange(ping_every_s=0.1) as open_,
        client.ws_connect(f"{open_.url}/ws", autoping=False) as ws,
        asyncio.timeout(PATIENCE_S),
    ):
        while (await ws.receive()).type not in (
            aiohttp.WSMsgType.CLOSE,
            aiohttp.WSMsgType.CLOSED,
            aiohttp.WSMsgType.ERROR,
        ):
            pass


async def deaf_client(open_: PracticeExchange, path: str) -> socket.socket:
    """Open a stream and never read from it."""
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    deaf.setblocking(False)
    await asyncio.get_running_loop().sock_connect(deaf, ("127.0.0.1", int(open_.url.rpartition(":")[2])))
    lines = (
        f"GET {path} HTTP/1.1",
        "Host: localhost",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
    )
    await asyncio.get_running_loop().sock_sendall(deaf, ("\r\n".join(lines) + "\r\n\r\n").encode())
    return deaf


async def test_a_slow_reader_is_dropped_and_stalls_nobody(client: aiohttp.ClientSession) -> None:
    busy = "/".join(f"{coin}@{kind}" for coin in ("btcusdt", "ethusdt") for kind in ("trade", "aggTrade"))
    async with exchange(speed=10_000.0, most_waiting=200) as open_:
        deaf = await deaf_client(open_, f"/ws/{busy}")
        with deaf:
            async with client.ws_connect(f"{open_.url}/ws/btcusdt@kline_1h") as ws:
                await until(lambda: open_.n_connections == 2)
                async with asyncio.timeout(30):
                    while open_.n_connections == 2:
                        assert (await ws.receive_json())["e"] == "kline"
                    assert (await ws.receive_json())["e"] == "kline"


async def test_a_client_that_hangs_up_before_it_is_greeted_is_no_error(
    client: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    async with exchange() as open_:
        (await deaf_client(open_, "/ws/btcusdt@trade")).close()
        for _ in range(3):
            await ask(client, open_, "ping")
        assert not caplog.records
        assert open_.n_connections == 0


async def test_the_market_closes_promptly_with_clients_connected(
    client: aiohttp.ClientSession,
) -> None:
    async def read_all(ws: aiohttp.ClientWebSocketResponse) -> int | None:
        async for _ in ws:
            pass
        return ws.close_code

    open_ = exchange(speed=3_600.0)
    await open_.__aenter__()
    with await deaf_client(open_, "/ws/btcusdt@trade"):
        sockets = [await client.ws_connect(f"{open_.url}/ws/btcusdt@trade") for _ in range(5)]
        await until(lambda: open_.n_connections == 6)
        async with asyncio.TaskGroup() as tasks:
            readers = [tasks.create_task(read_all(ws)) for ws in sockets]
            await asyncio.sleep(0)
            began = time.monotonic()
            await open_.__aexit__(None, None, None)
            assert time.monotonic() - began < PROMPT_S
    assert {reader.result() for reader in readers} == {aiohttp.WSCloseCode.GOING_AWAY}


async def test_a_port_in_use_is_said_in_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(TidemarkError, match=rf"127\.0\.0\.1:{port} \(Address already in use\)"):
            await exchange(port=port).__aenter__()


@pytest.mark.parametrize("port", [-1, 65_536, 99_999])
def test_a_port_that_cannot_be_is_said_in_one_sentence(port: int) -> None:
    with pytest.raises(UsageError, match=f"There is no port {port}; name one from 1 to 65535"):
        exchange(port=port)


async def test_run_serves_until_it_is_cancelled(client: aiohttp.ClientSession) -> None:
    listening: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(exchange().run(listening.set_result))
        async with asyncio.timeout(PATIENCE_S):
            url = await listening
        async with client.get(f"{url}/api/v3/ping") as response:
            assert await response.json() == {}
        running.cancel()
    with pytest.raises(aiohttp.ClientConnectorError):
        await client.get(f"{url}/api/v3/ping")


async def test_a_candle_that_cannot_be_traded_ends_the_market_loudly(client: aiohttp.ClientSession) -> None:
    market = recorded("BTCUSDT")
    market.candles("BTC/USDT", market.first_ms, market.last_ms).volume[:] = 0.001
    open_ = PracticeExchange(market, MarketClock(START, 60.0, time.monotonic))

    async def trade() -> None:
        async with open_, client.ws_connect(f"{open_.url}/ws/btcusdt@trade"), asyncio.timeout(PATIENCE_S):
            await asyncio.Event().wait()

    with pytest.raises(TidemarkError, match="1 lots cannot visit"):
        await trade()
