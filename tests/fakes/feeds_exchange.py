"""A small Binance spot exchange on loopback whose every candle is known beforehand, with knobs for faults.

It serves what a feed of candles and prices asks for: the clock, markets, klines, prices of all markets, and
the kline and mini-ticker streams with SUBSCRIBE and UNSUBSCRIBE, in the format of binance-spot-api-docs.
"""

import asyncio
import json
import math
import time
from collections.abc import Sequence
from contextlib import suppress

from aiohttp import WSMsgType, web

from workstation.domain.market import open_of, timeframe_ms

START_MS = 1_706_745_600_000  # 2024-02-01


def final_row(market_id: str, timeframe: str, open_time: int) -> list[float]:
    """Return the finished candle of a bar: open time, open, high, low, close, volume."""
    slot = open_time // timeframe_ms(timeframe)
    seed = sum(map(ord, market_id))
    open_ = round(100 + seed % 50 + 5 * math.sin(slot * 0.7), 6)
    close = round(100 + seed % 50 + 5 * math.sin((slot + 1) * 0.7), 6)
    high = round(max(open_, close) * 1.001, 6)
    low = round(min(open_, close) * 0.999, 6)
    return [open_time, open_, high, low, close, round(1 + slot % 97 / 7, 6)]


def partial_row(market_id: str, timeframe: str, open_time: int, part: float) -> list[float]:
    """Return what the candle looks like when `part` of its bar has passed."""
    _, open_, high, low, close, volume = final_row(market_id, timeframe, open_time)
    now = round(open_ + (close - open_) * part, 6)
    return [
        open_time,
        open_,
        min(high, max(open_, now)),
        max(low, min(open_, now)),
        now,
        round(volume * part, 6),
    ]


class LoopbackExchange:
    """The exchange. Knobs are plain attributes; `requests` and `dials` say what was asked of it."""

    def __init__(
        self, bases: Sequence[str] = ("BTC", "ETH"), speed: float = 3000.0, push_s: float = 0.02
    ) -> None:
        self.bases = list(bases)
        self.speed = speed
        self.push_s = push_s
        self.frozen = False  # accepts and reads, never speaks
        self.mute: set[str] = set()  # streams that are confirmed and then say nothing
        self.refuse_with: tuple[int, dict[str, str]] | None = None  # REST: status and headers
        self.answer_with: str | None = None  # REST: this text instead of data, status 200
        self.refuse_dials: int | None = None
        self.requests: list[str] = []
        self.dials: list[float] = []
        self.sockets: dict[web.WebSocketResponse, set[str]] = {}
        self.n_sent = 0
        self._pushed: dict[tuple[web.WebSocketResponse, str], int] = {}
        self._began = time.monotonic()
        self.port = 0

    async def __aenter__(self) -> "LoopbackExchange":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen, on the port of last time if there was one."""
        app = web.Application(middlewares=[self._meet])
        routes = {
            "/practice/clock": self._clock,
            "/api/v3/time": self._time,
            "/api/v3/exchangeInfo": self._info,
            "/api/v3/klines": self._klines,
            "/api/v3/ticker/24hr": self._prices,
            "/stream/ws/{n}": self._stream,
        }
        for path, handler in routes.items():
            app.router.add_get(path, handler)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self._pusher = asyncio.get_running_loop().create_task(self._push_for_ever())

    async def stop(self) -> None:
        """Go away without a word."""
        self._pusher.cancel()
        with suppress(asyncio.CancelledError):
            await self._pusher
        self.drop_all()
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def now_ms(self) -> int:
        return START_MS + int((time.monotonic() - self._began) * 1000 * self.speed)

    def drop_all(self) -> None:
        """Cut every socket."""
        for socket in list(self.sockets):
            transport = socket._req.transport
            if transport is not None:
                transport.abort()

    async def say_to_all(self, text: str) -> None:
        """Send a frame of any text on every socket."""
        for socket in list(self.sockets):
            await self._send(socket, text)

    # REST

    @web.middleware
    async def _meet(self, request: web.Request, handler):
        self.requests.append(request.path)
        if not request.path.startswith("/stream"):
            if self.refuse_with is not None:
                status, headers = self.refuse_with
                return web.json_response(
                    {"code": -1003, "msg": "Too many requests."}, status=status, headers=headers
                )
            if self.answer_with is not None:
                return web.Response(text=self.answer_with, content_type="text/html")
        return await handler(request)

    async def _clock(self, _: web.Request) -> web.Response:
        told = {"now": self.now_ms(), "speed": self.speed, "kind": "recorded", "label": "Loopback exchange"}
        return web.json_response(told)

    async def _time(self, _: web.Request) -> web.Response:
        return web.json_response({"serverTime": self.now_ms()})

    async def _info(self, _: web.Request) -> web.Response:
        symbols = [
            {
                "symbol": f"{base}USDT",
                "status": "TRADING",
                "baseAsset": base,
                "baseAssetPrecision": 8,
                "quoteAsset": "USDT",
                "quotePrecision": 8,
                "isSpotTradingAllowed": True,
                "permissions": ["SPOT"],
                "permissionSets": [["SPOT"]],
                "orderTypes": ["LIMIT"],
                "filters": [
                    {
                        "filterType": "PRICE_FILTER",
                        "minPrice": "0.01",
                        "maxPrice": "1000000",
                        "tickSize": "0.01",
                    }
                ],
            }
            for base in self.bases
        ]
        return web.json_response({"timezone": "UTC", "serverTime": self.now_ms(), "symbols": symbols})

    async def _klines(self, request: web.Request) -> web.Response:
        market_id, timeframe = request.query["symbol"], request.query["interval"]
        bar_ms, now = timeframe_ms(timeframe), self.now_ms()
        limit = min(int(request.query.get("limit", 500)), 1000)
        opened = open_of(int(request.query["startTime"]) + bar_ms - 1, timeframe)
        rows = []
        while opened <= now and len(rows) < limit:
            rows.append(self._row(market_id, timeframe, opened, now))
            opened += bar_ms
        return web.json_response(
            [[t, *map(str, values), t + bar_ms - 1, "0", 1, "0", "0", "0"] for t, *values in rows]
        )

    async def _prices(self, _: web.Request) -> web.Response:
        now = self.now_ms()
        told = []
        for mini in (self._mini(base, now) for base in self.bases):
            names = {
                "lastPrice": "c",
                "openPrice": "o",
                "highPrice": "h",
                "lowPrice": "l",
                "quoteVolume": "q",
            }
            told.append(
                {"symbol": mini["s"], "closeTime": now, **{name: mini[k] for name, k in names.items()}}
            )
        return web.json_response(told)

    @staticmethod
    def _row(market_id: str, timeframe: str, open_time: int, now: int) -> list[float]:
        bar_ms = timeframe_ms(timeframe)
        if open_time + bar_ms <= now:
            return final_row(market_id, timeframe, open_time)
        return partial_row(market_id, timeframe, open_time, (now - open_time) / bar_ms)

    # Streams

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        self.dials.append(time.monotonic())
        if self.refuse_dials is not None:
            return web.Response(status=self.refuse_dials, headers={"Retry-After": "1"})
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        self.sockets[socket] = set()
        try:
            async for message in socket:
                if self.frozen:
                    continue
                if message.type is WSMsgType.PING:
                    await socket.pong(message.data)
                elif message.type is WSMsgType.TEXT:
                    await self._obey(socket, json.loads(message.data))
        finally:
            self.sockets.pop(socket, None)
        return socket

    async def _obey(self, socket: web.WebSocketResponse, order: dict) -> None:
        streams = self.sockets[socket]
        if order["method"] == "SUBSCRIBE":
            streams.update(order["params"])
        else:
            streams.difference_update(order["params"])
        await self._send(socket, json.dumps({"result": None, "id": order["id"]}))

    async def _send(self, socket: web.WebSocketResponse, text: str) -> None:
        if not self.frozen:
            with suppress(ConnectionError, RuntimeError):
                await socket.send_str(text)
                self.n_sent += 1

    async def _push_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self.push_s)
            now = self.now_ms()
            for socket, streams in list(self.sockets.items()):
                for stream in sorted(streams - self.mute):
                    if stream.startswith("!"):
                        await self._send(socket, json.dumps([self._mini(base, now) for base in self.bases]))
                    else:
                        await self._push_klines(socket, stream, now)

    def _mini(self, base: str, now: int) -> dict:
        opened = open_of(now, "1m")
        _, open_, high, low, close, volume = partial_row(f"{base}USDT", "1m", opened, (now - opened) / 60_000)
        said = {"c": close, "o": open_, "h": high, "l": low, "v": volume, "q": volume * close}
        return {"e": "24hrMiniTicker", "E": now, "s": f"{base}USDT", **{k: str(v) for k, v in said.items()}}

    async def _push_klines(self, socket: web.WebSocketResponse, stream: str, now: int) -> None:
        market_id, timeframe = stream.upper().split("@KLINE_")[0], stream.split("@kline_")[1]
        bar_ms = timeframe_ms(timeframe)
        opened = self._pushed.get((socket, stream), open_of(now, timeframe))
        while opened + bar_ms <= now:
            half = partial_row(market_id, timeframe, opened, 0.5)
            await self._send(socket, kline(market_id, timeframe, half, False))
            await self._send(
                socket, kline(market_id, timeframe, final_row(market_id, timeframe, opened), True)
            )
            opened += bar_ms
        self._pushed[socket, stream] = opened
        await self._send(
            socket, kline(market_id, timeframe, self._row(market_id, timeframe, opened, now), False)
        )


def kline(market_id: str, timeframe: str, row: Sequence[float], is_closed: bool) -> str:
    """Return a kline event as Binance sends it."""
    opened, open_, high, low, close, volume = row
    bar = {
        "t": opened,
        "T": opened + timeframe_ms(timeframe) - 1,
        "s": market_id,
        "i": timeframe,
        "f": 1,
        "L": 2,
    }
    bar |= {"o": str(open_), "c": str(close), "h": str(high), "l": str(low), "v": str(volume), "n": 1}
    bar |= {"x": is_closed, "q": "0", "V": "0", "Q": "0", "B": "0"}
    return json.dumps({"e": "kline", "E": opened, "s": market_id, "k": bar})
