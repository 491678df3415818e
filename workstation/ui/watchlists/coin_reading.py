"""What store and engine say of coins, read again whenever there is news, while somebody looks."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from workstation.domain.screen_column import HOUR_MS, FloatArray, Words
from workstation.ui.background import BackgroundReading, Work
from workstation.ui.bridge import World
from workstation.ui.surroundings import Surroundings

if TYPE_CHECKING:
    from workstation.storage.coin_reading import CoinsRead

_READ_EVERY = 25  # coins whose history came
_TOGETHER_MS = 300  # levels are told in parts
_AGED_EVERY_S = 60
_LEVELS = ("support_pct", "support_atr", "resistance_pct", "resistance_atr")


class CoinReading(QObject):
    """Reads coins for a table.

    Parameters
    ----------
    around : Surroundings
        Bridge and store.
    symbols : callable
        Returns the markets that are asked for.
    is_seen : callable
        Whether somebody looks.
    """

    read = Signal(object)  # CoinsRead, of the venue as it is now
    renewed = Signal(object)  # dict of str to ndarray: whole columns of the coins read last, as they are now
    failed = Signal(str)

    def __init__(
        self,
        around: Surroundings,
        symbols: Callable[[], Words],
        is_seen: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._bridge, self._past, self._symbols = around.bridge, around.past, symbols
        self.last: CoinsRead | None = None
        self._since_aged = 0
        self._is_seen = is_seen
        self.background = BackgroundReading(self._work, self._can_read, self)
        self._renewing = QTimer(self, interval=_TOGETHER_MS, singleShot=True)
        self._renewing.timeout.connect(self.renew)
        self.background.read.connect(self._on_read)
        self.background.failed.connect(self.failed)
        bridge = self._bridge
        for news in (bridge.coins_graded, bridge.narratives_changed, bridge.markets_changed):
            news.connect(self.want)
        bridge.signal_said.connect(lambda _signal: self.want())
        bridge.levels_moved.connect(self._on_levels)
        bridge.universe_changed.connect(self._on_universe)
        bridge.venue_changed.connect(self._on_venue)

    def want(self) -> None:
        """Read as soon as somebody looks."""
        self.background.want()

    def look_again(self) -> None:
        """Read what is due where somebody looks now."""
        self.background.look_again()

    def refresh(self) -> None:
        """Read what is due, and let signals grow older; called every second."""
        self.look_again()
        self._since_aged += 1
        if self._since_aged >= _AGED_EVERY_S and self._is_seen():
            self.renew()

    def renew(self) -> None:
        """Tell the columns that change without the store: ages and distances of levels."""
        now_ms = self._bridge.venue_time_ms
        if self.last is None:
            return
        self._since_aged = 0
        columns = level_columns(self._bridge.world, self.last.coins.symbols)
        if now_ms:
            columns["signal_age"] = np.maximum(now_ms - self.last.signal_ms, 0.0) / HOUR_MS
        self.renewed.emit(columns)

    def stop(self) -> None:
        """Read nothing more."""
        self._renewing.stop()
        self.background.stop()

    def _can_read(self) -> bool:
        world = self._bridge.world
        return world.venue is not None and bool(world.markets) and self._is_seen()

    def _work(self) -> Work:
        from workstation.storage.coin_reading import CoinFiles, CoinsWanted, read_coins

        world, files = self._bridge.world, self._past.narratives
        beside = files.candles.with_name("observations.db")
        venue, at_ms = world.venue, self._bridge.venue_time_ms
        wanted = CoinsWanted(
            venue.name if venue else "", timeframe_of(world), self._symbols(), at_ms, world.narratives
        )
        return partial(read_coins, CoinFiles(files.candles, self._past.judgements.ledger, beside), wanted)

    def _on_read(self, read: "CoinsRead") -> None:
        venue = self._bridge.world.venue
        if venue is None or read.wanted.venue != venue.name:
            return  # the venue changed while it was read
        self.last = read
        self.read.emit(read)
        self.renew()

    def _on_levels(self) -> None:
        if not self._renewing.isActive():
            self._renewing.start()

    def _on_universe(self) -> None:
        """Read again after every so many coins whose history came, and after the last."""
        universe = self._bridge.world.universe
        if universe is not None and universe.done in {*range(0, universe.total, _READ_EVERY), universe.total}:
            self.want()

    def _on_venue(self) -> None:
        """Forget the coins: they were another venue's."""
        self.last = None
        self.want()


def timeframe_of(world: World) -> str:
    """Return the bars in which everything liquid is kept."""
    return world.universe.timeframe if world.universe is not None and world.universe.timeframe else "1h"


def level_columns(world: World, symbols: Words) -> dict[str, FloatArray]:
    """Return how far coins are from their nearest levels, as columns; NaN where the engine did not say."""
    known = world.levels.get(timeframe_of(world), {})
    found = [known.get(symbol) for symbol in symbols]
    return {
        name: np.array(
            [np.nan if one is None or (value := getattr(one, name)) is None else value for one in found]
        )
        for name in _LEVELS
    }
