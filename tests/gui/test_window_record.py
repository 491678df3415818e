"""The record panel: how often signals were right, what is open, and the proof that nothing was changed."""

import subprocess
import sys
import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from tests.fakes.storage_ledger_world import StepClock, tampering
from tests.fakes.window_world import LIVE, NOW_MS, Desk
from workstation.domain.ledger import (
    ChainBreak,
    Correction,
    Flaw,
    HitRecord,
    LedgerHead,
    RecordGroup,
    SignalEntry,
    Verification,
)
from workstation.domain.market import SeriesKey
from workstation.domain.outcome import Barrier, Outcome
from workstation.domain.signal import Direction, Family, FamilyVote, Regime, Signal, SignalOrigin
from workstation.link import messages as said
from workstation.storage.ledger import Ledger
from workstation.ui.judgement.ledger_line import NOT_CHECKED
from workstation.ui.judgement.ledger_reading import Cancelled, RecordRead, prove
from workstation.ui.judgement.record_panel import NONE_YET, RecordPanel
from workstation.ui.judgement.record_words import group_word, outcome_words, spoken_record, verification_words
from workstation.ui.theme import DARK, LIGHT
from workstation.ui.zone import zone_of

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

HOUR = 3_600_000
UTC = zone_of("UTC")


def signal(i, direction=Direction.BULLISH, symbol="BTC/USDT", venue=LIVE.name, **changes):
    ways = (direction, direction, Direction.NEUTRAL)
    votes = tuple(
        FamilyVote(family, way, 0.5 * way, (), 0) for family, way in zip(list(Family)[:3], ways, strict=True)
    )
    facts = {"probability": 0.61, "base_rate": 0.31, "horizon_bars": 24, "regime": Regime.BEAR} | changes
    key = SeriesKey(venue, symbol, "1h")
    return Signal(key, NOW_MS - i * HOUR, 100.0, direction, votes, True, SignalOrigin.LIVE, "1", **facts)


def outcome(is_hit, ended_ms=NOW_MS):
    barrier, net = (Barrier.TARGET, 1.8) if is_hit else (Barrier.STOP, -1.2)
    return Outcome(barrier, 100.0, 101.0, ended_ms, net + 0.2, net)


def write(desk, n_bullish=40, n_bearish=5) -> None:
    """Write signals with outcomes, three of four bullish ones right, and an open one."""
    ledger = Ledger(desk.past.judgements.ledger, StepClock())
    with ledger.transaction():
        for i in range(n_bullish + n_bearish):
            direction = Direction.BULLISH if i < n_bullish else Direction.BEARISH
            row = ledger.add_signal(signal(100 + i, direction))
            ledger.add_outcome(row, outcome(i % 4 != 0))
        ledger.add_signal(signal(2, symbol="ETH/USDT"))
    ledger.close()


@pytest.fixture
def desk(tmp_path, qtbot):
    made = Desk(tmp_path)
    made.fill_store(n=60)
    qtbot.addWidget(made.open())
    made.welcome()
    yield made
    made.window.finish()


@pytest.fixture
def panel(desk, qtbot):
    """The record panel, read."""
    write(desk)
    desk.window.actions_by_id["record.focus"].trigger()
    made = desk.window.judgement.record.panel
    qtbot.waitUntil(lambda: made.signals.rowCount() == 46)
    return made


def cells(panel, row) -> list[str]:
    return [panel.model.data(panel.model.index(row, column)) for column in range(panel.model.columnCount())]


def test_hit_rates_stand_with_how_many_and_what_they_brought(panel):
    assert cells(panel, 0) == ["Bullish", "40", "1", "75 %", "+1.05 %"]
    assert panel.note.text() == "45 known outcomes, 1 open"
    spoken = panel.model.data(panel.model.index(0, 0), Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == (
        "Bullish: 40 outcomes, 1 open, hit rate 75 % (95 %: 60–86 %), base rate 31 %, net +1.05 %."
    )
    few = panel.model.data(panel.model.index(1, 0), Qt.ItemDataRole.AccessibleTextRole)
    assert few.endswith("Only 5 outcomes; fewer than 30 prove nothing.")


def test_the_record_is_told_apart_by_what_the_trader_chooses(panel, qtbot):
    panel.combo.setCurrentIndex(panel.combo.findData(RecordGroup.SYMBOL))
    qtbot.waitUntil(lambda: panel.model.group is RecordGroup.SYMBOL)
    assert [cells(panel, row)[0] for row in range(2)] == ["BTC/USDT", "ETH/USDT"]
    assert cells(panel, 1) == ["ETH/USDT", "0", "1", "–", "–"]


def test_the_newest_signal_is_first_and_says_until_when_it_is_open(panel):
    assert panel.signals.data(panel.signals.index(0)) == (
        "Bullish ETH/USDT 1h, 1 Aug 11:00 at 100.00, 61 % (base 31 %), 2 of 3 families agree, "
        "open until 2 Aug 11:00"
    )


def test_an_outcome_that_becomes_known_is_read_and_the_chosen_row_stays(desk, panel, qtbot):
    panel.list.setCurrentIndex(panel.signals.index(3))
    chosen = panel.signals.entry_at(3).row
    ledger = Ledger(desk.past.judgements.ledger, StepClock())
    number = ledger.add_outcome(panel.signals.entry_at(0).row, outcome(is_hit=True))
    ledger.add_correction(Correction(number, "A bad tick.", outcome(is_hit=False)))
    ledger.add_signal(signal(1, symbol="SOL/USDT"))
    ledger.close()
    desk.tell(said.OutcomesSaid(1))
    qtbot.waitUntil(lambda: panel.signals.rowCount() == 47)
    assert outcome_words(panel.signals.entry_at(1), UTC) == "was stopped, −1.20 % after costs, corrected"
    assert panel.signals.entry_at(panel.list.currentIndex().row()).row == chosen


def test_enter_shows_the_bar_of_a_signal_and_one_of_another_venue_is_a_sentence(desk, panel, qtbot):
    panel.list.setCurrentIndex(panel.signals.index(0))
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert desk.window.desk.key.symbol == "ETH/USDT"
    panel.signal_opened.emit(signal(1, venue="elsewhere"))
    assert desk.window.notices.texts["record"].startswith("That signal is of elsewhere")


def test_an_empty_ledger_and_one_that_cannot_be_read_are_sentences(desk, qtbot):
    desk.window.actions_by_id["record.focus"].trigger()
    panel = desk.window.judgement.record.panel
    qtbot.waitUntil(lambda: panel.nothing.text() == NONE_YET)
    assert not panel.ledger.copy_button.isEnabled()
    desk.past.judgements.ledger.write_bytes(b"nothing like a ledger" * 400)
    desk.tell(said.OutcomesSaid(1))
    qtbot.waitUntil(lambda: "ledger.db" in panel.nothing.text())


# the proof


def test_a_sound_ledger_is_said_to_be_and_its_head_can_be_copied(desk, panel, qtbot):
    assert panel.ledger.label.text() == NOT_CHECKED
    desk.window.actions_by_id["record.verify"].trigger()
    qtbot.waitUntil(lambda: panel.ledger.label.text().startswith("The ledger is sound: 92 rows, head "))
    assert panel.ledger.progress.isHidden()
    panel.ledger.copy_button.click()
    head = LedgerHead.of(QGuiApplication.clipboard().text())
    assert head.row == 92
    assert head.hash_hex[:12] in panel.ledger.label.text()


def test_a_changed_row_is_named_in_red(desk, panel, qtbot):
    with tampering(desk.past.judgements.ledger) as connection:
        connection.execute("UPDATE entry SET direction = -direction WHERE number = 40")
    panel.ledger.verify_button.click()
    qtbot.waitUntil(lambda: "Row 40" in panel.ledger.label.text())
    assert panel.ledger.label.text().startswith("The chain is broken.")
    assert desk.window.theme.bearish in panel.ledger.label.styleSheet()
    desk.tell(said.OutcomesSaid(1))
    qtbot.waitUntil(lambda: "Row 40 of the ledger" in panel.damage.text())


def test_a_check_can_be_cancelled_and_tells_how_far_it_is(desk, panel, qtbot, monkeypatch):
    is_under_way = threading.Event()

    def slow(_files, progress, is_wanted):
        progress(500, 2_000)
        while is_wanted():
            is_under_way.wait(0.005)
        raise Cancelled("The check was cancelled; nothing was found up to there.")

    monkeypatch.setattr("workstation.ui.judgement.ledger_reading.prove", slow)
    panel.ledger.verify_button.click()
    qtbot.waitUntil(lambda: panel.ledger.label.text() == "Reading 500 of 2,000 rows…")
    assert panel.ledger.progress.isVisible()
    assert panel.ledger.verify_button.text() == "Cancel"
    panel.ledger.verify_button.click()
    qtbot.waitUntil(lambda: "was cancelled" in panel.ledger.label.text())
    assert panel.ledger.verify_button.text() == "Verify"


def test_the_real_check_stops_where_it_is_no_longer_wanted(desk):
    write(desk, n_bullish=3, n_bearish=0)
    with pytest.raises(Cancelled):
        prove(desk.past.judgements, lambda _done, _total: None, lambda: False)


def test_closing_the_window_ends_a_check_that_is_under_way(tmp_path, qtbot, monkeypatch):
    desk = Desk(tmp_path)
    qtbot.addWidget(desk.open())

    def endless(_files, _progress, is_wanted):
        while is_wanted():
            threading.Event().wait(0.005)
        raise Cancelled("x")

    monkeypatch.setattr("workstation.ui.judgement.ledger_reading.prove", endless)
    desk.window.actions_by_id["record.verify"].trigger()
    assert desk.window.judgement.record.proving.is_busy
    desk.window.finish()
    assert not desk.window.isVisible()


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Verification(0, None), "The ledger is empty: nothing was judged yet."),
        (
            Verification(1, LedgerHead(1, "ab" * 32), notes=("The head file is missing.",)),
            "The ledger is sound: 1 row, head abababababab… The head file is missing.",
        ),
        (
            Verification(6, None, ChainBreak(7, Flaw.MISSING, "Row 7 is missing.", 6)),
            "The chain is broken. Row 7 is missing. 6 rows before that are sound.",
        ),
    ],
    ids=["empty", "sound", "broken"],
)
def test_what_a_check_has_shown_is_in_words(found, words):
    assert verification_words(found) == words


# the panel alone


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_an_interval_is_drawn_with_its_base_rate_and_too_few_outcomes_are_muted(qtbot, theme):
    panel = RecordPanel(theme)
    qtbot.addWidget(panel)
    panel.resize(600, 400)
    panel.show()

    def inks(n, n_hits):
        record = HitRecord(("bullish",), n, n_hits, 0, 0, 0.31, 0.5)
        entry = SignalEntry(1, 0, signal(1), None)
        panel.show_record(RecordRead(RecordGroup.DIRECTION, (record,), (entry,)))
        index = panel.model.index(0, 3)
        image = panel.table.viewport().grab(panel.table.visualRect(index)).toImage()
        return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}

    proof, too_few = inks(400, 240), inks(12, 8)
    assert {theme.accent, theme.warning, theme.text} <= proof
    assert theme.accent not in too_few
    assert theme.text not in too_few


def test_a_narrow_panel_keeps_what_matters(qtbot):
    panel = RecordPanel(DARK)
    qtbot.addWidget(panel)
    panel.show()
    entry = SignalEntry(1, 0, signal(1), None)
    record = HitRecord(("bullish",), 400, 240, 0, 0, 0.31, 0.5)
    panel.show_record(RecordRead(RecordGroup.DIRECTION, (record,), (entry,)))
    panel.resize(190, 300)
    assert panel.table.isColumnHidden(4)
    assert not panel.table.isColumnHidden(3)
    assert panel.ledger.copy_button.isHidden()
    panel.grab()
    panel.resize(500, 300)
    assert not panel.table.isColumnHidden(4)


def test_foreign_text_stays_plain(qtbot):
    panel = RecordPanel(DARK)
    qtbot.addWidget(panel)
    hostile = signal(1, symbol="<b>A</b>\u202e/USDT")
    entry = SignalEntry(1, 0, hostile, outcome(is_hit=True), "<i>why</i>")
    record = HitRecord((hostile.key.symbol,), 40, 20, 0, 0, None, None)
    panel.show_record(RecordRead(RecordGroup.SYMBOL, (record,), (entry,), damage=("<u>\u202e",)))
    labels = panel.findChildren(QLabel)
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in labels)
    assert not any("\u202e" in label.text() for label in labels)
    assert "\u202e" not in panel.model.data(panel.model.index(0, 0))
    tip = panel.signals.data(panel.signals.index(0), Qt.ItemDataRole.ToolTipRole)
    assert "&lt;i&gt;" in tip


@pytest.mark.parametrize(
    ("group", "text", "words"),
    [
        (RecordGroup.REGIME, "unknown", "Regime not known"),
        (RecordGroup.MODEL, "no model", "No model, votes alone"),
        (RecordGroup.MODEL, "ab" * 32, "ababababab"),
        (RecordGroup.TIMEFRAME, "4h", "4h"),
    ],
)
def test_a_group_has_a_name(group, text, words):
    assert group_word(group, text) == words


def test_signals_without_an_outcome_have_no_rate():
    record = HitRecord(("sideways",), 0, 0, 3, 0, None, None)
    assert spoken_record(RecordGroup.REGIME, record) == "Sideways market: no outcome yet, 3 open"


def test_nothing_of_judgement_is_loaded_before_somebody_looks():
    code = (
        "import sys; import workstation.ui.main_window; "
        "print([m for m in sys.modules if m.startswith(('workstation.ui.judgement.grades_panel', "
        "'workstation.ui.judgement.record_panel', 'workstation.ui.judgement.models_panel', "
        "'workstation.ui.judgement.model_section', 'workstation.storage.ledger', "
        "'workstation.storage.model'))])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_panel_behind_another_is_made_when_it_comes_to_the_front(desk, qtbot):
    judgement = desk.window.judgement
    qtbot.waitUntil(lambda: not judgement.record.late._looking.isActive())
    assert judgement.record.panel is None
    assert judgement.grades.panel is None
    desk.window.docks.reveal("Record")
    qtbot.waitUntil(lambda: judgement.record.panel is not None)
    assert judgement.grades.panel is None
