"""Does an account trade at the next open, pay for it, and survive halts, gaps and coins that vanish?"""

from dataclasses import replace

import numpy as np
import pytest

from tests.fakes.rotation_market import book_of, growing, panel_of
from workstation.domain.narrative_index import ChangeKind
from workstation.domain.rotation import CASH, Advice, AdviceChange, RotationRules, TargetWeight
from workstation.engine.narratives.benchmarks import btc_gated, equal_weight, hold
from workstation.engine.narratives.equity import Accounts, Curve, Span, live_through
from workstation.engine.narratives.equity_statistics import (
    DayBlocks,
    Statistics,
    drawdowns,
    sharpe_difference,
    sharpe_ratios,
)
from workstation.engine.narratives.random_rotation import random_rotation
from workstation.engine.narratives.rotation_backtest import follow
from workstation.engine.narratives.rotation_history import MarketHistory, market_index

COST = 0.15
RULES = RotationRules()
NAN = float("nan")


def history_of(closes, rules=RULES, **narratives):
    """Return the facts of some closes."""
    return MarketHistory.of(panel_of(closes), book_of(**(narratives or {"all": " ".join(closes)})), rules)


def once(orders, on_day=0):
    """Return who gives one order at one close."""
    return lambda day, _: np.array([orders], np.float64) if day == on_day else None


def lived(history, decide, first=1, delay=0, cost_pct=COST):
    """Return what becomes of one account until the end."""
    span = Span(first, len(history), delay)
    return live_through(history, span, decide, Accounts(1, len(history.coins), cost_pct), lambda done: None)


def test_what_is_decided_at_a_close_is_bought_at_the_next_open_after_costs():
    panel = panel_of({"A": [100, 100, 110, 121]})
    panel.open[:, 0] = [100, 105, 100, 110]
    history = MarketHistory.of(panel, book_of(all="A"), RULES)
    curve = lived(history, once([0.5]))
    units = 0.5 / 105
    cash = 0.5 - 0.0015 * 0.5
    assert curve.value[:, 0] == pytest.approx([cash + units * close for close in (100, 110, 121)])
    assert curve.traded[:, 0] == pytest.approx([0.5, 0.0, 0.0])
    assert curve.exposure[0, 0] == pytest.approx(units * 100 / curve.value[0, 0])
    late = lived(history, once([0.5]), delay=1)
    assert late.value[0, 0] == 1.0
    assert late.traded[:, 0] == pytest.approx([0.0, 0.5, 0.0])


def test_purchases_are_cut_to_what_the_cash_pays_with_their_costs():
    curve = lived(history_of({"A": [100.0] * 3, "B": [10.0] * 3}), once([0.6, 0.4]))
    assert curve.value[:, 0] == pytest.approx([1 / 1.0015] * 2)
    assert curve.exposure[-1, 0] == pytest.approx(1.0)


def test_a_sale_pays_for_a_purchase_on_the_same_day():
    def decide(day, _):
        return np.array([[1.0, NAN]]) if day == 0 else np.array([[0.0, 1.0]]) if day == 1 else None

    curve = lived(history_of({"A": [100.0] * 3, "B": [10.0] * 3}), decide)
    first = 1 / 1.0015
    assert curve.value[:, 0] == pytest.approx([first, first * 0.9985 / 1.0015])


def test_an_order_waits_for_the_next_bar_where_all_bars_are_missing():
    history = history_of({"A": [100, NAN, NAN, 100, 200], "BTC": [1, NAN, NAN, 1, 1]})
    curve = lived(history, once([0.5, NAN]), cost_pct=0.0)
    assert curve.traded[:, 0] == pytest.approx([0.0, 0.0, 0.5, 0.0])
    assert curve.value[-1, 0] == pytest.approx(1.5)


def test_the_next_order_ends_a_purchase_that_waits_but_no_sale():
    accounts = Accounts(1, 2, 0.0)
    accounts.trade(np.array([1.0, 1.0]), np.zeros(2, np.bool_))
    accounts.order(np.array([[0.5, 0.25]]))
    accounts.trade(np.array([1.0, NAN]), np.zeros(2, np.bool_))  # B halts: its purchase waits
    accounts.order(np.array([[0.0, NAN]]))  # B is wanted no more, A shall go
    accounts.trade(np.array([NAN, 1.0]), np.zeros(2, np.bool_))  # now A halts
    assert accounts.weights()[0].tolist() == [0.5, 0.0]
    accounts.order(np.array([[NAN, NAN]]))
    accounts.trade(np.array([1.0, 1.0]), np.zeros(2, np.bool_))
    assert accounts.weights()[0].tolist() == [0.0, 0.0]


def test_a_coin_delisted_while_held_is_sold_at_its_last_price_after_seven_days():
    closes = [100.0, 100.0, 50.0] + [NAN] * 9
    history = history_of({"A": closes, "BTC": [1.0] * 12})
    curve = lived(history, once([1.0, NAN]), cost_pct=0.0)
    assert np.flatnonzero(curve.exposure[:, 0] == 0.0)[0] + 1 == 2 + 7
    assert curve.value[-1, 0] == pytest.approx(0.5)
    assert curve.traded.sum() == pytest.approx(2.0)


def test_a_price_of_zero_is_no_price():
    panel = panel_of({"A": [100, 100, 0.0, 100], "BTC": [1.0] * 4})
    history = MarketHistory.of(panel, book_of(all="A"), RULES)
    assert history.silent_days[:, 0].tolist() == [0, 0, 1, 0]
    curve = lived(history, once([1.0, NAN]), cost_pct=0.0)
    assert curve.value[:, 0].tolist() == [1.0, 1.0, 1.0]


def test_a_history_begins_anew_after_a_long_hole():
    closes = [*growing(0.0, 40), *[NAN] * 8, *growing(0.0, 35, 1e4)]
    history = history_of({"LUNA": closes, "BTC": growing(0.0, 83)})
    luna = history.place["LUNA"]
    assert history.can_buy[39, luna]
    assert not history.can_buy[40:77, luna].any()
    assert history.can_buy[77, luna]
    assert np.isnan(history.returns[48, luna])
    short = [*growing(0.0, 40), *[NAN] * 7, *growing(0.0, 36)]
    kept = history_of({"LUNA": short, "BTC": growing(0.0, 83)})
    assert kept.can_buy[47, kept.place["LUNA"]]


def test_the_index_of_all_coins_holds_equal_parts():
    returns = np.array([[np.nan, np.nan], [0.1, -0.1], [0.2, 0.0], [0.5, np.nan]])
    can_buy = np.array([[False, False], [True, True], [True, False], [True, True]])
    index = market_index(returns, can_buy)
    assert np.isnan(index[0])
    assert index[1:] == pytest.approx([1.0, 1.1, 1.1 * 1.5])


def test_holding_buys_when_the_coin_begins_to_trade():
    history = history_of({"A": [NAN, NAN, 100, 200, 200], "BTC": [1.0] * 5})
    curve = lived(history, hold(history, "A"), cost_pct=0.0)
    assert curve.traded[:, 0].tolist() == [0.0, 0.0, 1.0, 0.0]


def test_btc_gated_holds_it_above_its_mean_and_cash_below():
    btc = np.concatenate((growing(0.01, 60), growing(-0.02, 60, 180.0)))
    history = history_of({"BTC": btc})
    curve = lived(history, btc_gated(history), first=55)
    assert curve.exposure[0, 0] == pytest.approx(1.0)
    assert curve.exposure[-1, 0] == 0.0
    assert curve.traded.sum() == pytest.approx(1 / 1.0015 + 1.0)


def test_equal_weight_holds_every_coin_that_can_be_bought_and_sells_when_the_gate_closes():
    turned = np.concatenate((growing(0.01, 70), growing(-0.03, 20, 190.0)))
    closes = {"BTC": turned, "A": turned, "B": turned, "NEW": [NAN] * 80 + [1.0] * 10}
    history = history_of(closes, all="A B NEW")
    free = lived(history, equal_weight(history, RULES, is_gated=False), first=60)
    assert free.exposure[:, 0] == pytest.approx(np.ones(30), abs=1e-12)
    gated = lived(history, equal_weight(history, RULES, is_gated=True), first=60)
    assert gated.exposure[0, 0] == pytest.approx(1.0)
    assert gated.exposure[-1, 0] == 0.0


def advice_of(day, history, **weights):
    """Return advice that enters or leaves coins, from nothing to their weights."""
    targets = tuple(TargetWeight(coin, weight, "all") for coin, weight in weights.items() if weight)
    changes = tuple(
        AdviceChange(coin, ChangeKind.ENTER if weight else ChangeKind.EXIT, 0.0, weight, "because")
        for coin, weight in weights.items()
    )
    cash = TargetWeight(CASH, 1.0 - sum(target.weight for target in targets))
    return Advice(int(history.close_ms[day]), True, "open", (*targets, cash), changes, ())


def test_random_rotation_trades_as_much_on_the_same_days_with_other_coins():
    coins = {f"C{k}": growing(0.0, 60) for k in range(12)}
    history = history_of({**coins, "BTC": growing(0.0, 60)}, all=" ".join(coins))
    advice = [
        (40, advice_of(40, history, C1=0.2, C2=0.3)),
        (41, replace(advice_of(41, history), changes=())),
        (45, advice_of(45, history, C1=0.0, C2=0.3, C3=0.1)),
    ]
    ours = lived(history, follow(history, advice), first=40, cost_pct=0.0)
    decide = random_rotation(history, advice, 50)
    lots = live_through(
        history, Span(40, 60), decide, Accounts(50, len(history.coins), 0.0), lambda done: None
    )
    assert lots.exposure == pytest.approx(np.repeat(ours.exposure, 50, axis=1))
    assert lots.traded == pytest.approx(np.repeat(ours.traded, 50, axis=1))
    again = random_rotation(history, advice, 50)(40, Accounts(50, 13))
    assert len({tuple(row) for row in (again > 0).astype(int).tolist()}) > 20


def test_random_rotation_of_too_few_coins_holds_what_there_is():
    history = history_of({"A": growing(0.0, 60), "BTC": growing(0.0, 60)}, all="A")
    advice = [(40, advice_of(40, history, A=0.2, BTC=0.3))]
    orders = random_rotation(history, advice, 3)(40, Accounts(3, 2))
    assert np.nansum(orders, axis=1) == pytest.approx([0.2] * 3)


def curve_of(values, exposure=1.0, traded=0.0):
    """Return the curve of one account."""
    value = np.array(values, np.float64)[:, None]
    return Curve(np.arange(len(value)), value, np.full(value.shape, exposure), np.full(value.shape, traded))


def test_the_figures_of_a_curve_by_hand():
    figures = Statistics.of(curve_of([1.1, 0.99, 1.188], exposure=0.5, traded=0.1))
    returns = np.array([0.1, -0.1, 0.2])
    assert figures.cagr == pytest.approx(1.188 ** (365 / 3) - 1)
    assert figures.max_drawdown == pytest.approx(0.1)
    assert figures.sharpe == pytest.approx(returns.mean() / returns.std(ddof=1) * np.sqrt(365))
    assert figures.sortino == pytest.approx(returns.mean() / np.sqrt(0.01 / 3) * np.sqrt(365))
    assert figures.turnover_per_year == pytest.approx(0.1 * 365)
    assert figures.exposure == 0.5
    assert set(figures.as_json()) == {
        "cagr", "max_drawdown", "sharpe", "sortino", "turnover_per_year", "exposure"
    }  # fmt: skip


def test_a_fall_below_the_beginning_is_a_drawdown():
    assert drawdowns(curve_of([0.9, 0.8, 1.2]))[:, 0] == pytest.approx([0.1, 0.2, 0.0])


def test_what_never_moved_has_no_ratio():
    figures = Statistics.of(curve_of([1.0, 1.0]))
    assert (figures.sharpe, figures.sortino) == (None, None)
    assert np.isnan(sharpe_ratios(np.array([[0.1]]))[0])


def test_the_interval_of_a_difference_holds_it_and_says_where_there_is_none():
    rng = np.random.default_rng(1)
    base = rng.normal(0.0, 0.02, 400)
    same = sharpe_difference(base, base, DayBlocks(draws=200))
    assert (same.value, same.low, same.high) == (0.0, 0.0, 0.0)
    better = sharpe_difference(base + 0.004, base, DayBlocks(draws=200))
    assert 0 < better.low < better.value < better.high
    short = sharpe_difference(base[:100] + 0.004, base[:100], DayBlocks(draws=200))
    assert short.low is None
    assert "Only 100 days" in short.note
    still = sharpe_difference(base, np.zeros(400), DayBlocks(draws=10))
    assert still.value is None
