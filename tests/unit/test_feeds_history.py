"""Reading a venue's past: what can be there is asked for, however late our copy of its clock is."""

import asyncio

from workstation.domain.market import SeriesKey
from workstation.feeds.history import HistoryReader
from workstation.feeds.venue_clock import VenueClock

HOUR = 3_600_000
DAY_ONE = 1_706_745_600_000
KEY = SeriesKey("practice", "BTC/USDT", "1h")


class _Wall:
    @staticmethod
    def now_ms():
        return 0


class _Listener:
    @staticmethod
    def on_rejected(key, raw, reason):
        raise AssertionError(reason)


class _Exchange:
    def __init__(self, newest_open):
        self.markets, self.timeframes = {"BTC/USDT": {}}, {"1h": "1h"}
        self._newest_open = newest_open

    async def fetch_ohlcv(self, symbol, timeframe, since, limit):
        first = -(-since // HOUR) * HOUR
        opens = range(first, self._newest_open + 1, HOUR)[:limit]
        return [[t, 10.0, 12.0, 9.0, 11.0, 1.0] for t in opens]


class _Line:
    """A line whose clock was set by one answer that took `way_back_s` to come back."""

    label = "Practice"

    def __init__(self, exchange, venue_now_ms, way_back_s, speed):
        self.exchange = exchange
        seconds = iter([0.0, 0.0, way_back_s])
        self.clock = VenueClock(_Wall(), speed, lambda: next(seconds, way_back_s))
        self._answered_ms = venue_now_ms - int(way_back_s * 1000 * speed)

    async def measure_clock(self):
        await self.clock.measure(self._time, n_samples=1)

    async def _time(self):
        return self._answered_ms

    async def ask(self, what, request):
        return await request()


def test_bars_younger_than_our_late_clock_are_still_asked_for():
    now = DAY_ONE + 100 * HOUR + HOUR // 2
    line = _Line(_Exchange(newest_open=DAY_ONE + 100 * HOUR), now, way_back_s=1.8, speed=10_000.0)
    reader = HistoryReader(line, listener=_Listener(), page_rows=1000)
    found = asyncio.run(reader.read(KEY, DAY_ONE + 97 * HOUR, limit=6))
    assert line.clock.now_ms() < DAY_ONE + 97 * HOUR  # five hours behind the venue
    assert found.open_time.tolist() == [DAY_ONE + 97 * HOUR, DAY_ONE + 98 * HOUR, DAY_ONE + 99 * HOUR]
