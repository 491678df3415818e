from pathlib import Path

import numpy as np
import pytest

from tests.fakes.sandbox_archive import ParquetFolder
from tests.fakes.sandbox_source import FIRST_MS, HOUR_MS, MemoryArchive, random_candles, without
from workstation.domain.candle import CandleColumns
from workstation.domain.errors import BadCandleFile, UsageError
from workstation.domain.market import VenueKind
from workstation.sandbox.coin_market import CoinMarket
from workstation.sandbox.exact import text_of, units_of
from workstation.sandbox.history import RecordedMarket, base_and_quote
from workstation.sandbox.source import FEWEST_LOTS
from workstation.storage.candle_files import CandleFolder


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


def hourly_and_fine(n_hours: int = 40, n_fine: int = 480) -> tuple[CandleColumns, CandleColumns]:
    """Return hourly candles and five-minute ones that add up to them."""
    fine = random_candles(12 * n_hours, "5m")
    rows = [fine[12 * hour : 12 * hour + 12] for hour in range(n_hours)]
    hourly = CandleColumns.of(
        np.array([row.open_time[0] for row in rows]),
        np.array([row.open[0] for row in rows]),
        np.array([row.high.max() for row in rows]),
        np.array([row.low.min() for row in rows]),
        np.array([row.close[-1] for row in rows]),
        np.array([(row.volume * 1000).round().sum() / 1000 for row in rows]),
    )
    return hourly, fine[:n_fine]


def timeframe_replayed(hourly: CandleColumns, fine: CandleColumns) -> tuple[str, tuple[str, ...]]:
    archive = MemoryArchive({("BTCUSDT", "1h"): hourly, ("BTCUSDT", "5m"): fine})
    market = RecordedMarket(archive, "test")
    return market.markets()[0].base_timeframe, market.refused


def test_each_market_is_replayed_from_its_finest_recording() -> None:
    hourly, fine = hourly_and_fine()
    archive = MemoryArchive(
        {("BTCUSDT", "1h"): hourly, ("BTCUSDT", "5m"): fine, ("ETHUSDT", "1h"): random_candles(41)}
    )
    market = RecordedMarket(archive, "test")
    said = {listing.symbol: listing.base_timeframe for listing in market.markets()}
    assert said == {"BTC/USDT": "5m", "ETH/USDT": "1h"}
    assert market.candles("BTC/USDT", market.first_ms, market.last_ms).equals(fine)
    assert market.last_ms == FIRST_MS + 41 * HOUR_MS
    assert market.refused == ()


def test_a_fine_recording_that_covers_too_little_is_not_replayed() -> None:
    assert timeframe_replayed(*hourly_and_fine(n_fine=12 * 38)) == ("5m", ())
    timeframe, refused = timeframe_replayed(*hourly_and_fine(n_fine=12 * 37))
    assert timeframe == "1h"
    assert refused == ("BTCUSDT 5m is not replayed: it covers less than 95% of what 1h covers.",)


@pytest.mark.parametrize("column", ["open", "high", "low", "close", "volume"])
def test_a_fine_recording_that_does_not_add_up_is_not_replayed(column: str) -> None:
    hourly, fine = hourly_and_fine()
    assert timeframe_replayed(hourly, fine)[0] == "5m"
    getattr(hourly, column)[7] = round(getattr(hourly, column)[7] + 0.01, 2)
    timeframe, refused = timeframe_replayed(hourly, fine)
    assert timeframe == "1h"
    assert refused == ("BTCUSDT 5m is not replayed: it does not add up to 1h in every bar.",)


def test_a_fine_recording_with_a_hole_that_the_coarser_one_has_not_is_not_replayed() -> None:
    hourly, fine = hourly_and_fine()
    assert timeframe_replayed(hourly, without(fine, *range(60, 72)))[0] == "1h"
    assert timeframe_replayed(without(hourly, 5), without(fine, *range(60, 72)))[0] == "5m"


def test_recordings_that_do_not_divide_each_other_are_not_mixed() -> None:
    archive = MemoryArchive(
        {("BTCUSDT", "3m"): random_candles(50, "3m"), ("BTCUSDT", "5m"): random_candles(30, "5m")}
    )
    market = RecordedMarket(archive, "test")
    assert market.markets()[0].base_timeframe == "5m"
    assert market.refused == ("BTCUSDT 3m is not replayed: no whole number of its bars makes one of 5m.",)


def test_hours_replayed_from_five_minutes_are_the_recorded_hours_bit_for_bit(recordings: Path) -> None:
    archive = ParquetFolder(
        recordings / "ohlcv" / "binance-spot-2024", only=("BTCUSDT", "ETHUSDT", "PEPEUSDT")
    )
    market = RecordedMarket(archive, "test")
    assert [listing.base_timeframe for listing in market.markets()] == ["5m"] * 3
    for listing in market.markets():
        recorded = archive.read(listing.id, "1h")
        last = int(recorded.open_time[-1])
        klines = CoinMarket(market, listing).klines("1h", market.first_ms, last, last + HOUR_MS)
        ticks, lots = listing.price_decimals, listing.lot_decimals
        for name, decimals in (
            ("open", ticks),
            ("high", ticks),
            ("low", ticks),
            ("close", ticks),
            ("volume", lots),
        ):
            replayed = [float(text_of(getattr(kline, name), decimals)) for kline in klines]
            assert np.array(replayed).tobytes() == getattr(recorded, name).tobytes(), (listing.id, name)


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


class TornArchive(MemoryArchive):
    """One of whose files cannot be trusted."""

    def read(self, symbol: str, timeframe: str) -> CandleColumns:
        if symbol == "BCHUSDT":
            raise BadCandleFile("BCHUSDT-1h.parquet: 1 of 9 rows cannot be candles.")
        return super().read(symbol, timeframe)


def test_files_that_cannot_be_replayed_are_left_out_and_named() -> None:
    unwritable = random_candles(10)
    unwritable.volume[:] = np.pi * np.logspace(-8, 8, 10)
    good = random_candles(10)
    archive = TornArchive(
        {
            ("BCHUSDT", "1h"): good,
            ("BTCUSDT", "1h"): good,
            ("EMPTYUSDT", "1h"): CandleColumns.empty(),
            ("ETHUSDT", "1h"): unwritable,
            ("WHATEVER", "1h"): good,
        }
    )
    market = RecordedMarket(archive, "test")
    assert [listing.symbol for listing in market.markets()] == ["BTC/USDT"]
    assert market.refused[:2] == (
        "BCHUSDT-1h.parquet: 1 of 9 rows cannot be candles.",
        "EMPTYUSDT 1h: the file is empty.",
    )
    assert market.refused[2].startswith("ETHUSDT 1h: Values between")
    assert market.refused[3].startswith("WHATEVER 1h: Market 'WHATEVER' ends in no quote currency")


def test_a_coarser_file_stands_in_for_a_finer_one_that_cannot_be_trusted() -> None:
    unwritable = random_candles(120, "5m")
    unwritable.volume[:] = np.pi * np.logspace(-8, 8, 120)
    timeframe, refused = timeframe_replayed(random_candles(10), unwritable)
    assert timeframe == "1h"
    assert len(refused) == 1


def test_a_folder_without_anything_to_replay_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match=r"^Folder F holds no candles that could be replayed\.$"):
        RecordedMarket(MemoryArchive({}), "Folder F")
    with pytest.raises(UsageError, match=r"Folder F holds no candles .*: BTCUSDT 1h: the file is empty"):
        RecordedMarket(MemoryArchive({("BTCUSDT", "1h"): CandleColumns.empty()}), "Folder F")
    with pytest.raises(UsageError, match=r"Folder F .*BCHUSDT-1h\.parquet"):
        RecordedMarket(TornArchive({("BCHUSDT", "1h"): random_candles(3)}), "Folder F")


def test_the_recorded_folders_with_odd_files_are_replayed(recordings: Path) -> None:
    estimated = RecordedMarket(CandleFolder(recordings / "ohlcv" / "binance-perp-1m-2025-06"), "test")
    assert estimated.refused == ()
    days = RecordedMarket(CandleFolder(recordings / "ohlcv" / "bybit-perp-1d-2020-2025"), "test")
    assert len(days.refused) == 1
    assert days.refused[0].startswith("BCHUSDT-1d.parquet: 1 of 1661 rows")
    assert days.markets()


def test_every_recorded_number_survives_the_wire(recordings) -> None:
    archive = ParquetFolder(
        recordings / "ohlcv" / "binance-spot-2024", only=("BTCUSDT", "SHIBUSDT", "1000SATSUSDT")
    )
    market = RecordedMarket(archive, "test")
    for listing in market.markets():
        candles = market.candles(listing.symbol, market.first_ms, market.last_ms)
        for column, decimals in (
            (candles.low, listing.price_decimals),
            (candles.volume, listing.lot_decimals),
        ):
            texts = [text_of(units, decimals) for units in units_of(column, decimals).tolist()]
            assert np.array(texts, np.float64).tobytes() == column.tobytes()
