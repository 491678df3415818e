"""A bar of any timeframe, put together from others or cut from a tape."""

from typing import NamedTuple

import numpy as np

from workstation.domain.candle import FloatArray
from workstation.sandbox.bars import Bar
from workstation.sandbox.tape import Tape


class Kline(NamedTuple):
    """A bar of any timeframe, in ticks and lots.

    ``quote`` and ``taker_lots`` are estimates from the bar's own shape, because a recording lacks them:
    typical price times volume (quote currency), and half the volume, more where the bar closed high.
    ``first_id`` is -1 where nothing traded.
    """

    open_time: int
    open: int
    high: int
    low: int
    close: int
    volume: int
    n_trades: int
    quote: float
    taker_lots: int
    first_id: int
    last_id: int


def taker_lots(
    open_: FloatArray, high: FloatArray, low: FloatArray, close: FloatArray, volume: FloatArray
) -> FloatArray:
    """Return how many of a bar's lots buyers took, estimated from where it closed in its range."""
    return np.floor(volume * (0.5 + 0.3 * (close - open_) / np.maximum(high - low, 1.0)))


def joined(open_time: int, parts: list[Kline]) -> Kline | None:
    """Return bars that follow one another as one; None where there are none."""
    if not parts:
        return None
    traded = [part for part in parts if part.n_trades]
    return Kline(
        open_time,
        parts[0].open,
        max(part.high for part in parts),
        min(part.low for part in parts),
        parts[-1].close,
        sum(part.volume for part in parts),
        sum(part.n_trades for part in parts),
        sum(part.quote for part in parts),
        sum(part.taker_lots for part in parts),
        traded[0].first_id if traded else -1,
        traded[-1].last_id if traded else -1,
    )


def split(tape: Tape, bar: Bar, grid: tuple[int, int], quote_unit: float) -> list[Kline]:
    """Cut a bar into shorter ones.

    Parameters
    ----------
    tape : Tape
        Its trades.
    bar : Bar
        The bar.
    grid : tuple of int
        Length of a shorter bar, and the moment (not included) up to which anything is seen, milliseconds.
    quote_unit : float
        Quote currency of one tick times one lot.

    Returns
    -------
    list of Kline
        Oldest first; where nothing traded, flat at the last price; nothing before the first trade.
    """
    length, end = grid
    opens = np.arange(bar.open_time, end, length)
    cuts = np.searchsorted(tape.time, np.append(opens, end))
    trades = np.flatnonzero(np.diff(cuts))
    starts, ends = cuts[trades], cuts[trades + 1]
    prices, sizes = tape.price[: cuts[-1]], tape.size[: cuts[-1]]
    before = np.maximum(cuts[:-1] - 1, 0)
    last_price = tape.price[before] if len(tape) else np.full(len(opens), bar.open)
    open_, high, low, close = (last_price.copy() for _ in range(4))
    volume = np.zeros(len(opens), np.int64)
    if len(trades):
        open_[trades], close[trades] = prices[starts], prices[ends - 1]
        high[trades] = np.maximum.reduceat(prices, starts)
        low[trades] = np.minimum.reduceat(prices, starts)
        volume[trades] = np.add.reduceat(sizes, starts)
    shape = [column.astype(np.float64) for column in (open_, high, low, close, volume)]
    columns = (
        opens,
        open_,
        high,
        low,
        close,
        volume,
        np.diff(cuts),
        (shape[0] + shape[1] + shape[2] + shape[3]) / 4 * shape[4] * quote_unit,
        taker_lots(*shape).astype(np.int64),
        np.where(volume > 0, tape.first_id + cuts[:-1], -1),
        np.where(volume > 0, tape.first_id + cuts[1:] - 1, -1),
    )
    begun = cuts[1:] > 0 if len(tape) else np.ones(len(opens), np.bool_)
    return list(map(Kline._make, zip(*(column[begun].tolist() for column in columns), strict=True)))
