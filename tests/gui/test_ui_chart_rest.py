"""A chart that nobody sees keeps no picture, and shows the same one when it is seen again."""

import pytest
from PySide6.QtWidgets import QApplication

from tests.gui.test_chart_view import HOUR, KEY, START, candle, columns
from tests.gui.test_chart_view import chart as chart  # the fixture
from workstation.domain.drawing import Anchor, Drawing, DrawingKind
from workstation.ui.chart.drawing_book import DrawingBook, Drawn


class NoFiles:
    def load(self, _venue, _symbol):
        return (), ""

    def save(self, _venue, _symbol, _drawings) -> None:
        return


@pytest.fixture
def drawn(chart):
    chart.set_series(KEY, columns(200))
    book = DrawingBook(NoFiles(), chart)
    chart.drawings.join(book)
    newest = Anchor(START + 199 * HOUR, float(columns(200).close[-1]))
    book.add(Drawn(KEY.venue, KEY.symbol), Drawing("1", DrawingKind.HORIZONTAL, (newest,)))
    for _ in range(2):
        chart.update()
        QApplication.processEvents()
    return chart


@pytest.mark.parametrize("leave", ["hide", "rest"])
def test_what_nobody_sees_takes_no_memory_and_is_painted_anew(qtbot, drawn, leave) -> None:
    seen = drawn.grab().toImage()
    assert not drawn._picture.pixmap.isNull()
    assert drawn.drawings._picture.kept is not None
    getattr(drawn, leave)()
    assert drawn._picture.pixmap.isNull()
    assert drawn.drawings._picture.kept is None
    drawn.show()
    assert drawn.grab().toImage() == seen


def test_a_chart_that_shows_no_market_keeps_no_picture_of_one(drawn) -> None:
    drawn.clear("No market chosen")
    assert drawn._picture.pixmap.isNull()
    assert drawn.drawings._picture.kept is None
    QApplication.processEvents()
    assert drawn.frame is None


def test_candles_that_come_meanwhile_are_in_the_picture_afterwards(drawn) -> None:
    drawn.hide()
    drawn.apply_candles([candle(200)])
    assert drawn._picture.pixmap.isNull()
    drawn.show()
    drawn.grab()
    assert drawn.last_painted_candle == candle(200)
