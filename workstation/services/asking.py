"""One provider, asked for ever: politely, patiently, and each thing it says kept before the next question."""

import asyncio
import contextlib
import random
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from workstation.domain.errors import ProviderBusy, ProviderError, StoreError, UsageError
from workstation.domain.metric import METRICS, SubjectKind
from workstation.domain.observation import MARKET, Observation
from workstation.domain.ports import Clock, ObservationRecorder
from workstation.domain.provider import Provider, ProviderAbout, ProviderState, ProviderStatus

_ROWS_AT_ONCE = 5_000  # about 50 ms of the recorder's thread, which signals and candles wait for too
_DAY_MS = 86_400_000
_OVERLAP = 3  # of the longest time between two events of a provider, asked for once more each time


class ObservationKeeper(ObservationRecorder, Protocol):
    """Keeps what providers say, and until when each was asked."""

    def asked(self, provider: str) -> Mapping[str, int]:
        """Return until when a provider was asked about each coin, UTC milliseconds; `MARKET` is the rest."""
        ...

    async def remember_asked(self, provider: str, coins: Collection[str], until_ms: int) -> None:
        """Keep that all it said about these coins until `until_ms` is stored."""
        ...


@dataclass(frozen=True, slots=True)
class AskingTimings:
    """How patient asking is, in seconds of ours.

    Parameters
    ----------
    jitter : float
        Share by which the time between two requests is drawn longer or shorter.
    first_s, longest_s : float
        Bounds of the full-jitter back-off after a failure.
    least_busy_s, longest_busy_s : float
        Bounds of how long a provider may tell us to wait.
    store_again_s : float
        Until a disk that took nothing is tried again.
    """

    jitter: float = 0.1
    first_s: float = 5.0
    longest_s: float = 30 * 60.0
    least_busy_s: float = 1.0
    longest_busy_s: float = 86_400.0
    store_again_s: float = 10.0


@dataclass(frozen=True, slots=True)
class AskingOptions:
    """What everybody who asks needs.

    Parameters
    ----------
    keeper : ObservationKeeper
        Where it is kept.
    coins : callable
        Returns the coins that are followed.
    clock : Clock
        The time at which providers stamp what they say.
    timings : AskingTimings
        How patient it is.
    rng : random.Random
        Source of the jitter.
    """

    keeper: ObservationKeeper
    coins: Callable[[], Collection[str]]
    clock: Clock
    timings: AskingTimings
    rng: random.Random


@dataclass(frozen=True, slots=True)
class _Said:
    """What a provider said about some coins when it was asked at `at_ms`, and nobody stored yet."""

    rows: Sequence[Observation]
    coins: tuple[str, ...]
    at_ms: int


class Asking:
    """Asks one provider as often as it wants to be asked.

    Parameters
    ----------
    about : ProviderAbout
        Which one.
    options : AskingOptions
        What everybody who asks needs.
    on_state : callable
        Called with each new state.
    on_series : callable
        Called with the (metric, subject) pairs of which something new is in the store.
    """

    def __init__(
        self,
        about: ProviderAbout,
        options: AskingOptions,
        on_state: Callable[[], None],
        on_series: Callable[[frozenset[tuple[str, str]]], None],
    ) -> None:
        self._options = options
        self._on_state = on_state
        self._on_series = on_series
        self._asked = dict(options.keeper.asked(about.name))
        self._said: _Said | None = None
        self._n_failures = 0
        self._coins_changed = asyncio.Event()
        metrics = [METRICS[name] for name in about.metrics]
        of_coins_ms = [metric.every_ms for metric in metrics if metric.subject is SubjectKind.COIN]
        self._is_by_coin = bool(of_coins_ms)
        self._has_daily_past = max(of_coins_ms, default=0) >= _DAY_MS
        self._overlap_ms = _OVERLAP * max((metric.every_ms for metric in metrics), default=0)
        self.state = ProviderState(about, ProviderStatus.OFF, last_ok_ms=self._asked.get(MARKET))

    def say(self, status: ProviderStatus, reason: str = "") -> None:
        """Tell how the provider is doing."""
        self.state = replace(self.state, status=status, reason=reason)
        self._on_state()

    def look_again(self) -> None:
        """Ask at once about coins that are new, unless the provider is to be left alone just now."""
        if self._is_by_coin and not self._asked.keys() >= set(self._options.coins()):
            self._coins_changed.set()

    async def ask_for_ever(self, provider: Provider) -> None:
        """Ask until cancelled."""
        self._n_failures = 0
        while True:
            try:
                await self._ask(provider)
            except ProviderBusy as error:
                timings = self._options.timings
                wait_s = min(max(error.retry_after_s, timings.least_busy_s), timings.longest_busy_s)
                await self._wait(str(error), wait_s)
            except ProviderError as error:
                await self._wait(str(error), self._back_off_s())
            else:
                self._n_failures = 0
                self.say(ProviderStatus.OK, provider.trouble)
                await self._rest(provider.about.every_s)

    async def _rest(self, every_s: float) -> None:
        jitter = self._options.timings.jitter
        wait_s = every_s * self._options.rng.uniform(1 - jitter, 1 + jitter)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._coins_changed.wait(), wait_s)

    async def _wait(self, why: str, wait_s: float) -> None:
        self.say(ProviderStatus.WAITING, f"{why} It is tried again at {self._time_after(wait_s)}.")
        await asyncio.sleep(wait_s)

    def _back_off_s(self) -> float:
        timings = self._options.timings
        bound = min(timings.longest_s, timings.first_s * 2.0 ** min(self._n_failures, 40))
        self._n_failures += 1
        # Full jitter, so that many who lost the same provider do not come back together; but never at once.
        return max(bound / 10, self._options.rng.uniform(0.0, bound))

    def _time_after(self, wait_s: float) -> str:
        now_ms = self._options.clock.now_ms()
        now, then = (datetime.fromtimestamp(ms / 1000, UTC) for ms in (now_ms, now_ms + wait_s * 1000))
        return f"{then:%H:%M} UTC" if then.date() == now.date() else f"{then:%Y-%m-%d %H:%M} UTC"

    async def _ask(self, provider: Provider) -> None:
        await self._keep()
        self._coins_changed.clear()
        self.say(ProviderStatus.FETCHING)
        for coins, since_ms in self._questions(tuple(dict.fromkeys(self._options.coins()))):
            at_ms = self._options.clock.now_ms()
            rows = await provider.fetch(coins, since_ms)
            self._said = _Said(self._without_the_told(rows, coins, since_ms), coins, at_ms)
            await self._keep()

    def _questions(self, coins: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], int]]:
        """Yield about whom to ask, in the order in which they are followed, and since when.

        Since 0 is the first question: a provider answers it with its history. Daily figures come with it each
        as known when it was published, so coins that are new are asked about on their own: told once more
        like that, the past of the others would no longer be what was known then.
        """
        if MARKET not in self._asked or not self._is_by_coin:
            yield coins, self._since_ms((MARKET,))
        elif not self._has_daily_past:
            yield coins, self._since_ms((MARKET, *coins))
        else:
            before = tuple(coin for coin in coins if coin in self._asked)
            yield before, self._since_ms((MARKET, *before))
            if new := tuple(coin for coin in coins if coin not in self._asked):
                yield new, 0

    def _since_ms(self, coins: Sequence[str]) -> int:
        """Return since when to ask about all of these, UTC milliseconds; 0 where one is new."""
        if not self._asked.keys() >= set(coins):
            return 0
        return max(1, min(self._asked[coin] for coin in coins) - self._overlap_ms)

    def _without_the_told(
        self, rows: Sequence[Observation], coins: Collection[str], since_ms: int
    ) -> Sequence[Observation]:
        """Return the answer to a first question without the history of those who were asked about before."""
        told_until_ms = self._asked.get(MARKET)
        if since_ms or told_until_ms is None or not self._has_daily_past:
            return rows
        asked_about = frozenset(coins)
        return [row for row in rows if row.subject in asked_about or row.available_ms > told_until_ms]

    async def _keep(self) -> None:
        """Return when what was said is stored, however long the disk takes none of it."""
        while (said := self._said) is not None:
            try:
                await self._store(said)
            except StoreError as error:
                again_s = self._options.timings.store_again_s
                await self._wait(f"{error} What {self.state.about.label} said is not lost.", again_s)
            except UsageError:
                self._said = None  # it said what nobody can store: the program is wrong, not the disk
                raise
            else:
                self._said = None

    async def _store(self, said: _Said) -> None:
        keeper, name = self._options.keeper, self.state.about.name
        for first in range(0, len(said.rows), _ROWS_AT_ONCE):
            rows = said.rows[first : first + _ROWS_AT_ONCE]
            n_new = await keeper.observe(rows)
            if n_new:
                self.state = replace(self.state, n_rows=self.state.n_rows + n_new)
                self._on_series(frozenset((row.metric, row.subject) for row in rows))
        coins = (*said.coins, MARKET) if self._is_by_coin else (MARKET,)
        await keeper.remember_asked(name, coins, said.at_ms)
        self._asked |= dict.fromkeys(coins, said.at_ms)
        self.state = replace(self.state, last_ok_ms=self._options.clock.now_ms())
