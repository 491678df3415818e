"""The window's side of the link: asks, hears, and comes back after the engine died."""

import asyncio
import itertools
from collections.abc import Callable
from pathlib import Path

import msgspec

from workstation.domain.errors import LinkError, TidemarkError
from workstation.link.market_messages import QuotesSaid
from workstation.link.messages import (
    PROTOCOL,
    Command,
    Done,
    Failed,
    Hello,
    MarketsListed,
    Notice,
    ToWindow,
    Welcome,
)
from workstation.link.wire import MessageReader, encode

RETRY_S = 0.1
ANSWER_WITHIN_S = 10.0


class LinkClient:
    """Talks to the engine at a local socket.

    Parameters
    ----------
    path : Path
        Where the engine's socket lies.
    on_fact : callable
        Called with every fact, in order.
    on_connected : callable
        Called with True when the engine has said welcome, and with False when it is gone.
    last_alert_id : callable
        Returns the newest alert this window has shown; the engine sends those after it.
    """

    def __init__(
        self,
        path: Path,
        on_fact: Callable[[ToWindow], None],
        on_connected: Callable[[bool], None],
        last_alert_id: Callable[[], int],
    ) -> None:
        self._path = path
        self._on_fact = on_fact
        self._on_connected = on_connected
        self._last_alert_id = last_alert_id
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[None]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._is_calling = False

    @property
    def is_connected(self) -> bool:
        """True between welcome and loss."""
        return self._writer is not None

    @property
    def is_calling(self) -> bool:
        """True while an engine is there, whether it has said welcome or is too busy to."""
        return self._is_calling

    async def run(self) -> None:
        """Stay connected: until cancelled, come back whenever the engine does."""
        while True:
            try:
                await self._once()
            except OSError:
                pass  # nobody listens there yet, or any more
            except LinkError as error:
                self._on_fact(Notice("link", str(error)))
            await asyncio.sleep(RETRY_S)

    async def _once(self) -> None:
        reader, writer = await asyncio.open_unix_connection(str(self._path))
        facts: MessageReader[ToWindow] = MessageReader(reader, ToWindow)  # type: ignore[arg-type]
        self._is_calling = True
        try:
            number = next(self._numbers)
            writer.write(encode(Hello(number, PROTOCOL, self._last_alert_id())))
            while (fact := await facts.next()) is not None:
                if isinstance(fact, Done | Failed):
                    self._settle(fact, number)
                    continue
                if isinstance(fact, Welcome):
                    self._writer = writer
                    self._on_connected(True)
                self._on_fact(fact)
                if isinstance(fact, MarketsListed | QuotesSaid):
                    await asyncio.sleep(0)  # there may be dozens; the window paints between them
        finally:
            was_connected, self._writer, self._is_calling = self._writer is not None, None, False
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(LinkError("The engine went away before it answered."))
            self._answers.clear()
            writer.transport.abort()
            if was_connected:
                self._on_connected(False)

    def _settle(self, answer: Done | Failed, hello: int) -> None:
        if answer.number == hello and isinstance(answer, Failed):
            raise LinkError(answer.reason)
        waiting = self._answers.pop(answer.number, None)
        if waiting is None or waiting.done():
            return
        if isinstance(answer, Failed):
            waiting.set_exception(TidemarkError(answer.reason))
        else:
            waiting.set_result(None)

    async def ask(self, command: Callable[[int], Command]) -> None:
        """Send a command and wait until the engine has carried it out.

        Parameters
        ----------
        command : callable
            Makes the command from its number, e.g. ``lambda n: Follow(n, key)``.

        Raises
        ------
        LinkError
            The engine is not there, went away, or did not answer in time; the last two leave it unknown
            whether the command was carried out.
        TidemarkError
            The engine refused; the sentence is for the trader.
        """
        if self._writer is None:
            raise LinkError("The engine is not running, so this cannot be done now.")
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        message: msgspec.Struct = command(number)
        self._writer.write(encode(message))
        try:
            await asyncio.wait_for(answer, ANSWER_WITHIN_S)
        except TimeoutError:
            self._answers.pop(number, None)
            raise LinkError(f"The engine did not answer within {ANSWER_WITHIN_S:.0f} s.") from None
