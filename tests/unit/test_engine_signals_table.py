"""Signals as rows for a spreadsheet."""

from workstation.domain.market import SeriesKey
from workstation.domain.signal import Direction, Family, FamilyVote, Signal, SignalOrigin
from workstation.engine.features.registry import FAMILIES
from workstation.engine.signals_table import COLUMNS, signals_table


def signal(*votes: FamilyVote) -> Signal:
    key = SeriesKey("binance", "PEPE/USDT", "1h")
    return Signal(
        key, 1_706_745_600_000, 0.00001234, Direction.BEARISH, votes, True, SignalOrigin.HISTORY, "0.1.0"
    )


def test_a_row_says_when_where_which_way_at_what_price_and_who_voted():
    momentum = FamilyVote(Family.MOMENTUM, Direction.BEARISH, -0.75, (), 0)
    levels = FamilyVote(Family.LEVELS, Direction.NEUTRAL, 0.125, (), 0)
    (row,) = signals_table([signal(momentum, levels)])
    told = dict(zip(COLUMNS, row, strict=True))
    silent = [f.family for f in FAMILIES if f.family not in (Family.MOMENTUM, Family.LEVELS)]
    assert told == {
        "known_at": "2024-02-01T01:00:00Z",
        "time": "2024-02-01T00:00:00Z",
        "open_time": 1_706_745_600_000,
        "symbol": "PEPE/USDT",
        "timeframe": "1h",
        "direction": "bearish",
        "price": 0.00001234,
        "momentum_vote": "bearish",
        "momentum_score": -0.75,
        "levels_vote": "neutral",
        "levels_score": 0.125,
        **{f"{family}_{what}": "" for family in silent for what in ("vote", "score")},
    }


def test_every_family_that_can_vote_has_its_two_columns():
    assert COLUMNS[7:] == tuple(f"{f.family.value}_{what}" for f in FAMILIES for what in ("vote", "score"))


def test_rows_keep_the_order_of_the_signals():
    assert [row[2] for row in signals_table([signal(), signal()])] == [1_706_745_600_000] * 2
    assert list(signals_table([])) == []
