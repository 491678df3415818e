import pytest

from tests.fakes.sandbox_source import ManualTime
from workstation.domain.errors import UsageError
from workstation.sandbox.market_clock import MarketClock
from workstation.sandbox.weight_budget import WeightBudget


def test_market_time_runs_at_its_speed_from_its_start() -> None:
    real = ManualTime()
    clock = MarketClock(1_000, 3_600, real)
    assert clock.now_ms() == 1_000
    real.seconds = 2.0
    assert clock.now_ms() == 1_000 + 7_200_000


def test_market_time_stops_at_the_end_of_a_recording() -> None:
    real = ManualTime()
    clock = MarketClock(1_000, 10_000, real, end_ms=50_000)
    real.seconds = 60.0
    assert clock.now_ms() == 50_000


@pytest.mark.parametrize("speed", [0.0, 0.5, 10_001.0, float("nan")])
def test_a_speed_out_of_bounds_is_refused(speed: float) -> None:
    with pytest.raises(UsageError, match="between 1 and 10000"):
        MarketClock(0, speed, ManualTime())


FIRST_MS = 1_704_085_200_000  # 2024-01-01 05:00
END_MS = 1_719_792_000_000  # 2024-07-01 00:00, so June 30 is the last day
DAY_MS = 86_400_000


def clock_from(start_ms: int) -> MarketClock:
    return MarketClock(start_ms, 1, ManualTime(), END_MS, first_ms=FIRST_MS)


@pytest.mark.parametrize("start_ms", [END_MS, END_MS + 12_345])
def test_a_start_at_or_behind_the_end_is_refused_by_date(start_ms: int) -> None:
    with pytest.raises(UsageError, match=r"cannot start on 2024-07-01: .* ends on 2024-06-30\."):
        clock_from(start_ms)
    with pytest.raises(UsageError, match="2024-06-30"):
        MarketClock(start_ms, 1, ManualTime(), END_MS)


def test_a_start_before_the_first_day_is_refused_by_date() -> None:
    with pytest.raises(UsageError, match=r"cannot start on 2023-12-31: its first candle is of 2024-01-01\."):
        clock_from(FIRST_MS - 6 * 3_600_000)


def test_a_start_on_the_first_day_is_the_first_candle() -> None:
    assert clock_from(FIRST_MS - 5 * 3_600_000).now_ms() == FIRST_MS
    assert clock_from(FIRST_MS + 1).now_ms() == FIRST_MS + 1
    assert clock_from(END_MS - DAY_MS).now_ms() == END_MS - DAY_MS


def test_request_weight_is_refilled_every_minute() -> None:
    real = ManualTime()
    real.seconds = 90.0
    budget = WeightBudget(100, real)
    assert budget.spend(100) == 0
    assert budget.spend(1) == 31
    assert budget.used == 101
    real.seconds = 121.0
    assert budget.spend(2) == 0
    assert budget.used == 2
