"""Commands show grades and votes below the active chart; the ledger and the engine fill them."""

import numpy as np
import pytest

from tests.fakes.window_world import LIVE, NOW_MS, Desk
from tests.gui.test_window_grades import grade, write
from workstation.domain.market import SeriesKey
from workstation.domain.vote_span import VoteSpan
from workstation.link import messages as said
from workstation.link.vote_messages import VotesFound
from workstation.ui import background
from workstation.ui.chart.chart_view import ChartView
from workstation.ui.chart.judged_board import JudgedPane
from workstation.ui.looks import vote_asking
from workstation.ui.looks.judged_desk import JudgedDesk
from workstation.ui.theme import DARK
from workstation.ui.workspaces.chart_pane import ChartSources
from workstation.ui.workspaces.workspace import Workspace
from workstation.ui.workspaces.workspace_follow import SharedFollow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

HOUR = 3_600_000
N = 300
PATIENCE = 20_000


class Charts(Desk):
    """Charts and the desk of judgements over the fakes, without the rest of a window."""

    def begin(self) -> None:
        sources = ChartSources(self.bridge, self.past, SharedFollow(self.bridge, self.requests))
        self.workspace = Workspace(sources, DARK, {})
        self.judged = JudgedDesk(self.workspace, self.surroundings)
        self.workspace.set_first("BTC/USDT", "1h")
        self.workspace.resize(900, 700)
        self.workspace.show()
        self.workspace.start()
        self.welcome()
        self.workspace.open_first()

    @property
    def chart(self) -> ChartView:
        return self.workspace.active.chart

    def press(self, command: str) -> None:
        self.judged.handlers(lambda _title, _focus: None)[command]()


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(background, "PAUSE_MS", 20)
    monkeypatch.setattr(vote_asking, "SETTLE_MS", 5)


@pytest.fixture
def desk(tmp_path, qtbot):
    made = Charts(tmp_path)
    made.fill_store(n=N)
    made.begin()
    qtbot.addWidget(made.workspace)
    yield made
    made.judged.stop()
    made.workspace.stop()


def asked(desk) -> list[tuple[SeriesKey, int, int]]:
    return [what for name, what in desk.requests.asked if name == "find votes"]


def answer(desk, key: SeriesKey, since: int, until: int, newest: int | None = None) -> None:
    """Say that momentum was bullish on every bar, up to the newest that the engine knows."""
    end = until if newest is None else min(until, newest + HOUR)
    times = np.arange(since, end, HOUR)
    scores, sides = np.zeros((8, len(times))), np.zeros((8, len(times)))
    scores[0], sides[0] = 0.8, 1
    desk.tell(VotesFound(key, since, until, VoteSpan.of(key, (since, until), times, scores, sides)))


def test_grades_are_read_where_the_trader_looks_and_again_when_coins_are_graded(desk, qtbot):
    closes = [NOW_MS // HOUR * HOUR - back * HOUR for back in range(5, -1, -1)]
    write(desk, *((grade("BTC/USDT", 50 + n, at), grade("ETH/USDT", 9, at)) for n, at in enumerate(closes)))
    board = desk.chart.judged
    assert len(board.grades) == 0
    desk.press("chart.grade")
    qtbot.waitUntil(lambda: len(board.grades) == 6, timeout=PATIENCE)
    assert board.grades.values.tolist() == [50 + n for n in range(6)]
    assert board.grades.timeframe == "1h"
    newer = closes[-1] + HOUR
    write(desk, (grade("BTC/USDT", 7, newer),))
    desk.tell(said.GradesSaid("1h", newer))
    qtbot.waitUntil(lambda: len(board.grades) == 7, timeout=PATIENCE)
    assert board.grades.values[-1] == 7
    desk.workspace.active.open("ETH/USDT")
    qtbot.waitUntil(lambda: len(board.grades) == 6 and board.grades.values[0] == 9, timeout=PATIENCE)


def test_nothing_is_read_or_asked_while_nobody_wants_to_see_it(desk, qtbot, monkeypatch):
    monkeypatch.setattr("workstation.ui.looks.pane_grades.read_steps", lambda *_: pytest.fail("read"))
    for _ in range(3):
        desk.chart.grab()
        qtbot.wait(10)
    assert asked(desk) == []


def test_a_ledger_that_cannot_be_read_is_said_once(desk, qtbot):
    desk.past.judgements.ledger.write_bytes(b"this is no ledger" * 400)
    heard = []
    desk.bridge.notice_posted.connect(lambda subject, text: heard.append((subject, text)))
    desk.press("chart.grade")
    qtbot.waitUntil(lambda: bool(heard), timeout=PATIENCE)
    for _ in range(3):
        desk.chart.grab()
        qtbot.wait(30)
    assert [subject for subject, _ in heard] == ["ledger"]


def test_votes_are_asked_for_one_piece_at_a_time_and_come_into_the_strip(desk, qtbot):
    key = desk.chart.key
    desk.press("chart.votes")
    qtbot.waitUntil(lambda: len(asked(desk)) == 1, timeout=PATIENCE)
    asked_key, since, until = asked(desk)[0]
    assert asked_key == key
    assert until - since <= 512 * HOUR
    desk.chart.grab()
    assert len(asked(desk)) == 1, "one question is out"
    answer(desk, *asked(desk)[0])
    board, series = desk.chart.judged, desk.chart.frame.series
    newest = series.slot_from(until) - 1
    assert board.votes.between(newest, newest + 1).sides[0, 0] == 1

    def ends() -> bool:
        desk.chart.grab()
        while len(asked(desk)) > ends.n:
            ends.n += 1
            answer(desk, *asked(desk)[ends.n - 1])
        frame = desk.chart.frame
        placed = frame.judged.votes
        return bool((placed.votes.states == 1).all())

    ends.n = 1
    qtbot.waitUntil(ends, timeout=PATIENCE)


def test_a_bar_that_the_engine_does_not_know_yet_is_asked_for_when_the_next_one_closes(desk, qtbot):
    desk.press("chart.votes")
    qtbot.waitUntil(lambda: len(asked(desk)) == 1, timeout=PATIENCE)
    key, since, until = asked(desk)[0]
    answer(desk, key, since, until, newest=until - 2 * HOUR)
    for _ in range(3):
        desk.chart.grab()
        qtbot.wait(20)
    vain = [one for one in asked(desk)[1:] if one[2] == until]
    assert vain == []
    closing = desk.candle(key, 64_000.0, closed=True)
    desk.tell(said.Frame(NOW_MS + HOUR, 5, candles=(said.CandleState(key, (closing,)),)))
    if asked(desk)[-1] != (key, since, until):
        answer(desk, *asked(desk)[-1])
    qtbot.waitUntil(lambda: asked(desk)[-1][1] == until - HOUR, timeout=PATIENCE)


def test_a_bar_that_came_in_between_is_asked_for_once_more(desk, qtbot):
    desk.press("chart.votes")
    qtbot.waitUntil(lambda: len(asked(desk)) == 1, timeout=PATIENCE)
    key, since, until = asked(desk)[0]
    times = np.array([at for at in range(since, until, HOUR) if at != until - 3 * HOUR])
    nothing = np.zeros((8, len(times)))
    span = VoteSpan.of(key, (since, until), times, nothing, nothing)
    desk.tell(VotesFound(key, since, until, span))

    def is_asked() -> bool:
        desk.chart.grab()
        if asked(desk)[-1][2] < until - 3 * HOUR:
            answer(desk, *asked(desk)[-1])
        return asked(desk)[-1] == (key, until - 3 * HOUR, until - 2 * HOUR)

    qtbot.waitUntil(is_asked, timeout=PATIENCE)


def test_a_refusal_is_said_in_the_strip_and_tried_again_after_the_link_came_back(desk, qtbot):
    desk.press("chart.votes")
    qtbot.waitUntil(lambda: len(asked(desk)) == 1, timeout=PATIENCE)
    desk.requests.refusals[-1]("The engine is busy; try again.")
    assert desk.chart.judged.votes.note == "The engine is busy; try again."
    n = len(asked(desk))
    desk.bridge.on_engine_lost()
    desk.welcome()
    qtbot.waitUntil(lambda: len(asked(desk)) > n, timeout=PATIENCE)


def test_what_a_chart_shows_is_its_own_checked_in_the_window_and_saved(tmp_path, qtbot):
    desk = Desk(tmp_path)
    desk.fill_store(n=N)
    qtbot.addWidget(desk.open(), before_close_func=lambda window: window.finish())
    desk.welcome()
    window = desk.window
    for command in ("chart.votes", "chart.profile"):
        window.actions_by_id[command].trigger()
    window.workspace.add(None, {})
    window.actions_by_id["chart.grade"].trigger()
    first, second = window.workspace.panes
    assert first.chart.judged.shown == (JudgedPane.VOTES,)
    assert second.chart.judged.shown == (JudgedPane.GRADE,)
    assert second.save()["judged"]["grade"]["shown"] is True
    assert (first.save()["profile"], second.save()["profile"]) == (True, False)
    checked = [name for name, action in window.actions_by_id.items() if action.isChecked()]
    assert "chart.grade" in checked
    assert not {"chart.votes", "chart.profile"} & set(checked)
    window.workspace.activate(window.workspace.docks[0])
    assert window.actions_by_id["chart.votes"].isChecked()
    assert window.actions_by_id["chart.profile"].isChecked()
    menu = window.look.menu(window.chart)
    titles = {action.text() for action in menu.actions()}
    assert {"Volume profile", "Grade at each close", "Votes of the families"} <= titles


def test_a_closed_chart_reads_and_asks_nothing_more(desk, qtbot):
    desk.workspace.add(None, {})
    desk.press("chart.grade")
    desk.press("chart.votes")
    desk.workspace.close_chart(desk.workspace.active_dock)
    qtbot.waitUntil(lambda: len(desk.workspace.panes) == 1, timeout=PATIENCE)
    n = len(asked(desk))
    desk.tell(said.GradesSaid("1h", NOW_MS))
    qtbot.wait(30)
    assert len(asked(desk)) == n
    assert LIVE.name == desk.chart.key.venue
