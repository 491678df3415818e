"""Rotation over a real socket: what windows ask of paper accounts and rules, and what they hear."""

from decimal import Decimal

import pytest

from tests.fakes.advice_world import became, given
from tests.fakes.patience import until
from tests.fakes.services_market import SetClock
from tests.fakes.storage_ledger_world import StepClock
from workstation.domain.errors import TidemarkError
from workstation.domain.events import AdviceChanged, TickersUpdated
from workstation.domain.given_advice import AdviceEntry
from workstation.domain.market import Venue, VenueKind
from workstation.domain.narrative import NarrativeBook
from workstation.domain.rotation import RotationRules
from workstation.domain.ticker import Ticker
from workstation.engine_app.rotation import RotationDesk
from workstation.link.client import LinkClient
from workstation.link.front_desk import FrontDesk
from workstation.link.messages import Notice
from workstation.link.rotation_messages import (
    AdviceSaid,
    ChangeRotationRules,
    CreatePaperAccount,
    DeletePaperAccount,
    FollowAdvice,
    PaperAccountsSaid,
    RenamePaperAccount,
    ResetPaperAccount,
    RotationRulesSaid,
    SwitchFollowing,
)
from workstation.link.server import LinkServer
from workstation.services.alerts import Alerts
from workstation.services.bus import Bus
from workstation.services.supervisor import Supervisor
from workstation.storage.candle_store import CandleStore
from workstation.storage.journal import Journal
from workstation.storage.ledger import Ledger
from workstation.storage.paper_account_store import PaperAccountStore
from workstation.storage.paths import Paths
from workstation.storage.recorder import Recorder

D = Decimal
DAY = 86_400_000
VENUE = Venue("binance", VenueKind.LIVE, "Binance")


class Office:
    """An engine's household with rotation alone, and windows over a socket."""

    watched = ()

    def __init__(self, folder):
        self.paths, self.bus, self.tasks = Paths.below(folder), Bus(), Supervisor()
        self.clock = SetClock(10 * DAY + 5)
        ledger = Ledger(self.paths.ledger_db, StepClock())
        ledger.add_advice(given(10))
        stores = CandleStore(self.paths.candles_db), Journal(self.paths.journal_db)
        papers = PaperAccountStore(self.paths.papers_db)
        self.recorder = Recorder(*stores, ledger=ledger, papers=papers)
        book, alerts = NarrativeBook(()), Alerts(self.bus, self.recorder, self.tasks)
        alerts.listen_at(self.clock, 1.0, tuple, ())
        self.rotation = RotationDesk(
            self.bus, self.paths, self.recorder, self.tasks, lambda: (book, []), alerts
        )
        self.rotate = self.rotation.carry_out
        self.socket = folder / "sock"
        self.server = LinkServer(self.socket, FrontDesk(self, self.bus), self.tasks)

    def now_ms(self):
        return self.clock.now_ms()

    def show_charts(self, keys):
        """Show nothing."""

    def alerts_after(self, alert_id):
        return []

    async def window(self):
        heard = []
        client = LinkClient(self.socket, heard.append, lambda _: None, lambda: 0)
        self.tasks.start("window", client.run())
        await until(lambda: client.is_connected)
        return client, lambda kind: [fact for fact in heard if isinstance(fact, kind)]

    async def close(self):
        await self.server.close()
        await self.tasks.close()
        self.rotation.close()
        await self.recorder.close()


@pytest.fixture
async def office(tmp_path):
    office = Office(tmp_path)
    await office.server.start()
    office.rotation.begin(VENUE, "1h", office.clock)
    yield office
    await office.close()


async def test_a_window_makes_follows_renames_resets_and_deletes_paper_accounts(office):
    client, of = await office.window()
    await until(lambda: of(PaperAccountsSaid))
    await client.ask(lambda n: CreatePaperAccount(n, "mine", D("2500.50"), D("0.1"), D("0.05")))
    with pytest.raises(TidemarkError, match="of the name mine already"):
        await client.ask(lambda n: CreatePaperAccount(n, "mine", D(1), D(0), D(0)))
    (standing,) = of(PaperAccountsSaid)[-1].standings
    assert (standing.total, standing.return_pct, standing.account.venue) == (D("2500.50"), D(0), "binance")
    prices = {"BTC/USDT": 50_000.0, "PEPE/USDT": 0.00001}
    tickers = (Ticker(symbol, price, None, None, office.clock.now) for symbol, price in prices.items())
    office.bus.publish(TickersUpdated(tuple(tickers)))
    await client.ask(lambda n: FollowAdvice(n, "mine"))
    await until(lambda: of(PaperAccountsSaid)[-1].standings[0].n_fills == 2)
    await client.ask(lambda n: RenamePaperAccount(n, "mine", "yours"))
    await client.ask(lambda n: SwitchFollowing(n, "yours", True))
    await until(lambda: of(PaperAccountsSaid)[-1].standings[0].account.is_following)
    with pytest.raises(TidemarkError, match="Resetting yours takes away what it holds and its 2 trades"):
        await client.ask(lambda n: ResetPaperAccount(n, "yours", False))
    await client.ask(lambda n: SwitchFollowing(n, "yours", False))
    await client.ask(lambda n: ResetPaperAccount(n, "yours", True))
    await until(lambda: of(PaperAccountsSaid)[-1].standings[0].total == D("2500.50"))
    await client.ask(lambda n: DeletePaperAccount(n, "yours", True))
    await until(lambda: of(PaperAccountsSaid)[-1].standings == ())


async def test_a_window_changes_the_rules_and_a_bad_one_is_refused(office):
    client, of = await office.window()
    await client.ask(lambda n: ChangeRotationRules(n, {"n_coins": 2, "most_coin": 0.2}))
    await until(lambda: of(RotationRulesSaid))
    assert of(RotationRulesSaid)[-1].rules == RotationRules(n_coins=2, most_coin=0.2)
    with pytest.raises(TidemarkError, match="there is no rule 'speed'"):
        await client.ask(lambda n: ChangeRotationRules(n, {"speed": 1}))
    assert "n_coins = 2\n" in office.paths.rotation_rules_file.read_text()


async def test_broken_rules_are_told_and_the_last_good_ones_hold(tmp_path):
    office = Office(tmp_path)
    office.paths.rotation_rules_file.write_text("n_coins = 'two'")
    await office.server.start()
    office.rotation.begin(VENUE, "1h", office.clock)
    _, of = await office.window()
    await until(lambda: any("n_coins must be a whole number" in notice.text for notice in of(Notice)))
    assert of(RotationRulesSaid)[-1].rules == RotationRules()
    await office.close()


async def test_a_window_that_comes_later_hears_the_newest_advice_as_it_stands(office):
    _, of = await office.window()
    await until(lambda: of(AdviceSaid))
    assert (of(AdviceSaid)[0].entry.given, of(AdviceSaid)[0].is_new) == (given(10), False)
    entry = AdviceEntry(9, 5, given(11), became(12))
    office.bus.publish(AdviceChanged(entry))
    await until(lambda: len(of(AdviceSaid)) == 2)
    assert of(AdviceSaid)[-1] == AdviceSaid(entry, True)
    _, later = await office.window()
    await until(lambda: later(AdviceSaid) and later(PaperAccountsSaid) and later(RotationRulesSaid))
    assert later(AdviceSaid) == [AdviceSaid(entry, False)]
