"""Rules of alerts as the window says them: what they do, what they said last, how far the price is."""

from datetime import tzinfo

from workstation.domain.alert_line import MOMENT, price_on_bar
from workstation.domain.alert_rule import AlertRule, RuleStanding, RuleState
from workstation.domain.alert_words import condition_of
from workstation.domain.market import SeriesKey, open_of
from workstation.ui.words import number_format
from workstation.ui.words.foreign_text import one_line
from workstation.ui.world import World
from workstation.ui.zone import day_and_time

STATE_WORDS = {
    RuleState.WATCHING: "Watching",
    RuleState.PAUSED: "Paused",
    RuleState.DONE: "Told, done",
    RuleState.ENDED: "Ended",
    RuleState.WAITING: "Waiting",
}


def title_words(rule: AlertRule) -> tuple[str, str]:
    """Return what a rule watches, and the length of its bars; the second is empty for a screen."""
    if rule.line is not None:
        return one_line(rule.line.key.symbol, 40), rule.line.key.timeframe
    return ("" if rule.screen is None else one_line(rule.screen.name, 40)), ""


def condition_words(rule: AlertRule) -> str:
    """Return when a rule tells, beginning with a capital."""
    words = one_line(condition_of(rule), 200)
    return words[:1].upper() + words[1:]


def last_words(standing: RuleStanding, zone: tzinfo) -> str:
    """Return what a rule said last, or why it waits."""
    if standing.detail:
        return one_line(standing.detail, 200)
    if standing.told_ms is None:
        ended = standing.state is RuleState.ENDED
        return "The line has ended; nothing crossed it" if ended else "Nothing told yet"
    times = "Told" if standing.n_told == 1 else f"Told {standing.n_told} times, last"
    return f"{times} {day_and_time(standing.told_ms, zone)}"


def where_words(rule: AlertRule, world: World, now_ms: int) -> str:
    """Return where a line is now and how far the price is from it; empty where that is not known."""
    line = rule.line
    ticker = None if line is None else world.tickers.get(line.key.symbol)
    if line is None or line.part == MOMENT or ticker is None or not _is_here(line.key, world) or not now_ms:
        return ""
    bar_ms = line.key.bar_ms
    level = price_on_bar(line.drawing, line.part, open_of(now_ms, line.key.timeframe), bar_ms)
    if level is None:
        return ""
    away = number_format.percent((level / ticker.last - 1) * 100)
    return f"{number_format.price(level, world.price_step(line.key.symbol))}  {away}"


def spoken(standing: RuleStanding, zone: tzinfo) -> str:
    """Return a rule in one plain line, for a screen reader."""
    title = " ".join(part for part in title_words(standing.rule) if part)
    parts = (title, condition_words(standing.rule), STATE_WORDS[standing.state], last_words(standing, zone))
    return " · ".join(parts)


def _is_here(key: SeriesKey, world: World) -> bool:
    return world.venue is not None and world.venue.name == key.venue
