"""Folders of candles: what is taken, what is refused, and in which words."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workstation.domain.candle import Quality
from workstation.domain.errors import BadCandleFile
from workstation.domain.market import SeriesKey
from workstation.storage.candle_files import CandleFolder, import_folder, series_of, symbol_of
from workstation.storage.candle_store import CandleStore

T0 = 1_704_067_200_000  # 2024-01-01T00:00:00Z
HOUR = 3_600_000
HEADER = "ts,open,high,low,close,volume"


def csv(*rows, header=HEADER):
    return "\n".join([header, *rows]) + "\n"


def row(i, values="1.5,2.5,0.5,1.25,10"):
    return f"{T0 + i * HOUR},{values}"


@pytest.fixture
def read(tmp_path):
    """Write one CSV and return its checked candles."""

    def write_and_read(content, *, skip_bad_rows=False, name="BTCUSDT-1h.csv"):
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        folder = CandleFolder(tmp_path, skip_bad_rows=skip_bad_rows)
        return folder.load(*folder.series()[0])

    return write_and_read


def test_a_sound_file_is_read_to_the_last_bit(read):
    values = "0.1,0.30000000000000004,1e-8,0.00001234,123456789.12345678"
    file = read(csv(row(0, values), row(1, " .5 , +1.5,0.25,1,0")))
    assert [tuple(getattr(file.candles, n)) for n in ("open", "high", "low", "close", "volume")] == [
        (0.1, 0.5),
        (0.30000000000000004, 1.5),
        (1e-8, 0.25),
        (0.00001234, 1.0),
        (123456789.12345678, 0.0),
    ]
    assert file.candles.open_time.tolist() == [T0, T0 + HOUR]
    assert (file.n_rows, file.notes) == (2, [])


BAD_FILES = {
    "missing columns": (csv("1,2", header="ts,open"), r"has no column high, low, close, volume; its columns"),
    "nothing": ("", r"BTCUSDT-1h\.csv is empty"),
    "only a header": (csv(), "holds no rows"),
    "UTF-16": (csv(row(0)).encode("utf-16"), "save it as UTF-8"),
    "Latin-1": (b"ts,open,high,low,close,volum\xe9\n", "not UTF-8"),
    "Latin-1 below": (csv(row(0)).encode() + b"\xe9,1,1,1,1,1\n", "no table|cannot be candles"),
    "NUL": (csv(row(0)).encode() + b"\0", "not text"),
    "semicolons": (csv(row(0)).replace(",", ";"), "separates values by semicolons"),
    "a row too short": (csv(row(0), "1,2"), "no table of comma-separated values.*"),
    "a column twice": (csv(row(0) + ",1", header=HEADER + ",open"), "names a column twice"),
    "NaN": (csv(row(0), row(1, "1,nan,1,1,1")), r"1 of 2 rows .*row 2: high is nan, expected a number"),
    "an empty cell": (csv(row(0, "1,,1,1,1")), "row 1: high is nan"),
    "infinite": (csv(row(0, "1,inf,1,1,1")), "row 1: high is"),
    "too large": (csv(row(0, "1,1e999,1,1,1")), "row 1: high is inf"),
    "an underscore": (csv(row(0, "1_0,10,1,1,1")), "row 1: open is"),
    "Arabic digits": (csv(row(0, "٣,3,3,3,1")), "row 1: open is"),
    "a formula": (csv(row(0, "=1+1,3,3,3,1")), "row 1: open is"),
    "negative price": (csv(row(0, "-1,2,1,1,1")), r"row 1: open is -1\.0, expected a price above zero"),
    "negative volume": (csv(row(0, "1,1,1,1,-5")), r"row 1: volume is -5\.0, expected zero or more"),
    "high below low": (csv(row(0), row(1, "1.5,1,2,1.5,1")), r"row 2: high 1\.0 is below low 2\.0"),
    "close outside": (csv(row(0, "1,2,1,3,1")), r"close 3\.0 lie not within 1\.0 to 2\.0"),
    "off the grid": (csv(f"{T0 + 60_000},1,1,1,1,1"), "at which a 1h bar opens"),
    "unsorted": (csv(row(0), row(2), row(1)), "not in order of time: row 3 is earlier"),
    "contradiction": (csv(row(0), row(0, "1,1,1,1,1")), f"contradict each other .ts {T0}"),
    "before all markets": (csv("1000,1,1,1,1,1"), "row 1: ts is '1000', expected a date"),
    "mixed units": (csv(row(0), f"{T0 // 1000 + 3600},1,1,1,1,1"), "mixes units .seconds from row 2, milli"),
    "no date": (csv("yesterday,1,1,1,1,1"), "row 1: ts is 'yesterday', expected a date"),
    "which is the day?": (csv("01/02/2024,1,1,1,1,1"), "row 1: ts is '01/02/2024'"),
    "no such day": (csv("2024-02-30,1,1,1,1,1"), "row 1: ts is '2024-02-30'"),
    "half a date column": (csv(row(0), "2024-01-01 01:00,1,1,1,1,1"), "row 1: ts is '1704067200000'"),
}


@pytest.mark.parametrize(("content", "words"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_file_that_cannot_be_trusted_is_refused_with_its_name_and_rows(read, content, words):
    with pytest.raises(BadCandleFile, match=words) as told:
        read(content)
    assert "BTCUSDT-1h.csv" in str(told.value)


def test_only_the_first_bad_rows_are_named_and_all_are_counted(read):
    with pytest.raises(BadCandleFile, match=r"9 of 10 rows") as told:
        read(csv(row(0), *(row(i, "0,1,1,1,1") for i in range(1, 10))))
    assert "row 4" in str(told.value)
    assert "row 5" not in str(told.value)


def test_rows_that_repeat_another_are_dropped_and_counted(read):
    file = read(csv(row(0), row(0), row(1), row(1), row(1)))
    assert len(file.candles) == 2
    assert file.notes == ["dropped 3 repeated rows"]


def test_bad_rows_are_dropped_and_named_when_asked(read):
    file = read(csv(row(2), row(0), row(1, "1,0.5,2,1,1"), "x,1,1,1,1,1"), skip_bad_rows=True)
    assert file.candles.open_time.tolist() == [T0, T0 + 2 * HOUR]
    assert "2 of 4 rows cannot be candles (row 3: high 0.5 is below low 2.0; row 4" in file.notes[0]
    assert "were sorted" in file.notes[1]
    with pytest.raises(BadCandleFile, match="contradict"):
        read(csv(row(0), row(0, "1,1,1,1,1")), skip_bad_rows=True)


@pytest.mark.parametrize(
    ("cells", "note"),
    [
        ([T0, T0 + HOUR], None),
        ([T0 // 1000, T0 // 1000 + 3600], "times are in seconds"),
        ([T0 * 1000, (T0 + HOUR) * 1000], "times are in microseconds"),
        ([T0 * 10**6, (T0 + HOUR) * 10**6], "times are in nanoseconds"),
        (["2024-01-01T00:00:00Z", "2024-01-01T01:00:00.000Z"], None),
        (["2024-01-01T02:00:00+02:00", "2023-12-31 20:00-05:00"], None),
        (["2024-01-01 00:00:00", "2024-01-01 01:00"], "times without a zone were read as UTC"),
    ],
    ids=["ms", "s", "us", "ns", "Z", "offsets", "no zone"],
)
def test_times_are_recognised_and_said(read, cells, note):
    file = read(csv(*(f"{cell},1,1,1,1,1" for cell in cells)))
    assert file.candles.open_time.tolist() == [T0, T0 + HOUR]
    assert file.notes == ([note] if note else [])


def test_a_file_without_a_single_candle_is_refused_even_when_rows_may_be_skipped(read):
    with pytest.raises(BadCandleFile, match="nothing to take"):
        read(csv(row(0, "0,1,1,1,1")), skip_bad_rows=True)


def test_a_byte_order_mark_extra_columns_and_capitals_are_no_trouble(read):
    text = "\ufeff" + csv(row(0) + ",x", header="TS, Open,High,Low,Close,Volume,turnover").replace(
        "\n", "\r\n"
    )
    assert len(read(text).candles) == 1


def test_quote_volume_is_turned_into_an_estimate_and_said(read):
    file = read(csv(row(0, "2,4,1,1,30"), header="ts,open,high,low,close,quote_volume"))
    assert file.candles.volume.tolist() == [15.0]
    assert "base volume is estimated" in file.notes[0]


def test_an_estimated_volume_has_as_many_decimals_as_a_venue_counts(read):
    header = "ts,open,high,low,close,quote_volume"
    assert read(csv(row(0, "3,3,3,3,1"), header=header)).candles.volume.tolist() == [0.33333333]
    cheap = read(csv(row(0, "3e-6,3e-6,3e-6,3e-6,1e6"), row(1, "3,3,3,3,1"), header=header))
    assert cheap.candles.volume.tolist() == [333_333_333_333.333, 0.333]


@pytest.fixture
def parquet(tmp_path):
    def write(**columns):
        table = {
            "ts": [T0, T0 + HOUR],
            **{name: [1.0, 2.0] for name in ("open", "high", "low", "close", "volume")},
        }
        path = tmp_path / "ETHUSDT-1h.parquet"
        pq.write_table(pa.table(table | columns), path)
        return path

    return write


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda data: data[: len(data) // 2], "damaged or no Parquet file"),
        (lambda data: b"", "damaged or no Parquet file"),
        (lambda data: b"PAR1 not really PAR1", "damaged or no Parquet file"),
        (lambda data: data[:-6] + b"\xff\xff\xff\xff" + data[-4:], "damaged or no Parquet file"),
    ],
    ids=["truncated", "empty", "foreign", "footer"],
)
def test_a_damaged_parquet_is_refused_by_name(parquet, damage, words):
    path = parquet()
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(BadCandleFile, match=rf"ETHUSDT-1h\.parquet is {words}"):
        CandleFolder(path.parent).read("ETH/USDT", "1h")


def test_a_parquet_with_timestamps_and_integers_is_read(parquet):
    times = pa.array([T0, T0 + HOUR], pa.timestamp("ms", "UTC"))
    path = parquet(ts=times, open=pa.array([1, 2]), extra=["a", "b"])
    file = CandleFolder(path.parent).load("ETH/USDT", "1h")
    assert file.candles.open_time.tolist() == [T0, T0 + HOUR]
    assert file.notes == []


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"ts": pa.array([T0, None])}, "row 2: ts is nan"),
        ({"ts": pa.array([T0, None], pa.timestamp("ms"))}, "row 2: ts is nothing"),
        ({"ts": pa.array([True, False])}, "column ts holds bool"),
        ({"close": ["a", "b"]}, "row 1: close is nan"),
        ({"close": pa.array([None, 2.0])}, "row 1: close is nan"),
        ({"close": pa.array([[1.0], [2.0]])}, "row 1: close is nan"),
    ],
)
def test_a_parquet_with_columns_of_the_wrong_kind_is_refused(parquet, columns, words):
    path = parquet(**columns)
    with pytest.raises(BadCandleFile, match=words):
        CandleFolder(path.parent).read("ETH/USDT", "1h")


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("BTCUSDT", "BTC/USDT"),
        ("1000SATSUSDT", "1000SATS/USDT"),
        ("ETHBTC", "ETH/BTC"),
        ("ETHBTCUSDT", "ETHBTC/USDT"),
        ("BTCUSDC", "BTC/USDC"),
        ("USDCUSDT", "USDC/USDT"),
        ("TUSDT", "T/USDT"),
        ("BTCFDUSD", "BTC/FDUSD"),
        ("BTC/USDT", "BTC/USDT"),
        ("btc_usdt", "BTC/USDT"),
        ("BTC-EUR", "BTC/EUR"),
    ],
)
def test_the_symbol_is_read_from_the_name(name, symbol):
    assert symbol_of(name) == symbol


@pytest.mark.parametrize(
    "name", ["BTCUSDT.csv", "BTCUSDT-7h.csv", "USDT-1h.csv", "BTCXYZ-1h.csv", "_USDT-1h.csv"]
)
def test_a_name_that_says_no_series_is_refused(name):
    with pytest.raises(BadCandleFile, match="name it like"):
        series_of(name)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(BadCandleFile, match="There is no folder"):
        CandleFolder(tmp_path / "nowhere")
    with pytest.raises(BadCandleFile, match="no file with BTC/USDT 1h"):
        CandleFolder(tmp_path).read("BTC/USDT", "1h")


def test_an_import_takes_what_is_sound_and_reports_the_rest(tmp_path):
    (tmp_path / "BTCUSDT-1h.csv").write_text(csv(row(0), row(0), row(1, "1,1,1,1,0")))
    (tmp_path / "BTC_USDT-1h.csv").write_text(csv(row(5)))
    (tmp_path / "ETHUSDT-1h.csv").write_text(csv(row(0, "0,1,1,1,1")))
    (tmp_path / "whatever.csv").write_text("")
    (tmp_path / "README.md").write_text("not a candle file")
    steps = []
    with CandleStore(tmp_path / "candles.db") as store:
        report = import_folder(tmp_path, "binance", store, lambda done, total: steps.append((done, total)))
        assert steps == [(1, 2), (2, 2)]
        assert report.n_new == 2
        assert [(f.file, f.n_rows, f.n_new, f.notes) for f in report.taken] == [
            ("BTCUSDT-1h.csv", 3, 2, ("dropped 1 repeated row",))
        ]
        assert [f.file for f in report.refused] == ["BTC_USDT-1h.csv", "ETHUSDT-1h.csv", "whatever.csv"]
        assert "same series as BTCUSDT-1h.csv" in report.refused[0].refused
        assert "row 1: open is 0.0" in report.refused[1].refused
        key = SeriesKey("binance", "BTC/USDT", "1h")
        assert store.series() == [key]
        imported, quiet = int(Quality.IMPORTED), int(Quality.IMPORTED | Quality.NO_TRADES)
        assert store.read(key).quality.tolist() == [imported, quiet]
        assert import_folder(tmp_path, "binance", store).n_new == 0
