"""The model's verdict on closed bars: what it thinks likely, whether that is a signal, and why."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from workstation import __version__
from workstation.domain.candle import CandleColumns
from workstation.domain.market import SeriesKey, slot_of
from workstation.domain.model_card import StoredModel
from workstation.domain.signal import Direction, FamilyVote, Flip, Regime, Signal, SignalOrigin
from workstation.engine.ballot import Ballots
from workstation.engine.features.history import compute
from workstation.engine.features.registry import CANDLE_POINTS
from workstation.engine.model.bundle import SignalModel, read_model
from workstation.engine.model.contribution import loudest
from workstation.engine.model.decision import DecisionState, decide
from workstation.engine.segments import DEPTH, slots_of
from workstation.services.model_conversation import Answers
from workstation.services.models import Models

RECALLED_BARS = 240
"""Newest bars from which it is worked out whether a coin has just spoken; a signal lasts a tenth of them."""

Matrix = NDArray[np.float32]

_COLUMN = {point.name: i for i, point in enumerate(CANDLE_POINTS)}


def signal_model(timeframe: str) -> str:
    """Return the name of the model that judges the bars of a timeframe."""
    return f"signals-{timeframe}"


@dataclass(frozen=True, slots=True, eq=False)
class ClosedBar:
    """A bar whose data points are known.

    Parameters
    ----------
    key : SeriesKey
        Of its series.
    open_time : int
        UTC milliseconds.
    price : float
        Its close, quote currency.
    ballots : Ballots
        How families voted by their written rules, and on what.
    row : int
        The bar's in them.
    """

    key: SeriesKey
    open_time: int
    price: float
    ballots: Ballots
    row: int


@dataclass(frozen=True, slots=True)
class _Champion:
    """A model that judges, as the engine reads it."""

    stored: StoredModel
    model: SignalModel

    def probability(self, answers: Answers, row: int, direction: Direction) -> tuple[float, float]:
        """Return the calibrated chance of a direction, and its base rate."""
        meaning = self.model.meaning
        if direction is Direction.BULLISH:
            return float(answers["up"][row]), meaning.base_up
        return float(answers["down"][row]), meaning.base_down


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
    """

    def __init__(
        self,
        models: Models,
        past: Callable[[SeriesKey, int, int], CandleColumns],
        regime_at: Callable[[int], Regime | None],
    ) -> None:
        self._models = models
        self._past = past
        self._regime_at = regime_at
        self._champions: dict[str, _Champion] = {}
        self._states: dict[SeriesKey, tuple[str, DecisionState]] = {}

    async def speak(self, bars: Sequence[ClosedBar]) -> tuple[Signal, ...] | None:
        """Return the signals of the next closed bars of some series; None where no model judges.

        None does so of bars that it learnt from, in a replay of old recordings: it knows what came of them.
        Each bar must be the one after the last that was given of its series, all of one timeframe.
        """
        champion = await self._champion(bars[0].key.timeframe) if bars else None
        if champion is None or bars[0].open_time < champion.model.learnt_to_ms:
            return None
        if not await self._recall([bar for bar in bars if not self._is_known(bar.key, champion)], champion):
            return None
        answers = await self._models.judge(champion.stored.card.name, _matrix(bars, champion))
        if answers is None:
            return None
        spoken = [i for i, bar in enumerate(bars) if self._speaks(bar, answers, i, champion)]
        return await self._signals([bars[i] for i in spoken], champion)

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
        answers = await self._models.judge(champion.stored.card.name, _matrix(bars, champion))
        if answers is None:
            return None
        leans, scores = answers["leans"].astype(np.int8), answers["score"].astype(np.float64)
        slots = slots_of(candles, key.timeframe)[rows.start :]
        said, _ = decide(slots, leans, scores, champion.model.meaning.rules)
        spoken = np.flatnonzero((said != 0) & cast.ready[rows.start - since :]).tolist()
        signals = (_signal(bars[i], answers, i, champion) for i in spoken)
        return champion.model.learnt_to_ms, tuple(
            replace(signal, origin=SignalOrigin.HISTORY) for signal in signals
        )

    async def _champion(self, timeframe: str) -> _Champion | None:
        stored = self._models.champion(signal_model(timeframe))
        if stored is None:
            return None
        known = self._champions.get(timeframe)
        if known is None or known.stored.model_hash != stored.model_hash:
            known = self._champions[timeframe] = _Champion(
                stored, await asyncio.to_thread(read_model, stored.files)
            )
        return known

    def _is_known(self, key: SeriesKey, champion: _Champion) -> bool:
        return self._states.get(key, ("",))[0] == champion.stored.model_hash

    async def _recall(self, bars: Sequence[ClosedBar], champion: _Champion) -> bool:
        """Work out what the newest bars of some series said; False where the model did not answer."""
        for bar in bars:
            matrix, slots = await asyncio.to_thread(self._history, bar.key, bar.open_time, champion)
            answers = await self._models.judge(champion.stored.card.name, matrix)
            if answers is None:
                return False
            rules = champion.model.meaning.rules
            leans, scores = answers["leans"].astype(np.int8), answers["score"].astype(np.float64)
            _, state = decide(slots, leans, scores, rules)
            self._states[bar.key] = champion.stored.model_hash, state
        return True

    def _history(
        self, key: SeriesKey, open_time: int, champion: _Champion
    ) -> tuple[Matrix, NDArray[np.int64]]:
        candles = self._past(key, open_time, DEPTH + RECALLED_BARS)
        since = max(0, len(candles) - RECALLED_BARS)
        computed = compute(candles, key.timeframe, None, since, None)
        columns = [_COLUMN[name] for name in champion.stored.card.features]
        matrix = np.ascontiguousarray(computed.values[columns].T, np.float32)
        return matrix, slots_of(candles, key.timeframe)[since:]

    def _speaks(self, bar: ClosedBar, answers: Answers, row: int, champion: _Champion) -> bool:
        said, state = self._decided(bar, answers, row, champion)
        self._states[bar.key] = champion.stored.model_hash, state
        return bool(said)

    def _decided(
        self, bar: ClosedBar, answers: Answers, row: int, champion: _Champion
    ) -> tuple[int, DecisionState]:
        """Return which way a bar speaks, zero for not, and what the next one must know."""
        said, state = decide(
            np.array([slot_of(bar.open_time, bar.key.timeframe)]),
            answers["leans"][row : row + 1].astype(np.int8),
            answers["score"][row : row + 1].astype(np.float64),
            champion.model.meaning.rules,
            self._states[bar.key][1],
        )
        ready = bool(bar.ballots.ready[bar.row])
        return int(said[0]) if ready else 0, state

    async def _signals(self, bars: Sequence[ClosedBar], champion: _Champion) -> tuple[Signal, ...] | None:
        """Return signals of bars that speak, with what spoke for them; None where the model is gone now."""
        if not bars:
            return ()
        matrix = _matrix(bars, champion)
        answers = await self._models.judge(champion.stored.card.name, matrix, with_contributions=True)
        if answers is None:
            return None
        regime = await asyncio.to_thread(self._regime_at, bars[0].open_time + bars[0].key.bar_ms)
        points = champion.stored.card.features
        signals = []
        for i, bar in enumerate(bars):
            signal = _signal(bar, answers, i, champion)
            signals.append(
                replace(
                    signal,
                    regime=regime,
                    contributions=loudest(points, matrix[i], answers["contributions"][i], signal.direction),
                    flips=_flips(points, matrix[i], answers, i),
                )
            )
        return tuple(signals)


def _matrix(bars: Sequence[ClosedBar], champion: _Champion) -> Matrix:
    """Return the data points of some bars in the model's order, shape (n, n_features)."""
    points = champion.stored.card.features
    matrix = np.empty((len(bars), len(points)), np.float32)
    by_ballots: dict[int, list[int]] = {}
    for i, bar in enumerate(bars):
        by_ballots.setdefault(id(bar.ballots), []).append(i)
    for places in by_ballots.values():
        readings = bars[places[0]].ballots.readings
        rows = [bars[i].row for i in places]
        matrix[places] = np.stack([readings[name][rows] for name in points], axis=1)
    return matrix


def _signal(bar: ClosedBar, answers: Answers, row: int, champion: _Champion) -> Signal:
    direction = Direction(int(answers["leans"][row]))
    probability, base_rate = champion.probability(answers, row, direction)
    return Signal(
        key=bar.key,
        open_time=bar.open_time,
        price=bar.price,
        direction=direction,
        votes=_votes(bar, answers["sides"][row], champion),
        closed=True,
        origin=SignalOrigin.LIVE,
        engine_version=__version__,
        probability=probability,
        base_rate=base_rate,
        horizon_bars=champion.model.recipe.horizon,
        model_hash=champion.stored.model_hash,
    )


def _votes(bar: ClosedBar, sides: NDArray[np.generic], champion: _Champion) -> tuple[FamilyVote, ...]:
    """Return the families' votes: by the model of those that it reads, by written rules of the others."""
    learnt = dict(zip(champion.model.recipe.families, sides.tolist(), strict=True))
    votes = bar.ballots.votes(bar.row, bar.open_time + bar.key.bar_ms)
    return tuple(
        FamilyVote(v.family, Direction(learnt[v.family]), float(learnt[v.family]), v.readings, v.as_of_ms)
        if v.family in learnt
        else v
        for v in votes
    )


def _flips(points: Sequence[str], values: Matrix, answers: Answers, row: int) -> tuple[Flip, ...]:
    columns, needed = answers["flip_columns"][row].tolist(), answers["flip_values"][row].tolist()
    return tuple(
        Flip(points[column], float(values[column]), value)
        for column, value in zip(columns, needed, strict=True)
        if column >= 0
    )
