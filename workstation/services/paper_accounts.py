"""Paper accounts: made, followed, valued. Their past lies in a file before anybody hears of it."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from workstation.domain.errors import StoreError, TidemarkError, UsageError
from workstation.domain.events import NoticePosted, PaperAccountsChanged
from workstation.domain.given_advice import GivenAdvice
from workstation.domain.paper_account import (
    PaperAccount,
    PaperFill,
    PaperPortfolio,
    nearest_decimal,
    portfolio_of,
    weights_of,
)
from workstation.domain.paper_order import PaperPlan, fill_of, orders_to
from workstation.domain.paper_record import KeptAccount, PaperKeeper, PaperReader, PaperTrading, PaperWorth
from workstation.domain.paper_standing import HeldCoin, PaperStanding
from workstation.domain.ports import Clock, TaskOwner
from workstation.services.bus import Bus
from workstation.services.coin_prices import CoinPrices, KnownPrice

PATIENCE_S = 5.0
"""How long the first price after a command is waited for; then the newest one of `FRESH_MS` counts."""

FRESH_MS = 600_000
GONE_AFTER_MS = 7 * 86_400_000
"""A coin without a price for so long was delisted: it is sold at its last one."""

VALUED_EVERY_S = 10.0
LEAST_TRADE = Decimal(1)

_HOUR_MS = 3_600_000
_HUNDRED = Decimal(100)
_ADVICE = "advice "


@dataclass(slots=True)
class _Living:
    """An account in use: what its past adds up to."""

    kept: KeptAccount
    portfolio: PaperPortfolio
    tradings: list[PaperTrading]
    trouble: str = ""

    @classmethod
    def of(cls, kept: KeptAccount, reader: PaperReader) -> "_Living":
        try:
            tradings = list(reader.tradings(kept.id))
            fills = [fill for trading in tradings for fill in trading.fills]
            return cls(kept, portfolio_of(kept.account, fills), tradings)
        except TidemarkError as error:
            return cls(kept, PaperPortfolio(Decimal(0)), [], str(error))

    @property
    def account(self) -> PaperAccount:
        return self.kept.account

    @property
    def coins(self) -> list[str]:
        return [held.coin for held in self.portfolio.holdings]

    @property
    def followed_ms(self) -> int | None:
        causes = (trading.cause for trading in reversed(self.tradings))
        return next((int(cause.removeprefix(_ADVICE)) for cause in causes if cause.startswith(_ADVICE)), None)


class PaperAccounts:
    """The paper accounts of one venue.

    Parameters
    ----------
    bus : Bus
        Hears `PaperAccountsChanged`.
    keeper : PaperKeeper
        Writes accounts.
    reader : PaperReader
        Reads them.
    prices : CoinPrices
        What coins cost.
    tasks : TaskOwner
        Owns the valuing.
    """

    def __init__(
        self, bus: Bus, keeper: PaperKeeper, reader: PaperReader, prices: CoinPrices, tasks: TaskOwner
    ) -> None:
        self._bus = bus
        self._keeper = keeper
        self._reader = reader
        self._prices = prices
        self._tasks = tasks
        self._venue = ""
        self._clock: Clock | None = None
        self._living: dict[str, _Living] = {}
        self._locks: dict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._last: dict[str, KnownPrice] = {}

    async def begin(self, venue: str, clock: Clock) -> None:
        """Take up the accounts of a venue; `clock` is its own."""
        self._venue, self._clock = venue, clock
        kept = [
            each for each in await asyncio.to_thread(self._reader.accounts) if each.account.venue == venue
        ]
        read = [await asyncio.to_thread(_Living.of, each, self._reader) for each in kept]
        self._living = {each.account.name: each for each in read}
        self._tasks.start("value paper accounts", self._value_for_ever())
        self._tell()

    @property
    def following(self) -> tuple[str, ...]:
        """Names of the accounts that follow advice by themselves."""
        return tuple(name for name, each in self._living.items() if each.account.is_following)

    def standings(self) -> tuple[PaperStanding, ...]:
        """Return how every account stands at the newest prices."""
        return tuple(self._standing(each) for each in self._living.values())

    async def create(
        self, name: str, start_balance: Decimal, fee_pct: Decimal, slippage_pct: Decimal
    ) -> None:
        """Begin an account.

        Raises
        ------
        UsageError
            There is one of that name, or a value cannot be.
        StoreError
            It was not written.
        """
        now_ms = self._now_ms()
        account = PaperAccount(
            name, self._venue, start_balance, now_ms, fee_pct=fee_pct, slippage_pct=slippage_pct
        )
        kept = await self._keeper.create(account)
        self._take_up(kept)

    async def rename(self, name: str, new_name: str) -> None:
        """Call an account something else.

        Raises
        ------
        UsageError
            There is no such account, or one of the new name.
        """
        await self._change(name, lambda account: replace(account, name=new_name))

    async def switch_following(self, name: str, is_on: bool) -> None:
        """Let an account follow every new advice by itself, or stop that.

        Raises
        ------
        UsageError
            There is no such account.
        """
        await self._change(name, lambda account: replace(account, is_following=is_on))

    async def delete(self, name: str, is_sure: bool) -> None:
        """End an account.

        Raises
        ------
        UsageError
            There is no such account, or the trader was not asked whether this is meant.
        """
        living = self._sure(name, is_sure, "Deleting")
        async with self._locks[living.kept.id]:
            await self._keeper.end(living.kept.id, self._now_ms())
            del self._living[living.account.name]
        self._tell()

    async def reset(self, name: str, is_sure: bool) -> None:
        """Begin an account anew with its start balance.

        Raises
        ------
        UsageError
            There is no such account, or the trader was not asked whether this is meant.
        """
        living = self._sure(name, is_sure, "Resetting")
        async with self._locks[living.kept.id]:
            again = replace(living.account, created_ms=self._now_ms())
            kept = await self._keeper.begin_again(living.kept.id, again)
        self._take_up(kept)

    async def follow(self, name: str, given: GivenAdvice) -> bool:
        """Trade an account to the targets of advice, at the first prices from now on.

        Returns
        -------
        bool
            False where this advice was applied to it before; nothing is traded then.

        Raises
        ------
        UsageError
            There is no such account, or the advice is of another venue.
        StoreError
            The trades were not written, or what the account holds is not known: nothing was traded.
        """
        living = self._found(name)
        if given.venue != self._venue:
            raise UsageError(f"The advice is on {given.venue}; this account trades on {self._venue}.")
        async with self._locks[living.kept.id]:
            if self._living.get(living.account.name) is not living:
                raise UsageError(
                    f"The paper account {name} was deleted or reset meanwhile; nothing was traded."
                )
            if living.trouble:
                raise StoreError(living.trouble)
            cause = f"{_ADVICE}{given.advice.at_ms}"
            if any(trading.cause == cause for trading in living.tradings):
                return False
            trading = await self._traded(living, given, cause)
            if not await self._keeper.add_trading(living.kept.id, trading):
                return False
            living.portfolio = _after(living.portfolio, trading)
            living.tradings.append(trading)
        self._tell()
        return True

    async def _traded(self, living: _Living, given: GivenAdvice, cause: str) -> PaperTrading:
        weights = weights_of(given.advice.targets)
        asked_ms = self._now_ms()
        coins = {*weights, *living.coins}
        heard = await self._prices.after(coins, asked_ms, PATIENCE_S)
        now_ms = self._now_ms()
        prices = {coin: each for coin, each in heard.items() if now_ms - each.at_ms <= FRESH_MS}
        gone = await self._gone([coin for coin in living.coins if coin not in prices], now_ms)
        known = _decimals(prices | gone)
        account, portfolio = living.account, living.portfolio
        weights = {coin: weight for coin, weight in weights.items() if coin not in gone}
        plan = orders_to(account, portfolio, weights, known, _least_trade(portfolio, known, given))
        return PaperTrading(cause, now_ms, _fills(account, plan, given, gone, now_ms), plan.notes)

    async def _gone(self, silent: list[str], now_ms: int) -> dict[str, KnownPrice]:
        """Return the last prices of coins that were delisted."""
        if not silent:
            return {}
        last = await self._prices.last(self._venue, silent)
        return {coin: each for coin, each in last.items() if now_ms - each.at_ms > GONE_AFTER_MS}

    async def _change(self, name: str, change: Callable[[PaperAccount], PaperAccount]) -> None:
        living = self._found(name)
        async with self._locks[living.kept.id]:
            kept = replace(living.kept, account=change(living.account))
            await self._keeper.change(kept)
            living.kept = kept
            self._living = {each.account.name: each for each in self._living.values()}
        self._tell()

    def _sure(self, name: str, is_sure: bool, what: str) -> _Living:
        living = self._found(name)
        if not is_sure:
            n = sum(len(trading.fills) for trading in living.tradings)
            raise UsageError(
                f"{what} {name} takes away what it holds and its {n} trade{'' if n == 1 else 's'}, for good. "
                "Say so again to do it."
            )
        return living

    def _found(self, name: str) -> _Living:
        if name not in self._living:
            known = ", ".join(self._living) or "none yet"
            raise UsageError(f"There is no paper account {name!r} on {self._venue}; there is {known}.")
        return self._living[name]

    def _take_up(self, kept: KeptAccount) -> None:
        fresh = _Living(kept, PaperPortfolio(kept.account.start_balance), [])
        self._living[kept.account.name] = fresh
        self._tell()

    def _tell(self) -> None:
        self._bus.publish(PaperAccountsChanged(self.standings()))

    def _now_ms(self) -> int:
        if self._clock is None:
            raise UsageError("No venue is heard yet; paper accounts trade at its prices.")
        return self._clock.now_ms()

    def _standing(self, living: _Living) -> PaperStanding:
        prices = _decimals(self._last | self._prices.now(living.coins))
        worth = living.portfolio.value_at(prices)
        total = None if living.trouble else worth.total
        held = tuple(_held_coin(each.coin, each.units, prices, total) for each in living.portfolio.holdings)
        start = living.account.start_balance
        return PaperStanding(
            living.account,
            living.kept.id,
            living.portfolio.cash,
            tuple(sorted(held, key=lambda each: -(each.value or 0))),
            total,
            None if total is None else (total / start - 1) * _HUNDRED,
            sum(len(trading.fills) for trading in living.tradings),
            living.followed_ms,
            living.tradings[-1].notes if living.tradings else (),
            living.trouble,
        )

    async def _value_for_ever(self) -> None:
        hour = self._now_ms() // _HOUR_MS
        while True:
            await asyncio.sleep(VALUED_EVERY_S)
            if not self._living:
                continue
            silent = {coin for each in self._living.values() for coin in each.coins}
            silent -= set(self._prices.now(silent))
            self._last = await self._prices.last(self._venue, silent) if silent else {}
            self._tell()
            now = self._now_ms() // _HOUR_MS
            if now > hour:
                hour = now
                await self._keep_worth(now * _HOUR_MS)

    async def _keep_worth(self, at_ms: int) -> None:
        """Write what every account is worth; where that is not known nothing is written."""
        try:
            for standing in self.standings():
                if standing.total is not None:
                    await self._keeper.add_worth(standing.id, PaperWorth(at_ms, standing.total))
        except StoreError as error:
            text = f"What paper accounts are worth could not be written down: {error}"
            self._bus.publish(NoticePosted("paper accounts", text))
        else:
            self._bus.publish(NoticePosted("paper accounts", ""))


def _after(portfolio: PaperPortfolio, trading: PaperTrading) -> PaperPortfolio:
    for fill in trading.fills:
        portfolio = portfolio.after(fill)
    return portfolio


def _fills(
    account: PaperAccount, plan: PaperPlan, given: GivenAdvice, gone: Mapping[str, KnownPrice], at_ms: int
) -> tuple[PaperFill, ...]:
    """Return the trades of a plan, each with the advice's own words where it has some."""
    said = {change.coin: change.sentence for change in given.advice.changes}
    said |= dict.fromkeys(gone, "delisted: sold at its last price")
    return tuple(
        fill_of(account, order, at_ms, said.get(order.coin, "brought to its weight in the advice"))
        for order in plan.orders
    )


def _least_trade(portfolio: PaperPortfolio, prices: Mapping[str, Decimal], given: GivenAdvice) -> Decimal:
    """Return what a trade must be worth: half the band within which advice leaves a weight alone."""
    worth = portfolio.value_at(prices)
    band = nearest_decimal(dict(given.rules).get("turnover_band", 0.0))
    return max(LEAST_TRADE, (worth.cash + worth.coins) * band / 2)


def _decimals(prices: Mapping[str, KnownPrice]) -> dict[str, Decimal]:
    return {coin: nearest_decimal(each.price) for coin, each in prices.items()}


def _held_coin(coin: str, units: Decimal, prices: Mapping[str, Decimal], total: Decimal | None) -> HeldCoin:
    price = prices.get(coin)
    value = None if price is None else units * price
    return HeldCoin(coin, units, price, value, value / total if value is not None and total else None)
