"""What the engine costs, told every second, and that it ends when no window needs it any more."""

import asyncio
import time
from collections.abc import Callable

from workstation.link.front_desk import FrontDesk
from workstation.link.messages import Vitals
from workstation.services.vitals import VitalSigns

_EVERY_S = 1.0


async def measure_while_needed(
    desk: FrontDesk, n_messages: Callable[[], int], linger_s: float | None = None
) -> None:
    """Tell every second what this process costs; return when it has had no window for too long.

    Parameters
    ----------
    desk : FrontDesk
        Tells the windows, and knows whether there are any.
    n_messages : callable
        Returns how many messages the venue has sent.
    linger_s : float or None
        How long it goes on without a window, seconds; for ever where None.
    """
    signs, n_before, last_window = VitalSigns(), 0, time.monotonic()
    while True:
        await asyncio.sleep(_EVERY_S)
        measured, n_now = signs.measure(), n_messages()
        per_second = max(0.0, float(n_now - n_before))
        desk.tell_vitals(Vitals(measured.cpu_pct, measured.memory_bytes, per_second))
        n_before = n_now
        if desk.has_windows:
            last_window = time.monotonic()
        if linger_s is not None and time.monotonic() - last_window > linger_s:
            return
