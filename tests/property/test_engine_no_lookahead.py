"""No data point, vote or signal knows anything that comes after its bar, down to the last bit.

The examination itself is shown to catch planted leaks in ``tests/unit/test_engine_verification.py``.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.engine_markets import EDGE, HOUR, made_market, recorded
from workstation.domain.market import SeriesKey
from workstation.engine.confluence import ConfluenceRules, judge
from workstation.engine.verification.examination import Effort, checks
from workstation.engine.verification.futures import other_futures
from workstation.engine.verification.lookahead import Told, past_never_moves
from workstation.engine.verification.record import Record, read, sight_of
from workstation.engine.verification.tally import Tally

KEY = SeriesKey("venue", "AAA/USDT", "1h")
LIGHT = Effort(cuts=4, starts=1, restarts=1, live_bars=16, first_bars=4)


def leaks(record, effort, seed=1):
    tally = Tally()
    for check in checks(record, effort, seed):
        tally.add(check())
    assert tally.n_compared > 100_000
    return [f"{test} {leak}" for (_, test), leak in tally.leaks.items()]


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**20), st.integers(30, 700), st.integers(-700, 700))
def test_the_past_of_any_market_never_moves(seed, n, offset):
    record = made_market(seed, n, 1, 11, first_slot=EDGE + offset)
    told = Told.by(read, record)
    rng = np.random.default_rng(seed)
    for cut in rng.choice(record.series["BTC/USDT"].open_time[1:], 2).tolist():
        assert [str(leak) for leak in past_never_moves(told, cut, rng).leaks.values()] == []


@pytest.mark.parametrize(
    ("folder", "names", "last"),
    [
        ("binance-spot-2024", ("PEPEUSDT", "BTCUSDT"), 1_900),
        ("binance-spot-2021-2023", ("LUNAUSDT", "FTTUSDT"), 11_000),
        ("binance-spot-majors-2018-2025", ("LINKUSDT", "BTCUSDT"), 11_000),
    ],
    ids=["2024", "coins that died", "with maintenance"],
)
def test_no_data_point_and_no_vote_leaks_on_recorded_markets(recordings, folder, names, last):
    series = {f"{name[:-4]}/USDT": recorded(recordings, folder, name)[:last][-1_200:] for name in names}
    assert leaks(Record(folder, "1h", series, (f"{names[0][:-4]}/USDT",)), LIGHT) == []


def test_signals_of_a_recorded_market_do_not_know_the_future(recordings):
    rules = ConfluenceRules(min_agree=2)
    candles = recorded(recordings, "binance-spot-2024", "SOLUSDT")[:2_000]
    record = Record("SOL", "1h", {KEY.symbol: candles}, (KEY.symbol,))
    told = judge(KEY, candles, sight_of(record), rules)
    fired = [signal.open_time for signal in told]
    assert len(fired) > 8
    for cut in [*fired[::4], *(time + HOUR for time in fired[::4])]:
        before = [signal for signal in told if signal.open_time < cut]
        for _, other in other_futures(record, cut, np.random.default_rng(cut)):
            again = judge(KEY, other.series[KEY.symbol], sight_of(other), rules)
            assert [signal for signal in again if signal.open_time < cut] == before
