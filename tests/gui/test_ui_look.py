"""The trader chooses how the active chart looks by command and by its menu, and it is remembered."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu

from tests.fakes.window_world import NOW_MS, PRACTICE, Desk
from workstation.domain.market import slot_of
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.chart.kind_choice import ChartKind
from workstation.ui.chart.price_scale import Scaling
from workstation.ui.looks.chart_picture import chart_picture, file_name, picture_words
from workstation.ui.looks.jump_dialog import JumpDialog
from workstation.ui.looks.look_desk import kind_command
from workstation.ui.theme import DARK

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def desk(tmp_path, qtbot):
    made = Desk(tmp_path)
    made.fill_store()
    qtbot.addWidget(made.open())
    made.welcome()
    yield made
    made.window.finish()


@pytest.fixture
def window(desk):
    return desk.window


def checked(window) -> set[str]:
    return {name for name, action in window.actions_by_id.items() if action.isChecked()}


def test_a_command_changes_the_active_chart_and_shows_what_holds(window):
    window.actions_by_id[kind_command(ChartKind.LINE)].trigger()
    window.actions_by_id["chart.percent"].trigger()
    assert (window.chart.kind, window.chart.scaling) == (ChartKind.LINE, Scaling.PERCENT)
    assert {"chart.kind.line", "chart.percent", "chart.fit"} <= checked(window)
    assert "chart.kind.candles" not in checked(window)
    window.actions_by_id["chart.log"].trigger()
    assert window.chart.is_log
    assert "chart.percent" not in checked(window)
    window.actions_by_id["chart.percent"].trigger()
    assert not {"chart.log"} & checked(window)
    window.actions_by_id["chart.percent"].trigger()
    assert window.chart.scaling is Scaling.LINEAR


def test_two_charts_look_each_in_its_own_way_and_are_saved_so(window):
    window.look.set_kind(ChartKind.BARS)
    window.workspace.add(None)
    window.look.set_kind(ChartKind.AREA)
    first, second = window.workspace.panes
    assert (first.chart.kind, second.chart.kind) == (ChartKind.BARS, ChartKind.AREA)
    assert first.save()["look"] == {"kind": "bars", "scale": "linear", "inverted": False}
    window.workspace.activate(window.workspace.docks[0])
    assert "chart.kind.bars" in checked(window)


def test_the_menu_over_a_chart_holds_its_kinds_and_scales(window):
    chart = window.chart
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(9, 9), QPoint(9, 9))
    QApplication.sendEvent(chart, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    texts = [action.text() for action in menu.actions() if action.menu()]
    assert texts == ["Kind of chart", "Price scale"]
    kinds = menu.actions()[0].menu()
    kinds.actions()[2].trigger()
    assert chart.kind is ChartKind.HEIKIN_ASHI
    menu.close()


def jump_dialog(window) -> JumpDialog:
    window.actions_by_id["chart.jump"].trigger()
    return next(one for one in window.findChildren(JumpDialog) if one.isVisible())


def test_a_date_that_is_written_is_the_middle_of_the_chart(window, qtbot):
    dialog, chart = jump_dialog(window), window.chart
    assert dialog.focusWidget() is dialog.field
    qtbot.keyClicks(dialog.field, "-10d")
    assert dialog.line.text() == "Mon 22 Jul 2024 12:00 UTC"
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    slot = slot_of(NOW_MS - 240 * 3_600_000, chart.key.timeframe)
    assert not chart.following
    qtbot.waitUntil(lambda: abs(chart.frame.slots.x_of(slot) - chart.frame.layout.plot_width / 2) < 10)


def test_a_date_without_bars_is_refused_in_words_and_moves_nothing(window, qtbot):
    dialog, chart = jump_dialog(window), window.chart
    for text, says in (("2017", "begins on"), ("2031", "ends on"), ("soon", "not read as a moment")):
        dialog.field.setText(text)
        assert says in dialog.line.text()
        assert not dialog.go_button.isEnabled()
    dialog.accept()
    assert dialog.isVisible()
    assert chart.following
    qtbot.keyClick(dialog.field, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_a_copied_picture_says_what_it_is(window):
    window.actions_by_id["chart.copy"].trigger()
    image = QGuiApplication.clipboard().image()
    chart = window.chart
    assert image.width() == round(chart.width() * chart.devicePixelRatioF())
    assert image.height() > chart.height() * chart.devicePixelRatioF()
    market, rest = picture_words(chart)
    assert market == "BTC/USDT   ·   1h   ·   binance"
    assert rest.startswith("newest bar Thu 1 Aug 2024 11:00 UTC")
    assert file_name(chart) == "BTC-USDT_1h_2024-08-01.png"


def test_a_picture_of_a_practice_market_says_so(qtbot, desk):
    desk.fill_store(PRACTICE)
    desk.welcome(PRACTICE)
    chart = desk.window.chart
    image = chart_picture(chart, DARK)
    below = image.copy(0, chart.height(), chart.width(), 20)
    inks = {below.pixelColor(x, y).name() for x in range(below.width()) for y in range(below.height())}
    assert DARK.practice in inks
    assert "PRACTICE" in picture_words(chart)[0]


def test_tools_and_passing_words_are_not_of_a_picture_and_what_is_compared_is(window, qtbot):
    chart, comparison = window.chart, window.look.compare.active
    chart.grab()
    bar = window.drawings.bars[chart]
    bar.set_open(False)
    plain = chart_picture(chart, DARK)
    bar.set_open(True)
    window.drawings.say("Trend line drawn.")
    assert chart_picture(chart, DARK) == plain
    comparison.add("ETH/USDT")
    qtbot.waitUntil(lambda: chart.grab() is not None and comparison.legend.isVisible())
    image, ground = chart_picture(chart, DARK), QColor(DARK.panel)
    at = comparison.legend.geometry().center()
    assert any(image.pixelColor(x, at.y()) == ground for x in range(at.x() - 40, at.x() + 40))


def test_a_picture_is_saved_whole_or_the_trader_is_told_why_not(desk, tmp_path):
    window = desk.window
    window.actions_by_id["chart.save"].trigger()
    dialog = next(iter(window.findChildren(QFileDialog)))
    target = tmp_path / "chart.png"
    dialog.fileSelected.emit(str(target))
    dialog.reject()
    assert QImage(str(target)).height() > window.chart.height()
    window.look.picture.save(QImage(4, 4, QImage.Format.Format_RGB32), str(tmp_path / "no" / "chart.png"))
    said = window.notices.texts["picture"]
    assert "was not saved" in said
    assert "unaffected" in said


def test_without_bars_there_is_neither_picture_nor_date(qtbot, window):
    empty = ChartView()
    qtbot.addWidget(empty)
    assert (empty.extent, picture_words(empty), file_name(empty)) == (None, ("", ""), "chart.png")
    window.chart.clear("nothing here")
    window.actions_by_id["chart.copy"].trigger()
    assert "no market yet" in window.notices.texts["picture"]
    dialog = jump_dialog(window)
    dialog.field.setText("now")
    assert "no bars yet" in dialog.line.text()
    dialog.reject()
    empty.show_moment(NOW_MS)
    assert empty.key is None
