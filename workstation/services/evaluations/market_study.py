"""All coins studied, side by side: what every method is then held against."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from workstation.domain.candle import CandleColumns
from workstation.domain.errors import TidemarkError
from workstation.engine.evaluation.evidence import CoinEvidence
from workstation.engine.features.factor_family import SideArray
from workstation.engine.grade.panel import MeasuredPanel
from workstation.engine.grade.rank_training import Examples
from workstation.engine.model.examination import Predictions
from workstation.engine.model.panel import ELIGIBLE_DAYS, LEAST_DOLLARS_A_DAY, CoinRows, Panel
from workstation.engine.model.recipe import Recipe
from workstation.engine.model.training import LEAST_ROWS
from workstation.engine.model.walk_forward import BoolArray
from workstation.services.evaluations.blocks import Blocks
from workstation.services.evaluations.coin_study import CoinStudy, CoinTask, measured_only, study
from workstation.services.evaluations.coin_trial import MarketRegimes, TrialTask, trial
from workstation.services.evaluations.grading import can_be_graded, measured_panel
from workstation.services.evaluations.ground import Ground
from workstation.services.evaluations.signal_quarters import part_of
from workstation.services.work.workers import Workers

OnProgress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and of how much; what it raises ends the work."""


@dataclass(frozen=True, slots=True, eq=False)
class Teachers:
    """Daily bars beside those that are judged: they teach the grade, ranked among themselves.

    Parameters
    ----------
    symbols : tuple of str
    examples : Examples
    """

    symbols: tuple[str, ...]
    examples: Examples


@dataclass(frozen=True, slots=True, eq=False)
class MarketStudy:
    """All coins studied.

    Parameters
    ----------
    panel : Panel
        Every bar that may be judged; its data points stand on the disk.
    pieces : tuple of (str, int)
        Of each of the panel's coins, its symbol and which of its recordings it is.
    votes : tuple of ndarray of int8
        What the plain vote said at the bars of each of them.
    measured : MeasuredPanel
        What grades are made of, at every midnight.
    mark : str
        Of all candles that went in, hexadecimal.
    teachers : Teachers or None
        None where there are none, or too few coins to be ranked.
    """

    panel: Panel
    pieces: tuple[tuple[str, int], ...]
    votes: tuple[SideArray, ...]
    measured: MeasuredPanel
    mark: str
    teachers: Teachers | None = None

    @property
    def symbols(self) -> tuple[str, ...]:
        """Coins with bars that may be judged, sorted."""
        return tuple(sorted({symbol for symbol, _ in self.pieces}))

    @property
    def graded_symbols(self) -> tuple[str, ...]:
        """Coins that a grade learns from, sorted."""
        beside = () if self.teachers is None else self.teachers.symbols
        return tuple(sorted({*self.measured.symbols, *beside}))

    def part(self, rows: BoolArray) -> "MarketStudy":
        """Return the study with only some of the panel's rows, read from the disk into memory.

        Parameters
        ----------
        rows : ndarray of bool, shape (n,) of the panel
        """
        ends = np.cumsum([len(coin.open_time) for coin in self.panel.coins])[:-1]
        votes = (vote[own] for vote, own in zip(self.votes, np.split(rows, ends), strict=True))
        return replace(self, panel=part_of(self.panel, rows), votes=tuple(votes))

    def lessons(self) -> list[Examples]:
        """Return all that a grade may learn from, each crowd of coins by itself."""
        beside = [] if self.teachers is None else [self.teachers.examples]
        return [Examples.of(self.measured), *beside]


def study_market(
    ground: Ground, recipe: Recipe, workers: Workers, blocks: Blocks, on_progress: OnProgress
) -> MarketStudy:
    """Return all coins studied.

    Raises
    ------
    TidemarkError
        There is no coin, or no bar of any that may be judged.
    """
    symbols, mark = ground.symbols(), hashlib.sha256()

    def tasks() -> Iterator[CoinTask]:
        for symbol in symbols:
            pieces = ground.pieces(symbol)
            for candles in pieces:
                _add_to(mark, symbol, candles)
            yield CoinTask(symbol, pieces, recipe)

    studies: list[CoinStudy] = []
    coins: list[CoinRows] = []
    votes: list[SideArray] = []
    pieces: list[tuple[str, int]] = []
    for found in workers.map(study, tasks()):
        for place, (rows, vote) in enumerate(zip(found.rows, found.votes, strict=True)):
            if len(rows.open_time):
                coins.append(replace(rows, values=blocks.keep(rows.values)))
                votes.append(vote)
                pieces.append((found.symbol, place))
        studies.append(replace(found, rows=(), votes=()))
        on_progress("coins studied", len(studies), len(symbols))
    if not coins:
        raise TidemarkError(
            f"None of {_counted(len(symbols), 'coin')} can be judged: a coin needs {ELIGIBLE_DAYS} days of "
            f"candles before a bar, with {LEAST_DOLLARS_A_DAY:,.0f} or more of its quote currency traded "
            "a day."
        )
    panel, measured = Panel(recipe.points, recipe.bar_ms, tuple(coins)), measured_panel(studies)
    teachers = _teachers(ground, workers, mark, on_progress) if can_be_graded(measured) else None
    return MarketStudy(panel, tuple(pieces), tuple(votes), measured, mark.hexdigest(), teachers)


def _teachers(
    ground: Ground, workers: Workers, mark: "hashlib._Hash", on_progress: OnProgress
) -> Teachers | None:
    daily = ground.teaching()
    if daily is None:
        return None
    symbols, recipe = daily.symbols(), Recipe(timeframe=daily.timeframe)

    def tasks() -> Iterator[CoinTask]:
        for symbol in symbols:
            pieces = daily.pieces(symbol)
            for candles in pieces:
                _add_to(mark, f"{symbol} {daily.timeframe}", candles)
            yield CoinTask(symbol, pieces, recipe)

    studies: list[CoinStudy] = []
    for found in workers.map(measured_only, tasks()):
        studies.append(found)
        on_progress("coins of daily bars measured", len(studies), len(symbols))
    panel = measured_panel(studies)
    if not can_be_graded(panel):
        return None
    ground.notes.append(
        f"Daily bars of {_counted(len(panel.symbols), 'coin')} teach the grade, too; none of them is judged."
    )
    return Teachers(panel.symbols, Examples.of(panel))


def try_methods(
    ground: Ground,
    studied: MarketStudy,
    recipe: Recipe,
    predictions: Predictions,
    workers: Workers,
    on_progress: OnProgress,
) -> tuple[list[CoinEvidence], bool]:
    """Return what every method did with every coin, and whether the state of the market was known.

    Only bars count that the model judged, and that open inside the period asked for.
    """
    market = MarketRegimes.of(ground.btc(), recipe.bar_ms)
    judged = judged_rows(ground, studied, predictions)

    def tasks() -> Iterator[TrialTask]:
        start, symbol = 0, ""
        candles: tuple[CandleColumns, ...] = ()
        for (own_symbol, place), coin, vote in zip(
            studied.pieces, studied.panel.coins, studied.votes, strict=True
        ):
            if own_symbol != symbol:
                symbol, candles = own_symbol, ground.pieces(own_symbol)
            own = slice(start, start + len(coin.open_time))
            start = own.stop
            rows = judged[own]
            yield TrialTask(
                symbol,
                candles[place],
                coin.open_time[rows],
                predictions.said[own][rows],
                vote[rows],
                recipe,
                market,
            )

    found = []
    for evidence in workers.map(trial, tasks()):
        found.append(evidence)
        on_progress("markets tried", len(found), len(studied.pieces))
    return found, bool((market.regimes >= 0).any())


def judged_rows(ground: Ground, studied: MarketStudy, predictions: Predictions) -> BoolArray:
    """Return which rows of the panel count, shape (n,).

    Raises
    ------
    TidemarkError
        None does.
    """
    opened = studied.panel.open_time
    judged = predictions.judged & (opened >= (ground.from_ms or 0))
    if not judged.any():
        raise TidemarkError(
            "There is too little history: a model learns from 180 days or more, and what it says is settled "
            f"on a quarter that it had not seen, each with {LEAST_ROWS:,} bars of all coins; of what "
            "then remains, nothing lies in the period asked for."
        )
    return judged


def _add_to(mark: "hashlib._Hash", symbol: str, candles: CandleColumns) -> None:
    mark.update(f"{symbol} {len(candles)}\n".encode())
    for column in (candles.open_time, candles.open, candles.high, candles.low, candles.close, candles.volume):
        mark.update(np.ascontiguousarray(column).data)


def _counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"
