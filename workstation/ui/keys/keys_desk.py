"""Keys of venues: from the form straight to the keyring, and then the engine is asked to test them."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, tzinfo
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from workstation.domain.errors import SecretsError
from workstation.domain.venue_key import KeyFileState, KeyPlace, Passphrase, VenueCredentials
from workstation.link.key_messages import (
    ChangePassphrase,
    EnterKey,
    ForgetKey,
    KeyCommand,
    KeyJudged,
    MoveKeysToKeyring,
    OpenKeyFile,
    PutKeyFileAside,
    RetestKey,
    TakeNewKey,
)
from workstation.ui.keys.keys_vault import Vault, keyring_vault
from workstation.ui.section import GoTo, Section
from workstation.ui.surroundings import Surroundings
from workstation.ui.theme import Theme
from workstation.ui.words.foreign_text import one_line

if TYPE_CHECKING:
    from workstation.ui.keys.keys_dialog import KeysDialog

_KEYRING = (
    "The keyring takes the key; where it is locked, it asks for its password in a window of its own. "
    "Everything else goes on meanwhile."
)
_GIVEN_UP = "You did not wait for the keyring, so it keeps nothing, even if it is unlocked later."
_CHOOSE = "The key is kept nowhere yet: choose. Prices, signals and alerts are unaffected."
_NOTHING = "No key was kept."
_LOST = "The engine went away before it was done. What was kept before is as it was; try again."
_ALONE = "The engine is away just now, so nothing was done. Try again when it is back."
_EVERY_VENUE = ""  # what a request about the file, or about all keys, is answered for


class KeysDesk(Section):
    """Opens the page of keys and carries out what is asked there. A key is held only on its way.

    Parameters
    ----------
    around : Surroundings
        The engine, and who owns what takes time.
    theme : Theme
        Colours.
    parent : QWidget
        The window.
    vault : callable
        Returns the keyring, when it is needed first.
    """

    def __init__(
        self,
        around: Surroundings,
        theme: Theme,
        parent: QWidget,
        vault: Callable[[], Vault] = keyring_vault,
    ) -> None:
        super().__init__(parent)
        self.panels: Mapping[str, QWidget] = {}
        self._around, self._bridge, self._theme, self._parent = around, around.bridge, theme, parent
        self._make_vault = vault
        self._opened_vault: Vault | None = None
        self._zone: tzinfo = UTC
        self._waiting: str | None = None  # a venue that the engine was asked about, or every one
        self._keeping: asyncio.Task[None] | None = None
        self._held: tuple[str, VenueCredentials] | None = None  # until it is chosen where to keep it
        self._why = ""  # ... which the keyring did not take
        self._wanted: Callable[[], None] | None = None  # what the encrypted file is opened for
        self._is_offered = False  # the keyring holds a new key that was not tested yet
        self.page: KeysDialog | None = None
        self._bridge.keys_changed.connect(self._show)
        self._bridge.link_changed.connect(self._on_link)
        self._bridge.key_judged.connect(self._on_judged)

    def handlers(self, go_to: GoTo) -> Mapping[str, Callable[[], None]]:
        """Return what the command of keys does."""
        return {"keys.open": self.open}

    def open(self) -> None:
        """Show the page."""
        if self.page is None:
            self._make_page()
        if self.page is not None:
            if not self.page.isVisible() and self._waiting is None:
                self.page.say("")  # of the last time
            self._show()
            self.page.show()
            self.page.raise_()
            self.page.activateWindow()
            self.page.form.venue.setFocus()
            self._look_for_keyring()

    def _make_page(self) -> None:
        from workstation.ui.keys.keys_dialog import KeysDialog

        self.page = page = KeysDialog(self._theme, self._parent)
        page.set_zone(self._zone)
        page.entered.connect(self._on_entered)
        page.given_up.connect(self._give_up)
        page.hidden.connect(self._let_go)
        page.place_chosen.connect(self._on_place)
        page.keyring_retried.connect(self._try_again)
        page.file_opened.connect(self._open_file)
        page.file_forgotten.connect(lambda: self._ask(_EVERY_VENUE, lambda n, _venue: PutKeyFileAside(n)))
        page.move_requested.connect(self._move)
        page.passphrase_changed.connect(self._change_passphrase)
        page.test_requested.connect(lambda venue: self._on_row(venue, RetestKey))
        page.forget_requested.connect(lambda venue: self._on_row(venue, ForgetKey))

    def set_zone(self, zone: tzinfo) -> None:
        """Show times in this zone."""
        self._zone = zone
        if self.page is not None:
            self.page.set_zone(zone)

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        if self.page is not None:
            self.page.set_theme(theme)

    def stop(self) -> None:
        """Wait for nothing more, and close the page."""
        self._give_up()
        if self.page is not None:
            self.page.close()

    @property
    def _vault(self) -> Vault:
        if self._opened_vault is None:
            self._opened_vault = self._make_vault()
        return self._opened_vault

    def _on_entered(self, venue: str, new: VenueCredentials) -> None:
        if not self._bridge.world.connected:
            self._tell(_ALONE, is_trouble=True)
            return
        self._tell(_KEYRING)
        self._set_busy(is_busy=True, can_cancel=True)
        self._keeping = self._around.tasks.start("keep a key", self._keep(venue, new))

    async def _keep(self, venue: str, new: VenueCredentials) -> None:
        try:
            await self._vault.offer(venue, new)
        except SecretsError as error:
            self._choose_place(venue, new, str(error))
        except asyncio.CancelledError:
            self._choose_place(venue, new, _GIVEN_UP)
            raise
        else:
            self._is_offered = True
            self._ask(venue, TakeNewKey)

    def _choose_place(self, venue: str, new: VenueCredentials, why: str) -> None:
        """Ask where to keep a key that the keyring did not take: the venue shows its secret only once."""
        self._set_busy(is_busy=False)
        if self.page is not None and self.page.isVisible():
            self._held, self._why = (venue, new), why
            self.page.show_places(self._why, self._bridge.world.key_file)
            self._tell(_CHOOSE)

    def _on_place(self, place: KeyPlace, passphrase: Passphrase | None) -> None:
        if not self._bridge.world.connected:  # the key is held until the engine is back
            self._tell(_ALONE, is_trouble=True)
        elif passphrase is None:
            self._enter_held(place)
        else:
            self._wanted = partial(self._enter_held, place)
            self._open_file(passphrase)

    def _try_again(self) -> None:
        """Offer the key to the keyring once more, which was unlocked or started meanwhile."""
        if self._held is not None and self._bridge.world.connected and self.page is not None:
            (venue, new), self._held = self._held, None
            self.page.show_form()
            self._on_entered(venue, new)
        else:
            self._tell(_ALONE, is_trouble=True)

    def _enter_held(self, place: KeyPlace) -> None:
        if self._held is None or self.page is None:
            return
        (venue, new), self._held = self._held, None
        self.page.show_form()
        self._ask(venue, lambda number, venue: EnterKey(number, venue, new, place))

    def _open_file(self, passphrase: Passphrase) -> None:
        self._ask(_EVERY_VENUE, lambda number, _venue: OpenKeyFile(number, passphrase))

    def _change_passphrase(self, old: Passphrase, new: Passphrase) -> None:
        self._ask(_EVERY_VENUE, lambda number, _venue: ChangePassphrase(number, old, new))

    def _on_row(self, venue: str, command: Callable[[int, str], KeyCommand]) -> None:
        """Carry out what is asked about a key that is kept; open the file that it lies in before."""
        places = {key.place for key in self._bridge.world.venue_keys if key.venue == venue}
        self._when_open(KeyPlace.FILE in places, partial(self._ask, venue, command))

    def _move(self) -> None:
        places = {key.place for key in self._bridge.world.venue_keys}
        move = partial(self._ask, _EVERY_VENUE, lambda number, _venue: MoveKeysToKeyring(number))
        self._when_open(KeyPlace.FILE in places, move)

    def _when_open(self, needs_file: bool, work: Callable[[], None]) -> None:
        if needs_file and self._bridge.world.key_file is KeyFileState.LOCKED and self.page is not None:
            self._wanted = work
            self.page.show_lock()
        else:
            work()

    def _give_up(self) -> None:
        if self._keeping is not None and not self._keeping.done():
            self._keeping.cancel()
        if self._held is not None or self._wanted is not None:
            self._tell(_NOTHING if self._held is not None else "")
            self._let_go()

    def _let_go(self) -> None:
        """Hold no key and want no file any more."""
        self._held = self._wanted = None
        if self.page is not None:
            self.page.show_form()

    def _ask(self, venue: str, command: Callable[[int, str], KeyCommand]) -> None:
        if not self._bridge.world.connected:
            self._on_refused(venue, _ALONE)
            return
        self._waiting = venue
        self._set_busy(is_busy=True)
        self._tell(self._words(venue, command))
        refused = partial(self._on_refused, venue)
        self._around.requests.look_after_key(lambda number: command(number, venue), refused)

    def _words(self, venue: str, command: Callable[[int, str], KeyCommand]) -> str:
        if venue == _EVERY_VENUE:
            return "One moment."
        if command is ForgetKey:
            return "The key is being deleted."
        label = next((v.label for v in self._bridge.world.key_venues if v.name == venue), venue)
        return f"{one_line(label, 40)} is asked what the key may do."

    def _on_judged(self, judged: KeyJudged) -> None:
        if judged.venue != self._waiting:
            return
        if self._bridge.world.key_file is KeyFileState.OPEN and self._wanted is not None and judged.is_done:
            work, self._wanted = self._wanted, None
            if self.page is not None:
                self.page.show_form()
            work()
            return
        self._end(judged.sentence, is_done=judged.is_done)
        if self._held is not None and judged.is_done and self.page is not None:
            self.page.show_places(self._why, self._bridge.world.key_file)  # its file was put aside
        elif judged.is_done:
            self._let_go()
        self._look_for_keyring()

    def _on_link(self) -> None:
        if self._waiting is not None and not self._bridge.world.connected:
            self._on_refused(self._waiting, _LOST)
        self._show()

    def _on_refused(self, venue: str, sentence: str) -> None:
        was_offered = self._is_offered
        self._end(sentence, is_done=False)
        self._let_go()
        if was_offered:
            self._around.tasks.start("take back a key", self._take_back(venue))

    async def _take_back(self, venue: str) -> None:
        """Leave no untested key behind; the next one that is entered replaces what cannot be removed now."""
        try:
            await self._vault.withdraw_offer(venue)
        except SecretsError as error:
            self._tell(f"The new key is still in the keyring: {error}", is_trouble=True)

    def _look_for_keyring(self) -> None:
        """Offer to move keys where some lie elsewhere and a keyring is there by now."""
        elsewhere = any(key.place is not KeyPlace.KEYRING for key in self._bridge.world.venue_keys)
        if self.page is not None and elsewhere:
            self._around.tasks.start("look for a keyring", self._look())
        elif self.page is not None:
            self.page.show_move(can_move=False)

    async def _look(self) -> None:
        can_move = True
        try:
            await self._vault.look()
        except SecretsError:
            can_move = False
        if self.page is not None:
            self.page.show_move(can_move=can_move)

    def _end(self, sentence: str, *, is_done: bool) -> None:
        self._waiting, self._is_offered = None, False
        self._set_busy(is_busy=False)
        self._tell(sentence, is_trouble=not is_done)

    def _tell(self, sentence: str, *, is_trouble: bool = False) -> None:
        if self.page is not None:
            self.page.say(sentence, is_trouble=is_trouble)

    def _set_busy(self, *, is_busy: bool, can_cancel: bool = False) -> None:
        if self.page is not None:
            self.page.set_busy(is_busy=is_busy, can_cancel=can_cancel)

    def _show(self) -> None:
        if self.page is not None:
            world = self._bridge.world
            self.page.show_keys(world.key_venues, world.venue_keys, is_there=world.connected)
            in_file = any(key.place is KeyPlace.FILE for key in world.venue_keys)
            self.page.show_change(can_change=in_file or world.key_file is KeyFileState.LOCKED)
            busy = self._waiting is not None or (self._keeping is not None and not self._keeping.done())
            for row in self.page.rows.values():
                row.set_busy(is_busy=busy)
