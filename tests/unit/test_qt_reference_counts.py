"""This PySide6 must not lose references on this Python: each one lost is a step towards an abort."""

import json
import subprocess
import sys

import pytest

from workstation.ui import qt_pair

# Run apart, where nothing else touches None: how many references to None, and to False, each kind
# of virtual call loses. A sound pair loses none; PySide6 6.12.0 on Python 3.11 loses one per call.
PROBE = """
import json, os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtCore import QAbstractTableModel, QCoreApplication, QEvent, QModelIndex, QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget

app = QApplication([])

class Timed(QObject):
    n = 0
    def timerEvent(self, event):
        self.n += 1
        self.killTimer(event.timerId())

class Painted(QWidget):
    def paintEvent(self, event):
        pass

class Filter(QObject):
    def eventFilter(self, watched, event):
        return False

class Table(QAbstractTableModel):
    def rowCount(self, parent=QModelIndex()):
        return 1
    def columnCount(self, parent=QModelIndex()):
        return 1
    def data(self, index, role=Qt.ItemDataRole.DisplayRole):
        return None

timed, painted, filter_, table = Timed(), Painted(), Filter(), Table()
painted.resize(20, 20)
painted.show()
watched = QObject()
watched.installEventFilter(filter_)

def timer_events(n):
    timed.n = 0
    for _ in range(n):
        timed.startTimer(0)
    while timed.n < n:
        app.processEvents()

def paints(n):
    for _ in range(n):
        painted.repaint()

def filtered(n):
    for _ in range(n):
        QCoreApplication.sendEvent(watched, QEvent(QEvent.Type.User))

def looked_up(n):
    for _ in range(n):
        table.index(0, 0).data()

def lost_per_call(act, value, n=300):
    act(5)
    before = sys.getrefcount(value)
    act(n)
    return (before - sys.getrefcount(value)) / n

print(json.dumps({
    "timerEvent": lost_per_call(timer_events, None),
    "paintEvent": lost_per_call(paints, None),
    "eventFilter": lost_per_call(filtered, False),
    "model.data": lost_per_call(looked_up, None),
}))
"""


def test_virtual_calls_lose_no_references_on_this_pair() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", PROBE], capture_output=True, text=True, timeout=60, check=True
    )
    lost = json.loads(answer.stdout)
    assert set(lost) == {"timerEvent", "paintEvent", "eventFilter", "model.data"}
    assert all(each < 0.1 for each in lost.values()), lost


def test_the_pair_in_use_is_sound() -> None:
    assert qt_pair.problem() is None


@pytest.mark.parametrize(
    ("python", "pyside", "sound"),
    [
        pytest.param((3, 11, 2), (6, 11, 3), True, id="3.11 with 6.11.3"),
        pytest.param((3, 11, 7), (6, 12, 0), False, id="3.11 with 6.12.0"),
        pytest.param((3, 11, 7), (6, 13, 1), False, id="3.11 with 6.13.1"),
        pytest.param((3, 12, 1), (6, 12, 0), True, id="3.12 with 6.12.0"),
        pytest.param((3, 13, 0), (6, 12, 0), True, id="3.13 with 6.12.0"),
    ],
)
def test_a_bad_pair_is_named_in_one_sentence(
    python: tuple[int, ...], pyside: tuple[int, ...], sound: bool
) -> None:
    problem = qt_pair.problem(python, pyside)
    assert (problem is None) is sound
    if problem is not None:
        assert ".".join(map(str, pyside)) in problem
        assert ".".join(map(str, python)) in problem
