"""How messages travel: a length of four bytes, then msgpack."""

import asyncio
import struct
from typing import Generic, TypeVar

import msgspec

from workstation.domain.errors import LinkError

Message = TypeVar("Message")

_LENGTH = struct.Struct(">I")
LARGEST_FRAME = 64 * 1024 * 1024


def encode(message: msgspec.Struct) -> bytes:
    """Return a message as bytes, its length first."""
    body = msgspec.msgpack.encode(message)
    return _LENGTH.pack(len(body)) + body


class MessageReader(Generic[Message]):
    """Reads whole messages from a stream.

    Parameters
    ----------
    stream : asyncio.StreamReader
        The socket's reading side.
    kind : type
        The union of messages that may come.
    """

    def __init__(self, stream: asyncio.StreamReader, kind: type[Message]) -> None:
        self._stream = stream
        self._decoder = msgspec.msgpack.Decoder(kind)

    async def next(self) -> Message | None:
        """Return the next message; None when the other side is gone.

        Raises
        ------
        LinkError
            What came is not a message of this link.
        """
        try:
            (length,) = _LENGTH.unpack(await self._stream.readexactly(_LENGTH.size))
            if length > LARGEST_FRAME:
                raise LinkError(f"The other side announced a message of {length:,} bytes.")
            return self._decoder.decode(await self._stream.readexactly(length))
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise LinkError(f"The other side sent something that is not a message: {error}.") from error
