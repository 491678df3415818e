"""What a backtest of rotation comes to, in sentences that claim no more than the intervals show."""

from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]

_MOST_TURNOVER = 35.0
_OF_EQUAL_WEIGHT, _OF_BTC = 0.65, 0.80


def verdict_of(found: Json) -> dict[str, Any]:
    """Return a headline, sentences, and the bars with whether they are met."""
    against = found["sharpe_minus_equal_weight"]
    proven = against["low"] is not None and against["low"] > 0
    if against["value"] is None:
        headline = "Nothing can be said: rotation or equal weight never moved."
    elif proven:
        headline = "Steadier than holding everything; not shown to beat BTC."
    elif against["low"] is None:
        headline = "Too few days to say anything: these are figures without an interval."
    else:
        headline = "Not shown to be better than holding everything, nor than BTC."
    return {"headline": headline, "is_proven": proven, "sentences": _sentences(found), "bars": _bars(found)}


def _sentences(found: Json) -> list[str]:
    ours, btc = found["strategy"], found["btc"]
    told = [
        f"Over {found['n_days']:,} days rotation made {_pct(ours['cagr'])} a year and fell by "
        f"{_pct(ours['max_drawdown'])} at worst; it held coins with {_pct(ours['exposure'])} of the account "
        f"on average and turned it over {ours['turnover_per_year']:.0f} times a year.",
        f"Its Sharpe ratio was {_ratio(ours['sharpe'])}: {_versus(found, 'equal_weight', 'equal weight')}, "
        f"{_versus(found, 'btc', 'BTC held')}, {_versus(found, 'btc_gated', 'BTC above its 50-day mean')}.",
        f"The gate: {_versus(found, 'ungated', 'the same rules without it')}. The choice of coins: "
        f"{_versus(found, 'equal_weight_gated', 'equal weight behind the same gate')}.",
    ]
    lots, late = found["random_rotation"], found["delayed"]
    if lots["beaten"] is not None:
        told.append(
            f"It did better than {_pct(lots['beaten'])} of {lots['n']} rotations that bought and sold as "
            f"much on the same days, but coins drawn by lot (Sharpe ratios {lots['sharpe']['low']:.2f} to "
            f"{lots['sharpe']['high']:.2f} in nine of ten)."
        )
    told.append(
        f"Carried out a day later its Sharpe ratio is {_ratio(late['sharpe'])}. BTC held fell by "
        f"{_pct(btc['max_drawdown'])}, equal weight by {_pct(found['equal_weight']['max_drawdown'])}."
    )
    told.append(
        f"{found['n_variants_tried']} sets of rules were read before these; the best of many looks better "
        "than it is. The candles may be of coins that still traded when they were recorded, which favours "
        "everything that holds coins."
    )
    return told


def _bars(found: Json) -> list[dict[str, Any]]:
    """Return what is asked of rotation over three years and more, and whether it is met here."""
    ours, ew, against = found["strategy"], found["equal_weight"], found["sharpe_minus_equal_weight"]
    fall = ours["max_drawdown"]
    better = _above(against["value"], 0.5) and _above(against["low"], 0.0)
    return [
        {
            "bar": "Sharpe ratio at least 0.5 above equal weight, the interval above 0",
            "figure": _interval(against),
            "is_met": better,
        },
        _share_of("equal weight's", fall, ew["max_drawdown"], _OF_EQUAL_WEIGHT),
        _share_of("BTC's", fall, found["btc"]["max_drawdown"], _OF_BTC),
        {
            "bar": f"turnover at most {_MOST_TURNOVER:.0f} times a year",
            "figure": f"{ours['turnover_per_year']:.1f}",
            "is_met": ours["turnover_per_year"] <= _MOST_TURNOVER,
        },
        {
            "bar": "a better Sharpe ratio than without the gate",
            "figure": _interval(found["sharpe_minus_ungated"]),
            "is_met": _above(found["sharpe_minus_ungated"]["value"], 0.0),
        },
    ]


def _share_of(whose: str, fall: float, other: float, most: float) -> dict[str, Any]:
    part = fall / other if other > 0 else 1.0
    return {
        "bar": f"deepest fall at most {_pct(most)} of {whose}",
        "figure": f"{_pct(fall)} against {_pct(other)}, {_pct(part)} of it",
        "is_met": part <= most,
    }


def _above(value: float | None, bar: float) -> bool:
    return value is not None and value > bar


def _versus(found: Json, name: str, words: str) -> str:
    figure = found[f"sharpe_minus_{name}"]
    return (
        f"{words} cannot be compared" if figure["value"] is None else f"{_interval(figure)} against {words}"
    )


def _interval(figure: Json) -> str:
    if figure["value"] is None:
        return "not known"
    value = f"{figure['value']:+.2f}"
    return value if figure["low"] is None else f"{value} ({figure['low']:+.2f} to {figure['high']:+.2f})"


def _ratio(value: float | None) -> str:
    return "not known" if value is None else f"{value:.2f}"


def _pct(part: float) -> str:
    return f"{100 * part:.0f} %"
