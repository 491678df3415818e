"""Whatever bytes a candle file holds, it is taken or refused in our words; nothing else escapes."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import example, given, settings
from hypothesis import strategies as st

from workstation.domain.errors import BadCandleFile
from workstation.storage.candle_files import CandleFolder

T0 = 1_704_067_200_000
HOUR = 3_600_000

CELLS = st.one_of(
    st.integers(-(10**20), 10**20).map(str),
    st.floats().map(repr),
    st.text(max_size=8),
    st.sampled_from(
        ["", "nan", "inf", "1e400", "-0", "0x10", '"1"', "1,1", "2024-01-01", "9999-12-31T23:59:59Z"]
    ),
    st.sampled_from([str(T0), str(T0 + HOUR), str(T0 // 1000), str(T0 * 10**6), "1.5", "0001-01-01+23:59"]),
)
ROWS = st.lists(st.lists(CELLS, min_size=6, max_size=6).map(",".join), max_size=5)


def read_or_refuse(folder, name, data):
    for path in folder.iterdir():
        path.unlink()
    (folder / name).write_bytes(data)
    for skip in (False, True):
        archive = CandleFolder(folder, skip_bad_rows=skip)
        try:
            candles = archive.read("BTC/USDT", "1h")
        except BadCandleFile as error:
            assert name in str(error)  # noqa: PT017 -- both outcomes are right
        else:
            assert len(candles)
            assert not candles.impossible().any()


@settings(max_examples=150, deadline=None)
@given(rows=ROWS, end=st.sampled_from(["\n", "\r\n", "\r"]))
@example(rows=[f"{T0},1,2,1,1,5"], end="\n")
def test_no_cell_of_a_csv_makes_reading_fail_otherwise(tmp_path_factory, rows, end):
    text = end.join(["ts,open,high,low,close,volume", *rows])
    folder = tmp_path_factory.getbasetemp() / "csv-cells"
    folder.mkdir(exist_ok=True)
    read_or_refuse(folder, "BTCUSDT-1h.csv", text.encode("utf-8", "replace"))


@settings(max_examples=100, deadline=None)
@given(
    data=st.binary(max_size=200),
    header=st.sampled_from([b"", b"ts,open,high,low,close,volume\n", b"\xef\xbb\xbf"]),
)
def test_no_bytes_of_a_csv_make_reading_fail_otherwise(tmp_path_factory, data, header):
    folder = tmp_path_factory.getbasetemp() / "csv-bytes"
    folder.mkdir(exist_ok=True)
    read_or_refuse(folder, "BTCUSDT-1h.csv", header + data)


def parquet_bytes():
    columns = {name: [1.0 + i / 7 for i in range(300)] for name in ("open", "high", "low", "close", "volume")}
    columns["ts"] = [T0 + HOUR * i for i in range(300)]
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, write_page_checksum=True, compression="zstd")
    return out.getvalue()


PARQUET = parquet_bytes()


@settings(max_examples=200, deadline=None)
@given(
    flips=st.lists(st.integers(0, len(PARQUET) * 8 - 1), min_size=1, max_size=3),
    cut=st.none() | st.integers(0, len(PARQUET)),
)
def test_no_damage_to_a_parquet_makes_reading_fail_otherwise(tmp_path_factory, flips, cut):
    data = bytearray(PARQUET)
    for flip in flips:
        data[flip // 8] ^= 1 << flip % 8
    folder = tmp_path_factory.getbasetemp() / "parquet-damage"
    folder.mkdir(exist_ok=True)
    read_or_refuse(folder, "BTCUSDT-1h.parquet", bytes(data[:cut]))
