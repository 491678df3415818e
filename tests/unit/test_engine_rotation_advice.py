"""Does one step of advice choose, weigh, hold back and explain as its rules say?"""

from dataclasses import replace

import numpy as np
import pytest

from tests.fakes.rotation_market import book_of, growing, panel_of
from workstation.domain.errors import UsageError
from workstation.domain.narrative_index import ChangeKind
from workstation.domain.rotation import CASH, RotationRules, StandingSignal, TargetWeight
from workstation.engine.narratives.gate import GateState
from workstation.engine.narratives.panel import DAY_MS
from workstation.engine.narratives.rotation import RotationState, advise
from workstation.engine.narratives.rotation_history import MarketHistory
from workstation.engine.narratives.rotation_words import ordinal

DAYS = 80
NARRATIVES = {
    "ai": "FET TAO WLD GRT AGIX",
    "memes": "PEPE WIF DOGE",
    "gaming": "AXS GALA SAND",
    "empty": "NOWHERE",
}
PACE = {"ai": 0.010, "memes": 0.006, "gaming": 0.002}
GRADES = {
    "FET": 90, "TAO": 80, "WLD": 70, "GRT": 60, "AGIX": 50, "PEPE": 85, "WIF": 30, "DOGE": 55, "AXS": 50,
    "GALA": 45, "SAND": 42,
}  # fmt: skip
RULES = RotationRules(n_narratives=2, keep_rank=2, n_coins=3, keep_coins=3, target_volatility_pct=0.0)
OPEN = GateState(True, 0)


def closes(days=DAYS, **other):
    """Return closes of BTC and of every coin, each narrative at its own pace."""
    told = {"BTC": growing(0.004, days)}
    for name, pace in PACE.items():
        told |= {coin: growing(pace, days) for coin in NARRATIVES[name].split()}
    return told | other


def history(days=DAYS, rules=RULES, grades=None, volumes=None, **other):
    """Return the facts of the market, each coin graded the same on every day."""
    panel = panel_of(closes(days, **other), volumes)
    graded = GRADES if grades is None else grades
    grade = np.array([[graded.get(coin, np.nan) for coin in panel.coins]] * days)
    return MarketHistory.of(panel, book_of(**NARRATIVES), rules, grade)


def held_of(**weights):
    """Return what is held: narrative by narrative, coins with their weights."""
    return tuple(
        TargetWeight(coin, weight, name) for name, each in weights.items() for coin, weight in each.items()
    )


def weights_of(advice):
    """Return targets by coin."""
    return {target.coin: target.weight for target in advice.targets}


def test_the_best_graded_coins_of_the_best_narratives_are_entered_with_reasons():
    advice, state = advise(RotationState(), history().at(-1), RULES)
    assert advice.is_open
    assert [(name, rank) for name, rank, _ in advice.ranks] == [("ai", 1), ("memes", 2), ("gaming", 3)]
    assert advice.ranks[0][2] == pytest.approx(100 * (1.01**14 - 1))
    # two narratives of 0.40 each at most: three coins of 0.1333 in ai, two of 0.15 at most in memes
    expected = {"FET": 0.4 / 3, "TAO": 0.4 / 3, "WLD": 0.4 / 3, "PEPE": 0.15, "DOGE": 0.15, CASH: 0.3}
    assert weights_of(advice) == pytest.approx(expected)
    told = {change.coin: change.sentence for change in advice.changes}
    assert told["FET"] == (
        "enter FET with 13.3 %: Ai is 1st of 3 by 14-day return (+14.9 %), breadth and grade; its grade is 90"
    )
    assert {each.coin for each in state.held} == {"FET", "TAO", "WLD", "PEPE", "DOGE"}


def test_a_narrative_with_no_coin_listed_is_not_ranked():
    advice, _ = advise(RotationState(), history().at(-1), RULES)
    assert "empty" not in {name for name, _, _ in advice.ranks}


def test_a_narrative_of_fewer_coins_than_are_wanted_is_not_ranked():
    young = np.concatenate((np.full(DAYS - 29, np.nan), growing(0.01, 29)))
    advice, _ = advise(RotationState(), history(WIF=young).at(-1), RULES)
    assert [name for name, _, _ in advice.ranks] == ["ai", "gaming"]


def test_nothing_is_bought_without_grades():
    advice, _ = advise(RotationState(), history(grades={}).at(-1), RULES)
    assert weights_of(advice) == {CASH: 1.0}
    assert advice.changes == ()


def test_an_illiquid_or_young_coin_is_not_bought():
    young = np.concatenate((np.full(DAYS - 29, np.nan), growing(0.01, 29)))
    advice, _ = advise(RotationState(), history(TAO=young, volumes={"FET": 1.9e6}).at(-1), RULES)
    assert {"WLD", "GRT"} <= set(weights_of(advice))
    assert not {"FET", "TAO"} & set(weights_of(advice))


def test_a_closed_gate_sells_everything_and_says_why():
    falling = history(BTC=np.concatenate((growing(0.004, DAYS - 10), growing(-0.03, 10, 130.0))))
    state = RotationState(OPEN, held=held_of(ai={"FET": 0.3}))
    advice, after = advise(state, falling.at(-1), RULES)
    assert not advice.is_open
    assert weights_of(advice) == {CASH: 1.0}
    assert after.held == ()
    (change,) = advice.changes
    assert change.kind is ChangeKind.EXIT
    assert change.sentence.startswith("exit FET: the gate is closed: BTC is ")


def between_looks(**held):
    """Return a state that has already looked in the newest period."""
    _, looked = advise(RotationState(), history().at(-1), RULES)
    return replace(looked, held=held_of(**held))


def test_between_two_looks_nothing_is_touched():
    state = between_looks(gaming={"GALA": 0.21}, ai={"FET": 0.02})
    advice, after = advise(state, history().at(-1), RULES)
    assert advice.changes == ()
    assert after.held == state.held
    assert weights_of(advice) == pytest.approx({"GALA": 0.21, "FET": 0.02, CASH: 0.77})


def test_a_bearish_signal_exits_on_any_day_with_its_probability_and_the_fall_of_its_narrative():
    state = replace(between_looks(memes={"PEPE": 0.15}), ranks=(("memes", 1),))
    signals = {"PEPE": StandingSignal(-1, 0.41, 0.31), "FET": StandingSignal(1)}
    advice, _ = advise(state, history().at(-1, signals), RULES)
    (change,) = advice.changes
    assert change.sentence == (
        "exit PEPE: bearish signal at 0.41 against a base of 0.31; Memes fell from 1st to 2nd of 3 by "
        "14-day return (+8.7 %), breadth and grade"
    )


def test_a_bearish_signal_without_a_model_keeps_a_coin_out():
    signals = {"PEPE": StandingSignal(-1)}
    advice, _ = advise(RotationState(), history().at(-1, signals), RULES)
    assert "PEPE" not in weights_of(advice)
    told, _ = advise(between_looks(memes={"PEPE": 0.15}), history().at(-1, signals), RULES)
    assert told.changes[0].sentence.startswith("exit PEPE: a bearish signal stands; Memes ")


def test_a_coin_that_trades_no_more_is_left_after_seven_days():
    def silent_for(days):
        return np.concatenate((growing(0.01, DAYS - days), np.full(days, np.nan)))

    state = between_looks(ai={"FET": 0.2})
    kept, _ = advise(state, history(FET=silent_for(6)).at(-1), RULES)
    assert kept.changes == ()
    left, _ = advise(state, history(FET=silent_for(7)).at(-1), RULES)
    assert (
        left.changes[0].sentence == "exit FET: it has not traded for 7 days and is counted at its last price"
    )
    unknown, _ = advise(replace(state, held=held_of(ai={"GONE": 0.2})), history().at(-1), RULES)
    assert unknown.changes[0].kind is ChangeKind.EXIT


def test_a_held_narrative_stays_until_it_fades_below_its_rank():
    rules = replace(RULES, n_narratives=1, keep_rank=2)
    held = held_of(memes={"PEPE": 0.15, "DOGE": 0.15})
    kept, _ = advise(RotationState(OPEN, held=held), history(rules=rules).at(-1), rules)
    assert set(weights_of(kept)) == {"PEPE", "DOGE", CASH}
    strict = replace(rules, keep_rank=1)
    state = RotationState(OPEN, held=held, ranks=(("memes", 1),))
    left, _ = advise(state, history(rules=strict).at(-1), strict)
    assert set(weights_of(left)) == {"FET", "TAO", "WLD", CASH}
    assert left.changes[0].sentence == (
        "exit DOGE: Memes fell from 1st to 2nd of 3 by 14-day return (+8.7 %), breadth and grade"
    ) or left.changes[0].sentence.startswith("exit PEPE: Memes fell from 1st to 2nd of 3")


@pytest.mark.parametrize(
    ("coin", "narrative", "other", "reason"),
    [
        ("GRT", "ai", {}, "exit GRT: 3 coins of Ai are graded better; its grade is 60"),
        ("WIF", "memes", {}, "exit WIF: its grade is 30, below 40"),
        ("FET", "memes", {}, "exit FET: it belongs to Memes no more"),
        ("GRT", "ai", {"volumes": {"GRT": 1e6}}, "exit GRT: it traded less than 2 million US dollars a day"),
        ("FET", "empty", {}, "exit FET: fewer than 3 coins of Empty can be bought"),
    ],
)
def test_every_exit_has_its_own_reason(coin, narrative, other, reason):
    facts = history(**other, grades=GRADES | ({"FET": 10} if coin == "FET" else {})).at(-1)
    advice, _ = advise(RotationState(OPEN, held=held_of(**{narrative: {coin: 0.1}})), facts, RULES)
    told = {change.coin: change.sentence for change in advice.changes}
    assert told[coin].startswith(reason)


def test_a_held_coin_stays_while_it_is_graded_well_enough():
    rules, held = replace(RULES, keep_coins=4), held_of(ai={"GRT": 0.13})
    advice, _ = advise(RotationState(OPEN, held=held), history(rules=rules).at(-1), rules)
    assert set(weights_of(advice)) == {"GRT", "FET", "TAO", "PEPE", "DOGE", CASH}


def test_of_more_held_coins_than_are_wanted_the_worst_graded_go():
    rules = replace(RULES, keep_coins=5)
    held = held_of(ai={"FET": 0.1, "TAO": 0.1, "WLD": 0.1, "GRT": 0.1})
    advice, _ = advise(RotationState(OPEN, held=held), history(rules=rules).at(-1), rules)
    assert advice.changes[0].sentence == "exit GRT: no more than 3 coins of Ai are held"


def test_a_bearish_exit_from_a_narrative_that_is_not_ranked_needs_no_rank():
    signals = {"FET": StandingSignal(-1)}
    advice, _ = advise(between_looks(empty={"FET": 0.1}), history().at(-1, signals), RULES)
    assert advice.changes[0].sentence == "exit FET: a bearish signal stands"


def test_weights_near_their_targets_are_left_alone():
    held = held_of(ai={"FET": 0.14, "TAO": 0.12, "WLD": 0.10}, memes={"PEPE": 0.1499, "DOGE": 0.15})
    advice, _ = advise(RotationState(OPEN, held=held), history().at(-1), RULES)
    assert [(change.coin, change.kind) for change in advice.changes] == [("WLD", ChangeKind.INCREASE)]
    assert advice.changes[0].sentence == "increase WLD from 10.0 % to 13.3 %: it is brought back to its part"


def test_a_coin_that_grew_beyond_its_cap_is_cut_however_near():
    held = held_of(memes={"PEPE": 0.151, "DOGE": 0.15})
    advice, _ = advise(RotationState(OPEN, held=held), history().at(-1), RULES)
    cut = next(change for change in advice.changes if change.coin == "PEPE")
    assert cut.to_weight == 0.15
    assert cut.sentence.endswith("it grew beyond the 15 % that a coin may be")


def test_a_narrative_beyond_its_cap_loses_the_liberty_of_the_band():
    rules = replace(RULES, most_coin=0.5)
    held = held_of(ai={"FET": 0.14, "TAO": 0.14, "WLD": 0.14}, memes={"PEPE": 0.2, "DOGE": 0.2})
    advice, _ = advise(RotationState(OPEN, held=held), history(rules=rules).at(-1), rules)
    assert sum(weights_of(advice)[coin] for coin in ("FET", "TAO", "WLD")) == pytest.approx(0.4)


def test_exposure_is_cut_to_the_volatility_target_of_the_last_thirty_days():
    swing = 0.05 * np.where(np.arange(DAYS) % 2, 1.0, -1.0)
    rough = 100.0 * np.cumprod(1.0 + 0.01 + swing)
    rules = replace(RULES, n_narratives=1, n_coins=1, keep_coins=1, most_coin=0.4, target_volatility_pct=20.0)
    facts = history(rules=rules, FET=rough).at(-1)
    advice, _ = advise(RotationState(), facts, rules)
    daily = np.diff(rough)[-30:] / rough[-31:-1]
    realised = 0.4 * daily.std(ddof=1) * np.sqrt(365)
    assert weights_of(advice)["FET"] == pytest.approx(0.4 * 0.20 / realised)
    again = replace(rules, turnover_band=0.0)
    state = RotationState(OPEN, held=held_of(ai={"FET": 0.4}))
    told, _ = advise(state, history(rules=again, FET=rough).at(-1), again)
    assert "keeps the basket's volatility at 20 % a year" in told.changes[0].sentence


def test_a_gap_over_the_day_of_a_look_moves_it_to_the_next_bar():
    facts = history()
    mondays = [day for day in range(DAYS) if (facts.close_ms[day] // DAY_MS - 4) % 7 == 0]
    monday = mondays[-1]
    assert monday < DAYS - 1
    _, looked = advise(RotationState(OPEN), facts.at(monday - 1), RULES)
    state = replace(looked, held=held_of(gaming={"GALA": 0.15}))
    advice, _ = advise(state, facts.at(monday + 1), RULES)  # Monday itself was never seen
    assert "FET" in weights_of(advice)


def test_a_state_drifts_with_prices():
    state = RotationState(held=held_of(ai={"FET": 0.5, "TAO": 0.25}))
    drifted = state.drifted({"FET": 2.0, "TAO": 0.0})
    assert [(each.coin, each.weight) for each in drifted.held] == [("FET", pytest.approx(1.0 / 1.25))]


def test_a_coin_of_two_narratives_is_held_once():
    rules, days = replace(RULES, n_coins=2), DAYS
    panel = panel_of(closes(days))
    grade = np.array([[GRADES.get(coin, np.nan) for coin in panel.coins]] * days)
    both = MarketHistory.of(panel, book_of(ai="FET TAO", memes="FET PEPE"), rules, grade)
    assert both.shares_at(-1)[:, panel.coins.index("FET")].tolist() == [0.5, 0.5]
    advice, _ = advise(RotationState(), both.at(-1), rules)
    assert [each.coin for each in advice.targets].count("FET") == 1


def test_a_market_that_only_falls_keeps_everything_in_cash():
    names = ("BTC", *GRADES)
    panel = panel_of({name: growing(-0.01, DAYS) for name in names})
    grade = np.full((DAYS, len(names)), 90.0)
    facts, state = MarketHistory.of(panel, book_of(**NARRATIVES), RULES, grade), RotationState()
    for day in range(DAYS):
        advice, state = advise(state, facts.at(day), RULES)
        assert weights_of(advice) == {CASH: 1.0}


def test_hourly_bars_and_strange_grades_are_refused():
    panel = panel_of({"BTC": growing(0.01, 3)})
    with pytest.raises(UsageError, match="daily bars"):
        MarketHistory.of(replace(panel, bar_ms=3_600_000), book_of(), RULES)
    with pytest.raises(UsageError, match="shape"):
        MarketHistory.of(panel, book_of(), RULES, np.zeros((1, 1)))


@pytest.mark.parametrize(
    ("number", "word"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (22, "22nd")]
)
def test_ordinals(number, word):
    assert ordinal(number) == word
