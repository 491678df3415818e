"""Screens as the trader types them: what they let through, and what is said of one that cannot be read."""

import numpy as np
import pytest

from workstation.domain.errors import UsageError
from workstation.domain.screen import Comparison, Condition, Group, Joint, joined, matches, without
from workstation.domain.screen_column import COLUMNS, CoinColumns, order_of
from workstation.domain.screen_text import ScreenError, parse, text_of

NAN = float("nan")
COINS = CoinColumns(
    ("BTC/USDT", "ETH/USDT", "FET/USDT", "NEW/USDT"),
    {
        "grade": np.array([85.0, 70.0, 91.0, NAN]),
        "signal": np.array([1.0, -1.0, 1.0, NAN]),
        "signal_age": np.array([3.0, 1.0, 40.0, NAN]),
        "change_7d": np.array([2.0, -1.0, 12.0, 3.0]),
        "volume_24h": np.array([3e9, 2e9, 5e6, 1e3]),
        "narrative_7d": np.array([1.0, 1.0, -4.0, NAN]),
    },
    {"narrative": (("Layer 1",), ("Layer 1", "DeFi"), ("AI",), ())},
)


def hits(text: str) -> str:
    found = matches(parse(text), COINS)
    return " ".join(symbol.split("/")[0] for symbol, hit in zip(COINS.symbols, found, strict=True) if hit)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "BTC ETH FET NEW"),
        ("grade > 80", "BTC FET"),
        ("grade != 85", "ETH FET"),
        ("GRADE > 80 AND signal is bullish AND signal age < 24 h AND narrative 7d ROI > 0", "BTC"),
        ("signal is not bullish", "ETH"),
        ("signal = bearish or 7d >= 12%", "ETH FET"),
        ("grade > 90 or grade < 75 and signal is bullish", "FET"),
        ("(grade > 90 or grade < 75) and signal is bearish", "ETH"),
        ("volume > 1.5B", "BTC ETH"),
        ("volume < 5,000 k", "NEW"),
        ("age <= 2d and age > 90m", "BTC FET"),
        ("7d < \N{MINUS SIGN}0.5", "ETH"),
        ("narrative is defi", "ETH"),
        ('narrative is "layer 1"', "BTC ETH"),
        ("narrative is not ai", "BTC ETH"),
        ("narrative contains layer", "BTC ETH"),
        ("market contains e", "ETH FET NEW"),
        ("funding > 0", ""),
    ],
)
def test_a_screen_lets_through_what_it_says(text, expected):
    assert hits(text) == expected
    assert hits(text_of(parse(text))) == expected


@pytest.mark.parametrize(
    ("text", "said", "at"),
    [
        ("grad > 80", "“grad” is no column; did you mean “grade”?", 0),
        ("xyzzy > 80", "“xyzzy” is no column; “grade”", 0),
        ("grade > high", "grade is compared with a number, not with “high”", 8),
        ("grade 80", "“grade 80” is no column", 0),
        ("grade is 80", "not by “is”", 6),
        ("signal > bullish", "signal is compared by “is”, “is not”, not by “>”", 7),
        ("signal is up", "signal is bullish, bearish or neutral, not “up”", 10),
        ("grade > 80 and", "A column is expected before the end", 14),
        ("grade > 80 grade < 90", "“and” or “or” is expected before “grade”", 11),
        ("(grade > 80", "A closing bracket “)” is expected before the end", 11),
        ("grade > 80)", "“and” or “or” is expected before “)”", 10),
        ("narrative is", "A name is expected after narrative, not the end", 12),
        ("grade > 5M", "grade takes these units: none", 8),
        ("grade > 1e999", "too large", 8),
        ("last_week > 1", "is a drawing", 10),
        ("grade ! 80", "“!” cannot stand here", 6),
        ('grade > 80 "x"', "there is “x”", 11),
        ("(" * 21 + "grade > 1", "more than 20 brackets", 21),
        (f"market is {'x' * 2000}", "2000 characters at most", 2000),
    ],
)
def test_a_screen_that_cannot_be_read_names_the_word_and_the_place(text, said, at):
    with pytest.raises(ScreenError) as told:
        parse(text)
    assert said.casefold() in str(told.value).casefold()
    assert told.value.at == at


@pytest.mark.parametrize(
    ("column", "comparison", "value"),
    [
        ("nothing", Comparison.ABOVE, 1.0),
        ("grade", Comparison.IS, 1.0),
        ("grade", Comparison.ABOVE, "high"),
        ("grade", Comparison.ABOVE, NAN),
        ("signal", Comparison.IS, "up"),
        ("narrative", Comparison.IS, " "),
        ("narrative", Comparison.IS, 'a"b'),
    ],
)
def test_a_condition_of_parts_that_do_not_fit_is_refused(column, comparison, value):
    with pytest.raises(UsageError):
        Condition(column, comparison, value)


def test_a_chip_that_is_taken_away_leaves_the_rest_as_it_was():
    screen = parse("grade > 80 and (signal is bullish or 7d > 5)")
    assert text_of(without(screen, 1)) == "grade > 80 and change_7d > 5 %"
    assert text_of(without(screen, 0)) == "signal is bullish or change_7d > 5 %"
    assert without(parse("grade > 80"), 0) is None
    assert without(parse("grade > 80"), 1) == parse("grade > 80")


def test_groups_join_two_or_more_and_never_hold_their_like():
    one = Condition("grade", Comparison.ABOVE, 1.0)
    with pytest.raises(ValueError, match="two or more"):
        Group(Joint.ALL, (one,))
    with pytest.raises(ValueError, match="cannot hold"):
        Group(Joint.ALL, (one, Group(Joint.ALL, (one, one))))
    assert joined(Joint.ANY) is None


def test_names_sort_with_the_unknown_last_either_way():
    up = order_of(COINS, "narrative", descending=False).tolist()
    down = order_of(COINS, "narrative", descending=True).tolist()
    assert up == [2, 0, 1, 3]
    assert down == [1, 0, 2, 3]


def test_columns_of_another_length_are_refused():
    with pytest.raises(ValueError, match="grade has 1 cells for 2 coins"):
        CoinColumns(("A", "B"), {"grade": np.zeros(1)})


def test_no_two_columns_share_a_spelling():
    spellings = [one for column in COLUMNS.values() for one in (column.id, *column.also)]
    assert len(spellings) == len(set(spellings))
