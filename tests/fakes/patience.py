"""Waiting for a condition instead of sleeping."""

import asyncio
from collections.abc import Callable

PATIENCE_S = 60.0
"""How long a test waits for what must happen: a limit for what hangs, not a claim about speed."""

PROMPT_S = 15.0
"""Longer than prompt ends take on the slowest machine, shorter than any wait that a fault would bring."""


async def until(condition: Callable[[], object], within_s: float = PATIENCE_S) -> None:
    """Return as soon as `condition` holds.

    Raises
    ------
    TimeoutError
        It did not hold in time.
    """
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110  any condition can be waited for, not only an event
            await asyncio.sleep(0.005)
