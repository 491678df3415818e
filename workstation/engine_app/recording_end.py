"""The end of a recording: waited for, said, and nothing is listened to any longer."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime

from workstation.feeds.venue_clock import VenueClock

LAST_BARS_S = 10.0  # after the end: the last closes are asked for meanwhile
LATE_BARS_S = 120.0  # ... and so long at the most, where histories are still being loaded
_LOOKS_EVERY_S = 0.5


async def end_of_recording(ends_ms: int, clock: VenueClock, is_whole: Callable[[], bool]) -> str:
    """Return what is said of a recording that has ended, once its last bars have come.

    Parameters
    ----------
    ends_ms : int
        When it ends on the venue's clock, UTC milliseconds.
    clock : VenueClock
        The venue's.
    is_whole : callable
        Whether every history that is followed is loaded.
    """
    while not clock.is_trusted or clock.now_ms() < ends_ms:  # noqa: ASYNC110  it is measured now and then
        await asyncio.sleep(_LOOKS_EVERY_S)
    await asyncio.sleep(LAST_BARS_S)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LATE_BARS_S - LAST_BARS_S):
            while not is_whole():  # noqa: ASYNC110  it is measured now and then
                await asyncio.sleep(_LOOKS_EVERY_S)
    when = datetime.fromtimestamp(ends_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"The recording ended at {when}. Nothing more will trade; everything heard is in the store."
