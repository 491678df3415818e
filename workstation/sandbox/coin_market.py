"""One coin on the practice market: its bars of any timeframe, its trades and its day, at any moment.

Everything here is a pure function of the source and the moment asked for: nothing depends on what was asked
before. Only what lies before the moment is ever told.
"""

from dataclasses import dataclass

import numpy as np

from workstation.domain.market import open_of, timeframe_ms
from workstation.sandbox.bars import Bar
from workstation.sandbox.gapless_bars import bars_of
from workstation.sandbox.kline import Kline, joined, split, taker_lots
from workstation.sandbox.source import CandleSource, Listing
from workstation.sandbox.tape import TapeMaker
from workstation.sandbox.tape_reader import TAPES_KEPT, Tapes

_DAY_MS = 86_400_000
_FEW_TAPES = 3  # of each of thousands of coins


@dataclass(frozen=True, slots=True)
class Day:
    """The last 24 hours, counted in whole bars of the source: from the oldest that opened within them."""

    whole: Kline
    previous_close: int
    close_time: int


class CoinMarket:
    """One coin: bars, trades, day.

    Parameters
    ----------
    source : CandleSource
        The market's truth.
    listing : Listing
        Which coin.
    """

    def __init__(self, source: CandleSource, listing: Listing) -> None:
        self.listing = listing
        self.base_timeframe = listing.base_timeframe
        self.first_ms = source.first_ms
        self._base_ms = timeframe_ms(listing.base_timeframe)
        self._bars = bars_of(source, listing)
        self._maker = TapeMaker(
            source.seed, listing.symbol, self._base_ms, source.first_ms, listing.most_trades
        )
        self.tapes = Tapes(self._bars, self._maker, _FEW_TAPES if listing.is_gapless else TAPES_KEPT)
        self._put_together: tuple[int, int, Kline] | None = None
        self._quote_unit = 10.0 ** -(listing.price_decimals + listing.lot_decimals)

    def trades_at(self, now_ms: int) -> bool:
        """Return whether the coin is listed and still trades at a moment."""
        row = self._bars.row_from(now_ms + 1)
        return row > 0 and now_ms < int(self._bars.open_time[row - 1]) + self._base_ms

    def span(self, since_ms: int, until_ms: int) -> Kline | None:
        """Return everything that happened with ``since_ms <= time < until_ms`` as one bar.

        None where the market was shut all the while, or the first trade of its bar is still to come. A quiet
        stretch inside an open market is a flat bar at the last price.
        """
        bars, base = self._bars, self._base_ms
        first = bars.row_from(since_ms - base + 1)
        last = bars.row_from(until_ms)
        if first == last:
            return None
        if first + 1 < last or bars.open_time[first] >= since_ms:
            return self._join(first, last, since_ms, until_ms)
        return self._part(bars.bar(first), since_ms, until_ms)

    def _join(self, first: int, last: int, since_ms: int, until_ms: int) -> Kline | None:
        """Put whole bars together with what is seen of the first and the last one."""
        bars = self._bars
        parts: list[Kline | None] = []
        if bars.open_time[first] < since_ms:
            parts.append(self._part(bars.bar(first), since_ms, until_ms))
            first += 1
        tail = last > first and bars.open_time[last - 1] + self._base_ms > until_ms
        whole_until = last - 1 if tail else last
        if first < whole_until:
            parts.append(self._whole(first, whole_until))
        if tail:
            parts.append(self._part(bars.bar(last - 1), since_ms, until_ms))
        return joined(since_ms, [part for part in parts if part is not None])

    def _whole(self, first: int, last: int) -> Kline:
        """Put whole bars together; the day asks for the same ones until its hour is over."""
        if self._put_together is None or self._put_together[:2] != (first, last):
            self._put_together = first, last, self._sum(first, last)
        return self._put_together[2]

    def _sum(self, first: int, last: int) -> Kline:
        bars = self._bars
        rows = slice(first, last)
        volumes: list[int] = bars.volume[rows].tolist()
        open_, high, low, close, volume = (
            column[rows].astype(np.float64)
            for column in (bars.open, bars.high, bars.low, bars.close, bars.volume)
        )
        traded = [row for row, lots in enumerate(volumes, first) if lots]
        return Kline(
            int(bars.open_time[first]),
            int(bars.open[first]),
            int(high.max()),
            int(low.min()),
            int(bars.close[last - 1]),
            sum(volumes),
            sum(map(self._maker.n_trades, volumes)),
            float(((open_ + high + low + close) / 4 * volume * self._quote_unit).sum()),
            int(taker_lots(open_, high, low, close, volume).sum()),
            self._maker.first_id(int(bars.open_time[traded[0]])) if traded else -1,
            self._last_id(traded[-1]) if traded else -1,
        )

    def _last_id(self, row: int) -> int:
        first_id = self._maker.first_id(int(self._bars.open_time[row]))
        return first_id + self._maker.n_trades(int(self._bars.volume[row])) - 1

    def _part(self, bar: Bar, since_ms: int, until_ms: int) -> Kline | None:
        """Return what is seen of one bar through a window."""
        if since_ms <= bar.open_time and bar.open_time + self._base_ms <= until_ms:
            row = self._bars.row_from(bar.open_time)
            return self._whole(row, row + 1)
        tape = self.tapes.of(bar)
        start, end = tape.before(since_ms), tape.before(until_ms)
        if end == 0:
            flat = bar.open
            return None if len(tape) else Kline(since_ms, flat, flat, flat, flat, 0, 0, 0.0, 0, -1, -1)
        if start == end:
            flat = int(tape.price[start - 1])
            return Kline(since_ms, flat, flat, flat, flat, 0, 0, 0.0, 0, -1, -1)
        prices = tape.price[start:end]
        size = int(tape.size[start:end].sum())
        corners = int(prices[0]), int(prices.max()), int(prices.min()), int(prices[-1])
        open_, high, low, close, volume = np.array([*corners, size], np.float64)
        return Kline(
            since_ms,
            *corners,
            size,
            end - start,
            float((open_ + high + low + close) / 4 * volume * self._quote_unit),
            int(taker_lots(open_, high, low, close, volume)),
            tape.first_id + start,
            tape.first_id + end - 1,
        )

    def kline(self, timeframe: str, open_time: int, now_ms: int) -> Kline | None:
        """Return the bar of a timeframe as seen at a moment; forming where it is not over."""
        end = open_time + timeframe_ms(timeframe)
        seen = self.span(open_time, min(end, now_ms + 1))
        return seen and seen._replace(open_time=open_time)

    def klines(self, timeframe: str, since_ms: int, until_ms: int, now_ms: int) -> list[Kline]:
        """Return the bars with ``since_ms <= open_time <= until_ms`` as seen at a moment, oldest first."""
        length = timeframe_ms(timeframe)
        first = open_of(since_ms + length - 1, timeframe)
        last = min(until_ms, now_ms)
        if timeframe == self.base_timeframe:
            return self._base_klines(first, last, now_ms)
        if self._base_ms % length == 0:
            return self._fine_klines(length, first, last, now_ms)
        seen = (self.kline(timeframe, open_time, now_ms) for open_time in range(first, last + 1, length))
        return [kline for kline in seen if kline is not None]

    def newest_klines(self, timeframe: str, end_ms: int, limit: int, now_ms: int) -> list[Kline]:
        """Return the newest `limit` bars that open at or before `end_ms`, reaching back over gaps."""
        listed, length = self.first_open(now_ms), timeframe_ms(timeframe)
        until = open_of(min(end_ms, now_ms), timeframe)
        found: list[Kline] = []
        while listed is not None and len(found) < limit and until > listed - length:
            since = until - (limit - len(found) - 1) * length
            found = self.klines(timeframe, since, until, now_ms) + found
            until = since - length
        return found

    def oldest_klines(self, timeframe: str, window: tuple[int, int], limit: int, now_ms: int) -> list[Kline]:
        """Return the oldest `limit` bars that open within a window, reaching on over gaps."""
        listed, length = self.first_open(now_ms), timeframe_ms(timeframe)
        if listed is None:
            return []
        since = open_of(max(window[0] + length - 1, listed), timeframe)
        until = min(window[1], now_ms)
        found: list[Kline] = []
        while len(found) < limit and since <= until:
            missing = limit - len(found)
            found += self.klines(timeframe, since, min(until, since + (missing - 1) * length), now_ms)
            since += missing * length
        return found

    def _base_klines(self, first_open: int, last_open: int, now_ms: int) -> list[Kline]:
        bars = self._bars
        since, until = bars.row_from(first_open), bars.row_from(last_open + 1)
        forming = until > since and bars.open_time[until - 1] + self._base_ms > now_ms + 1
        closed = self._each(since, until - 1 if forming else until)
        newest = (
            self._part(bars.bar(until - 1), int(bars.open_time[until - 1]), now_ms + 1) if forming else None
        )
        return [*closed, newest] if newest else closed

    def _fine_klines(self, length: int, first_open: int, last_open: int, now_ms: int) -> list[Kline]:
        """Return bars that divide the base bar; the same figures as `kline`, for many at once."""
        bars = self._bars
        found: list[Kline] = []
        for row in range(bars.row_from(first_open - self._base_ms + 1), bars.row_from(last_open + 1)):
            bar = bars.bar(row)
            end = min(bar.open_time + self._base_ms, now_ms + 1)
            found += split(self.tapes.of(bar), bar, (length, end), self._quote_unit)
        return [kline for kline in found if first_open <= kline.open_time <= last_open]

    def _each(self, first: int, last: int) -> list[Kline]:
        """Return whole bars one by one; the same figures as `_whole`, for many rows at once."""
        bars, rows = self._bars, slice(first, last)
        opens, volumes = bars.open_time[rows], bars.volume[rows]
        open_, high, low, close, volume = (
            column[rows].astype(np.float64)
            for column in (bars.open, bars.high, bars.low, bars.close, bars.volume)
        )
        n_trades = np.minimum(volumes, self._maker.per_bar)
        first_id = 1 + (opens - self.first_ms) // self._base_ms * self._maker.per_bar
        columns = (
            opens,
            bars.open[rows],
            bars.high[rows],
            bars.low[rows],
            bars.close[rows],
            volumes,
            n_trades,
            (open_ + high + low + close) / 4 * volume * self._quote_unit,
            taker_lots(open_, high, low, close, volume).astype(np.int64),
            np.where(volumes > 0, first_id, -1),
            np.where(volumes > 0, first_id + n_trades - 1, -1),
        )
        return list(map(Kline._make, zip(*(column.tolist() for column in columns), strict=True)))

    def first_open(self, now_ms: int) -> int | None:
        """Return when the coin was listed, UTC milliseconds; None while it is not."""
        self._bars.load_until(now_ms + 1)
        first = int(self._bars.open_time[0]) if len(self._bars) else None
        return first if first is not None and first <= now_ms else None

    def day(self, now_ms: int) -> Day | None:
        """Return the last 24 hours; None while nothing traded in them."""
        row = self._bars.row_from(now_ms - _DAY_MS + 1)
        if row >= len(self._bars) or self._bars.open_time[row] > now_ms:
            return None
        since = int(self._bars.open_time[row])
        whole = self.span(since, now_ms + 1)
        if whole is None:
            return None
        previous = int(self._bars.close[row - 1]) if row else whole.open
        return Day(whole, previous, now_ms)

    def day_volume(self, now_ms: int) -> int:
        """Return the volume of the last whole UTC day, lots, at least one; of few bars as if they went on."""
        bars_a_day = max(1, _DAY_MS // self._base_ms)
        end = self._bars.row_from(now_ms // _DAY_MS * _DAY_MS)
        chosen: list[int] = self._bars.volume[max(0, end - bars_a_day) : max(end, 1)].tolist()
        return max(1, sum(chosen) * bars_a_day // max(1, len(chosen)))
