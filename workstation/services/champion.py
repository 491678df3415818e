"""The model that judges a timeframe: what it is asked of a closed bar, and its answer as domain values."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workstation import __version__
from workstation.domain.candle import CandleColumns
from workstation.domain.explanation import Verdict
from workstation.domain.market import SeriesKey
from workstation.domain.model_card import StoredModel
from workstation.domain.signal import Direction, FamilyVote, Flip, Regime, Signal, SignalOrigin
from workstation.engine.ballot import Ballots
from workstation.engine.features.history import compute
from workstation.engine.features.registry import CANDLE_POINTS
from workstation.engine.model.bundle import SignalModel
from workstation.engine.model.contribution import loudest
from workstation.services.model_conversation import Answers

Matrix = NDArray[np.float32]

_COLUMN = {point.name: i for i, point in enumerate(CANDLE_POINTS)}


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


def point_matrix(candles: CandleColumns, timeframe: str, points: Sequence[str], since: int) -> Matrix:
    """Return data points of a series' candles from row `since` on as a model is asked, shape (n, n_points).

    Parameters
    ----------
    points : sequence of str
        Names of candle data points, in the model's order.
    """
    computed = compute(candles, timeframe, None, since, None)
    columns = [_COLUMN[name] for name in points]
    return np.ascontiguousarray(computed.values[columns].T, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Champion:
    """A model that judges.

    Parameters
    ----------
    stored : StoredModel
        As it lies in its place.
    model : SignalModel
        As the engine reads it.
    """

    stored: StoredModel
    model: SignalModel

    @property
    def name(self) -> str:
        """Under which it is asked."""
        return self.stored.card.name

    @property
    def points(self) -> tuple[str, ...]:
        """Names of the data points that it reads, in its order."""
        return self.stored.card.features

    def probability(self, answers: Answers, row: int, direction: Direction) -> tuple[float, float]:
        """Return the calibrated chance of a direction, and its base rate."""
        meaning = self.model.meaning
        if direction is Direction.BULLISH:
            return float(answers["up"][row]), meaning.base_up
        return float(answers["down"][row]), meaning.base_down


def matrix_of(bars: Sequence[ClosedBar], champion: Champion) -> Matrix:
    """Return the data points of some bars in the model's order, shape (n, n_features)."""
    points = champion.points
    matrix = np.empty((len(bars), len(points)), np.float32)
    by_ballots: dict[int, list[int]] = {}
    for i, bar in enumerate(bars):
        by_ballots.setdefault(id(bar.ballots), []).append(i)
    for places in by_ballots.values():
        readings = bars[places[0]].ballots.readings
        rows = [bars[i].row for i in places]
        matrix[places] = np.stack([readings[name][rows] for name in points], axis=1)
    return matrix


def signal_of(bar: ClosedBar, answers: Answers, row: int, champion: Champion) -> Signal:
    """Return the signal of a bar that spoke, as raised at its close; reasons and regime are added later."""
    direction = Direction(int(answers["leans"][row]))
    probability, base_rate = champion.probability(answers, row, direction)
    return Signal(
        key=bar.key,
        open_time=bar.open_time,
        price=bar.price,
        direction=direction,
        votes=votes_of(bar, answers["sides"][row], champion),
        closed=True,
        origin=SignalOrigin.LIVE,
        engine_version=__version__,
        probability=probability,
        base_rate=base_rate,
        horizon_bars=champion.model.recipe.horizon,
        model_hash=champion.stored.model_hash,
    )


def votes_of(bar: ClosedBar, sides: NDArray[np.generic], champion: Champion) -> tuple[FamilyVote, ...]:
    """Return the families' votes: by the model of those that it reads, by written rules of the others."""
    learnt = dict(zip(champion.model.recipe.families, sides.tolist(), strict=True))
    votes = bar.ballots.votes(bar.row, bar.open_time + bar.key.bar_ms)
    return tuple(
        FamilyVote(v.family, Direction(learnt[v.family]), float(learnt[v.family]), v.readings, v.as_of_ms)
        if v.family in learnt
        else v
        for v in votes
    )


def flips_of(points: Sequence[str], values: Matrix, answers: Answers, row: int) -> tuple[Flip, ...]:
    """Return what would undo a bar's lean, the least change first.

    Parameters
    ----------
    points : sequence of str
        What the model reads, in its order.
    values : ndarray, shape (n_points,)
        What the bar has of it.
    row : int
        The bar's in the answers.
    """
    columns, needed = answers["flip_columns"][row].tolist(), answers["flip_values"][row].tolist()
    return tuple(
        Flip(points[column], float(values[column]), value)
        for column, value in zip(columns, needed, strict=True)
        if column >= 0
    )


def verdict_of(
    bar: ClosedBar, values: NDArray[np.float32], answers: Answers, champion: Champion, regime: Regime | None
) -> Verdict:
    """Return what a model said of one bar, the first of its answers, whether it speaks there or not.

    Parameters
    ----------
    values : ndarray, shape (n_features,)
        The bar's data points in the model's order.
    """
    direction = Direction(int(answers["leans"][0]))
    towards = direction or Direction.BULLISH
    up, base_up = champion.probability(answers, 0, Direction.BULLISH)
    down, base_down = champion.probability(answers, 0, Direction.BEARISH)
    return Verdict(
        direction=direction,
        votes=votes_of(bar, answers["sides"][0], champion),
        up=up,
        down=down,
        base_up=base_up,
        base_down=base_down,
        horizon_bars=champion.model.recipe.horizon,
        contributions=loudest(champion.points, values, answers["contributions"][0], towards),
        flips=flips_of(champion.points, values, answers, 0),
        regime=regime,
        model_hash=champion.stored.model_hash,
    )
