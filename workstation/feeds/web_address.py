"""Which addresses on the network may be connected to."""

import ipaddress
import socket
from collections.abc import Callable
from typing import Any

from aiohttp.abc import ResolveResult

from workstation.feeds.name_lookup import DaemonResolver

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(OSError):
    """A connection that is not made.

    Parameters
    ----------
    address : str
        Where it would have led.
    """

    def __init__(self, address: str) -> None:
        super().__init__(f"{address} is not connected to")
        self.address = address


class GuardedResolver(DaemonResolver):
    """Looks names up, and refuses a name that leads, even with one of its addresses, to where we do not go.

    Parameters
    ----------
    is_inside : bool
        True for this computer alone, False for public addresses alone.
    """

    def __init__(self, *, is_inside: bool) -> None:
        self._is_inside = is_inside

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the checked addresses of a host.

        Raises
        ------
        AddressRefused
            One of them is not allowed.
        OSError
            The name is not known, or nobody answered.
        """
        found = await super().resolve(host, port, family)
        for answer in found:
            refuse_unless_allowed(answer["host"], is_inside=self._is_inside)
        return found


def guarded_socket(*, is_inside: bool) -> Callable[[Any], socket.socket]:
    """Return what makes sockets for checked addresses only; numbers in a URL pass here, too, unresolved."""

    def make(where: Any) -> socket.socket:
        family, kind, proto, _, address = where
        refuse_unless_allowed(str(address[0]), is_inside=is_inside)
        return socket.socket(family, kind, proto)

    return make


def refuse_unless_allowed(address: str, *, is_inside: bool) -> None:
    """Do nothing where an address may be connected to.

    Raises
    ------
    AddressRefused
        It is not of this computer (inside), or not a public one (outside).
    """
    try:
        real = _embedded(ipaddress.ip_address(address.partition("%")[0]))
    except ValueError as error:
        raise AddressRefused(address) from error
    is_allowed = real.is_loopback if is_inside else real.is_global and not real.is_multicast
    if not is_allowed:
        raise AddressRefused(address)


def is_this_computer(host: str | None) -> bool:
    """Return whether a host of a URL names this computer."""
    if host is None:
        return False
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.rstrip(".").lower() == "localhost"


def _embedded(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 one leads to, or itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1] or address
