"""Coins that came into a screen and left it again, or the other way round, at closes nobody looked at."""

from collections.abc import Sequence
from dataclasses import dataclass

from workstation.domain.alert_rule import ScreenEvent, ScreenRule
from workstation.domain.alert_screen import ScreenState, is_due, known_of
from workstation.domain.screen import Mask, matches
from workstation.domain.screen_column import CoinColumns
from workstation.domain.screen_text import parse

FROM_CANDLES = frozenset(
    {
        "market",
        "list",
        "price",
        "volume_24h",
        "change_1h",
        "change_4h",
        "change_24h",
        "change_7d",
        "change_30d",
    }
)
"""Columns that closed candles alone tell of a past close; nobody graded or judged one nobody watched."""


@dataclass(frozen=True, slots=True, eq=False)
class PastClose:
    """What was known of coins at a close.

    Parameters
    ----------
    at_ms : int
        The close, UTC milliseconds.
    coins : CoinColumns
        From what had closed by then, and nothing later.
    has_closed : ndarray of bool, shape (n,)
        Which of them had a bar that closed just then.
    """

    at_ms: int
    coins: CoinColumns
    has_closed: Mask


@dataclass(frozen=True, slots=True)
class Visit:
    """A coin that moved as a rule asks, and moved back.

    Parameters
    ----------
    symbol : str
    moved_ms, back_ms : int
        The closes, UTC milliseconds; the latter is the look where no close shows it.
    """

    symbol: str
    moved_ms: int
    back_ms: int


def visits(
    rule: ScreenRule, before: ScreenState, after: ScreenState, past: Sequence[PastClose], now_ms: int
) -> tuple[Visit, ...]:
    """Return the newest visit of each coin that is seen again, the earliest first.

    A coin that is now where the rule asks is told anyway, and one that was told within the cool-down is not.

    Parameters
    ----------
    before, after : ScreenState
        At the look that sees them again, before and after it.
    past : sequence of PastClose
        Closes since the last look, oldest first.
    """
    is_entering = rule.event is ScreenEvent.ENTERS
    back = before.away - after.away
    over = set((before.inside if is_entering else before.outside) & back)
    moved: dict[str, int] = {}
    found: dict[str, Visit] = {}
    screen = parse(rule.text)
    for close in past:
        known = known_of(screen, close.coins) & close.has_closed
        for symbol, is_hit, is_known in zip(
            close.coins.symbols, matches(screen, close.coins), known, strict=True
        ):
            if not is_known or symbol not in back:
                continue
            if bool(is_hit) is is_entering:
                if symbol not in over:
                    over.add(symbol)
                    moved[symbol] = close.at_ms
            elif symbol in over:
                over.discard(symbol)
                if symbol in moved:
                    found[symbol] = Visit(symbol, moved.pop(symbol), close.at_ms)
    found |= {symbol: Visit(symbol, at_ms, now_ms) for symbol, at_ms in moved.items()}
    ends = after.outside if is_entering else after.inside
    told = [one for s, one in found.items() if s in ends and is_due(rule, before, s, now_ms)]
    return tuple(sorted(told, key=lambda one: (one.moved_ms, one.symbol)))
