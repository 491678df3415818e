"""Grades and votes below a chart: seen, said under the crosshair, sized by hand, forming told apart."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest

from tests.gui.test_chart_kinds import FIRST, HOUR, KEY, START, columns
from tests.gui.test_chart_view import drag, hover, signal
from workstation.domain.candle import Candle
from workstation.domain.vote_span import VoteSpan
from workstation.ui.chart import chart_canvas, vote_painter
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.chart.grade_painter import steps
from workstation.ui.chart.grade_steps import GradeSteps
from workstation.ui.chart.judged_board import JudgedPane
from workstation.ui.chart.judged_frame import MOST_VOTED
from workstation.ui.chart.vote_painter import cells
from workstation.ui.price_colours import BLUE_ORANGE, coloured
from workstation.ui.theme import DARK, LIGHT

N = 200


@pytest.fixture(scope="module")
def shared(qapp):
    view = ChartView()
    view.resize(900, 640)
    view.show()
    yield view
    view.studies.stop()
    view.close()


@pytest.fixture
def chart(shared):
    shared.set_theme(DARK)
    shared.clear("No market chosen")
    shared.set_series(KEY, columns(N))
    last = columns(N).close[-1]
    shared.apply_candles([Candle(START + N * HOUR, last, last * 1.01, last * 0.99, last, 1.0, closed=False)])
    shared.judged.restore(None)
    for pane in JudgedPane:
        shared.judged.show(pane, on=True)
    shared.show_slots(FIRST + N - 40, FIRST + N + 2)
    QTest.mouseMove(shared, shared.rect().bottomRight())
    return shared


def give_grades(chart: ChartView, values: dict[int, float]) -> None:
    bars = sorted(values)
    at = np.array([START + (bar + 1) * HOUR for bar in bars])
    chart.judged.take_grades(GradeSteps(at, np.array([values[bar] for bar in bars], float), HOUR, "1h"))


def give_votes(chart: ChartView) -> None:
    """Let momentum vote ever more bullish, volume bearish, levels abstain, on-chain know nothing."""
    scores = np.zeros((8, N))
    scores[0], scores[1], scores[3] = np.linspace(0, 1, N), -0.9, np.nan
    sides = np.zeros((8, N), int)
    sides[0], sides[1] = 1, -1
    times = START + np.arange(N) * HOUR
    for begin in range(0, N, 500):
        part = slice(begin, begin + 500)
        span = (int(times[part][0]), int(times[part][-1]) + HOUR)
        chart.judged.votes.put(VoteSpan.of(KEY, span, times[part], scores[:, part], sides[:, part]))
    chart.judged.changed.emit()


def words(chart: ChartView, bar: int, y: float | None = None) -> list[str]:
    """Return what the lines of grades and votes say of a bar."""
    chart.grab()
    hover(chart, chart.frame.slots.x_of(FIRST + bar), 100.0 if y is None else y)
    chart.grab()
    return [" ".join(text for text, _ in line.parts if text) for line in chart.legend]


def cell(chart: ChartView, image: QImage, bar: int, row: int) -> str:
    placed = chart.frame.judged.votes
    x = chart.frame.slots.x_of(FIRST + bar) + chart.frame.slots.per_slot * 0.3
    y = placed.row_top(row) + placed.row_height * 0.2
    return image.pixelColor(int(x), round(y)).name()


def test_the_grade_stands_at_its_height_and_a_close_without_one_is_a_hole(chart):
    give_grades(chart, {bar: 20.0 if bar < N - 20 else 85.0 for bar in range(N) if bar not in (N - 9, N - 8)})
    chart.grab()
    placed = chart.frame.judged.grade
    lines = steps(chart.frame, placed)
    level = lines[lines[:, 1] == lines[:, 3]]
    shown = {int(chart.frame.slots.slot_at(x)) - FIRST for x in (level[:, 0] + level[:, 2]) / 2}
    assert not shown & {N - 9, N - 8, N}
    assert {N - 10, N - 7, N - 1} <= shown
    assert placed.scale.row(85) < placed.scale.row(20)
    top = placed.top + placed.scale.row(85)
    x = int(chart.frame.slots.x_of(FIRST + N - 3))
    image = chart.grab().toImage()
    assert QColor(DARK.text).name() in {image.pixelColor(x, top + dy).name() for dy in (-1, 0, 1)}


def test_a_signal_is_told_over_the_bars_and_not_over_the_panes_below(chart, monkeypatch):
    told = []
    monkeypatch.setattr(chart_canvas, "paint_signal", lambda *arguments: told.append(arguments[2]))
    chart.set_signals([signal(N - 20)])
    give_votes(chart)
    chart.grab()
    x, votes = chart.frame.slots.x_of(FIRST + N - 20), chart.frame.judged.votes
    hover(chart, x, votes.row_top(2))
    chart.grab()
    assert told == []
    hover(chart, x, 150.0)
    chart.grab()
    assert told
    chart.set_signals([])


def test_a_grade_is_said_with_its_label_and_the_forming_bar_has_none(chart):
    give_grades(chart, {N - 5: 85.0, N - 4: 41.0})
    assert words(chart, N - 5)[0] == "Grade 85 Strong buy · surging"
    assert words(chart, N - 4)[0] == "Grade 41 Neutral · holding"
    assert words(chart, N - 3)[0] == "Grade – none was written at this close"
    assert words(chart, N)[0] == "Grade forming: graded when it closes"
    give_grades(chart, {})
    assert "yet" in words(chart, N - 5)[0]


def test_the_axis_says_the_grade_at_the_pointers_height(chart):
    from workstation.ui.chart.overlay_painter import _pane_words

    chart.grab()
    placed = chart.frame.judged.grade
    assert _pane_words(chart.frame, placed.top + placed.scale.row(60)) == "60"
    assert _pane_words(chart.frame, placed.top + 1) == ""


@pytest.mark.parametrize(
    "theme", [DARK, LIGHT, coloured(DARK, BLUE_ORANGE)], ids=["dark", "light", "blue-orange"]
)
def test_votes_are_told_apart_by_colour_strength_and_hatching(chart, theme):
    chart.set_theme(theme)
    give_votes(chart)
    image = chart.grab().toImage()
    up, down, abstains = (cell(chart, image, N - 1, row) for row in (0, 1, 2))
    weak = cell(chart, image, N - 38, 0)
    assert len({up, down, abstains, weak, QColor(theme.base).name()}) == 5
    placed = chart.frame.judged.votes
    hatched = {
        image.pixelColor(x, round(placed.row_top(3) + dy)).name()
        for x in range(300, 340)
        for dy in range(2, 7)
    }
    assert 2 <= len(hatched) <= 3, "lines on the ground"
    assert cell(chart, image, N, 0) == QColor(theme.base).name(), "the forming bar has no votes"


def test_a_wide_cell_carries_a_sign_besides_its_colour(chart):
    give_votes(chart)
    image = chart.grab().toImage()
    placed, text = chart.frame.judged.votes, QColor(DARK.text)

    def n_ink(bar: int, row: int) -> int:
        x, y = chart.frame.slots.x_of(FIRST + bar), placed.row_top(row) + placed.row_height / 2
        spots = [image.pixelColor(int(x) + dx, int(y) + dy) for dx in range(-4, 5) for dy in range(-4, 5)]
        return sum(abs(one.lightness() - text.lightness()) < 60 for one in spots)

    assert n_ink(N - 30, 0) > n_ink(N - 30, 1) > n_ink(N - 30, 2)


def test_votes_are_counted_under_the_crosshair_and_named_in_their_row(chart):
    give_votes(chart)
    assert words(chart, N - 1)[1] == "Votes + 1 bullish − 1 bearish 5 abstain · 1 could not vote"
    placed = chart.frame.judged.votes
    rows = [placed.row_top(row) + placed.row_height / 2 for row in range(8)]
    assert words(chart, N - 1, rows[0])[1] == "Votes Price momentum +1.00 bullish"
    assert words(chart, N - 1, rows[1])[1] == "Votes Volume −0.90 bearish"
    assert words(chart, N - 1, rows[2])[1] == "Votes Support and resistance +0.00 abstained"
    assert "could not vote" in words(chart, N - 1, rows[3])[1]
    assert "forming" in words(chart, N, rows[0])[1]


def test_what_was_not_told_yet_says_so_and_why(chart):
    chart.judged.votes.clear()
    assert words(chart, N - 2)[1] == "Votes being worked out…"
    chart.judged.votes.refuse(FIRST, "The engine is away.")
    assert words(chart, N - 2)[1] == "Votes The engine is away."


def test_too_many_bars_ask_for_a_closer_look(chart):
    chart.set_series(KEY, columns(MOST_VOTED + 2_000))
    chart.show_slots(FIRST, FIRST + MOST_VOTED + 500)
    assert any("zoom in" in line for line in words(chart, 1_000))
    assert chart.frame.judged.votes.is_crowded


def test_the_edge_of_a_pane_is_dragged_and_its_height_is_saved(chart):
    chart.grab()
    before = chart.frame.judged.votes
    drag(chart, (300, before.top), (300, before.top - 50))
    chart.grab()
    assert chart.frame.judged.votes.height == pytest.approx(before.height + 50, abs=2)
    assert chart.judged.state()["votes"]["share"] > 0.28
    assert not chart.following or chart.is_fitted, "the bars stayed where they were"


def test_a_pane_without_room_is_named(chart):
    chart.resize(900, 220)
    try:
        assert any("No room here for: Votes of the families" in line for line in words(chart, N - 2))
    finally:
        chart.resize(900, 640)


def test_another_market_has_none_of_these_judgements(chart):
    from dataclasses import replace

    give_grades(chart, {N - 5: 85.0})
    give_votes(chart)
    chart.set_series(replace(KEY, symbol="ETH/USDT"), columns(N))
    assert len(chart.judged.grades) == 0
    assert chart.judged.votes.missing((FIRST, FIRST + N), (FIRST, FIRST + N)) is not None


def test_a_chart_without_these_panes_paints_nothing_of_them(chart, monkeypatch):
    for pane in JudgedPane:
        chart.judged.show(pane, on=False)
    monkeypatch.setattr(vote_painter, "cells", lambda *_, **__: pytest.fail("painted"))
    monkeypatch.setattr(type(chart.judged.votes), "between", lambda *_: pytest.fail("read"))
    chart.grab()
    assert chart.frame.judged.grade is None
    assert chart.frame.judged.votes is None


def test_cells_are_of_their_own_memory(chart):
    give_votes(chart)
    image = cells(chart.judged.votes.between(FIRST, FIRST + N), DARK, are_whole=True)
    assert (image.width(), image.height()) == (N, 8)
    assert image.pixelColor(5, 3).alpha() == 0
    assert image.pixelColor(5, 1).alpha() == 255
    assert Qt.GlobalColor.black != image.pixelColor(5, 1)


def test_a_cell_without_a_sign_is_told_by_its_upper_or_lower_half(chart):
    give_votes(chart)
    image = cells(chart.judged.votes.between(FIRST, FIRST + N), DARK, are_whole=False)
    assert (image.width(), image.height()) == (N, 16)
    ground, column = QColor(DARK.base), N - 5
    halves = [[image.pixelColor(column, 2 * row + lower) for lower in (0, 1)] for row in range(4)]
    bullish, bearish, abstains, unknown = halves
    assert bullish[0] != ground == bullish[1]
    assert bearish[1] != ground == bearish[0]
    assert abstains[0] == abstains[1] != ground
    assert [half.alpha() for half in unknown] == [0, 0]


def test_on_narrow_bars_the_strip_shows_halves_and_on_wide_ones_signs(chart, monkeypatch):
    asked, paint = [], vote_painter.cells

    def told(votes, theme, *, are_whole):
        asked.append(are_whole)
        return paint(votes, theme, are_whole=are_whole)

    monkeypatch.setattr(vote_painter, "cells", told)
    give_votes(chart)
    for n_bars in (200, 20):
        chart.show_slots(FIRST + N - n_bars, FIRST + N)
        chart.grab()
    assert asked == [False, True]


@pytest.mark.parametrize("kind", ["candles", "line"])
def test_the_volume_of_the_forming_bar_is_hollow(chart, kind):
    chart.restore_look({"kind": kind})
    last = columns(N).close[-1]
    seen = []
    for closed in (False, True):
        chart.apply_candles([Candle(START + N * HOUR, last, last, last, last, 1.0, closed=closed)])
        chart.grab()
        frame = chart.frame
        y = frame.layout.volume_bottom - round(frame.layout.volume_height * 0.3)
        seen.append(chart.grab().toImage().pixelColor(int(frame.slots.x_of(FIRST + N)), y).name())
    chart.restore_look({"kind": "candles"})
    assert seen[0] == QColor(DARK.base).name() != seen[1]
