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


def test_a_start_behind_the_end_is_refused() -> None:
    with pytest.raises(UsageError, match="ends at"):
        MarketClock(5, 1, ManualTime(), end_ms=5)


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
