"""The recorded market data go in and come back unaltered."""

import pyarrow.parquet as pq
import pytest

from workstation.domain.market import SeriesKey
from workstation.storage.candle_files import CandleFolder, import_folder
from workstation.storage.candle_store import CandleStore


def test_recorded_candles_come_back_from_disk_bit_for_bit(recordings, tmp_path):
    folder = recordings / "ohlcv" / "binance-spot-2024"
    archive = CandleFolder(folder)
    assert archive.strangers == []
    with CandleStore(tmp_path / "candles.db") as store:
        for symbol in ("BTC/USDT", "1000SATS/USDT", "PEPE/USDT"):
            for timeframe in ("1h", "5m"):
                if (symbol, timeframe) not in archive.series():
                    continue
                store.add(SeriesKey("binance", symbol, timeframe), archive.read(symbol, timeframe))
                stored = store.read(SeriesKey("binance", symbol, timeframe))
                raw = pq.read_table(folder / archive.file_name(symbol, timeframe))
                for column, name in (("open_time", "ts"), ("open", "open"), ("high", "high"), ("low", "low")):
                    assert getattr(stored, column).tobytes() == raw[name].to_numpy().tobytes()
                assert stored.close.tobytes() == raw["close"].to_numpy().tobytes()
                assert stored.volume.tobytes() == raw["volume"].to_numpy().tobytes()
        assert len(store.series()) == 5


def test_a_folder_with_known_faults_gives_a_report_file_by_file(recordings, tmp_path):
    folder = recordings / "ohlcv" / "bybit-perp-1d-2020-2025"
    with CandleStore(tmp_path / "candles.db") as store:
        report = import_folder(folder, "bybit", store)
        assert [f.file for f in report.refused] == ["BCHUSDT-1d.parquet"]
        assert "row 1: open is 0.0, expected a price above zero" in report.refused[0].refused
        repeated = [f for f in report.taken if f.notes == ("dropped 1 repeated row",)]
        assert len(repeated) >= 130
        assert report.n_new == sum(store.span(key)[2] for key in store.series()) > 100_000
        again = import_folder(CandleFolder(folder, skip_bad_rows=True), "bybit", store)
        assert again.refused == ()
        assert {f.file for f in again.files if f.n_new} == {"BCHUSDT-1d.parquet"}


@pytest.mark.parametrize(
    "name", ["binance-perp-1m-2025-06", "binance-spot-majors-2018-2025", "binance-spot-2021-2023"]
)
def test_every_other_recording_is_sound(recordings, name):
    archive = CandleFolder(recordings / "ohlcv" / name)
    for symbol, timeframe in archive.series()[:12]:
        assert len(archive.read(symbol, timeframe)) > 1000
