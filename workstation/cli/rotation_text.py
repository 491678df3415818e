"""Advice and backtests of rotation as a terminal shows them."""

from collections.abc import Mapping, Sequence
from typing import Any

from workstation.cli.rotation_page import number, percent
from workstation.cli.table import print_table
from workstation.services.rotation_backtests.runs import TITLES

_COLUMNS = ("", "a year", "deepest fall", "Sharpe", "Sortino", "turnover a year", "in coins")


def print_advice(found: Mapping[str, Any]) -> None:
    """Print the advice of a day, its reasons and its trades."""
    print(f"{found['at']}, close of 00:00 UTC. The gate is {found['gate']}.")
    print()
    held = {target["narrative"] for target in found["targets"]}
    days = found["rules"]["momentum_days"]
    rows = [("rank", "narrative", f"{days} days", "")]
    for each in found["ranks"]:
        mark = "held" if each["name"] in held else ""
        rows.append((str(each["rank"]), each["title"], f"{each['return_pct']:+.1f} %", mark))
    print_table(rows)
    print()
    targets = [("hold", "weight", "for"), *map(_target_cells, found["targets"])]
    print_table(targets)
    print()
    print("Changes since the close before:" if found["changes"] else "Nothing changes.")
    for change in found["changes"]:
        print(f"  {change['sentence']}")
    print()
    _print_trades(found["account"])
    _print_notes(found["notes"])


def _target_cells(target: Mapping[str, Any]) -> tuple[str, ...]:
    return target["coin"], f"{100 * target['weight']:.1f} %", target["narrative"]


def _print_trades(account: Mapping[str, Any]) -> None:
    total = "an unknown amount" if account["total"] is None else f"{float(account['total']):,.2f}"
    print(f"{account['name'] or 'A new paper account'} of {total} USDT would trade:")
    rows = [
        (
            f"  {trade['side']}",
            f"{float(trade['units']):,.8g}",
            trade["coin"],
            f"at {float(trade['price']):,.8g}",
        )
        for trade in account["trades"]
    ]
    if rows:
        print_table(rows)
    else:
        print("  nothing")
    print(f"  cost {float(account['cost']):,.2f} USDT")
    for note in account["notes"]:
        print(f"  {note}")


def print_backtest(found: Mapping[str, Any]) -> None:
    """Print a backtest: every account, the verdict, and the bars."""
    about, verdict = found["about"], found["verdict"]
    print(
        f"{about['from']} to {about['until']}, {about['n_coins']} coins of {about['n_narratives']} "
        f"narratives, {about['cost_pct']} % of what is traded lost to costs"
    )
    print()
    rows = [_COLUMNS]
    for name, title in TITLES.items():
        if (a := found[name]) is not None:
            ratios = number(a["sharpe"]), number(a["sortino"]), number(a["turnover_per_year"], 1)
            fall = percent(a["max_drawdown"])
            rows.append((title, percent(a["cagr"]), fall, *ratios, percent(a["exposure"], 0)))
    print_table(rows)
    print()
    print(verdict["headline"])
    for sentence in verdict["sentences"]:
        print(sentence)
    for bar in verdict["bars"]:
        print(f"{'met    ' if bar['is_met'] else 'not met'}  {bar['bar']}: {bar['figure']}")
    _print_notes(found["notes"])


def _print_notes(notes: Sequence[str]) -> None:
    if notes:
        print("\nWhat to know about these data:")
    for note in notes:
        print(f"  {note}")
