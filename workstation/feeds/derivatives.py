"""The provider ``derivatives``: funding, open interest and liquidations of the coins' perpetuals."""

import logging
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

from workstation.domain.errors import VenueBusy, VenueError, VenueUnreachable
from workstation.domain.metric import BUCKET_MS
from workstation.domain.observation import Observation
from workstation.domain.ports import TaskOwner
from workstation.domain.provider import ProviderAbout
from workstation.feeds.funding import FundingBook, amount_of, funding_rows, interest_value
from workstation.feeds.line import Line
from workstation.feeds.liquidation_quarters import LiquidationQuarters
from workstation.feeds.perpetual_venues import PERPETUALS, perpetual_of_coins
from workstation.feeds.provider_trouble import provider_error
from workstation.feeds.reconnect import FeedTimings
from workstation.feeds.standing_line import StandingLine
from workstation.feeds.venues import OpenVenue

_log = logging.getLogger(__name__)

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_REQUESTS = 60  # for one kind of figure, in one fetch; the coins left wait for the next
_FUNDING_HISTORY_MS = 300 * _DAY_MS  # a thousand payments, one answer of Binance's
_INTERVAL_SEEN_MS = 2 * _DAY_MS  # so much tells how long a contract's interval is
_INTEREST_HISTORY_MS = 20 * _DAY_MS  # 500 hours, one answer
_INTEREST_ROWS = 500
_TICK_S = 0.05
_GRACE_S = 1.0
_SLOWEST_S = 10.0  # an order on its way for longer has a wrong time
_ROWS_KEPT = 100_000

FUNDING = "liquidity.funding_rate"
INTEREST = "liquidity.open_interest_usd"
LONGS, SHORTS = "liquidity.long_liquidations_usd", "liquidity.short_liquidations_usd"

ABOUT = ProviderAbout(
    name="derivatives",
    label="Perpetuals",
    sentence=(
        "Asks the open venue for funding rates and open interest of the coins' perpetuals, and hears their "
        "liquidations where the venue tells them. Nothing but names of contracts is sent."
    ),
    home="https://docs.ccxt.com",
    terms="Public market data of the venue",
    metrics=(FUNDING, INTEREST, LONGS, SHORTS),
    every_s=60.0,
)


class Derivatives:
    """Asks for what is due of each coin, and hears liquidations all the while.

    A rate that was paid was known when it was paid; the running rate, once an hour, and open interest are
    known when they were fetched, however old the hours they are about. Binance tells one liquidation of a
    contract a second at most: the sums are a lower bound.

    Parameters
    ----------
    opened : OpenVenue
        Perpetuals, see `open_perpetuals`; owned from now on.
    tasks : TaskOwner
        Owns the task that hears liquidations.
    timings : FeedTimings
        Of the line.
    """

    def __init__(self, opened: OpenVenue, tasks: TaskOwner, timings: FeedTimings | None = None) -> None:
        self._venue = opened.venue
        self._clock = opened.clock
        self._exchange = opened.exchange
        self._offer = PERPETUALS[opened.venue.name]
        self._line = Line(opened.exchange, opened.venue.label, opened.clock, timings or FeedTimings())
        self._standing = StandingLine(self._line, tasks, "liquidations")
        self._perpetuals: dict[str, str] = {}
        self._coins: list[str] = []
        self._pending: deque[Observation] = deque(maxlen=_ROWS_KEPT)
        self._funding = FundingBook()
        self._interest_ms: dict[str, int] = {}
        self._refused_until_ms: dict[tuple[str, str], int] = {}
        self._quarters = LiquidationQuarters(opened.venue.name, int(_GRACE_S * 1000 * opened.venue.speed))
        self.missing = self._missing()
        """Metrics that the venue does not tell, each with a sentence that says so."""

    def _missing(self) -> dict[str, str]:
        has, label = self._exchange.has, self._venue.label
        missing: dict[str, str] = {}
        if not has.get("fetchFundingRates") and not has.get("fetchFundingRateHistory"):
            missing[FUNDING] = f"{label} do not tell funding rates."
        if not (self._offer.has_valued_history or has.get("fetchOpenInterest")):
            missing[INTEREST] = f"{label} do not tell open interest of one contract."
        if not has.get("watchLiquidationsForSymbols"):
            missing |= dict.fromkeys((LONGS, SHORTS), f"{label} do not stream liquidations.")
        return missing

    @property
    def trouble(self) -> str:
        """Why something is not told here; empty where everything is."""
        return " ".join(dict.fromkeys(self.missing.values()))

    @property
    def about(self) -> ProviderAbout:
        """What it is."""
        return ABOUT

    async def fetch(self, coins: Collection[str], since_ms: int) -> Sequence[Observation]:
        """Return what became known about the coins' perpetuals; history from `since_ms` on, as far as told.

        In one call some sixty coins are asked for; with more of them the others follow in the next calls,
        in the order given.

        Raises
        ------
        ProviderError
            The venue could not be asked, and there is nothing else to tell.
        """
        try:
            await self._line.ask("its contracts", self._exchange.load_markets)
            await self._line.measure_clock()
            self._perpetuals = self._perpetuals or perpetual_of_coins(self._exchange.markets)
            self._coins = [coin for coin in dict.fromkeys(coins) if coin in self._perpetuals]
            if LONGS not in self.missing:
                self._standing.open(self._live)
            await self._ask_all(since_ms)
        except VenueError as error:
            if not self._pending:
                raise provider_error(error) from error
            _log.info("%s", error)
        rows = list(self._pending)
        self._pending.clear()
        return rows

    async def close(self) -> None:
        """Leave the venue; no socket and no task stays behind."""
        await self._standing.close()

    async def _ask_all(self, since_ms: int) -> None:
        now_ms = self._clock.now_ms()
        if FUNDING not in self.missing:
            await self._ask_rates_paid(since_ms, now_ms)
        marks = await self._ask_running_rates() if self._exchange.has.get("fetchFundingRates") else {}
        if INTEREST not in self.missing:
            await self._ask_interest(since_ms, now_ms, marks)

    # Funding

    async def _ask_rates_paid(self, since_ms: int, now_ms: int) -> None:
        if not self._exchange.has.get("fetchFundingRateHistory"):
            return
        oldest_ms = max(min(since_ms, now_ms - _INTERVAL_SEEN_MS), now_ms - _FUNDING_HISTORY_MS)
        due = [coin for coin in self._coins if self._funding.is_due(coin, now_ms)]
        for coin in self._some(FUNDING, due, now_ms):
            since = self._funding.next_ms(coin, oldest_ms)
            call = self._exchange.fetch_funding_rate_history
            answer = await self._of_one(FUNDING, coin, call, {"since": since, "limit": 1000})
            if answer is not None:
                paid = funding_rows(answer, self._clock.now_ms())
                self._pending += self._funding.take(coin, paid, now_ms, self._venue.name)

    async def _ask_running_rates(self) -> dict[str, float]:
        """Take the running rates; return mark prices by symbol."""
        symbols = [self._perpetuals[coin] for coin in self._coins]
        if not symbols:
            return {}
        answer = await self._line.ask("funding rates", lambda: self._exchange.fetch_funding_rates(symbols))
        if not isinstance(answer, Mapping):
            raise VenueError(f"{self._venue.label} answered something that is not funding rates.")
        now_ms = self._clock.now_ms()
        marks: dict[str, float] = {}
        for coin, symbol in zip(self._coins, symbols, strict=True):
            told = answer.get(symbol)
            if isinstance(told, Mapping):
                self._pending += self._funding.running(coin, told, now_ms, self._venue.name)
                mark = amount_of(told.get("markPrice"))
                if mark is not None:
                    marks[symbol] = mark
        return marks

    # Open interest

    async def _ask_interest(self, since_ms: int, now_ms: int, marks: Mapping[str, float]) -> None:
        hour_ms = now_ms // _HOUR_MS * _HOUR_MS
        due = [coin for coin in self._coins if self._interest_ms.get(coin, -1) < hour_ms]
        for coin in self._some(INTEREST, due, now_ms):
            if self._offer.has_valued_history:
                oldest_ms = max(since_ms, hour_ms - _INTEREST_HISTORY_MS)
                since = max(self._interest_ms.get(coin, 0) + 1, oldest_ms)
                call = self._exchange.fetch_open_interest_history
                words = {"timeframe": "1h", "since": since, "limit": _INTEREST_ROWS}
            else:
                call, words = self._exchange.fetch_open_interest, {}
            answer = await self._of_one(INTEREST, coin, call, words)
            if answer is not None:
                self._take_interest(coin, answer if isinstance(answer, list) else [answer], hour_ms, marks)

    def _take_interest(
        self, coin: str, told: Sequence[object], hour_ms: int, marks: Mapping[str, float]
    ) -> None:
        symbol, now_ms = self._perpetuals[coin], self._clock.now_ms()
        market = self._exchange.markets[symbol]
        newest_ms = self._interest_ms.get(coin, 0)
        for row in told:
            found = interest_value(row, market, marks.get(symbol), now_ms)
            if found is not None and found[0] > newest_ms:
                self._pending.append(
                    Observation(INTEREST, coin, found[0], now_ms, found[1], self._venue.name)
                )
        told_ms = [row.event_ms for row in self._pending if row.metric == INTEREST and row.subject == coin]
        self._interest_ms[coin] = max([newest_ms, *told_ms])
        if self._interest_ms[coin] < hour_ms:  # the newest hour is not there yet; asked again in a while
            self._refused_until_ms[INTEREST, coin] = now_ms + BUCKET_MS

    # Asking for one coin

    def _some(self, metric: str, coins: Sequence[str], now_ms: int) -> list[str]:
        """Return the first coins of those that are not to be left alone for now."""
        free = (coin for coin in coins if self._refused_until_ms.get((metric, coin), 0) <= now_ms)
        return [coin for coin, _ in zip(free, range(_REQUESTS), strict=False)]

    async def _of_one(self, metric: str, coin: str, call: Any, words: dict[str, Any]) -> Any:
        """Return what is told of one coin; None where the venue refuses it, which hinders no other coin."""
        symbol = self._perpetuals[coin]
        try:
            return await self._line.ask(f"{metric} of {coin}", lambda: call(symbol, **words))
        except (VenueBusy, VenueUnreachable):
            raise
        except VenueError as error:
            _log.info("%s", error)
            self._refused_until_ms[metric, coin] = self._clock.now_ms() + BUCKET_MS
            return None

    # Liquidations

    async def _live(self) -> None:
        """Hear forced orders until the connection is of no more use."""
        coin_of = {symbol: coin for coin, symbol in self._perpetuals.items()}
        subscribed: list[str] | None = None
        self._exchange.liquidations = None  # of an earlier connection
        while not self._standing.has_ended:
            wanted = (
                [] if self._offer.streams_all_liquidations else [self._perpetuals[c] for c in self._coins]
            )
            if wanted != subscribed:
                subscribed = wanted
                watch = self._exchange.watch_liquidations_for_symbols
                self._standing.start("liquidations", partial(watch, wanted))
            self._drain(coin_of)
            if self._standing.has_spoken:
                self._standing.trouble = None
            now_ms = self._clock.now_ms()
            is_up = self._standing.has_spoken
            self._pending += self._quarters.watch(now_ms, is_up=is_up, coins=self._coins)
            await self._standing.wait(_TICK_S)
        self._quarters.watch(self._clock.now_ms(), is_up=False, coins=())

    def _drain(self, coin_of: Mapping[str, str]) -> None:
        """Count what lies in ccxt's cache: what it returns to who waits is only the first of what came."""
        cache = self._exchange.liquidations
        if cache:
            news = list(cache)
            cache.clear()
            for told in news:
                self._count(told, coin_of)

    def _count(self, told: Mapping[str, Any], coin_of: Mapping[str, str]) -> None:
        """Count a forced order that can be one; the one bought back was short."""
        coin = coin_of.get(str(told.get("symbol")))
        time_ms, side = told.get("timestamp"), told.get("side")
        size, price = amount_of(told.get("contracts")), amount_of(told.get("price"))
        if coin is None or size is None or price is None or side not in ("buy", "sell"):
            return
        if (
            type(time_ms) is not int
            or abs(time_ms - self._clock.now_ms()) > _HOUR_MS + _SLOWEST_S * 1000 * self._venue.speed
        ):
            return
        unit = amount_of(self._exchange.markets[told["symbol"]].get("contractSize")) or 1.0
        self._quarters.add(coin, time_ms, size * price * unit, is_long=side == "sell")
