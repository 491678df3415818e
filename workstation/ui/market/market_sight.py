"""The market in sight: the newest of its book, how old that is, and a sentence about it."""

from workstation.domain.live_market import BookSight, MarketHeard
from workstation.domain.narrative_index import is_index
from workstation.ui.chart.book_past import SILENT_S, BookPast
from workstation.ui.words.foreign_text import one_line
from workstation.ui.words.number_format import duration

OLD_MS = 1000 * SILENT_S
"""A book about which the venue was silent for longer may no longer be the book."""


class MarketSight:
    """What the window knows of the market that it follows.

    Attributes
    ----------
    symbol : str
        Of the active chart; empty where there is none.
    price_step : float
        Smallest change of its price, quote currency; 0.0 where the venue does not say.
    is_connected : bool
        Whether the engine is there.
    book : BookSight or None
        The last that was known; it stays, greyed, while it is rebuilt.
    past : BookPast
        The books of the last quarter of an hour, as far as they were in sight.
    """

    def __init__(self) -> None:
        self.symbol = ""
        self.price_step = 0.0
        self.is_connected = False
        self.book: BookSight | None = None
        self.past = BookPast()
        self._news: MarketHeard | None = None
        self._heard_s = 0.0

    def open(self, symbol: str, price_step: float) -> None:
        """Look at a market; what was known of another is forgotten."""
        self.symbol, self.price_step = symbol, price_step
        self.past.clear()
        self.forget()

    def forget(self) -> None:
        """Forget the book."""
        self.book = self._news = None
        self.past.lose()

    def take(self, news: MarketHeard, now_s: float) -> None:
        """Take what was heard, at a moment of a clock that never jumps."""
        self._news, self._heard_s = news, now_s
        is_fresh = news.book_age_ms is not None and news.book_age_ms <= OLD_MS
        self.past.take(news.book if is_fresh else None, now_s)
        if news.book is not None:
            self.book = news.book

    @property
    def can_be_followed(self) -> bool:
        """Whether it is a market: an index has no book."""
        return bool(self.symbol) and not is_index(self.symbol)

    @property
    def base(self) -> str:
        """The coin."""
        return one_line(self.symbol.partition("/")[0], 12)

    @property
    def quote(self) -> str:
        """The currency in which it is paid."""
        return one_line(self.symbol.partition("/")[2].partition(":")[0], 12)

    def age_ms(self, now_s: float) -> int | None:
        """Return for how long the venue said nothing of the book, milliseconds; None before it did."""
        if self._news is None or self._news.book_age_ms is None:
            return None
        return self._news.book_age_ms + round(1000 * (now_s - self._heard_s))

    def is_live(self, now_s: float) -> bool:
        """Return whether the book may be taken for what rests at the venue now."""
        age_ms = self.age_ms(now_s)
        is_known = self._news is not None and self._news.book is not None
        return self.is_connected and is_known and age_ms is not None and age_ms <= OLD_MS

    def words(self, now_s: float) -> str:
        """Return how the book is doing, as a short sentence."""
        if not self.symbol:
            return "Open a chart: the book of its market is shown here."
        if not self.can_be_followed:
            return "The index of a narrative has no book and no trades; open the chart of a coin."
        if not self.is_connected:
            return "The engine is away: this is from before. It is being started again."
        news, age_ms = self._news, self.age_ms(now_s)
        if news is None:
            return f"Waiting for the book of {one_line(self.symbol, 24)}."
        if news.book is None:
            doing = "Fetching the book…" if self.book is None else "Rebuilding the book…"
            return one_line(news.trouble, 200) or doing
        if age_ms is not None and age_ms > OLD_MS:
            return f"Silent for {duration(age_ms)}: this may no longer be the book."
        return f"Live · {duration(age_ms or 0)} old"
