"""What an evaluation comes to, in plain words: what was proven, what was not, and how sure that is."""

from collections.abc import Mapping
from typing import Any

Figure = Mapping[str, Any]


def verdict(report: Mapping[str, Any]) -> dict[str, object]:
    """Return the verdict on a report.

    Returns
    -------
    dict
        ``edge_proven`` (hits above the base rate and a profit after costs, both beyond chance, on bars that
        taught nothing), ``headline``
        and ``sentences``.
    """
    signals = report["signals"]
    hits, earns = _is_above(signals["hit_lift_pp"]), _is_above(signals["net_mean_pct"])
    learnt_pct = report["about"]["learnt_from_pct"]
    return {
        "edge_proven": hits and earns and not learnt_pct,
        "headline": _on_lessons(learnt_pct) if learnt_pct else _headline(signals, hits=hits, earns=earns),
        "sentences": [
            *_on_signals(signals),
            *_on_rivals(report["paired"]),
            *_on_probabilities(report["calibration"]),
            *_on_grade(report["grade"]),
        ],
    }


def caution(about: Mapping[str, Any]) -> str:
    """Return what must be read before anything else of a report; empty where there is nothing of the kind."""
    if about["shuffled_seed"] is None:
        return ""
    return (
        f"Labels were shuffled (seed {about['shuffled_seed']}): the models were taught noise and judged on "
        "what really happened, grades by what was learnt alone. Nothing below says how good the engine is: "
        "it must be no better than chance."
    )


def _on_lessons(learnt_pct: float) -> str:
    return (
        f"No edge was proven: the model has learnt from {learnt_pct:.0f} % of these very bars, so they "
        "cannot examine it."
    )


def _headline(signals: Mapping[str, Any], *, hits: bool, earns: bool) -> str:
    if not signals["n"]:
        return "No edge was proven: no model was ever sure enough to raise a signal."
    if signals["hit_lift_pp"]["value"] is None:
        return f"No edge was proven: {signals['n']} signals are too few to say anything."
    if hits and earns:
        return (
            "An edge was proven here: signals were right more often than chance, and earned more than they "
            "cost."
        )
    if hits:
        return "Signals were right more often than chance, but a profit after costs was not proven."
    return "No edge was proven: the signals were not right more often than chance."


def _on_signals(signals: Mapping[str, Any]) -> list[str]:
    if signals["hit_lift_pp"]["value"] is None:
        return []
    rate, base = signals["hit_rate"], signals["base_rate"]
    found = [
        f"{signals['n']:,} signals on {signals['coins']} coins in {signals['weeks']} weeks: "
        f"{_pct(rate)} reached their target before their stop, where any bar did in {_pct(base)}.",
        f"A signal brought {_value(signals['net_mean_pct'], '%')} after costs on average; profit factor "
        f"{_value(signals['profit_factor'])}.",
    ]
    if signals["delay_cost_pct"]["value"] is not None:
        found.append(f"Acting one candle later cost {_value(signals['delay_cost_pct'], '%')} a signal.")
    return found


def _on_rivals(paired: Mapping[str, Mapping[str, Figure]]) -> list[str]:
    known = {name: each for name, each in paired.items() if each["net_mean_pct"]["low"] is not None}
    beaten = [title_of(name) for name, each in known.items() if _is_above(each["net_mean_pct"])]
    others = [title_of(name) for name, each in known.items() if not _is_above(each["net_mean_pct"])]
    found = []
    if beaten:
        found.append(f"After costs they were better, beyond chance, than {_listed(beaten)}.")
    if others:
        found.append(f"Not proven better after costs than {_listed(others)}.")
    return found


def _on_probabilities(calibration: Mapping[str, Any]) -> list[str]:
    skill, error = calibration["brier_skill_pct"], calibration["ece"]
    if skill["value"] is None or error["value"] is None:
        return []
    beats = "told more than" if _is_above(skill) else "were not proven to tell more than"
    return [
        f"Probabilities {beats} the plain frequency (Brier skill {_value(skill, '%')}) and were off by "
        f"{100 * error['value']:.1f} points on average."
    ]


def _on_grade(grade: Mapping[str, Any]) -> list[str]:
    ic = grade["ic_7d"]
    if ic["value"] is None:
        return []
    ranks = "ranked" if _is_above(ic) else "were not proven to rank"
    found = [f"Grades {ranks} coins by their next seven days: rank correlation {_value(ic, digits=3)}."]
    top, bottom = grade["top_beats_median_pct"], grade["bottom_beats_median_pct"]
    if top["value"] is not None and bottom["value"] is not None:
        found.append(
            f"Within seven days the best tenth beat the median coin in {top['value']:.0f} % of cases, the "
            f"worst tenth in {bottom['value']:.0f} %."
        )
    return found


_TITLES = {
    "rsi": "RSI",
    "macd": "MACD",
    "ma_cross": "the moving-average cross",
    "ema_cross": "the EMA cross",
    "bollinger": "Bollinger bands",
    "donchian": "Donchian breakouts",
    "supertrend": "Supertrend",
    "random": "random entries",
    "family_vote": "the plain vote of the families",
}


def title_of(method: str) -> str:
    """Return how a method is called in a sentence."""
    return _TITLES.get(method, method)


def _is_above(figure: Figure) -> bool:
    """Return whether a figure is above zero beyond chance."""
    return figure["low"] is not None and figure["low"] > 0


def _value(figure: Figure, unit: str = "", digits: int = 2) -> str:
    if figure["value"] is None:
        return "not known"
    space = f" {unit}" if unit else ""
    told = f"{figure['value']:.{digits}f}{space}"
    if figure["low"] is None:
        return told
    return f"{told} ({figure['low']:.{digits}f} to {figure['high']:.{digits}f})"


def _pct(figure: Figure) -> str:
    return "an unknown share" if figure["value"] is None else f"{100 * figure['value']:.1f} %"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
