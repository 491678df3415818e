"""The simulated market as a recording: candles made by dice."""

from typing import TYPE_CHECKING

from workstation.cli.recordings import SeriesRecording

if TYPE_CHECKING:
    from workstation.domain.candle import CandleColumns

_HOUR = "1h"
_DAYS = 3 * 365


def simulated_recording(seed: int, timeframe: str) -> SeriesRecording:
    """Return three years of the sixty simulated coins, from 2024 on, as bars of a timeframe."""
    from workstation.sandbox.simulated_market import SimulatedMarket

    market = SimulatedMarket(seed)
    until_ms = market.first_ms + _DAYS * 86_400_000

    def read(symbol: str, _timeframe: str) -> "CandleColumns":
        return market.candles(symbol, market.first_ms, until_ms)

    series = [(listing.symbol, _HOUR) for listing in market.markets()]
    return SeriesRecording(f"simulated market, seed {seed}", series, timeframe, read)
