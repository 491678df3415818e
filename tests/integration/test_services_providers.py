"""Providers of observations: asked in turn, kept before the next question, and each fails alone."""

import asyncio
from dataclasses import replace

import pytest

from tests.fakes.patience import until
from tests.fakes.services_market import SetClock
from tests.fakes.services_provider import DAY, METRIC, ScriptedProvider, seen
from workstation.domain.errors import ProviderBusy, ProviderError, ProviderUnreachable, StoreError, UsageError
from workstation.domain.events import ObservationsAdded, ProvidersChanged
from workstation.domain.observation import MARKET, Observation
from workstation.domain.provider import ProviderStatus
from workstation.services.asking import AskingTimings
from workstation.services.bus import Bus
from workstation.services.providers import ProviderOffer, Providers, ProviderSwitches
from workstation.services.supervisor import Supervisor
from workstation.storage.candle_store import CandleStore
from workstation.storage.journal import Journal
from workstation.storage.observation_store import ObservationStore
from workstation.storage.recorder import Recorder

NOW = 1_767_275_100_000  # 2026-01-01 13:45 UTC
QUICK = AskingTimings(first_s=0.02, longest_s=0.05, least_busy_s=0.02, store_again_s=0.02)


class House:
    """Providers over a real store, with switches that a test turns."""

    def __init__(self, folder, timings=QUICK):
        self.bus, self.deaths = Bus(), []
        self.tasks = Supervisor(lambda name, error: self.deaths.append((name, error)))
        self.recorder = Recorder(
            CandleStore(folder / "candles.db"),
            Journal(folder / "journal.db"),
            observations=ObservationStore(folder / "observations.db"),
        )
        self.clock, self.coins = SetClock(NOW), {"BTC"}
        self.off, self.impossible, self.saved = set(), {}, []
        self.made, self.added, self.told = [], [], []
        switches = ProviderSwitches(lambda name: name not in self.off, self.impossible.get, self.save)
        self.providers = Providers(self.bus, self.recorder, self.tasks, switches, timings)
        self.bus.subscribe(ObservationsAdded, lambda fact: self.added.append(fact.series))
        self.bus.subscribe(ProvidersChanged, lambda fact: self.told.append(fact.states))

    def save(self, name, on):
        self.saved.append((name, on))

    def begin(self, *providers):
        def offer(provider):
            return ProviderOffer(provider.about, lambda: self.made.append(provider.about.name) or provider)

        self.providers.begin([offer(p) for p in providers], lambda: self.coins, self.clock)

    def state(self, name="coinmetrics"):
        return next(state for state in self.providers.states() if state.about.name == name)

    async def reaches(self, status, name="coinmetrics"):
        await until(lambda: self.state(name).status is status)
        return self.state(name)

    def values(self, subject="BTC"):
        return self.recorder.observations.observations(METRIC, subject).value.tolist()

    async def close(self):
        await self.providers.close()
        await self.tasks.close()
        await self.recorder.close()


@pytest.fixture
async def house(tmp_path):
    house = House(tmp_path)
    yield house
    await house.close()


async def test_what_a_provider_says_is_stored_and_told(house):
    provider = ScriptedProvider([[seen(1, 10), seen(2, 20, subject="ETH")]])
    house.begin(provider)
    assert house.state().status is ProviderStatus.IDLE
    state = await house.reaches(ProviderStatus.OK)
    assert (state.reason, state.last_ok_ms, state.n_rows) == ("", NOW, 2)
    assert house.values() == [10]
    assert house.added == [frozenset({(METRIC, "BTC"), (METRIC, "ETH")})]
    assert [states[0].status.value for states in house.told] == ["idle", "fetching", "ok"]


async def test_the_first_question_asks_for_history_and_the_next_for_what_is_new(house):
    provider = ScriptedProvider([[seen(1, 10)], [seen(1, 10)], [seen(1, 11, NOW)]], every_s=0.02)
    house.begin(provider)
    await until(lambda: len(provider.asked) >= 4)
    assert provider.asked[:3] == [({"BTC"}, 0), ({"BTC"}, NOW - 3 * DAY), ({"BTC"}, NOW - 3 * DAY)]
    assert house.values() == [10, 11]
    assert len(house.added) == 2, "what was known already is no news"
    assert house.state().n_rows == 2


async def test_after_a_restart_asking_goes_on_where_it_ended(tmp_path):
    for first in (True, False):
        house = House(tmp_path)
        house.clock.now = NOW if first else NOW + DAY
        provider = ScriptedProvider([[seen(1, 10)]])
        house.begin(provider)
        assert house.state().last_ok_ms == (None if first else NOW)
        await house.reaches(ProviderStatus.OK)
        assert provider.asked == [({"BTC"}, 0 if first else NOW - 3 * DAY)]
        await house.close()


async def test_a_coin_that_is_new_is_asked_about_with_its_history_and_the_others_keep_their_past(house):
    told_anew = [seen(1, 99), seen(3, 30, NOW + 60_001)]
    provider = ScriptedProvider([[seen(1, 10)], [], [seen(1, 7, subject="ETH"), *told_anew]])
    house.begin(provider)
    await house.reaches(ProviderStatus.OK)
    house.clock.now += 60_000
    house.coins = {"BTC", "ETH"}
    house.providers.coins_changed()
    await until(lambda: house.values("ETH"))
    assert provider.asked[1:] == [({"BTC"}, NOW - 3 * DAY), ({"ETH"}, 0)]
    assert house.values() == [10, 30], "history of BTC as it is told today is not what was known then"
    assert house.values("ETH") == [7]
    house.providers.coins_changed()
    await asyncio.sleep(0.02)
    assert len(provider.asked) == 3, "nobody is new"


async def test_a_provider_without_daily_figures_is_always_asked_about_everybody_in_their_order(house):
    provider = ScriptedProvider(name="derivatives", metrics=["liquidity.funding_rate"])
    house.coins = ["SOL", "BTC", "ADA", "SOL"]
    house.begin(provider)
    await house.reaches(ProviderStatus.OK, "derivatives")
    house.coins = ["SOL", "BTC", "ADA", "ETH"]
    house.providers.coins_changed()
    await until(lambda: len(provider.asked) == 2)
    assert provider.asked == [({"SOL", "BTC", "ADA"}, 0), ({"SOL", "BTC", "ADA", "ETH"}, 0)]
    assert provider.last_coins == ("SOL", "BTC", "ADA", "ETH")


async def test_a_provider_that_is_not_asked_by_coin_is_asked_once_for_all(house):
    provider = ScriptedProvider(name="fear_greed", metrics=["sentiment.fear_greed"], every_s=0.02)
    provider.script = [[Observation("sentiment.fear_greed", MARKET, DAY, DAY, 20.0, "fear_greed")]]
    house.begin(provider)
    await until(lambda: provider.asked)
    house.coins = {"BTC", "ETH"}
    house.providers.coins_changed()
    await until(lambda: len(provider.asked) >= 3)
    assert house.recorder.asked("fear_greed") == {MARKET: NOW}
    assert {since for _, since in provider.asked[1:]} == {NOW - 3 * DAY}
    assert provider.asked[-1][0] == {"BTC", "ETH"}


async def test_a_provider_that_does_not_answer_is_asked_again_and_says_when(house):
    trouble = ProviderUnreachable("Coin Metrics did not answer within 10 s.")
    provider = ScriptedProvider([trouble, trouble, [seen(1, 10)]])
    other = ScriptedProvider([[seen(2, 20, subject="ETH")]], name="defillama")
    house.begin(provider, other)
    state = await house.reaches(ProviderStatus.WAITING)
    assert state.reason == "Coin Metrics did not answer within 10 s. It is tried again at 13:45 UTC."
    await house.reaches(ProviderStatus.OK, "defillama")
    state = await house.reaches(ProviderStatus.OK)
    assert (state.reason, state.n_rows) == ("", 1)
    assert provider.asked == [({"BTC"}, 0)] * 3


async def test_the_wait_after_failures_grows_to_its_bound_and_is_never_nothing(tmp_path):
    house = House(tmp_path, AskingTimings())
    house.begin(ScriptedProvider())
    asking = house.providers._kept["coinmetrics"].asking
    waits = [asking._back_off_s() for _ in range(300)]
    bounds = [min(1800, 5 * 2.0**i) for i in range(300)]
    assert all(bound / 10 <= wait <= bound for wait, bound in zip(waits, bounds, strict=True))
    assert max(waits) > 1500
    assert len(set(waits)) > 250
    await house.close()


@pytest.mark.parametrize(
    ("asked_s", "shown"), [(600, "13:55 UTC"), (1e9, "2026-01-02 13:45 UTC"), (0, "13:45 UTC")]
)
async def test_a_provider_that_says_to_wait_is_left_alone_for_so_long(tmp_path, asked_s, shown):
    house = House(tmp_path, AskingTimings())
    provider = ScriptedProvider([ProviderBusy("Coin Metrics asks to wait.", asked_s)])
    house.begin(provider)
    state = await house.reaches(ProviderStatus.WAITING)
    assert state.reason == f"Coin Metrics asks to wait. It is tried again at {shown}."
    house.coins = {"BTC", "ETH"}
    house.providers.coins_changed()
    await asyncio.sleep(0.02)
    assert len(provider.asked) == 1, "a new coin is no reason to ask earlier"
    await house.close()


async def test_what_the_disk_did_not_take_is_kept_and_tried_again_before_more_is_asked(house):
    provider = ScriptedProvider([[seen(1, 10)], [seen(2, 20)]], every_s=0.02)
    store = house.recorder.observations
    observe, refusals = store.observe, [StoreError("The disk is full.")] * 3

    def refuse(rows):
        if refusals:
            raise refusals.pop()
        return observe(rows)

    store.observe = refuse
    house.begin(provider)
    state = await house.reaches(ProviderStatus.WAITING)
    assert (
        state.reason == "The disk is full. What Coinmetrics said is not lost. It is tried again at 13:45 UTC."
    )
    assert len(provider.asked) == 1
    await until(lambda: house.values() == [10, 20])
    assert refusals == []


async def test_what_was_not_stored_when_a_provider_is_switched_off_is_stored_when_it_is_on_again(house):
    provider = ScriptedProvider([[seen(1, 10)]])
    store = house.recorder.observations
    observe = store.observe

    def refuse(rows):
        raise StoreError("The disk is full.")

    store.observe = refuse
    house.begin(provider)
    await house.reaches(ProviderStatus.WAITING)
    await house.providers.switch("coinmetrics", False)
    store.observe = observe
    await house.providers.switch("coinmetrics", True)
    await house.reaches(ProviderStatus.OK)
    assert house.values() == [10]


async def test_an_error_in_the_program_stops_one_provider_and_says_so(house, caplog):
    broken, well = ScriptedProvider([ZeroDivisionError()]), ScriptedProvider(name="mempool", every_s=0.02)
    house.begin(broken, well)
    state = await house.reaches(ProviderStatus.OFF)
    assert state.reason == (
        "Stopped by an error in the program (ZeroDivisionError). The other providers go on. "
        "Switch it off and on to try again."
    )
    assert [name for name, _ in house.deaths] == ["ask Coinmetrics"]
    n = len(well.asked)
    await until(lambda: len(well.asked) > n + 2)
    await house.providers.switch("coinmetrics", True)
    await house.reaches(ProviderStatus.OK)


async def test_a_number_that_nobody_can_store_is_an_error_in_the_program_and_not_tried_for_ever(
    house, caplog
):
    wrong = Observation("no.such", "BTC", DAY, DAY, 1.0, "x")
    house.begin(ScriptedProvider([[wrong], [seen(1, 10)]]))
    state = await house.reaches(ProviderStatus.OFF)
    assert "(UsageError)" in state.reason
    await house.providers.switch("coinmetrics", True)
    await house.reaches(ProviderStatus.OK)
    assert house.values() == [10]


async def test_a_provider_is_switched_at_run_time_and_off_says_why(house):
    house.off = {"coinmetrics"}
    provider = ScriptedProvider()
    provider.hangs = True
    house.begin(provider)
    assert (house.state().status, house.state().reason) == (ProviderStatus.OFF, "Switched off.")
    assert (provider.asked, house.made) == ([], [])
    await house.providers.switch("coinmetrics", True)
    await until(lambda: provider.is_open)
    assert house.state().status is ProviderStatus.FETCHING
    await house.providers.switch("coinmetrics", False)
    assert (house.state().status, house.state().reason) == (ProviderStatus.OFF, "Switched off.")
    assert not provider.is_open, "it is left"
    await house.providers.switch("coinmetrics", True)
    await until(lambda: len(provider.asked) == 2)
    assert house.made == ["coinmetrics"] * 2
    assert house.saved == [("coinmetrics", True), ("coinmetrics", False), ("coinmetrics", True)]


async def test_a_provider_that_cannot_be_had_here_says_why_whatever_its_switch(house):
    house.impossible["coinmetrics"] = "A practice market has no chain."
    house.begin(ScriptedProvider())
    await house.providers.switch("coinmetrics", True)
    assert (house.state().status, house.state().reason) == (
        ProviderStatus.OFF,
        "A practice market has no chain.",
    )
    assert house.made == []


async def test_a_provider_that_cannot_be_made_says_why(house):
    def refuse():
        raise ProviderError("ftp://node is no address of a node.")

    provider = ScriptedProvider(name="evm")
    house.providers.begin([ProviderOffer(provider.about, refuse)], lambda: house.coins, house.clock)
    assert (house.state("evm").status, house.state("evm").reason) == (
        ProviderStatus.OFF,
        "ftp://node is no address of a node.",
    )


async def test_a_switch_that_cannot_be_kept_changes_nothing(house, monkeypatch):
    def refuse(name, on):
        raise StoreError("settings.toml cannot be written.")

    provider = ScriptedProvider()
    house.begin(provider)
    await house.reaches(ProviderStatus.OK)
    house.providers._switches = replace(house.providers._switches, save=refuse)
    with pytest.raises(StoreError):
        await house.providers.switch("coinmetrics", False)
    assert house.state().status is ProviderStatus.OK
    with pytest.raises(UsageError, match="There is no provider 'x'; there are coinmetrics"):
        await house.providers.switch("x", True)


async def test_closing_leaves_every_provider_and_a_clumsy_one_too(tmp_path, caplog):
    class Clumsy(ScriptedProvider):
        async def close(self):
            raise OSError("socket")

    house = House(tmp_path)
    hanging, clumsy = ScriptedProvider(), Clumsy(name="news")
    hanging.hangs = True
    house.begin(hanging, clumsy)
    await until(lambda: hanging.is_open and clumsy.is_open)
    await house.close()
    assert not hanging.is_open
    assert "News was not left well" in caplog.text
    await house.providers.switch("coinmetrics", True)
    assert house.made.count("coinmetrics") == 1, "after the end nobody is asked"


async def test_a_long_history_is_stored_in_parts(house):
    rows = [seen(day, day) for day in range(12_000)]
    house.begin(ScriptedProvider([rows]))
    state = await house.reaches(ProviderStatus.OK)
    assert (state.n_rows, len(house.added)) == (12_000, 3)


async def test_what_a_provider_could_not_tell_is_said_beside_what_it_told(house):
    provider = ScriptedProvider([[seen(1, 10)]])
    provider.trouble = "example.org did not answer; the other feeds were read."
    house.begin(provider)
    state = await house.reaches(ProviderStatus.OK)
    assert state.reason == provider.trouble
