"""What rotation would have brought, with everything that it must be held against, as figures and words."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import numpy as np

from workstation import __version__
from workstation.domain.candle import FloatArray
from workstation.domain.rotation import CASH, Advice, AdviceChange
from workstation.engine.narratives.equity import COST_PCT, Curve
from workstation.engine.narratives.equity_statistics import (
    DayBlocks,
    Statistics,
    drawdowns,
    sharpe_difference,
    sharpe_ratios,
)
from workstation.engine.narratives.panel import DAY_MS
from workstation.engine.narratives.rotation import look_of
from workstation.engine.narratives.rotation_history import MarketHistory
from workstation.services.evaluations.evaluation import Workshop
from workstation.services.rotation_backtests.market import RotationGround, RotationMarket
from workstation.services.rotation_backtests.notes import gathered
from workstation.services.rotation_backtests.runs import N_LOTS, TITLES, Runs, all_runs, span_of
from workstation.services.rotation_backtests.verdict import verdict_of
from workstation.services.work.engine_mark import engine_mark

N_VARIANTS_TRIED = 174
"""Sets of rules whose results were read before these were settled; every figure is to be read with it."""

RIVALS = ("equal_weight", "btc", "btc_gated", "equal_weight_gated", "ungated")
"""Whom the strategy's Sharpe ratio is compared with, with an interval."""

Json = dict[str, Any]


def backtest(ground: RotationGround, market: RotationMarket, shop: Workshop) -> Json:
    """Return the judgement of the rules of a ground, as JSON has it.

    Raises
    ------
    TidemarkError
        There is no day to trade.
    """
    history, rules = market.history, ground.rules
    span = span_of(history, ground.from_ms, ground.until_ms)
    runs = all_runs(history, rules, span, shop.on_progress)
    found: Json = {
        name: Statistics.of(runs.curves[name]).as_json() if name in runs.curves else None for name in TITLES
    }
    ours, blocks = runs.curves["strategy"].returns[:, 0], DayBlocks()
    for name in RIVALS:
        theirs = runs.curves[name].returns[:, 0]
        found[f"sharpe_minus_{name}"] = sharpe_difference(ours, theirs, blocks).as_json()
    found |= {
        "random_rotation": _lots(runs),
        "n_days": len(ours),
        "n_variants_tried": N_VARIANTS_TRIED,
        "years": _years(runs),
        "weeks": _weeks(history, runs, ground),
        "changes": _changes(runs),
        "curves": _curves(runs),
        "about": _about(ground, market, runs),
        "notes": gathered(ground.notes),
    }
    found["verdict"] = verdict_of(found)
    return found


def _about(ground: RotationGround, market: RotationMarket, runs: Runs) -> Json:
    days = runs.curves["strategy"].close_ms
    universe = market.history.universe
    held = [universe(day) for day, _ in runs.walk.advice]
    return {
        "tidemark": __version__,
        "engine": engine_mark(),
        "from": day_text(int(days[0]) - DAY_MS),
        "until": day_text(int(days[-1])),
        "cost_pct": COST_PCT,
        "n_coins": int(np.any(held, axis=0).sum()),
        "n_narratives": len(ground.book.narratives),
        "book_dated": ground.book.dated,
        "titles": {narrative.name: narrative.title for narrative in ground.book.narratives},
        "rules": asdict(ground.rules),
        "data_mark": market.mark,
    }


def _lots(runs: Runs) -> Json:
    """Return what chance brought: quantiles over all lots, and how many of them the strategy beat."""
    sharpe = sharpe_ratios(runs.lots.returns.T)
    own = float(sharpe_ratios(runs.curves["strategy"].returns.T)[0])
    known = sharpe[np.isfinite(sharpe)]
    if not len(known) or not np.isfinite(own):
        return {"n": N_LOTS, "sharpe": None, "max_drawdown": None, "turnover_per_year": None, "beaten": None}
    each = [Statistics.of(runs.lots.only(k)) for k in range(N_LOTS)]
    return {
        "n": N_LOTS,
        "sharpe": _quantiles(known),
        "max_drawdown": _quantiles(np.array([one.max_drawdown for one in each])),
        "turnover_per_year": _quantiles(np.array([one.turnover_per_year for one in each])),
        "beaten": float((known < own).mean()),
    }


def _quantiles(values: FloatArray) -> Json:
    low, median, high = np.quantile(values, (0.05, 0.5, 0.95))
    return {"low": float(low), "median": float(median), "high": float(high)}


def _years(runs: Runs) -> list[Json]:
    close_ms = runs.curves["strategy"].close_ms
    year = (close_ms - 1).astype("datetime64[ms]").astype("datetime64[Y]").astype(int) + 1970
    told = []
    for each in np.unique(year).tolist():
        rows = year == each
        accounts = {name: _year(curve, rows) for name, curve in runs.curves.items()}
        told.append({"year": each, "n_days": int(rows.sum()), **accounts})
    return told


def _year(curve: Curve, rows: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> Json:
    returns = curve.returns[rows]
    value = np.asarray(np.cumprod(1.0 + returns, axis=0), np.float64)
    part = Curve(curve.close_ms[rows], value, curve.exposure[rows], curve.traded[rows])
    figures = Statistics.of(part)
    return {
        "return": float(value[-1, 0]) - 1.0,
        "max_drawdown": figures.max_drawdown,
        "sharpe": figures.sharpe,
    }


def _weeks(history: MarketHistory, runs: Runs, ground: RotationGround) -> list[Json]:
    """Return, once a look, each narrative's rank and returns and what was advised to hold of it."""
    roi_pct = history.narrative_returns_pct(7)
    names = [narrative.name for narrative in ground.book.narratives]
    told, seen = [], None
    for day, advice in runs.walk.advice:
        look = look_of(advice.at_ms, ground.rules)
        if look != seen:
            seen = look
            told.append(_week(advice, dict(zip(names, roi_pct[day].tolist(), strict=True))))
    return told


def _week(advice: Advice, roi_pct: Mapping[str, float]) -> Json:
    held: dict[str, float] = {}
    for target in advice.targets:
        if target.coin != CASH:
            held[target.narrative] = held.get(target.narrative, 0.0) + target.weight
    ranks = [
        {
            "name": name,
            "rank": rank,
            "return_pct": return_pct,
            "roi_7d_pct": roi_pct[name] if np.isfinite(roi_pct[name]) else None,
            "weight": held.get(name, 0.0),
        }
        for name, rank, return_pct in advice.ranks
    ]
    return {
        "at": day_text(advice.at_ms),
        "is_open": advice.is_open,
        "gate": advice.gate_sentence,
        "cash": next(target.weight for target in advice.targets if target.coin == CASH),
        "narratives": ranks,
    }


def _changes(runs: Runs) -> list[Json]:
    return [change_json(advice.at_ms, change) for _, advice in runs.walk.advice for change in advice.changes]


def change_json(at_ms: int, change: AdviceChange) -> Json:
    """Return one change of advice as reports have it."""
    return {
        "at": day_text(at_ms),
        "coin": change.coin,
        "kind": str(change.kind),
        "from_weight": change.from_weight,
        "to_weight": change.to_weight,
        "sentence": change.sentence,
    }


def _curves(runs: Runs) -> Json:
    lots = np.quantile(runs.lots.value, (0.05, 0.5, 0.95), axis=1)
    ours = runs.curves["strategy"]
    return {
        "close_ms": ours.close_ms.tolist(),
        "value": {name: curve.value[:, 0].tolist() for name, curve in runs.curves.items()},
        "drawdown": {name: drawdowns(curve)[:, 0].tolist() for name, curve in runs.curves.items()},
        "exposure": ours.exposure[:, 0].tolist(),
        "traded": ours.traded[:, 0].tolist(),
        "random": {name: row.tolist() for name, row in zip(("low", "median", "high"), lots, strict=True)},
    }


def day_text(time_ms: int) -> str:
    """Return the day of a time, ``YYYY-MM-DD``, UTC."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).date().isoformat()
