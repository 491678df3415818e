"""Charts that an address from outside points at: opened as soon as the venue's markets are known."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from workstation.link.chart_address import ChartAddress, RefusedAddress
from workstation.ui.bridge import Bridge
from workstation.ui.words.foreign_text import one_line


class AddressOpening(QObject):
    """Opens charts by their address.

    Parameters
    ----------
    bridge : Bridge
        Knows what trades at the venue.
    open_symbol, open_series : callable
        Show a market with the bars as they are, or in bars of a length.
    """

    def __init__(
        self,
        bridge: Bridge,
        open_symbol: Callable[[str], None],
        open_series: Callable[[str, str], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._bridge, self._open_symbol, self._open_series = bridge, open_symbol, open_series
        self._waiting: ChartAddress | None = None
        self._has_said = False
        bridge.markets_changed.connect(self._try)

    def open(self, address: ChartAddress | RefusedAddress) -> None:
        """Show this chart; the newest address counts where several come before the markets are known.

        Of an address that opens nothing it is said why.
        """
        if isinstance(address, RefusedAddress):
            self._say(f"Nothing was opened. {one_line(address.why, 400)}")
            return
        self._waiting = address
        self._try()

    def _try(self) -> None:
        address, world = self._waiting, self._bridge.world
        if address is None or not world.markets:
            return
        self._waiting = None
        symbol = next((s for s in (address.symbol, address.symbol.upper()) if s in world.markets), None)
        if symbol is None:
            venue = one_line(world.venue.label, 40) if world.venue is not None else "The venue"
            text = f"{venue} has no market {one_line(address.symbol, 60)}, so the chart stays as it is."
            self._say(text)
            return
        if self._has_said:
            self._say("")
        if address.timeframe:
            self._open_series(symbol, address.timeframe)
        else:
            self._open_symbol(symbol)

    def _say(self, text: str) -> None:
        self._has_said = bool(text)
        self._bridge.notice_posted.emit("address", text)
