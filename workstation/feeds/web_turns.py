"""Whose turn it is to ask a host: one at a time, with a pause, and nobody while it wants silence."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from workstation.domain.errors import ProviderBusy
from workstation.feeds.reconnect import DialPace, Gate


class _Host:
    def __init__(self, gap_s: float, monotonic: Callable[[], float]) -> None:
        self.lock = asyncio.Lock()
        self.gate = Gate(monotonic)
        self.pace = DialPace(gap_s, monotonic)


class HostTurns:
    """Turns at every host.

    Parameters
    ----------
    gap_s : float
        Least time between the starts of two requests to one host, seconds.
    monotonic : callable
        Seconds on a clock that never goes back.
    """

    def __init__(self, gap_s: float, monotonic: Callable[[], float]) -> None:
        self._gap_s = gap_s
        self._monotonic = monotonic
        self._hosts: dict[str, _Host] = {}

    def _host(self, name: str) -> _Host:
        return self._hosts.setdefault(name, _Host(self._gap_s, self._monotonic))

    def silence(self, name: str, seconds: float) -> None:
        """Let nobody ask a host for `seconds`; never shortens an earlier wait."""
        self._host(name).gate.shut(seconds)

    @asynccontextmanager
    async def of(self, name: str, *, is_spared: bool = False) -> AsyncIterator[None]:
        """Hold the turn at a host.

        Parameters
        ----------
        name : str
            The host.
        is_spared : bool
            True where no pause is needed between two requests, on this computer.

        Raises
        ------
        ProviderBusy
            The host wants silence.
        """
        host = self._host(name)
        async with host.lock:
            if not is_spared:
                await asyncio.sleep(host.pace.reserve())
            left_s = host.gate.remaining_s
            if left_s:
                raise ProviderBusy(f"{name} told us to wait; {left_s:.0f} s are left.", left_s)
            yield
