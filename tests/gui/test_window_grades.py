"""The grades panel: every coin of the newest close, why it is graded so, and what such grades were worth."""

import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from tests.fakes.models import PRETENDED, card
from tests.fakes.storage_ledger_world import StepClock, tampering
from tests.fakes.window_world import LIVE, NOW_MS, PRACTICE, Desk
from workstation.domain.grade import Grade, GradeComponent, Zone
from workstation.domain.grade_record import (
    DAY_MS,
    WEEK_MS,
    GradeRecord,
    RecordSource,
    Share,
    band_of,
    card_records,
)
from workstation.domain.model_card import Figure
from workstation.domain.outcome import GradeOutcome
from workstation.link import messages as said
from workstation.storage.ledger import Ledger
from workstation.storage.model_store import ModelStore
from workstation.ui.judgement import ledger_reading
from workstation.ui.judgement.grade_model import GradeModel
from workstation.ui.judgement.grades_panel import NONE_YET, READING, GradePanel, age_words
from workstation.ui.judgement.ledger_reading import GradesRead
from workstation.ui.theme import DARK, LIGHT
from workstation.ui.widgets.zone_shape import ZoneInk, paint_zone_shape
from workstation.ui.words.band_words import UNKNOWN_RECORD, band_words
from workstation.ui.words.grade_words import change_words, component_word

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

HOUR = 3_600_000
PARTS = (("momentum", 90.0, 0.5), ("model", 30.0, 0.3), ("liquidity", 55.0, 0.2))
VALUES = {"BTC/USDT": 84, "ETH/USDT": 100, "SOL/USDT": 7, "XRP/USDT": 50}


def grade(symbol, value, at_ms=NOW_MS, venue=LIVE.name, **facts):
    parts = tuple(GradeComponent(*part) for part in facts.pop("parts", PARTS))
    return Grade(venue, symbol, "1h", at_ms, value, parts, facts.pop("n_coins", 4), **facts)


def grades(at_ms=NOW_MS, venue=LIVE.name, **facts):
    return tuple(grade(symbol, value, at_ms, venue, **facts) for symbol, value in VALUES.items())


def write(desk, *closes) -> None:
    ledger = Ledger(desk.past.judgements.ledger, StepClock())
    for close in closes:
        ledger.add_grades(close)
    ledger.close()


@pytest.fixture
def desk(tmp_path, qtbot):
    made = Desk(tmp_path)
    made.fill_store(n=30)
    qtbot.addWidget(made.open())
    made.welcome()
    yield made
    made.window.finish()


@pytest.fixture
def panel(qtbot):
    made = GradePanel(DARK)
    made.resize(900, 500)
    qtbot.addWidget(made)
    made.show()
    return made


def shown(panel) -> list[str]:
    return [panel.model.grade_at(row).symbol for row in range(panel.model.rowCount())]


def cell(panel, row, column_id) -> str:
    return panel.model.data(panel.model.index(row, panel.model.column_of(column_id)))


# from the ledger


def test_the_newest_close_is_read_and_again_when_another_is_graded(desk, qtbot):
    write(desk, grades(NOW_MS - HOUR))
    desk.window.actions_by_id["grades.focus"].trigger()
    panel = desk.window.judgement.grades.panel
    qtbot.waitUntil(lambda: shown(panel) == ["ETH/USDT", "BTC/USDT", "XRP/USDT", "SOL/USDT"])
    write(desk, (grade("BTC/USDT", 12),))
    desk.tell(said.GradesSaid("1h", NOW_MS))
    qtbot.waitUntil(lambda: shown(panel) == ["BTC/USDT"])
    assert desk.window.watchlist.model.grade_at(0).value == 12


def test_a_missing_ledger_is_a_sentence_and_a_later_one_is_found(desk, qtbot):
    desk.window.actions_by_id["grades.focus"].trigger()
    panel = desk.window.judgement.grades.panel
    qtbot.waitUntil(lambda: panel.nothing.text() == NONE_YET)
    qtbot.waitUntil(panel.nothing.isVisible)
    write(desk, grades())
    desk.tell(said.GradesSaid("1h", NOW_MS))
    qtbot.waitUntil(lambda: panel.model.rowCount() == 4)
    assert not panel.nothing.isVisible()


def test_the_window_never_reads_in_its_own_thread_nor_where_nobody_looks(desk, qtbot, monkeypatch):
    threads = []
    desk.window.docks.by_title["Watchlist"].hide()
    desk.window.docks.by_title["Grades"].hide()
    qtbot.waitUntil(lambda: not desk.window.judgement.grades.reading.is_busy)

    def read(_files, _wanted):
        threads.append(threading.get_ident())
        return GradesRead(grades())

    monkeypatch.setattr("workstation.ui.judgement.ledger_reading.read_grades", read)
    for _ in range(5):
        desk.tell(said.GradesSaid("1h", NOW_MS))
    assert threads == []
    desk.window.docks.reveal("Grades")
    grade_desk = desk.window.judgement.grades
    qtbot.waitUntil(lambda: grade_desk.panel is not None and grade_desk.panel.model.rowCount() == 4)
    assert len(threads) == 1, "five pieces of news are read once"
    assert threads[0] != threading.get_ident()


def test_grades_of_another_venue_are_never_shown(desk, qtbot):
    write(desk, grades(), grades(venue=PRACTICE.name, at_ms=NOW_MS + HOUR))
    desk.window.actions_by_id["grades.focus"].trigger()
    panel = desk.window.judgement.grades.panel
    qtbot.waitUntil(lambda: panel.model.rowCount() == 4)
    assert panel.model.grade_at(0).venue == LIVE.name
    desk.welcome(PRACTICE)
    assert panel.model.rowCount() == 0, "at once, before anything is read"
    qtbot.waitUntil(lambda: panel.model.rowCount() == 4)
    assert panel.model.grade_at(0).venue == PRACTICE.name


def test_a_damaged_row_and_an_unreadable_ledger_are_sentences(desk, qtbot):
    write(desk, grades())
    with tampering(desk.past.judgements.ledger) as connection:
        connection.execute("UPDATE entry SET body = x'00' WHERE kind = 'grades'")
    desk.tell(said.GradesSaid("1h", NOW_MS))
    desk.window.actions_by_id["grades.focus"].trigger()
    panel = desk.window.judgement.grades.panel
    qtbot.waitUntil(lambda: "Row 2 of the ledger" in panel.damage.text())
    desk.past.judgements.ledger.write_bytes(b"nothing like a ledger" * 400)
    desk.tell(said.GradesSaid("1h", NOW_MS))
    qtbot.waitUntil(lambda: "ledger.db" in panel.nothing.text())


def test_enter_opens_the_chart_of_the_chosen_coin(desk, qtbot):
    write(desk, grades())
    desk.window.actions_by_id["grades.focus"].trigger()
    panel = desk.window.judgement.grades.panel
    qtbot.waitUntil(lambda: panel.model.rowCount() == 4)
    panel.table.choose(panel.model.row_of("SOL/USDT"))
    qtbot.keyClick(panel.table, Qt.Key.Key_Return)
    assert desk.window.desk.key.symbol == "SOL/USDT"


def test_the_watchlist_has_a_grade_beside_each_price_and_sorts_by_it(desk, qtbot):
    write(desk, grades())
    model = desk.window.watchlist.model
    desk.tell(said.GradesSaid("1h", NOW_MS))
    qtbot.waitUntil(lambda: model.data(model.index(0, 3)) == "84")
    assert "surging: strong buy" in model.data(model.index(0, 3), Qt.ItemDataRole.AccessibleTextRole)
    model.sort(3, Qt.SortOrder.DescendingOrder)
    assert [model.symbol_at(row) for row in range(5)] == [
        "ETH/USDT",
        "BTC/USDT",
        "XRP/USDT",
        "SOL/USDT",
        "DOGE/USDT",
    ], "coins without a grade come last"
    desk.window.watchlist.table.viewport().grab()


def test_the_record_of_a_band_comes_from_the_card_of_the_model(desk, qtbot):
    files = desk.past.judgements
    figure = Figure("grade_band_80_beats_median", 0.58, 0.53, 0.63, 412)
    store = ModelStore(files.models, files.shipped_models, StepClock())
    model_hash = store.add(card("grade-1h", figures=(figure,)), PRETENDED, "First.")
    write(desk, grades(model_hash=model_hash))
    desk.window.resize(1280, 800)
    desk.window.actions_by_id["grades.focus"].trigger()
    panel = desk.window.judgement.grades.panel
    qtbot.waitUntil(lambda: panel.model.rowCount() == 4)
    panel.table.choose(panel.model.row_of("BTC/USDT"))
    n_coins = panel.model.grade_at(panel.table.currentIndex().row()).n_coins
    assert panel.detail.head.text().endswith(f"·   among {n_coins} coins")
    assert panel.detail.record.text() == (
        "What coins graded 80–89 did next:\n"
        "In the ledger: nothing yet; what follows a grade is known after 7 days.\n"
        "On the model's card, over 7 days: 58 % of 412 beat the median coin (95 %: 53–63 %)."
    )
    panel.table.choose(panel.model.row_of("SOL/USDT"))
    assert panel.detail.record.text() == UNKNOWN_RECORD


def test_the_record_of_a_band_is_counted_from_the_ledger_and_again_when_more_is_known(desk, qtbot):
    days, coins = 6, [f"C{i:02}/USDT" for i in range(20)]
    ledger = Ledger(desk.past.judgements.ledger, StepClock())
    rows = [
        ledger.add_grades(
            [grade(coin, 84 if i < 10 else 20, NOW_MS + (day - 30) * DAY_MS) for i, coin in enumerate(coins)]
        )
        for day in range(days)
    ]
    told = [GradeOutcome(coin, 0.03 if i < 9 else -0.25, None) for i, coin in enumerate(coins)]
    ledger.add_grade_outcomes(rows[0], told)
    ledger.add_grades(grades())
    desk.window.resize(1280, 800)
    desk.window.actions_by_id["grades.focus"].trigger()
    panel = desk.window.judgement.grades.panel
    qtbot.waitUntil(lambda: panel.model.rowCount() == 4)
    panel.table.choose(panel.model.row_of("BTC/USDT"))
    assert (
        "In the ledger, over 24 hours: only 10 cases; fewer than 30 prove nothing."
        in panel.detail.record.text()
    )
    for row in rows[1:]:
        ledger.add_grade_outcomes(row, told)
    ledger.close()
    desk.tell(said.OutcomesSaid(5))
    wanted = (
        "In the ledger, over 24 hours: 90 % of 60 beat the median coin (95 %: 80–95 %), median +3.0 %, "
        "10.0 % fell 20 % or more."
    )
    qtbot.waitUntil(lambda: wanted in panel.detail.record.text())
    assert "In the ledger, over 7 days: only 0 cases" in panel.detail.record.text()


# the panel


def test_a_grade_is_told_by_number_zone_and_label_and_its_parts_by_weight(panel):
    panel.show_grades(GradesRead(grades(change_24h=-3.2, ta_value=70.0, quant_value=50.0)), NOW_MS)
    assert [cell(panel, 0, name) for name in ("coin", "grade", "zone", "label", "change")] == [
        "ETH/USDT",
        "100",
        "Surging",
        "Strong buy",
        "−3",
    ]
    assert [cell(panel, 0, name) for name in ("momentum", "compatible", "ta")] == ["90", "66", "70"]
    head = panel.model.column_of("momentum")
    tip = panel.model.headerData(head, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    assert "weight 50 % of the grade" in tip
    assert panel.detail.subgrades.text() == "Compatible grade 66: 0.8 × TA 70 + 0.2 × Quant 50"
    assert "Momentum 90, weight 50 %" in panel.detail.bars.accessibleDescription()


def test_what_is_filtered_and_sorted_keeps_the_chosen_coin(panel, qtbot):
    panel.show_grades(GradesRead(grades()), NOW_MS)
    panel.table.choose(panel.model.row_of("SOL/USDT"))
    panel.table.sortByColumn(panel.model.column_of("coin"), Qt.SortOrder.AscendingOrder)
    assert shown(panel) == ["BTC/USDT", "ETH/USDT", "SOL/USDT", "XRP/USDT"]
    assert panel.model.grade_at(panel.table.currentIndex().row()).symbol == "SOL/USDT"
    panel.filter.setText("crash")
    assert shown(panel) == ["SOL/USDT"]
    panel.filter.setText("zzz")
    assert panel.nothing.text().startswith("No graded coin is like “zzz”.\nEsc")
    panel.filter.setText("")
    panel.show_grades(GradesRead(grades()), NOW_MS)
    assert shown(panel)[0] == "BTC/USDT", "new grades keep the order that was asked for"


def test_grades_that_are_not_known_come_last_whichever_way_they_are_sorted(qtbot):
    model = GradeModel()
    model.set_grades((grade("A", 50, ta_value=10.0), grade("B", 40), grade("C", 30, ta_value=20.0)))
    for order, expected in ((Qt.SortOrder.AscendingOrder, "ACB"), (Qt.SortOrder.DescendingOrder, "CAB")):
        model.sort(model.column_of("ta"), order)
        assert "".join(model.grade_at(row).symbol for row in range(3)) == expected


def test_a_narrow_panel_keeps_coin_and_grade_and_a_wide_one_shows_the_parts(panel):
    panel.show_grades(GradesRead(grades()), NOW_MS)

    def hidden(name):
        return panel.table.isColumnHidden(panel.model.column_of(name))

    assert not any(hidden(name) for name in ("coin", "grade", "zone", "label", "momentum", "model"))
    panel.resize(220, 300)
    assert not hidden("grade")
    assert hidden("zone")
    assert hidden("momentum")


def test_an_error_is_said_below_grades_that_are_still_right(panel):
    assert panel.nothing.text() == READING
    panel.show_grades(GradesRead(grades()), NOW_MS)
    panel.say("The ledger is busy.")
    assert panel.damage.text() == "The ledger is busy."
    assert panel.model.rowCount() == 4


def test_foreign_text_stays_plain(panel):
    hostile = grade("<b>A</b>\u202e/USDT", 80, parts=(("<i>part</i>", 50.0, 1.0),))
    panel.show_grades(GradesRead((hostile,), damage=("<u>bad</u>\u202e",)), NOW_MS)
    labels = panel.findChildren(QLabel)
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in labels)
    assert not any("\u202e" in label.text() for label in labels)
    tip = panel.model.data(panel.model.index(0, 0), Qt.ItemDataRole.ToolTipRole)
    assert "&lt;b&gt;" in tip


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_no_two_zones_share_a_shape_and_both_themes_paint(panel, theme):
    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QColor, QImage, QPainter

    panel.show_grades(GradesRead(grades(change_24h=4.0, ta_value=70.0, quant_value=50.0)), NOW_MS)
    panel.set_theme(theme)
    colours = panel.grab().toImage()
    ink = ZoneInk(theme).of(Zone.SURGING).rgb()
    assert any(colours.pixel(x, y) == ink for x in range(0, 700, 2) for y in range(60, 200, 3)), (
        "the bar of a surging coin"
    )
    shapes = set()
    for zone in Zone:
        image = QImage(20, 24, QImage.Format.Format_ARGB32)
        image.fill(0)
        with QPainter(image) as painter:
            paint_zone_shape(painter, QPointF(10, 12), zone, QColor("white"))
        shapes.add(tuple(image.pixel(x, y) for x in range(20) for y in range(24)))
    assert len(shapes) == len(Zone), "told apart without colour"


# words


CARD = GradeRecord(90, WEEK_MS, RecordSource.CARD, 1_200, Share(0.61, 0.57, 0.65), Share(0.02, 0.01, 0.03))
OWN = GradeRecord(
    90, DAY_MS, RecordSource.LEDGER, 40, Share(0.5, 0.35, 0.65), Share(0.05, 0.0, 0.2), -0.004, 7
)


@pytest.mark.parametrize(
    ("own", "told", "lines"),
    [
        ((), None, [UNKNOWN_RECORD]),
        (
            (OWN, replace(OWN, horizon_ms=WEEK_MS, n=12)),
            CARD,
            [
                "What coins graded 90–100 did next:",
                "In the ledger, over 24 hours: 50 % of 40 beat the median coin (95 %: 35–65 %), "
                "median −0.4 %, 5.0 % fell 20 % or more, 7 more are not known.",
                "In the ledger, over 7 days: only 12 cases; fewer than 30 prove nothing.",
                "On the model's card, over 7 days: 61 % of 1,200 beat the median coin (95 %: 57–65 %), "
                "2.0 % fell 20 % or more.",
            ],
        ),
    ],
    ids=["unknown", "both"],
)
def test_the_record_of_a_band_in_words(own, told, lines):
    assert band_words(own, told).split("\n") == lines


@pytest.mark.parametrize(("value", "low"), [(0, 0), (9, 0), (10, 10), (89, 80), (90, 90), (100, 90)])
def test_a_grade_lies_in_a_band_of_ten(value, low):
    assert band_of(value) == low


@pytest.mark.parametrize("scale", [1.0, 100.0], ids=["fractions", "percent"])
def test_records_of_bands_are_found_on_a_card_by_name(scale):
    figures = (
        Figure("grade_band_0_beats_median", 0.4 * scale, 0.3 * scale, 0.5 * scale, 40),
        Figure("auc", 0.5, 0.4, 0.6, 40),
    )
    ((low, found),) = card_records(card(figures=figures)).items()
    assert (low, found.n, found.horizon_ms, found.crashed) == (0, 40, WEEK_MS, None)
    assert (found.beat_median.value, found.beat_median.high) == (pytest.approx(0.4), pytest.approx(0.5))


@pytest.mark.parametrize(("change", "words"), [(None, "–"), (0.4, "0"), (12.2, "+12"), (-0.6, "−1")])
def test_a_change_has_its_sign(change, words):
    assert change_words(change) == words


@pytest.mark.parametrize(
    ("now_ms", "words"),
    [
        (0, "1h close"),
        (NOW_MS + 5_000, "1h close, just now"),
        (NOW_MS + 12 * 60_000, "1h close, 12 min ago"),
    ],
)
def test_the_age_of_the_grades_is_said(now_ms, words):
    assert age_words(GradesRead(grades()), now_ms) == words
    assert age_words(GradesRead(), now_ms) == ""


def test_a_part_nobody_has_heard_of_still_has_a_name():
    assert component_word("order_flow") == "Order flow"


def test_the_newest_close_is_found_however_old_it_is_and_where_the_one_wanted_is_not_there(tmp_path):
    world = Desk(tmp_path)
    write(world, grades(NOW_MS), grades(NOW_MS - HOUR))
    for wanted in (None, ("1h", NOW_MS + 400 * 24 * HOUR), ("4h", NOW_MS)):
        asked = ledger_reading.GradesWanted(LIVE.name, wanted)
        found = ledger_reading.read_grades(world.past.judgements, asked).grades
        assert [each.at_ms for each in found] == [NOW_MS] * 4
    world.bridge.close()
