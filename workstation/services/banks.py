"""Judges many series of one timeframe at once, on as many threads as there are processors to spare."""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from workstation.domain.candle import Candle, CandleColumns
from workstation.domain.market import SeriesKey
from workstation.domain.signal import Signal
from workstation.engine.ballot import Ballots
from workstation.engine.confluence_bank import ConfluenceBank
from workstation.engine.sight import Sight

MOST_THREADS = 4


class Banks:
    """Several `ConfluenceBank` side by side: their arithmetic lets other threads run meanwhile.

    Its calls block; one at a time.

    Parameters
    ----------
    timeframe : str
        Of all series.
    n_expected : int
        Series for which room is reserved.
    """

    def __init__(self, timeframe: str, n_expected: int) -> None:
        n = max(1, min(MOST_THREADS, os.cpu_count() or 1))
        self._banks = [ConfluenceBank(timeframe, -(-n_expected // n)) for _ in range(n)]
        self._place: dict[SeriesKey, ConfluenceBank] = {}
        self._threads = ThreadPoolExecutor(n, "judge")

    def __contains__(self, key: SeriesKey) -> bool:
        return key in self._place

    @property
    def keys(self) -> tuple[SeriesKey, ...]:
        """The series that are judged."""
        return tuple(self._place)

    @property
    def n_bytes(self) -> int:
        """Memory that their data points hold."""
        return sum(bank.n_bytes for bank in self._banks)

    def load(
        self, key: SeriesKey, history: CandleColumns, sight: Sight, next_open: int | None = None
    ) -> None:
        """Begin a series, or begin it anew; see `ConfluenceBank.load`."""
        if key not in self._place:
            self._place[key] = min(self._banks, key=lambda bank: len(bank.keys))
        self._place[key].load(key, history, sight, next_open)

    def drop(self, key: SeriesKey) -> None:
        """Let go of a series; one that is not there is none."""
        bank = self._place.pop(key, None)
        if bank is not None:
            bank.drop(key)

    def newest(self, key: SeriesKey) -> int | None:
        """Return the open of a series' newest bar, UTC milliseconds; None while it has none."""
        return self._place[key].newest(key) if key in self._place else None

    def newest_ballot(self, key: SeriesKey) -> tuple[Ballots, int] | None:
        """Return the ballots that hold a series' newest closed bar, and its row in them; or None."""
        return self._place[key].newest_ballot(key) if key in self._place else None

    def true_range(self, key: SeriesKey) -> float:
        """Return the average true range on a series' newest bar, a fraction of its close; NaN: not known."""
        return self._place[key].true_range(key) if key in self._place else float("nan")

    def needs_history(self, key: SeriesKey, open_time: int) -> bool:
        """Return whether a bar can only be judged after `load`."""
        return self._place[key].needs_history(key, open_time)

    def push(self, candles: Mapping[SeriesKey, Candle], sight: Sight) -> tuple[Signal, ...]:
        """Take the next closed candle of some series, all of one bar; see `ConfluenceBank.push`."""
        if sight.library is not None:
            len(sight.library)  # puts what waits in its place, before several threads look
        parts: dict[ConfluenceBank, dict[SeriesKey, Candle]] = {bank: {} for bank in self._banks}
        for key, candle in candles.items():
            bank = self._place.get(key)
            if bank is not None:
                parts[bank][key] = candle
        raised = self._threads.map(lambda bank: bank.push(parts[bank], sight), self._banks)
        return tuple(signal for signals in raised for signal in signals)
