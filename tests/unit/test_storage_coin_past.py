"""What candles said of coins at past closes is what was read of them then, and nothing later is in it."""

import numpy as np
import pytest

from workstation.domain.candle import CandleColumns
from workstation.domain.market import SeriesKey
from workstation.storage.coin_past import past_closes
from workstation.storage.coin_reading import CoinsWanted, read_moves

HOUR = 3_600_000
SYMBOLS = ("A/USDT", "B/USDT", "C/USDT", "NEW/USDT", "NONE/USDT")
N = 24 * 40


def walk(seed: int, n: int = N) -> CandleColumns:
    """Return bars that end at one hour, some of them missing."""
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.02, n)))
    kept = rng.random(n) > 0.1
    open_time = np.arange(N - n, N) * HOUR
    bars = CandleColumns.of(open_time, close, close * 1.01, close * 0.99, close, rng.gamma(2, 20, n))
    return bars.pick(kept)


class Archive:
    """Stored candles that closed by an instant."""

    def __init__(self, at_ms: int = N * HOUR) -> None:
        lengths = {"A/USDT": N, "B/USDT": N, "C/USDT": 24 * 8, "NEW/USDT": 10}
        whole = {symbol: walk(seed, n) for seed, (symbol, n) in enumerate(lengths.items())}
        self._bars = {
            SeriesKey("practice", symbol, "1h"): bars.pick(bars.open_time + HOUR <= at_ms)
            for symbol, bars in whole.items()
        }

    def series(self) -> list[SeriesKey]:
        return list(self._bars)

    def read_last(self, key: SeriesKey, n: int) -> CandleColumns:
        return self._bars[key][-n:]


@pytest.mark.parametrize("until_h", [N, N - 4])
def test_a_past_close_says_what_was_read_at_it(until_h):
    wanted = CoinsWanted("practice", "1h", SYMBOLS, until_h * HOUR)
    found = past_closes(Archive(), wanted, (N - 12) * HOUR)
    assert [close.at_ms // HOUR for close in found] == list(range(N - 11, until_h + 1))
    for close in found:
        then = CoinsWanted("practice", "1h", SYMBOLS, close.at_ms)
        numbers, _lines, closed_ms = read_moves(Archive(close.at_ms), then)
        assert close.has_closed.tolist() == (closed_ms == close.at_ms).tolist()
        for name, values in numbers.items():
            said = close.coins.number(name)
            np.testing.assert_array_equal(said[close.has_closed], values[close.has_closed], name)
            assert np.isnan(said[~close.has_closed]).all()
    assert not any(close.has_closed[-1] for close in found)
    assert any(close.has_closed[3] for close in found)


def test_after_a_long_absence_the_newest_closes_are_looked_at():
    found = past_closes(Archive(), CoinsWanted("practice", "1h", SYMBOLS, N * HOUR), 0)
    assert (found[0].at_ms // HOUR, len(found)) == (N - 199, 200)
