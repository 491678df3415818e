"""The trader and his studies: found, added, changed, saved, taken away and brought back."""

import json

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QAccessible, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from tests.fakes.window_world import Desk
from workstation.domain.errors import SettingsError
from workstation.domain.study_choice import StudyChoice
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.studies.study_defaults import StudyDefaults
from workstation.ui.studies.study_dialog import StudyDialog
from workstation.ui.studies.study_start import fresh_choice
from workstation.ui.theme import DARK, LIGHT

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager


@pytest.fixture
def chart(qtbot):
    view = ChartView()
    qtbot.addWidget(view)
    view.set_theme(DARK)
    view.resize(800, 600)
    return view


@pytest.fixture
def defaults(tmp_path):
    return StudyDefaults(tmp_path / "home" / "studies.json")


@pytest.fixture
def dialog(qtbot, chart, defaults):
    shown = StudyDialog(chart.studies, defaults, DARK, chart)
    shown.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(shown)
    shown.show()
    return shown


def on_chart(chart: ChartView) -> list[str]:
    return [one.label for one in chart.studies.studies]


def test_a_study_is_found_by_its_short_name_and_added_by_enter(chart, dialog) -> None:
    QTest.keyClicks(dialog.search, "macd")
    QTest.keyClick(dialog.search, Qt.Key.Key_Return)
    assert on_chart(chart) == ["MACD 12 26 9"]
    assert dialog.note.text() == "MACD 12 26 9 is on the chart."
    assert set(dialog._form.fields) == {"fast", "slow", "signal"}


def test_an_empty_chart_says_what_to_do_and_a_vain_search_says_so(dialog) -> None:
    assert "press Enter" in dialog.chosen.item(0).text()
    dialog.search.setText("no such thing")
    assert "No study is called" in dialog.found.item(0).text()
    dialog.add_found()
    assert "Choose a study" in dialog.note.text()


def test_numbers_and_colours_change_the_chart_at_once(chart, dialog) -> None:
    dialog.search.setText("bollinger bands")
    dialog.add_found()
    dialog._form.fields["bars"].setValue(34)
    dialog._form.fields["width"].setValue(2.5)
    menu = dialog._form.colours["upper"].menu()
    next(action for action in menu.actions() if action.text() == "Violet").trigger()
    choice = chart.studies.studies[0].choice
    assert on_chart(chart) == ["BB 34 2.5"]
    assert choice.colours == {"upper": "practice"}
    assert dialog._form.colours["upper"].text() == "Violet"


def test_order_visibility_removal_and_its_undo_by_keyboard(chart, dialog) -> None:
    for name in ("simple", "exponential moving", "rsi"):
        dialog.search.setText(name)
        dialog.add_found()
    dialog.choose(0)
    dialog.down_button.click()
    assert on_chart(chart) == ["EMA 20", "SMA 20", "RSI 14"]
    assert dialog.chosen.currentRow() == 1
    QTest.keyClick(dialog.chosen, Qt.Key.Key_Space)
    assert not chart.studies.studies[1].choice.is_shown
    QTest.keyClick(dialog.chosen, Qt.Key.Key_Delete)
    assert on_chart(chart) == ["EMA 20", "RSI 14"]
    dialog.undo_button.click()
    assert on_chart(chart) == ["EMA 20", "SMA 20", "RSI 14"]
    assert not dialog.undo_button.isEnabled()


def test_a_second_average_takes_another_colour(chart, defaults) -> None:
    for _ in range(3):
        chart.studies.add(fresh_choice(chart.studies, defaults, "ema"))
    colours = [one.choice.colours.get("average", "warning") for one in chart.studies.studies]
    assert len(set(colours)) == 3


def test_a_full_chart_says_so(chart, dialog) -> None:
    for _ in range(30):
        dialog.search.setText("rsi")
        dialog.add_found()
    assert len(chart.studies.studies) == 24
    assert "remove one first" in dialog.note.text()


def test_a_saved_default_is_there_in_the_next_session_and_can_be_forgotten(chart, dialog, tmp_path) -> None:
    dialog.search.setText("relative strength index")
    dialog.add_found()
    dialog._form.fields["bars"].setValue(21)
    dialog.default_button.click()
    again = StudyDefaults(tmp_path / "home" / "studies.json")
    assert fresh_choice(chart.studies, again, "rsi").values == {"bars": 21.0}
    assert fresh_choice(chart.studies, again, "macd").values["fast"] == 12
    again.forget("rsi")
    assert not StudyDefaults(tmp_path / "home" / "studies.json").is_own("rsi")


@pytest.mark.parametrize("raw", [b"", b"[]", b'{"version": 9}', b'{"version": 1, "studies": [3]}'])
def test_defaults_that_cannot_be_used_are_set_aside_and_told(tmp_path, raw) -> None:
    file, told = tmp_path / "studies.json", []
    file.write_bytes(raw)
    assert StudyDefaults(file, told.append).of("rsi") == StudyChoice("rsi", {"bars": 14.0})
    assert not file.exists()
    word = "newer" if b"9" in raw else "damaged"
    assert file.with_suffix(f".{word}").read_bytes() == raw
    assert f"is kept as studies.{word}. Studies start as delivered" in told[0]


def test_defaults_that_cannot_be_written_say_why(tmp_path) -> None:
    (tmp_path / "home").write_text("a file where a folder should be")
    defaults = StudyDefaults(tmp_path / "home" / "studies.json")
    with pytest.raises(SettingsError, match="could not be saved"):
        defaults.save(StudyChoice("rsi", {"bars": 3.0}))


def test_every_control_of_the_dialog_has_a_name(qtbot, dialog) -> None:
    dialog.search.setText("ichimoku")
    dialog.add_found()
    qtbot.waitUntil(lambda: dialog._form.isVisible())
    takes_keys = [w for w in dialog.findChildren(QWidget) if w.isVisible() and w.focusPolicy()]
    spoken = [QAccessible.queryAccessibleInterface(w).text(QAccessible.Text.Name) for w in takes_keys]
    assert len(spoken) > 12
    assert [type(w).__name__ for w, name in zip(takes_keys, spoken, strict=True) if not name] == []


def test_the_window_opens_it_for_the_active_chart_and_keeps_the_studies(tmp_path, qtbot) -> None:
    desk = Desk(tmp_path)
    desk.fill_store()
    window = desk.open()
    qtbot.addWidget(window)
    window.resize(1280, 800)
    desk.welcome()
    window.actions_by_id["chart.studies"].trigger()
    dialog = window.studies.dialog
    assert dialog.isVisible()
    for name in ("rsi", "sma"):
        dialog.search.setText(name)
        dialog.add_found()
    board = window.chart.studies
    qtbot.waitUntil(lambda: all(one.traces for one in board.studies), timeout=10_000)
    assert json.loads(json.dumps(window.workspace.active.save()))["studies"] == board.state()
    window.set_theme(LIGHT)
    assert window.studies.dialog is None
    board.remove(0)
    window.actions_by_id["chart.undo_study"].trigger()
    assert len(board.studies) == 2
    window.chart.grab()
    _click(window.chart, window.chart.legend[0].box.center())
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    next(action for action in menu.actions() if action.text().startswith("Edit")).trigger()
    menu.close()
    assert window.studies.dialog.chosen.currentRow() == window.chart.legend[0].place
    window.finish()
    assert board.is_settled


def _click(chart: ChartView, at: QPointF) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    press = QMouseEvent(QEvent.Type.MouseButtonPress, at, chart.mapToGlobal(at), left, left, none)
    QApplication.sendEvent(chart, press)
