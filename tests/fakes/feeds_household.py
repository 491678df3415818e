"""Whom a feed talks to in tests: a listener that writes down, and fills holes by history when told to."""

from collections.abc import Sequence

from workstation.domain.candle import Candle
from workstation.domain.events import FeedState
from workstation.domain.market import SeriesKey
from workstation.domain.ports import Feed
from workstation.domain.ticker import Ticker


class StillClock:
    """A wall clock that stands where it is put."""

    def __init__(self, now_ms: int = 1_706_745_600_000) -> None:
        self.ms = now_ms

    def now_ms(self) -> int:
        return self.ms


class Household:
    """Writes down everything a feed says."""

    def __init__(self) -> None:
        self.told: list[tuple[SeriesKey, Candle]] = []
        self.closed: dict[SeriesKey, list[Candle]] = {}
        self.rejected: list[tuple[SeriesKey, bytes, str]] = []
        self.tickers: dict[str, Ticker] = {}
        self.states: list[tuple[FeedState, str]] = []

    def on_candles(self, key: SeriesKey, candles: Sequence[Candle]) -> None:
        assert all(c.closed for c in candles[:-1])
        for candle in candles:
            self.told.append((key, candle))
            if candle.closed:
                self.closed.setdefault(key, []).append(candle)

    def on_rejected(self, key: SeriesKey, raw: bytes, reason: str) -> None:
        self.rejected.append((key, raw, reason))

    def on_tickers(self, tickers: Sequence[Ticker]) -> None:
        self.tickers.update((t.symbol, t) for t in tickers)

    def on_state(self, state: FeedState, reason: str) -> None:
        assert reason.endswith(".")
        self.states.append((state, reason))

    @property
    def state(self) -> FeedState | None:
        return self.states[-1][0] if self.states else None

    def n_times(self, state: FeedState) -> int:
        return sum(said is state for said, _ in self.states)

    async def fill(self, feed: Feed, key: SeriesKey, since_ms: int) -> list[Candle]:
        """Return every closed candle from `since_ms` on: what was heard, and from history what was not."""
        heard = {c.open_time: c for c in self.closed.get(key, ()) if c.open_time >= since_ms}
        fetched = {c.open_time: c for c in await feed.history(key, since_ms, 100_000)}
        for open_time, candle in heard.items():
            assert fetched.get(open_time, candle) == candle, "the stream and history disagree"
        both = fetched | heard
        return [both[t] for t in sorted(both)]
