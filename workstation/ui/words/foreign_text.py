"""Text that came from a venue or a file, made fit to be shown: one line, plain, and in its own order.

Qt takes text for rich text where it looks so, and a right-to-left override turns a line around; both have
been used to lie to traders. Everything foreign passes through here on its way to the screen.
"""

import html
import unicodedata

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


def one_line(text: str, limit: int = 80) -> str:
    """Return the text on one line, without control or direction marks, at most `limit` characters long.

    Text with letters that run right to left is isolated, so that it cannot turn what stands around it.
    """
    short = text if len(text) <= limit else text[: limit - 1] + "…"
    if short.isascii() and short.isprintable():
        return short
    shown = "".join(_REPLACEMENT if unicodedata.category(c) in _UNSAFE else c for c in short)
    if any(unicodedata.bidirectional(c) in {"R", "AL"} for c in shown):
        return f"{_FIRST_STRONG_ISOLATE}{shown}{_POP_ISOLATE}"
    return shown


_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def in_menu(text: str) -> str:
    """Return the text for an action or a button, where ``&`` would mark a key."""
    return one_line(text).replace("&", "&&")


def tooltip(*lines: str) -> str:
    """Return a tool tip of these lines; each is shown as it is, whatever it holds."""
    return "<qt>" + "<br>".join(html.escape(one_line(line, 300)) for line in lines) + "</qt>"
