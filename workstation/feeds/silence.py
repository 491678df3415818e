"""Tells a quiet market from a dead stream."""

from collections.abc import Iterable
from dataclasses import dataclass

from workstation.domain.events import FeedState
from workstation.domain.market import SeriesKey
from workstation.feeds.reconnect import FeedTimings

_PRICE_PERIOD_S = 1.5  # venues tell all prices about every second


@dataclass(frozen=True, slots=True)
class Verdict:
    """What silence says about a connection.

    Parameters
    ----------
    state : FeedState
        CONNECTING before the first message, LIVE or STALE.
    reason : str
        A sentence for the trader, to follow the venue's name.
    give_up : bool
        True when only a new connection can help.
    """

    state: FeedState
    reason: str
    give_up: bool = False


class Silence:
    """Watches how long each stream of one connection has said nothing.

    Prices of all markets come about every second and vouch for the connection. A series may be quiet for
    hours when nothing trades; it is suspect only once its market's price moved and its candle did not. Time
    is counted in steps of the caller's ticks, so that our own long pause is not taken for the venue's.

    Parameters
    ----------
    timings : FeedTimings
        Patience.
    has_ticker_stream : bool
        False where prices are asked for instead; their absence then says nothing about the connection.
    """

    def __init__(self, timings: FeedTimings, has_ticker_stream: bool) -> None:
        self.blamed: set[SeriesKey] = set()
        self._timings = timings
        self._streams_prices = has_ticker_stream
        self._now_s = 0.0
        self._ticked_at: float | None = None
        self._first_heard_s: float | None = None
        self._prices_s: float | None = None
        self._keys_of: dict[str, list[SeriesKey]] = {}
        self._moved_s: dict[SeriesKey, float] = {}
        self._heard_s: dict[SeriesKey, float] = {}
        # A price is told up to a second, or one polling, after the trade that its candle spoke of at once.
        self._price_lag_s = _PRICE_PERIOD_S if has_ticker_stream else timings.poll_s + _PRICE_PERIOD_S
        self.settled = False

    def follow(self, keys: Iterable[SeriesKey]) -> None:
        """Watch exactly these series."""
        self._keys_of = {}
        for key in keys:
            self._keys_of.setdefault(key.symbol, []).append(key)
        followed = {key for keys_of in self._keys_of.values() for key in keys_of}
        self._moved_s = {key: at for key, at in self._moved_s.items() if key in followed}
        self._heard_s = {key: at for key, at in self._heard_s.items() if key in followed}

    def tick(self, now_s: float) -> None:
        """Let time pass.

        Parameters
        ----------
        now_s : float
            Seconds of a clock that only rises; a step above two ticks counts as two.
        """
        if self._ticked_at is not None:
            self._now_s += min(now_s - self._ticked_at, 2 * self._timings.tick_s)
        self._ticked_at = now_s

    def heard(self, key: SeriesKey) -> None:
        """Note that a series spoke."""
        self._note_first()
        self._moved_s.pop(key, None)
        self._heard_s[key] = self._now_s
        self.blamed.discard(key)

    def heard_prices(self) -> None:
        """Note that prices came."""
        self._note_first()
        self._prices_s = self._now_s

    def _note_first(self) -> None:
        if self._first_heard_s is None:
            self._first_heard_s = self._now_s

    def traded(self, symbol: str) -> None:
        """Note that a market's price moved: its candles must move too."""
        for key in self._keys_of.get(symbol, ()):
            if self._now_s - self._heard_s.get(key, -self._price_lag_s) >= self._price_lag_s:
                self._moved_s.setdefault(key, self._now_s)

    def verdict(self) -> Verdict:
        """Return what the silence so far says."""
        if self._first_heard_s is None:
            too_long = self._now_s > self._timings.first_data_s
            return Verdict(
                FeedState.CONNECTING, f"has sent nothing for {self._now_s:.0f} s.", give_up=too_long
            )
        if not self.settled and self._now_s < self._first_heard_s + self._timings.settle_s:
            return Verdict(FeedState.CONNECTING, "has begun to send.")
        return self._prices_verdict() or self._series_verdict() or Verdict(FeedState.LIVE, "is heard live.")

    def _prices_verdict(self) -> Verdict | None:
        age_s = self._now_s - (self._prices_s or 0.0)
        patience_s = self._timings.stale_s + (0.0 if self._streams_prices else 2 * self._timings.poll_s)
        if age_s <= patience_s:
            return None
        give_up = self._streams_prices and age_s > self._timings.give_up_s
        return Verdict(FeedState.STALE, f"has sent no prices for {age_s:.0f} s.", give_up)

    def _series_verdict(self) -> Verdict | None:
        if not self._moved_s:
            return None
        key, since_s = min(self._moved_s.items(), key=lambda item: item[1])
        age_s = self._now_s - since_s
        if age_s <= self._timings.stale_s:
            return None
        silent = {k for k, at in self._moved_s.items() if self._now_s - at > self._timings.give_up_s}
        give_up = bool(silent - self.blamed)
        self.blamed |= silent
        reason = f"has sent no {key.timeframe} candle of {key.symbol} for {age_s:.0f} s though it trades."
        return Verdict(FeedState.STALE, reason, give_up)
