"""What a window says about the markets it looks at beside its charts, and what it hears of all of them."""

import msgspec

from workstation.domain.ticker import Ticker
from workstation.link.command import Command


class FollowMarket(Command, frozen=True, tag="follow-market"):
    """Send the book and the trades of one market from now on, in place of another.

    `symbol` is empty where none is looked at any more; `step` is the width of the book's levels in quote
    currency, 0.0 for the venue's own. `Frame` carries what is heard.
    """

    symbol: str
    step: float


class FollowQuotes(Command, frozen=True, tag="follow-quotes"):
    """Send the prices of every market from now on, or no longer: first all, then what changed."""

    is_on: bool


class QuotesSaid(msgspec.Struct, frozen=True, tag_field="kind", tag="quotes"):
    """Prices of some markets that changed; in parts, so that thousands of them do not hold up the window.

    `age_ms` is how long ago, by our clock, the venue told any price. Where nothing changed there are none:
    then this says that the venue was heard.
    """

    tickers: tuple[Ticker, ...]
    age_ms: int
