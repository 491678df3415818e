"""Has the engine's arithmetic compiled before it is needed: once, in a process of its own."""

import asyncio
import logging
import os
import sys
from contextlib import suppress

from workstation.domain.events import NoticePosted
from workstation.services.bus import Bus

_log = logging.getLogger(__name__)
_SUBJECT = "preparation"
_LOWEST = 19  # of priorities: prices and the window are not to notice


async def prepare(bus: Bus) -> None:
    """Run ``tidemark prepare`` beside this process and wait for it; the trader is told meanwhile."""
    text = (
        "Signals are being prepared: their arithmetic is compiled once, which takes about a minute, and "
        "longer while the machine is busy: everything else goes first. "
        "Prices and charts are not affected."
    )
    bus.publish(NoticePosted(_SUBJECT, text))
    words = [sys.executable, "-m", "workstation", "prepare"]
    quiet = asyncio.subprocess.DEVNULL
    child = await asyncio.create_subprocess_exec(*words, stdin=quiet, stdout=quiet, stderr=quiet)
    _let_everybody_go_first(child.pid)
    try:
        if await child.wait():
            _log.warning("The arithmetic was not compiled beforehand; the first judgements take longer.")
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    bus.publish(NoticePosted(_SUBJECT, ""))


def _let_everybody_go_first(pid: int) -> None:
    with suppress(ProcessLookupError):  # it is done already
        os.setpriority(os.PRIO_PROCESS, pid, _LOWEST)
