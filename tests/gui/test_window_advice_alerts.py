"""An alert on rotation advice in the window: listed, painted, announced, and opening no chart."""

import pytest

from tests.fakes.window_world import Desk
from workstation.domain.alert import AdviceMark, Alert
from workstation.link import messages as said
from workstation.ui.alerts.alert_model import agreement, lateness, spoken
from workstation.ui.alerts.announcer import headline

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager

DAY = 86_400_000
TEXT = "Rotation: exit PEPE: bearish signal at 0.41 against a base of 0.31 (and 1 more change)."
ADVICE = Alert(7, None, TEXT, 3 * DAY + 60_000, 60_000, advice=AdviceMark("binance", 3 * DAY))


def test_it_says_what_changes():
    assert headline(ADVICE) == "Rotation advice changed"
    assert (agreement(ADVICE), spoken(ADVICE), lateness(ADVICE)) == (TEXT, TEXT, "")
    practice = Alert(8, None, TEXT, 0, 2 * DAY, advice=AdviceMark("practice", 0))
    assert headline(practice).startswith("PRACTICE · ")
    assert "late by" in spoken(practice)
    assert spoken(practice).startswith("PRACTICE · ")


def test_it_is_listed_and_painted_and_opens_no_chart(tmp_path, qtbot):
    desk = Desk(tmp_path)
    desk.fill_store()
    qtbot.addWidget(desk.open())
    desk.welcome()
    window, before = desk.window, desk.window.desk.key
    desk.tell(said.AlertSaid(ADVICE))
    model = window.alerts.model
    assert model.alert_at(0) == ADVICE
    assert TEXT in model.data(model.index(0), 3)
    assert not window.alerts.grab().isNull()
    window.open_alert(ADVICE)
    assert not model.is_unread(7)
    assert window.desk.key == before
    window.finish()
