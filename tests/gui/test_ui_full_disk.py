"""What a full disk does not take is told, held, and written once there is room, without another change."""

import errno

import pytest

from tests.fakes.window_world import Desk
from workstation.domain.drawing import Anchor, Drawing, DrawingKind
from workstation.domain.errors import SettingsError, StoreError
from workstation.domain.watch_book import WatchBook, WatchList
from workstation.storage import durable_file
from workstation.storage.drawings import DrawingFiles
from workstation.storage.settings import SettingsFile
from workstation.storage.watch_book_file import load_watch_book
from workstation.ui.chart.drawing_book import DrawingBook, Drawn
from workstation.ui.settings.settings_dialog import SettingsDialog
from workstation.ui.small_file import SmallFile
from workstation.ui.steady_settings import SteadySettings
from workstation.ui.steady_writing import SteadyWriting
from workstation.ui.watchlists.watchlist_keeper import WatchlistKeeper

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager

SOON = {"timeout": 20_000}
LINE = Drawing("line", DrawingKind.HORIZONTAL, (Anchor(0, 1.0),))
BITCOIN, ETHER = Drawn("binance", "BTC/USDT"), Drawn("binance", "ETH/USDT")


class Disk:
    """A disk that is full until it is not."""

    def __init__(self, patch):
        self.is_full, really = True, durable_file.write_durably

        def write(path, content):
            if self.is_full:
                raise OSError(errno.ENOSPC, "No space left on device")
            really(path, content)

        patch.setattr(durable_file, "write_durably", write)


@pytest.fixture
def disk(monkeypatch):
    return Disk(monkeypatch)


class Drawings:
    """Two lines, on two markets."""

    def __init__(self, folder):
        self.files = DrawingFiles(folder / "drawings")
        self.thing = DrawingBook(self.files)
        self.said, self.retry = self.thing.failed, self.thing._retry

    def change(self):
        self.thing.add(BITCOIN, LINE)
        self.thing.add(ETHER, LINE)

    def is_kept(self):
        return all(self.files.load(*market) == ((LINE,), "") for market in (BITCOIN, ETHER))

    def finish(self):
        self.thing.finish()


class Lists:
    """A list of the trader's own."""

    def __init__(self, folder):
        self.file = folder / "lists.json"
        self.thing = WatchlistKeeper(self.file)
        self.said, self.retry = self.thing.complained, self.thing._writing._retry

    def change(self):
        self.thing.change(WatchBook((WatchList("Mine", ("BTC/USDT",)),)), "make Mine")

    def is_kept(self):
        return [one.name for one in load_watch_book(self.file)[0].lists] == ["Mine"]

    def finish(self):
        self.thing.stop()


class Keys:
    """A small file, such as the trader's keys."""

    def __init__(self, folder):
        self.file = folder / "shortcuts.json"
        self.thing = SmallFile(self.file)
        self.said, self.retry = self.thing.failed, self.thing._writing._retry

    def change(self):
        self.thing.save({"keys": {"chart.log": "Ctrl+9"}})

    def is_kept(self):
        return SmallFile(self.file).load() == {"keys": {"chart.log": "Ctrl+9"}}

    def finish(self):
        self.thing.finish()


class Chosen:
    """A setting."""

    def __init__(self, folder):
        self.file = SettingsFile(folder / "settings.toml")
        self.thing = SteadySettings(self.file)
        self.said, self.retry = self.thing.said, self.thing._writing._retry

    def change(self):
        assert self.thing.change({"chart.zone": "Asia/Tokyo"}).chart.zone == "Asia/Tokyo"

    def is_kept(self):
        return self.file.load()[0].chart.zone == "Asia/Tokyo"

    def finish(self):
        self.thing.finish()


@pytest.mark.parametrize("kind", [Drawings, Lists, Keys, Chosen])
def test_it_is_written_as_soon_as_there_is_room(kind, disk, tmp_path, qtbot):
    held, told = kind(tmp_path), []
    held.said.connect(told.append)
    held.retry.setInterval(5)
    held.change()
    qtbot.waitUntil(lambda: len(told) > 2, **SOON)
    assert "No space left on device" in told[-1]
    assert "is tried every 10 seconds" in told[-1]
    assert not held.is_kept()
    disk.is_full = False
    qtbot.waitUntil(lambda: told[-1] == "", **SOON)
    assert held.is_kept()
    held.finish()


@pytest.mark.parametrize("kind", [Drawings, Lists, Keys, Chosen])
def test_it_is_tried_once_more_at_the_end(kind, disk, tmp_path, qtbot):
    held, told = kind(tmp_path), []
    held.said.connect(told.append)
    held.change()
    qtbot.waitUntil(lambda: bool(told), **SOON)
    disk.is_full = False
    held.finish()
    assert held.is_kept()


def test_the_window_says_the_same_of_lists_and_workspaces_once(disk, tmp_path, qtbot):
    desk = Desk(tmp_path)
    window = desk.open()
    qtbot.addWidget(window, before_close_func=lambda one: one.finish())
    window.charts.keeper.save_now()
    qtbot.waitUntil(lambda: "saving" in window.notices.texts, **SOON)
    before = window.notices.texts["saving"]
    keeper = window.lists.keeper
    told = []
    keeper.complained.connect(told.append)
    keeper.change(WatchBook((WatchList("Mine", ()),)), "make Mine")
    qtbot.waitUntil(lambda: bool(told), **SOON)
    assert window.notices.texts["saving"] == before == told[-1]
    assert "lists" not in window.notices.texts
    disk.is_full = False


def test_a_store_that_says_it_in_a_sentence_of_its_own_is_told_so(tmp_path, qtbot):
    writing, told = SteadyWriting(tmp_path), []
    writing.said.connect(told.append)

    def work():
        raise StoreError("It could not be kept.")

    writing.write(work)
    qtbot.waitUntil(lambda: bool(told), **SOON)
    assert told[0].startswith("What you arrange cannot be saved: It could not be kept. It holds until")
    writing.finish()


def test_what_is_chosen_meanwhile_holds_with_what_was_chosen_before(disk, tmp_path, qtbot):
    chosen = Chosen(tmp_path)
    chosen.change()
    chosen.thing.change({"chart.log_scale": True, "practice.seed": 11})
    settings, _ = chosen.thing.load()
    assert (settings.chart.zone, settings.chart.log_scale, settings.practice.seed) == ("Asia/Tokyo", True, 11)
    qtbot.waitUntil(lambda: "No space left on device" in chosen.thing.trouble, **SOON)
    disk.is_full = False
    chosen.thing.change({"practice.seed": 12})
    assert chosen.file.load()[0] == settings.changed({"practice.seed": 12})
    qtbot.waitUntil(lambda: chosen.thing.trouble == "", **SOON)
    chosen.finish()


def test_a_setting_that_cannot_be_used_is_refused_also_while_others_are_held(disk, tmp_path, qtbot):
    chosen = Chosen(tmp_path)
    chosen.change()
    with pytest.raises(SettingsError):
        chosen.thing.change({"practice.seed": -4})
    assert not chosen.thing.is_held("practice.seed")
    assert chosen.thing.is_held("chart.zone")
    disk.is_full = False
    chosen.finish()
    assert chosen.is_kept()


def test_the_page_of_settings_says_it_and_takes_it_away(disk, tmp_path, qtbot):
    desk = Desk(tmp_path)
    window = desk.open()
    qtbot.addWidget(window, before_close_func=lambda one: one.finish())
    desk.welcome()
    steady = desk.surroundings.settings
    steady._writing._retry.setInterval(5)
    window.keyboard.open_settings()
    page, book = window.findChild(SettingsDialog), window.keyboard._book
    book.set({"providers.news": False, "chart.log_scale": True})
    qtbot.waitUntil(lambda: page.line.text().startswith("What you choose cannot be saved"), **SOON)
    assert "No space left on device" in page.line.text()
    assert window.actions_by_id["chart.log"].isChecked(), "it holds in the window"
    assert ("switch", ("news", False)) not in desk.requests.asked, "the engine cannot keep it either"
    page.reject()
    window.keyboard.open_settings()
    assert book.value("providers.news") is False
    disk.is_full = False
    qtbot.waitUntil(lambda: ("switch", ("news", False)) in desk.requests.asked, **SOON)
    page = window.findChild(SettingsDialog)
    qtbot.waitUntil(lambda: page.line.text().startswith("Changes are kept at once"), **SOON)
    assert SettingsFile(tmp_path / "settings.toml").load()[0].providers.news is False
    page.reject()
