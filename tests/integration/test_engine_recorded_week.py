"""The main job on real input: what the engine stores is what the venue sent, bit for bit."""

import pytest

from tests.fakes.recorded_week import DAY, differences, replay

SYMBOLS = ["BTC/USDT", "ETH/USDT", "PEPE/USDT", "1000SATS/USDT", "JTO/USDT"]


@pytest.mark.timeout(180)
def test_after_a_day_of_market_time_the_store_equals_the_recording(recordings, tmp_path):
    data = recordings / "ohlcv" / "binance-spot-2024"
    replay(data, tmp_path, SYMBOLS, 10_000, DAY)
    assert differences(data, tmp_path, SYMBOLS, DAY) == dict.fromkeys(SYMBOLS, 0)
