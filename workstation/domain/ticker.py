"""The last price of a market, and how its day went."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ticker:
    """Newest state of one market.

    Parameters
    ----------
    symbol : str
        ccxt's unified spelling.
    last : float
        Last price, quote currency.
    change_24h_pct : float or None
        Change over 24 h, percent; None where the venue does not say.
    quote_volume_24h : float or None
        Traded over 24 h, quote currency.
    time_ms : int
        Venue's time of this state, UTC milliseconds.
    """

    symbol: str
    last: float
    change_24h_pct: float | None
    quote_volume_24h: float | None
    time_ms: int
