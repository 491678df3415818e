"""The page of settings: made from the declarations, changed at once, taken back, carried along."""

import errno
import tomllib

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QWidget

from tests.fakes.window_world import Desk
from workstation.domain.errors import SecretsError, SettingsError
from workstation.storage import durable_file
from workstation.storage.node_address import NodeAddresses
from workstation.storage.setting import Settings, declarations
from workstation.storage.settings import SettingsFile
from workstation.storage.settings_text import exported, imported
from workstation.ui.settings.settings_book import SettingsBook
from workstation.ui.settings.settings_dialog import SettingsDialog
from workstation.ui.settings.settings_row import SettingRow
from workstation.ui.settings.settings_secrets import SecretAddresses
from workstation.ui.settings.settings_words import text_of, title_of, value_of
from workstation.ui.steady_settings import SteadySettings
from workstation.ui.theme import DARK, LIGHT

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager


@pytest.fixture
def told():
    return []


class Keyring:
    """Keeps what it is given, or refuses, at once."""

    def __init__(self):
        self.kept, self.refusal = {}, ""

    async def get(self, name):
        return self.kept.get(name)

    async def set(self, name, value):
        if self.refusal:
            raise SecretsError(self.refusal)
        self.kept[name] = value

    async def delete(self, name):
        if self.refusal:
            raise SecretsError(self.refusal)
        self.kept.pop(name, None)

    @property
    def addresses(self):
        return [secret.reveal() for secret in self.kept.values()]


class AtOnce:
    """Owns tasks that never wait."""

    def start(self, _name, work):
        with pytest.raises(StopIteration):
            work.send(None)


@pytest.fixture
def keyring():
    return Keyring()


@pytest.fixture
def secrets(keyring, qapp):
    return SecretAddresses(AtOnce(), lambda: NodeAddresses(keyring))


@pytest.fixture
def book(tmp_path, qapp, told, secrets):
    live = {"chart.zone": lambda zone: told.append(zone)}
    return SettingsBook(SteadySettings(SettingsFile(tmp_path / "settings.toml")), live, secrets)


@pytest.fixture
def page(book, qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    made = SettingsDialog(book, DARK, parent)
    made.open()
    yield made
    parent.close()


def typed(page: SettingsDialog, name: str, text: str, qtbot) -> None:
    editor = page.rows[name].editor
    editor.selectAll()
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)


def test_every_declared_setting_has_a_row_with_its_sentence_and_a_named_editor(page):
    assert list(page.rows) == [setting.name for setting in declarations()]
    for setting in declarations():
        row = page.rows[setting.name]
        assert row.sentence.text().startswith(setting.sentence)
        assert row.editor.accessibleName().startswith(title_of(setting))
        assert row.editor.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert ("next start" in row.sentence.text()) is (setting.name != "chart.zone")


def test_the_list_beside_the_page_says_which_group_is_read(page, qtbot):
    bar = page._scroll.verticalScrollBar()
    qtbot.waitUntil(lambda: page.groups.currentRow() == 0 and bar.maximum() > 0)
    bar.setValue(page._headings["Appearance"].y())
    assert page.groups.currentItem().text() == "Appearance"
    bar.setValue(bar.maximum())
    last = page.groups.count() - 1
    assert page.groups.currentRow() == last
    page.groups.setCurrentRow(last - 1)
    assert page.groups.currentRow() == last - 1, "it cannot come to the top, and was asked for"
    page.search.setText("timezone nowhere")
    qtbot.waitUntil(lambda: bar.maximum() == 0)
    assert page.groups.currentRow() == -1
    page.search.clear()
    qtbot.waitUntil(lambda: page.groups.currentRow() >= 0)


@pytest.mark.parametrize("setting", declarations(), ids=lambda setting: setting.name)
def test_what_a_row_shows_means_what_it_is_set_to(setting):
    if setting.kind is not bool:
        assert setting.accept(value_of(setting, text_of(setting.default))) == setting.default


@pytest.mark.parametrize("text", ["2,5", "1_0", "\u0663", "5 0", "0x5", "nan", "inf", "", "1.000,5"])
def test_a_number_that_can_be_read_in_two_ways_is_refused(text, page, book, qtbot):
    editor = page.rows["venue.answer_within_s"].editor
    editor.setText(text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert "but must be a number from 1 to 60" in page.rows["venue.answer_within_s"].problem.text()
    assert book.value("venue.answer_within_s") == 5.0
    typed(page, "venue.answer_within_s", "2.5", qtbot)
    assert book.value("venue.answer_within_s") == 2.5


def test_colours_are_chosen_not_typed_and_faint_or_like_ones_are_told(page, book, qtbot):
    row = page.rows["appearance.colours"]
    editor = row.editor
    qtbot.keyClick(editor.pair, Qt.Key.Key_Down)
    assert book.value("appearance.colours") == "blue-orange"
    qtbot.keyClick(editor.pair, Qt.Key.Key_Down)
    assert book.value("appearance.colours") == "#2f86e0 #e8851c", "its own begins with what is shown"
    assert row.problem.isHidden()
    editor.choose(0, "#101820")
    assert book.value("appearance.colours") == "#101820 #e8851c"
    assert "would hardly be seen on the dark theme" in row.problem.text()
    row.set_theme(LIGHT)
    assert "Rising" not in row.problem.text(), "ink on paper is seen"
    editor.choose(0, "#e8851c")
    assert "must be green-red, blue-orange, or two different colours" in row.problem.text()
    assert book.value("appearance.colours") == "#101820 #e8851c"
    editor.choose(0, "#e0801c")
    assert "can hardly be told apart" in row.problem.text()
    row.set_theme(DARK)
    page.undo_button.click()
    page.undo_button.click()
    assert row.problem.isHidden()


def test_a_time_zone_is_offered_by_any_part_of_its_name_and_the_computers_own_is_one(page, book, qtbot):
    completer = page.rows["chart.zone"].editor.completer()
    completer.setCompletionPrefix("berl")
    assert completer.currentCompletion() == "Europe/Berlin"
    typed(page, "chart.zone", "local", qtbot)
    assert book.value("chart.zone") == "local"


@pytest.mark.parametrize(
    ("address", "is_carried"),
    [
        ("", True),
        ("http://127.0.0.1:8545", True),
        ("https://node.example/v3/0123456789abcdef", False),
        ("https://node.example/?apikey=0123456789abcdef", False),
    ],
)
def test_an_export_leaves_out_an_address_that_may_hold_a_key(address, is_carried):
    text = exported(Settings().changed({"providers.evm_url": address}))
    assert ("evm_url" in tomllib.loads(text)["providers"]) is is_carried
    assert "0123456789abcdef" not in text
    assert ("left out" in text) is not is_carried
    assert "providers.evm_url" in imported(text, "carried.toml") or not is_carried


ADDRESS = "https://mainnet.node.example/v3/0123456789abcdef"


def test_an_address_with_a_key_goes_to_the_keyring_and_stands_as_dots(page, book, keyring, tmp_path, qtbot):
    row = page.rows["providers.evm_url"]
    typed(page, "providers.evm_url", "http://127.0.0.1:8545", qtbot)
    assert keyring.kept == {}
    typed(page, "providers.evm_url", ADDRESS, qtbot)
    assert row.editor.text() == "https://mainnet.node.example/•••"
    assert [secret.reveal() for secret in keyring.kept.values()] == [ADDRESS]
    assert "is in the keyring; the settings hold dots" in page.line.text()
    assert row.problem.isHidden()
    page.undo_button.click()
    assert row.editor.text() == "http://127.0.0.1:8545"
    assert "0123456789abcdef" not in "".join(one.read_text() for one in tmp_path.glob("settings.toml*"))
    row.editor.setText("https://other.node.example/•••")
    row.take_typed()
    assert row.problem.text().startswith("Type the whole address")
    assert book.value("providers.evm_url") == "http://127.0.0.1:8545"


OTHER = "https://other.example/v2/fedcba9876543210"


def test_an_address_that_is_replaced_or_removed_leaves_the_keyring(book, keyring):
    book.set({"providers.evm_url": ADDRESS})
    book.set({"providers.evm_url": OTHER})
    assert keyring.addresses == [OTHER]
    book.set({"providers.evm_url": OTHER + "0"})
    assert keyring.addresses == [OTHER + "0"], "the same host has one address"
    book.reset_all()
    assert keyring.addresses == []
    book.set({"chart.zone": "Asia/Tokyo"})
    while book.can_undo:
        book.undo()
        assert book.value("providers.evm_url") in ("", "https://other.example/•••")
    assert book.value("providers.evm_url") == "", "nobody knows any more what the dots were"
    assert keyring.addresses == []


def test_taking_back_an_address_takes_it_out_of_the_keyring(book, keyring):
    book.set({"providers.evm_url": "http://127.0.0.1:8545"})
    book.set({"providers.evm_url": ADDRESS})
    book.undo()
    assert (book.value("providers.evm_url"), keyring.addresses) == ("http://127.0.0.1:8545", [])


def test_an_address_stays_in_the_keyring_until_the_file_holds_the_next(book, keyring, monkeypatch, qtbot):
    book.set({"providers.evm_url": ADDRESS})
    with monkeypatch.context() as patch:
        patch.setattr(durable_file, "write_durably", refuse)
        book.set({"providers.evm_url": ""})
        qtbot.waitUntil(lambda: bool(book.trouble))
        assert keyring.addresses == [ADDRESS]
    book._file.finish()
    assert keyring.addresses == []


def test_an_address_chosen_again_meanwhile_stays(book, keyring, monkeypatch, qtbot):
    book.set({"providers.evm_url": ADDRESS})
    with monkeypatch.context() as patch:
        patch.setattr(durable_file, "write_durably", refuse)
        book.set({"providers.evm_url": OTHER})
        book.set({"providers.evm_url": ADDRESS})
        qtbot.waitUntil(lambda: bool(book.trouble))
    book._file.finish()
    assert keyring.addresses == [ADDRESS]


def refuse(path, _content):
    raise OSError(errno.ENOSPC, "No space left on device", str(path))


def test_an_earlier_address_that_stays_in_the_keyring_is_told(book, keyring):
    book.set({"providers.evm_url": ADDRESS})
    keyring.refusal, told = "The keyring is locked.", []
    book.refused.connect(lambda *what: told.append(what))
    book.set({"providers.evm_url": ""})
    why = "The earlier address, of the node at mainnet.node.example, is still in the keyring: "
    assert told == [("providers.evm_url", why + keyring.refusal)]


def test_an_address_that_the_keyring_does_not_take_is_kept_nowhere(page, book, keyring, tmp_path, qtbot):
    keyring.refusal = "There is no safe keyring here, so no key is kept."
    typed(page, "providers.evm_url", ADDRESS, qtbot)
    assert page.rows["providers.evm_url"].problem.text() == (
        "There is no safe keyring here, so no key is kept. "
        "The address may hold a key, so it was not kept anywhere."
    )
    assert book.value("providers.evm_url") == ""
    assert not list(tmp_path.glob("settings.toml*"))
    typed(page, "providers.evm_url", "http://127.0.0.1:8545", qtbot)
    assert page.rows["providers.evm_url"].problem.isHidden()


def test_an_address_that_stands_in_the_file_as_plain_text_is_shown_as_dots(tmp_path, secrets, qtbot):
    (tmp_path / "settings.toml").write_text(f'[providers]\nevm_url = "{ADDRESS}"\n')
    book = SettingsBook(SteadySettings(SettingsFile(tmp_path / "settings.toml")), {}, secrets)
    row = SettingRow(
        next(s for s in declarations() if s.name == "providers.evm_url"), DARK, needs_restart=True
    )
    qtbot.addWidget(row)
    edited = []
    row.edited.connect(edited.append)
    row.show_value(book.value("providers.evm_url"))
    row.take_typed()
    assert (row.editor.text(), edited) == ("https://mainnet.node.example/•••", [])


def test_a_change_is_kept_marked_told_and_taken_back(page, book, told, tmp_path, qtbot):
    row = page.rows["chart.zone"]
    assert row.mark.isHidden()
    typed(page, "chart.zone", "Europe/Berlin", qtbot)
    assert SettingsFile(tmp_path / "settings.toml").load()[0].chart.zone == "Europe/Berlin"
    assert told == ["Europe/Berlin"]
    assert not row.mark.isHidden()
    page.undo_button.click()
    assert (row.editor.text(), told[-1]) == ("UTC", "UTC")
    assert row.mark.isHidden()
    assert not page.undo_button.isEnabled()


def test_what_waits_for_the_next_start_is_counted(page, qtbot):
    typed(page, "practice.seed", "11", qtbot)
    assert "1 change takes effect at the next start." in page.line.text()
    page.rows["practice.seed"].reset_button.click()
    assert "next start" not in page.line.text()


def test_a_value_that_cannot_be_used_is_said_beside_it_and_changes_nothing(page, book, qtbot):
    typed(page, "practice.seed", "-4", qtbot)
    row = page.rows["practice.seed"]
    assert row.problem.text().startswith("practice.seed is -4, but must be a whole number from 0")
    assert book.value("practice.seed") == 7
    typed(page, "practice.seed", "8", qtbot)
    assert row.problem.isHidden()


def test_choices_lists_and_switches_are_changed_by_their_own_editors(page, book, qtbot):
    box = page.rows["alerts.sound"].editor
    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert book.value("alerts.sound") is False
    choice = page.rows["appearance.theme"].editor
    assert isinstance(choice, QComboBox)
    qtbot.keyClick(choice, Qt.Key.Key_Down)
    assert (choice.currentText(), book.value("appearance.theme")) == ("Light", "light")
    lines = page.rows["watchlist.symbols"].editor
    lines.setPlainText("BTC/USDT\nETH/USDT")
    page.rows["watchlist.symbols"].take_typed()
    assert book.value("watchlist.symbols") == ("BTC/USDT", "ETH/USDT")


def test_all_is_reset_in_one_step_that_can_be_taken_back(page, book):
    book.set({"chart.zone": "Asia/Tokyo", "practice.seed": 3})
    page.reset_button.click()
    assert (book.value("chart.zone"), book.value("practice.seed")) == ("UTC", 7)
    assert not page.reset_button.isEnabled()
    page.undo_button.click()
    assert (book.value("chart.zone"), book.value("practice.seed")) == ("Asia/Tokyo", 3)


def test_it_is_searched_by_words_of_the_sentence(page):
    assert page._nothing.isHidden(), "before anything was searched"
    page.search.setText("light dark")
    assert [name for name, row in page.rows.items() if not row.isHidden()] == ["appearance.theme"]
    page.search.setText("no such words")
    assert not page._nothing.isHidden()
    page.search.clear()
    assert page._nothing.isHidden()


def test_an_export_brings_every_setting_to_another_machine(book, tmp_path, secrets):
    book.set({"chart.zone": "Asia/Tokyo", "providers.news": False, "watchlist.symbols": ["BTC/USDT"]})
    book.write_to(tmp_path / "carried.toml")
    elsewhere = SettingsFile(tmp_path / "other" / "settings.toml")
    other = SettingsBook(SteadySettings(elsewhere), {}, secrets)
    assert other.take_from(tmp_path / "carried.toml") == 3
    assert [other.value(s.name) for s in declarations()] == [book.value(s.name) for s in declarations()]
    other.undo()
    assert other.value("chart.zone") == "UTC"


def test_an_export_holds_every_setting_and_no_secret():
    tables = tomllib.loads(exported(Settings()))
    names = {f"{section}.{key}" for section, part in tables.items() for key in part}
    assert names == {setting.name for setting in declarations()}
    assert 'A list of symbols such as "BTC/USDT".' in exported(Settings())
    assert not [n for n in names if any(word in n for word in ("secret", "password", "token", "api_key"))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '[chart]\nzone = "UTC"\nlog_scale = "yes"\n',
            "line 3: chart.log_scale is 'yes', but must be true or false",
        ),
        ("[chart]\nzone = \n", "line 2"),
        ('[chart]\nzone = "Asia/Tokyo"\n[venue]\nsecret = "s3cr3t"\n', "line 4: venue.secret is not known"),
        ("[chrt]\nzone = 'UTC'\n", "line 1: chrt is not known"),
    ],
    ids=["type", "syntax", "unknown key", "unknown section"],
)
def test_a_bad_import_names_line_and_key_and_changes_nothing(page, book, tmp_path, text, expected):
    (tmp_path / "bad.toml").write_text(text)
    page.take_from(str(tmp_path / "bad.toml"))
    assert expected in page.line.text()
    assert page.line.text().count("Nothing was changed.") == 1
    assert not book.can_undo
    assert not (tmp_path / "settings.toml").exists()


def test_a_file_that_is_not_there_or_no_text_is_refused_in_words(book, tmp_path):
    with pytest.raises(SettingsError, match="cannot be read"):
        book.take_from(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="UTF-8"):
        book.take_from(tmp_path / "bytes.toml")


def test_what_an_import_leaves_out_is_left_alone():
    assert imported('[chart]\nzone = "UTC"\n', "part.toml") == {"chart.zone": "UTC"}


def test_the_window_takes_a_setting_at_once(tmp_path, qtbot):
    desk = Desk(tmp_path)
    window = desk.open()
    qtbot.addWidget(window)
    desk.welcome()
    with qtbot.waitActive(window):
        window.activateWindow()
    qtbot.keyClick(window.chart, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    page = window.findChild(SettingsDialog)
    book = window.keyboard._book
    book.set({"appearance.theme": "light", "chart.log_scale": True, "alerts.sound": False})
    book.set({"providers.news": False})
    assert window.theme.name == "light"
    assert LIGHT.muted in page.rows["chart.zone"].sentence.styleSheet(), "the page itself, too"
    assert window.actions_by_id["chart.log"].isChecked()
    assert not window.findChild(QAction, "Alert sound").isChecked()
    assert desk.requests.asked[-1] == ("switch", ("news", False))
    page.close_button.click()
    book.set({"appearance.theme": "dark"})
    said = []
    desk.bridge.notice_posted.connect(lambda subject, text: said.append((subject, text)))
    book._on_refused("providers.evm_url", "The keyring is locked.")
    book._on_kept("providers.evm_url", "https://node.example/•••")
    assert said == [("node address", "The keyring is locked."), ("node address", "")]
    window.finish()


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("[chart]\na = 1\n", "is not known."),
        ("[chart]\na = 1\nb = 2\n", "There is 1 more such line."),
        ("[chart]\na = 1\nb = 2\nc = 3\n", "There are 2 more such lines."),
    ],
    ids=["one", "two", "three"],
)
def test_a_file_that_is_refused_says_how_many_lines_are_wrong(text, end):
    with pytest.raises(SettingsError) as refused:
        imported(text, "mine.toml")
    assert str(refused.value).startswith("mine.toml, line 2: chart.a is not known.")
    assert str(refused.value).endswith(end)
