"""A provider of figures on this computer that answers right, or with any fault of the network matrix."""

import asyncio
import gzip
import inspect
import json
import zlib
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

MB = 1_000_000

Answer = Callable[[web.Request, bytes], Awaitable[web.StreamResponse]]


class ProviderServer:
    """Serves JSON by path; while `fault` is set, every request from number `fault_from` on meets it.

    Used as ``async with ProviderServer() as server``.
    """

    def __init__(self) -> None:
        self.right: dict[str, Any] = {}
        self.asked: list[web.Request] = []
        self.fault: str | None = None
        self.fault_from = 0
        self.n_sent = 0
        self._closing = asyncio.Event()

    async def __aenter__(self) -> "ProviderServer":
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.01)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        await self._runner.cleanup()

    def answers(self, path: str, reply: Any) -> None:
        """Answer `path` with a JSON value, or with what a function of the request returns."""
        self.right[path] = reply

    def misbehaves(self, fault: str | None, from_request: int = 0) -> None:
        """Meet requests from the next but `from_request` on with a fault; None is right again."""
        self.fault = fault
        self.fault_from = len(self.asked) + from_request

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        reply = self.right.get(request.path)
        if callable(reply):
            reply = reply(request)
        if inspect.isawaitable(reply):
            reply = await reply
        body = json.dumps(reply).encode()
        if self.fault is not None and len(self.asked) > self.fault_from:
            return await FAULTS[self.fault](self, request, body)
        if reply is None:
            return web.json_response({"message": "not found"}, status=404)
        return web.Response(body=body, content_type="application/json")

    async def never(self, request: web.Request, body: bytes) -> web.StreamResponse:
        await self._closing.wait()
        return web.Response()

    async def drip(self, request: web.Request, body: bytes) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        while not self._closing.is_set():
            await response.write(b" ")
            await asyncio.sleep(0.02)
        return response

    async def cut(self, request: web.Request, body: bytes) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(len(body) + 100)})
        await response.prepare(request)
        await response.write(body)
        assert request.transport is not None
        request.transport.abort()
        return response

    async def hang_up(self, request: web.Request, body: bytes) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async def huge(self, request: web.Request, body: bytes) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        piece = b"[0],\n" * 20_000
        for _ in range(500):
            await response.write(piece)
            self.n_sent += len(piece)
        return response


def _says(text: str | bytes, status: int = 200, **headers: str) -> Any:
    body = text if isinstance(text, bytes) else text.encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def answer(server: ProviderServer, request: web.Request, right: bytes) -> web.StreamResponse:
        return web.Response(body=body, status=status, headers=named)

    return answer


def _changed(change: Callable[[Any], Any]) -> Any:
    async def answer(server: ProviderServer, request: web.Request, right: bytes) -> web.StreamResponse:
        return web.json_response(change(json.loads(right)))

    return answer


def _truncated(server: ProviderServer, request: web.Request, right: bytes) -> Any:
    return _says(right[: len(right) // 2] or b"[")(server, request, right)


def _leaves(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {key: _leaves(each, change) for key, each in value.items()}
    if isinstance(value, list):
        return [_leaves(each, change) for each in value]
    return change(value)


def _renamed(value: Any) -> Any:
    if isinstance(value, dict):
        return {"_" + key: _renamed(each) for key, each in value.items()}
    return [_renamed(each) for each in value] if isinstance(value, list) else value


def _negative(leaf: Any) -> Any:
    if isinstance(leaf, str):
        return "-" + leaf
    return leaf if isinstance(leaf, bool) or leaf is None else -abs(leaf) - 1


def gzip_bomb(n_bytes: int = 50 * MB) -> bytes:
    """Return a small gzip that unpacks to `n_bytes` of one list."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = b"0," * (MB // 2)
    packed = b"".join([packer.compress(b"["), *(packer.compress(piece) for _ in range(n_bytes // MB))])
    return packed + packer.compress(b"0]") + packer.flush()


_BOMB = gzip_bomb()
_HTML = "<!doctype html><html><body><h1>Sign in to airport Wi-Fi</h1></body></html>"
_DATES = {"Date": "Wed, 21 Oct 2026 07:28:00 GMT", "Retry_After": "Wed, 21 Oct 2026 07:28:30 GMT"}

FAULTS: dict[str, Any] = {
    "HTML": _says(_HTML, Content_Type="text/html"),
    "HTML that claims to be JSON": _says(_HTML, Content_Type="application/json"),
    "nothing": _says(b""),
    "null": _says("null"),
    "an empty list": _says("[]"),
    "an empty object": _says("{}"),
    "half of it": _truncated,
    "other types": _changed(lambda value: _leaves(value, lambda leaf: [leaf])),
    "true everywhere": _changed(lambda value: _leaves(value, lambda leaf: True)),
    "missing fields": _changed(_renamed),
    "negative numbers": _changed(lambda value: _leaves(value, _negative)),
    "NaN": _says("NaN"),
    "infinity": _says('{"data": [Infinity]}'),
    "1e999": _says('{"data": [1e999]}'),
    "a key twice": _says('{"data": [], "data": []}'),
    "5,000 digits": _says('{"data": [' + "7" * 5_000 + "]}"),
    "a deep nest": _says("[" * 200_000),
    "a byte order mark": _says(b"\xef\xbb\xbf[]"),
    "not UTF-8": _says(b'{"data": "\xff"}'),
    "half a character": _says('{"data": "\\ud800"}'),
    "429 for 30 s": _says("{}", 429, Retry_After="30"),
    "429 until a date": _says("{}", 429, **_DATES),
    "429 for garbage": _says("{}", 429, Retry_After="soon"),
    "429 for ever": _says("{}", 429, Retry_After="1e300"),
    "429 without a word": _says("{}", 429),
    "418": _says("{}", 418, Retry_After="300"),
    "503 for 30 s": _says("{}", 503, Retry_After="30"),
    "500": _says("{}", 500),
    "503": _says("{}", 503),
    "403": _says("{}", 403),
    "hangs up": ProviderServer.hang_up,
    "cut in the body": ProviderServer.cut,
    "never speaks": ProviderServer.never,
    "one byte after the other": ProviderServer.drip,
    "50 MB": ProviderServer.huge,
    "gzip bomb": _says(_BOMB, Content_Encoding="gzip"),
    "half a gzip": _says(gzip.compress(b'{"data": []}')[:-9], Content_Encoding="gzip"),
    "not a gzip": _says("[]", Content_Encoding="gzip"),
    "packed otherwise": _says("[]", Content_Encoding="br"),
    "redirect to a file": _says("", 302, Location="file:///etc/passwd"),
    "redirect to the metadata": _says("", 302, Location="http://169.254.169.254/latest/meta-data/"),
    "redirect to the local network": _says("", 302, Location="https://10.0.0.1/"),
    "redirect to nowhere": _says("", 302),
    "redirect in a circle": _says("", 302, Location="/circle"),
}
"""Every fault by name: a function of (server, request, right body)."""
