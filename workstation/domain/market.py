"""Where something trades, what it is called there, and how long its bars are."""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from workstation.domain.errors import UsageError

_MINUTE = 60_000
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR

TIMEFRAMES: MappingProxyType[str, int] = MappingProxyType(
    {
        "1m": _MINUTE,
        "3m": 3 * _MINUTE,
        "5m": 5 * _MINUTE,
        "15m": 15 * _MINUTE,
        "30m": 30 * _MINUTE,
        "1h": _HOUR,
        "2h": 2 * _HOUR,
        "4h": 4 * _HOUR,
        "6h": 6 * _HOUR,
        "8h": 8 * _HOUR,
        "12h": 12 * _HOUR,
        "1d": _DAY,
        "3d": 3 * _DAY,
        "1w": 7 * _DAY,
    }
)
"""Length of a bar in milliseconds, by its name on the wire; shortest first."""

_WEEK_ORIGIN = 4 * _DAY  # 1970-01-05 was the first Monday; venues open their weeks on Mondays


def timeframe_ms(timeframe: str) -> int:
    """Return the length of a bar in milliseconds.

    Raises
    ------
    UsageError
        The timeframe is not one of `TIMEFRAMES`.
    """
    try:
        return TIMEFRAMES[timeframe]
    except KeyError:
        known = ", ".join(TIMEFRAMES)
        raise UsageError(f"Timeframe {timeframe!r} is not known; choose one of {known}.") from None


def slot_of(time_ms: int, timeframe: str) -> int:
    """Return the number of the bar that contains an instant, counted from 1970 (weeks from its first Monday).

    Parameters
    ----------
    time_ms : int
        UTC milliseconds.
    """
    length = timeframe_ms(timeframe)
    return (time_ms - _WEEK_ORIGIN if timeframe == "1w" else time_ms) // length


def open_of_slot(slot: int, timeframe: str) -> int:
    """Return the open time of a bar from its number, UTC milliseconds; the inverse of `slot_of`."""
    return slot * timeframe_ms(timeframe) + (_WEEK_ORIGIN if timeframe == "1w" else 0)


def open_of(time_ms: int, timeframe: str) -> int:
    """Return the open time of the bar that contains an instant, UTC milliseconds."""
    return open_of_slot(slot_of(time_ms, timeframe), timeframe)


@dataclass(frozen=True, slots=True, order=True)
class SeriesKey:
    """One series of candles: where, what, and how long its bars are.

    Parameters
    ----------
    venue : str
        Short name of the venue, e.g. ``"binance"`` or ``"practice"``.
    symbol : str
        ccxt's unified spelling, e.g. ``"BTC/USDT"``. Foreign text: may hold any character.
    timeframe : str
        One of `TIMEFRAMES`.
    """

    venue: str
    symbol: str
    timeframe: str

    def __post_init__(self) -> None:
        timeframe_ms(self.timeframe)
        if not self.venue or not self.symbol:
            raise UsageError(f"A series needs a venue and a symbol; got {self.venue!r} and {self.symbol!r}.")

    @property
    def bar_ms(self) -> int:
        """Length of a bar, milliseconds."""
        return TIMEFRAMES[self.timeframe]

    def __str__(self) -> str:
        return f"{self.symbol} {self.timeframe} on {self.venue}"


class VenueKind(StrEnum):
    """Whether prices are the world's or ours. Shown on the window at all times."""

    LIVE = "live"
    PRACTICE_SIMULATED = "practice-simulated"
    PRACTICE_RECORDED = "practice-recorded"

    @property
    def is_practice(self) -> bool:
        """True where nothing on screen is a live price."""
        return self is not VenueKind.LIVE


@dataclass(frozen=True, slots=True)
class Venue:
    """The venue that a feed listens to.

    Parameters
    ----------
    name : str
        Short name, the first part of every `SeriesKey`.
    kind : VenueKind
        Live, or which kind of practice market.
    label : str
        For the trader, e.g. ``"Binance"`` or ``"Practice market, simulated, seed 7"``.
    speed : float
        Market seconds per second of ours; 1.0 on a live venue.
    """

    name: str
    kind: VenueKind
    label: str
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class Market:
    """One thing that trades on a venue.

    Parameters
    ----------
    symbol : str
        ccxt's unified spelling.
    base, quote : str
        Currency codes. Foreign text.
    price_step : float
        Smallest change of price, quote currency; 0.0 when the venue does not say.
    active : bool
        False where the venue lists it but does not trade it.
    """

    symbol: str
    base: str
    quote: str
    price_step: float = 0.0
    active: bool = True
