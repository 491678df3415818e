"""Rotation advice day by day, on real stores: written before it is told, followed once, then joined."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from tests.fakes.advice_world import given
from tests.fakes.patience import until
from tests.fakes.services_market import SetClock
from tests.fakes.storage_ledger_world import StepClock, plain_signal
from workstation.domain.candle import CandleColumns
from workstation.domain.errors import UsageError
from workstation.domain.events import (
    AdviceChanged,
    AlertRaised,
    NoticePosted,
    RotationRulesChanged,
    TickersUpdated,
    UniverseProgressed,
)
from workstation.domain.given_advice import hash_of_rules
from workstation.domain.grade import Grade
from workstation.domain.market import SeriesKey
from workstation.domain.narrative import Membership, Narrative, NarrativeBook
from workstation.domain.narrative_index import ChangeKind
from workstation.domain.rotation import CASH, RotationRules
from workstation.domain.signal import Direction
from workstation.domain.ticker import Ticker
from workstation.services import rotation
from workstation.services.alerts import Alerts
from workstation.services.bus import Bus
from workstation.services.coin_prices import CoinPrices
from workstation.services.paper_accounts import PaperAccounts
from workstation.services.rotation import Rotation, advice_sentence
from workstation.services.rotation_adviser import standing_signals
from workstation.services.rotation_outcomes import outcome_of, spans
from workstation.services.supervisor import Supervisor
from workstation.storage.candle_store import CandleStore
from workstation.storage.journal import Journal
from workstation.storage.ledger import Ledger
from workstation.storage.paper_account_recorder import PaperAccountRecorder
from workstation.storage.paper_account_store import PaperAccountStore
from workstation.storage.recorder import Recorder
from workstation.storage.rotation_rules_file import RotationRulesFile

DAY = 86_400_000
FIRST, N = 19_000, 45  # days since 1970
AT = (FIRST + N) * DAY
RULES = RotationRules(
    gate_btc_days=5, gate_alt_days=5, momentum_days=3, n_narratives=1, keep_rank=2, n_coins=2
)
SLOPES = {"BTC": 1.01, "FET": 1.02, "TAO": 1.021, "DOGE": 1.001, "PEPE": 1.0}
BOOK = NarrativeBook(
    (
        Narrative("ai", "AI", tuple(Membership(coin) for coin in ("FET", "TAO"))),
        Narrative("memecoins", "Memecoins", tuple(Membership(coin) for coin in ("DOGE", "PEPE"))),
    )
)


def key(coin):
    return SeriesKey("binance", f"{coin}/USDT", "1d")


def days(coin, first=0, last=N):
    """Return daily candles of a coin, from day `first` to before `last`, on its slope."""
    n = np.arange(first, last)
    close = 100.0 * SLOPES[coin] ** n
    open_ = close / SLOPES[coin]
    high, low = np.maximum(open_, close), np.minimum(open_, close)
    return CandleColumns.of((FIRST + n) * DAY, open_, high, low, close, np.full(len(n), 1e6))


class House:
    def __init__(self, folder):
        self.clock, self.bus, self.tasks = SetClock(AT + 120_000), Bus(), Supervisor()
        stores = CandleStore(folder / "c.db"), Journal(folder / "j.db")
        papers, ledger = PaperAccountStore(folder / "p.db"), Ledger(folder / "l.db", StepClock())
        self.recorder = Recorder(*stores, ledger=ledger, papers=papers)
        self.candles, self.ledger, self.papers = stores[0], ledger.reader(), papers.reader()
        self.reader = stores[0].reader()
        self.rules = RotationRulesFile(folder / "rotation.toml")
        self.alerts, self.told, self.notices, self.all_rules = [], [], [], []
        self.bus.subscribe(AdviceChanged, self._on_advice)
        self.bus.subscribe(NoticePosted, self.notices.append)
        self.bus.subscribe(AlertRaised, self.alerts.append)
        self.bus.subscribe(RotationRulesChanged, self.all_rules.append)

    def _on_advice(self, changed):
        assert self.ledger.advice("binance")[-1].given == changed.entry.given, "written before it is told"
        self.told.append(changed)

    async def begin(self):
        prices = CoinPrices(self.bus, self.reader)
        keeper = PaperAccountRecorder(self.recorder)
        self.accounts = PaperAccounts(self.bus, keeper, self.papers, prices, self.tasks)
        await self.accounts.begin("binance", self.clock)
        rotation_ = Rotation(self.bus, self.reader, self.ledger, self.recorder, self.accounts, self.tasks)
        rotation_.follow_rules(lambda: (BOOK, []), self.rules)
        alerts = Alerts(self.bus, self.recorder, self.tasks)
        alerts.listen_at(self.clock, 1.0, tuple, ())
        rotation_.alert_by(alerts.raise_for_advice)
        self.tick()
        await rotation_.begin("binance", "1d", self.clock)
        self.bus.publish(UniverseProgressed(5, 5, False, "1d"))
        return rotation_

    def tick(self):
        prices = {
            coin: float(days(coin, last=N + 9).close[(self.clock.now // DAY) - FIRST]) for coin in SLOPES
        }
        tickers = (Ticker(f"{c}/USDT", p, None, None, self.clock.now) for c, p in prices.items())
        self.bus.publish(TickersUpdated(tuple(tickers)))

    async def grade(self, at_ms=AT):
        values = {"BTC": 50, "FET": 80, "TAO": 70, "DOGE": 60, "PEPE": 45}
        graded = [Grade("binance", f"{c}/USDT", "1d", at_ms, v, (), 5) for c, v in values.items()]
        await self.recorder.add_grades(graded)

    async def close(self):
        await self.tasks.close()
        for store in (self.ledger, self.papers, self.reader):
            store.close()
        await self.recorder.close()


@pytest.fixture
async def house(tmp_path, monkeypatch):
    monkeypatch.setattr(rotation, "LOOK_EVERY_S", 0.002)
    monkeypatch.setattr("workstation.services.paper_accounts.PATIENCE_S", 0.01)
    house = House(tmp_path)
    for coin in SLOPES:
        await house.recorder.record(key(coin), days(coin))
    house.rules.change({name: getattr(RULES, name) for name in ("gate_btc_days", "gate_alt_days")})
    house.rules.change({"momentum_days": 3, "n_narratives": 1, "keep_rank": 2, "n_coins": 2})
    yield house
    await house.close()


async def test_the_days_advice_is_written_told_and_followed_once(house):
    await house.grade()
    await house.begin()
    await until(lambda: house.told)
    entry = house.told[0].entry
    advice = entry.given.advice
    assert (advice.at_ms, advice.is_open, house.told[0].is_new) == (AT, True, True)
    assert {each.coin for each in advice.targets} == {"FET", "TAO", CASH}
    assert entry.given.rules_hash == hash_of_rules(house.rules.load()[0])
    assert [change.kind for change in advice.changes] == [ChangeKind.ENTER, ChangeKind.ENTER]
    await until(lambda: house.alerts)
    (said,) = (raised.alert for raised in house.alerts)
    assert said.text.startswith("Rotation: enter ")
    assert said.text.endswith(" (and 1 more change).")
    assert (said.signal, said.venue, said.known_at_ms, said.late_ms) == (None, "binance", AT, 120_000)
    assert house.recorder.alerts() == [said]
    await house.accounts.create("mine", Decimal(10_000), Decimal("0.1"), Decimal("0.05"))
    await house.accounts.switch_following("mine", True)
    await until(lambda: house.accounts.standings()[0].n_fills == 2)
    stood = house.accounts.standings()
    await house.tasks.close()
    house.tasks = Supervisor()
    again = await house.begin()
    await until(lambda: len(house.told) == 2)
    assert (house.told[1].entry.given, house.told[1].is_new) == (entry.given, False)
    assert not await again.follow_now("mine")
    assert [each.n_fills for each in house.accounts.standings()] == [stood[0].n_fills]
    assert len(house.ledger.advice("binance", 9)) == 1 == len(house.alerts)
    assert house.ledger.verify().is_sound


async def test_the_next_day_builds_on_it_and_its_outcome_is_joined(house):
    await house.grade()
    await house.begin()
    await until(lambda: house.told)
    before = house.told[0].entry.given
    for coin in SLOPES:
        await house.recorder.record(key(coin), days(coin, N, N + 1))
    await house.grade(AT + DAY)
    house.clock.now = AT + DAY + 120_000
    house.tick()
    await until(lambda: len(house.told) == 2)
    await until(lambda: house.ledger.advice("binance", 2)[0].outcome is not None)
    first, second = house.ledger.advice("binance", 2)
    assert second.given.memory.gate_turned_ms == before.memory.gate_turned_ms
    assert second.given.advice.changes == ()
    assert len(house.alerts) == 1, "nothing changed, nobody is disturbed"
    weights = before.weights
    gained = 2.0 * weights["FET"] + 2.1 * weights["TAO"]
    outcome = first.outcome
    assert outcome.targets_pct == pytest.approx(gained - 0.15 * before.turnover)
    assert (outcome.btc_pct, outcome.n_equal_weight) == (pytest.approx(1.0), 4)
    assert outcome.equal_weight_pct == pytest.approx((2.0 + 2.1 + 0.1 + 0.0) / 4)
    assert (outcome.until_ms, outcome.note) == (AT + DAY, "")
    drifted = second.given.weights
    assert drifted["TAO"] / drifted["FET"] == pytest.approx(weights["TAO"] / weights["FET"] * 1.021 / 1.02)


async def test_a_bearish_signal_keeps_a_coin_out(house):
    await house.grade()
    hourly = SeriesKey("binance", "FET/USDT", "1h")
    slot = AT // 3_600_000 - 3
    bearish = plain_signal(slot, Direction.BEARISH, hourly, horizon_bars=24, probability=0.41, base_rate=0.31)
    await house.recorder.add_signal(bearish)
    await house.begin()
    await until(lambda: house.told)
    assert {each.coin for each in house.told[0].entry.given.advice.targets} == {"TAO", CASH}
    assert standing_signals([bearish], AT)["FET"].lean == -1
    assert standing_signals([bearish], AT + DAY) == {}


async def test_nothing_is_advised_before_the_history_is_whole_or_without_bitcoins_last_candle(house):
    await house.grade()
    rotation_ = await house.begin()
    await until(lambda: house.told)
    house.bus.publish(UniverseProgressed(3, 5, False, "1d"))
    house.clock.now = AT + DAY + rotation.LATE_AFTER_MS
    await house.grade(AT + DAY)
    house.tick()
    with pytest.raises(TimeoutError):
        await until(lambda: len(house.told) > 1, within_s=0.05)
    house.bus.publish(UniverseProgressed(5, 5, False, "1d"))
    await until(lambda: any("waits for the last candle of BTC" in each.text for each in house.notices))
    assert len(house.told) == 1
    for coin in SLOPES:
        await house.recorder.record(key(coin), days(coin, N, N + 1))
    house.clock.now += rotation.AGAIN_AFTER_MS
    await until(lambda: len(house.told) == 2)
    assert house.notices[-1].text == ""
    with pytest.raises(UsageError, match="no paper account 'none'"):
        await rotation_.follow_now("none")


async def test_grades_are_waited_for_but_not_for_ever(house):
    await house.begin()
    with pytest.raises(TimeoutError):
        await until(lambda: house.told, within_s=0.05)
    house.clock.now = AT + rotation.GRADES_WITHIN_MS
    await until(lambda: house.told)
    assert house.told[0].entry.given.advice.at_ms == AT


async def test_rules_are_changed_told_and_refused(house):
    rotation_ = await house.begin()
    with pytest.raises(UsageError, match="no rotation advice yet"):
        await rotation_.follow_now("mine")
    await rotation_.change_rules({"n_coins": 1})
    assert [each.rules.n_coins for each in house.all_rules] == [2, 1]
    with pytest.raises(Exception, match="n_coins must be 1 or more"):
        await rotation_.change_rules({"n_coins": 0})
    await house.grade()
    house.clock.now += rotation.AGAIN_AFTER_MS
    await until(lambda: house.told)
    assert {each.coin for each in house.told[0].entry.given.advice.targets} == {"FET", CASH}


async def test_what_the_candles_do_not_tell_is_unknown_and_said(house):
    said = given(FIRST + N - 1, weights={"FET": 0.2, "LUNA": 0.2})
    told = outcome_of(said, AT, house.reader, "1d", BOOK)
    assert (told.targets_pct, told.btc_pct) == (None, pytest.approx(1.0))
    assert told.note == "No price is stored of LUNA, so what the targets brought is not known."
    assert told.cost_pct == pytest.approx(0.06)
    later = outcome_of(said, AT + 3 * DAY, house.reader, "1d", BOOK)
    assert later.note.endswith("FET traded no more; the last price counts.")
    nothing = outcome_of(replace(said, venue="bybit"), AT, house.reader, "1d", BOOK)
    assert (nothing.targets_pct, nothing.btc_pct, nothing.equal_weight_pct) == (None, None, None)


def test_a_span_ends_with_the_next_advice_or_after_seven_days():
    class Entry:
        def __init__(self, day, outcome=None):
            self.given, self.outcome = given(day), outcome

    first, second, third = Entry(1), Entry(2), Entry(20)
    assert spans([first, second, third], 9 * DAY) == [(first, 2 * DAY), (second, 9 * DAY)]
    assert spans([first, second, third], 9 * DAY - 1) == [(first, 2 * DAY)]
    assert spans([Entry(1, "known"), second], 9 * DAY) == [(second, 9 * DAY)]


def test_advice_is_one_sentence():
    nothing = advice_sentence(given(1, changes=()))
    assert nothing == "Rotation: nothing to trade; the gate is open: BTC is 3.0 % above its 50-day mean."
    assert advice_sentence(given(1, weights={"BTC": 0.1})) == "Rotation: enter BTC: memecoins rank 1st of 12."
