"""Keys of venues: from the form straight to the keyring, and then the engine is asked to test them."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, tzinfo
from functools import partial
from typing import TYPE_CHECKING, Protocol

from PySide6.QtWidgets import QWidget

from workstation.domain.errors import SecretsError
from workstation.domain.venue_key import VenueCredentials
from workstation.link.key_messages import ForgetKey, KeyCommand, KeyJudged, RetestKey, TakeNewKey
from workstation.ui.foreign_text import one_line
from workstation.ui.section import GoTo, Section
from workstation.ui.surroundings import Surroundings
from workstation.ui.theme import Theme

if TYPE_CHECKING:
    from workstation.ui.panels.keys import KeysDialog

_KEYRING = (
    "The keyring takes the key; where it is locked, it asks for its password in a window of its own. "
    "Everything else goes on meanwhile."
)
_GIVEN_UP = "You did not wait for the keyring: no key is kept. Enter it again when the keyring is unlocked."
_LOST = "The engine went away before it was done. What was kept before is as it was; try again."
_ALONE = "The engine is away just now, so nothing was done. Try again when it is back."


class Vault(Protocol):
    """A keyring with a place for a new key."""

    async def offer(self, venue: str, new: VenueCredentials) -> None:
        """Lay a new key beside the one that is kept, until it has been tested."""
        ...

    async def withdraw_offer(self, venue: str) -> None:
        """Forget the new key."""
        ...


def keyring_vault() -> Vault:
    """Return the keyring of this computer; nothing is opened yet."""
    from workstation.storage.secrets import Secrets
    from workstation.storage.venue_key_vault import VenueKeyVault

    return VenueKeyVault(Secrets())


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
        Returns the keyring, when the first key is entered.
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
        self._open_vault = vault
        self._vault: Vault | None = None
        self._zone: tzinfo = UTC
        self._waiting: str | None = None  # a venue that the engine was asked about
        self._keeping: asyncio.Task[None] | None = None
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
            self._show()
            self.page.show()
            self.page.raise_()
            self.page.activateWindow()
            self.page.form.venue.setFocus()

    def _make_page(self) -> None:
        from workstation.ui.panels.keys import KeysDialog

        self.page = page = KeysDialog(self._theme, self._parent)
        page.set_zone(self._zone)
        page.entered.connect(self._on_entered)
        page.given_up.connect(self._give_up)
        page.test_requested.connect(lambda venue: self._ask(venue, RetestKey))
        page.forget_requested.connect(lambda venue: self._ask(venue, ForgetKey))

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

    def _on_entered(self, venue: str, new: VenueCredentials) -> None:
        if not self._bridge.world.connected:
            self._tell(_ALONE, is_trouble=True)
            return
        self._tell(_KEYRING)
        self._set_busy(is_busy=True, can_cancel=True)
        self._keeping = self._around.tasks.start("keep a key", self._keep(venue, new))

    async def _keep(self, venue: str, new: VenueCredentials) -> None:
        if self._vault is None:
            self._vault = self._open_vault()
        try:
            await self._vault.offer(venue, new)
        except SecretsError as error:
            self._end(f"{error} No key was kept; prices, signals and alerts are unaffected.", is_done=False)
        except asyncio.CancelledError:
            self._end(_GIVEN_UP, is_done=False)
            raise
        else:
            self._ask(venue, TakeNewKey)

    def _give_up(self) -> None:
        if self._keeping is not None and not self._keeping.done():
            self._keeping.cancel()

    def _ask(self, venue: str, command: Callable[[int, str], KeyCommand]) -> None:
        if not self._bridge.world.connected:
            self._end(_ALONE, is_done=False)
            return
        self._waiting = venue
        self._set_busy(is_busy=True)
        if command is ForgetKey:
            self._tell("The keyring is asked to forget the key.")
        else:
            label = next((v.label for v in self._bridge.world.key_venues if v.name == venue), venue)
            self._tell(f"{one_line(label, 40)} is asked what the key may do.")
        refused = partial(self._on_refused, venue)
        self._around.requests.look_after_key(lambda number: command(number, venue), refused)

    def _on_judged(self, judged: KeyJudged) -> None:
        if judged.venue == self._waiting:
            self._end(judged.sentence, is_done=judged.is_done)

    def _on_link(self) -> None:
        if self._waiting is not None and not self._bridge.world.connected:
            self._on_refused(self._waiting, _LOST)
        self._show()

    def _on_refused(self, venue: str, sentence: str) -> None:
        self._end(sentence, is_done=False)
        self._around.tasks.start("take back a key", self._take_back(venue))

    async def _take_back(self, venue: str) -> None:
        """Leave no untested key behind; the next one that is entered replaces what cannot be removed now."""
        if self._vault is not None:
            try:
                await self._vault.withdraw_offer(venue)
            except SecretsError as error:
                self._tell(f"The new key is still in the keyring: {error}", is_trouble=True)

    def _end(self, sentence: str, *, is_done: bool) -> None:
        self._waiting = None
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
            busy = self._waiting is not None or (self._keeping is not None and not self._keeping.done())
            for row in self.page.rows.values():
                row.set_busy(is_busy=busy)
