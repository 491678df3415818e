"""How narratives stand: every figure worked out another way, and the same live as in one go."""

import numpy as np
import pandas as pd
import pytest

from workstation.domain.errors import UsageError
from workstation.domain.narrative import Membership, Narrative, NarrativeBook
from workstation.domain.narrative_index import IndexRules
from workstation.engine.narratives.index import indices
from workstation.engine.narratives.index_live import LiveIndices
from workstation.engine.narratives.panel import DAY_MS, MarketPanel
from workstation.engine.narratives.standing import Mood, standings

COINS = ("BTC", "FET", "AGIX", "UNI", "AAVE", "DOGE")
BOOK = NarrativeBook(
    (
        Narrative("ai", "AI", (Membership("FET"), Membership("AGIX"))),
        Narrative("defi", "DeFi", (Membership("UNI", share=0.5), Membership("AAVE"))),
        Narrative("gaming", "Gaming", (Membership("SAND"),)),
    )
)
RULES = IndexRules(most_weight=0.6, least_daily_usd=0, least_days=2, cost_pct=0.1)


def market(n=60, bar_ms=DAY_MS, seed=3):
    rng = np.random.default_rng(seed)
    shape = n, len(COINS)
    close = 10 * np.exp(rng.normal(0, 0.03, shape).cumsum(axis=0))
    dollars = rng.lognormal(15, 1, shape)
    close_ms = (np.arange(n, dtype=np.int64) + 5) * bar_ms
    open_ = np.vstack([close[:1], close[:-1]])
    return MarketPanel(close_ms, COINS, open_, close, dollars, np.full(shape, np.nan), bar_ms)


@pytest.fixture(scope="module")
def stood():
    panel = market()
    found = indices(panel, BOOK, RULES)
    mood = Mood({"FET": 1, "UNI": -1, "AAVE": -1, "DOGE": 1}, {"FET": 90, "UNI": 20})
    return panel, found, standings(panel, found.net, found.state, mood)


def test_returns_are_of_the_index_and_the_best_week_is_first(stood):
    _, found, (ai, defi, _gaming) = stood
    values = pd.DataFrame(found.net)
    assert ai.roi_24h_pct == pytest.approx(100 * values[0].pct_change(1).iloc[-1])
    assert ai.roi_7d_pct == pytest.approx(100 * values[0].pct_change(7).iloc[-1])
    assert defi.roi_30d_pct == pytest.approx(100 * values[1].pct_change(30).iloc[-1])
    assert defi.roi_all_pct == pytest.approx(found.net[-1, 1] / 10 - 100)
    assert (ai.rank, defi.rank) == ((1, 2) if ai.roi_7d_pct > defi.roi_7d_pct else (2, 1))


def test_breadth_counts_held_coins_above_their_mean_of_twenty_days(stood):
    panel, _, (ai, defi, _gaming) = stood
    above = panel.close[-1] > panel.close[-20:].mean(axis=0)
    assert ai.breadth_pct == pytest.approx(100 * above[[1, 2]].mean())
    assert defi.breadth_pct == pytest.approx(100 * above[[3, 4]].mean())


def test_the_share_of_volume_counts_members_by_their_shares(stood):
    panel, _, (_ai, defi, _gaming) = stood
    day = panel.dollar_volume[-1]
    assert defi.volume_share_pct == pytest.approx(100 * (0.5 * day[3] + day[4]) / day.sum())


def test_signals_and_grades_of_what_is_held_are_counted(stood):
    _, _, (ai, defi, _gaming) = stood
    assert (ai.n_bullish, ai.n_bearish, ai.grade) == (1, 0, 90)
    assert (defi.n_bullish, defi.n_bearish, defi.grade) == (0, 2, 20)


def test_correlation_is_of_daily_returns_over_thirty_days(stood):
    panel, found, (ai, *_) = stood
    returns = pd.DataFrame({"ai": found.net[:, 0], "btc": panel.close[:, 0]}).pct_change()[-30:]
    assert ai.btc_correlation == pytest.approx(returns["ai"].corr(returns["btc"]))


def test_holdings_come_largest_first_with_their_own_returns(stood):
    panel, _, (ai, *_) = stood
    assert [each.weight for each in ai.holdings] == sorted((h.weight for h in ai.holdings), reverse=True)
    assert sum(each.weight for each in ai.holdings) == pytest.approx(1)
    fet = next(each for each in ai.holdings if each.coin == "FET")
    assert fet.roi_7d_pct == pytest.approx(100 * (panel.close[-1, 1] / panel.close[-8, 1] - 1))
    assert (fet.grade, fet.lean) == (90, 1)


def test_a_narrative_that_holds_nothing_says_why(stood):
    gaming = stood[2][2]
    assert gaming.value is gaming.rank is gaming.roi_7d_pct is gaming.breadth_pct is gaming.grade is None
    assert gaming.volume_share_pct == 0
    assert gaming.holdings == ()
    assert gaming.note == "No coin of it could be held yet."


def test_a_young_market_has_few_figures():
    panel = market(16)
    found = indices(panel, BOOK, RULES)
    ai = standings(panel, found.net, found.state)[0]
    assert ai.value is not None
    assert ai.roi_30d_pct is ai.breadth_pct is ai.btc_correlation is None


@pytest.mark.parametrize("bar_ms", [DAY_MS, DAY_MS // 2])
def test_live_stands_as_the_whole_does(bar_ms):
    panel = market(150, bar_ms)
    live = LiveIndices(panel[:70], BOOK, RULES)
    mood = Mood({"FET": 1}, {"AAVE": 50})
    for row in range(70, 150):
        bar = np.stack([c[row] for c in (panel.open, panel.close, panel.dollar_volume, panel.cap)])
        live.take(int(panel.close_ms[row]), bar)
    found = indices(panel, BOOK, RULES)
    assert live.net[-1].tobytes() == found.net[-1].tobytes()
    assert live.standings(mood) == standings(panel, found.net, found.state, mood)


def test_bars_that_nobody_told_are_bars_that_no_coin_has():
    panel = market(80)
    for column in (panel.open, panel.close, panel.dollar_volume):
        column[70:79] = np.nan
    live = LiveIndices(panel[:70], BOOK, RULES)
    live.take(
        int(panel.close_ms[-1]),
        np.stack([c[-1] for c in (panel.open, panel.close, panel.dollar_volume, panel.cap)]),
    )
    found = indices(panel, BOOK, RULES)
    assert live.standings() == standings(panel, found.net, found.state)


@pytest.mark.parametrize("late", [0, -DAY_MS, 1])
def test_a_bar_that_is_not_the_next_is_refused(late):
    live = LiveIndices(market(5), BOOK, RULES)
    with pytest.raises(UsageError, match="must close later, on the grid"):
        live.take(live.at_ms + late, np.full((4, len(COINS)), np.nan))
