"""The venue's time, as far as it can be known from here."""

import time
from collections.abc import Awaitable, Callable

from workstation.domain.ports import Clock

_FRESH_S = 600.0  # a quartz clock drifts about 30 ms in ten minutes
_JUMP_MS = 1_000  # the computer slept, or somebody set its clock
_TOLERANCE_S = 2.0  # of ours; Binance's own servers differ by up to a second


class VenueClock:
    """Tells the venue's time, and is never ahead of it while the venue's own clock runs evenly.

    The venue is asked for its time; the answer counts from the moment it arrived, so the clock is behind by
    the answer's way back at most. Of several answers the quickest counts. In between, the monotonic clock
    carries it on, at the practice market's speed, so that a jump of the computer's clock changes nothing.

    Parameters
    ----------
    wall : Clock
        The computer's clock; used before the first answer, and to notice that the computer slept.
    speed : float
        Market seconds per second of ours.
    monotonic : callable
        Seconds that only rise.
    """

    def __init__(
        self, wall: Clock, speed: float = 1.0, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.wall = wall
        self.speed = speed
        self._monotonic = monotonic
        self._round_trip_s: float | None = None
        self._anchor_s = monotonic()
        self._anchor_ms = wall.now_ms()
        self._anchor_wall_ms = self._anchor_ms

    def now_ms(self) -> int:
        """Return the venue's UTC milliseconds."""
        return self._anchor_ms + int((self._monotonic() - self._anchor_s) * 1000 * self.speed)

    def latest_true_ms(self) -> int:
        """Return the latest UTC milliseconds that the venue's own clock can show now."""
        behind_s = (self._round_trip_s or 0.0) + _TOLERANCE_S
        return self.now_ms() + int(behind_s * 1000 * self.speed)

    @property
    def is_trusted(self) -> bool:
        """False before the first answer, when the last is ten minutes old, or after the computer slept."""
        elapsed_s = self._monotonic() - self._anchor_s
        slept_ms = abs(self.wall.now_ms() - self._anchor_wall_ms - elapsed_s * 1000)
        return self._round_trip_s is not None and elapsed_s < _FRESH_S and slept_ms < _JUMP_MS

    async def measure(self, ask: Callable[[], Awaitable[int]], n_samples: int = 3) -> None:
        """Ask the venue for its time and keep the quickest answer.

        Parameters
        ----------
        ask : callable
            Returns the venue's UTC milliseconds; may raise, then nothing changes beyond earlier samples.
        n_samples : int
            How often to ask.
        """
        best_s: float | None = None if not self.is_trusted else self._round_trip_s
        for _ in range(n_samples):
            asked_s = self._monotonic()
            answer_ms = await ask()
            heard_s = self._monotonic()
            if best_s is None or heard_s - asked_s <= best_s:
                best_s = self._round_trip_s = heard_s - asked_s
                self._anchor_s, self._anchor_ms = heard_s, answer_ms
                self._anchor_wall_ms = self.wall.now_ms()
