import numpy as np
import pytest

from tests.fakes.sandbox_archive import ParquetFolder
from tests.fakes.sandbox_source import FIRST_MS, HOUR_MS, MemoryArchive, random_candles
from workstation.domain.candle import CandleColumns
from workstation.domain.errors import UsageError
from workstation.domain.market import VenueKind
from workstation.sandbox.exact import text_of, units_of
from workstation.sandbox.history import RecordedMarket, base_and_quote
from workstation.sandbox.source import FEWEST_LOTS


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("BTCUSDT", ("BTC", "USDT")),
        ("1000SATSUSDT", ("1000SATS", "USDT")),
        ("BTCUSDC", ("BTC", "USDC")),
        ("ETHBTC", ("ETH", "BTC")),
        ("ADAEUR", ("ADA", "EUR")),
        ("SOLFDUSD", ("SOL", "FDUSD")),
        ("BTC/USDT", ("BTC", "USDT")),
    ],
)
def test_a_name_splits_into_base_and_quote(name: str, parts: tuple[str, str]) -> None:
    assert base_and_quote(name) == parts


def test_a_name_without_a_known_quote_is_refused() -> None:
    with pytest.raises(UsageError, match="XYZ"):
        base_and_quote("XYZ")


def test_the_finest_timeframe_that_most_markets_have_is_replayed() -> None:
    hourly, fine = random_candles(10), random_candles(120, "5m")
    archive = MemoryArchive(
        {
            ("BTCUSDT", "1h"): hourly,
            ("BTCUSDT", "5m"): fine,
            ("ETHUSDT", "1h"): hourly,
            ("ADAUSDT", "1h"): hourly,
        }
    )
    market = RecordedMarket(archive, "test")
    assert market.base_timeframe == "1h"
    assert [listing.symbol for listing in market.markets()] == ["ADA/USDT", "BTC/USDT", "ETH/USDT"]


def test_candles_come_back_bit_for_bit_and_only_those_asked_for() -> None:
    candles = random_candles(50)
    market = RecordedMarket(MemoryArchive({("BTCUSDT", "1h"): candles}), "test")
    asked = market.candles("BTC/USDT", FIRST_MS + 10 * HOUR_MS, FIRST_MS + 20 * HOUR_MS)
    assert asked.equals(candles[10:20])
    assert (market.first_ms, market.last_ms) == (FIRST_MS, FIRST_MS + 50 * HOUR_MS)
    assert market.first_ms < market.default_start_ms < market.last_ms
    assert market.kind is VenueKind.PRACTICE_RECORDED


def test_lots_are_fine_enough_for_the_smallest_bar() -> None:
    candles = random_candles(10)
    candles.volume[:] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]
    market = RecordedMarket(MemoryArchive({("BTCUSDT", "1h"): candles}), "test")
    (listing,) = market.markets()
    lots = units_of(candles.volume, listing.lot_decimals)
    assert listing.lot_decimals == 1
    assert lots[lots > 0].min() >= FEWEST_LOTS


def test_a_folder_without_candles_is_refused() -> None:
    with pytest.raises(UsageError, match="no candles"):
        RecordedMarket(MemoryArchive({}), "test")
    with pytest.raises(UsageError, match="empty"):
        RecordedMarket(MemoryArchive({("BTCUSDT", "1h"): CandleColumns.empty()}), "test")


def test_every_recorded_number_survives_the_wire(recordings) -> None:
    archive = ParquetFolder(
        recordings / "ohlcv" / "binance-spot-2024", only=("BTCUSDT", "SHIBUSDT", "1000SATSUSDT")
    )
    market = RecordedMarket(archive, "test")
    assert market.base_timeframe == "1h"
    for listing in market.markets():
        candles = market.candles(listing.symbol, market.first_ms, market.last_ms)
        for column, decimals in (
            (candles.low, listing.price_decimals),
            (candles.volume, listing.lot_decimals),
        ):
            texts = [text_of(units, decimals) for units in units_of(column, decimals).tolist()]
            assert np.array(texts, np.float64).tobytes() == column.tobytes()
