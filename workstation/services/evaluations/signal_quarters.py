"""The walk-forward of the signal model, quarter by quarter on whatever workers there are."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from workstation.engine.model.examination import FoldOpinions, fold_opinions, judged_folds
from workstation.engine.model.lessons import Lessons, truth
from workstation.engine.model.meaning import Opinions
from workstation.engine.model.panel import CoinRows, Panel, learnt_rows
from workstation.engine.model.recipe import Recipe
from workstation.engine.model.walk_forward import EMBARGO_MS, BoolArray, Fold
from workstation.services.work.kept import Arrays, KeptResults
from workstation.services.work.workers import Workers

Told = Callable[[int, int], None]
"""Told how much is done, of how much; what it raises ends the work."""


@dataclass(frozen=True, slots=True, eq=False)
class QuarterTask:
    """One quarter.

    Parameters
    ----------
    panel : Panel
        The bars that its model learns from and those that it judges, no others.
    fold : Fold
    recipe : Recipe
    """

    panel: Panel
    fold: Fold
    recipe: Recipe


def quarter_opinions(task: QuarterTask) -> Arrays:
    """Return what the quarter's model thinks of the quarter's bars."""
    opinions = fold_opinions(task.panel, task.fold, task.recipe).opinions
    return {"up": opinions.up, "down": opinions.down, "families": opinions.families}


def all_opinions(
    panel: Panel,
    recipe: Recipe,
    first_ms: int,
    workers: Workers,
    kept: KeptResults,
    on_progress: Told,
    lessons: Lessons = truth,
) -> list[FoldOpinions]:
    """Return what each quarter's own model thinks of its bars, oldest first.

    The last quarters, whose models learn from most, are begun first.

    Parameters
    ----------
    first_ms : int
        No quarter before this has a model, UTC milliseconds.
    kept : KeptResults
        Quarters that are finished.
    lessons : callable
        What came of the bars that each quarter's model learns from, as it is taught.
    """
    folds = {f"signals-{fold.start_ms}": fold for fold in judged_folds(panel, recipe, first_ms)[::-1]}

    def task(name: str) -> QuarterTask:
        fold = folds[name]
        return QuarterTask(lessons(_needed(panel, fold, recipe), fold), fold, recipe)

    done = []
    for name, found in zip(folds, kept.map(workers, quarter_opinions, list(folds), task), strict=True):
        rows = np.flatnonzero(folds[name].judged(panel.open_time))
        told = Opinions(*(np.asarray(found[key], np.float64) for key in ("up", "down", "families")))
        done.append(FoldOpinions(folds[name], rows, told))
        on_progress(len(done), len(folds))
    return done[::-1]


def _needed(panel: Panel, fold: Fold, recipe: Recipe) -> Panel:
    learnt = learnt_rows(panel, recipe.every) & fold.known_before(panel.known_ms, EMBARGO_MS)
    return part_of(panel, learnt | fold.judged(panel.open_time))


def part_of(panel: Panel, rows: BoolArray) -> Panel:
    """Return the panel of some of its rows, every coin in its place, read from the disk into memory.

    Parameters
    ----------
    rows : ndarray of bool, shape (n,) of the panel
    """
    coins, start = [], 0
    for coin in panel.coins:
        own = np.flatnonzero(rows[start : start + len(coin.open_time)])
        start += len(coin.open_time)
        coins.append(
            CoinRows(
                coin.symbol,
                np.take(coin.values, own, axis=0),
                coin.open_time[own],
                coin.label[own],
                coin.known_ms[own],
            )
        )
    return Panel(panel.points, panel.bar_ms, tuple(coins))
