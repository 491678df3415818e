"""The alert panel: each alert once, newest first, until it is dismissed."""

from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QAbstractItemModelTester

from tests.fakes.window_world import alert
from workstation.domain.signal import Direction
from workstation.ui.alerts.alert_delegate import CLOSE_WIDTH, close_area
from workstation.ui.alerts.alert_model import AlertModel, agreement, lateness, spoken
from workstation.ui.alerts.alerts_panel import AlertPanel
from workstation.ui.theme import DARK, LIGHT

pytestmark = pytest.mark.qt_log_ignore(
    "This plugin does not support"
)  # the offscreen platform has no window manager

HOUR = 3_600_000


@pytest.fixture
def panel(qtbot):
    made = AlertPanel(DARK)
    qtbot.addWidget(made)
    made.resize(392, 320)
    made.show()
    return made


@pytest.fixture
def filled(panel):
    for number in (1, 2, 3):
        panel.model.add(alert(number))
    return panel


def test_alerts_stand_newest_first_whatever_order_they_come_in(qtbot):
    model = AlertModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for number in (2, 5, 1, 5):
        model.add(alert(number))
    assert model.ids == [5, 2, 1]
    model.remove(2)
    model.remove(99)
    assert model.ids == [5, 1]
    tester.deleteLater()


def test_alerts_of_earlier_sessions_are_read_and_dismissed_ones_are_gone(qtbot):
    model = AlertModel()
    old = alert(1)
    gone = type(old)(2, old.signal, old.text, old.raised_at_ms, 0, dismissed=True)
    model.restore([old, gone])
    assert (model.ids, model.n_unread) == ([1], 0)
    assert not model.add(gone)


def test_the_oldest_leave_a_full_panel(qtbot):
    model = AlertModel()
    for number in range(1, 504):
        model.add(alert(number))
    assert (model.rowCount(), model.ids[-1]) == (500, 4)
    assert model.n_unread == 500


def test_an_alert_is_spoken_in_one_line_with_its_families_and_lateness():
    late = alert(1, "PEPE/USDT", Direction.BEARISH, late_ms=3 * HOUR)
    assert agreement(late) == "Price momentum, Volume"
    assert lateness(late) == "late by 3 h"
    assert spoken(late) == "PEPE/USDT 1h bearish at 0.00001127 · Price momentum, Volume · late by 3 h"
    assert lateness(alert(2, late_ms=HOUR)) == "", "within one bar is not late"


def test_enter_opens_an_alert_and_marks_it_read(filled, qtbot):
    assert filled._unread.text() == "3 unread"
    filled.list.setCurrentIndex(filled.model.index(1))
    with qtbot.waitSignal(filled.open_requested) as opened:
        qtbot.keyClick(filled.list, Qt.Key.Key_Return)
    assert opened.args[0].id == 2
    assert filled._unread.text() == "2 unread"


def test_a_click_opens_and_a_click_on_the_cross_dismisses(filled, qtbot):
    row = filled.list.visualRect(filled.model.index(0))
    with qtbot.waitSignal(filled.open_requested):
        qtbot.mouseClick(filled.list.viewport(), Qt.MouseButton.LeftButton, pos=row.center())
    with qtbot.waitSignal(filled.dismiss_requested) as dismissed:
        cross = close_area(row).center()
        qtbot.mouseClick(filled.list.viewport(), Qt.MouseButton.LeftButton, pos=cross)
    assert dismissed.args == [[3]]


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Delete])
def test_a_key_dismisses_the_chosen_alert(filled, qtbot, key):
    filled.list.setCurrentIndex(filled.model.index(2))
    with qtbot.waitSignal(filled.dismiss_requested) as dismissed:
        qtbot.keyClick(filled.list, key)
    assert dismissed.args == [[1]]
    assert filled.model.ids == [3, 2, 1], "it goes when the engine has written it down"


def test_all_can_be_dismissed_at_once(filled, qtbot):
    with qtbot.waitSignal(filled.dismiss_requested) as dismissed:
        qtbot.mouseClick(filled.dismiss_all_button, Qt.MouseButton.LeftButton)
    assert dismissed.args == [[3, 2, 1]]


def test_the_newest_is_dismissed_where_none_is_chosen(filled, qtbot):
    with qtbot.waitSignal(filled.dismiss_requested) as dismissed:
        filled.dismiss_current()
    assert dismissed.args == [[3]]


def test_an_empty_panel_says_so_and_has_nothing_to_dismiss(panel):
    assert panel._nothing.isVisible()
    assert not panel.dismiss_all_button.isEnabled()
    panel.dismiss_current()
    panel.dismiss_all()


def test_it_says_when_it_is_the_only_record(panel):
    assert not panel.record_note.isVisible()
    panel.set_record_note("This desktop has no tray. This list is the record of your alerts.")
    assert panel.record_note.isVisible()
    panel.set_record_note("")
    assert not panel.record_note.isVisible()


def test_times_are_painted_in_the_traders_zone(filled):
    before = filled.list.viewport().grab().toImage()
    filled.set_zone(ZoneInfo("Asia/Tokyo"))
    assert filled.list.viewport().grab().toImage() != before


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_direction_has_a_colour_and_a_shape(panel, theme):
    panel.set_theme(theme)
    panel.model.add(alert(1, direction=Direction.BULLISH))
    panel.model.add(alert(2, direction=Direction.BEARISH))
    image = panel.list.viewport().grab().toImage()
    down, up = (panel.list.visualRect(panel.model.index(row)).topLeft() + QPoint(19, 15) for row in (0, 1))
    assert image.pixelColor(down).name() == theme.bearish
    assert image.pixelColor(up).name() == theme.bullish
    widths = [
        sum(image.pixelColor(corner.x() + x, corner.y() + y).name() == colour for x in range(-8, 9))
        for corner, colour, y in ((up, theme.bullish, 3), (up, theme.bullish, -3), (down, theme.bearish, -3))
    ]
    assert widths[0] > widths[1], "the bullish one points up"
    assert widths[2] > widths[1], "the bearish one points down"


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("width", [392, 180])
def test_a_practice_alert_wears_a_badge_and_says_so(panel, theme, width):
    panel.resize(width, 320)
    panel.set_theme(theme)
    panel.model.add(alert(1))
    panel.model.add(alert(2, venue="practice"))
    practice, live = panel.model.index(0), panel.model.index(1)
    image = panel.list.viewport().grab().toImage()
    assert n_pixels(image, panel.list.visualRect(practice), theme.practice) > 300
    assert n_pixels(image, panel.list.visualRect(live), theme.practice) == 0
    for role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
        assert "PRACTICE · " in practice.data(role)
        assert "PRACTICE" not in live.data(role)


def test_alerts_of_another_venue_are_listed_but_dimmed(panel):
    panel.model.add(alert(1))
    panel.model.add(alert(2, venue="practice"))
    panel.model.set_venue("binance")
    image = panel.list.viewport().grab().toImage()
    elsewhere, here = (panel.list.visualRect(panel.model.index(row)) for row in (0, 1))
    assert n_pixels(image, here, DARK.bullish) > 30
    assert n_pixels(image, elsewhere, DARK.bullish) == 0
    assert n_pixels(image, elsewhere, DARK.text) < n_pixels(image, here, DARK.text)
    spoken_texts = [panel.model.index(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in (0, 1)]
    assert [text.endswith("of another venue") for text in spoken_texts] == [True, False]
    panel.model.set_venue("practice")
    image = panel.list.viewport().grab().toImage()
    assert n_pixels(image, elsewhere, DARK.bullish) > 30


def test_lateness_is_never_painted_over_the_time(panel):
    panel.model.add(alert(1, venue="practice", late_ms=9 * HOUR))
    width = panel.list.fontMetrics().horizontalAdvance("late by 9 h")
    seen = []
    for panel_width in (392, 230):
        panel.resize(panel_width, 320)
        row = panel.list.visualRect(panel.model.index(0))
        late = QRect(row.right() - CLOSE_WIDTH - width, row.top() + 44, width, 20)
        seen.append(panel.list.viewport().grab().toImage().copy(late))
    assert n_pixels(seen[0], seen[0].rect(), DARK.base) < width * 20, "something is written there"
    assert seen[0] == seen[1]


def n_pixels(image, area, colour: str) -> int:
    return sum(
        image.pixelColor(x, y).name() == colour
        for x in range(area.left(), area.right())
        for y in range(area.top(), area.bottom())
    )


def test_hostile_text_in_an_alert_stays_plain(panel):
    panel.model.add(alert(1, "<img src=x>\u202e/USDT", text="<b>now</b> & here"))
    tip = panel.model.data(panel.model.index(0), int(Qt.ItemDataRole.ToolTipRole))
    assert "&lt;b&gt;now&lt;/b&gt; &amp; here" in tip
    assert "\u202e" not in spoken(panel.model.alert_at(0))
    panel.grab()
