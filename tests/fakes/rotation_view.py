"""Advice, accounts and a backtest as the panels of rotation show them."""

from dataclasses import asdict
from decimal import Decimal

from tests.fakes.advice_world import DAY, RULES, became, given
from workstation.domain.given_advice import AdviceEntry
from workstation.domain.paper_account import PaperAccount
from workstation.domain.paper_standing import HeldCoin, PaperStanding
from workstation.ui.rotation.rotation_view import CoinNow, RotationView

AT_DAY = 19_900
PRICES = {"PEPE": Decimal("0.00001"), "BTC": Decimal(60_000), "WIF": Decimal("2.5")}


def entry(row=7, day=AT_DAY, outcome=None, **changes) -> AdviceEntry:
    return AdviceEntry(row, day * DAY + 60_000, given(day, **changes), outcome)


def standing(name="Mine", number=1, *, is_following=False, followed_ms=None, held=True, **changes):
    """Return an account of 10,000 with a part in WIF."""
    account = PaperAccount(name, "binance", Decimal(10_000), (AT_DAY - 30) * DAY, is_following=is_following)
    wif = HeldCoin("WIF", Decimal(400), Decimal("2.5"), Decimal(1000), Decimal("0.1"))
    facts = {"total": Decimal(10_000), "return_pct": Decimal(0), "n_fills": 1, "followed_ms": followed_ms}
    cash = Decimal(9000) if held else Decimal(10_000)
    return PaperStanding(account, number, cash, (wif,) if held else (), **(facts | changes))


def trial(**changes):
    """Return as much of a backtest's JSON as the window reads."""
    figures = {"cagr": 0.21, "max_drawdown": 0.33, "sharpe": 0.8, "sortino": 1.1}
    figures |= {"turnover_per_year": 20.5, "exposure": 0.44}
    days = [(AT_DAY - 5 + i) * DAY for i in range(6)]
    names = ("strategy", "btc", "eth", "equal_weight", "btc_gated")
    value = {name: [1.0, 1.1, 1.05, 1.2, 1.15, 1.1 + i / 10] for i, name in enumerate(names)}
    told = {name: dict(figures) for name in names} | {"sol": None}
    told |= {
        "sharpe_minus_equal_weight": {"value": 0.42, "low": -0.1, "high": 0.95},
        "sharpe_minus_btc": {"value": -0.05, "low": -0.7, "high": 0.6},
        "verdict": {
            "headline": "Not shown to be better than holding everything, nor than BTC.",
            "is_proven": False,
            "sentences": ["Over 6 days rotation made 21 % a year."],
            "bars": [{"bar": "turnover at most 35 times a year", "figure": "20.5", "is_met": True}],
        },
        "about": {"from": "2024-06-20", "until": "2024-06-26", "rules": asdict(RULES)},
        "notes": ["Oracles has no coin in these candles and is left out."],
        "n_days": 6,
        "n_variants_tried": 174,
        "curves": {
            "close_ms": days,
            "value": value,
            "drawdown": {name: [0.0, 0.0, 0.05, 0.0, 0.04, 0.0] for name in names},
        },
    }
    return told | changes


def view(**changes) -> RotationView:
    """Return a view with advice, its past and one account."""
    past = (entry(), entry(6, AT_DAY - 1, became(AT_DAY)))
    facts = {
        "entry": past[0],
        "rules": RULES,
        "accounts": (standing(),),
        "chosen": "Mine",
        "past": past,
        "prices": PRICES,
        "titles": {"memecoins": "Memecoins", "ai": "AI"},
        "coins": {"PEPE": CoinNow(71, 1), "BTC": CoinNow(55, 0)},
        "trial": trial(),
        "now_ms": AT_DAY * DAY + 3 * 3_600_000,
    }
    return RotationView(**(facts | changes))
