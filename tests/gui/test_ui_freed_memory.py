"""Memory that the window no longer uses."""

import linecache
import traceback

import pytest
from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QPixmap, QPixmapCache

from workstation.ui.freed_memory import EVERY_MS, FreedMemory, give_back


def test_lines_of_source_are_forgotten_and_a_traceback_still_shows_them():
    linecache.getlines(__file__)
    assert __file__ in linecache.cache
    give_back()
    assert __file__ not in linecache.cache
    with pytest.raises(ValueError, match="invalid literal") as raised:
        int("")  # shown
    assert 'int("")  # shown' in "".join(traceback.format_exception(raised.value))


def test_pictures_of_icons_are_forgotten(qapp):
    QPixmapCache.insert("an icon", QPixmap(16, 16))
    assert QPixmapCache.find("an icon", QPixmap())
    give_back()
    assert not QPixmapCache.find("an icon", QPixmap())


def test_it_is_given_back_once_the_start_is_over_and_then_every_minute(qtbot):
    window = QObject()
    freed = FreedMemory(window)
    timer = window.findChild(QTimer)
    assert timer.interval() < EVERY_MS
    linecache.getlines(__file__)
    timer.timeout.emit()
    assert __file__ not in linecache.cache
    assert timer.interval() == EVERY_MS
    freed.stop()
    assert not timer.isActive()
