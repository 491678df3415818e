"""The line to an EVM node: JSON-RPC over HTTP, with a bound on everything that may come back."""

import asyncio
import re
import sys
from typing import Any, cast
from urllib.parse import urlsplit

import aiohttp
import msgspec
from web3.providers.async_base import AsyncJSONBaseProvider
from web3.types import RPCEndpoint, RPCResponse

from workstation.domain.errors import ProviderBusy, ProviderError, ProviderUnreachable
from workstation.domain.ports import Clock
from workstation.feeds.name_lookup import DaemonResolver
from workstation.feeds.reconnect import UNKNOWN_WAIT_S, retry_after_s

sys.setrecursionlimit(min(1000, sys.getrecursionlimit()))
# py_ecc, which web3 loads, raises it to 100,000: any very deep JSON would then overflow the stack and end us.

MOST_BYTES = 16_000_000
"""The fullest blocks of the busiest chains stay below a half of it."""

_CONNECT_S = 5.0
_PIECE_BYTES = 1 << 16
_TOLD_TO_WAIT = (429, 503)
_TOO_LARGE = 413
_SHOWN = 160
_WAIT_WORDS = re.compile(r"rate.?limit|too many requests|request rate|request count|compute units", re.I)
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]+")


class TooLarge(ProviderError):
    """The answer is larger than we take: ask for less at once."""


class Refused(ProviderError):
    """The node said no.

    Parameters
    ----------
    message : str
        A sentence for the trader.
    code : int
        JSON-RPC's error code.
    """

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class NodeLine(AsyncJSONBaseProvider):
    """web3's provider for one node, which ends every answer that is too slow, too large or not an answer.

    web3's own takes bodies of any size, follows redirects and hands its errors on as they are.

    Parameters
    ----------
    url : str
        Of the node; http or https. Its path may hold a key, so no message ever shows more than the host.
    clock : Clock
        To count a node's date from, when it asks us to wait until then.
    timeout_s : float
        Longest wait for a whole answer.

    Raises
    ------
    ProviderError
        It is no address of a node.
    """

    def __init__(self, url: str, clock: Clock, timeout_s: float) -> None:
        super().__init__()
        self._url = url.strip()
        self._clock = clock
        self._timeout_s = timeout_s
        self._session: aiohttp.ClientSession | None = None
        self.host = _host_of(self._url)

    async def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """Return the node's answer, which has a result.

        Raises
        ------
        ProviderUnreachable
            No answer, or not in time.
        ProviderBusy
            It told us to wait.
        TooLarge
            The answer is longer than `MOST_BYTES`.
        Refused
            It answered with an error.
        ProviderError
            It answered something that is not JSON-RPC.
        """
        asked = self.form_request(method, params)
        try:
            async with asyncio.timeout(self._timeout_s):
                status, body = await self._post(self.encode_rpc_dict(asked))
        except TimeoutError as error:
            raise ProviderUnreachable(
                f"The node at {self.host} did not answer within {self._timeout_s:g} s."
            ) from error
        except (aiohttp.ClientError, OSError) as error:
            raise ProviderUnreachable(
                f"The node at {self.host} did not answer ({type(error).__name__}); see whether it runs."
            ) from error
        return self._understood(status, body, asked["id"])

    async def _post(self, body: bytes) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        session = self._open_session()
        async with session.post(self._url, data=body, headers=headers, allow_redirects=False) as response:
            if response.status in _TOLD_TO_WAIT:
                wait_s = retry_after_s(response.headers.get("Retry-After"), self._clock.now_ms())
                raise ProviderBusy(f"The node at {self.host} told us to wait {wait_s:.0f} s.", wait_s)
            if response.status == _TOO_LARGE or (response.content_length or 0) > MOST_BYTES:
                raise self._too_large()
            pieces, n_bytes = [], 0
            async for piece in response.content.iter_chunked(_PIECE_BYTES):
                n_bytes += len(piece)
                if n_bytes > MOST_BYTES:
                    raise self._too_large()
                pieces.append(piece)
            return response.status, b"".join(pieces)

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(resolver=DaemonResolver(), limit=4),
                timeout=aiohttp.ClientTimeout(total=self._timeout_s, sock_connect=_CONNECT_S),
                auto_decompress=False,  # asked not to compress; a bomb stays folded
            )
        return self._session

    def _too_large(self) -> TooLarge:
        return TooLarge(f"The node at {self.host} answered more than {MOST_BYTES // 1_000_000} MB at once.")

    def _understood(self, status: int, body: bytes, number: object) -> RPCResponse:
        try:
            answer = msgspec.json.decode(body)
        except (ValueError, RecursionError) as error:
            raise ProviderError(
                f"What answers at {self.host} is not a node: no JSON came (HTTP status {status})."
            ) from error
        if not isinstance(answer, dict):
            raise ProviderError(f"What answers at {self.host} is not a node: no JSON-RPC came.")
        if isinstance(answer.get("error"), dict):
            raise self._refusal(answer["error"])
        if "result" not in answer or answer.get("id") != number:
            raise ProviderError(f"The node at {self.host} answered something else than it was asked.")
        return cast(RPCResponse, answer)

    def _refusal(self, error: dict[str, Any]) -> ProviderError:
        code = error.get("code")
        said = _UNPRINTABLE.sub(" ", str(error.get("message", "")))[:_SHOWN]
        if _WAIT_WORDS.search(said):
            return ProviderBusy(f"The node at {self.host} told us to wait: {said}", UNKNOWN_WAIT_S)
        return Refused(
            f"The node at {self.host} refused: {said} ({code}).", code if isinstance(code, int) else 0
        )

    async def disconnect(self) -> None:
        """Close every connection."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()


def _host_of(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.port != 0 else None
    except ValueError as error:
        raise ProviderError("The node's address cannot be read; expected http://HOST:PORT.") from error
    if parts.scheme not in ("http", "https") or not host:
        raise ProviderError("The node's address must begin with http:// or https:// and name a host.")
    return host
