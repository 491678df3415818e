"""The advice panel: gate, targets, reasons, trades, following, the record and the rules in words."""

from dataclasses import replace
from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel

from tests.fakes.advice_world import DAY, RULES, became, given
from tests.fakes.rotation_view import AT_DAY, entry, standing, trial, view
from workstation.domain.given_advice import AdviceEntry
from workstation.domain.narrative_index import ChangeKind
from workstation.domain.paper_account import Side
from workstation.domain.rotation import AdviceChange, RotationRules
from workstation.ui.rotation.rotation_advice_panel import NO_ACCOUNT, NONE_YET, AdvicePanel
from workstation.ui.rotation.rotation_view import RotationView
from workstation.ui.rotation.rotation_words import RULES as RULE_FORM
from workstation.ui.rotation.rotation_words import age_words, outcome_words, record_words, rules_sentences
from workstation.ui.rotation.trial_words import NO_TRIAL, verdict_words
from workstation.ui.theme import DARK, LIGHT

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def panel(qtbot):
    made = AdvicePanel(DARK)
    qtbot.addWidget(made)
    made.resize(430, 700)
    made.show()
    return made


def texts(widget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget)]


def test_gate_targets_and_reasons_are_shown(panel):
    panel.show_view(view())
    assert panel.gate.text() == "● Gate open: coins may be held"
    assert panel.why.text() == "BTC is 3.0 % above its 50-day mean"
    assert panel.age.text() == "Close of 2024-06-26, 00:00 UTC, 3 h ago"
    assert panel.targets.texts() == [
        ["PEPE", "Memecoins", "▲ 0.0 → 25.0 %", "71", "▲ bullish"],
        ["BTC", "Memecoins", "▲ 0.0 → 15.0 %", "55", "–"],
        ["Cash", "", "90.0 → 60.0 %", "", ""],
    ]
    assert [label.text() for label in panel.sentences] == [
        "▲ enter PEPE: memecoins rank 1st of 12",
        "▲ enter BTC: memecoins rank 1st of 12",
    ]
    assert panel.ranks.texts()[0] == ["Memecoins", "1", "+12.5 %", "● held 40.0 %"]


def test_a_coin_that_is_left_stands_below_the_targets_with_its_reason(panel):
    gone = AdviceChange("WIF", ChangeKind.EXIT, 0.1, 0.0, "exit WIF: a bearish signal stands")
    panel.show_view(view(entry=entry(changes=(gone,))))
    assert panel.targets.texts()[-1] == ["WIF", "", "▼ 10.0 → 0.0 %", "–", "–"]
    assert panel.sentences[0].text() == "▼ exit WIF: a bearish signal stands"
    panel.show_view(view(entry=entry(changes=())))
    assert [label.text() for label in panel.sentences] == ["Nothing changes: what is held is what should be."]


def test_the_trades_are_those_that_lead_to_the_targets_with_their_cost(panel):
    shown = view()
    panel.show_view(shown)
    plan = shown.plan()
    assert [(order.coin, order.side) for order in plan.orders] == [
        ("WIF", Side.SELL),
        ("PEPE", Side.BUY),
        ("BTC", Side.BUY),
    ]
    assert [row[:2] for row in panel.trades.texts()] == [
        ["WIF", "▼ sell"],
        ["PEPE", "▲ buy"],
        ["BTC", "▲ buy"],
    ]
    assert f"{float(plan.cost):.2f} USDT" in panel.cost.text()
    bare = view(prices={})
    panel.show_view(bare)
    assert "PEPE is not bought: it has no price now." in panel.cost.text()


def test_following_twice_asks_once_and_applied_advice_cannot_be_followed_again(panel, qtbot):
    asked = []
    panel.follow_requested.connect(asked.append)
    panel.show_view(view())
    qtbot.mouseClick(panel.follow_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(panel.follow_button, Qt.MouseButton.LeftButton)
    assert asked == ["Mine"]
    panel.show_view(view(busy=frozenset({"Mine"})))
    assert (panel.follow_button.text(), panel.follow_button.isEnabled()) == ("Following…", False)
    panel.show_view(view(accounts=(standing(followed_ms=AT_DAY * DAY),)))
    assert (panel.follow_button.text(), panel.follow_button.isEnabled()) == ("Followed", False)
    assert not panel.trades.isVisibleTo(panel)
    qtbot.mouseClick(panel.follow_button, Qt.MouseButton.LeftButton)
    assert asked == ["Mine"]


def test_following_automatically_is_on_only_when_the_engine_says_so(panel, qtbot):
    switched = []
    panel.following_switched.connect(lambda *said: switched.append(said))
    panel.show_view(view())
    panel.following.click()
    assert switched == [("Mine", True)]
    assert not panel.following.isChecked()
    panel.show_view(view(accounts=(standing(is_following=True),)))
    assert panel.following.isChecked()
    panel.show_view(view(is_connected=False))
    assert not panel.following.isEnabled()
    assert not panel.follow_button.isEnabled()


def test_without_advice_or_account_the_panel_says_what_to_do(panel):
    panel.show_view(RotationView())
    assert NONE_YET in texts(panel)
    assert "The engine has not said which rules it follows yet." in texts(panel)
    panel.show_view(view(accounts=(), chosen=""))
    assert panel.state.text() == NO_ACCOUNT
    assert not panel.follow_button.isEnabled()
    assert panel.targets.texts()[0][2] == "▲ 0.0 → 25.0 %", "without an account: what advice had in it before"
    broken = standing(trouble="Trade 2 of paper account 1 is damaged.")
    panel.show_view(view(accounts=(broken,)))
    assert panel.state.text() == "Trade 2 of paper account 1 is damaged."


def test_old_advice_says_that_newer_is_overdue(panel):
    panel.show_view(view(now_ms=(AT_DAY + 3) * DAY))
    assert panel.age.text().endswith("3 d ago · newer advice is overdue")


def test_the_verdict_stands_beside_with_its_interval_and_promises_nothing(panel):
    panel.show_view(view())
    assert "Sharpe ratio +0.42 (−0.10 to +0.95) against equal weight" in panel.verdict.text()
    assert panel.verdict.text().endswith("The past promises nothing.")
    assert verdict_words(None, RULES) == NO_TRIAL
    assert "of other rules than these" in verdict_words(trial(), RotationRules(n_coins=2))
    few = trial(sharpe_minus_btc={"value": 0.3, "low": None, "high": None}, sharpe_minus_equal_weight=None)
    assert "+0.30, no interval against BTC" in verdict_words(few, RULES)
    assert "not known against equal weight" in verdict_words(few, RULES)


def test_past_advice_stands_with_what_became_of_it(panel):
    panel.show_view(view())
    assert panel.past.texts() == [
        ["2024-06-26", "open", "not yet", "", ""],
        ["2024-06-25", "open", "+1.25 %", "−0.50 %", "+0.75 %"],
    ]
    assert "Fewer than 30 prove nothing." in panel.record.text()
    assert panel.later.text().startswith("This advice: Not known yet")


def test_foreign_text_stays_plain(panel):
    evil = "<b>x</b>\u202e"
    told = given(AT_DAY, weights={evil: 0.2})
    panel.show_view(
        view(
            entry=AdviceEntry(1, 0, told),
            past=(AdviceEntry(1, 0, told),),
            accounts=(standing(evil.removesuffix("\u202e")),),
            chosen="<b>x</b>",
            titles={"memecoins": evil},
        )
    )
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in panel.findChildren(QLabel))
    rows = panel.targets.texts() + panel.ranks.texts()
    shown = [*texts(panel), *(text for row in rows for text in row)]
    assert not any("\u202e" in text for text in shown)
    assert panel.targets.texts()[0][0].startswith("<b>x</b>")


def test_everything_has_a_name_for_screen_readers_and_the_keyboard_opens_a_coin(panel, qtbot):
    panel.show_view(view())
    for part in (*panel.findChildren(QAbstractButton), *panel.findChildren(QComboBox)):
        if part.isVisibleTo(panel) and part.focusPolicy() != Qt.FocusPolicy.NoFocus:
            assert part.accessibleName() or part.text(), part
    opened = []
    panel.coin_opened.connect(opened.append)
    panel.focus_first()
    qtbot.keyClick(panel.targets, Qt.Key.Key_Return)
    qtbot.keyClick(panel.targets, Qt.Key.Key_Down)
    qtbot.keyClick(panel.targets, Qt.Key.Key_Down)
    qtbot.keyClick(panel.targets, Qt.Key.Key_Return)
    assert opened == ["PEPE"], "cash opens nothing"


def test_nothing_is_wider_than_the_panel_and_another_theme_reaches_it(panel):
    panel.show_view(view())
    panel.grab()
    inside = panel.targets.parentWidget()
    assert inside.width() <= panel.width()
    panel.set_theme(LIGHT)
    assert LIGHT.live in panel.gate.styleSheet()


# words


def test_rules_are_said_in_the_order_in_which_they_decide():
    told = rules_sentences(RULES)
    assert told[0] == (
        "Hold coins only while BTC is above its 50-day mean and the equal weight of all coins is above its "
        "20-day mean, by 1 % to turn; once turned, stay for 3 days."
    )
    assert "At most 15 % in a coin and 40 % in a narrative; less where" in told[3]
    free = replace(RULES, gate_btc_days=0, gate_alt_days=0, target_volatility_pct=0.0, rebalance_days=1)
    assert rules_sentences(free)[0] == "Hold coins always: there is no gate."
    assert "every day, at gate" in rules_sentences(free)[4]


def test_every_rule_is_in_the_form_and_comes_back_as_it_was():
    form = [each for _, group in RULE_FORM for each in group]
    assert {each.name for each in form} == {name for name, _ in given().rules}
    for each in form:
        assert each.kept(each.shown(RULES)) == getattr(RULES, each.name)


def test_an_unknown_result_is_a_dash_and_never_zero():
    told = outcome_words(became(2, targets_pct=None, note="No price is stored of PEPE."))
    assert "the targets brought – after" in told
    assert told.endswith("No price is stored of PEPE.")
    assert record_words([]) == "No advice has a result yet."
    assert age_words(DAY, 0) == "Close of 1970-01-02, 00:00 UTC"
    assert view(accounts=(standing(total=None),)).account.total is None


def test_a_plan_is_none_where_nothing_is_to_be_done():
    assert view(chosen="Nobody").plan() is None
    assert view(accounts=(standing(held=False),)).plan().cost > Decimal(0)
