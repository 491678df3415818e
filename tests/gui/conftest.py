"""What every window test stands on: one loop for Qt and asyncio, and fonts that are really there."""

import asyncio
import gc
from collections.abc import AsyncIterator
from typing import Any

import pytest
from PySide6.QtGui import QFontInfo, QFontMetrics
from PySide6.QtWidgets import QApplication

from workstation.ui.qt_loop import QtLoop


def _new_qt_loop() -> asyncio.AbstractEventLoop:
    app = QApplication.instance() or QApplication(["tidemark-tests"])
    assert isinstance(app, QApplication)
    app.setQuitOnLastWindowClosed(False)  # otherwise the last window ends the loop under the test
    return QtLoop(app)


def pytest_asyncio_loop_factories(config: pytest.Config, item: pytest.Item) -> dict[str, Any]:
    """Run every ``async def test_*`` of this folder on the Qt loop."""
    return {"qt": _new_qt_loop}


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
