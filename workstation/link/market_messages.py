"""What a window says about the market it looks at beside its charts; `Frame` carries what is heard."""

from workstation.link.command import Command


class FollowMarket(Command, frozen=True, tag="follow-market"):
    """Send the book and the trades of one market from now on, in place of another.

    `symbol` is empty where none is looked at any more; `step` is the width of the book's levels in quote
    currency, 0.0 for the venue's own.
    """

    symbol: str
    step: float
