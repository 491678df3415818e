"""The page of keys: entered once, handed to the keyring, tested, and never seen again."""

import asyncio
import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget

from tests.fakes.key_drawer import KeyDrawer
from tests.fakes.patience import PATIENCE_S, until
from tests.fakes.window_world import NOW_MS, Desk
from workstation.domain.venue_key import (
    KeyFileState,
    KeyPlace,
    KeyRights,
    KeyStatus,
    KeyVenue,
    Passphrase,
    VenueCredentials,
    VenueKey,
)
from workstation.link.key_messages import (
    ChangePassphrase,
    EnterKey,
    ForgetKey,
    KeyJudged,
    MoveKeysToKeyring,
    OpenKeyFile,
    PutKeyFileAside,
    RetestKey,
    TakeNewKey,
    VenueKeysSaid,
)
from workstation.link.wire import encode
from workstation.services.supervisor import Supervisor
from workstation.storage.secrets import Secrets
from workstation.storage.venue_key_vault import KeyringVault
from workstation.ui.keys.keys_desk import KeysDesk
from workstation.ui.keys.keys_dialog import AWAY, NONE_YET
from workstation.ui.theme import DARK, LIGHT

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # offscreen has no window manager

VENUES = (
    KeyVenue("binance", "Binance", tells_rights=True, takes_pem=True),
    KeyVenue("okx", "OKX", wants_password=True, tells_rights=True),
    KeyVenue("kraken", "Kraken"),
)
READS = KeyRights(read=True, trade=False, withdraw=False)
KEPT = VenueKey("binance", "AB12", READS, KeyStatus.WORKS, "", NOW_MS - 86_400_000, NOW_MS)
PHRASE = "four little words here"
PEM = "-----BEGIN PRIVATE KEY-----\n" + "Q" * 64 + "\n" + "R" * 20 + "\n-----END PRIVATE KEY-----"
KEY, SECRET, PASSWORD = "the-public-key-AB12", "the-very-secret-text", "the-password-of-it"


class Page:
    """A desk of keys over a keyring in memory, in a window of its own."""

    def __init__(self, folder, waits_s=5.0):
        self.world = Desk(folder)
        self.window = QWidget()  # not qtbot's, which deletes it before the desk has stopped
        self.drawer, self.failures = KeyDrawer(), []
        self.world.surroundings = self._joined(self.world.surroundings)
        self.vault = KeyringVault(Secrets(lambda: self.drawer, waits_s))
        self.desk = KeysDesk(self.world.surroundings, DARK, self.window, lambda: self.vault)
        self.bridge, self.asked = self.world.bridge, self.world.requests.asked
        self.bridge.world.connected = True
        self.bridge.on_fact(VenueKeysSaid(VENUES, ()))
        self.desk.open()
        self.page, self.form = self.desk.page, self.desk.page.form

    def _joined(self, around):
        self.tasks = Supervisor(lambda name, error: self.failures.append((name, error)))
        return replace(around, tasks=self.tasks)

    def enter(self, venue="binance"):
        self.form.venue.setCurrentIndex(self.form.venue.findData(venue))
        self.form.key.setText(f"  {KEY} ")
        self.form.secret.setText(SECRET)
        self.form.password.setText(PASSWORD)
        self.form.keep_button.click()

    async def asked_for(self, kind):
        await until(lambda: any(isinstance(what, kind) for _, what in self.asked))
        return next(what for _, what in reversed(self.asked) if isinstance(what, kind))

    def said(self):
        return self.page.line.text()

    def texts(self):
        labels = [label.text() for label in self.page.findChildren(QLabel)]
        fields = [field.text() for field in self.page.findChildren(QLineEdit)]
        return "\n".join(labels + fields)


@pytest.fixture
async def page(tmp_path, qapp):
    made = Page(tmp_path)
    yield made
    made.desk.stop()
    await made.tasks.close()
    made.bridge.close()
    made.window.deleteLater()
    assert made.failures == []


async def test_a_key_goes_to_the_keyring_and_the_engine_is_asked_to_test_it(page):
    assert page.page.nothing.text() == NONE_YET
    page.enter()
    command = await page.asked_for(TakeNewKey)
    assert command.venue == "binance"
    assert page.said() == "Binance is asked what the key may do."
    assert SECRET in page.drawer.kept["new key of binance"]
    assert not page.form.isEnabled()
    page.bridge.on_fact(VenueKeysSaid(VENUES, (KEPT,)))
    page.bridge.on_fact(KeyJudged("binance", True, "The key works and is in the keyring."))
    row = page.page.rows["binance"]
    assert row.title.text() == "Binance · key …AB12"
    assert row.word.text() == "✓ works"
    assert row.rights.text() == "reads ✓ yes  ·  trades – no  ·  withdraws – no"
    assert row.times.text() == "In the keyring. Entered 31 Jul 12:00. Last used 1 Aug 12:00, to test it."
    assert page.said() == "The key works and is in the keyring."
    assert page.form.isEnabled()


async def test_what_was_said_the_last_time_is_gone_when_the_page_is_opened_again(page):
    page.bridge.on_fact(VenueKeysSaid(VENUES, (KEPT,)))
    page.page.rows["binance"].test_button.click()
    await page.asked_for(RetestKey)
    page.bridge.on_fact(KeyJudged("binance", False, "The keyring is locked."))
    assert "locked" in page.said()
    page.desk.open()
    assert "locked" in page.said(), "it is open still"
    page.page.close()
    page.desk.open()
    assert page.said() == ""


async def test_after_a_test_the_keyboard_goes_on_where_the_trader_was(page):
    page.page.activateWindow()
    page.bridge.on_fact(VenueKeysSaid(VENUES, (KEPT,)))
    page.form.secret.setFocus()
    page.enter()
    await page.asked_for(TakeNewKey)
    page.bridge.on_fact(KeyJudged("binance", False, "Binance does not accept this key."))
    assert page.page.focusWidget() is page.form.key, "where the next try begins, not at Close"
    button = page.page.rows["binance"].test_button
    button.setFocus()
    button.click()
    page.bridge.on_fact(KeyJudged("binance", True, "The key works."))
    assert page.page.focusWidget() is button


async def test_nothing_of_a_key_stays_where_somebody_could_read_it(page, tmp_path, caplog):
    caplog.set_level(0)
    QApplication.clipboard().setText("before")
    page.enter("okx")
    for field in (page.form.key, page.form.secret, page.form.password):
        assert (field.text(), field.isUndoAvailable()) == ("", False)
        assert field.echoMode() is QLineEdit.EchoMode.Password
    await page.asked_for(TakeNewKey)
    page.bridge.on_fact(KeyJudged("okx", False, "OKX does not accept this key."))
    page.page.grab()
    wire = b"".join(encode(what) for name, what in page.asked if name == "key").decode("latin-1")
    files = "".join(f.read_bytes().decode("latin-1") for f in tmp_path.rglob("*") if f.is_file())
    everywhere = page.texts() + wire + files + caplog.text + repr(vars(page.desk))
    everywhere += QApplication.clipboard().text()
    assert [part for part in (KEY, SECRET, PASSWORD) if part in everywhere] == []
    assert page.said() == "! OKX does not accept this key."


async def refused(page, state=KeyFileState.ABSENT):
    """Enter a key that the keyring does not take, and wait for the question where to keep it."""
    page.bridge.on_fact(VenueKeysSaid(VENUES, (), state))
    page.drawer.refusal = "There is no safe keyring here."
    page.enter()
    await until(page.page.place.isVisible)


def typed(fields, *words):
    for field, text in zip((fields.first, fields.again), words, strict=False):
        field.setText(text)


async def test_a_keyring_that_is_locked_or_missing_leads_to_two_choices_and_the_engine_hears_nothing(page):
    await refused(page)
    card = page.page.place
    assert card.reason.text() == "There is no safe keyring here."
    assert page.said() == "The key is kept nowhere yet: choose. Prices, signals and alerts are unaffected."
    assert (page.asked, page.form.isVisible(), card.in_file.isChecked()) == ([], False, True)
    card.none_button.click()
    assert page.said() == "No key was kept."
    assert (page.desk._held, page.form.isVisible(), page.asked) == (None, True, [])


async def test_for_this_session_only_nothing_more_is_asked(page):
    await refused(page)
    page.page.place.in_memory.setChecked(True)
    assert not page.page.place.passphrase.isVisible()
    page.page.place.keep_button.click()
    command = await page.asked_for(EnterKey)
    assert (command.venue, command.place) == ("binance", KeyPlace.SESSION)
    assert command.credentials == VenueCredentials(KEY, SECRET, PASSWORD)
    assert (page.desk._held, page.form.isVisible()) == (None, True)
    assert SECRET not in page.texts()
    here = replace(KEPT, place=KeyPlace.SESSION)
    page.bridge.on_fact(VenueKeysSaid(VENUES, (here,)))
    page.bridge.on_fact(KeyJudged("binance", True, "The key works."))
    assert page.page.rows["binance"].times.text().startswith("In memory until Tidemark quits. Entered")


async def test_a_key_waits_for_an_engine_that_is_away_when_its_place_is_chosen(page):
    await refused(page)
    page.page.place.in_memory.setChecked(True)
    page.bridge.world.connected = False
    page.page.place.keep_button.click()
    assert page.said().startswith("! The engine is away just now")
    assert page.page.place.isVisible()
    page.bridge.world.connected = True
    page.page.place.keep_button.click()
    command = await page.asked_for(EnterKey)
    assert command.credentials.secret == SECRET


async def test_a_new_file_wants_its_passphrase_twice_and_is_opened_before_the_key_is_entered(page):
    await refused(page)
    card = page.page.place
    for words, trouble in (
        (("short",), "! 7 characters more."),
        ((PHRASE, PHRASE[:-1]), "! The two are not the same yet."),
    ):
        typed(card.passphrase, *words)
        assert card.passphrase.trouble.text() == trouble
        assert not card.keep_button.isEnabled()
    typed(card.passphrase, PHRASE, PHRASE)
    card.passphrase.again.returnPressed.emit()
    command = await page.asked_for(OpenKeyFile)
    assert command.passphrase == Passphrase(PHRASE)
    assert not any(isinstance(what, EnterKey) for _, what in page.asked)
    assert PHRASE not in page.texts() + repr(vars(page.desk)) + repr(command)
    page.bridge.on_fact(VenueKeysSaid(VENUES, (), KeyFileState.OPEN))
    page.bridge.on_fact(KeyJudged("", True, "The next key makes an encrypted file."))
    command = await page.asked_for(EnterKey)
    assert (command.place, command.credentials.secret) == (KeyPlace.FILE, SECRET)
    assert page.desk._held is None


async def test_a_wrong_passphrase_keeps_the_key_and_the_question(page):
    await refused(page, KeyFileState.LOCKED)
    card = page.page.place
    assert not card.passphrase.again.isVisible()
    typed(card.passphrase, "wrong")
    card.keep_button.click()
    await page.asked_for(OpenKeyFile)
    page.bridge.on_fact(VenueKeysSaid(VENUES, (), KeyFileState.LOCKED))
    page.bridge.on_fact(KeyJudged("", False, "This passphrase does not open the file of keys."))
    assert page.said().startswith("! This passphrase does not open")
    assert (card.isVisible(), card.passphrase.first.text(), page.desk._held is None) == (True, "", False)
    typed(card.passphrase, "right")
    card.keep_button.click()
    page.bridge.on_fact(VenueKeysSaid(VENUES, (), KeyFileState.OPEN))
    page.bridge.on_fact(KeyJudged("", True, "The encrypted file is open."))
    assert (await page.asked_for(EnterKey)).place is KeyPlace.FILE


async def test_a_keyring_that_was_unlocked_meanwhile_takes_the_key_without_its_being_pasted_again(page):
    await refused(page, KeyFileState.ABSENT)
    card = page.page.place
    card.retry_button.click()
    await until(card.isVisible)
    assert "no safe keyring" in card.reason.text(), "there is still none: the choice is there again"
    page.bridge.world.connected = False
    card.retry_button.click()
    assert page.said().startswith("! The engine is away just now")
    page.bridge.world.connected = True
    page.drawer.refusal = None
    card.retry_button.click()
    await page.asked_for(TakeNewKey)
    assert (card.isVisible(), page.desk._held) == (False, None)
    assert SECRET in page.drawer.kept["new key of binance"]
    page.bridge.on_fact(KeyJudged("binance", True, "The key works and is in the keyring."))
    assert page.page.focusWidget() is page.form.key


async def test_a_forgotten_passphrase_makes_room_for_another_file_with_two_clicks(page):
    await refused(page, KeyFileState.LOCKED)
    card = page.page.place
    card.passphrase.forgotten_button.click()
    assert "renamed, unchanged" in card.passphrase.advice.text()
    assert page.asked == []
    card.passphrase.forgotten_button.click()
    await page.asked_for(PutKeyFileAside)
    page.bridge.on_fact(VenueKeysSaid(VENUES, (), KeyFileState.ABSENT))
    page.bridge.on_fact(KeyJudged("", True, "The file is now venue_keys.encrypted.aside-1."))
    assert card.passphrase.again.isVisible(), "the key is still held, and a new file can be made"
    page.page.close()
    assert page.desk._held is None


async def test_a_key_in_a_locked_file_is_tested_once_the_file_is_open(page):
    in_file = replace(KEPT, place=KeyPlace.FILE)
    page.bridge.on_fact(VenueKeysSaid(VENUES, (in_file,), KeyFileState.LOCKED))
    row = page.page.rows["binance"]
    row.test_button.click()
    assert page.page.lock.isVisible()
    page.page.lock.cancel_button.click()
    assert (page.page.lock.isVisible(), page.asked) == (False, [])
    row.test_button.click()
    typed(page.page.lock.passphrase, PHRASE)
    page.page.lock.open_button.click()
    await page.asked_for(OpenKeyFile)
    page.bridge.on_fact(VenueKeysSaid(VENUES, (in_file,), KeyFileState.OPEN))
    page.bridge.on_fact(KeyJudged("", True, "The encrypted file is open."))
    assert (await page.asked_for(RetestKey)).venue == "binance"
    assert not page.page.lock.isVisible()
    page.bridge.on_fact(KeyJudged("binance", True, "The key works."))
    row.test_button.click()
    assert not page.page.lock.isVisible(), "asked once"


async def test_the_passphrase_is_changed_with_the_one_of_now_and_the_new_one_twice(page):
    in_file = replace(KEPT, place=KeyPlace.FILE)
    assert not page.page.change_button.isVisible(), "there is no file that has one"
    page.bridge.on_fact(VenueKeysSaid(VENUES, (in_file,), KeyFileState.OPEN))
    page.page.change_button.click()
    card = page.page.change
    assert (card.isVisible(), page.form.isVisible(), card.change_button.isEnabled()) == (True, False, False)
    card.now.setText("a wrong one at first")
    card.new.first.setText("five quite different words")
    card.new.again.setText("five quite different word")
    assert card.new.trouble.text() == "! The two are not the same yet."
    assert not card.change_button.isEnabled()
    card.new.again.setText("five quite different words")
    card.new.again.returnPressed.emit()
    command = await page.asked_for(ChangePassphrase)
    assert command.old == Passphrase("a wrong one at first")
    page.bridge.on_fact(KeyJudged("", False, "This passphrase does not open the file of keys."))
    assert page.said().startswith("! This passphrase does not open")
    assert (card.now.text(), card.change_button.isEnabled()) == ("", False)
    page.asked.clear()
    card.now.setText(PHRASE)
    card.change_button.click()
    command = await page.asked_for(ChangePassphrase)
    assert (command.old, command.new) == (Passphrase(PHRASE), Passphrase("five quite different words"))
    assert PHRASE not in repr(command)
    page.bridge.on_fact(KeyJudged("", True, "The passphrase is changed."))
    assert (card.isVisible(), page.form.isVisible(), page.said()) == (
        False,
        True,
        "The passphrase is changed.",
    )
    assert (card.now.text(), card.new.first.text(), card.new.again.text()) == ("", "", "")
    await until(page.page.move_button.isVisible)  # the keyring is looked for again


async def test_a_passphrase_that_is_not_changed_after_all_leaves_nothing_typed(page):
    page.bridge.on_fact(VenueKeysSaid(VENUES, (), KeyFileState.LOCKED))
    card = page.page.change
    for leave in (card.cancel_button.click, page.page.close):
        page.page.show()
        page.page.change_button.click()
        for field in (card.now, card.new.first, card.new.again):
            field.setText(PHRASE)
        leave()
        assert (card.now.text(), card.new.first.text(), card.new.again.text()) == ("", "", "")
    page.page.show()
    assert page.form.isVisible()
    assert page.asked == []


async def test_keys_that_lie_elsewhere_move_once_there_is_a_keyring(page):
    assert not page.page.move_button.isVisible()
    page.bridge.on_fact(VenueKeysSaid(VENUES, (replace(KEPT, place=KeyPlace.SESSION),)))
    page.page.close()
    page.desk.open()
    await until(page.page.move_button.isVisible)
    page.page.move_button.click()
    await page.asked_for(MoveKeysToKeyring)
    page.bridge.on_fact(VenueKeysSaid(VENUES, (KEPT,)))
    page.bridge.on_fact(KeyJudged("", True, "1 key is in the keyring now, and nowhere else."))
    assert not page.page.move_button.isVisible()
    assert page.said() == "1 key is in the keyring now, and nowhere else."


async def test_what_can_be_no_key_is_said_and_stays_to_be_mended(page):
    page.form.key.setText("API key: abc")
    page.form.secret.setText(SECRET)
    page.form.keep_button.click()
    assert page.said().startswith("! The key has a space or a line break in it")
    assert page.form.secret.text() == SECRET
    page.form.key.setText(KEY)
    QApplication.clipboard().setText(PEM.replace("\n", "\r\n"))
    page.form.secret.selectAll()
    page.form.secret.paste()
    QApplication.clipboard().clear()
    page.form.keep_button.click()
    await page.asked_for(TakeNewKey)
    kept = VenueCredentials.of_text(page.drawer.kept["new key of binance"])
    assert kept.secret == PEM


async def test_a_keyring_that_waits_for_its_password_can_be_given_up_and_then_keeps_nothing(page):
    answered, asked = threading.Event(), threading.Event()
    read = page.drawer.get_password

    def slowly(service, username):
        if username.startswith("new key"):
            asked.set()
            answered.wait(PATIENCE_S)
        return read(service, username)

    page.drawer.get_password = slowly
    page.enter()
    await until(asked.is_set)
    assert "asks for its password in a window of its own" in page.said()
    assert page.page.cancel_button.isVisible()
    page.page.cancel_button.click()
    await until(page.page.place.isVisible)
    assert page.page.place.reason.text().startswith("You did not wait for the keyring, so it keeps nothing")
    answered.set()
    await until(lambda: not any(thread.name == "keyring" for thread in threading.enumerate()))
    assert page.drawer.kept == {}
    assert page.asked == []
    assert not page.page.cancel_button.isVisible()


async def test_an_engine_that_goes_away_leaves_no_untested_key_behind(page):
    page.enter()
    await page.asked_for(TakeNewKey)
    page.bridge.on_engine_lost()
    await until(lambda: page.drawer.kept == {})
    assert page.said().startswith("! The engine went away before it was done.")
    assert page.page.nothing.text() == AWAY
    page.enter()
    assert "nothing was done" in page.said()
    assert page.drawer.kept == {}


async def test_a_kept_key_is_tested_again_and_deleted_with_two_clicks(page):
    page.bridge.on_fact(VenueKeysSaid(VENUES, (KEPT,)))
    row = page.page.rows["binance"]
    row.test_button.click()
    assert (await page.asked_for(RetestKey)).venue == "binance"
    assert not row.delete_button.isEnabled()
    page.bridge.on_fact(KeyJudged("binance", True, "The key works."))
    row.delete_button.click()
    assert row.delete_button.text() == "Really delete"
    assert not any(isinstance(what, ForgetKey) for _, what in page.asked)
    row.delete_button.click()
    await page.asked_for(ForgetKey)
    page.bridge.on_fact(VenueKeysSaid(VENUES, ()))
    page.bridge.on_fact(KeyJudged("binance", True, "The key is gone from the keyring."))
    assert page.page.rows == {}
    assert page.page.nothing.isVisible()


async def test_a_venue_that_does_not_tell_rights_makes_the_trader_look_himself(page):
    page.form.venue.setCurrentIndex(page.form.venue.findData("kraken"))
    assert "Kraken does not say what a key may do" in page.form.advice.text()
    assert not page.form.password.isVisible()
    assert not page.form.keep_button.isEnabled()
    unknown = VenueKey("kraken", "CD34", KeyRights(read=True), KeyStatus.MISSING, "Gone.", NOW_MS, NOW_MS)
    page.bridge.on_fact(VenueKeysSaid(VENUES, (unknown,)))
    row = page.page.rows["kraken"]
    assert row.word.text() == "? missing"
    assert row.times.text().startswith("Was in the keyring. Entered "), "it is not there any more"
    assert row.rights.text().count("? not told") == 2
    page.form.venue.setCurrentIndex(page.form.venue.findData("okx"))
    assert page.form.password.isVisible()


async def test_every_control_of_the_page_has_a_name_and_both_themes_are_taken(page, qtbot):
    page.bridge.on_fact(VenueKeysSaid(VENUES, (KEPT,)))
    for theme in (LIGHT, DARK):
        page.desk.set_theme(theme)
        assert theme.live in page.page.rows["binance"].word.styleSheet()
    n_controls = 0
    for show in (
        page.page.show_form,
        page.page.show_lock,
        page.page._ask_change,
        lambda: page.page.show_places("Why.", KeyFileState.ABSENT),
        lambda: page.page.show_places("Why.", KeyFileState.LOCKED),
    ):
        show()
        takes_keys = [
            widget
            for widget in page.page.findChildren(QWidget)
            if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        ]
        nameless = [
            w for w in takes_keys if not (w.accessibleName() or getattr(w, "text", str)() or w.windowTitle())
        ]
        assert nameless == []
        n_controls += len(takes_keys)
    assert n_controls >= 20
    page.page.reject()
    await asyncio.sleep(0)
    assert page.form.key.text() == ""
