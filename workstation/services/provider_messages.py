"""What an engine and the process of its venue's providers say to each other, over two pipes."""

import asyncio
from collections.abc import Sequence
from enum import StrEnum

import msgspec

from workstation.domain.live_market import MarketHeard
from workstation.domain.market import Venue
from workstation.domain.observation import Observation

_LENGTH = 4
_LARGEST = 64 * 1024 * 1024  # bytes
ROWS_AT_ONCE = 2_000
"""Observations in one message: a few milliseconds of whoever reads it."""


class Begin(msgspec.Struct, frozen=True, tag="begin"):
    """The first message: which venue to listen to.

    Parameters
    ----------
    venue : Venue
        As the engine calls it.
    url : str or None
        Where it listens, for a practice market.
    """

    venue: Venue
    url: str | None


class Ask(msgspec.Struct, frozen=True, tag="ask"):
    """A question to one provider; `Rows`, in parts, or `Failed` of the same number answers it.

    Parameters
    ----------
    number : int
        Of the question.
    provider : str
        Whom.
    coins, symbols : tuple of str
        What is followed.
    since_ms : int
        What became known since, UTC milliseconds.
    """

    number: int
    provider: str
    coins: tuple[str, ...]
    symbols: tuple[str, ...]
    since_ms: int


class Rows(msgspec.Struct, frozen=True, tag="rows"):
    """A part of an answer.

    Parameters
    ----------
    number : int
        Of the question.
    rows : sequence of Observation
        At most `ROWS_AT_ONCE`.
    is_last : bool
        Whether the answer is whole now.
    trouble : str
        What could not be told, as a sentence.
    """

    number: int
    rows: Sequence[Observation]
    is_last: bool
    trouble: str = ""


class Failure(StrEnum):
    """Which error a provider raised."""

    ERROR = "error"
    UNREACHABLE = "unreachable"
    BUSY = "busy"


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """A question that could not be answered, and for how many seconds to stay silent where that was said."""

    number: int
    kind: Failure
    text: str
    retry_after_s: float = 0.0


class Leave(msgspec.Struct, frozen=True, tag="leave"):
    """Have one provider leave the venue; nothing answers."""

    provider: str


class Watch(msgspec.Struct, frozen=True, tag="watch"):
    """Tell one market's book and trades from now on, in place of another; nothing answers but `Heard`.

    Parameters
    ----------
    symbol : str
        Which one; empty for none any more.
    step : float
        In which the book is told, quote currency; 0.0 for the venue's own levels.
    """

    symbol: str
    step: float


class Heard(msgspec.Struct, frozen=True, tag="heard"):
    """What is new of the watched market."""

    news: MarketHeard


Question = Begin | Ask | Leave | Watch
Answer = Rows | Failed | Heard

_decode_question: msgspec.msgpack.Decoder[Question] = msgspec.msgpack.Decoder(Question)
_decode_answer: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)


def frame(message: Question | Answer) -> bytes:
    """Return a message as bytes, its length first."""
    body = msgspec.msgpack.encode(message)
    return len(body).to_bytes(_LENGTH, "big") + body


async def next_question(stream: asyncio.StreamReader) -> Question | None:
    """Return the next message of the engine; None where it is gone."""
    body = await _next(stream)
    return None if body is None else _decode_question.decode(body)


async def next_answer(stream: asyncio.StreamReader) -> Answer | None:
    """Return the next message of the providers' process; None where it is gone or speaks nonsense."""
    body = await _next(stream)
    try:
        return None if body is None else _decode_answer.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):  # the second from strings that are none
        return None


async def _next(stream: asyncio.StreamReader) -> bytes | None:
    try:
        length = int.from_bytes(await stream.readexactly(_LENGTH), "big")
        return await stream.readexactly(length) if length <= _LARGEST else None
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
