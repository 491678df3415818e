"""Who listens to which stream, and how what is due reaches them without anybody waiting for the slowest."""

import asyncio
from collections import deque
from collections.abc import Callable
from operator import itemgetter

import msgspec
from aiohttp import WSMsgType, web

from workstation.sandbox.streams import Stream, StreamRefused, TradeStream, open_stream
from workstation.sandbox.trading_floor import TradingFloor
from workstation.sandbox.wire import Event

MOST_STREAMS = 1024
"""Streams one connection may listen to."""


class Listener:
    """One connection: what waits to be written to it, bounded.

    A reader too slow for what it asked for is cut off; nobody else waits for it.

    Parameters
    ----------
    combined : bool
        True where every payload is wrapped with its stream's name.
    most_waiting : int
        Messages that may wait before the connection is dropped.
    drop : callable
        Cuts the connection.
    """

    def __init__(self, *, combined: bool, most_waiting: int, drop: Callable[[], None]) -> None:
        self.combined = combined
        self.streams: dict[str, None] = {}
        self._most_waiting = most_waiting
        self._drop = drop
        self._waiting: deque[bytes] = deque()
        self._something = asyncio.Event()

    def offer(self, message: bytes) -> None:
        """Queue a message; a full queue drops the connection instead."""
        if len(self._waiting) >= self._most_waiting:
            self._waiting.clear()
            self._drop()
            return
        self._waiting.append(message)
        self._something.set()

    async def write_to(self, socket: web.WebSocketResponse) -> None:
        """Write what is offered, in order, until the connection ends."""
        while not socket.closed:
            await self._something.wait()
            self._something.clear()
            try:
                while self._waiting and not socket.closed:
                    await socket.send_frame(self._waiting.popleft(), WSMsgType.TEXT)
            except ConnectionError:
                return


class Broadcast:
    """Runs every stream that has a listener, and no other.

    Parameters
    ----------
    floor : TradingFloor
        What the streams are about.
    """

    def __init__(self, floor: TradingFloor) -> None:
        self._floor = floor
        self._streams: dict[str, Stream | None] = {}
        self._listeners: dict[str, dict[Listener, None]] = {}

    def subscribe(self, listener: Listener, names: list[str]) -> None:
        """Let a listener hear streams; those it hears already stay as they are.

        Raises
        ------
        StreamRefused
            A name is no stream's, or these are too many; nothing was subscribed.
        """
        if len(listener.streams.keys() | set(names)) > MOST_STREAMS:
            raise StreamRefused(f"Invalid request: too many streams; a connection may hear {MOST_STREAMS}")
        opened = {name: open_stream(name, self._floor) for name in names if name not in self._streams}
        self._streams.update(opened)
        for name in names:
            self._listeners.setdefault(name, {})[listener] = None
            listener.streams[name] = None

    def unsubscribe(self, listener: Listener, names: list[str]) -> None:
        """Let a listener no longer hear streams; those it does not hear are passed over."""
        for name in names:
            if name not in listener.streams:
                continue
            del listener.streams[name]
            del self._listeners[name][listener]
            if not self._listeners[name]:
                self._close(name)

    def _close(self, name: str) -> None:
        del self._listeners[name]
        stream = self._streams.pop(name)
        if stream is not None:
            stream.close()

    def round(self, wall_s: float) -> None:
        """Say everything that is due now, trades of all coins in the order of their time.

        A round may come late and hold hours of a quick market: said coin by coin, those of one would be past
        before the first of another was heard, which no real venue does.
        """
        now_ms = self._floor.now_ms
        trades: list[tuple[int, str, Event]] = []
        for name, stream in self._streams.items():
            if isinstance(stream, TradeStream):
                trades += [(event["E"], name, event) for event in stream.due(now_ms, wall_s)]
            elif stream is not None:
                for event in stream.due(now_ms, wall_s):
                    self._send(name, event)
        for _, name, trade in sorted(trades, key=itemgetter(0)):
            self._send(name, trade)

    def _send(self, name: str, event: object) -> None:
        plain = msgspec.json.encode(event)
        combined = b""
        for listener in self._listeners[name]:
            if listener.combined:
                combined = combined or b'{"stream":"%s","data":%s}' % (name.encode(), plain)
                listener.offer(combined)
            else:
                listener.offer(plain)
