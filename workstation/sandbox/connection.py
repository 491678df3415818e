"""One WebSocket connection to the practice market: its requests and its stream of messages."""

import asyncio
from typing import Any

import msgspec
from aiohttp import WSMsgType, web

from workstation.sandbox.broadcast import Broadcast, Listener
from workstation.sandbox.streams import StreamRefused

_METHODS = ("SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS")
_BAD_REQUEST = 2
_BAD_JSON = 3


class BadRequest(Exception):
    """A request the venue answers with an error; carries Binance's code and words."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


async def converse(socket: web.WebSocketResponse, listener: Listener, broadcast: Broadcast) -> None:
    """Answer a connection's requests and write its streams, until either side ends it."""
    async with asyncio.TaskGroup() as tasks:
        writer = tasks.create_task(listener.write_to(socket))
        try:
            async for message in socket:
                if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                    listener.offer(msgspec.json.encode(_answer(message.data, listener, broadcast)))
        finally:
            broadcast.unsubscribe(listener, list(listener.streams))
            writer.cancel()


def _answer(text: str | bytes, listener: Listener, broadcast: Broadcast) -> dict[str, Any]:
    number: int | str | None = None
    try:
        request = _decoded(text)
        number = _number(request)
        return {"result": _obey(request, listener, broadcast), "id": number}
    except BadRequest as refusal:
        return {"error": {"code": refusal.code, "msg": str(refusal)}, "id": number}
    except StreamRefused as refusal:
        return {"error": {"code": _BAD_REQUEST, "msg": str(refusal)}, "id": number}


def _decoded(text: str | bytes) -> dict[str, Any]:
    try:
        request = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRequest(_BAD_JSON, f"Invalid JSON: {error}") from error
    if not isinstance(request, dict):
        raise BadRequest(_BAD_REQUEST, "Invalid request: expected an object")
    return request


def _number(request: dict[str, Any]) -> int | str | None:
    number = request.get("id")
    is_whole = isinstance(number, int) and not isinstance(number, bool) and number >= 0
    if number is None or is_whole or (isinstance(number, str) and len(number) <= 36):
        return number
    raise BadRequest(
        _BAD_REQUEST, "Invalid request: request ID must be an unsigned integer or a short string"
    )


def _obey(request: dict[str, Any], listener: Listener, broadcast: Broadcast) -> list[str] | None:
    method = request.get("method")
    if method is None:
        raise BadRequest(_BAD_REQUEST, "Invalid request: missing field `method`")
    if method not in _METHODS:
        known = ", ".join(f"`{name}`" for name in _METHODS)
        raise BadRequest(
            _BAD_REQUEST, f"Invalid request: unknown variant `{method}`, expected one of {known}"
        )
    if method == "LIST_SUBSCRIPTIONS":
        return list(listener.streams)
    names = _names(request)
    if method == "UNSUBSCRIBE":
        broadcast.unsubscribe(listener, names)
        return None
    broadcast.subscribe(listener, names)
    return None


def _names(request: dict[str, Any]) -> list[str]:
    names = request.get("params")
    if not isinstance(names, list) or not names:
        raise BadRequest(_BAD_REQUEST, "Invalid request: `params` must be a list of stream names")
    if not all(isinstance(name, str) for name in names):
        raise BadRequest(_BAD_REQUEST, "Invalid request: stream names must be strings")
    return names
