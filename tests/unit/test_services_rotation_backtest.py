"""Does a backtest of rotation say what the issue of a trader's money needs, and claim no more?"""

import numpy as np
import pytest

from tests.fakes.evaluation_market import Recorded, walk
from tests.fakes.rotation_market import book_of
from workstation.domain.errors import BadCandleFile, TidemarkError
from workstation.domain.rotation import RotationRules
from workstation.services.evaluations.evaluation import Workshop
from workstation.services.rotation_backtests import runs
from workstation.services.rotation_backtests.backtest import backtest
from workstation.services.rotation_backtests.day_advice import day_advice
from workstation.services.rotation_backtests.market import RotationGround, rotation_market
from workstation.services.rotation_backtests.notes import gathered
from workstation.services.rotation_backtests.verdict import verdict_of
from workstation.services.work.workers import Alone

DAY_MS = 86_400_000
START_MS = 1_609_459_200_000
COINS = [f"C{k:02d}" for k in range(1, 15)]
BOOK = book_of(
    first=" ".join(COINS[:5]), second=" ".join(COINS[5:10]), third=" ".join(COINS[10:]), none="NOWHERE"
)
FIGURES = {"cagr", "max_drawdown", "sharpe", "sortino", "turnover_per_year", "exposure"}


class Damaged(Recorded):
    """A recording of which one coin cannot be read."""

    def read(self, symbol):
        """Return a coin's candles."""
        if symbol == "C14/USDT":
            raise BadCandleFile("C14USDT-1d.parquet is damaged.")
        return super().read(symbol)


def ground(days=150, names=("BTC", "ETH", *COINS), **period):
    """Return what rotation is tried on: coins that go nowhere, one of them delisted on the way."""
    series = {f"{name}/USDT": walk(k, days, "1d") for k, name in enumerate(names)}
    if "C03/USDT" in series:
        series["C03/USDT"] = series["C03/USDT"][:100]
    series["USDC/USDT"] = walk(99, days, "1d")
    rules = RotationRules(gate_btc_days=10, gate_alt_days=0, least_grade=0)
    return RotationGround([Damaged("walks", series)], BOOK, rules, **period)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Give a workshop."""
    return Workshop(Alone(), tmp_path_factory.mktemp("shop"), lambda what, done, total: None)


@pytest.fixture(scope="module")
def found(shop):
    """Give a backtest of a hundred days."""
    asked = ground(from_ms=START_MS + 45 * DAY_MS, until_ms=START_MS + 145 * DAY_MS)
    return backtest(asked, rotation_market(asked, shop), shop)


def test_it_says_every_figure_of_every_account(found):
    for name in ("strategy", "btc", "eth", "equal_weight", "btc_gated", "equal_weight_gated", "ungated"):
        assert set(found[name]) == FIGURES
    assert found["sol"] is None
    for name in ("equal_weight", "btc", "btc_gated", "equal_weight_gated", "ungated"):
        assert {"value", "low", "high"} <= set(found[f"sharpe_minus_{name}"])
    assert found["n_days"] == 100
    assert found["n_variants_tried"] >= 168
    assert found["random_rotation"]["n"] == runs.N_LOTS >= 200
    assert len(found["curves"]["value"]["strategy"]) == 100
    assert [year["year"] for year in found["years"]] == [2021]
    assert found["about"]["from"] == "2021-02-15"
    assert found["about"]["until"] == "2021-05-26"


def test_a_week_tells_ranks_returns_and_what_was_held(found):
    week = found["weeks"][-1]
    assert {each["name"] for each in week["narratives"]} == {"first", "second", "third"}
    assert [each["rank"] for each in week["narratives"]] == [1, 2, 3]
    held = sum(each["weight"] for each in week["narratives"])
    assert held + week["cash"] == pytest.approx(1.0)


def test_what_was_left_out_is_said(found):
    told = " ".join(found["notes"])
    assert "C14/USDT of walks is left out: C14USDT-1d.parquet is damaged." in told
    assert "Without any coin in these candles, and left out: None." in told
    assert "no model had learnt enough" in told


def test_notes_that_say_the_same_of_many_files_are_gathered():
    notes = [f"C{k}USDT-1d.parquet: dropped 1 repeated row" for k in range(5)]
    told = gathered(["Something else.", *notes, "A: b", "C: b"])
    assert told == [
        "Something else.",
        "dropped 1 repeated row, in 5 files: C0USDT-1d.parquet, C1USDT-1d.parquet, C2USDT-1d.parquet …",
        "A: b",
        "C: b",
    ]


def test_few_days_prove_nothing(found):
    assert found["verdict"]["headline"].startswith("Too few days")
    assert not found["verdict"]["is_proven"]
    assert not found["verdict"]["bars"][0]["is_met"]


def test_the_second_time_nothing_is_learnt_again(shop, monkeypatch):
    asked = ground(from_ms=START_MS + 45 * DAY_MS, until_ms=START_MS + 145 * DAY_MS)
    first = rotation_market(asked, shop)
    monkeypatch.setattr(
        "workstation.services.rotation_backtests.market.walk_forward_grades",
        lambda *args: pytest.fail("learnt again"),
    )
    again = rotation_market(asked, shop)
    assert np.array_equal(again.grade, first.grade, equal_nan=True)


def test_the_advice_of_a_day_knows_nothing_later(shop):
    early = ground(until_ms=START_MS + 120 * DAY_MS)
    late = ground(days=120)
    told = [day_advice(each, rotation_market(each, shop), shop) for each in (early, late)]
    assert told[0].advice == told[1].advice
    assert told[0].advice.at_ms == START_MS + 120 * DAY_MS
    assert "C03" not in told[0].prices
    assert told[0].prices["C04"] > 0


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (ground(names=("ETH", *COINS)), "no candles of BTC"),
        (ground(names=("BTC", "ETH")), "no candles of any coin that belongs to a narrative"),
    ],
    ids=["without BTC", "no member"],
)
def test_a_market_that_cannot_be_judged_is_refused(asked, sentence, shop):
    with pytest.raises(TidemarkError, match=sentence):
        rotation_market(asked, shop)


@pytest.mark.parametrize("from_ms", [START_MS + 400 * DAY_MS, None], ids=["after the end", "never graded"])
def test_a_period_without_a_day_is_refused(from_ms, shop):
    asked = ground(days=20, from_ms=from_ms)
    with pytest.raises(TidemarkError, match="no day to trade"):
        backtest(asked, rotation_market(asked, shop), shop)


def figures(sharpe=1.0, fall=0.3, turnover=20.0):
    """Return the figures of an account."""
    return {
        "cagr": 0.2, "max_drawdown": fall, "sharpe": sharpe, "sortino": 1.0, "turnover_per_year": turnover,
        "exposure": 0.3,
    }  # fmt: skip


def report(low, value=1.0, beaten=0.9):
    """Return a backtest with one interval."""
    difference = {"value": value, "low": low, "high": 2.0}
    names = ("equal_weight", "btc", "btc_gated", "equal_weight_gated", "ungated")
    lots = {"n": 200, "beaten": beaten, "sharpe": {"low": 0.0, "median": 0.3, "high": 0.8}}
    return {
        "strategy": figures(), "btc": figures(fall=0.6), "equal_weight": figures(fall=0.0),
        "delayed": figures(sharpe=None), "n_days": 1200, "n_variants_tried": 170, "random_rotation": lots,
        **{f"sharpe_minus_{name}": difference for name in names},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("low", "value", "headline", "is_proven"),
    [
        (0.1, 1.0, "Steadier than holding everything; not shown to beat BTC.", True),
        (-0.1, 1.0, "Not shown to be better than holding everything, nor than BTC.", False),
        (None, None, "Nothing can be said: rotation or equal weight never moved.", False),
    ],
)
def test_the_headline_claims_what_the_interval_shows(low, value, headline, is_proven):
    told = verdict_of(report(low, value, None))
    assert (told["headline"], told["is_proven"]) == (headline, is_proven)
    assert told["bars"][0]["is_met"] is is_proven
    assert not told["bars"][1]["is_met"]
    assert told["bars"][2]["figure"] == "30 % against 60 %, 50 % of it"
