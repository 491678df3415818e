"""The window's picture of the world."""

from dataclasses import dataclass, field

from workstation.domain.alert_rule import RuleStanding
from workstation.domain.events import FeedState
from workstation.domain.given_advice import AdviceEntry
from workstation.domain.level import LevelDistances
from workstation.domain.market import Market, Venue
from workstation.domain.model_state import ModelState
from workstation.domain.narrative_index import IndexStanding
from workstation.domain.paper_standing import PaperStanding
from workstation.domain.provider import ProviderState
from workstation.domain.rotation import RotationRules
from workstation.domain.ticker import Ticker
from workstation.domain.venue_key import KeyFileState, KeyVenue, VenueKey
from workstation.link import messages as said


@dataclass(slots=True)
class World:
    """What the window knows. Only the `Bridge` writes it.

    Parameters
    ----------
    venue : Venue or None
        Where prices come from; None until known.
    markets : dict
        What trades there, by symbol.
    tickers : dict
        Newest prices of that venue, by symbol.
    watchlist : tuple of str
        Watched symbols, in the trader's order.
    feed, feed_reason : FeedState, str
        How the feed is doing, and a sentence about it.
    vitals : Vitals or None
        What the engine costs.
    connected : bool
        Whether the engine is there.
    alone_since : float or None
        When it was lost, on the bridge's clock; None while it is there or before it ever was.
    progress : tuple of int
        Series loaded and to load at the first start; ``(0, 0)`` where there is nothing to load.
    providers : tuple of ProviderState
        How every provider of observations is doing, as the engine said last.
    universe : UniverseSaid or None
        How far the back-fill of everything liquid is; None until the engine said.
    models : tuple of ModelState
        How every model is doing, as the engine said last.
    levels : dict
        How far coins are from their nearest levels, by timeframe and symbol.
    alert_rules : tuple of RuleStanding
        How the trader's own rules of alerts stand, the oldest first.
    narratives : tuple of IndexStanding
        How every narrative stood at the newest close, in the order of the book.
    advice : AdviceEntry or None
        The newest rotation advice; None until there is some.
    rotation_rules : RotationRules or None
        What the next one follows; None until the engine said.
    paper_accounts : tuple of PaperStanding
        How every paper account of the venue stands.
    graded : tuple of (str, int), or None
        Timeframe and time, UTC milliseconds, of the close that was graded last at this venue; None until the
        engine said.
    key_venues, venue_keys : tuple of KeyVenue, tuple of VenueKey
        For which venues keys can be kept, and how those that are kept stand.
    key_file : KeyFileState
        How the encrypted file of keys stands.
    """

    venue: Venue | None = None
    markets: dict[str, Market] = field(default_factory=dict)
    tickers: dict[str, Ticker] = field(default_factory=dict)
    watchlist: tuple[str, ...] = ()
    feed: FeedState = FeedState.CONNECTING
    feed_reason: str = ""
    vitals: said.Vitals | None = None
    connected: bool = False
    alone_since: float | None = None
    progress: tuple[int, int] = (0, 0)
    providers: tuple[ProviderState, ...] = ()
    universe: said.UniverseSaid | None = None
    models: tuple[ModelState, ...] = ()
    levels: dict[str, dict[str, LevelDistances]] = field(default_factory=dict)
    alert_rules: tuple[RuleStanding, ...] = ()
    narratives: tuple[IndexStanding, ...] = ()
    advice: AdviceEntry | None = None
    rotation_rules: RotationRules | None = None
    paper_accounts: tuple[PaperStanding, ...] = ()
    graded: tuple[str, int] | None = None
    key_venues: tuple[KeyVenue, ...] = ()
    venue_keys: tuple[VenueKey, ...] = ()
    key_file: KeyFileState = KeyFileState.ABSENT

    def price_step(self, symbol: str) -> float:
        """Return the smallest change of a market's price; 0.0 where the venue does not say."""
        market = self.markets.get(symbol)
        return market.price_step if market else 0.0
