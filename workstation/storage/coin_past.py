"""What closed candles said of coins at closes of the past, as it was known then."""

import numpy as np

from workstation.domain.alert_visits import PastClose
from workstation.domain.candle import CandleColumns
from workstation.domain.market import SeriesKey, timeframe_ms
from workstation.domain.ports import CandleReader
from workstation.domain.screen_column import CoinColumns
from workstation.storage.coin_reading import CoinsWanted, moves_at

_MOST_CLOSES = 200
_DAYS_BEFORE_MS = 31 * 86_400_000  # a change of 30 days needs them


def past_closes(candles: CandleReader, wanted: CoinsWanted, since_ms: int) -> list[PastClose]:
    """Return price, changes and volume of coins at every close after an instant, oldest first.

    Parameters
    ----------
    wanted : CoinsWanted
        Which coins, and up to which close.
    since_ms : int
        UTC milliseconds; where more than 200 closes lie between, the newest 200 are returned.

    Raises
    ------
    StoreError
        A file cannot be read.
    """
    bar_ms = timeframe_ms(wanted.timeframe)
    since_ms = max(since_ms, wanted.at_ms - _MOST_CLOSES * bar_ms)
    n_bars = (_DAYS_BEFORE_MS + wanted.at_ms - since_ms) // bar_ms + 2
    stored = {key for key in candles.series() if key.venue == wanted.venue}
    known: dict[int, dict[int, dict[str, float]]] = {}  # by close, by row of the coin
    for row, symbol in enumerate(wanted.symbols):
        key = SeriesKey(wanted.venue, symbol, wanted.timeframe)
        bars = candles.read_last(key, n_bars) if key in stored else CandleColumns.empty()
        closes = bars.open_time + bar_ms
        for at in np.flatnonzero((closes > since_ms) & (closes <= wanted.at_ms)).tolist():
            known.setdefault(int(closes[at]), {})[row] = moves_at(bars, at)
    return [_close(at_ms, wanted.symbols, known[at_ms]) for at_ms in sorted(known)]


def _close(at_ms: int, symbols: tuple[str, ...], moves: dict[int, dict[str, float]]) -> PastClose:
    has_closed = np.array([row in moves for row in range(len(symbols))], bool)
    names = next(iter(moves.values()))
    nothing = dict.fromkeys(names, float("nan"))
    numbers = {
        name: np.array([moves.get(row, nothing)[name] for row in range(len(symbols))]) for name in names
    }
    return PastClose(at_ms, CoinColumns(symbols, numbers), has_closed)
