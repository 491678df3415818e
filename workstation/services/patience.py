"""How long everybody leaves a venue alone that cannot answer now."""

import asyncio
import logging

from workstation.domain.errors import TidemarkError, VenueBusy

_log = logging.getLogger(__name__)

FIRST_WAIT_S, LONGEST_WAIT_S = 5.0, 60.0


class Patience:
    """One wait for all who ask: as long as the venue said, else ever longer until it answers."""

    def __init__(self) -> None:
        self._wait_s = 0.0
        self._until_s = 0.0

    def put_off(self, error: TidemarkError) -> None:
        """Have everybody wait because of an error."""
        self._wait_s = min(2 * self._wait_s or FIRST_WAIT_S, LONGEST_WAIT_S)
        wait_s = error.retry_after_s if isinstance(error, VenueBusy) else self._wait_s
        self._until_s = max(self._until_s, asyncio.get_running_loop().time() + wait_s)
        _log.info("Nothing is asked for %.0f s: %s", wait_s, error)

    def reset(self) -> None:
        """Start anew after an answer; a wait that has begun goes on."""
        self._wait_s = 0.0

    async def over(self) -> None:
        """Return once nobody has to wait."""
        loop = asyncio.get_running_loop()
        while (left_s := self._until_s - loop.time()) > 0:  # noqa: ASYNC110  time ends it; it may grow meanwhile
            await asyncio.sleep(left_s)
