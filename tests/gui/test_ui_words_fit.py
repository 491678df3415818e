"""What is said in passing fits where it stands, names the keys that hold, and has an edge to stand out by."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QDialog, QLabel

from tests.fakes.window_world import PRACTICE, Desk, columns
from workstation.domain.market import SeriesKey
from workstation.ui.surroundings import Choices
from workstation.ui.theme import style_sheet

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager


@pytest.fixture
def desk(tmp_path, qtbot):
    made = Desk(tmp_path, Choices(theme="dark"))
    made.fill_store()
    qtbot.addWidget(made.open(), before_close_func=lambda window: window.finish())
    made.welcome()
    return made


def said_on(chart):
    labels = chart.findChildren(QLabel)
    return next(one for one in labels if one.isVisible() and one.text().startswith("Taken back"))


def test_a_sentence_on_a_narrow_chart_is_whole(desk, qtbot):
    window = desk.window
    for width in (1280, 700, 560):
        window.resize(width, 600)
        qtbot.waitUntil(lambda width=width: window.width() == width)
        window.chart.repaint()
        window.drawings.say("Taken back: trend line drawn.")
        label, plot = said_on(window.chart), window.chart.frame.layout.plot_width
        assert 0 <= label.x() < label.x() + label.width() <= plot
        room = label.contentsRect()
        needed = label.fontMetrics().boundingRect(room, int(Qt.TextFlag.TextWordWrap), label.text())
        assert needed.width() <= room.width()
        assert needed.height() <= room.height()


def test_a_sentence_follows_a_chart_that_becomes_narrow_while_it_stands(desk, qtbot):
    window = desk.window
    window.resize(1280, 600)
    window.chart.repaint()
    window.drawings.say("Taken back: trend line drawn.")
    label, chart = said_on(window.chart), window.chart
    window.actions_by_id["chart.split_right"].trigger()
    qtbot.waitUntil(lambda: chart.width() < 480)
    assert label.geometry().right() < chart.width() - chart.frame.layout.axis_width
    assert label.height() >= label.heightForWidth(label.width())


def test_a_long_name_leaves_the_badge_of_practice_in_sight(desk, qtbot):
    key = SeriesKey(PRACTICE.name, "1000SUPERLONGMEMECOINNAMEOFTHEMOON/USDT", "1h")
    chart, badge = desk.window.chart, QColor(desk.window.theme.practice)
    for width in (1280, 620):
        desk.window.resize(width, 600)
        qtbot.waitUntil(lambda width=width: desk.window.width() == width)
        chart.set_series(key, columns(key, 60), practice=True)
        picture = chart.grab().toImage()
        row = [picture.pixelColor(x, 18) for x in range(chart.frame.layout.plot_width)]
        assert row.count(badge) > 12


def test_a_name_that_runs_right_to_left_is_isolated_once(desk):
    desk.window.strip.set_symbol("\u05e7\u05e8\u05d9&X/USDT")
    assert desk.window.strip.symbol_button.text() == "\u2068\u05e7\u05e8\u05d9&&X/USDT\u2069"


def test_a_button_of_the_strip_names_the_keys_that_hold_now(desk):
    strip, bindings = desk.window.strip, desk.window.keyboard.bindings
    assert "Ctrl+K to find another" in strip.symbol_button.toolTip()
    assert "BTC/USDT" in strip.symbol_button.toolTip()
    assert strip.log_button.toolTip() == "Logarithmic prices (Ctrl+L)"
    bindings.assign("search.open", "Ctrl+Alt+O")
    bindings.assign("chart.log", "")
    assert "Ctrl+Alt+O to find another" in strip.symbol_button.toolTip()
    assert strip.log_button.toolTip() == "Logarithmic prices"


def test_a_dialog_has_an_edge_against_the_window(desk, qtbot):
    dialog = QDialog(desk.window)
    dialog.setStyleSheet(style_sheet(desk.window.theme))  # tests leave the application's own as it is
    dialog.resize(200, 120)
    with qtbot.waitExposed(dialog):
        dialog.show()
    picture = dialog.grab().toImage()
    assert picture.pixelColor(0, 60) == QColor(desk.window.theme.border)
    assert picture.pixelColor(100, 60) != QColor(desk.window.theme.border)
    dialog.close()
