"""Text and links from a feed, made fit to be kept: plain, on one line, and leading nowhere but to https."""

import html
import re
import unicodedata
from html.parser import HTMLParser
from urllib.parse import urlsplit

from workstation.domain.headline import LONGEST_TITLE

LONGEST_LINK = 2_000
_LONGEST_RAW = 20_000  # characters of a title that are looked at
_UNSEEN = frozenset({"script", "style", "template", "noscript"})
_PARTING = frozenset({"Cc", "Zl", "Zp"})
_HIDDEN = frozenset({"Cf", "Cs", "Co", "Cn"})  # bidi and zero-width marks, half characters, private ones
_TAG = re.compile(r"<[a-zA-Z/!]")


class _Text(HTMLParser):
    """Keeps what a reader would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.pieces: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in _UNSEEN
        self.pieces.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _UNSEEN and self._hidden > 0
        self.pieces.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")


def plain_title(raw: str) -> str:
    """Return a title as plain text: tags stripped, entities decoded once, no mark that hides or turns text.

    Empty where nothing readable is left; at most `workstation.domain.headline.LONGEST_TITLE` characters.
    """
    text = raw[:_LONGEST_RAW]
    if _TAG.search(text):
        parser = _Text()
        parser.feed(text)
        parser.close()
        text = "".join(parser.pieces)
    line = " ".join("".join(map(_shown, html.unescape(text))).split())
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1].rstrip() + "…"


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category in _PARTING:
        return " "
    return "" if category in _HIDDEN else character


def safe_link(raw: str) -> str:
    """Return a link that may be shown; empty unless it is https to a host, without a user's name."""
    link = raw.strip()
    if len(link) > LONGEST_LINK or not link.isascii() or not link.isprintable() or " " in link:
        return ""
    try:
        parts = urlsplit(link)
        is_good = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return ""
    return link if is_good else ""
