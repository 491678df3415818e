"""The models panel: which one judges, how good it was, and what the trader may decide."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit

from tests.fakes.models import PRETENDED, card
from tests.fakes.storage_ledger_world import StepClock
from tests.fakes.window_world import NOW_MS, Desk
from workstation.domain.model_card import Figure, TrainingData
from workstation.domain.model_standing import Place, Standing, SwitchedOff
from workstation.domain.model_state import ModelState
from workstation.link import messages as said
from workstation.storage.model_store import ModelStore
from workstation.ui.judgement.model_reading import ModelsOfName, ModelsRead
from workstation.ui.judgement.model_words import (
    day_words,
    figure_interval,
    figure_value,
    figure_word,
    name_words,
    state_words,
)
from workstation.ui.judgement.models_panel import NONE_YET, ModelPanel
from workstation.ui.theme import DARK, LIGHT

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

DAY = 86_400_000
NAME = "signals-1h"
A, B = "a" * 64, "b" * 64
DATA = TrainingData("Candles of an exchange", "Own use only", 0, NOW_MS, ("BTC/USDT", "ETH/USDT"), 12_345)
FIGURES = (Figure("hit_lift_pp", 5.5, 4.1, 6.9, 900), Figure("auc", 0.571, 0.55, 0.59, 12))


@pytest.fixture
def desk(tmp_path, qtbot):
    made = Desk(tmp_path)
    made.fill_store(n=30)
    qtbot.addWidget(made.open())
    made.welcome()
    yield made
    made.window.finish()


def store_of(desk) -> ModelStore:
    files = desk.past.judgements
    return ModelStore(files.models, files.shipped_models, StepClock(NOW_MS))


def trained(store, number) -> str:
    made = card(NAME, created_ms=NOW_MS - number * DAY, trained_on=DATA, figures=FIGURES)
    return store.add(made, PRETENDED | {"n.json": str(number).encode()}, f"Trained as number {number}.")


@pytest.fixture
def hashes(desk):
    """Three models: the champion, the one before, and a challenger."""
    store = store_of(desk)
    before, champion, challenger = (trained(store, number) for number in (30, 20, 10))
    store.promote(before, "The first one.")
    store.promote(champion, "Better out of sample.")
    return champion, before, challenger


@pytest.fixture
def section(desk, hashes, qtbot):
    """What is said of the name, on screen, the engine judging with the champion."""
    desk.tell(said.ModelsSaid((ModelState(NAME, hashes[0], True, drift=("Inputs have moved.",)),)))
    desk.window.actions_by_id["models.focus"].trigger()
    panel = desk.window.judgement.models.panel
    qtbot.waitUntil(lambda: NAME in panel.sections)
    return panel.sections[NAME]


def texts(widget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if not label.isHidden()]


def test_the_champion_is_shown_with_its_card(section, hashes):
    shown = texts(section)
    assert section.word.text() == "● judging"
    assert f"Champion {hashes[0][:10]}, since 2024-08-01" in shown
    assert "Better out of sample." in shown
    assert "1970-01-01 to 2024-08-01, 2 coins, 12,345 closes" in shown
    assert {"Candles of an exchange", "Own use only", "2024-07-12, engine 0.1.0"} <= set(shown)
    assert "12 variants; read every figure with that" in shown
    assert "+5.50 points" in shown
    assert "0.55 … 0.59, n 12, fewer than 30 prove nothing" in shown
    assert section.drift.text() == "▲ Inputs have moved."


def test_those_before_and_beside_it_are_dated_and_can_be_used(desk, section, hashes):
    _, before, challenger = hashes
    assert f"Before {before[:10]}, since 2024-08-01" in texts(section)
    assert f"Challenger {challenger[:10]}, since 2024-08-01" in texts(section)
    section.use_buttons[challenger].click()
    assert desk.requests.asked[-1] == ("promote", (NAME, challenger))


def test_the_keyboard_is_given_once_the_models_are_read_and_stays_when_they_are_read_again(panel, qtbot):
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    panel.focus_first()
    read = of(Standing(Place(A, NOW_MS, "First.")))
    panel.show_models(read, {})
    first = panel.sections[NAME]
    qtbot.waitUntil(first.switch_button.hasFocus)
    panel.show_models(read, {NAME: ModelState(NAME, A, False, reason="Switched off.")})
    again = panel.sections[NAME]
    assert again is not first
    qtbot.waitUntil(again.switch_button.hasFocus)


def test_the_keyboard_is_left_to_who_went_on_before_the_models_were_read(panel, qtbot):
    elsewhere = QLineEdit(panel)
    elsewhere.show()
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    panel.focus_first()
    elsewhere.setFocus()
    qtbot.waitUntil(elsewhere.hasFocus)
    panel.show_models(of(Standing(Place(A, NOW_MS, "First."))), {})
    assert elsewhere.hasFocus()


def test_rolling_back_is_one_click_and_so_is_undoing_it(desk, section, hashes, qtbot):
    section.roll_back_button.click()
    assert desk.requests.asked[-1] == ("roll back", NAME)
    store_of(desk).roll_back(NAME, "The trader said so.")
    desk.tell(said.ModelsSaid((ModelState(NAME, hashes[1], True),)))
    panel = desk.window.judgement.models.panel
    qtbot.waitUntil(lambda: panel.sections[NAME].models.standing.champion.model_hash == hashes[1])
    again = panel.sections[NAME]
    assert again.roll_back_button.isEnabled()
    assert hashes[0][:10] in again.roll_back_button.toolTip()


def test_it_is_switched_off_and_on_by_the_engine_and_the_reason_is_on_screen(desk, section, hashes, qtbot):
    section.switch_button.click()
    assert desk.requests.asked[-1] == ("switch model", (NAME, False))
    assert section.switch_button.text() == "Switch off", "it is off only when the engine says so"
    store_of(desk).switch_off(NAME, "It is no better than the plain vote.")
    desk.tell(said.ModelsSaid((ModelState(NAME, hashes[0], False, "It is off."),)))
    panel = desk.window.judgement.models.panel
    qtbot.waitUntil(lambda: panel.sections[NAME].switch_button.text() == "Switch on")
    off = panel.sections[NAME]
    assert off.word.text() == "– switched off"
    assert off.reason.text() == "It is no better than the plain vote."
    off.switch_button.click()
    assert desk.requests.asked[-1] == ("switch model", (NAME, True))


def test_without_an_engine_the_models_stay_and_a_click_is_refused_with_a_sentence(desk, section):
    desk.bridge.on_engine_lost()
    alone = desk.window.judgement.models.panel.sections[NAME]
    assert alone.word.text() == "○ not heard of"
    desk.requests.asked.clear()
    for button in (alone.roll_back_button, alone.switch_button, *alone.use_buttons.values()):
        button.click()
    assert desk.requests.asked == []
    assert "was not done" in desk.window.notices.texts["request"]


def test_a_damaged_card_is_a_sentence_and_cannot_be_used(desk, hashes, qtbot):
    folder = desk.past.judgements.models / hashes[2]
    (folder / "card.json").chmod(0o600)
    (folder / "card.json").write_bytes(b"{}")
    desk.window.actions_by_id["models.focus"].trigger()
    panel = desk.window.judgement.models.panel
    qtbot.waitUntil(lambda: NAME in panel.sections)
    assert hashes[2] not in panel.sections[NAME].use_buttons
    assert any(hashes[2][:8] in text for text in texts(panel.sections[NAME]) if "Challenger" not in text)


def test_without_models_that_is_said_and_names_the_engine_knows_are_listed(desk, qtbot):
    desk.window.actions_by_id["models.focus"].trigger()
    panel = desk.window.judgement.models.panel
    qtbot.waitUntil(lambda: panel.nothing.text() == NONE_YET)
    desk.tell(said.ModelsSaid((ModelState("grade-1h", "", False, "There is no model grade-1h."),)))
    qtbot.waitUntil(lambda: "grade-1h" in panel.sections)
    section = panel.sections["grade-1h"]
    assert (section.word.text(), section.reason.text()) == ("▲ not judging", "There is no model grade-1h.")


# the panel alone


def of(standing, cards=None, problems=None, name=NAME) -> ModelsRead:
    return ModelsRead((ModelsOfName(name, standing, cards or {}, problems or {}),))


@pytest.fixture
def panel(qtbot):
    made = ModelPanel(DARK)
    qtbot.addWidget(made)
    made.resize(420, 500)
    made.show()
    return made


def test_a_champion_without_a_card_says_why(panel):
    panel.show_models(of(Standing(Place(A, NOW_MS, "First.")), problems={A: "Its card is damaged."}), {})
    assert "Its card is damaged." in texts(panel.sections[NAME])
    assert not panel.sections[NAME].roll_back_button.isEnabled()
    panel.say("The folder cannot be read.")
    assert panel.trouble.text() == "The folder cannot be read."
    assert NAME in panel.sections, "what was read before stays"


def test_a_card_without_figures_says_so(panel):
    bare = card(NAME, figures=())
    panel.show_models(of(Standing(Place(A, NOW_MS, "First.")), {A: bare}), {})
    assert "Its card states no figures out of sample." in texts(panel.sections[NAME])


def test_nothing_is_wider_than_the_panel_and_another_theme_reaches_all_of_it(panel):
    wide = card(
        NAME, figures=(Figure("a_figure_with_a_rather_long_name_pct", 12345.678, 1.0, 99999.9, 10**9),)
    )
    panel.show_models(of(Standing(Place(A, NOW_MS, "word " * 60)), {A: wide}), {})
    panel.grab()
    assert panel._list.minimumSizeHint().width() <= 420
    panel.set_theme(LIGHT)
    assert LIGHT.text in panel.sections[NAME].champion.styleSheet()


def test_foreign_text_stays_plain(panel):
    data = TrainingData("<b>x</b>\u202e", "<u>", 0, 1, ("A",), 1)
    evil = card(NAME, trained_on=data, figures=(Figure("<i>", 1.0, 0.0, 2.0, 50),))
    standing = Standing(
        Place(A, NOW_MS, "<b>\u202e"), Place(B, NOW_MS, "\u202e"), off=SwitchedOff(0, "\u202e<a>")
    )
    state = ModelState(NAME, A, True, drift=("<b>\u202e",))
    panel.show_models(of(standing, {A: evil, B: evil}), {NAME: state})
    labels = panel.findChildren(QLabel)
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in labels)
    assert not any("\u202e" in label.text() for label in labels)


# words


@pytest.mark.parametrize(
    ("figure", "value", "interval"),
    [
        (Figure("hit_lift_pp", -0.4, -1.0, 0.0, 40), "−0.40 points", "−1.00 … 0, n 40"),
        (Figure("delay_cost_pct", 0.051, 0.02, 0.08, 180_000), "0.051 %", "0.020 … 0.080, n 180 K"),
        (Figure("profit_factor", 12.34, 10.0, 14.0, 31), "12.3", "10.0 … 14.0, n 31"),
        (Figure("hit_lift_pp_above_rsi", 3.1, 1.0, 5.0, 900), "+3.10 points", "1.00 … 5.00, n 900"),
        (Figure("weight_model", 0.56, 0.56, 0.56, 900), "0.56", "n 900"),
    ],
    ids=["points", "percent", "plain", "against another", "set, not measured"],
)
def test_a_figure_has_its_unit_and_interval(figure, value, interval):
    assert (figure_value(figure), figure_interval(figure)) == (value, interval)


def test_names_are_in_words():
    assert name_words("grade-4h") == "Grade, 4h"
    assert name_words("odd_one") == "odd_one"
    assert figure_word("big_move_pct") == "Big move"
    assert figure_word("hit_lift_pp_above_macd") == "Hit rate above MACD"
    assert figure_word("net_mean_pct_above_family_vote") == "Net mean above the family vote"
    assert figure_word("hit_lift_pp_bear") == "Hit rate above the base rate, bear market"
    assert figure_word("weight_momentum") == "Weight of momentum"
    assert day_words(10**18) == "–"


def test_what_is_not_judging_says_why():
    champion = Standing(Place(A, 0, "x"))
    assert state_words(ModelState(NAME, A, True), champion) == ("judging", "")
    assert state_words(ModelState(NAME, A, False, "It died."), champion) == ("not judging", "It died.")
    assert state_words(None, Standing())[0] == "no model"
    assert state_words(None, champion)[0] == "not heard of"
