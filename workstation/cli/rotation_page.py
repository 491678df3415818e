"""A backtest of rotation as one page that needs nothing else: verdict first, then pictures and figures."""

from collections.abc import Mapping
from typing import Any

from workstation.cli.evaluation_page import figure_text
from workstation.services.rotation_backtests.backtest import RIVALS
from workstation.services.rotation_backtests.runs import TITLES
from workstation.storage.paths import resource

Json = Mapping[str, Any]

_MOST_CHANGES = 400


def rotation_page(report: Json) -> str:
    """Return the page of a report, HTML that links to nothing; light or dark as the reader's system is."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    from workstation.cli.rotation_charts import charts_of

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["figure"] = figure_text
    environment.filters["percent"] = percent
    environment.filters["number"] = number
    template = resource("report", "rotation.html.j2").read_text(encoding="utf-8")
    charts = {name: Markup(svg) for name, svg in charts_of(report).items()}  # noqa: S704  drawn here
    told = {
        "accounts": [(TITLES[name], report[name]) for name in TITLES if report[name] is not None],
        "titles": {name: TITLES[name] for name in TITLES if report[name] is not None},
        "rivals": [(TITLES[name], report[f"sharpe_minus_{name}"]) for name in RIVALS],
        "rule_sentences": rule_sentences(report["about"]["rules"]),
        "newest_changes": report["changes"][-_MOST_CHANGES:],
    }
    return environment.from_string(template).render({**report, **told, "charts": charts})


def percent(part: float | None, digits: int = 1) -> str:
    """Return a part of one as percent; a dash where it is not known."""
    return "–" if part is None else f"{100 * part:.{digits}f} %"


def number(value: float | None, digits: int = 2) -> str:
    """Return a number; a dash where it is not known."""
    return "–" if value is None else f"{value:.{digits}f}"


def rule_sentences(rules: Json) -> list[str]:
    """Return the rules that were followed, in words."""
    gate = [
        f"{what} above its mean of {rules[key]} days"
        for what, key in (("BTC", "gate_btc_days"), ("the index of all coins", "gate_alt_days"))
        if rules[key]
    ]
    told = [
        f"Coins are held only while {' and '.join(gate)} closes; the gate turns {rules['gate_band_pct']:g} % "
        f"beyond and then stays for {rules['gate_dwell_days']} days or more."
        if gate
        else "There is no gate: coins are held in any market.",
        f"Every {rules['rebalance_days']} days narratives are ranked by their return of "
        f"{rules['momentum_days']} days, breadth and grade, each place counting alike; the best "
        f"{rules['n_narratives']} are held, a held one until it falls below place {rules['keep_rank']}.",
        f"In each, the {rules['n_coins']} best-graded coins with a grade of {rules['least_grade']} or more "
        f"and no bearish signal; a held one stays while it is among the best {rules['keep_coins']}. A "
        f"narrative with fewer than {rules['n_coins']} coins that can be bought is not ranked.",
        f"No coin gets more than {100 * rules['most_coin']:g} % of the account, no narrative more than "
        f"{100 * rules['most_narrative']:g} %; weights within {100 * rules['turnover_band']:g} % of their "
        "target are left alone.",
    ]
    if rules["target_volatility_pct"]:
        told.append(
            f"Everything is cut alike until the basket's volatility of the last 30 days is "
            f"{rules['target_volatility_pct']:g} % a year; the rest is cash."
        )
    return told
