"""The form of the rules: what cannot be is said, changes are taken back, and only what differs is saved."""

import pytest
from PySide6.QtWidgets import QDialogButtonBox, QWidget

from workstation.domain.rotation import RotationRules
from workstation.ui.rotation.rotation_rules import RulesDialog
from workstation.ui.theme import DARK

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def form(qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    made = RulesDialog(RotationRules(n_coins=2), DARK, parent)
    made.open()
    yield made
    parent.close()  # kept until here: the form is its child


def save(form):
    return form.buttons.button(QDialogButtonBox.StandardButton.Save)


def test_nothing_can_be_saved_before_something_changed(form):
    assert not save(form).isEnabled()
    assert not form.undo_button.isEnabled()
    assert "2 best-graded coins" in form.told.text()


def test_what_is_saved_is_what_differs_by_its_name(form):
    saved = []
    form.saved.connect(saved.append)
    form.boxes["most_coin"].setValue(12.5)
    form.boxes["n_coins"].setValue(3)
    assert "3 best-graded coins" in form.told.text()
    save(form).click()
    assert saved == [{"most_coin": 0.125, "n_coins": 3}]
    assert isinstance(saved[0]["n_coins"], int)


def test_what_cannot_be_is_said_in_the_words_of_the_form_and_not_saved(form):
    form.boxes["keep_rank"].setValue(1)
    assert form.problem.text() == "“A held one stays to rank” must be 3 or more; got 1."
    assert not save(form).isEnabled()
    form.boxes["keep_rank"].setValue(4)
    assert not form.problem.text()
    assert save(form).isEnabled()


def test_undo_takes_back_one_change_after_the_other(form):
    form.boxes["n_coins"].setValue(3)
    form.boxes["least_grade"].setValue(60)
    form.undo_button.click()
    assert form.changed == {"n_coins": 3}
    form.undo_button.click()
    assert form.changed == {}
    assert not form.undo_button.isEnabled()


def test_the_rules_as_shipped_are_one_click_away_and_can_be_taken_back(form):
    form.default_button.click()
    assert form.changed == {"n_coins": 3}
    form.undo_button.click()
    assert form.boxes["n_coins"].value() == 2


def test_every_number_has_a_name_for_screen_readers(form):
    assert all(box.accessibleName() for box in form.boxes.values())
    assert form.boxes["gate_btc_days"].accessibleName() == "BTC above its mean of, days"
