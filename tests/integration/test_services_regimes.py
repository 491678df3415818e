"""The state of the market at any time is what could be known then, whatever is stored by now."""

import numpy as np
import pytest

from tests.fakes.services_house import walk
from workstation.domain.candle import CandleColumns
from workstation.domain.market import SeriesKey
from workstation.domain.signal import Regime
from workstation.engine.evaluation.regime import REGIMES, market_regimes
from workstation.services.regimes import Regimes
from workstation.storage.candle_store import CandleStore

DAY = 86_400_000
BEGIN = 1_577_836_800_000 // DAY * DAY  # 2020-01-01
N_DAYS = 420
DAILY = SeriesKey("binance", "BTC/USDT", "1d")


def trending(key=DAILY):
    """Return days that rise for long and then fall for long."""
    plain = walk(1, key, BEGIN, N_DAYS)
    drift = np.exp(np.concatenate((np.linspace(0.0, 2.0, 300), np.linspace(2.0, 0.0, N_DAYS - 300))))
    columns = (plain.open, plain.high, plain.low, plain.close)
    return CandleColumns.of(plain.open_time, *(column * drift for column in columns), plain.volume)


CANDLES = trending()


@pytest.fixture
def store(tmp_path):
    with CandleStore(tmp_path / "candles.db") as store:
        yield store


@pytest.mark.parametrize("timeframe", ["1d", "4h"])
def test_the_regime_reads_nothing_that_closed_later(tmp_path, timeframe):
    """A store that ends at the time and one that goes on say the same."""
    key = SeriesKey("binance", "BTC/USDT", timeframe)
    candles = CANDLES if timeframe == "1d" else walk(2, key, BEGIN, 6 * N_DAYS)
    seen = set()
    with CandleStore(tmp_path / "all.db") as whole:
        whole.add(key, candles)
        for n, day in enumerate((230, 280, 299, 340, 380, 415)):
            at_ms = BEGIN + day * DAY + 5 * DAY // 24
            with CandleStore(tmp_path / f"{n}.db") as short:
                short.add(key, candles.pick(candles.open_time + key.bar_ms <= at_ms))
                regime = Regimes(short).at(at_ms)
            assert Regimes(whole).at(at_ms) is regime
            seen.add(regime)
    if timeframe == "1d":
        assert {Regime.BULL, Regime.BEAR} <= seen


def test_the_regime_is_that_of_the_last_whole_day(store):
    store.add(DAILY, CANDLES)
    regimes = Regimes(store)
    history = market_regimes(CANDLES.close)
    for day in range(320, 400):
        expected = REGIMES[int(history[day - 1])]
        assert regimes.at(BEGIN + day * DAY) is expected
        assert regimes.at(BEGIN + (day + 1) * DAY - 1) is expected
        assert regimes.at(BEGIN + day * DAY - 1) is REGIMES[int(history[day - 2])], "and back in time"


def test_a_short_past_and_an_empty_store_know_no_regime(store):
    assert Regimes(store).at(BEGIN) is None
    store.add(SeriesKey("binance", "ETH/USDT", "1d"), CANDLES)
    assert Regimes(store).at(BEGIN + N_DAYS * DAY) is None, "another coin is not the market"
    store.add(DAILY, CANDLES)
    assert Regimes(store).at(BEGIN) is None
    assert Regimes(store).at(BEGIN + 100 * DAY) is None


def test_a_past_that_is_stored_later_is_read_then(store):
    regimes, at_ms = Regimes(store), BEGIN + 300 * DAY
    assert regimes.at(at_ms) is None
    store.add(DAILY, CANDLES[:250])
    assert regimes.at(at_ms) is REGIMES[int(market_regimes(CANDLES.close[:250])[-1])]
    store.add(DAILY, CANDLES)
    assert regimes.at(at_ms) is REGIMES[int(market_regimes(CANDLES.close[:300])[-1])]


def test_dollars_that_are_traded_most_speak_first(store):
    falling = CandleColumns.of(
        CANDLES.open_time,
        *(1e6 / column for column in (CANDLES.open, CANDLES.low, CANDLES.high, CANDLES.close)),
        CANDLES.volume,
    )
    at_ms = BEGIN + 295 * DAY
    store.add(SeriesKey("kraken", "BTC/EUR", "1d"), falling)
    assert Regimes(store).at(at_ms) is Regime.BEAR
    store.add(DAILY, CANDLES)
    assert Regimes(store).at(at_ms) is Regime.BULL
