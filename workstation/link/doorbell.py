"""How a second window finds the first one and asks it to come to the front, or to open a chart."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable
from pathlib import Path

from workstation.domain.errors import LinkError
from workstation.link.chart_address import ChartAddress, RefusedAddress, read_address
from workstation.link.server import is_this_user

_RING = b"come to the front\n"
_OPEN = b"open "
_HEARD = b"heard\n"
ANSWER_WITHIN_S = 2.0


class Doorbell:
    """Rings when another start of the program wants this window to come to the front.

    Parameters
    ----------
    path : Path
        Where it hangs; its folder belongs to this user alone.
    on_ring : callable
        Brings the window to the front.
    on_address : callable, optional
        Told the chart that is to be opened there, or the address that opens none.
    """

    def __init__(
        self,
        path: Path,
        on_ring: Callable[[], None],
        on_address: Callable[[ChartAddress | RefusedAddress], None] = lambda _address: None,
    ) -> None:
        self._path = path
        self._on_ring, self._on_address = on_ring, on_address
        self._server: asyncio.Server | None = None

    async def hang(self) -> None:
        """Begin to listen.

        Raises
        ------
        LinkError
            The socket cannot be made there.
        """
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()  # the holder of the window's lock owns this name; what lies there is dead
        mask = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(self._answer, str(self._path))
        except OSError as error:
            raise LinkError(f"The window cannot listen at {self._path}: {error.strerror}.") from error
        finally:
            os.umask(mask)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, TimeoutError):
            if is_this_user(writer.get_extra_info("socket")):
                rung = await asyncio.wait_for(reader.readline(), ANSWER_WITHIN_S)
                self._hear(rung, writer)
        writer.close()

    def _hear(self, rung: bytes, writer: asyncio.StreamWriter) -> None:
        """Do what is asked; an address is read as strictly here as where it came from."""
        address = None
        if rung.startswith(_OPEN) and rung.endswith(b"\n"):
            with contextlib.suppress(UnicodeDecodeError):
                address = read_address(rung[len(_OPEN) : -1].decode())
        if rung != _RING and address is None:
            return
        writer.write(_HEARD)
        self._on_ring()
        if address is not None:
            self._on_address(address)

    def take_down(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()


def ring(path: Path, address: ChartAddress | RefusedAddress | None = None) -> bool:
    """Ask the window that hangs its bell at `path` to come to the front; return whether it heard.

    Parameters
    ----------
    address : ChartAddress, RefusedAddress or None
        A chart that it is to open there, or an address of which it is to say that it opens none.
    """
    asked = _RING if address is None else _OPEN + str(address).encode() + b"\n"
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as bell:
        bell.settimeout(ANSWER_WITHIN_S)
        bell.connect(str(path))
        bell.sendall(asked)
        return bell.recv(len(_HEARD)) == _HEARD
    return False
