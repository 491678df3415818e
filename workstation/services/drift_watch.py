"""Watches whether markets still look as they did when a model learnt, and whether its probabilities hold."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from workstation.domain.candle import IntArray
from workstation.domain.errors import TidemarkError
from workstation.domain.events import NoticePosted
from workstation.domain.ledger import SignalEntry, SignalFilter
from workstation.domain.market import SeriesKey
from workstation.domain.outcome import Outcome
from workstation.domain.ports import CandleReader, TaskOwner
from workstation.domain.signal import Signal, SignalOrigin
from workstation.engine.model.drift import SEVERE, Honesty, honesty, overlap_of, stability
from workstation.engine.segments import LEAD
from workstation.services.bus import Bus
from workstation.services.champion import Champion, ClosedBar, Matrix, point_matrix
from workstation.services.models import Models

HOUR_MS, DAY_MS = 3_600_000, 86_400_000

SEEN_DAYS = 90
"""Days of market time of which closes are kept."""

LEAST_DAYS = 75
"""Days that must have been seen before data points are said to have shifted.

Any single month looks foreign beside the years that a model learnt from: of 60 months drawn from those very
years (33 coins, 68 data points, the shipped model) half had 5 data points shifted severely and one had 22; of
60 stretches of 90 days half had 2 and none had more than 4.
"""

LEAST_SHARE = 0.1
"""Of the data points that must have shifted severely before it is said."""

KEPT_AN_HOUR = 4
"""Bars that are kept of each hour of market time, of as many coins."""

PAST_COINS, PAST_BARS = 24, 2_160
"""How much of the stored past is looked at when the watch over a model begins."""

MOST_OUTCOMES = 2_000
"""Newest signals that probabilities are held against."""

LEAST_TO_SWITCH_OFF = 60
"""Outcomes before which no model is switched off for them."""


class SignalLedger(Protocol):
    """Where signals are read with their outcomes; its calls block."""

    def signals(self, wanted: SignalFilter | None = None, limit: int | None = None) -> list[SignalEntry]:
        """Return the newest `limit` signals that are wanted, oldest first."""
        ...


@dataclass(slots=True)
class _Seen:
    """What was seen of the bars that one model judged."""

    champion: Champion
    venue: str
    rows: dict[int, Matrix] = field(default_factory=dict)  # by the hour of market time
    n_offered: dict[int, int] = field(default_factory=dict)
    newest_ms: int = 0
    looked_ms: int | None = None
    has_past: bool = False

    def take(self, time_ms: int, matrix: Matrix) -> None:
        """Keep a few of the bars that opened at a time, others each time; the largest market of an hour."""
        self.newest_ms = max(self.newest_ms, time_ms)
        hour, n = time_ms // HOUR_MS, len(matrix)
        if n > self.n_offered.get(hour, 0):
            few = min(n, KEPT_AN_HOUR)
            self.rows[hour] = matrix[(hour + np.arange(few) * n // few) % n].copy()
            self.n_offered[hour] = n
        for old in [h for h in self.rows if h * HOUR_MS < self.newest_ms - SEEN_DAYS * DAY_MS]:
            del self.rows[old]
            self.n_offered.pop(old, None)

    @property
    def days(self) -> float:
        """Of market time between the first and the last bar that was seen."""
        return (max(self.rows) - min(self.rows)) / 24 if self.rows else 0.0


class DriftWatch:
    """Looks at each judging model once an hour of market time, and has `Models` say what it noticed.

    Shifted data points alone switch nothing off: a new market may be read well. Probabilities that were too
    high by more than chance, in signals that were right less often than any bar, do.

    Parameters
    ----------
    bus : Bus
        Hears a notice where the ledger cannot be read, or a model cannot be switched off.
    models : Models
        Whose models are watched.
    ledger : SignalLedger
        What they said, and what came of it.
    reader : CandleReader
        Stored candles, of which the watch begins.
    tasks : TaskOwner
        Owns the looking.
    """

    def __init__(
        self, bus: Bus, models: Models, ledger: SignalLedger, reader: CandleReader, tasks: TaskOwner
    ) -> None:
        self._bus = bus
        self._models = models
        self._ledger = ledger
        self._reader = reader
        self._tasks = tasks
        self._seen: dict[str, _Seen] = {}
        self._due: asyncio.Queue[_Seen] = asyncio.Queue()

    def watch(self) -> None:
        """Begin to look; called once."""
        self._tasks.start("watch the models for drift", self._watch_for_ever())

    def take(self, champion: Champion, bar: ClosedBar, matrix: Matrix) -> None:
        """Take the data points of bars that a model judged at their close.

        Parameters
        ----------
        bar : ClosedBar
            One of them.
        matrix : ndarray of float32, shape (n, n_points)
            In the model's order.
        """
        seen = self._seen.get(champion.name)
        if seen is None or seen.champion.stored.model_hash != champion.stored.model_hash:
            seen = self._seen[champion.name] = _Seen(champion, bar.key.venue)
        seen.take(bar.open_time, matrix)
        if seen.looked_ms is None or bar.open_time - seen.looked_ms >= HOUR_MS:
            seen.looked_ms = bar.open_time
            self._due.put_nowait(seen)

    async def _watch_for_ever(self) -> None:
        while True:
            seen = await self._due.get()
            try:
                await self._look(seen)
            except TidemarkError as error:
                text = f"Whether the model {seen.champion.name} still holds cannot be told: {error}"
                self._bus.publish(NoticePosted("drift", text))
            else:
                self._bus.publish(NoticePosted("drift", ""))

    async def _look(self, seen: _Seen) -> None:
        name, model_hash = seen.champion.name, seen.champion.stored.model_hash
        since_ms = self._models.since_ms(name)
        if not seen.has_past:
            past = await asyncio.to_thread(self._past_of, seen)
            seen.rows = past | seen.rows
            seen.has_past = True
        rows, days = np.concatenate(list(seen.rows.values())), seen.days
        shifted = await asyncio.to_thread(shift_words, seen.champion, rows, days)
        said, reason = await asyncio.to_thread(self._record_words, model_hash, since_ms)
        judging = self._models.champion(name)
        if judging is None or judging.model_hash != model_hash:
            return
        self._models.notice_drift(name, tuple(filter(None, (shifted, said))))
        if reason:
            await self._models.switch(name, False, reason)

    def _record_words(self, model_hash: str, since_ms: int) -> tuple[str, str]:
        """Return what to say of a model's record, and why it must not judge any more; empty for nothing.

        What was written before the trader switched it on again, he knew.
        """
        entries = self._ledger.signals(SignalFilter(model_hash=model_hash), MOST_OUTCOMES)
        fresh = [entry for entry in entries if entry.written_ms >= since_ms]
        return honesty_words(entries), reason_to_switch_off(fresh)

    def _past_of(self, seen: _Seen) -> dict[int, Matrix]:
        """Return data points of stored bars before the newest, by hour: of each those of a few coins."""
        place_of = (seen.venue, seen.champion.model.recipe.timeframe)
        keys = [key for key in self._reader.series() if (key.venue, key.timeframe) == place_of]
        some = keys[:: max(1, len(keys) // PAST_COINS)][:PAST_COINS]
        every = max(1, len(some) // KEPT_AN_HOUR)
        by_hour: dict[int, list[Matrix]] = {}
        for place, key in enumerate(some):
            times, matrix = self._bars_of(key, seen.newest_ms, seen.champion)
            for row in range(place % every, len(times), every):
                by_hour.setdefault(int(times[row]) // HOUR_MS, []).append(matrix[row])
        return {hour: np.stack(rows) for hour, rows in by_hour.items()}

    def _bars_of(self, key: SeriesKey, until_ms: int, champion: Champion) -> tuple[IntArray, Matrix]:
        begin = until_ms - min(PAST_BARS * key.bar_ms, SEEN_DAYS * DAY_MS)
        candles = self._reader.read(key, begin - LEAD * key.bar_ms, until_ms)
        since = int(np.searchsorted(candles.open_time, begin))
        matrix = point_matrix(candles, key.timeframe, champion.points, since)
        return candles.open_time[since:], matrix


def shift_words(champion: Champion, rows: Matrix, days: float) -> str:
    """Return in a sentence how many data points have shifted severely; empty where too few did.

    Parameters
    ----------
    rows : ndarray of float32, shape (n, n_points)
        Of recent bars.
    days : float
        Between the first and the last of them.
    """
    if days < LEAST_DAYS:
        return ""
    index = stability(rows, champion.model.quantiles)
    n_known, n_severe = int(np.isfinite(index).sum()), int((index >= SEVERE).sum())
    if n_severe == 0 or n_severe < LEAST_SHARE * n_known:
        return ""
    most = champion.points[int(np.nanargmax(index))]
    return (
        f"{n_severe} of {n_known} data points have shifted severely since it learnt, most {most} "
        f"({len(rows):,} bars of {days:.0f} days)."
    )


def reason_to_switch_off(entries: Sequence[SignalEntry]) -> str:
    """Return why a model with this record must not judge any more; empty where it may."""
    known = _known(entries)
    found = _honesty(known)
    if found.n < LEAST_TO_SWITCH_OFF or not found.high < 0:
        return ""
    base_rate = float(np.mean([signal.base_rate for signal, _ in known]))
    if found.happened >= base_rate:
        return ""
    any_bar = _percent(base_rate)
    return f"{_compared(found)}: lower than chance explains, and fewer than the {any_bar} of any bar."


def honesty_words(entries: Sequence[SignalEntry]) -> str:
    """Return in a sentence how probabilities are wrong; empty where they are not by more than chance."""
    found = _honesty(_known(entries))
    if not found.has_drifted:
        return ""
    return f"{_compared(found)}: {'lower' if found.high < 0 else 'higher'} than chance explains."


def _compared(found: Honesty) -> str:
    return f"Probabilities said {_percent(found.said)}, {_percent(found.happened)} of {found.n} came true"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _known(entries: Sequence[SignalEntry]) -> list[tuple[Signal, Outcome]]:
    """Return signals that were raised at the time with a probability, and what came of them, oldest first."""
    return sorted(
        (
            (entry.signal, entry.outcome)
            for entry in entries
            if entry.outcome is not None
            and entry.signal.origin is SignalOrigin.LIVE
            and None not in (entry.signal.probability, entry.signal.base_rate)
        ),
        key=lambda one: one[0].known_at_ms,
    )


def _honesty(known: Sequence[tuple[Signal, Outcome]]) -> Honesty:
    said = np.array([signal.probability for signal, _ in known], np.float64)
    happened = np.array([outcome.is_hit for _, outcome in known], np.bool_)
    first = np.array([signal.known_at_ms // signal.key.bar_ms for signal, _ in known], np.int64)
    ended = np.array([outcome.ended_ms // signal.key.bar_ms - 1 for signal, outcome in known], np.int64)
    return honesty(said, happened, overlap_of(first, np.maximum(first, ended)))
