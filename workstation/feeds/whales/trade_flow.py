"""Public trades of one symbol, summed by quarters of an hour, the unusually large ones apart. Pure."""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from workstation.domain.metric import BUCKET_MS

_REMEMBERED_IDS = 1_000
_PER_MILLE = 1_000


@dataclass(frozen=True, slots=True)
class Print:
    """One public trade.

    Parameters
    ----------
    id : str or None
        The venue's name for it; None where it gives none.
    time_ms : int
        When it happened by the venue's clock, UTC milliseconds.
    usd : float
        Its worth in USD; finite, above zero.
    taker_buys : bool or None
        Who crossed the spread; None where the venue does not say.
    """

    id: str | None
    time_ms: int
    usd: float
    taker_buys: bool | None


@dataclass(frozen=True, slots=True)
class LargeRule:
    """What is unusually large.

    A print is, when it is worth at least `floor_usd` and more than 999 of 1,000 of the `window` prints of its
    symbol that were heard before it. While fewer than `least` were, nobody knows.
    """

    floor_usd: float = 25_000.0
    window: int = 10_000
    least: int = 1_000


class LargeBar:
    """The bar that a print must clear to be unusually large; each print raises or lowers it for later ones.

    Only prints above the floor are remembered: those below it matter by their number alone.
    """

    def __init__(self, rule: LargeRule) -> None:
        self._rule = rule
        self._n_heard = 0
        self._large: deque[tuple[int, float]] = deque()  # (which print, worth), oldest first
        self._sorted: list[float] = []

    @property
    def is_known(self) -> bool:
        """False while too few prints were heard to say what is usual."""
        return self._n_heard >= self._rule.least

    def clears(self, usd: float) -> bool | None:
        """Return whether a print is large by those before it, and learn from it; None while unknown."""
        verdict = self._verdict(usd) if self.is_known else None
        self._learn(usd)
        return verdict

    def _verdict(self, usd: float) -> bool:
        n_before = min(self._n_heard, self._rule.window)
        rank = max(1, n_before // _PER_MILLE)
        bar = self._sorted[-rank] if len(self._sorted) >= rank else 0.0
        return usd >= self._rule.floor_usd and usd > bar

    def _learn(self, usd: float) -> None:
        if usd >= self._rule.floor_usd:
            self._large.append((self._n_heard, usd))
            insort(self._sorted, usd)
        self._n_heard += 1
        while self._large and self._large[0][0] < self._n_heard - self._rule.window:
            _, old = self._large.popleft()
            del self._sorted[bisect_left(self._sorted, old)]


@dataclass(slots=True)
class TradeQuarter:
    """What traded in one quarter of an hour.

    Parameters
    ----------
    end_ms : int
        Its end, UTC milliseconds.
    trade_usd, buy_usd : float
        Worth of all prints, and of those whose taker bought.
    n_trades : int
        How many prints.
    large_buy_usd, large_sell_usd : float
        Worth of the unusually large ones.
    has_sides : bool
        False where the venue did not say of each print who crossed the spread.
    is_judged : bool
        False where too little was known to judge each print's size.
    """

    end_ms: int
    trade_usd: float = 0.0
    buy_usd: float = 0.0
    n_trades: int = 0
    large_buy_usd: float = 0.0
    large_sell_usd: float = 0.0
    has_sides: bool = True
    is_judged: bool = True

    def add(self, one: Print, is_large: bool | None) -> None:
        """Take a print."""
        self.trade_usd += one.usd
        self.n_trades += 1
        self.has_sides &= one.taker_buys is not None
        self.is_judged &= is_large is not None
        if one.taker_buys:
            self.buy_usd += one.usd
        if is_large and one.taker_buys:
            self.large_buy_usd += one.usd
        elif is_large:
            self.large_sell_usd += one.usd

    def values(self) -> dict[str, float]:
        """Return what is known of it, by metric; what is not known is absent."""
        known = {"whales.trade_usd": self.trade_usd, "whales.trade_count": float(self.n_trades)}
        if self.has_sides:
            known["whales.buy_usd"] = self.buy_usd
        if self.has_sides and self.is_judged:
            known |= {
                "whales.large_buy_usd": self.large_buy_usd,
                "whales.large_sell_usd": self.large_sell_usd,
            }
        return known


@dataclass(slots=True)
class TradeFlow:
    """Sums one symbol's prints by quarters of an hour, in the order in which they were heard.

    What it says depends on the prints and their order alone, to the last bit, however they were bundled. A
    print that repeats one of the last thousand is passed over. A quarter that was not watched from its start
    to its end is never told; one in which nothing traded is zero. A print that comes late changes its quarter
    once more, as long as the next quarter runs.
    """

    rule: LargeRule = field(default_factory=LargeRule)
    _bar: LargeBar = field(init=False)
    _quarters: dict[int, TradeQuarter] = field(init=False, default_factory=dict)
    _changed: set[int] = field(init=False, default_factory=set)
    _first_end_ms: int | None = field(init=False, default=None)
    _next_end_ms: int = field(init=False, default=0)
    _ids: dict[str, None] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._bar = LargeBar(self.rule)

    @property
    def is_watched(self) -> bool:
        """Whether every print is heard."""
        return self._first_end_ms is not None

    def watch_from(self, time_ms: int) -> None:
        """Take note that every print after this time will be heard, until `interrupt`."""
        self._first_end_ms = self._next_end_ms = (time_ms // BUCKET_MS + 2) * BUCKET_MS

    def interrupt(self) -> None:
        """Take note that prints may be missed: the quarter that runs will not be told."""
        self._first_end_ms = None
        self._quarters = {end: quarter for end, quarter in self._quarters.items() if end in self._changed}

    def add(self, prints: Iterable[Print]) -> None:
        """Take prints as they were heard."""
        for one in prints:
            if one.id is not None and self._is_repeated(one.id):
                continue
            is_large = self._bar.clears(one.usd)
            end_ms = (one.time_ms // BUCKET_MS + 1) * BUCKET_MS
            if self._first_end_ms is None or end_ms < max(self._first_end_ms, self._next_end_ms - BUCKET_MS):
                continue
            quarter = self._quarters.get(end_ms)
            if quarter is None:
                quarter = self._quarters[end_ms] = TradeQuarter(end_ms)
            quarter.add(one, is_large)
            if end_ms < self._next_end_ms:
                self._changed.add(end_ms)

    def _is_repeated(self, name: str) -> bool:
        if name in self._ids:
            return True
        self._ids[name] = None
        if len(self._ids) > _REMEMBERED_IDS:
            del self._ids[next(iter(self._ids))]
        return False

    def finish(self, until_ms: int) -> list[TradeQuarter]:
        """Return every quarter that ended by `until_ms` and is new or changed since the last call."""
        while self._first_end_ms is not None and self._next_end_ms <= until_ms:
            end_ms = self._next_end_ms
            if end_ms not in self._quarters:
                self._quarters[end_ms] = TradeQuarter(end_ms, is_judged=self._bar.is_known)
            self._changed.add(end_ms)
            self._next_end_ms += BUCKET_MS
        finished = [self._quarters[end_ms] for end_ms in sorted(self._changed)]
        self._changed.clear()
        oldest_ms = self._next_end_ms - BUCKET_MS
        self._quarters = {end: quarter for end, quarter in self._quarters.items() if end >= oldest_ms}
        return finished
