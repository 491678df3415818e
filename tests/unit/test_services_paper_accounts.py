"""Paper accounts: what is commanded is traded once, at prices that came after it, and stays so."""

import asyncio
from decimal import Decimal

import numpy as np
import pytest

from tests.fakes.advice_world import DAY, given
from tests.fakes.patience import until
from tests.fakes.services_market import SetClock
from workstation.domain.candle import CandleColumns
from workstation.domain.errors import StoreError, UsageError
from workstation.domain.events import PaperAccountsChanged, TickersUpdated
from workstation.domain.paper_account import Side
from workstation.domain.ticker import Ticker
from workstation.services import paper_accounts
from workstation.services.bus import Bus
from workstation.services.coin_prices import CoinPrices
from workstation.services.paper_accounts import PaperAccounts
from workstation.services.supervisor import Supervisor
from workstation.storage.candle_store import CandleStore
from workstation.storage.journal import Journal
from workstation.storage.paper_account_recorder import PaperAccountRecorder
from workstation.storage.paper_account_store import PaperAccountStore
from workstation.storage.recorder import Recorder

D = Decimal
NOW = 10 * DAY


class Stored:
    """The last closes that are stored of coins, by symbol."""

    def __init__(self):
        self.closes = {}

    def read_last(self, key, n):
        if key.timeframe != "1h" or key.symbol not in self.closes:
            return CandleColumns.empty()
        at_ms, close = self.closes[key.symbol]
        prices = [np.array([close])] * 4
        return CandleColumns.of(np.array([at_ms - key.bar_ms]), *prices, np.array([1.0]))


class House:
    def __init__(self, folder):
        self.clock, self.bus, self.stored, self.heard = SetClock(NOW), Bus(), Stored(), []
        self.tasks = Supervisor()
        papers = PaperAccountStore(folder / "papers.db")
        self.recorder = Recorder(CandleStore(folder / "c.db"), Journal(folder / "j.db"), papers=papers)
        self.reader = papers.reader()
        keeper, prices = PaperAccountRecorder(self.recorder), CoinPrices(self.bus, self.stored)
        self.accounts = PaperAccounts(self.bus, keeper, self.reader, prices, self.tasks)
        self.bus.subscribe(PaperAccountsChanged, self.heard.append)

    def tick(self, at_ms=None, **prices):
        at_ms = self.clock.now if at_ms is None else at_ms
        tickers = (Ticker(f"{coin}/USDT", price, None, None, at_ms) for coin, price in prices.items())
        self.bus.publish(TickersUpdated(tuple(tickers)))

    def standing(self, name="mine"):
        return next(each for each in self.accounts.standings() if each.account.name == name)

    async def close(self):
        await self.tasks.close()
        self.reader.close()
        await self.recorder.close()


@pytest.fixture
async def house(tmp_path, monkeypatch):
    monkeypatch.setattr(paper_accounts, "PATIENCE_S", 0.05)
    monkeypatch.setattr("workstation.services.coin_prices.LOOK_EVERY_S", 0.001)
    house = House(tmp_path)
    await house.accounts.begin("binance", house.clock)
    await house.accounts.create("mine", D(10_000), D("0.1"), D("0.05"))
    yield house
    await house.close()


async def test_following_buys_the_targets_at_prices_after_the_command(house, monkeypatch):
    monkeypatch.setattr(paper_accounts, "PATIENCE_S", 5.0)
    house.tick(NOW - 1, BTC=50_000.0, PEPE=0.00001)
    answers = []

    async def follow():
        answers.append(await house.accounts.follow("mine", given(10)))

    house.tasks.start("follow", follow())
    for _ in range(20):  # it looks at the prices every millisecond
        await asyncio.sleep(0.001)
    assert answers == [], "what was heard before the command is no price for it"
    house.tick(NOW + 1, BTC=51_000.0)
    house.tick(NOW + 1, PEPE=0.00002)
    await until(lambda: answers == [True])
    (trading,) = house.reader.tradings(1)
    assert [(fill.coin, fill.side) for fill in trading.fills] == [("PEPE", Side.BUY), ("BTC", Side.BUY)]
    assert trading.fills[1].price == D("51025.5")
    assert trading.fills[0].reason == "enter PEPE: memecoins rank 1st of 12"
    standing = house.standing()
    assert [held.coin for held in standing.held] == ["PEPE", "BTC"]
    assert standing.held[0].weight == pytest.approx(D("0.25"), abs=D("1e-9"))
    assert -D("0.1") < standing.return_pct < 0, "only the costs are lost"
    assert (standing.n_fills, standing.followed_ms) == (2, 10 * DAY)
    assert house.heard[-1].standings == house.accounts.standings()


async def test_the_same_advice_twice_changes_nothing_even_after_a_restart(house, tmp_path):
    house.tick(BTC=50_000.0, PEPE=0.00001)
    assert await house.accounts.follow("mine", given(10))
    before = house.standing()
    house.tick(NOW + 1, BTC=60_000.0)
    assert not await house.accounts.follow("mine", given(10))
    assert await asyncio.gather(*(house.accounts.follow("mine", given(11)) for _ in range(3))) == [
        True,
        False,
        False,
    ]
    assert house.standing().n_fills >= before.n_fills
    stood = house.standing()
    prices = CoinPrices(house.bus, house.stored)
    again = PaperAccounts(house.bus, PaperAccountRecorder(house.recorder), house.reader, prices, house.tasks)
    house.tick(NOW + 2, BTC=60_000.0, PEPE=0.00001)
    await again.begin("binance", house.clock)
    assert again.standings() == (stood,)
    assert not await again.follow("mine", given(11))
    assert again.standings() == (stood,)


async def test_small_drifts_are_left_alone_and_what_advice_leaves_is_sold(house):
    house.tick(BTC=50_000.0, PEPE=0.00001)
    await house.accounts.follow("mine", given(10))
    house.tick(NOW + 1, BTC=50_500.0, PEPE=0.00001)
    assert await house.accounts.follow("mine", given(11, changes=()))
    assert house.standing().n_fills == 2
    assert await house.accounts.follow("mine", given(12, weights={"BTC": 0.15}))
    assert [held.coin for held in house.standing().held] == ["BTC"]


async def test_a_coin_without_a_price_is_left_alone_said_and_its_value_is_unknown(house):
    house.tick(BTC=50_000.0)
    await house.accounts.follow("mine", given(10))
    assert [held.coin for held in house.standing().held] == ["BTC"]
    assert house.standing().notes == ("PEPE is not bought: it has no price now.",)
    house.tick(NOW, BTC=0.0)
    standing = house.standing()
    assert (standing.total, standing.return_pct, standing.held[0].value) == (None, None, None)
    assert await house.accounts.follow("mine", given(11, weights={}))
    assert house.standing().notes == ("BTC is left as it is: it has no price now.",)


async def test_a_delisted_coin_is_sold_at_its_last_price(house):
    house.tick(BTC=50_000.0, PEPE=0.00001)
    await house.accounts.follow("mine", given(10))
    house.clock.now = NOW + 3 * DAY
    house.stored.closes["PEPE/USDT"] = (NOW, 0.000005)
    house.tick(BTC=50_000.0)
    await house.accounts.follow("mine", given(13, weights={"BTC": 0.15, "PEPE": 0.25}))
    assert [held.coin for held in house.standing().held] == ["PEPE", "BTC"], "it may come back"
    house.clock.now = NOW + 8 * DAY
    house.tick(BTC=50_000.0)
    await house.accounts.follow("mine", given(18, weights={"BTC": 0.15, "PEPE": 0.25}))
    assert [held.coin for held in house.standing().held] == ["BTC"]
    last = house.reader.tradings(1)[-1].fills[0]
    assert (last.coin, last.reason) == ("PEPE", "delisted: sold at its last price")
    assert last.price == D("0.000005") * D("0.9995")


async def test_accounts_are_renamed_reset_and_deleted_with_a_warning(house):
    house.tick(BTC=50_000.0, PEPE=0.00001)
    await house.accounts.follow("mine", given(10))
    await house.accounts.rename("mine", "yours")
    with pytest.raises(UsageError, match="no paper account 'mine' on binance; there is yours"):
        await house.accounts.reset("mine", True)
    with pytest.raises(
        UsageError, match="Resetting yours takes away what it holds and its 2 trades, for good"
    ):
        await house.accounts.reset("yours", False)
    assert house.standing("yours").n_fills == 2
    await house.accounts.reset("yours", True)
    standing = house.standing("yours")
    assert (standing.n_fills, standing.total, standing.id) == (0, D(10_000), 2)
    with pytest.raises(UsageError, match="Deleting yours"):
        await house.accounts.delete("yours", False)
    await house.accounts.delete("yours", True)
    assert house.accounts.standings() == () == house.heard[-1].standings
    with pytest.raises(UsageError, match="there is none yet"):
        await house.accounts.follow("yours", given(10))


async def test_following_is_kept_and_advice_of_another_venue_is_refused(house):
    await house.accounts.switch_following("mine", True)
    assert house.accounts.following == ("mine",)
    assert house.reader.accounts()[0].account.is_following
    with pytest.raises(UsageError, match="The advice is on bybit; this account trades on binance"):
        await house.accounts.follow("mine", given(10, venue="bybit"))
    await house.accounts.begin("bybit", house.clock)
    assert house.accounts.standings() == (), "practice and live do not mix"


async def test_an_account_whose_trades_are_damaged_trades_no_more(house, tmp_path):
    house.tick(BTC=50_000.0, PEPE=0.00001)
    await house.accounts.follow("mine", given(10))

    class Damaged:
        accounts = staticmethod(house.reader.accounts)

        def tradings(self, account_id):
            raise StoreError("Trade 1 of paper account 1 is damaged or gone; reset the account.")

    prices = CoinPrices(house.bus, house.stored)
    accounts = PaperAccounts(house.bus, PaperAccountRecorder(house.recorder), Damaged(), prices, house.tasks)
    await accounts.begin("binance", house.clock)
    (standing,) = accounts.standings()
    assert (standing.total, "damaged" in standing.trouble) == (None, True)
    with pytest.raises(StoreError, match="damaged"):
        await accounts.follow("mine", given(11))
    await accounts.reset("mine", True)
    assert accounts.standings()[0].total == D(10_000)


async def test_what_accounts_are_worth_is_kept_each_hour_where_it_is_known(house, monkeypatch):
    monkeypatch.setattr(paper_accounts, "VALUED_EVERY_S", 0.001)
    await house.accounts.begin("binance", house.clock)
    house.tick(BTC=50_000.0, PEPE=0.00001)
    await house.accounts.follow("mine", given(10))
    house.clock.now += 3_600_000
    await until(lambda: len(house.reader.worths(1)) == 1)
    house.tick(BTC=0.0)
    house.clock.now += 3_600_000
    n = len(house.heard)
    await until(lambda: len(house.heard) > n + 3)
    house.tick(BTC=60_000.0)
    house.clock.now += 3_600_000
    await until(lambda: len(house.reader.worths(1)) == 2)
    first, second = house.reader.worths(1)
    assert second.at_ms - first.at_ms == 2 * 3_600_000, "an hour in which it was not known is not there"
    assert second.total > first.total


async def test_coins_that_trade_by_the_thousand_or_as_perpetuals_have_a_price(house):
    told = (Ticker("1000PEPE/USDT:USDT", 0.01, None, None, 5), Ticker("SOL/USDC", 150.0, None, None, 6))
    prices = CoinPrices(house.bus, house.stored)
    house.bus.publish(TickersUpdated(told))
    found = prices.now(["PEPE", "SOL", "FTT"])
    assert {coin: (each.price, each.at_ms) for coin, each in found.items()} == {
        "PEPE": (pytest.approx(0.00001), 5),
        "SOL": (150.0, 6),
    }
