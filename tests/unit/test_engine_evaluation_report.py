"""Does the judgement find an edge that was planted, none that was not, and say so in the promised words?"""

import json

import numpy as np
import pytest

from tests.fakes.candle_kernels import DAY, HOUR, walk
from workstation.domain.candle import CandleColumns
from workstation.engine.baselines import BASELINES, random_entries
from workstation.engine.evaluation.big_moves import big_rises
from workstation.engine.evaluation.bootstrap import Resampling, week_of
from workstation.engine.evaluation.calibration_quality import Predictions, causal_base_rate
from workstation.engine.evaluation.evidence import CoinBars, coin_evidence
from workstation.engine.evaluation.outcome import BarrierRule, Costs, outcomes
from workstation.engine.evaluation.pool import pool
from workstation.engine.evaluation.ranking import GradePanel
from workstation.engine.evaluation.report import Findings, report
from workstation.engine.evaluation.statistics import wilson

N, HORIZON = 4000, 24
METHOD_KEYS = {
    "n", "coins", "weeks", "per_coin_month", "hit_rate", "base_rate", "hit_lift_pp", "net_mean_pct",
    "profit_factor", "delay_cost_pct", "gross_mean_pct", "alpha_mean_pct",
}  # fmt: skip
DRAWS = Resampling(draws=1000)


def coin(number, model=None):
    """Return the evidence of one random coin; its model, unless given, knows two outcomes in three."""
    c = walk(N, seed=100 + number)
    candles = CandleColumns.of(c.open_time + 1000 * DAY, c.open, c.high, c.low, c.close, c.volume)
    acts, later = (outcomes(candles, "1h", BarrierRule(HOUR, HORIZON, d), 2.5) for d in (0, 1))
    regime = (week_of(candles.open_time) % 4 - 1).astype(np.int8)
    eligible = np.arange(N) > 200
    bars = CoinBars(
        f"C{number}/USDT", "1h", candles.open_time, eligible, acts, later, regime, big_rises(candles, HOUR)
    )
    knows = np.random.default_rng(number).random(N) < 2 / 3
    planted = np.where(knows, acts.label, random_entries(candles.open_time, 1.0, number))
    rare = random_entries(candles.open_time, 0.02, 50 + number) != 0
    said = np.where(rare, planted, 0).astype(np.int8) if model is None else model(candles)
    events = {name: judge(candles, "1h") for name, judge in BASELINES.items()}
    dice = random_entries(candles.open_time, 0.02, number)
    return coin_evidence(bars, {"model": said, **events, "random": dice}, HORIZON, Costs())


def panel(days=150, coins=30):
    rng = np.random.default_rng(1)
    grade = rng.random((days, coins))
    later = 0.1 * grade + rng.normal(0, 0.1, grade.shape)
    return GradePanel(np.arange(days) * DAY, grade, rng.random(grade.shape), later, later, grade)


def predictions():
    rng = np.random.default_rng(2)
    time = rng.integers(0, 3000, 6000) * HOUR
    chance = rng.uniform(0.1, 0.5, 6000)
    happened = rng.random(6000) < chance
    return Predictions(time, chance, happened, causal_base_rate(time, happened, 25 * HOUR))


@pytest.fixture(scope="module")
def coins():
    return [coin(number) for number in range(5)]


@pytest.fixture(scope="module")
def told(coins):
    both = {"up": predictions(), "down": predictions()}
    return report(Findings(coins, both, panel(), 12, "ab" * 32, DRAWS))


def test_it_has_every_promised_key(told):
    assert set(told) == {
        "signals", "baselines", "paired", "regimes", "big_moves", "calibration", "grade", "n_variants_tried",
        "model_hash",
    }  # fmt: skip
    assert set(told["signals"]) == METHOD_KEYS
    promised = {"rsi", "macd", "ma_cross", "bollinger", "donchian", "supertrend", "random"}
    assert promised <= set(told["baselines"])
    assert all(set(each) == METHOD_KEYS for each in told["baselines"].values())
    assert set(told["paired"]) == set(told["baselines"])
    assert {"hit_lift_pp", "net_mean_pct", "profit_factor"} == set(told["paired"]["rsi"])
    assert set(told["regimes"]) == {"bull", "bear", "sideways"}
    assert {"precision", "base_rate", "lift"} <= set(told["big_moves"])
    assert {"auc", "brier_skill_pct", "ece"} <= set(told["calibration"])
    assert {"ic_24h", "ic_7d", "ic_7d_momentum", "t_7d", "days", "coins", "crash_ratio"} <= set(told["grade"])
    assert (told["n_variants_tried"], told["model_hash"]) == (12, "ab" * 32)


def test_it_is_json_and_every_estimate_has_its_bounds(told):
    again = json.loads(json.dumps(told, allow_nan=False))
    estimate = again["signals"]["hit_rate"]
    assert estimate["low"] < estimate["value"] < estimate["high"]


def test_a_planted_edge_is_found(told):
    signals = told["signals"]
    assert signals["coins"] == 5
    assert signals["hit_lift_pp"]["low"] > 10
    assert told["paired"]["rsi"]["hit_lift_pp"]["low"] > 10
    assert told["paired"]["rsi"]["net_mean_pct"]["low"] > 0
    assert signals["profit_factor"]["low"] > 1
    assert signals["delay_cost_pct"]["value"] > 0
    assert signals["alpha_mean_pct"]["low"] > 0


def test_dice_show_no_edge(told):
    dice = told["baselines"]["random"]
    assert dice["hit_lift_pp"]["low"] < 0 < dice["hit_lift_pp"]["high"]
    assert dice["net_mean_pct"]["value"] == pytest.approx(dice["gross_mean_pct"]["value"] - 0.3)


def test_the_figures_are_those_of_the_counted_trades(told, coins):
    trades = pool(coins).trades["model"]
    signals = told["signals"]
    assert signals["n"] == len(trades)
    assert signals["hit_rate"]["value"] == pytest.approx(trades.hit.mean())
    assert signals["net_mean_pct"]["value"] == pytest.approx(100 * trades.net.mean())
    gains, losses = trades.net[trades.net > 0].sum(), -trades.net[trades.net < 0].sum()
    assert signals["profit_factor"]["value"] == pytest.approx(gains / losses)
    delayed = np.isfinite(trades.delayed_net)
    cost = 100 * (trades.net - trades.delayed_net)[delayed].mean()
    assert signals["delay_cost_pct"]["value"] == pytest.approx(cost)
    months = sum(len(c.slot) for c in coins) / (30.4375 * 24)
    assert signals["per_coin_month"]["value"] == pytest.approx(len(trades) / months)


def test_the_base_rate_is_that_of_every_eligible_bar_on_the_signals_sides(told, coins):
    together = pool(coins)
    bars, up, down = (together.base[name].sum() for name in ("bars", "up", "down"))
    assert bars == sum(len(c.slot) for c in coins)
    bullish = (together.trades["model"].side > 0).mean()
    expected = bullish * up / bars + (1 - bullish) * down / bars
    assert told["signals"]["base_rate"]["value"] == pytest.approx(expected)


def test_regimes_share_the_signals_whose_regime_was_known(told, coins):
    regime = pool(coins).trades["model"].regime
    assert [told["regimes"][name]["n"] for name in ("bull", "bear", "sideways")] == [
        (regime == code).sum() for code in range(3)
    ]
    assert told["regimes"]["bull"]["hit_lift_pp"]["value"] > 10


def test_returns_are_compared_with_all_coins_at_the_same_close(coins):
    together = pool(coins)
    trades, slots = together.trades["model"], {}
    for each in coins:
        for slot, long, short in zip(each.slot, each.long_gross, each.short_gross, strict=True):
            slots.setdefault(int(slot), []).append((long, short))
    for i in range(0, len(trades), 40):
        market = np.mean(slots[trades.time_ms[i] // HOUR], axis=0)[0 if trades.side[i] > 0 else 1]
        assert together.alpha["model"][i] == pytest.approx(trades.gross[i] - market, abs=1e-6)


def test_trades_of_one_coin_never_overlap(coins):
    for each in coins:
        for trades in each.trades.values():
            assert (np.diff(trades.time_ms) >= HORIZON * HOUR).all()


def test_a_model_that_says_nothing_has_no_figures_and_says_why():
    silent = coin(9, model=lambda candles: np.zeros(len(candles), np.int8))
    told = report(Findings([silent], {}, None, 1, "", DRAWS))
    assert told["signals"]["n"] == 0
    assert told["signals"]["hit_rate"]["value"] is None
    assert "0 observations" in told["signals"]["hit_rate"]["note"]
    assert told["regimes"]["bull"]["hit_lift_pp"]["value"] is None
    assert told["calibration"]["auc"]["value"] is None
    assert told["grade"]["ic_7d"]["note"] == "Nothing was judged."
    json.dumps(told, allow_nan=False)


def test_predictions_that_came_to_nothing_are_not_judged(coins):
    nobody = predictions()
    empty = Predictions(*(getattr(nobody, name)[:0] for name in Predictions.__slots__))
    assert report(Findings(coins, {"up": empty}, None, 1, "", DRAWS))["calibration"]["auc"]["value"] is None


def test_no_coins_no_judgement():
    with pytest.raises(ValueError, match="one timeframe"):
        pool([])


@pytest.mark.parametrize(("hits", "n"), [(0, 40), (12, 40), (40, 40)])
def test_wilsons_interval_holds_the_rate_and_stays_within_bounds(hits, n):
    told = wilson(hits, n)
    assert 0 <= told.low <= told.value == hits / n <= told.high <= 1
    assert told.low < told.high


def test_wilsons_interval_is_the_textbooks():
    told = wilson(39, 100)
    assert (told.low, told.high) == pytest.approx((0.3002, 0.4881), abs=1e-3)
    assert wilson(10, 29).value is None


def test_a_coin_without_an_eligible_bar_adds_nothing(coins, told):
    c = walk(300)
    acts = outcomes(c, "1h", BarrierRule(HOUR, HORIZON), 2.5)
    never, unknown = np.zeros(300, bool), np.full(300, -1, np.int8)
    bars = CoinBars("NEW/USDT", "1h", c.open_time, never, acts, acts, unknown, unknown)
    silent = coin_evidence(bars, {name: np.ones(300, np.int8) for name in coins[0].trades}, HORIZON, Costs())
    together = report(Findings([*coins, silent], {}, None, 12, "", DRAWS))
    assert together["signals"] == told["signals"]
    alone = report(Findings([silent], {}, None, 12, "", DRAWS))
    assert (alone["signals"]["coins"], alone["signals"]["weeks"]) == (0, 0)
    assert alone["signals"]["hit_rate"]["value"] is None
