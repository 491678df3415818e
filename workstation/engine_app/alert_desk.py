"""The trader's rules of alerts in the engine's process: who keeps them, who judges them, who is asked."""

from collections.abc import Sequence

from workstation.domain.alert_visits import PastClose
from workstation.domain.market import Market, Venue
from workstation.domain.narrative_index import IndexStanding
from workstation.domain.ports import Clock, TaskOwner
from workstation.domain.screen import ALWAYS_KNOWN
from workstation.link.alert_messages import AlertRuleCommand, DeleteAlertRule, SetAlertRule
from workstation.services.alert_lines import LineAlerts
from workstation.services.alert_rules import AlertRules
from workstation.services.alert_screens import LEVEL_COLUMNS, CoinsKnown, ScreenAlerts
from workstation.services.alerts import Alerts
from workstation.services.bus import Bus
from workstation.services.market_data import MarketData
from workstation.storage.alert_rule_file import AlertRuleFile
from workstation.storage.candle_store import CandleStore
from workstation.storage.coin_past import past_closes
from workstation.storage.coin_reading import COLUMNS_READ, CoinFiles, CoinsWanted, read_coins
from workstation.storage.paths import Paths
from workstation.storage.recorder import Recorder

_NO_UNIVERSE = "The coins beside the watchlist are not followed; switch that on in the settings (universe)."


class AlertRuleDesk:
    """Introduces rules of alerts to the stores, and carries out what windows ask of them.

    Parameters
    ----------
    bus : Bus
        On which they hear each other.
    paths : Paths
        Where the rules lie.
    recorder : Recorder
        Writes alerts.
    data : MarketData
        Follows what lines stand on.
    alerts : Alerts
        Tell.
    tasks : TaskOwner
        Owns what they do.
    """

    def __init__(
        self, bus: Bus, paths: Paths, recorder: Recorder, data: MarketData, alerts: Alerts, tasks: TaskOwner
    ) -> None:
        keeper = AlertRuleFile(paths.alert_rules_file)
        self._files = CoinFiles(paths.candles_db, paths.ledger_db, paths.observations_db)
        self._rules = AlertRules(bus, keeper, recorder, alerts, tasks)
        self._lines = LineAlerts(bus, data, self._rules, tasks)
        self._screens = ScreenAlerts(bus, self._rules, tasks)

    def begin(self, venue: Venue, markets: Sequence[Market], clock: Clock, timeframe: str) -> None:
        """Begin to watch at a venue; `timeframe` is the universe's, empty where there is none."""
        symbols = tuple(market.symbol for market in markets if market.active)

        def read(at_ms: int, standings: tuple[IndexStanding, ...]) -> CoinsKnown:
            wanted = CoinsWanted(venue.name, timeframe, symbols, at_ms, standings)
            found = read_coins(self._files, wanted)
            return CoinsKnown(found.coins, found.signal_ms, found.closed_ms, found.graded_ms)

        def read_past(coins: tuple[str, ...], since_ms: int, until_ms: int) -> Sequence[PastClose]:
            wanted = CoinsWanted(venue.name, timeframe, coins, until_ms)
            with CandleStore(self._files.candles, read_only=True) as candles:
                return past_closes(candles, wanted, since_ms)

        self._lines.begin(clock)
        if timeframe:
            self._screens.begin(timeframe, clock, read, venue.speed, read_past)
        else:
            self._rules.why_no_screens = _NO_UNIVERSE
        known = COLUMNS_READ.union(LEVEL_COLUMNS, ALWAYS_KNOWN)
        self._rules.begin(venue.name, frozenset(symbols), clock, self._lines.price_of, known)

    async def carry_out(self, command: AlertRuleCommand) -> None:
        """Carry out what a window asks; on disk when this returns.

        Raises
        ------
        TidemarkError
            It cannot be done.
        """
        match command:
            case SetAlertRule(rule=rule):
                await self._rules.change(rule)
            case DeleteAlertRule(rule_id=rule_id):
                await self._rules.delete(rule_id)

    async def close(self) -> None:
        """Keep what was judged."""
        await self._rules.close()
