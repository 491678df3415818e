"""Why bars were judged as they were, and how families voted on many of them, for the windows that ask."""

import asyncio
from collections.abc import Callable
from typing import TypeAlias

from workstation.domain.errors import TidemarkError
from workstation.domain.ports import TaskOwner
from workstation.domain.vote_span import VoteSpan
from workstation.link.messages import Explain, Explained, NotExplained
from workstation.link.vote_messages import FindVotes, VotesFound
from workstation.services.explanations import Explanations

WhyTold: TypeAlias = Explained | NotExplained


class BarDesk:
    """Has bars worked out beside everything else: other requests of the window do not wait for them.

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

    def explain(self, command: Explain, tell: Callable[[WhyTold], None]) -> None:
        """Begin to work out why a bar was judged as it was; the window is told what came of it."""
        self._tasks.start("explain a bar", self._explain(command, tell))

    def find_votes(self, command: FindVotes, tell: Callable[[VotesFound], None]) -> None:
        """Begin to work out votes; the window is told what came of it."""
        self._tasks.start("work out votes", self._find(command, tell))

    async def _explain(self, command: Explain, tell: Callable[[WhyTold], None]) -> None:
        key, open_time = command.key, command.open_time
        await self._is_compiled.wait()
        try:
            told: WhyTold = Explained(await self._explanations.explain(key, open_time))
        except TidemarkError as error:
            told = NotExplained(key, open_time, str(error))
        tell(told)

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
