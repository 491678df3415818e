"""How a second window finds the first one and asks it to come to the front."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable
from pathlib import Path

from workstation.domain.errors import LinkError
from workstation.link.server import is_this_user

_RING = b"come to the front\n"
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
    """

    def __init__(self, path: Path, on_ring: Callable[[], None]) -> None:
        self._path = path
        self._on_ring = on_ring
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
                if rung == _RING:
                    writer.write(_HEARD)
                    self._on_ring()
        writer.close()

    def take_down(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()


def ring(path: Path) -> bool:
    """Ask the window that hangs its bell at `path` to come to the front; return whether it heard."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as bell:
        bell.settimeout(ANSWER_WITHIN_S)
        bell.connect(str(path))
        bell.sendall(_RING)
        return bell.recv(len(_HEARD)) == _HEARD
    return False
