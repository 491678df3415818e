"""Stands between a client and the practice market, and spoils what comes through as a test asks."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from aiohttp import ClientSession, WSMsgType, web

Answer = tuple[int, dict[str, str], bytes]


class FaultProxy:
    """Hands requests and frames on; knobs are plain attributes.

    `answer` may replace the answer to a path, `frame` each frame of the venue by any number of others.
    """

    def __init__(self, target: str) -> None:
        self._target = target
        self.answer: Callable[[str, bytes], Answer | None] = lambda path, body: None
        self.frame: Callable[[str], list[str]] = lambda text: [text]
        self.requests: list[str] = []
        self.n_dials = 0
        self._sockets: set[web.WebSocketResponse] = set()

    async def __aenter__(self) -> "FaultProxy":
        self._client = ClientSession()
        app = web.Application()
        app.router.add_get("/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.cut_all()
        await self._runner.cleanup()
        await self._client.close()

    def cut_all(self) -> None:
        for socket in list(self._sockets):
            if socket._req is not None and socket._req.transport is not None:
                socket._req.transport.abort()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._relay(request)
        self.requests.append(request.path)
        async with self._client.get(self._target + request.path_qs) as response:
            body = await response.read()
        status, headers, body = self.answer(request.path, body) or (response.status, {}, body)
        return web.Response(status=status, headers={"Content-Type": "application/json", **headers}, body=body)

    async def _relay(self, request: web.Request) -> web.StreamResponse:
        self.n_dials += 1
        ours = web.WebSocketResponse()
        await ours.prepare(request)
        self._sockets.add(ours)
        try:
            async with self._client.ws_connect(self._target + request.path_qs) as theirs:
                back = asyncio.get_running_loop().create_task(self._forward(theirs, ours))
                async for message in ours:
                    if message.type is WSMsgType.TEXT:
                        await theirs.send_str(message.data)
                back.cancel()
        finally:
            self._sockets.discard(ours)
        return ours

    async def _forward(self, theirs, ours: web.WebSocketResponse) -> None:
        with suppress(ConnectionError, RuntimeError):
            async for message in theirs:
                for text in self.frame(message.data):
                    await ours.send_str(text)
