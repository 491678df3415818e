"""Votes of families on many bars, for the windows that ask."""

import asyncio
from collections.abc import Callable

from workstation.domain.errors import TidemarkError
from workstation.domain.ports import TaskOwner
from workstation.domain.vote_span import VoteSpan
from workstation.link.vote_messages import FindVotes, VotesFound
from workstation.services.explanations import Explanations


class VoteDesk:
    """Has votes worked out beside everything else: other requests of the window do not wait for them.

    What is asked before the arithmetic is compiled waits for it.

    Parameters
    ----------
    explanations : Explanations
        Who works them out.
    tasks : TaskOwner
        Owns what takes time.
    """

    def __init__(self, explanations: Explanations, tasks: TaskOwner) -> None:
        self._explanations, self._tasks = explanations, tasks
        self._is_compiled = asyncio.Event()

    def begin(self) -> None:
        """Take that the arithmetic is compiled."""
        self._is_compiled.set()

    def carry_out(self, command: FindVotes, tell: Callable[[VotesFound], None]) -> None:
        """Begin what a window asks; it is told what came of it."""
        self._tasks.start("work out votes", self._find(command, tell))

    async def _find(self, command: FindVotes, tell: Callable[[VotesFound], None]) -> None:
        key, since, until = command.key, command.since, command.until
        span: VoteSpan | None = None
        reason = ""
        await self._is_compiled.wait()
        try:
            span = await self._explanations.votes(key, since, until)
        except TidemarkError as error:
            reason = str(error)
        tell(VotesFound(key, since, until, span, reason))
