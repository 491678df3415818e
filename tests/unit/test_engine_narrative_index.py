"""Indices of narratives: worked out by hand, and what must happen to coins that come and go."""

import numpy as np
import pytest

from workstation.domain.narrative import Membership, Narrative, NarrativeBook, Rename
from workstation.domain.narrative_index import ChangeKind, IndexRules, Weighting
from workstation.engine.narratives.index import indices
from workstation.engine.narratives.index_lineup import Lineup
from workstation.engine.narratives.panel import DAY_MS, MarketPanel
from workstation.engine.narratives.weights import capped

HOLE = float("nan")
FIRST_DAY = 13  # its bar closes on day 14, when a rebalance of ten days is due
RULES = IndexRules(most_weight=0.5, least_daily_usd=0, least_days=1, rebalance_days=10, cost_pct=1.0)


def panel_of(opens, closes, dollars=None, cap=None):
    """Return a panel of daily bars, coins by name."""
    coins = tuple(opens)
    open_, close = (np.array([each[c] for c in coins], float).T for each in (opens, closes))
    traded = np.where(np.isnan(close), np.nan, 1e6) if dollars is None else np.array(dollars, float)
    caps = np.full(close.shape, np.nan) if cap is None else np.array(cap, float)
    close_ms = (np.arange(len(close), dtype=np.int64) + FIRST_DAY + 1) * DAY_MS
    return MarketPanel(close_ms, coins, open_, close, traded, caps, DAY_MS)


def flat(n, **prices):
    """Return a panel in which every coin opens and closes at one price; lists are taken as they are."""
    columns = {c: p if isinstance(p, list) else [p] * n for c, p in prices.items()}
    return panel_of(columns, columns)


def book_of(*coins, renames=()):
    members = tuple(coin if isinstance(coin, Membership) else Membership(coin) for coin in coins)
    return NarrativeBook((Narrative("ai", "AI", members),), renames)


def told(found, name="ai"):
    return [(c.at_ms // DAY_MS, c.coin, c.kind.value, c.reason) for c in found.state.log.changes(name)]


def test_the_example_worked_out_by_hand():
    n = 12
    opens = {"A": [10, 10] + [15] * 10, "B": [20, 20] + [22] * 10, "C": [5, 5] + [HOLE] * 10}
    closes = {
        "A": [10, 12] + [15] * 9 + [18],
        "B": [20, 20] + [22] * 9 + [11],
        "C": [5, 4] + [HOLE] * 10,
    }
    found = indices(panel_of(opens, closes), book_of("A", "B", "C"), RULES)
    # Decided at the first close, bought at the next open: 333.33 each, for 1 % of 1,000.
    # Units: A 33.3333 at 10, B 16.6667 at 20, C 66.6667 at 5.
    # Close of the second bar: A 12, B 20, C 4:      400 + 333.333 + 266.667 = 1,000
    # Then A 15, B 22, C has no bar, keeps its 4:    500 + 366.667 + 266.667 = 1,133.333
    # Eight days after its last close C leaves at 4: 266.667 become cash, 4/17 of the index are sold.
    # The second rebalance, day 24, A 15 and B 22:   566.667 each; +66.667 A, +200 B, 4/17 are bought.
    # Units: A 37.7778, B 25.7576. Last close, A 18, B 11: 680 + 283.333 = 963.333
    gross = [HOLE, 1000.0] + [1133.0 + 1 / 3] * 9 + [963.0 + 1 / 3]
    np.testing.assert_allclose(found.gross[:, 0], gross, rtol=1e-12)
    first, sold = 0.99, 1 - 0.01 * 4 / 17
    kept = np.array([1.0] + [first] * 8 + [first * sold] * 2 + [first * sold**2])
    np.testing.assert_allclose(found.net[:, 0], gross * kept, rtol=1e-12)
    assert found.net[-1, 0] == pytest.approx(949.2172, abs=1e-4)
    assert len(found.gross) == n
    assert told(found) == [
        (14, "A", "enter", "rebalance"),
        (14, "B", "enter", "rebalance"),
        (14, "C", "enter", "rebalance"),
        (23, "C", "exit", "delisted"),
        (24, "A", "increase", "rebalance"),
        (24, "B", "increase", "rebalance"),
    ]
    delisted = found.state.log.changes("ai")[3]
    assert delisted.from_weight == pytest.approx(4 / 17)
    assert delisted.to_weight == 0


def test_an_index_without_a_listed_coin_has_no_value_and_says_so():
    found = indices(flat(30, A=1.0), book_of("NEVER", "HEARD"), RULES)
    assert np.isnan(found.net).all()
    assert found.state.notes == ("No coin of it could be held yet.",)
    assert found.state.lineup.absent == ("HEARD", "NEVER")


def test_a_member_that_leaves_is_sold_at_the_next_open_and_waits_as_cash():
    leaves = Membership("B", until_ms=17 * DAY_MS)
    panel = flat(13, A=1.0, B=[1.0] * 4 + [2.0] * 9)
    found = indices(panel, book_of("A", leaves), RULES)
    assert told(found)[2:] == [
        (17, "B", "exit", "no longer in the narrative"),
        (24, "A", "increase", "rebalance"),
    ]
    assert found.gross[-1, 0] == pytest.approx(1500)  # sold at 2, its open on day 17
    assert found.state.weights.sum() == pytest.approx(1)


def test_a_renamed_coin_leaves_as_what_it_became():
    leaves = Membership("AGIX", until_ms=17 * DAY_MS)
    renames = (Rename("AGIX", "FET", 17 * DAY_MS, 0.43335),)
    found = indices(flat(8, FET=1.0, AGIX=1.0), book_of("FET", leaves, renames=renames), RULES)
    assert (17, "AGIX", "exit", "became FET") in told(found)


def test_what_loses_every_coin_stays_in_cash_and_goes_on_where_it_stood():
    prices = [1.0, 1.0, 3.0] + [HOLE] * 30 + [7.0, 7.0, 14.0] + [14.0] * 10
    back = flat(46, A=prices, OTHER=1.0)
    found = indices(back, book_of("A"), RULES)
    assert found.gross[2:, 0].tolist()[:31] == [3000.0] * 31
    assert (24, "A", "exit", "delisted") in told(found)
    assert indices(back[:30], book_of("A"), RULES).state.notes == (
        "No coin of it can be held: the index stands in cash.",
    )
    again = [row for row in told(found) if row[2] == "enter"]
    assert [row[0] for row in again] == [14, 54]  # the next rebalance after it was listed anew
    assert found.gross[-1, 0] == pytest.approx(3000.0)
    assert found.state.notes == ("",)


def test_a_rebalance_in_a_gap_happens_at_the_next_bar_that_exists():
    prices = [1.0] * 9 + [HOLE] * 3 + [2.0] * 4  # no coin has the bars of days 22 to 24
    found = indices(flat(16, A=prices, B=[1.0] * 9 + [HOLE] * 3 + [4.0] * 4), book_of("A", "B"), RULES)
    later = [row for row in told(found) if row[0] > 14]
    assert later == [(26, "A", "increase", "rebalance"), (26, "B", "reduce", "rebalance")]


def test_the_open_after_a_decision_may_be_missing_too():
    prices = [1.0, HOLE, HOLE, 2.0, 4.0]
    found = indices(flat(5, A=prices), book_of("A"), RULES)
    assert told(found) == [(16, "A", "enter", "rebalance")]
    np.testing.assert_allclose(found.gross[:, 0], [HOLE, HOLE, HOLE, 1000, 2000])


def test_a_held_coin_without_a_bar_at_a_rebalance_is_neither_bought_nor_sold():
    coins = {"A": 1.0, "B": 1.0, "C": [1.0] * 11 + [HOLE] + [1.0], "D": [1.0] * 10 + [2.0] * 3}
    found = indices(flat(13, **coins), book_of(*coins), RULES)
    weights = dict(zip(found.state.lineup.coins, found.state.weights.tolist(), strict=True))
    assert "C" not in [row[1] for row in told(found) if row[0] == 24]
    assert weights["C"] == pytest.approx(0.2)  # a quarter at first; D has doubled since
    assert weights["A"] == weights["B"] == weights["D"] == pytest.approx(0.8 / 3)


def test_coins_that_are_young_or_trade_too_little_wait():
    rules = IndexRules(least_daily_usd=100, least_days=5, rebalance_days=5, cost_pct=0)
    prices = {"OLD": 1.0, "THIN": 1.0, "NEW": [HOLE] * 8 + [1.0] * 8}
    panel = flat(16, **prices)
    panel.dollar_volume[:, 1] = 99.9
    found = indices(panel, book_of(*prices), rules)
    entries = [(day, coin) for day, coin, kind, _ in told(found) if kind == "enter"]
    assert entries == [(19, "OLD")]  # NEW is three days old on day 24 and there is no later rebalance


def test_a_coin_that_dries_up_leaves_with_the_reason():
    rules = IndexRules(most_weight=1, least_daily_usd=100, least_days=1, rebalance_days=1, cost_pct=0)
    panel = flat(6, A=1.0, B=1.0)
    panel.dollar_volume[:, 1] = [200, 200, 0, 0, 0, 0]
    assert (18, "B", "exit", "traded too little") in told(indices(panel, book_of("A", "B"), rules))


def test_a_price_of_zero_is_no_bar():
    found = indices(flat(4, A=[1.0, 1.0, 0.0, 2.0], B=1.0), book_of("A", "B"), RULES)
    np.testing.assert_allclose(found.gross[:, 0], [HOLE, 1000, 1000, 1500])


def test_a_coin_in_two_narratives_counts_by_its_shares():
    both = NarrativeBook(
        (
            Narrative("ai", "AI", (Membership("A", share=0.25), Membership("B"))),
            Narrative("defi", "DeFi", (Membership("A", share=0.75), Membership("C"))),
        )
    )
    rules = IndexRules(most_weight=1, least_daily_usd=0, least_days=1, rebalance_days=10)
    state = indices(flat(3, A=1.0, B=1.0, C=1.0), both, rules).state
    np.testing.assert_allclose(state.weights, [0.2, 0.8, 3 / 7, 4 / 7])


@pytest.mark.parametrize(
    ("weighting", "weights"),
    [(Weighting.EQUAL, [0.5, 0.5]), (Weighting.VOLUME, [0.75, 0.25]), (Weighting.CAP, [0.1, 0.9])],
)
def test_weights_are_equal_or_by_volume_or_by_cap(weighting, weights):
    prices = {"A": [1.0] * 3, "B": [1.0] * 3}
    panel = panel_of(prices, prices, dollars=[[300, 100]] * 3, cap=[[1e9, 9e9], [5e9, 5e9], [HOLE, HOLE]])
    rules = IndexRules(weighting, 1.0, 0, 1, 10, 0)
    np.testing.assert_allclose(indices(panel, book_of("A", "B"), rules).state.weights, weights)


def test_a_coin_of_unknown_cap_is_left_out_of_a_cap_weighted_index():
    prices = {"A": [1.0] * 3, "B": [1.0] * 3}
    panel = panel_of(prices, prices, cap=[[1e9, HOLE]] * 3)
    found = indices(panel, book_of("A", "B"), IndexRules(Weighting.CAP, 1.0, 0, 1, 10, 0))
    assert found.state.weights.tolist() == [1.0, 0.0]


def test_what_is_cut_off_goes_to_the_others_again_and_again():
    lineup = Lineup(book_of(*"ABCDE"), list("ABCDE"))
    weights = capped(np.array([60.0, 20.0, 12.0, 5.0, 3.0]), lineup, 0.3)
    np.testing.assert_allclose(weights, [0.3, 0.3, 0.24, 0.1, 0.06])  # the second is above it after the first


def test_too_few_coins_for_the_bound_weigh_the_same():
    lineup = Lineup(book_of(*"ABC"), list("ABC"))
    np.testing.assert_allclose(capped(np.array([8.0, 1.0, 1.0]), lineup, 0.25), [1 / 3] * 3)
    np.testing.assert_allclose(capped(np.zeros(3), lineup, 0.25), [0, 0, 0])


def test_a_log_names_the_kind_of_change():
    found = indices(flat(13, A=[1.0] * 5 + [2.0] * 8, B=1.0), book_of("A", "B"), RULES)
    assert [c.kind for c in found.state.log.changes("ai")] == [
        ChangeKind.ENTER,
        ChangeKind.ENTER,
        ChangeKind.REDUCE,
        ChangeKind.INCREASE,
    ]
