"""Rotation in the window: joined to the engine's word, the ledger, the stored candles and the keyboard."""

from decimal import Decimal

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog, QScrollArea

from tests.fakes.advice_world import RULES, given
from tests.fakes.rotation_view import AT_DAY, entry, standing
from tests.fakes.window_world import PRACTICE, Desk
from workstation.domain.alert import AdviceMark, Alert
from workstation.domain.candle import CandleColumns
from workstation.domain.given_advice import AdviceEntry
from workstation.domain.market import SeriesKey
from workstation.domain.paper_account import PaperAccount, PaperFill, Side
from workstation.domain.paper_record import PaperTrading, PaperWorth
from workstation.domain.rotation import RotationRules
from workstation.link import messages as said
from workstation.link.rotation_messages import (
    AdviceSaid,
    ChangeRotationRules,
    CreatePaperAccount,
    DeletePaperAccount,
    FollowAdvice,
    PaperAccountsSaid,
    RenamePaperAccount,
    ResetPaperAccount,
    RotationRulesSaid,
    SwitchFollowing,
)
from workstation.storage.candle_store import CandleStore
from workstation.storage.paper_account_store import PaperAccountStore
from workstation.ui.rotation.rotation_rules import RulesDialog
from workstation.ui.theme import LIGHT

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

DAY, HOUR = 86_400_000, 3_600_000


@pytest.fixture
def desk(tmp_path, qtbot):
    made = Desk(tmp_path)
    made.fill_store(n=30)
    qtbot.addWidget(made.open())
    made.welcome()
    made.tell(AdviceSaid(entry(), is_new=False), RotationRulesSaid(RULES), PaperAccountsSaid((standing(),)))
    yield made
    made.window.finish()


@pytest.fixture
def panel(desk):
    desk.window.actions_by_id["rotation.focus"].trigger()
    return desk.window.rotation.desk.advice


def asked(desk) -> list[object]:
    return [what for name, what in desk.requests.asked if name == "rotate"]


def test_the_shortcut_shows_the_advice_and_following_is_asked_for_once(desk, panel):
    assert panel.gate.text() == "● Gate open: coins may be held"
    assert panel.accounts.currentText() == "Mine"
    panel.follow_button.click()
    panel.follow_button.click()
    desk.window.actions_by_id["rotation.follow"].trigger()
    assert [type(each) for each in asked(desk)] == [FollowAdvice]
    assert panel.follow_button.text() == "Following…"
    desk.tell(PaperAccountsSaid((standing(followed_ms=AT_DAY * DAY),)))
    assert panel.follow_button.text() == "Followed"
    desk.window.actions_by_id["rotation.follow"].trigger()
    assert len(asked(desk)) == 1


def test_a_refusal_is_a_notice_and_following_can_be_tried_again(desk, panel):
    panel.follow_button.click()
    desk.requests.refusals[-1]("Nothing was traded: the disk is full.")
    assert desk.window.notices.texts["request"] == "Nothing was traded: the disk is full."
    assert panel.follow_button.isEnabled()


def test_without_an_engine_nothing_is_asked(desk, panel):
    desk.bridge.on_engine_lost()
    desk.window.actions_by_id["rotation.follow"].trigger()
    assert asked(desk) == []
    assert not panel.follow_button.isEnabled()


def test_an_alert_on_advice_opens_its_panel(desk, qtbot):
    desk.window.open_alert(Alert(7, None, "Rotation: exit PEPE.", DAY, 0, advice=AdviceMark("binance", DAY)))
    qtbot.waitUntil(desk.window.rotation.desk.advice.isVisible)


def test_rules_are_changed_by_name_and_undone(desk, panel):
    panel.rules_button.click()
    form = panel.findChild(RulesDialog)
    form.saved.emit({"n_coins": 2})
    assert asked(desk)[-1].values == {"n_coins": 2}
    desk.tell(RotationRulesSaid(RotationRules(n_coins=2)))
    assert "2 best-graded coins" in panel.rules.text()
    panel.undo_button.click()
    assert asked(desk)[-1] == ChangeRotationRules(asked(desk)[-1].number, {"n_coins": 3})


def test_what_is_done_with_accounts_is_asked_of_the_engine(desk):
    desk.window.actions_by_id["paper.focus"].trigger()
    paper = desk.window.rotation.desk.paper
    paper.create_requested.emit(PaperAccount("Second", "x", Decimal(500), 0))
    paper.rename_requested.emit("Mine", "Other")
    paper.following.click()
    paper.reset_requested.emit("Mine")
    paper.delete_requested.emit("Mine")
    kinds = [CreatePaperAccount, RenamePaperAccount, SwitchFollowing, ResetPaperAccount, DeletePaperAccount]
    assert [type(each) for each in asked(desk)] == kinds
    assert asked(desk)[0].start_balance == Decimal(500)
    assert all(each.is_sure for each in asked(desk)[3:])
    desk.tell(PaperAccountsSaid((standing(), standing("Other", 2))))
    assert paper.accounts.currentText() == "Other", "what was just renamed stays chosen"


def test_advice_and_accounts_of_another_venue_are_not_shown(desk, panel):
    desk.tell(said.VenueChosen(PRACTICE))
    assert panel.gate.isHidden() or not panel.gate.isVisible()
    assert desk.window.rotation.desk.view().accounts == ()
    desk.tell(AdviceSaid(AdviceEntry(9, 0, given(AT_DAY, venue="practice")), is_new=True))
    assert panel.gate.isVisible()


def stored(tmp_path, now_day):
    """Write an account with a trade and hourly candles of three coins."""
    bars = (now_day - 90) * 24 + np.arange(90 * 24, dtype=np.int64)
    with CandleStore(tmp_path / "candles.db") as candles:
        for number, coin in enumerate(("BTC", "PEPE", "WIF")):
            close = 100.0 + number + 0.01 * np.arange(len(bars))
            volume = np.full(len(bars), 1e6)
            columns = CandleColumns.of(bars * HOUR, close, close + 1, close - 1, close, volume)
            candles.add(SeriesKey("binance", f"{coin}/USDT", "1h"), columns)
    account = PaperAccount("Mine", "binance", Decimal(10_000), (now_day - 30) * DAY)
    with PaperAccountStore(tmp_path / "papers.db") as papers:
        kept = papers.create(account)
        bought = PaperFill(
            (now_day - 20) * DAY, "WIF", "WIF/USDT", Side.BUY, Decimal(4), Decimal(100), Decimal(1), "why"
        )
        papers.add_trading(kept.id, PaperTrading("advice 1", bought.at_ms, (bought,)))
        for day in range(now_day - 19, now_day):
            papers.add_worth(kept.id, PaperWorth(day * DAY, Decimal(10_000 + day - now_day)))


def test_the_past_of_an_account_is_read_beside_btc_and_equal_weight(desk, tmp_path, qtbot, monkeypatch):
    stored(tmp_path, AT_DAY)
    desk.tell(said.UniverseSaid(3, 3, is_held=False, timeframe="1h"))
    desk.tell(said.Frame(AT_DAY * DAY + HOUR, 180))
    desk.window.actions_by_id["paper.focus"].trigger()
    paper = desk.window.rotation.desk.paper
    qtbot.waitUntil(lambda: len(paper.lines.lines) == 3)
    assert [line.title for line in paper.lines.lines] == ["This account", "BTC", "Equal weight"]
    assert [row[1:3] for row in paper.fills.texts()] == [["WIF", "▲ buy"]]
    assert desk.window.rotation.desk.view().prices["PEPE"] > 100
    target = tmp_path / "out.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    paper.export_button.click()
    assert target.read_text().splitlines()[1].endswith("WIF,buy,4,100,1,-401.00000000,why")
    desk.window.rotation.desk.export_to(tmp_path / "no" / "way.csv")
    assert "cannot be written" in desk.window.notices.texts["request"]
    assert "choose another folder" in desk.window.notices.texts["request"]


def test_a_damaged_ledger_is_told_until_another_stands_in_its_place(desk, panel, qtbot):
    ledger = desk.past.judgements.ledger
    ledger.write_bytes(b"scrambled" * 1000)
    desk.tell(said.Frame(AT_DAY * DAY + HOUR, 180))
    qtbot.waitUntil(lambda: "is damaged" in desk.window.notices.texts.get("rotation panels", ""))
    ledger.rename(ledger.with_name("ledger.db.damaged-1"))
    desk.tell(AdviceSaid(entry(), is_new=False))
    qtbot.waitUntil(lambda: "rotation panels" not in desk.window.notices.texts)


def test_every_panel_opens_by_its_key_and_nothing_is_made_before(tmp_path, qtbot):
    made = Desk(tmp_path)
    qtbot.addWidget(made.open())
    window = made.window
    assert window.rotation._made is None
    window.actions_by_id["backtest.focus"].trigger()
    assert window.docks.by_title["Backtest"].isVisible()
    assert window.rotation.desk.trial.panel.nothing.text()
    assert window.rotation.desk.advice is None
    window.rotation.set_theme(LIGHT)
    assert LIGHT.base in window.rotation.desk.trial.panel.styleSheet()
    window.actions_by_id["rotation.rules"].trigger()
    assert window.rotation.desk.advice.nothing.isVisibleTo(window.rotation.desk.advice)
    window.finish()


@pytest.mark.parametrize("title", ["Advice", "Paper", "Backtest"])
def test_a_narrow_dock_cuts_nothing_off_that_cannot_be_scrolled_to(desk, title):
    desk.window.rotation.focus(title)
    late = desk.window.rotation.panels[title]
    late.setParent(None)
    late.resize(180, 400)
    late.show()
    late.grab()
    (scroll,) = [each for each in late.findChildren(QScrollArea) if each.widget().objectName() == "inside"]
    hidden_px = scroll.widget().width() - scroll.viewport().width()
    assert hidden_px <= scroll.horizontalScrollBar().maximum()
    late.close()
