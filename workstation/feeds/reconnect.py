"""How long to wait before asking a venue again, and when not to ask at all."""

import asyncio
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from workstation.domain.events import FeedState
from workstation.domain.ports import FeedListener

_log = logging.getLogger(__name__)

SHORTEST_WAIT_S = 1.0
LONGEST_WAIT_S = 3 * 86_400.0  # the longest ban that Binance announces
UNKNOWN_WAIT_S = 60.0


@dataclass(frozen=True, slots=True)
class FeedTimings:
    """How patient a feed is, in seconds of ours.

    Parameters
    ----------
    stale_s : float
        Silence of a stream that should speak before the trader is told.
    give_up_s : float
        Silence before the connection is dropped and made again.
    first_data_s : float
        Longest wait for the first message of a new connection.
    settle_s : float
        Longest wait for every series to speak before a new connection counts as live.
    tick_s : float
        How often silence is looked at.
    gather_s : float
        Messages that arrive within it are handed on together.
    poll_s : float
        How often prices are asked for where the venue has no stream of all of them.
    backoff_first_s, backoff_longest_s : float
        Bounds of the full-jitter back-off between connections.
    connect_gap_s : float
        Least time between two dials to one venue.
    steady_s : float
        A connection that lived this long starts the back-off anew.
    """

    stale_s: float = 4.0
    give_up_s: float = 10.0
    first_data_s: float = 10.0
    settle_s: float = 2.0
    tick_s: float = 0.25
    gather_s: float = 0.01
    poll_s: float = 3.0
    backoff_first_s: float = 0.5
    backoff_longest_s: float = 30.0
    connect_gap_s: float = 1.0
    steady_s: float = 10.0


class BackOff:
    """Full-jitter exponential back-off.

    Each wait is drawn evenly from zero to a bound that doubles, so that many who lost the same venue do not
    come back together.

    Parameters
    ----------
    first_s, longest_s : float
        First and largest bound, seconds.
    rng : random.Random
        Source of the jitter.

    References
    ----------
    Brooker (2015), Exponential Backoff and Jitter, AWS Architecture Blog.
    """

    def __init__(self, first_s: float, longest_s: float, rng: random.Random) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._rng = rng
        self._n_tries = 0

    @property
    def bound_s(self) -> float:
        """Largest value that the next wait can have, seconds."""
        return min(self._longest_s, self._first_s * 2.0 ** min(self._n_tries, 40))

    def next_s(self) -> float:
        """Return how long to wait now, seconds, and double the bound of the next wait."""
        wait = self._rng.uniform(0.0, self.bound_s)
        self._n_tries += 1
        return wait

    def reset(self) -> None:
        """Start anew after a success."""
        self._n_tries = 0


def retry_after_s(header: str | None, now_ms: int) -> float:
    """Return how long a venue asked us to stay silent, seconds within 1 s and 3 days.

    Parameters
    ----------
    header : str or None
        Its ``Retry-After``: seconds or an HTTP date; anything else, or nothing, counts as 60 s.
    now_ms : int
        UTC milliseconds, to count a date from.
    """
    wait_s = UNKNOWN_WAIT_S
    text = (header or "").strip()
    try:
        wait_s = float(text) if text.isascii() else UNKNOWN_WAIT_S
    except ValueError:
        try:
            wait_s = parsedate_to_datetime(text).timestamp() - now_ms / 1000
        except (ValueError, OverflowError):
            wait_s = UNKNOWN_WAIT_S
    if not wait_s < float("inf"):  # NaN and infinity are garbage too
        wait_s = UNKNOWN_WAIT_S
    return min(max(wait_s, SHORTEST_WAIT_S), LONGEST_WAIT_S)


class Gate:
    """Stands between us and a venue: shut after it told us to wait, until the time is over."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._open_at = 0.0

    @property
    def remaining_s(self) -> float:
        """Seconds until it opens; 0.0 while open."""
        return max(0.0, self._open_at - self._monotonic())

    def shut(self, seconds: float) -> None:
        """Let nothing pass for `seconds`; never shortens an earlier wait."""
        self._open_at = max(self._open_at, self._monotonic() + seconds)

    async def opened(self) -> None:
        """Return once it is open."""
        while remaining := self.remaining_s:  # noqa: ASYNC110  time opens it; nobody could set an event
            await asyncio.sleep(remaining)


class DialPace:
    """Spaces the dials to one venue evenly, whoever asks for them."""

    def __init__(self, gap_s: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._gap_s = gap_s
        self._monotonic = monotonic
        self._next_at = 0.0

    def reserve(self) -> float:
        """Take the next free place and return how long to wait for it, seconds."""
        now = self._monotonic()
        at = max(now, self._next_at)
        self._next_at = at + self._gap_s
        return at - now


class FeedStatus:
    """Says how the feed is doing, once for each change."""

    def __init__(self, listener: FeedListener) -> None:
        self._listener = listener
        self.state: FeedState | None = None

    def say(self, state: FeedState, reason: str) -> None:
        """Tell the listener, unless the state is what it was."""
        if state is self.state:
            return
        self.state = state
        _log.info("feed is %s: %s", state.value, reason)
        self._listener.on_state(state, reason)
