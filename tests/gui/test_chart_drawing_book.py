"""Drawings of many markets: those that nobody looks at are put away, and nothing of them is lost."""

from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from workstation.domain.drawing import Anchor, Drawing, DrawingKind
from workstation.domain.errors import StoreError
from workstation.storage.drawings import DrawingFiles
from workstation.ui.alerts.drawing_alerts import DrawingAlerts
from workstation.ui.bridge import Bridge
from workstation.ui.chart.drawing_book import MOST_AWAY, MOST_STEPS_AWAY, Bell, DrawingBook, Drawn

N_MARKETS = 3 * MOST_AWAY
SOON = {"timeout": 20_000}


class Chart(SimpleNamespace):
    """Something that shows a market."""

    __hash__ = object.__hash__


def market(number: int) -> Drawn:
    return Drawn("binance", f"C{number:02}/USDT")


def line(number: int) -> Drawing:
    return Drawing(f"line-{number}", DrawingKind.HORIZONTAL, (Anchor(0, 1.0 + number),))


@pytest.fixture
def book(tmp_path, qtbot):
    made = DrawingBook(DrawingFiles(tmp_path))
    yield made
    made.finish()


def draw_on(book, qtbot, numbers) -> None:
    """Draw a line on each market, one after the other, each kept before the next."""
    for number in numbers:
        book.add(market(number), line(number))
        qtbot.waitUntil(lambda: not book._unkept and not book._unread, **SOON)


def held(book) -> list[int]:
    return [n for n in range(N_MARKETS) if book.drawings(market(n))]


def test_of_markets_in_no_chart_the_newest_few_are_held_and_the_others_come_back_from_disk(book, qtbot):
    gone = []
    book.put_away.connect(gone.append)
    draw_on(book, qtbot, range(N_MARKETS))
    assert held(book) == list(range(N_MARKETS - MOST_AWAY - 1, N_MARKETS))
    assert gone == [market(n) for n in range(N_MARKETS - MOST_AWAY - 1)]
    book.open(market(0))
    qtbot.waitUntil(lambda: book.drawings(market(0)) == (line(0),), **SOON)
    book.add(market(1), line(99))
    qtbot.waitUntil(lambda: book.drawings(market(1)) == (line(1), line(99)), **SOON)


def test_a_market_on_a_chart_keeps_its_drawings_and_their_undo(book, qtbot):
    chart = Chart(market=market(0))
    book.show_on(chart)
    draw_on(book, qtbot, range(N_MARKETS))
    assert book.can_undo(market(0))
    book.undo(market(0))
    assert book.drawings(market(0)) == ()
    chart.market = market(5)
    draw_on(book, qtbot, range(N_MARKETS, N_MARKETS + MOST_AWAY + 1))
    assert not book.can_undo(market(0))


def test_markets_in_no_chart_hold_a_bounded_undo_together_and_the_drawings_stay(book, qtbot):
    each = MOST_STEPS_AWAY // 3
    for number in range(4):
        for step in range(each):
            book.add(market(number), line(1000 * number + step))
        qtbot.waitUntil(lambda: not book._unkept and not book._unread, **SOON)
    book.open(market(4))
    assert [book.can_undo(market(n)) for n in range(4)] == [False, True, True, True]
    book.open(market(0))
    qtbot.waitUntil(lambda: len(book.drawings(market(0))) == each, **SOON)


def test_a_market_with_an_alert_on_a_line_is_not_put_away(book, qtbot):
    book.set_bells({market(0): (Bell("line-0", "", is_on=True),)})
    draw_on(book, qtbot, range(N_MARKETS))
    assert book.drawings(market(0)) == (line(0),)


def test_drawings_that_could_not_be_written_are_held_however_many_markets_follow(qtbot, tmp_path):
    class FullDisk(DrawingFiles):
        def save(self, venue, symbol, drawings):
            raise StoreError("The disk is full.")

    book, told = DrawingBook(FullDisk(tmp_path)), []
    book.failed.connect(told.append)
    for number in range(N_MARKETS):
        book.add(market(number), line(number))
    qtbot.waitUntil(lambda: len(told) >= N_MARKETS and not book._unread, **SOON)
    book.open(market(N_MARKETS))
    assert held(book) == list(range(N_MARKETS))
    book.finish()


def test_who_follows_drawings_for_alerts_lets_go_of_them_with_the_book(book, qtbot):
    alerts = DrawingAlerts(Bridge(), SimpleNamespace(book=book), Mock(), Mock())
    draw_on(book, qtbot, range(N_MARKETS))
    assert sorted(alerts._seen) == [market(n) for n in held(book)]
    alerts.stop()
