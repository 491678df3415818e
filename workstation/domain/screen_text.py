"""A screen as the trader types it: ``grade > 80 and (signal is bullish or 7d > 5 %)``."""

import difflib
import re
from dataclasses import dataclass

from workstation.domain.errors import UsageError
from workstation.domain.screen import (
    OF_NUMBERS,
    SIDES,
    Comparison,
    Condition,
    Group,
    Joint,
    Screen,
    comparisons_of,
    joined,
)
from workstation.domain.screen_column import COLUMNS, SPELLINGS, ColumnKind

LONGEST = 2_000
"""Characters of a screen at most."""

_DEEPEST = 20  # brackets within brackets
_TOKEN = re.compile(r'"(?P<quoted>[^"]*)"|(?P<sign>>=|<=|!=|[<>=()])|(?P<word>[^\s()<>=!"]+)|(?P<bad>\S)')
_NUMBER = re.compile(r"([+-]?(?:\d[\d,]*\.?\d*|\.\d+)(?:e[+-]?\d+)?)(.*)", re.IGNORECASE)
_JOINTS = frozenset({"and", "or"})
_WORDS_OF_COMPARISON = frozenset({"is", "contains"})
_PLAIN = re.compile(r"[^\s()<>=!\"]+")
_TIMES = {"h": 1.0, "d": 24.0, "w": 168.0, "m": 1 / 60, "min": 1 / 60}
_SIZES = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}
_OF_PERCENT = (ColumnKind.CHANGE, ColumnKind.RATE, ColumnKind.SHARE, ColumnKind.APART)
_UNITS = {
    ColumnKind.AGE: _TIMES,
    ColumnKind.AMOUNT: _SIZES,
    **{kind: {"%": 1.0} for kind in _OF_PERCENT},
    ColumnKind.RANGES: {"atr": 1.0},
}


class ScreenError(UsageError):
    """A screen that cannot be read.

    Parameters
    ----------
    problem : str
        A sentence; it names the word.
    at, length : int
        Which characters of the text it is about.
    """

    def __init__(self, problem: str, at: int, length: int) -> None:
        super().__init__(f"Character {at + 1}: {problem}")
        self.at, self.length = at, length


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    at: int
    length: int
    is_quoted: bool = False

    @property
    def key(self) -> str:
        """The word as it is compared; a quoted one is never a word of the language."""
        return "" if self.is_quoted else self.text.lower()


def parse(text: str) -> Screen | None:
    """Return the screen that is written; None for an empty text, which lets every coin through.

    Raises
    ------
    ScreenError
        It cannot be read; the sentence names the word, and what was expected there.
    """
    if len(text) > LONGEST:
        raise ScreenError(f"A screen has {LONGEST} characters at most; this has {len(text)}.", LONGEST, 1)
    tokens = _tokens(text.replace("\N{MINUS SIGN}", "-"))
    return _Reader(tokens, len(text)).whole() if tokens else None


def text_of(screen: Screen | None) -> str:
    """Return a screen as text that `parse` reads as the same screen."""
    if screen is None:
        return ""
    if isinstance(screen, Condition):
        return f"{screen.column} {screen.comparison.value} {_value_text(screen)}"
    inner = (f"({text_of(part)})" if isinstance(part, Group) else text_of(part) for part in screen.parts)
    return f" {screen.joint.value} ".join(inner)


def _value_text(condition: Condition) -> str:
    value = condition.value
    if isinstance(value, str):
        is_plain = _PLAIN.fullmatch(value) and value.lower() not in _JOINTS | _WORDS_OF_COMPARISON | {"not"}
        return value if is_plain else f'"{value}"'
    number = repr(float(value)).removesuffix(".0")
    kind = COLUMNS[condition.column].kind
    if kind is ColumnKind.AGE:
        return f"{number} h"
    return f"{number} %" if kind in _OF_PERCENT else number


def _tokens(text: str) -> list[_Token]:
    found = []
    for match in _TOKEN.finditer(text):
        if match["bad"] is not None:
            raise ScreenError(f"“{match['bad']}” cannot stand here.", match.start(), 1)
        quoted = match["quoted"]
        word = quoted if quoted is not None else match[0]
        found.append(_Token(word, match.start(), len(match[0]), quoted is not None))
    return found


class _Reader:
    """Reads tokens from left to right; AND binds closer than OR."""

    def __init__(self, tokens: list[_Token], end: int) -> None:
        self._tokens, self._end, self._next, self._depth = tokens, end, 0, 0

    def whole(self) -> Screen | None:
        found = self._any()
        if self._key():
            raise self._refusal("“and” or “or” is expected before")
        if self._next < len(self._tokens):
            raise self._refusal("nothing can stand here but “and” or “or”; there is")
        return found

    def _any(self) -> Screen | None:
        parts = [self._all()]
        while self._take("or"):
            parts.append(self._all())
        return joined(Joint.ANY, *parts)

    def _all(self) -> Screen | None:
        parts = [self._part()]
        while self._take("and"):
            parts.append(self._part())
        return joined(Joint.ALL, *parts)

    def _part(self) -> Screen | None:
        if not self._take("("):
            return self._condition()
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._refusal(f"there are more than {_DEEPEST} brackets within one another at")
        found = self._any()
        if not self._take(")"):
            raise self._refusal("a closing bracket “)” is expected before")
        self._depth -= 1
        return found

    def _condition(self) -> Condition:
        column = self._column()
        comparison = self._comparison(column)
        is_number = comparisons_of(COLUMNS[column].kind) is OF_NUMBERS
        value = self._number(column) if is_number else self._name(column)
        return Condition(column, comparison, value)

    def _column(self) -> str:
        first = self._next
        words: list[str] = []
        while self._key() and _PLAIN.fullmatch(self._key()) and self._key() not in _WORDS_OF_COMPARISON:
            if words and self._key() in _JOINTS:
                break
            words.append(self._tokens[self._next].key)
            self._next += 1
        spelt = "_".join(words)
        if spelt in SPELLINGS:
            return SPELLINGS[spelt]
        self._next = first
        if not words:
            raise self._refusal("a column is expected before")
        start = self._tokens[first].at
        last = self._tokens[first + len(words) - 1]
        close = difflib.get_close_matches(spelt, SPELLINGS, 1, 0.6)
        advice = f"did you mean “{close[0]}”?" if close else "“grade”, “signal” or “volume” would be."
        raise ScreenError(f"“{' '.join(words)}” is no column; {advice}", start, last.at + last.length - start)

    def _comparison(self, column: str) -> Comparison:
        allowed = comparisons_of(COLUMNS[column].kind)
        key = self._key()
        if key == "is":
            self._next += 1
            key = "is not" if self._take("not") else "is"
            self._next -= 1
        if allowed and allowed is not OF_NUMBERS:
            key = {"=": "is", "!=": "is not"}.get(key, key)
        found = next((one for one in allowed if one.value == key), None)
        if found is None:
            if not allowed:
                raise self._refusal(f"{column} is a drawing and cannot be compared;")
            usable = ", ".join(f"“{one.value}”" for one in allowed)
            raise self._refusal(f"{column} is compared by {usable}, not by")
        self._next += 1
        return found

    def _number(self, column: str) -> float:
        units = _UNITS.get(COLUMNS[column].kind, {})
        match = _NUMBER.fullmatch(self._key())
        if match is None:
            raise self._refusal(f"{column} is compared with a number, not with")
        unit = match[2]
        if unit and unit not in units:
            usable = ", ".join(units) or "none"
            raise self._refusal(f"{column} takes these units: {usable}; not as in")
        number = float(match[1].replace(",", ""))
        self._next += 1
        if not unit and self._key() in units:
            unit = self._key()
            self._next += 1
        value = number * units.get(unit, 1.0)
        if abs(value) == float("inf"):
            self._next -= 1
            raise self._refusal("this number is too large:")
        return value

    def _name(self, column: str) -> str:
        token = self._tokens[self._next] if self._next < len(self._tokens) else None
        if token is None or not token.text.strip() or token.key in {"(", ")", *_JOINTS, *OF_NUMBERS}:
            raise self._refusal(f"a name is expected after {column}, not")
        is_side = COLUMNS[column].kind is ColumnKind.SIDE
        if is_side and token.text.lower() not in SIDES:
            raise self._refusal(f"{column} is bullish, bearish or neutral, not")
        self._next += 1
        return token.text.lower() if is_side else token.text

    def _key(self) -> str:
        return self._tokens[self._next].key if self._next < len(self._tokens) else ""

    def _take(self, key: str) -> bool:
        is_there = self._key() == key
        self._next += is_there
        return is_there

    def _refusal(self, problem: str) -> ScreenError:
        """Return the error about the next word; `problem` is followed by it."""
        begun = problem[0].upper() + problem[1:]
        if self._next >= len(self._tokens):
            return ScreenError(f"{begun} the end.", self._end, 0)
        token = self._tokens[self._next]
        return ScreenError(f"{begun} “{token.text}”.", token.at, token.length)
