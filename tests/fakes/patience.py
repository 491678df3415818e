"""Waiting for a condition instead of sleeping."""

import asyncio
from collections.abc import Callable


async def until(condition: Callable[[], object], within_s: float = 5.0) -> None:
    """Return as soon as `condition` holds.

    Raises
    ------
    TimeoutError
        It did not hold in time.
    """
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110  any condition can be waited for, not only an event
            await asyncio.sleep(0.005)
