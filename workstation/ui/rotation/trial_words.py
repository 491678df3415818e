"""What a backtest of rotation showed, in words that claim no more than its intervals."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from workstation.domain.rotation import RotationRules
from workstation.ui.words import number_format

Json = Mapping[str, Any]

TITLES = {
    "strategy": "Rotation",
    "equal_weight": "Equal weight of all",
    "btc": "BTC held",
    "btc_gated": "BTC above its 50-day mean",
    "eth": "ETH held",
    "sol": "SOL held",
    "equal_weight_gated": "Equal weight, same gate",
    "ungated": "Rotation without its gate",
    "delayed": "Rotation, a day later",
}
"""What each account of a backtest is called, in the order in which they are shown."""

NO_TRIAL = (
    "No backtest was run here yet, so nothing is known here of what following such advice brings. "
    "Backtest… runs one over the stored candles."
)


def verdict_words(trial: Json | None, rules: RotationRules | None) -> str:
    """Return the verdict of the last backtest with its interval.

    Parameters
    ----------
    trial : mapping or None
        Its JSON; None where none was run.
    rules : RotationRules or None
        Those that are followed now; a backtest of others says so.
    """
    if trial is None:
        return NO_TRIAL
    about = trial["about"]
    whose = (
        "of these rules" if rules is None or about["rules"] == asdict(rules) else "of other rules than these"
    )
    return (
        f"Backtest {whose}, {about['from']} to {about['until']}: Sharpe ratio "
        f"{difference_words(trial, 'equal_weight')} against equal weight, "
        f"{difference_words(trial, 'btc')} against BTC (95 %). {trial['verdict']['headline']}"
    )


def difference_words(trial: Json, rival: str) -> str:
    """Return the difference of Sharpe ratios with its interval: "+0.42 (−0.10 to +0.95)"."""
    told = trial.get(f"sharpe_minus_{rival}")
    if told is None or told["value"] is None:
        return "not known"
    if told["low"] is None:
        return f"{signed(told['value'])}, no interval"
    return f"{signed(told['value'])} ({signed(told['low'])} to {signed(told['high'])})"


def signed(value: float) -> str:
    """Return a ratio with its sign and two decimals."""
    return f"{value:+.2f}".replace("-", number_format.MINUS)


def ratio(value: float | None, decimals: int = 2) -> str:
    """Return a ratio; a dash where it is not known."""
    return (
        number_format.NOTHING if value is None else f"{value:.{decimals}f}".replace("-", number_format.MINUS)
    )


def share(value: float | None) -> str:
    """Return a part in percent, one decimal; a dash where it is not known."""
    return (
        number_format.NOTHING if value is None else f"{100 * value:.1f} %".replace("-", number_format.MINUS)
    )
