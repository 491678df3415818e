"""The engine's side of the link: a local socket that only this user can open."""

import asyncio
import contextlib
import logging
import os
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from workstation.domain.errors import LinkError, LinkVersionMismatch, TidemarkError
from workstation.domain.market import SeriesKey
from workstation.domain.ports import TaskOwner
from workstation.link.messages import (
    PROTOCOL,
    Done,
    Failed,
    Frame,
    Hello,
    ToEngine,
    ToWindow,
)
from workstation.link.outbox import Outbox
from workstation.link.wire import MessageReader, encode

_log = logging.getLogger(__name__)

FRAME_S = 0.016  # one frame of a 60 Hz screen: state is merged at least this long
_PEER_CREDENTIALS = struct.Struct("3i")


class Connection:
    """One window at the other end.

    Attributes
    ----------
    outbox : Outbox
        What it has not been sent yet.
    followed : set of SeriesKey
        The series on its charts.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.outbox = Outbox()
        self.followed: set[SeriesKey] = set()
        self.is_welcome = False
        self._commands: MessageReader[ToEngine] = MessageReader(reader, ToEngine)  # type: ignore[arg-type]
        self._writer = writer
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Have the sender look at the outbox."""
        self._wake.set()

    def tell(self, fact: ToWindow) -> None:
        """Send a fact, after those before it; a window that does not read is dropped."""
        self.outbox.add_fact(fact)
        if self.outbox.is_overfull:
            _log.warning("A window does not read; it is dropped.")
            self.abort()
        self.wake()

    async def next_command(self) -> ToEngine | None:
        """Return the window's next command; None when it is gone."""
        return await self._commands.next()

    async def send_for_ever(self, frame: Callable[[Outbox], Frame]) -> None:
        """Send what waits: facts at once, state at most once a frame, all prices a part a frame."""
        while not self._writer.is_closing():
            await self._wake.wait()
            self._wake.clear()
            while self.outbox.facts:
                self._writer.write(encode(self.outbox.facts.popleft()))
            if self.outbox.has_state and self.is_welcome:
                self._writer.write(encode(frame(self.outbox)))
            if (quotes := self.outbox.take_quotes()) is not None:
                self._writer.write(encode(quotes))
                if self.outbox.has_quotes:
                    self._wake.set()
            with contextlib.suppress(ConnectionError):
                await self._writer.drain()
            await asyncio.sleep(FRAME_S)

    def abort(self) -> None:
        """Drop the connection at once."""
        self._writer.transport.abort()

    async def close(self) -> None:
        """Send the facts that wait, then close."""
        while self.outbox.facts:
            self._writer.write(encode(self.outbox.facts.popleft()))
        self._writer.close()
        with contextlib.suppress(ConnectionError, TimeoutError):
            await asyncio.wait_for(self._writer.wait_closed(), 0.5)


class EngineSide(Protocol):
    """What the link asks of the engine."""

    async def carry_out(self, connection: Connection, command: ToEngine) -> None:
        """Carry out a command; a `TidemarkError` raised here is the answer to it."""
        ...

    def make_frame(self, outbox: Outbox) -> Frame:
        """Return what waits in an outbox as a frame."""
        ...

    def on_gone(self, connection: Connection) -> None:
        """Take that a window is gone."""
        ...


class LinkServer:
    """Listens for windows and answers each of their commands once.

    Parameters
    ----------
    path : Path
        Where the socket lies; its folder belongs to this user alone.
    engine : EngineSide
        Carries out commands.
    tasks : TaskOwner
        Owns the connections.
    """

    def __init__(self, path: Path, engine: EngineSide, tasks: TaskOwner) -> None:
        self._path = path
        self._engine = engine
        self._tasks = tasks
        self._server: asyncio.Server | None = None
        self.connections: set[Connection] = set()

    async def start(self) -> None:
        """Begin to listen.

        Raises
        ------
        LinkError
            The socket cannot be made there.
        """
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()  # the holder of the lock owns this name; what lies there is dead
        mask = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(self._admit, str(self._path))
        except OSError as error:
            raise LinkError(f"The engine cannot listen at {self._path}: {error.strerror}.") from error
        finally:
            os.umask(mask)

    def _admit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if is_this_user(writer.get_extra_info("socket")):
            self._tasks.start("serve a window", self._serve(Connection(reader, writer)))
        else:
            writer.transport.abort()

    async def _serve(self, connection: Connection) -> None:
        self.connections.add(connection)
        sender = self._tasks.start("send to window", connection.send_for_ever(self._engine.make_frame))
        try:
            await self._obey(connection)
        except LinkError as error:
            _log.warning("A window was dropped: %s", error)
        finally:
            self.connections.discard(connection)
            sender.cancel()
            connection.abort()
            self._engine.on_gone(connection)

    async def _obey(self, connection: Connection) -> None:
        while (command := await connection.next_command()) is not None:
            try:
                if isinstance(command, Hello) and command.protocol != PROTOCOL:
                    raise LinkVersionMismatch(
                        f"This window speaks version {command.protocol} of the link, the engine {PROTOCOL}: "
                        "close Tidemark fully and start it again."
                    )
                await self._engine.carry_out(connection, command)
            except TidemarkError as error:
                connection.tell(Failed(command.number, str(error)))
            else:
                connection.tell(Done(command.number))

    async def close(self) -> None:
        """Stop listening and close every connection; what waited as a fact is sent."""
        if self._server is not None:
            self._server.close()
        await asyncio.gather(*(c.close() for c in list(self.connections)))
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()


def is_this_user(peer: socket.socket) -> bool:
    """Return whether the process at the other end of a local socket belongs to this user."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True  # the socket's folder and mode guard it where the system cannot say
    raw = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER_CREDENTIALS.size)
    _, uid, _ = _PEER_CREDENTIALS.unpack(raw)
    return bool(uid == os.getuid())
