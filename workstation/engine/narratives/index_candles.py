"""An index as candles, so that it opens as a chart like any symbol."""

import numpy as np

from workstation.domain.candle import CandleColumns, FloatArray, IntArray
from workstation.domain.narrative_index import BASE_VALUE


def index_candles(
    close_ms: IntArray, bar_ms: int, values: FloatArray, dollars: FloatArray, before: float = BASE_VALUE
) -> CandleColumns:
    """Return the values of one index as candles.

    A bar opens at the value of the bar before. Only values at closes are known, so high and low are the
    larger and the smaller of open and close.

    Parameters
    ----------
    close_ms : ndarray of int64, shape (n,)
        UTC milliseconds.
    bar_ms : int
        Length of a bar.
    values : ndarray, shape (n,)
        At each close; rows where it is NaN are left out.
    dollars : ndarray, shape (n,)
        US dollars that the held coins traded in the bar.
    before : float
        Value before the first row.

    Returns
    -------
    CandleColumns
        Volume in units of the index: times close it is dollars.
    """
    known = np.isfinite(values) & (values > 0)
    close = values[known]
    open_ = np.concatenate(([before], close[:-1]))[: len(close)]
    high, low = np.maximum(open_, close), np.minimum(open_, close)
    return CandleColumns.of(close_ms[known] - bar_ms, open_, high, low, close, dollars[known] / close)
