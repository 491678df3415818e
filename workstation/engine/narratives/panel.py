"""The bars of many coins side by side, as indices and rotation read them."""

from dataclasses import dataclass

from workstation.domain.candle import FloatArray, IntArray
from workstation.domain.errors import UsageError


@dataclass(frozen=True, slots=True, eq=False)
class MarketPanel:
    """Closed bars of many coins on one grid of times.

    Parameters
    ----------
    close_ms : ndarray of int64, shape (n_bars,)
        When each bar closed, UTC milliseconds, rising by `bar_ms`; bars that no coin has are there, too.
    coins : tuple of str
        Codes of the coins, e.g. ``"AGIX"``.
    open, close : ndarray of float64, shape (n_bars, n_coins)
        US dollars; NaN where the coin has no bar, above zero elsewhere.
    dollar_volume : ndarray of float64, shape (n_bars, n_coins)
        US dollars traded in the bar; NaN where the coin has none.
    cap : ndarray of float64, shape (n_bars, n_coins)
        Market capitalisation as it was known at the close, US dollars; NaN where not known.
    bar_ms : int
        Length of a bar.
    """

    close_ms: IntArray
    coins: tuple[str, ...]
    open: FloatArray
    close: FloatArray
    dollar_volume: FloatArray
    cap: FloatArray
    bar_ms: int

    def __post_init__(self) -> None:
        shape = (len(self.close_ms), len(self.coins))
        for name in ("open", "close", "dollar_volume", "cap"):
            if getattr(self, name).shape != shape:
                raise UsageError(f"{name} must have the shape {shape}; got {getattr(self, name).shape}.")

    @property
    def bars_a_day(self) -> int:
        """How many bars a day has; 1 for bars of a day and longer."""
        return max(1, 86_400_000 // self.bar_ms)
