"""Finds a venue's address without holding up the end of the program."""

import asyncio
import socket
import threading
from contextlib import suppress

from aiohttp.abc import AbstractResolver, ResolveResult


class DaemonResolver(AbstractResolver):
    """Asks the system for addresses in a thread that may be left behind.

    Where names are not answered the system waits for half a minute and cannot be interrupted. asyncio's own
    lookup runs in a pool whose threads are waited for at the end, so a program without network could not be
    left within that time.
    """

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of a host, in the system's order of preference.

        Raises
        ------
        OSError
            The name is not known, or nobody answered.
        """
        loop = asyncio.get_running_loop()
        found: asyncio.Future[list[ResolveResult]] = loop.create_future()

        def tell(outcome: list[ResolveResult] | OSError) -> None:
            if found.done():
                return
            if isinstance(outcome, OSError):
                found.set_exception(outcome)
            else:
                found.set_result(outcome)

        def look_up() -> None:
            outcome: list[ResolveResult] | OSError
            try:
                outcome = _addresses(host, port, family)
            except OSError as error:
                outcome = error
            with suppress(RuntimeError):  # the loop has ended; nobody asks any more
                loop.call_soon_threadsafe(tell, outcome)

        threading.Thread(target=look_up, name=f"look up {host}", daemon=True).start()
        return await found

    async def close(self) -> None:
        """Give back nothing; a lookup under way ends by itself."""


def _addresses(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
    found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return [
        ResolveResult(
            hostname=host,
            host=str(address[0]),
            port=int(address[1]),
            family=kind,
            proto=proto,
            flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
        )
        for kind, _, proto, _, address in found
    ]
