"""The model's verdict on closed bars: what it thinks likely, whether that is a signal, and why."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from workstation.domain.candle import CandleColumns, IntArray
from workstation.domain.errors import BadModel
from workstation.domain.explanation import Verdict
from workstation.domain.market import SeriesKey, slot_of
from workstation.domain.signal import Regime, Signal, SignalOrigin
from workstation.engine.ballot import Ballots
from workstation.engine.model.bundle import read_model
from workstation.engine.model.contribution import loudest
from workstation.engine.model.decision import DecisionState, decide
from workstation.engine.segments import DEPTH, slots_of
from workstation.services.champion import (
    Champion,
    ClosedBar,
    Matrix,
    flips_of,
    matrix_of,
    point_matrix,
    signal_of,
    verdict_of,
)
from workstation.services.model_conversation import Answers
from workstation.services.models import Models

RECALLED_BARS = 240
"""Newest bars from which it is worked out whether a coin has just spoken; a signal lasts a tenth of them."""

RECALLED_TOGETHER = 32
"""Coins whose newest bars are asked about in one question."""


def signal_model(timeframe: str) -> str:
    """Return the name of the model that judges the bars of a timeframe."""
    return f"signals-{timeframe}"


Judged = Callable[[Champion, ClosedBar, Matrix], None]
"""Told who judged, one of the bars of a close, and the data points of all of them, a row each."""


@dataclass(frozen=True, slots=True)
class _Remembered:
    """What a series' next bar must know: by which model, after which bar (its open, UTC milliseconds)."""

    model_hash: str
    open_time: int
    state: DecisionState


class Verdicts:
    """Has closed bars judged by the champion of their timeframe.

    Parameters
    ----------
    models : Models
        Who is asked.
    past : callable
        Returns the newest closed candles of a series before a bar: series, that bar's open, how many.
    regime_at : callable
        Returns the state of the market at a time, UTC milliseconds; None where it is not known.
    judged : callable
        Told of every close that a model judged.
    """

    def __init__(
        self,
        models: Models,
        past: Callable[[SeriesKey, int, int], CandleColumns],
        regime_at: Callable[[int], Regime | None],
        judged: Judged,
    ) -> None:
        self._models = models
        self._past = past
        self._regime_at = regime_at
        self._judged = judged
        self._champions: dict[str, Champion] = {}
        self._states: dict[SeriesKey, _Remembered] = {}

    async def speak(self, bars: Sequence[ClosedBar]) -> tuple[Signal, ...] | None:
        """Return the signals of the next closed bars of some series; None where no model judges.

        None does so of bars that it learnt from, in a replay of old recordings: it knows what came of them.
        All bars are of one timeframe and one close; each is the next of its series.
        """
        champion = await self._judging(bars[0].key.timeframe, bars[0].open_time) if bars else None
        if champion is None:
            return None
        if not await self._recall([bar for bar in bars if not self._is_next(bar, champion)], champion):
            return None
        matrix = matrix_of(bars, champion)
        answers = await self._models.judge(champion.name, matrix)
        if answers is None:
            return None
        self._judged(champion, bars[0], matrix)
        spoken = [i for i, bar in enumerate(bars) if self._speaks(bar, answers, i, champion)]
        return await self._signals([bars[i] for i in spoken], champion)

    async def is_judging(self, timeframe: str, open_time: int) -> bool:
        """Return whether a model judges the bar of a timeframe that opens at a time, UTC milliseconds."""
        return await self._judging(timeframe, open_time) is not None

    async def preview(self, bars: Sequence[ClosedBar]) -> Mapping[SeriesKey, Signal] | None:
        """Return what forming bars would say if they closed as they stand; None where no model judges.

        Parameters
        ----------
        bars : sequence of ClosedBar
            As they stand, all of one timeframe; nothing is remembered of them.
        """
        champion = await self._judging(bars[0].key.timeframe, bars[0].open_time) if bars else None
        if champion is None:
            return None
        fresh = [bar for bar in bars if not self._is_of(bar.key, champion)]
        if not await self._recall(fresh, champion, is_preview=True):
            return None
        answers = await self._models.judge(champion.name, matrix_of(bars, champion))
        if answers is None:
            return None
        return {
            bar.key: replace(signal_of(bar, answers, row, champion), closed=False)
            for row, bar in enumerate(bars)
            if self._is_next(bar, champion) and self._decided(bar, answers, row, champion)[0]
        }

    async def explain(self, bar: ClosedBar) -> tuple[Verdict | None, str]:
        """Return what the model thinks of any bar, whether it spoke or not; where nothing, why."""
        champion = await self._champion(bar.key.timeframe)
        if champion is None:
            return None, f"No model judges {bar.key.timeframe} bars: families vote by written rules."
        if bar.open_time < champion.model.learnt_to_ms:
            return None, "The model learnt from this bar: it knows what came after, so it tells no chance."
        if not bar.ballots.ready[bar.row]:
            return None, "Too few bars stand before this one."
        matrix = matrix_of([bar], champion)
        answers = await self._models.judge(champion.name, matrix, with_contributions=True)
        if answers is None:
            return None, "The model does not answer just now: families vote by written rules."
        regime = await asyncio.to_thread(self._regime_at, bar.open_time + bar.key.bar_ms)
        return verdict_of(bar, matrix[0], answers, champion, regime), ""

    async def history(
        self, key: SeriesKey, candles: CandleColumns, cast: Ballots, since: int
    ) -> tuple[int, tuple[Signal, ...]] | None:
        """Return what the champion says of a series' past, and from when on; None where no model judges.

        Only bars after those that it learnt from are asked about: of the others it knows the outcome.

        Parameters
        ----------
        candles : CandleColumns
            Closed candles, oldest first.
        cast : Ballots
            How families voted on the bars from row `since` on.
        """
        champion = await self._champion(key.timeframe)
        if champion is None:
            return None
        begin = int(np.searchsorted(candles.open_time, champion.model.learnt_to_ms))
        rows = range(max(begin, since), len(candles))
        bars = [
            ClosedBar(key, int(candles.open_time[row]), float(candles.close[row]), cast, row - since)
            for row in rows
        ]
        if not bars:
            return champion.model.learnt_to_ms, ()
        answers = await self._models.judge(champion.name, matrix_of(bars, champion))
        if answers is None:
            return None
        leans, scores = answers["leans"].astype(np.int8), answers["score"].astype(np.float64)
        slots = slots_of(candles, key.timeframe)[rows.start :]
        said, _ = decide(slots, leans, scores, champion.model.meaning.rules)
        spoken = np.flatnonzero((said != 0) & cast.ready[rows.start - since :]).tolist()
        signals = (signal_of(bars[i], answers, i, champion) for i in spoken)
        return champion.model.learnt_to_ms, tuple(
            replace(signal, origin=SignalOrigin.HISTORY) for signal in signals
        )

    async def _judging(self, timeframe: str, open_time: int) -> Champion | None:
        champion = await self._champion(timeframe)
        return None if champion is None or open_time < champion.model.learnt_to_ms else champion

    async def _champion(self, timeframe: str) -> Champion | None:
        stored = self._models.champion(signal_model(timeframe))
        if stored is None:
            return None
        known = self._champions.get(timeframe)
        if known is None or known.stored.model_hash != stored.model_hash:
            try:
                model = await asyncio.to_thread(read_model, stored.files)
            except BadModel as error:
                await self._models.set_aside(stored.card.name, str(error))
                return None
            known = self._champions[timeframe] = Champion(stored, model)
        return known

    def _is_of(self, key: SeriesKey, champion: Champion) -> bool:
        return key in self._states and self._states[key].model_hash == champion.stored.model_hash

    def _is_next(self, bar: ClosedBar, champion: Champion) -> bool:
        """Return whether what is remembered of a series is how the bar before this one left it."""
        if not self._is_of(bar.key, champion):
            return False
        return 0 < bar.open_time - self._states[bar.key].open_time <= bar.key.bar_ms

    def _remember(self, key: SeriesKey, open_time: int, state: DecisionState, champion: Champion) -> None:
        self._states[key] = _Remembered(champion.stored.model_hash, open_time, state)

    async def _recall(
        self, bars: Sequence[ClosedBar], champion: Champion, *, is_preview: bool = False
    ) -> bool:
        """Work out what the newest bars before some said; False where the model did not answer.

        A preview never replaces what a close that was judged meanwhile left behind.
        """
        for begin in range(0, len(bars), RECALLED_TOGETHER):
            some = bars[begin : begin + RECALLED_TOGETHER]
            pasts = await asyncio.to_thread(self._newest, some, champion)
            matrix = np.concatenate([points for points, _ in pasts])
            answers = await self._models.judge(champion.name, matrix)
            if answers is None:
                return False
            leans, scores = answers["leans"].astype(np.int8), answers["score"].astype(np.float64)
            end = 0
            for bar, (points, slots) in zip(some, pasts, strict=True):
                rows = slice(end, end := end + len(points))
                _, state = decide(slots, leans[rows], scores[rows], champion.model.meaning.rules)
                if not (is_preview and self._is_of(bar.key, champion)):
                    self._remember(bar.key, bar.open_time - bar.key.bar_ms, state, champion)
        return True

    def _newest(self, bars: Sequence[ClosedBar], champion: Champion) -> list[tuple[Matrix, IntArray]]:
        """Return data points and slots of the newest bars before each of some."""
        found = []
        for bar in bars:
            candles = self._past(bar.key, bar.open_time, DEPTH + RECALLED_BARS)
            since = max(0, len(candles) - RECALLED_BARS)
            matrix = point_matrix(candles, bar.key.timeframe, champion.points, since)
            found.append((matrix, slots_of(candles, bar.key.timeframe)[since:]))
        return found

    def _speaks(self, bar: ClosedBar, answers: Answers, row: int, champion: Champion) -> bool:
        said, state = self._decided(bar, answers, row, champion)
        self._remember(bar.key, bar.open_time, state, champion)
        return bool(said)

    def _decided(
        self, bar: ClosedBar, answers: Answers, row: int, champion: Champion
    ) -> tuple[int, DecisionState]:
        """Return which way a bar speaks, zero for not, and what the next one must know."""
        said, state = decide(
            np.array([slot_of(bar.open_time, bar.key.timeframe)]),
            answers["leans"][row : row + 1].astype(np.int8),
            answers["score"][row : row + 1].astype(np.float64),
            champion.model.meaning.rules,
            self._states[bar.key].state,
        )
        ready = bool(bar.ballots.ready[bar.row])
        return int(said[0]) if ready else 0, state

    async def _signals(self, bars: Sequence[ClosedBar], champion: Champion) -> tuple[Signal, ...] | None:
        """Return signals of bars that speak, with what spoke for them; None where the model is gone now."""
        if not bars:
            return ()
        matrix = matrix_of(bars, champion)
        answers = await self._models.judge(champion.name, matrix, with_contributions=True)
        if answers is None:
            return None
        regime = await asyncio.to_thread(self._regime_at, bars[0].open_time + bars[0].key.bar_ms)
        points = champion.points
        signals = []
        for i, bar in enumerate(bars):
            signal = signal_of(bar, answers, i, champion)
            signals.append(
                replace(
                    signal,
                    regime=regime,
                    contributions=loudest(points, matrix[i], answers["contributions"][i], signal.direction),
                    flips=flips_of(points, matrix[i], answers, i),
                )
            )
        return tuple(signals)
