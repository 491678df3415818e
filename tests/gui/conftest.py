"""What every window test stands on: one loop for Qt and asyncio, and fonts that are really there."""

import asyncio
import gc
from collections.abc import AsyncIterator
from typing import Any

import pytest
from PySide6.QtGui import QFontInfo, QFontMetrics
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.fakes.patience import PATIENCE_S
from workstation.ui.qt_loop import QtLoop

_PATIENCE_MS = int(PATIENCE_S * 1000)


def _new_qt_loop() -> asyncio.AbstractEventLoop:
    app = QApplication.instance() or QApplication(["tidemark-tests"])
    assert isinstance(app, QApplication)
    app.setQuitOnLastWindowClosed(False)  # otherwise the last window ends the loop under the test
    return QtLoop(app)


def pytest_asyncio_loop_factories(config: pytest.Config, item: pytest.Item) -> dict[str, Any]:
    """Run every ``async def test_*`` of this folder on the Qt loop."""
    return {"qt": _new_qt_loop}


class PatientQtBot(QtBot):
    """Waits as long as every other test, where pytest-qt gives up after five seconds."""

    def waitUntil(self, callback, *, timeout=_PATIENCE_MS):
        """Wait until the callback returns true or raises no AssertionError."""
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal, *, timeout=_PATIENCE_MS, **options):
        """Return a context that ends once the signal was emitted."""
        return super().waitSignal(signal, timeout=timeout, **options)

    def waitSignals(self, signals, *, timeout=_PATIENCE_MS, **options):
        """Return a context that ends once all signals were emitted."""
        return super().waitSignals(signals, timeout=timeout, **options)


@pytest.fixture
def qtbot(qapp, request):
    """Give what drives widgets."""
    return PatientQtBot(request)


@pytest.fixture(autouse=True, scope="session")
def fonts_present(qapp):
    """Stop when there are no fonts: every glyph would be a box and layout tests would lie."""
    metrics = QFontMetrics(qapp.font())
    assert QFontInfo(qapp.font()).family(), "no fonts: apt install fonts-dejavu-core"
    assert metrics.horizontalAdvance("iiii") != metrics.horizontalAdvance("MMMM")
    assert all(metrics.inFontUcs4(ord(character)) for character in "A€−▲▼·")


@pytest.fixture
async def loop_errors() -> AsyncIterator[list[dict[str, Any]]]:
    """Collect exceptions of tasks that nobody awaited; any left at the end fails the test."""
    errors: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: errors.append(context))
    yield errors
    gc.collect()
    await asyncio.sleep(0)
    assert errors == []
