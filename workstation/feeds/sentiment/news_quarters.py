"""Headlines summed over quarters of an hour, and which quarters were watched from end to end."""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from workstation.domain.headline import Headline
from workstation.domain.metric import BUCKET_MS
from workstation.domain.observation import MARKET, Observation

SCORE, COUNT = "sentiment.news_score", "sentiment.news_count"
MARKET_SCORE, MARKET_COUNT = "sentiment.market_news_score", "sentiment.market_news_count"


def quarter_end(at_ms: int) -> int:
    """Return the end of the quarter of an hour that contains an instant, UTC milliseconds."""
    return at_ms - at_ms % BUCKET_MS + BUCKET_MS


class NewsWatch:
    """Since when the feeds have been looked at without a break.

    Looks that are no further apart than a quarter of an hour leave no quarter without one.
    """

    def __init__(self) -> None:
        self._since_ms = 0
        self._until_ms: int | None = None

    def looked(self, at_ms: int) -> None:
        """Note a look at the feeds; a clock that was set back begins a new watch, like a break."""
        if self._until_ms is None or not 0 <= at_ms - self._until_ms <= BUCKET_MS:
            self._since_ms = at_ms
        self._until_ms = at_ms

    def whole_quarters(self, from_end_ms: int) -> range:
        """Return the ends of the quarters that were watched from end to end, from `from_end_ms` on."""
        if self._until_ms is None:
            return range(0)
        first_begin = self._since_ms + -self._since_ms % BUCKET_MS
        first = max(first_begin + BUCKET_MS, from_end_ms)
        return range(first, self._until_ms + 1, BUCKET_MS)


def quarter_rows(
    headlines: Sequence[Headline],
    quiet: Iterable[int],
    first_heard: Mapping[str, int],
    coins: Collection[str],
    available_ms: int,
) -> list[Observation]:
    """Return the sums of each quarter, of the market and of each coin, in order of the quarters.

    Parameters
    ----------
    headlines : sequence of Headline
        All that were heard in the quarters in question. A quarter is that of `Headline.seen_ms`: what is
        published elsewhere is known here when it is heard.
    quiet : iterable of int
        Ends of quarters in which no headline is a true 0.
    first_heard : mapping of str to int
        When each coin had its first headline, UTC milliseconds; before it, silence about it says nothing.
    coins : collection of str
        Coins that are asked for.
    available_ms : int
        When the sums are told.
    """
    tones: dict[tuple[int, str], list[float]] = defaultdict(list)
    for end in quiet:
        for subject in (MARKET, *(c for c in coins if c in first_heard and first_heard[c] < end)):
            tones[end, subject] = []
    for headline in headlines:
        end = quarter_end(headline.seen_ms)
        for subject in (MARKET, *(c for c in headline.coins if c in coins)):
            tones[end, subject].append(headline.tone)
    rows = []
    for (end, subject), heard in sorted(tones.items()):
        score, count = (MARKET_SCORE, MARKET_COUNT) if subject == MARKET else (SCORE, COUNT)
        for metric, value in ((score, math.fsum(heard)), (count, float(len(heard)))):
            rows.append(Observation(metric, subject, end, available_ms, value, "news"))
    return rows
