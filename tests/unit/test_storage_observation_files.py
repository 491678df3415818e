"""Files of on-chain, sentiment and derivatives history: taken whole, or refused with the row."""

from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workstation.domain.errors import BadObservationFile
from workstation.domain.observation import MARKET, Observation
from workstation.storage.coin_name import coin_of, coin_of_file_name
from workstation.storage.observation_files import import_observations, read_observations
from workstation.storage.observation_store import ObservationStore

HOUR, DAY = 3_600_000, 86_400_000
NEW_YEAR = 1_704_067_200_000  # 2024-01-01
NOW = NEW_YEAR + 400 * DAY


def ms(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.fixture
def write(tmp_path):
    def write_file(name, text):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write_file


@pytest.fixture
def store(tmp_path):
    with ObservationStore(tmp_path / "observations.db") as store:
        yield store


def rows_of(file):
    return [(row.metric, row.subject, row.event_ms, row.available_ms, row.value) for row in file.rows]


def test_a_day_of_coin_metrics_is_known_at_noon_of_the_next_day(write):
    path = write("btc.csv", "time,AdrActCnt,TxCnt,PriceUSD\n2024-01-01,10,20,3\n2024-01-02,,21,4\n")
    file = read_observations(path, NOW)
    first, second = ms("2024-01-02"), ms("2024-01-03")
    assert rows_of(file) == [
        ("onchain.active_addresses", "BTC", first, ms("2024-01-02T12:00"), 10.0),
        ("onchain.transactions", "BTC", first, ms("2024-01-02T12:00"), 20.0),
        ("onchain.transactions", "BTC", second, ms("2024-01-03T12:00"), 21.0),
    ]
    assert (file.n_rows, file.ignored, file.rows[0].source) == (2, ("PriceUSD",), "file:btc.csv")


@pytest.mark.parametrize(
    ("completed", "known"),
    [
        ("2024-01-02T03:00", "2024-01-02T12:00"),
        ("2024-01-05T07:30", "2024-01-05T07:30"),
        ("2025-01-01T00:00", "2024-01-02T12:00"),
    ],
    ids=["early", "late", "worked out anew a year later"],
)
def test_a_day_that_was_complete_late_is_known_late(write, completed, known):
    text = f"time,TxCnt,AssetEODCompletionTime\n2024-01-01,20,{ms(completed) / 1000}\n"
    file = read_observations(write("btc.csv", text), NOW)
    assert [row.available_ms for row in file.rows] == [ms(known)]
    assert file.ignored == ()


def test_fear_and_greed_is_of_the_market_and_known_after_its_day(write):
    path = write("fear_greed_daily.csv", "date,fear_greed_index\n2024-01-01,24\n")
    expected = ("sentiment.fear_greed", MARKET, ms("2024-01-02"), ms("2024-01-02T00:10"), 24.0)
    assert rows_of(read_observations(path, NOW)) == [expected]


def test_funding_is_known_at_its_own_time_and_a_daily_mean_when_its_day_ends(write):
    path = write("funding.csv", f"symbol,ts,funding_rate\nBTCUSDT,{NEW_YEAR + 9},0.0001\n")
    expected = ("liquidity.funding_rate", "BTC", NEW_YEAR + 9, NEW_YEAR + 9, 0.0001)
    assert rows_of(read_observations(path, NOW)) == [expected]
    path = write("binance_btcusdt_funding_daily.csv", "date,funding_rate\n2024-01-01,-0.0002\n")
    end = NEW_YEAR + DAY - 1
    assert rows_of(read_observations(path, NOW)) == [("liquidity.funding_rate", "BTC", end, end, -0.0002)]


def test_a_funding_rate_of_four_hours_is_stated_for_eight(write):
    times = [*range(0, 20, 4), 24, 32, 40]
    text = "".join(f"ENAUSDT,{NEW_YEAR + h * HOUR + 3},0.0001\n" for h in times)
    file = read_observations(write("f.csv", "symbol,ts,funding_rate\n" + text), NOW)
    assert [row.value for row in file.rows] == [0.0002] * 5 + [0.0001] * 3
    assert file.coins_of_other_interval == {"ENA"}


def test_open_interest_of_a_day_is_known_an_hour_after_it(write):
    text = f"coin_symbol,symbol,timestamp,oi_close,oi_open\nWLD,WLDUSDT_PERP.A,{NEW_YEAR // 1000},5e7,4e7\n"
    file = read_observations(write("oi.csv", text), NOW)
    expected = ("liquidity.open_interest_usd", "WLD", NEW_YEAR + DAY, NEW_YEAR + DAY + HOUR, 5e7)
    assert (rows_of(file), file.ignored) == ([expected], ("oi_open",))


def test_parquet_says_the_same_as_csv(write, tmp_path):
    columns = {
        "time": pa.array([datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC)]),
        "asset": ["ada", "ada"],
        "TxCnt": pa.array([20, None], pa.int64()),
        "CapMVRVCur": [0.37, float("nan")],
    }
    pq.write_table(pa.table(columns), tmp_path / "x.parquet")
    path = write(
        "y.csv", "time,asset,TxCnt,CapMVRVCur\n2024-01-01T00:00:00Z,ada,20,0.37\n2024-01-02,ada,NaN,\n"
    )
    parquet, text = read_observations(tmp_path / "x.parquet", NOW), read_observations(path, NOW)
    assert rows_of(parquet) == rows_of(text)
    assert [(row.subject, row.value) for row in parquet.rows] == [("ADA", 20.0), ("ADA", 0.37)]


def test_a_number_of_today_is_left_out_and_one_not_yet_due_is_known_now(write, store):
    text = "date,TxCnt\n2024-01-01,1\n2024-01-02,2\n2024-01-03,3\n"
    now = ms("2024-01-03T09:00")
    report = import_observations(write("btc.csv", text), store, now)
    assert report.notes == ("1 values of a day that is not over were left out.",)
    columns = store.observations("onchain.transactions", "BTC")
    assert columns.available_ms.tolist() == [ms("2024-01-02T12:00"), now]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("btc.csv", "time,TxCnt\n2024-01-01,1\n2024-01-02,-5\n", "row 2: TxCnt is -5, but cannot be below 0"),
        ("x.csv", "date,fear_greed_index\n2024-01-01,101\n", "row 1: fear_greed_index is 101, but lies in"),
        ("btc.csv", "time,funding_rate\n2024-01-01,7\n", "is 7, but lies in -1 to 1"),
        ("btc.csv", "time,TxCnt\n2024-01-01,1\n2024-01-01,2\n", "row 2: onchain.transactions of BTC is 2"),
        ("btc.csv", "time,TxCnt\n2031-01-01,1\n", "is about 2031-01-01 00:00 UTC, which lies in the future"),
        ("btc.csv", "time,TxCnt\nyesterday,1\n", "row 1: 'yesterday' is not a date such as 2024-01-31"),
        ("btc.csv", "time,TxCnt\n,1\n", "row 1: '' is not a date"),
        ("btc.csv", "time,TxCnt\n17,1\n", "'17' is no time in seconds or milliseconds since 1970"),
        ("btc.csv", "time,TxCnt\n2024-01-01T07:00,1\n", "2024-01-01 07:00 UTC is not the start of one"),
        ("btc.csv", "time,TxCnt\n2024-01-01,many\n", "row 1, TxCnt: 'many' is not a number"),
        ("btc.csv", "time,TxCnt\n2024-01-01,inf\n", "row 1, TxCnt: 'inf' is not a number"),
        ("btc.csv", "time,TxCnt\n2024-01-01\n", "row 1 has 1 cells, but there are 2 columns"),
        ("btc.csv", "time,TxCnt,txcnt\n2024-01-01,1,1\n", "names a column twice"),
        ("btc.csv", "TxCnt\n1\n", "has no column time, date, ts or timestamp"),
        ("btc.csv", "time,PriceUSD\n2024-01-01,1\n", "has no column that is understood (adractcnt, txcnt"),
        ("btc.csv", "time,TxCnt\n", "holds no row"),
        ("btc.csv", "", "is empty"),
        ("btc.csv", b"time,TxCnt\n\xff\xfe,1\n", "in UTF-8"),
        ("btc.parquet", b"PAR1 and then the disk was full", "is damaged or no Parquet file"),
        ("on_chain_of_my_coin.csv", "time,TxCnt\n2024-01-01,1\n", "does not say which coin it is"),
        ("x.csv", "time,asset,TxCnt\n2024-01-01,,1\n", "row 1 names no coin"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_trusted_is_refused_whole_with_its_row(write, store, name, text, words):
    path = write(name, text)
    report = import_observations(path, store, NOW)
    assert report.refused.startswith(name)
    assert words in report.refused
    assert (report.n_new, store.summaries()) == (0, [])
    with pytest.raises(BadObservationFile):
        read_observations(path, NOW)


def test_a_file_that_is_not_there_is_told(tmp_path, store):
    assert import_observations(tmp_path / "no.csv", store, NOW).refused == (
        "no.csv cannot be read: No such file or directory."
    )
    (tmp_path / "folder.parquet").mkdir()
    assert (
        "folder.parquet cannot be read"
        in import_observations(tmp_path / "folder.parquet", store, NOW).refused
    )


def test_the_trader_may_say_which_coin_but_not_otherwise_than_the_file(write, store):
    path = write("chain.csv", "time,TxCnt\n2024-01-01,1\n")
    assert import_observations(path, store, NOW, "eth").subjects == ("ETH",)
    path = write("rows.csv", "time,asset,TxCnt\n2024-01-01,btc,1\n")
    assert (
        "row 1 is about BTC, not about ETH; leave --coin out"
        in import_observations(path, store, NOW, "ETH").refused
    )
    assert import_observations(path, store, NOW, "btc").n_new == 1


@pytest.mark.parametrize(
    ("text", "coin"),
    [
        ("btc", "BTC"), ("BTCUSDT", "BTC"), ("BTC/USD", "BTC"), ("1000PEPEUSDT", "PEPE"), ("1INCH", "1INCH"),
        ("FILUSD_PERP.A", "FIL"), ("FTM.H", ""), ("USDT", "USDT"), ("", ""), ("a b", ""),
    ],
)  # fmt: skip
def test_a_coin_is_read_out_of_a_symbol(text, coin):
    assert coin_of(text) == coin


@pytest.mark.parametrize(
    ("name", "coin"),
    [
        ("btc.csv", "BTC"), ("coinmetrics_btc_CC-BY-NC.parquet", "BTC"), ("coinmetrics_ada.parquet", "ADA"),
        ("binance_btcusdt_funding_daily.parquet", "BTC"), ("fear_greed_daily.parquet", ""),
    ],
)  # fmt: skip
def test_a_coin_is_read_out_of_a_files_name(name, coin):
    assert coin_of_file_name(name) == coin


def test_a_second_import_adds_nothing_and_a_revised_value_counts_from_now_on(write, store):
    path = write("btc.csv", "time,TxCnt\n2024-01-01,1\n2024-01-02,2\n")
    assert import_observations(path, store, NOW).n_new == 2
    assert import_observations(path, store, NOW + 1).n_new == 0
    later = write("coinmetrics_btc.csv", "time,TxCnt\n2024-01-01,1\n2024-01-02,3\n")
    report = import_observations(later, store, NOW + 2)
    assert (report.n_new, report.notes) == (
        1,
        ("1 values differ from those of an earlier file; they count from now on.",),
    )
    for again in (path, later):
        assert import_observations(again, store, NOW + 3).n_new == 0
    columns = store.observations("onchain.transactions", "BTC")
    assert columns.known_at(NOW + 1).value.tolist() == [1, 2]
    assert columns.known_at(NOW + 2).value.tolist() == [1, 3]


def test_what_a_provider_told_here_stays_as_it_was_told(write, store):
    live = Observation(
        "onchain.transactions", "BTC", ms("2024-01-02"), ms("2024-01-02T05:00"), 7.0, "coinmetrics"
    )
    store.observe([live])
    path = write("btc.csv", "time,TxCnt\n2024-01-01,1\n2024-01-02,2\n")
    report = import_observations(path, store, NOW)
    assert (report.n_new, report.notes) == (
        1,
        ("1 values were told by a provider already; those stay as they are.",),
    )
    columns = store.observations("onchain.transactions", "BTC")
    assert columns.known_at(NOW).value.tolist() == [7, 2]


def test_every_recorded_file_goes_in(recordings, store):
    now = ms("2026-11-20")
    files = [*(recordings / "onchain-sentiment").glob("*"), *(recordings / "derivatives").glob("oi_*")]
    reports = [import_observations(path, store, now) for path in sorted(files)]
    assert [report.refused for report in reports] == [""] * len(files)
    assert len(store.summaries()) >= 35
    mvrv = store.observations("onchain.mvrv", "BTC")
    day = ms("2024-03-01")
    assert mvrv.known_at(day + 12 * HOUR - 1).event_ms[-1] == day - DAY
    assert mvrv.known_at(day + 12 * HOUR).event_ms[-1] == day
