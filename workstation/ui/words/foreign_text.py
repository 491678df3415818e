"""Text that came from a venue or a file, made fit to be shown: one line, plain, and in its own order.

Qt takes text for rich text where it looks so, and a right-to-left override turns a line around; both have
been used to lie to traders. Everything foreign passes through here on its way to the screen.
"""

import html
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


_ISOLATES = (_FIRST_STRONG_ISOLATE, _POP_ISOLATE)
_MOST_ISOLATES = 16
_LONGEST_LETTER = 8  # characters that one letter can be made of; what lies further on is not looked at
_MOST_MARKS = 3
"""Accents on one letter that any script needs; more are piled up to cover the lines above and below."""


def one_line(text: str, limit: int = 80) -> str:
    """Return the text on one line, without control or direction marks, at most `limit` characters long.

    Text with letters that run right to left is isolated, so that it cannot turn what stands around it; what
    is isolated already stays so, and text that went through here goes through again as it is.
    """
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text
    return _in_its_order(text[: limit * _LONGEST_LETTER], limit)


@lru_cache(maxsize=1024)  # what is in another script is painted again and again
def _in_its_order(text: str, limit: int) -> str:
    shown, depth, is_turned = [""], 0, False
    for one in _fit(text):
        if len(shown) > limit + 1:
            break
        depth += (one == _FIRST_STRONG_ISOLATE) - (one == _POP_ISOLATE)
        if one in _ISOLATES or unicodedata.combining(one):
            shown[-1] += one
        else:
            shown.append(one)
            is_turned |= not depth and unicodedata.bidirectional(one) in {"R", "AL"}
    kept = "".join(shown if len(shown) <= limit + 1 else [*shown[:limit], "…"])
    closed = kept + _POP_ISOLATE * (kept.count(_FIRST_STRONG_ISOLATE) - kept.count(_POP_ISOLATE))
    return f"{_FIRST_STRONG_ISOLATE}{closed}{_POP_ISOLATE}" if is_turned else closed


def _fit(text: str) -> Iterator[str]:
    """Return the characters that may be shown; an isolate ends only what one began."""
    depth = n_isolates = n_marks = 0
    for one in text:
        n_marks = n_marks + 1 if unicodedata.combining(one) else 0
        if one == _FIRST_STRONG_ISOLATE and n_isolates < _MOST_ISOLATES:
            depth, n_isolates = depth + 1, n_isolates + 1
            yield one
        elif one == _POP_ISOLATE and depth:
            depth -= 1
            yield one
        elif n_marks <= _MOST_MARKS:
            yield _REPLACEMENT if unicodedata.category(one) in _UNSAFE else one


_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def in_menu(text: str) -> str:
    """Return the text for an action or a button, where ``&`` would mark a key."""
    return one_line(text).replace("&", "&&")


def tooltip(*lines: str) -> str:
    """Return a tool tip of these lines; each is shown as it is, whatever it holds."""
    return "<qt>" + "<br>".join(html.escape(one_line(line, 300)) for line in lines) + "</qt>"
