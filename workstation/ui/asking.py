"""What the trader asks of the engine: refused with a sentence while the engine is away."""

from collections.abc import Callable, Sequence

from workstation.link.rotation_messages import RotationCommand
from workstation.ui.bridge import Bridge
from workstation.ui.engine_port import EngineRequests

_ALONE = "The engine is away just now, so this was not done. Try again when it is back."


class Asking:
    """Passes requests on while there is somebody to answer them.

    Parameters
    ----------
    bridge : Bridge
        Knows whether the engine is there, and posts the sentence where it is not.
    requests : EngineRequests
        Who asks.
    """

    def __init__(self, bridge: Bridge, requests: EngineRequests) -> None:
        self._bridge, self._requests = bridge, requests

    def set_watchlist(self, symbols: tuple[str, ...]) -> None:
        """Watch exactly these symbols."""
        if self._is_answered():
            self._requests.set_watchlist(symbols)

    def dismiss(self, ids: Sequence[int]) -> None:
        """Close these alerts for good."""
        if self._is_answered():
            for alert_id in ids:
                self._requests.dismiss_alert(alert_id)

    def switch_provider(self, name: str, is_on: bool) -> None:
        """Switch a provider of observations on or off."""
        if self._is_answered():
            self._requests.switch_provider(name, is_on)

    def hold_universe(self, is_held: bool) -> None:
        """Hold the back-fill of everything liquid, or let it go on."""
        if self._is_answered():
            self._requests.hold_universe(is_held)

    def switch_model(self, name: str, is_on: bool) -> None:
        """Let the champion of a name judge, or switch it off."""
        if self._is_answered():
            self._requests.switch_model(name, is_on)

    def roll_back_model(self, name: str) -> None:
        """Let the champion before judge again."""
        if self._is_answered():
            self._requests.roll_back_model(name)

    def promote_model(self, name: str, model_hash: str) -> None:
        """Let another model of a name judge."""
        if self._is_answered():
            self._requests.promote_model(name, model_hash)

    def rotate(self, command: Callable[[int], RotationCommand], on_refused: Callable[[str], None]) -> None:
        """Ask something about rotation or paper accounts; `on_refused` is told why it was not done."""
        if self._is_answered():
            self._requests.rotate(command, on_refused)

    def _is_answered(self) -> bool:
        is_there = self._bridge.world.connected
        self._bridge.notice_posted.emit("request", "" if is_there else _ALONE)
        return is_there
