"""The practice market's front door: one HTTP server on 127.0.0.1 for REST and streams."""

import asyncio
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import msgspec
from aiohttp import ClientConnectionResetError, WSCloseCode, web
from aiohttp.typedefs import Handler

from workstation.domain.errors import TidemarkError, UsageError
from workstation.domain.market import VenueKind
from workstation.sandbox.broadcast import Broadcast, Listener
from workstation.sandbox.connection import converse
from workstation.sandbox.market_clock import SpeedClock
from workstation.sandbox.perpetual_floor import PerpetualFloor
from workstation.sandbox.practice_keys import KEY_HEADER, PracticeKey, SignedDesk
from workstation.sandbox.request import Parameters, Refused
from workstation.sandbox.rest import RestApi
from workstation.sandbox.source import CandleSource
from workstation.sandbox.streams import StreamRefused
from workstation.sandbox.trading_floor import TradingFloor
from workstation.sandbox.weight_budget import WEIGHT_PER_MINUTE, WeightBudget

HOST = "127.0.0.1"
_LAST_PORT = 65_535
_GOODBYE_S = 0.3

_KINDS = {VenueKind.PRACTICE_RECORDED: "recorded", VenueKind.PRACTICE_SIMULATED: "simulated"}


@dataclass(frozen=True, slots=True)
class ExchangeOptions:
    """How the practice market behaves as a server.

    Parameters
    ----------
    port : int
        On 127.0.0.1, up to 65535; 0 takes a free one.
    weight_per_minute : int
        Request weight before it answers 429.
    round_s : float
        Seconds between two rounds of the streams; market time moves once a round.
    ping_every_s : float
        Seconds between two pings to every connection; one that does not answer within half of it is dropped.
    most_waiting : int
        Messages that may wait for a slow reader before it is dropped.

    Raises
    ------
    UsageError
        There is no such port.
    """

    port: int = 0
    weight_per_minute: int = WEIGHT_PER_MINUTE
    round_s: float = 0.05
    ping_every_s: float = 20.0
    most_waiting: int = 20_000

    def __post_init__(self) -> None:
        """Refuse a port that cannot be."""
        if not 0 <= self.port <= _LAST_PORT:
            raise UsageError(
                f"There is no port {self.port}; name one from 1 to {_LAST_PORT}, or 0 for any free one."
            )


class PracticeExchange:
    """An exchange on this machine that speaks Binance's protocol: spot, the perpetuals' figures, keys.

    Use it as ``async with PracticeExchange(source, clock) as exchange: ... exchange.url``.

    Parameters
    ----------
    source : CandleSource
        The market's truth.
    clock : SpeedClock
        Where its time comes from.
    options : ExchangeOptions, optional
        How it behaves as a server.
    monotonic : callable, optional
        Real seconds that never run backwards.
    """

    def __init__(
        self,
        source: CandleSource,
        clock: SpeedClock,
        options: ExchangeOptions | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.floor = TradingFloor(source, clock)
        self._options = options or ExchangeOptions()
        self._monotonic = monotonic
        self._budget = WeightBudget(self._options.weight_per_minute, monotonic)
        self._broadcast = Broadcast(self.floor)
        self._sockets: set[web.WebSocketResponse] = set()
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=0.2)
        self._tasks = asyncio.TaskGroup()
        self._rounds: asyncio.Task[None] | None = None
        self.url = ""

    def _application(self) -> web.Application:
        app = web.Application(middlewares=[self._refusals])
        for path, (answer, weigh) in RestApi(self.floor).routes.items():
            app.router.add_get(f"/api/v3/{path}", self._rest(answer, weigh))
        for path, (answer, weigh) in PerpetualFloor(self.floor).routes.items():
            app.router.add_get(path, self._rest(answer, weigh))
        signed = SignedDesk(self.floor)
        for path, tell in signed.routes.items():
            app.router.add_get(path, self._signed(signed, tell))
        app.router.add_get("/practice/clock", self._clock)
        app.router.add_get("/stream", self._combined)
        for path in ("/ws", "/stream/ws", "/market/ws"):
            app.router.add_get(path, self._plain)
            app.router.add_get(path + "/{names:.+}", self._plain)
        return app

    async def __aenter__(self) -> Self:
        """Open the door.

        Raises
        ------
        TidemarkError
            The port is taken.
        """
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, HOST, self._options.port).start()
        except OSError as error:
            await self._runner.cleanup()
            reason = os.strerror(error.errno or 0)
            raise TidemarkError(
                f"The practice market cannot listen on {HOST}:{self._options.port} ({reason}); "
                "another program may be using the port. Choose another one, or 0 for any free port."
            ) from error
        self.url = f"http://{HOST}:{self._runner.addresses[0][1]}"
        await self._tasks.__aenter__()
        self._rounds = self._tasks.create_task(self._run_rounds())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection and the door."""
        if self._rounds is not None:
            self._rounds.cancel()
        async with asyncio.TaskGroup() as goodbyes:
            for socket in self._sockets:
                goodbyes.create_task(_say_goodbye(socket))
        await self._runner.cleanup()
        try:
            await self._tasks.__aexit__(None, None, None)
        except ExceptionGroup as group:
            raise group.exceptions[0] from None  # only the rounds run in it

    @property
    def n_connections(self) -> int:
        """Streams' connections open now."""
        return len(self._sockets)

    async def run(self, on_listening: Callable[[str], None]) -> None:
        """Serve until cancelled.

        Parameters
        ----------
        on_listening : callable
            Told the URL once connections are taken.
        """
        async with self:
            on_listening(self.url)
            await asyncio.Event().wait()

    async def _run_rounds(self) -> None:
        while True:
            self.floor.advance()
            self._broadcast.round(self._monotonic())
            await asyncio.sleep(self._options.round_s)

    @web.middleware
    async def _refusals(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refused as refusal:
            response = _json({"code": refusal.code, "msg": str(refusal)}, status=refusal.status)
            if refusal.retry_after_s is not None:
                response.headers["Retry-After"] = str(refusal.retry_after_s)
            self._say_weight(response)
            return response

    def _rest(self, answer: Callable[[Parameters], object], weigh: Callable[[Parameters], int]) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            asked = Parameters(request.query, self.floor)
            wait_s = self._budget.spend(1)
            if not wait_s:
                wait_s = self._budget.spend(weigh(asked) - 1)
            if wait_s:
                raise Refused(-1003, self._too_much(), status=429, retry_after_s=wait_s)
            response = _json(answer(asked))
            self._say_weight(response)
            return response

        return handle

    def _signed(self, desk: SignedDesk, tell: Callable[[PracticeKey], object]) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            owner = desk.admit(request.headers.get(KEY_HEADER), request.rel_url.raw_query_string)
            return _json(tell(owner))

        return handle

    def _too_much(self) -> str:
        limit = self._budget.per_minute
        return (
            f"Too much request weight used; current limit is {limit} request weight per 1 MINUTE. "
            "Please use WebSocket Streams for live updates to avoid polling the API."
        )

    def _say_weight(self, response: web.Response) -> None:
        used = str(self._budget.used)
        response.headers["X-MBX-USED-WEIGHT"] = used
        response.headers["X-MBX-USED-WEIGHT-1M"] = used

    async def _clock(self, _: web.Request) -> web.Response:
        source = self.floor.source
        is_recorded = source.kind is VenueKind.PRACTICE_RECORDED
        return _json(
            {
                "now": self.floor.now_ms,
                "speed": self.floor.speed,
                "kind": _KINDS[source.kind],
                "label": source.label,
                "ends": source.last_ms if is_recorded else None,
            }
        )

    async def _combined(self, request: web.Request) -> web.StreamResponse:
        names = [name for name in request.query.get("streams", "").split("/") if name]
        return await self._serve_socket(request, names, combined=True)

    async def _plain(self, request: web.Request) -> web.StreamResponse:
        parts = request.match_info.get("names", "").split("/")
        names = [name for name in parts if name and not name.isdigit()]  # /ws/0, /ws/1: only a number
        return await self._serve_socket(request, names, combined=False)

    async def _serve_socket(
        self, request: web.Request, names: list[str], *, combined: bool
    ) -> web.StreamResponse:
        listener = Listener(
            combined=combined, most_waiting=self._options.most_waiting, drop=lambda: _cut(request)
        )
        try:
            self._broadcast.subscribe(listener, names)
        except StreamRefused as refusal:
            raise Refused(-1100, str(refusal)) from refusal
        socket = web.WebSocketResponse(
            timeout=_GOODBYE_S, heartbeat=self._options.ping_every_s, compress=False
        )
        try:
            await socket.prepare(request)
            self._sockets.add(socket)
            await converse(socket, listener, self._broadcast)
        except ClientConnectionResetError:  # hung up before the greeting: nobody is left to read an answer
            return web.Response()
        finally:
            self._broadcast.unsubscribe(listener, list(listener.streams))
            self._sockets.discard(socket)
        return socket


async def _say_goodbye(socket: web.WebSocketResponse) -> None:
    with suppress(TimeoutError):  # whoever does not even read is cut off by the runner
        async with asyncio.timeout(2 * _GOODBYE_S):
            await socket.close(code=WSCloseCode.GOING_AWAY, message=b"practice market closes", drain=False)


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def _json(content: object, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(content), status=status, content_type="application/json")
