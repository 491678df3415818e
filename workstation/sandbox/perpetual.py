"""The perpetual of a practice coin: funding, open interest and liquidations, made up from its candles.

Candles may be recorded; what is here never is. By the same rules for a simulated and a recorded market, and
from candles that have closed only:

- funding follows the coin's return over the last day, plus noise, as longs crowd into what has risen;
- open interest follows the turnover of the last week and its trend, plus noise;
- liquidations follow a bar that moved more than half as far again as bars usually range: longs after a fall,
  shorts after a rise, told during the quarter of a bar behind it.

The same seed, coin and moment always give the same figures, whatever was asked before.
"""

import hashlib
import math
from collections import OrderedDict
from typing import NamedTuple

import numpy as np

from workstation.domain.candle import CandleColumns, FloatArray
from workstation.domain.market import open_of_slot, slot_of, timeframe_ms
from workstation.sandbox.source import CandleSource, Listing

FUNDING_MS = 8 * 3_600_000
"""Longs pay shorts so often."""

_DAY_MS = 86_400_000
_WEEK_MS = 7 * _DAY_MS
_BASE_RATE, _RATE_PER_RETURN, _RATE_NOISE, _LARGEST_RATE = 1e-4, 0.009, 5e-5, 0.0075
_INTEREST_SHARE, _TREND_SHARE, _TREND_SCALE, _INTEREST_NOISE = 0.5, 0.7, 4.0, 0.02
_NOISE_STEP_MS = 300_000
_USUAL_BARS, _FEWEST_BARS = 24, 6
_LARGE_MOVE = 1.5  # usual ranges
_SHARE_PER_EXCESS, _LARGEST_SHARE = 0.004, 0.04  # of the bar's volume
_MOST_LIQUIDATIONS = 40
_BARS_KEPT = 8


class Liquidation(NamedTuple):
    """A position closed by force: UTC milliseconds, quote currency, base units; a long's is a sale."""

    time: int
    price: float
    size: float
    is_long: bool


class Perpetual:
    """One coin's perpetual.

    Parameters
    ----------
    source : CandleSource
        The market's truth.
    listing : Listing
        Which coin.
    """

    def __init__(self, source: CandleSource, listing: Listing) -> None:
        self.listing = listing
        self._source = source
        self._bar_ms = timeframe_ms(listing.base_timeframe)
        self._liquidations: OrderedDict[int, list[Liquidation]] = OrderedDict()

    def _closed(self, since_ms: int, now_ms: int) -> CandleColumns:
        """Return the candles that opened at `since_ms` or later and closed up to a moment, oldest first."""
        return self._source.candles(self.listing.symbol, since_ms, now_ms - self._bar_ms + 1)

    def _last(self, span_ms: int, now_ms: int) -> CandleColumns:
        """Return the candles of the last stretch of time, or the last one where a bar is longer."""
        return self._closed(now_ms - max(span_ms, self._bar_ms) - self._bar_ms + 1, now_ms)

    def _generator(self, what: str, i: int) -> np.random.Generator:
        name = f"{self._source.seed}|{self.listing.symbol}|{what}|{i}".encode()
        key = int.from_bytes(hashlib.blake2b(name, digest_size=16).digest(), "little")
        return np.random.Generator(np.random.Philox(key=key))

    def first_ms(self, now_ms: int) -> int | None:
        """Return when its first candle closed, UTC milliseconds; None while none has."""
        candles = self._closed(self._source.first_ms, min(now_ms, self._source.first_ms + _WEEK_MS))
        if not len(candles):
            candles = self._closed(self._source.first_ms, now_ms)
        return int(candles.open_time[0]) + self._bar_ms if len(candles) else None

    def funding_rate(self, now_ms: int) -> float | None:
        """Return what longs pay shorts for the eight hours a moment lies in; None before the first candle.

        At the moment of payment, a multiple of eight hours, it is what is paid for those that end there.
        """
        candles = self._last(_DAY_MS, now_ms)
        if not len(candles):
            return None
        change = float(candles.close[-1] / candles.open[0] - 1)
        noise = float(self._generator("funding", -(-now_ms // FUNDING_MS)).standard_normal())
        rate = _BASE_RATE + _RATE_PER_RETURN * change + _RATE_NOISE * noise
        return round(min(max(rate, -_LARGEST_RATE), _LARGEST_RATE), 8)

    def open_interest(self, now_ms: int) -> tuple[float, float] | None:
        """Return open contracts in base units and in quote currency; None before the first candle."""
        candles = self._last(_WEEK_MS, now_ms)
        if not len(candles):
            return None
        days = len(candles) * self._bar_ms / _DAY_MS
        daily = float((candles.close * candles.volume).sum()) / days
        trend = math.tanh(_TREND_SCALE * float(candles.close[-1] / candles.open[0] - 1))
        noise = float(self._generator("interest", now_ms // _NOISE_STEP_MS).standard_normal())
        value = daily * _INTEREST_SHARE * math.exp(_TREND_SHARE * trend + _INTEREST_NOISE * noise)
        lots = 10.0**self.listing.lot_decimals
        size = math.floor(value / float(candles.close[-1]) * lots) / lots
        return size, size * float(candles.close[-1])

    def liquidations(self, since_ms: int, until_ms: int) -> list[Liquidation]:
        """Return positions closed by force with ``since_ms <= time < until_ms``, oldest first."""
        timeframe = self.listing.base_timeframe
        slots = range(slot_of(since_ms, timeframe), slot_of(until_ms - 1, timeframe) + 1)
        found = [one for slot in slots for one in self._after(open_of_slot(slot, timeframe))]
        return [one for one in found if since_ms <= one.time < until_ms]

    def _after(self, close_ms: int) -> list[Liquidation]:
        """Return what followed the candle that closed at an instant."""
        known = self._liquidations.get(close_ms)
        if known is None:
            known = self._liquidations[close_ms] = self._forced(close_ms)
            if len(self._liquidations) > _BARS_KEPT:
                self._liquidations.popitem(last=False)
        return known

    def _forced(self, close_ms: int) -> list[Liquidation]:
        candles = self._closed(close_ms - (_USUAL_BARS + 1) * self._bar_ms, close_ms)
        if len(candles) <= _FEWEST_BARS or int(candles.open_time[-1]) != close_ms - self._bar_ms:
            return []
        usual = float(np.median((candles.high[:-1] - candles.low[:-1]) / candles.open[:-1]))
        open_, high, low = (float(column[-1]) for column in (candles.open, candles.high, candles.low))
        found: list[Liquidation] = []
        for is_long, extreme in ((True, low), (False, high)):
            excess = abs(extreme / open_ - 1) / usual - _LARGE_MOVE if usual > 0 else 0.0
            if excess > 0:
                rng = self._generator(f"liquidations {is_long}", close_ms)
                prices = (float(candles.close[-1]), extreme)
                found += self._split(
                    close_ms, prices, float(candles.volume[-1]), excess, rng, is_long=is_long
                )
        return sorted(found)

    def _split(
        self,
        close_ms: int,
        prices: tuple[float, float],
        volume: float,
        excess: float,
        rng: np.random.Generator,
        *,
        is_long: bool,
    ) -> list[Liquidation]:
        """Share what was closed by force among single positions, few of them large."""
        n = 1 + min(int(rng.poisson(4 * excess)), _MOST_LIQUIDATIONS - 1)
        weight: FloatArray = np.exp(1.3 * rng.standard_normal(n))
        total = volume * min(_SHARE_PER_EXCESS * excess, _LARGEST_SHARE)
        lots, ticks = 10.0**self.listing.lot_decimals, 10.0**self.listing.price_decimals
        size = np.maximum(np.floor(total * weight / weight.sum() * lots), 1.0) / lots
        price = np.rint((prices[0] + (prices[1] - prices[0]) * rng.random(n)) * ticks) / ticks
        time = close_ms + 1 + np.sort(rng.integers(0, self._bar_ms // 4, n))
        rows = zip(time.tolist(), price.tolist(), size.tolist(), strict=True)
        return [Liquidation(at, paid, amount, is_long) for at, paid, amount in rows]
