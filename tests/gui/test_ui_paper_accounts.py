"""The panel of paper accounts and its forms, the picture of lines, and trades as CSV."""

from decimal import Decimal

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel

from tests.fakes.advice_world import DAY
from tests.fakes.rotation_view import AT_DAY, standing, view
from workstation.domain.paper_account import PaperFill, Side
from workstation.domain.paper_standing import HeldCoin
from workstation.ui.rotation.paper_account_forms import NewAccountForm, RenameForm, SureForm
from workstation.ui.rotation.paper_accounts_panel import ALONE, NONE_YET, PaperAccountsPanel
from workstation.ui.rotation.rotation_reading import RotationRead, fills_csv
from workstation.ui.rotation.rotation_view import RotationView
from workstation.ui.theme import DARK, LIGHT
from workstation.ui.widgets.return_line import ReturnLine
from workstation.ui.widgets.return_lines import ReturnLines

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def fill(coin="WIF", side=Side.BUY, reason="enter WIF: Memecoins is 1st of 12", day=AT_DAY):
    return PaperFill(
        day * DAY + 60_000, coin, f"{coin}/USDT", side, Decimal(400), Decimal("2.5"), Decimal("1.0"), reason
    )


def line(title="This account", n=5, step=0.1):
    return ReturnLine(title, np.arange(n, dtype=np.int64) * DAY, 1.0 + step * np.arange(n))


@pytest.fixture
def panel(qtbot):
    made = PaperAccountsPanel(DARK)
    qtbot.addWidget(made)
    made.resize(430, 700)
    made.show()
    return made


def read(**changes):
    facts = {"account_id": 1, "fills": (fill(day=AT_DAY + 1, side=Side.SELL, reason="exit"), fill())}
    return RotationRead(lines=(line(), line("BTC", step=-0.05)), **(facts | changes))


def test_an_account_shows_what_it_is_worth_holds_and_traded(panel):
    panel.show_view(view(accounts=(standing(return_pct=Decimal("-1.5"), followed_ms=AT_DAY * DAY),)))
    panel.show_read(read())
    assert panel.worth.text() == "10,000.00 USDT   ▼ −1.50 %"
    assert "fee 0.10 %, slippage 0.05 %. Followed the advice of 2024-06-26." in panel.facts.text()
    assert panel.holdings.texts() == [
        ["WIF", "400", "2.5000", "1,000.00", "10.0 %"],
        ["Cash", "", "", "9,000.00", "90.0 %"],
    ]
    assert panel.fills.texts()[1] == ["2024-06-26 00:01", "WIF", "▲ buy", "400", "2.5000", "1.00"]
    assert panel.lines.accessibleDescription() == "This account +40.0 %, BTC −20.0 %"


def test_a_chosen_trade_says_why_it_was_made(panel, qtbot):
    panel.show_view(view())
    panel.show_read(read())
    assert panel.reason.text() == "Choose a trade to read why it was made."
    panel.fills.setFocus()
    qtbot.keyClick(panel.fills, Qt.Key.Key_Down)
    panel.fills.setCurrentCell(1, 0)
    assert panel.reason.text() == "Enter WIF: Memecoins is 1st of 12"


def test_the_past_of_one_account_is_never_shown_with_another(panel):
    panel.show_view(view())
    panel.show_read(read())
    assert panel.export_button.isEnabled()
    panel.show_view(view(accounts=(standing(), standing("Other", 2)), chosen="Other"))
    assert panel.fills.texts() == []
    assert panel.lines.lines == ()
    assert not panel.export_button.isEnabled()


def test_without_an_account_the_panel_says_what_one_is(panel):
    panel.show_view(RotationView())
    assert panel.nothing.text() == NONE_YET
    assert not panel.worth.isVisible()
    panel.show_view(RotationView(is_connected=False))
    assert panel.nothing.text() == ALONE
    assert not panel.new_button.isEnabled()


@pytest.mark.parametrize(
    ("return_pct", "shown", "colour"),
    [("0", "0.00 %", DARK.text), ("-0.001", "0.00 %", DARK.text), ("0.01", "▲ +0.01 %", DARK.rise)],
)
def test_an_account_that_made_nothing_neither_rises_nor_falls(panel, return_pct, shown, colour):
    panel.show_view(view(accounts=(standing(return_pct=Decimal(return_pct)),)))
    assert panel.worth.text().endswith(f"   {shown}")
    assert colour in panel.worth.styleSheet()


def test_a_coin_without_a_price_leaves_the_worth_unknown_and_says_so(panel):
    silent = HeldCoin("GONE", Decimal(5), None, None, None)
    panel.show_view(view(accounts=(standing(held=False, total=None, return_pct=None, trouble="Damaged."),)))
    assert panel.worth.text() == "–   –"
    assert "Damaged." in panel.notes.text()
    one = standing(total=None, return_pct=None)
    panel.show_view(view(accounts=(type(one)(one.account, 1, one.cash, (silent,)),)))
    assert "No price is known of GONE" in panel.notes.text()


def test_a_new_account_is_asked_for_only_with_values_that_can_be(panel, qtbot):
    asked = []
    panel.create_requested.connect(asked.append)
    panel.show_view(view())
    panel.new_button.click()
    form = panel.findChild(NewAccountForm)
    form.do_button.click()
    assert "has 1 to 40 letters" in form.problem.text()
    form.name.setText("Second")
    form.balance.setText("a lot")
    form.do_button.click()
    assert form.problem.text() == "Start balance, USDT: a number is expected, not “a lot”."
    form.balance.setText("25,000")
    form.fee.setText("11")
    form.do_button.click()
    assert form.problem.text().startswith("The fee must be in 0..10")
    form.fee.setText("0.2")
    form.do_button.click()
    assert (asked[0].name, asked[0].start_balance, asked[0].fee_pct) == (
        "Second",
        Decimal(25000),
        Decimal("0.2"),
    )


def test_renaming_resetting_and_deleting_are_asked_for_by_forms(panel):
    said = []
    panel.rename_requested.connect(lambda *names: said.append(("rename", *names)))
    panel.reset_requested.connect(lambda name: said.append(("reset", name)))
    panel.delete_requested.connect(lambda name: said.append(("delete", name)))
    panel.show_view(view())
    panel.rename_button.click()
    form = panel.findChild(RenameForm)
    form.name.setText(" ")
    form.do_button.click()
    assert form.problem.text()
    form.name.setText("Other")
    form.do_button.click()
    for button in (panel.reset_button, panel.delete_button):
        button.click()
        sure = [each for each in panel.findChildren(SureForm) if each.isVisible()][-1]
        assert "holds 1 coin" in sure.told.text()
        assert "takes that away with its 1 trade, for good." in sure.told.text()
        assert sure.buttons.buttons()[0].isDefault() or not sure.do_button.isDefault()
        sure.do_button.click()
    assert said == [("rename", "Mine", "Other"), ("reset", "Mine"), ("delete", "Mine")]


def test_a_form_that_is_left_asks_nothing(panel, qtbot):
    said = []
    panel.delete_requested.connect(said.append)
    panel.show_view(view())
    panel.delete_button.click()
    form = panel.findChild(SureForm)
    qtbot.keyClick(form, Qt.Key.Key_Escape)
    assert said == []
    assert not form.isVisible()


def test_foreign_text_stays_plain(panel):
    evil = "<b>x</b>\u202e"
    panel.show_view(view(accounts=(standing("<i>"),), chosen="<i>"))
    panel.show_read(read(fills=(fill(evil, reason=evil),)))
    panel.fills.setCurrentCell(0, 0)
    assert panel.accounts.itemText(0) == "<i>"
    shown = [label.text() for label in panel.findChildren(QLabel)] + panel.fills.texts()[0]
    assert not any("\u202e" in text for text in shown)
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in panel.findChildren(QLabel))


def test_everything_has_a_name_and_another_theme_reaches_it(panel):
    panel.show_view(view())
    for part in (*panel.findChildren(QAbstractButton), *panel.findChildren(QComboBox)):
        assert part.accessibleName() or part.text() or part.focusPolicy() == Qt.FocusPolicy.NoFocus
    panel.set_theme(LIGHT)
    assert LIGHT.base in panel.styleSheet()


# lines


def test_lines_say_what_they_were_at_the_pointer_and_are_drawn(qtbot):
    lines = ReturnLines("Lines", DARK)
    qtbot.addWidget(lines)
    lines.resize(300, 170)
    lines.show_lines([line(), line("Short", n=1)])
    assert [each.title for each in lines.lines] == ["This account"], "one point is no line"
    assert lines.words_at(0) == ["1970-01-01", "This account 0.0 %"]
    assert lines.words_at(10_000)[1] == "This account +40.0 %"
    image = lines.grab().toImage()
    accent = sum(image.pixelColor(x, y).name() == DARK.accent for x in range(240) for y in range(20, 150))
    assert accent > 40


def test_a_picture_without_lines_says_so_and_falls_hang_from_the_top(qtbot):
    falls = ReturnLines("Falls", DARK, is_fall=True)
    qtbot.addWidget(falls)
    falls.resize(300, 96)
    falls.grab()
    falls.show_lines([ReturnLine("Rotation", line().at_ms, np.array([0, 0.1, np.nan, 0.2, 0.05]))])
    assert falls.accessibleDescription() == "Rotation −20.0 %", "its deepest"
    falls.grab()


def test_a_long_line_is_thinned_and_keeps_its_newest_point():
    long = ReturnLine("x", np.arange(10_000, dtype=np.int64), np.arange(10_000.0) + 1)
    known = long.known()
    assert len(known.at_ms) <= 1300
    assert known.part[-1] == 10_000


# CSV


def test_trades_as_csv_are_exact_in_order_and_no_formulas():
    text = fills_csv([fill(day=AT_DAY + 1, side=Side.SELL, reason="=HYPERLINK(1)"), fill()], "USDT")
    first, second = text.splitlines()[1:]
    assert first == (
        "2024-06-26T00:01:00+00:00,WIF,buy,400,2.5,1.0,-1001.00000000,enter WIF: Memecoins is 1st of 12"
    )
    assert second.endswith("sell,400,2.5,1.0,999.00000000,'=HYPERLINK(1)")
