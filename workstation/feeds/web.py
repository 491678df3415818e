"""Asks public web services politely, and trusts nothing that they answer."""

import asyncio
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from ssl import SSLError
from typing import Any

import aiohttp
from yarl import URL

from workstation.domain.errors import ProviderBusy, ProviderError, ProviderUnreachable
from workstation.feeds.reconnect import retry_after_s
from workstation.feeds.web_address import AddressRefused, GuardedResolver, guarded_socket, is_this_computer
from workstation.feeds.web_json import NotData, parse
from workstation.feeds.web_turns import HostTurns

_REDIRECTS = (301, 302, 303, 307, 308)
_TOLD_TO_WAIT = (429, 418)
_LARGE = 256 * 1024  # bytes; what is larger is read beside the loop


@dataclass(frozen=True, slots=True)
class FetchRules:
    """How much a request may cost.

    Parameters
    ----------
    most_bytes : int
        Longest body that is read, bytes after unpacking.
    timeout_s : float
        Longest time from the first byte sent to the last byte heard, redirects included, seconds; waiting
        for its turn does not count.
    most_redirects : int
        How many times it may be sent elsewhere; each place is checked like the first.
    loopback_is_allowed : bool
        True where the service may run on this computer: it is then connected to, and plain http is spoken
        with it. Addresses of the local network stay refused, and so does a public page that leads in here.
    """

    most_bytes: int = 4_000_000
    timeout_s: float = 10.0
    most_redirects: int = 3
    loopback_is_allowed: bool = False


class Web:
    """Fetches from public web services: https, checked addresses, one request at a time for each host.

    Nothing is sent to a host while it wants silence. Cookies are not kept, proxies not taken from the
    environment, and addresses that are not public are never connected to, whatever a name resolves to: the
    check stands where the socket is made.

    Parameters
    ----------
    user_agent : str
        How it introduces itself.
    gap_s : float
        Least time between two requests to one host, seconds; none on this computer. The slowest public limit
        that we meet is Coin Metrics', 10 requests in 6 s.
    monotonic : callable
        Seconds on a clock that never goes back; counts the silence that a host wants.
    """

    def __init__(
        self, user_agent: str, *, gap_s: float = 0.6, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": "gzip"}
        self._turns = HostTurns(gap_s, monotonic)
        self._sessions: dict[bool, aiohttp.ClientSession] = {}
        self._is_closed = False

    async def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        rules: FetchRules = FetchRules(),
    ) -> bytes:
        """Return the body of a page, unpacked.

        Parameters
        ----------
        url : str
            https, or http on this computer where the rules allow it.
        params : mapping, optional
            Added to its query; never shown.
        headers : mapping, optional
            Sent to this host alone, not to where it may redirect.
        rules : FetchRules
            What it may cost.

        Raises
        ------
        ProviderBusy
            The host wants silence; carries for how long.
        ProviderUnreachable
            No answer in time, or a broken one, or an error of the server (5xx).
        ProviderError
            An answer that says no, is too large, or leads to where we do not go.
        """
        target = _read(url)
        if params:
            target = target.update_query(params)
        first, left_s = target, rules.timeout_s
        may_go_inside = rules.loopback_is_allowed and is_this_computer(first.raw_host)
        for _ in range(rules.most_redirects + 1):
            is_here = is_this_computer(target.raw_host)
            is_inside = may_go_inside and is_here
            _refuse_unsafe(target, may_be_plain=is_inside)
            own = headers if target.origin() == first.origin() else None
            async with self._turns.of(_name(target), is_spared=is_here):
                began = time.monotonic()
                answer = await self._ask(target, own, is_inside, rules.most_bytes, left_s)
            if isinstance(answer, bytes):
                return answer
            left_s -= time.monotonic() - began
            target = _join(target, answer)
        raise ProviderError(f"{_name(first)} sent us from one address to the next without an end.")

    async def get_json(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        rules: FetchRules = FetchRules(),
    ) -> Any:
        """Return the JSON of a page, to be checked by whoever asked; see `get`.

        Raises
        ------
        ProviderError
            As `get`; and where it is not JSON, is nested deeper than any data, names a key twice or holds a
            number that is none.
        """
        asked = {"Accept": "application/json", **(headers or {})}
        body = await self.get(url, params=params, headers=asked, rules=rules)
        try:
            if len(body) > _LARGE:
                return await asyncio.to_thread(parse, body)
            return parse(body)
        except NotData as error:
            raise ProviderError(
                f"{_name(_read(url))} answered something that is not data: {error}."
            ) from error

    async def close(self) -> None:
        """Hang up; no socket stays behind."""
        self._is_closed = True
        sessions, self._sessions = list(self._sessions.values()), {}
        for session in sessions:
            await session.close()

    async def _ask(
        self, target: URL, headers: Mapping[str, str] | None, is_inside: bool, most_bytes: int, left_s: float
    ) -> bytes | str:
        """Return the body, or where we are sent to."""
        session = self._session(target, is_inside)
        try:
            async with (
                asyncio.timeout(left_s),
                session.get(target, headers=headers, allow_redirects=False) as response,
            ):
                if response.status in _REDIRECTS and "Location" in response.headers:
                    response.close()
                    return response.headers["Location"]
                self._judge(target, response)
                return await _body(response, _name(target), most_bytes)
        except (aiohttp.ClientError, OSError, ValueError, zlib.error) as error:
            tells_all = isinstance(error, aiohttp.ClientResponseError | ValueError)  # it names the whole URL
            raise _trouble(_name(target), error) from (None if tells_all else error)

    def _judge(self, target: URL, response: aiohttp.ClientResponse) -> None:
        host, status = _name(target), response.status
        asks_to_wait = status in _TOLD_TO_WAIT or (status == 503 and "Retry-After" in response.headers)
        if asks_to_wait:
            wait_s = _wait_s(response.headers)
            self._turns.silence(host, wait_s)
            response.close()
            raise ProviderBusy(f"{host} told us to wait for {wait_s:.0f} s ({status}).", wait_s)
        if status != 200:
            response.close()
            if status >= 500:
                raise ProviderUnreachable(f"{host} has trouble of its own ({status}).")
            raise ProviderError(f"{host} refused the request ({status}).")

    def _session(self, target: URL, is_inside: bool) -> aiohttp.ClientSession:
        """Return who talks to this computer, or to everybody else: their connections are never mixed."""
        if self._is_closed:
            raise ProviderUnreachable(f"{_name(target)} is not asked any more: the program ends.")
        session = self._sessions.get(is_inside)
        if session is None:
            connector = aiohttp.TCPConnector(
                resolver=GuardedResolver(is_inside=is_inside),
                socket_factory=guarded_socket(is_inside=is_inside),
                use_dns_cache=False,
                limit_per_host=1,
            )
            session = aiohttp.ClientSession(
                connector=connector,
                headers=self._headers,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,  # so that no more is unpacked than is wanted
                timeout=aiohttp.ClientTimeout(total=None),
                trust_env=False,
            )
            self._sessions[is_inside] = session
        return session


async def _body(response: aiohttp.ClientResponse, host: str, most_bytes: int) -> bytes:
    packing = response.headers.get("Content-Encoding", "identity").strip().lower()
    if packing not in ("identity", "gzip", ""):
        response.close()
        raise ProviderError(f"{host} packed its answer in a way that was not asked for.")
    unpacker = zlib.decompressobj(wbits=31) if packing == "gzip" else None
    body = bytearray()
    async for piece in response.content.iter_any():
        room = most_bytes - len(body) + 1
        body += unpacker.decompress(piece, room) if unpacker else piece[:room]
        if len(body) > most_bytes:
            response.close()
            raise ProviderError(f"{host} answered more than {most_bytes:,} bytes; nothing of it was used.")
    if unpacker and (not unpacker.eof or unpacker.unused_data):
        raise ProviderUnreachable(f"{host} broke off in the middle of its answer.")
    return bytes(body)


def _trouble(host: str, error: Exception) -> ProviderError:
    refused = _refusal(error)
    if refused:
        return ProviderError(f"{host} is not asked: it lies at {refused}, which is not a public address.")
    if isinstance(error, TimeoutError):
        return ProviderUnreachable(f"{host} did not answer in time.")
    if isinstance(error, aiohttp.ClientSSLError | SSLError):
        return ProviderUnreachable(f"{host} could not prove who it is; somebody may be listening in between.")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return ProviderUnreachable(f"{host} could not be found; is there a network?")
    if isinstance(error, aiohttp.ClientPayloadError | zlib.error):
        return ProviderUnreachable(f"{host} broke off in the middle of its answer.")
    if isinstance(error, aiohttp.ClientConnectionError | OSError):
        return ProviderUnreachable(f"{host} cannot be reached.")
    return ProviderError(f"{host} answered something that is not a web page.")


def _refusal(error: BaseException | None) -> str:
    while error is not None:
        if isinstance(error, AddressRefused):
            return error.address
        error = error.__cause__ or error.__context__
    return ""


def _wait_s(headers: Mapping[str, str]) -> float:
    """Return how long to be silent; a date counts from the host's own, so nobody's wrong clock matters."""
    asked = headers.get("Retry-After")
    try:
        now_ms = int(parsedate_to_datetime(headers.get("Date", "")).timestamp() * 1000)
    except (ValueError, OverflowError):
        is_number = (asked or "").strip().replace(".", "", 1).isdecimal()
        return retry_after_s(asked if is_number else None, 0)
    return retry_after_s(asked, now_ms)


def _read(url: str) -> URL:
    try:
        target = URL(url)
    except ValueError as error:
        raise ProviderError("An address that is asked for cannot be read.") from error
    if not target.absolute or not target.raw_host:
        raise ProviderError("An address that is asked for names no host.")
    return target


def _refuse_unsafe(target: URL, *, may_be_plain: bool) -> None:
    if target.scheme != "https" and not (may_be_plain and target.scheme == "http"):
        raise ProviderError(f"{_name(target)} is not asked: only encrypted pages (https) are.")
    if target.user is not None or target.password is not None:
        raise ProviderError(f"{_name(target)} is not asked: its address carries a user name.")


def _join(target: URL, location: str) -> URL:
    try:
        there = target.join(URL(location))
    except ValueError as error:
        raise ProviderError(f"{_name(target)} sent us to an address that cannot be read.") from error
    if not there.raw_host or there.scheme not in ("http", "https"):
        raise ProviderError(f"{_name(target)} sent us to something that is not a web page.")
    return there


def _name(target: URL) -> str:
    return target.raw_host or ""
