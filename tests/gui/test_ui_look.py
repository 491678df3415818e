"""The trader chooses how the active chart looks by command and by its menu, and it is remembered."""

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu

from tests.fakes.window_world import Desk
from workstation.ui.chart.kind_choice import ChartKind
from workstation.ui.chart.price_scale import Scaling
from workstation.ui.look_desk import kind_command

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def window(tmp_path, qtbot):
    made = Desk(tmp_path)
    made.fill_store()
    qtbot.addWidget(made.open())
    made.welcome()
    yield made.window
    made.window.finish()


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
    assert first.save()["look"] == {"kind": "bars", "scale": "linear"}
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
