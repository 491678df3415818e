"""One bar of the whole universe: whose candle has come, and whose is still awaited."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from workstation.domain.candle import Candle
from workstation.domain.events import UniverseClosed
from workstation.domain.market import TIMEFRAMES
from workstation.services.market_data import GRACE_MS

_SHORTEST_SWEEP_MS = 10_000


@dataclass(slots=True)
class Slot:
    """The candles of one bar, until they are told.

    Parameters
    ----------
    timeframe : str
        Of the universe.
    open_time : int
        The bar's open, UTC milliseconds.
    speed : float
        Market seconds per second of ours.
    awaited : set of str
        Symbols whose candle is still to come.
    is_told : bool
        True once `UniverseClosed` was published; what comes later is late.
    """

    timeframe: str
    open_time: int
    speed: float
    awaited: set[str] = field(default_factory=set)
    is_told: bool = False
    _candles: dict[str, Candle] = field(default_factory=dict)
    _absent: set[str] = field(default_factory=set)

    @property
    def ask_from_ms(self) -> float:
        """When the venue is first asked for what was not streamed, UTC milliseconds."""
        bar_ms = TIMEFRAMES[self.timeframe]
        return self.open_time + bar_ms + min(GRACE_MS * self.speed, bar_ms / 4)

    @property
    def deadline_ms(self) -> float:
        """When it is told whatever is missing, UTC milliseconds.

        A quarter of the bar after its close, but no less than ten seconds of ours, which are more where a
        practice market runs fast.
        """
        bar_ms = TIMEFRAMES[self.timeframe]
        return self.open_time + bar_ms + max(bar_ms / 4, _SHORTEST_SWEEP_MS * self.speed)

    def take(self, symbol: str, candle: Candle) -> None:
        """Take a symbol's candle of this bar."""
        self.awaited.discard(symbol)
        self._absent.discard(symbol)
        self._candles[symbol] = candle

    def miss(self, symbols: Iterable[str]) -> None:
        """Give up on the candles of some symbols that are awaited."""
        missed = self.awaited.intersection(symbols)
        self.awaited -= missed
        self._absent |= missed

    def forget(self, symbol: str) -> None:
        """Let go of a symbol that has left the universe."""
        self.awaited.discard(symbol)
        self._absent.discard(symbol)

    def tell(self) -> UniverseClosed:
        """Return the fact, for once; whoever is still awaited is absent."""
        self.is_told = True
        self.miss(set(self.awaited))
        fact = UniverseClosed(self.timeframe, self.open_time, self._candles, frozenset(self._absent))
        self._candles = {}
        return fact
