"""The symbols the trader watches."""

from collections.abc import Callable, Sequence

from workstation.domain.errors import UsageError
from workstation.domain.events import WatchlistChanged
from workstation.domain.market import Market
from workstation.domain.ticker import Ticker
from workstation.services.bus import Bus

N_BY_DEFAULT = 30


class Watchlist:
    """An ordered list of symbols without duplicates; what it says it keeps is on disk.

    Parameters
    ----------
    bus : Bus
        Hears `WatchlistChanged`.
    chosen : sequence of str
        The trader's own list; empty while he has not chosen.
    save : callable
        Puts the list on disk; raises when it cannot.
    """

    def __init__(self, bus: Bus, chosen: Sequence[str], save: Callable[[tuple[str, ...]], None]) -> None:
        self._bus = bus
        self._save = save
        self._symbols = tuple(dict.fromkeys(chosen))
        self._is_chosen = bool(chosen)

    @property
    def symbols(self) -> tuple[str, ...]:
        """The watched symbols, in the trader's order."""
        return self._symbols

    def propose(self, markets: Sequence[Market], tickers: Sequence[Ticker]) -> None:
        """Fill the list with the venue's most traded markets while the trader has not chosen his own.

        Parameters
        ----------
        markets : sequence of Market
            What trades at the venue; where nothing does just now (maintenance, a recording that has
            ended), what is listed.
        tickers : sequence of Ticker
            Their 24 h volumes; markets without one come last.
        """
        if self._is_chosen:
            return
        volume = {t.symbol: t.quote_volume_24h or 0.0 for t in tickers}
        open_now = [m for m in markets if m.active] or markets
        quoted = [m for m in open_now if m.quote in {"USDT", "USD", "USDC"}]
        first = "USDT" if any(m.quote == "USDT" for m in quoted) else "USD"
        ranked = sorted((m.symbol for m in quoted if m.quote == first), key=lambda s: -volume.get(s, 0.0))
        self._become(tuple(ranked[:N_BY_DEFAULT]))

    def watch_only(self, symbols: Sequence[str]) -> None:
        """Watch exactly these symbols in this session; the trader's own list on disk is left alone."""
        self._is_chosen = True
        self._become(tuple(dict.fromkeys(symbols)))

    def choose(self, symbols: Sequence[str]) -> None:
        """Watch exactly these symbols from now on; returns when that is on disk.

        Raises
        ------
        UsageError
            A symbol is empty.
        """
        if not all(s.strip() for s in symbols):
            raise UsageError("A watched symbol cannot be empty.")
        unique = tuple(dict.fromkeys(symbols))
        self._save(unique)
        self._is_chosen = bool(unique)
        self._become(unique)

    def _become(self, symbols: tuple[str, ...]) -> None:
        if symbols != self._symbols:
            self._symbols = symbols
            self._bus.publish(WatchlistChanged(symbols))
