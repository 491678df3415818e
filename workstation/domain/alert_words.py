"""Rules of alerts in words: what they watch, and what is said when it comes true."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime

from workstation.domain.alert_crossing import Crossed
from workstation.domain.alert_line import MOMENT, line_of
from workstation.domain.alert_rule import AlertRule, Crossing, LineRule, ScreenEvent, ScreenRule
from workstation.domain.alert_visits import Visit
from workstation.domain.price_text import price_text
from workstation.domain.screen import SIDES, conditions_of
from workstation.domain.screen_column import COLUMNS, CoinColumns, ColumnKind
from workstation.domain.screen_text import parse

_MOST_REASONS = 4
_MOST_NAMED = 3
_DRAWN = 7  # digits of a price on a line drawn by hand
_SIDE_WORDS = {number: word for word, number in SIDES.items()}
_MINUTE_HOURS, _DAY_HOURS = 1 / 60, 24.0


def title_of(rule: AlertRule) -> str:
    """Return what a rule watches, in a few words: ``"BTC/USDT 1h"`` or the name of a screen."""
    if rule.line is not None:
        return f"{rule.line.key.symbol} {rule.line.key.timeframe}"
    return "" if rule.screen is None else f"“{rule.screen.name}”"


def condition_of(rule: AlertRule) -> str:
    """Return when a rule tells, e.g. ``"closes above or below the trend line, once"``."""
    if rule.line is not None:
        return _line_condition(rule.line)
    screen = rule.screen
    return "" if screen is None else _screen_condition(screen)


def _line_condition(rule: LineRule) -> str:
    if rule.part == MOMENT:
        return "its time comes"
    verb = "closes" if rule.on_close else "goes"
    way = {Crossing.UP: "above", Crossing.DOWN: "below", Crossing.EITHER: "above or below"}[rule.crossing]
    label = line_of(rule.drawing, rule.part).label
    return f"{verb} {way} the {label}, {'once' if rule.is_once else 'every time'}"


def _screen_condition(rule: ScreenRule) -> str:
    hours = rule.cool_down_ms / 3_600_000
    pause = f", the same coin again after {_duration(hours)}" if hours else ""
    live = ", live prices count" if rule.is_live else ""
    return f"a coin {rule.event.value} it{live}{pause}"


def crossing_sentence(rule: LineRule, crossed: Crossed) -> str:
    """Return a crossing as one plain sentence."""
    label = line_of(rule.drawing, rule.part).label
    way = "above" if crossed.direction > 0 else "below"
    verb = f"closed {way}" if rule.on_close else f"went {way}"
    at = "close" if rule.on_close else "price"
    return (
        f"{rule.key.symbol} {rule.key.timeframe} {verb} the {label} at "
        f"{price_text(crossed.line, _DRAWN)}: {at} {price_text(crossed.price)}."
    )


def moment_sentence(rule: LineRule) -> str:
    """Return that the time of an upright line has come, as one plain sentence."""
    return f"The time of the vertical line on {rule.key.symbol} {rule.key.timeframe} has come."


def coin_sentence(rule: ScreenRule, coins: CoinColumns, symbol: str) -> str:
    """Return that a coin came in or went out, and why, as one plain sentence.

    The reasons are the coin's own values in the columns of the conditions, the first four of them.
    """
    verb = "entered" if rule.event is ScreenEvent.ENTERS else "left"
    row = coins.symbols.index(symbol)
    columns = list(dict.fromkeys(condition.column for condition in conditions_of(parse(rule.text))))
    if "signal" in columns and "signal_age" in columns:
        columns.remove("signal_age")  # said beside the signal
    reasons = [words for column in columns if (words := _value_words(coins, column, row))]
    why = f": {', '.join(reasons[:_MOST_REASONS])}" if reasons else ""
    return f"{symbol} {verb} “{rule.name}”{why}."


def many_sentence(rule: ScreenRule, symbols: Sequence[str]) -> str:
    """Return that many coins came in or went out at once, as one plain sentence with their number."""
    verb = "entered" if rule.event is ScreenEvent.ENTERS else "left"
    named = ", ".join(symbols[:_MOST_NAMED])
    return f"{len(symbols)} coins {verb} “{rule.name}”: {named} and {len(symbols) - _MOST_NAMED} more."


def meanwhile_sentence(rule: ScreenRule, n_coins: int, since_ms: int, until_ms: int) -> str:
    """Return between which two looks coins came in or went out unseen, as one plain sentence."""
    they = "It" if n_coins == 1 else "They"
    moved = "came in" if rule.event is ScreenEvent.ENTERS else "went out"
    first, last = (datetime.fromtimestamp(at / 1000, UTC) for at in (since_ms, until_ms))
    until = f"{last:%H:%M}" if first.date() == last.date() else f"{last:%Y-%m-%d %H:%M}"
    return f"{they} {moved} between {first:%Y-%m-%d %H:%M} and {until} UTC, while Tidemark did not watch."


def visit_sentence(rule: ScreenRule, visits: Sequence[Visit]) -> str:
    """Return when coins came in and left again unseen, or the other way round, as one plain sentence."""
    is_entering = rule.event is ScreenEvent.ENTERS
    there, back = ("entered", "left it") if is_entering else ("left", "entered it")
    first, last = min(one.moved_ms for one in visits), max(one.back_ms for one in visits)
    if len(visits) == 1:
        what = f"{visits[0].symbol} {there} “{rule.name}” at {_minute(first)} and {back} again at"
        return f"{what} {_minute(last)} UTC, while Tidemark did not watch."
    named = ", ".join(one.symbol for one in visits[:_MOST_NAMED])
    more = f" and {len(visits) - _MOST_NAMED} more" if len(visits) > _MOST_NAMED else ""
    return (
        f"{len(visits)} coins {there} “{rule.name}” and {back} again between {_minute(first)} and "
        f"{_minute(last)} UTC, while Tidemark did not watch: {named}{more}."
    )


def _minute(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%M}"


def lists_gone_sentence(rule: ScreenRule) -> str:
    """Return which lists a screen asks for in vain, and what to do; empty where there is none."""
    gone = rule.lists_gone
    if not gone:
        return ""
    named = ", ".join(f"“{name}”" for name in gone)
    if len(gone) == 1:
        return f"The list {named} is gone and no coin is in it: change this alert."
    return f"The lists {named} are gone and no coin is in them: change this alert."


def _value_words(coins: CoinColumns, column: str, row: int) -> str:
    spec = COLUMNS[column]
    if column == "market":
        return ""
    if spec.kind is ColumnKind.NAME:
        return ", ".join(coins.cells(column)[row])
    value = float(coins.number(column)[row])
    if not math.isfinite(value):
        return ""
    if column == "signal":
        age = float(coins.number("signal_age")[row])
        word = _SIDE_WORDS.get(value, "")
        return f"{word} {_duration(age)} ago" if math.isfinite(age) else word
    if column == "signal_age":
        return f"signal {_duration(value)} ago"
    return f"{_spoken(column)} {_number(spec.kind, value)}"


def _spoken(column: str) -> str:
    """Return a column as it is said in a sentence: ``change_7d`` is "7 d"."""
    title = COLUMNS[column].title
    return title if any(one.isdigit() for one in title) or "Δ" in title else title[0].lower() + title[1:]


def _number(kind: ColumnKind, value: float) -> str:
    match kind:
        case ColumnKind.CHANGE:
            return f"{value:+.1f} %"
        case ColumnKind.RATE:
            return f"{value:+.4f} %"
        case ColumnKind.SHARE:
            return f"{value:.0f} %"
        case ColumnKind.STEP:
            return f"{value:+.0f}"
        case ColumnKind.SIDE:
            return _SIDE_WORDS.get(value, "")
        case ColumnKind.AMOUNT:
            return _amount(value)
        case _:
            return f"{value:.6g}"


def _amount(value: float) -> str:
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if value >= size:
            return f"{value / size:.3g} {letter}"
    return f"{value:.0f}"


def _duration(hours: float) -> str:
    if hours < _MINUTE_HOURS * 60:
        return f"{round(hours * 60)} min"
    return f"{hours:.0f} h" if hours < 2 * _DAY_HOURS else f"{hours / _DAY_HOURS:.0f} d"
