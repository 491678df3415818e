"""Has feeds read by a process of their own, and another one when that dies."""

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path

import msgspec

import workstation
from workstation.domain.errors import ProviderError
from workstation.feeds.sentiment.feed_items import LENGTH, MOST_BYTES, PARSED_WITHIN_S, Answer, FeedItem

_READY_WITHIN_S = 30.0
_LONGEST_ANSWER = 8_000_000  # bytes
_PROGRAM = "workstation.feeds.sentiment.feed_parser"

_decode = msgspec.msgpack.Decoder(Answer).decode


class ParserProcess:
    """One process that reads one document after another.

    It starts with the first document. Where a document kills it, or takes too long, that document is refused
    and the next one is read by a new process.

    Parameters
    ----------
    lexicon, coin_names : Path
        The shipped files ``crypto_lexicon.csv`` and ``coin_names.csv``.
    within_s : float
        Time that a document may take, seconds.
    """

    def __init__(self, lexicon: Path, coin_names: Path, within_s: float = PARSED_WITHIN_S) -> None:
        self._arguments = (str(lexicon), str(coin_names))
        self._within_s = within_s
        self._process: Process | None = None
        self._turn = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """Its number; None while there is none."""
        return self._process.pid if self._process is not None else None

    async def read(self, document: bytes, name: str) -> list[FeedItem]:
        """Return the headlines of a document.

        Parameters
        ----------
        document : bytes
            RSS or Atom, foreign.
        name : str
            Whose it is, for the error.

        Raises
        ------
        ProviderError
            It is no feed, or could not be read safely.
        """
        if len(document) > MOST_BYTES:
            raise ProviderError(f"{name} sent more than {MOST_BYTES:,} bytes; nothing of it was used.")
        async with self._turn:
            process = await self._ready()
            try:
                answer = await self._ask(process, document)
            except TimeoutError as error:
                await self._end()
                raise ProviderError(f"{name} sent a document that takes too long to read.") from error
            except (asyncio.IncompleteReadError, OSError, msgspec.DecodeError) as error:
                await self._end()
                raise ProviderError(f"{name} sent a document that cannot be read safely.") from error
            except BaseException:  # cancelled: the next answer would be this document's
                await self._end()
                raise
        if answer.refused:
            raise ProviderError(f"{name} {answer.refused}.")
        return answer.items

    async def close(self) -> None:
        """End the process."""
        async with self._turn:
            await self._end()

    async def _ready(self) -> Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        await self._end()
        package = Path(workstation.__file__).parent.parent
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", _PROGRAM, *self._arguments),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env={**os.environ, "PYTHONPATH": str(package)},
            process_group=0,  # Ctrl-C in the terminal is the engine's to answer
        )
        try:
            async with asyncio.timeout(_READY_WITHIN_S):
                hello = await _answer(self._process)
        except (TimeoutError, asyncio.IncompleteReadError, OSError, msgspec.DecodeError) as error:
            await self._end()
            raise ProviderError("The process that reads news feeds does not start.") from error
        except BaseException:
            await self._end()
            raise
        if hello.refused:
            await self._end()
            raise ProviderError(hello.refused)
        return self._process

    async def _ask(self, process: Process, document: bytes) -> Answer:
        assert process.stdin is not None  # noqa: S101  it was started with a pipe
        async with asyncio.timeout(self._within_s):
            process.stdin.write(len(document).to_bytes(LENGTH, "big") + document)
            await process.stdin.drain()
            return await _answer(process)

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _answer(process: Process) -> Answer:
    assert process.stdout is not None  # noqa: S101  it was started with a pipe
    length = int.from_bytes(await process.stdout.readexactly(LENGTH), "big")
    if length > _LONGEST_ANSWER:
        raise OSError("the answer is longer than any feed")
    return _decode(await process.stdout.readexactly(length))
