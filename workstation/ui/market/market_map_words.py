"""The market map in words."""

from workstation.domain.market import Venue
from workstation.ui.market.market_tiles import MapPlan, Tile, TileColour
from workstation.ui.market.quote_board import OLD_MS
from workstation.ui.words.foreign_text import one_line
from workstation.ui.words.number_format import NOTHING, duration, percent, price, volume

LIVE_MS = 5_000
"""Prices that are younger are called live: every two seconds there are others."""

AREA_WORDS = {"volume": "Area: volume", "equal": "Area: equal"}
COLOUR_WORDS = {"change": "Colour: 24 h change", "grade": "Colour: grade"}

SCALE_WORDS = {
    TileColour.CHANGE: (f"{percent(-10, 0)} or less", "0 %", f"{percent(10, 0)} or more"),
    TileColour.GRADE: ("0 crashing", "50", "100 surging"),
}
"""What the two ends of the colours and their middle mean."""


def facts(tile: Tile) -> list[str]:
    """Return what is known of a coin, each a phrase."""
    market, ticker = tile.market, tile.ticker
    change, traded = ticker.change_24h_pct, ticker.quote_volume_24h
    quote = one_line(market.quote, 12)
    return [
        one_line(market.symbol, 40),
        price(ticker.last, market.price_step),
        f"24 h {NOTHING if change is None else percent(change)}",
        f"volume {NOTHING if traded is None else volume(traded)} {quote}",
        "no grade" if tile.grade is None else f"grade {tile.grade}",
        one_line(tile.title, 40),
    ]


def plan_words(plan: MapPlan) -> str:
    """Return what is drawn and what is left out: "371 coins in USDT, and 812 smaller"."""
    drawn = f"{plan.n_drawn:,} coin{'s' if plan.n_drawn != 1 else ''} in {one_line(plan.quote, 12)}"
    smaller = f", and {plan.n_smaller:,} smaller" if plan.n_smaller else ""
    untold = f"; {plan.n_untold:,} without a price or trades" if plan.n_untold else ""
    return f"{drawn}{smaller}{untold}"


def state_words(venue: Venue | None, plan: MapPlan, age_ms: int | None, *, is_connected: bool) -> str:
    """Return how the map is doing, as a short sentence."""
    if not is_connected:
        return "The engine is away: these prices are from before. It is being started again."
    if venue is None:
        return "Waiting for the venue: the map is drawn from the prices of all its markets."
    if age_ms is None:
        return f"Waiting for the prices of every market of {one_line(venue.label, 40)}…"
    if not plan.groups:
        return f"No market of {one_line(venue.label, 40)} has a price and a volume yet."
    said = plan_words(plan)
    if age_ms > OLD_MS:
        return f"Old: no price came for {duration(age_ms)}. {said}"
    return f"{said} · {'live' if age_ms < LIVE_MS else f'{duration(age_ms)} old'}"
