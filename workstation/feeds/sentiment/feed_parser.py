"""The process that reads foreign feeds: it is given bytes, and answers with plain headlines.

A feed may be made to hurt whoever parses it. So it is parsed here, in a process that may use little memory
and time, and that the system lets open no file and no socket from the moment it hears its first foreign byte.
If it dies, `workstation.feeds.sentiment.parser_process` starts another.

A question is four bytes of length and the document; an answer is four bytes of length and an `Answer`.
"""

import calendar
import codecs
import contextlib
import encodings.aliases
import io
import sys
from pathlib import Path
from typing import Any, BinaryIO

import feedparser
import msgspec

from workstation.domain.errors import ProviderError
from workstation.feeds.sentiment.attribution import Attribution, read_coin_names
from workstation.feeds.sentiment.feed_items import (
    LENGTH,
    MOST_BYTES,
    MOST_ELEMENTS,
    MOST_ITEMS,
    PARSED_WITHIN_S,
    Answer,
    FeedItem,
)
from workstation.feeds.sentiment.plain_text import plain_title, safe_link
from workstation.feeds.sentiment.tone import Tone, read_lexicon

_MOST_MEMORY = 512 * 1024 * 1024
_WARM_UP = b"""<?xml version="1.0" encoding="iso-8859-1"?><rss version="2.0"><channel><title>t</title><item>
<title>&lt;b&gt;Bitcoin&amp;amp;&lt;/b&gt; rallies</title><link>https://a.b/</link>
<pubDate>Tue, 05 Mar 2024 17:04:11 GMT</pubDate></item></channel></rss>"""
_BROKEN_WARM_UP = b"<rss><channel><item><title>a & b</title><pubDate>yesterday</pubDate></channel></rss>"


class Reader:
    """Reads documents.

    Parameters
    ----------
    tone : Tone
        Scores their titles.
    attribution : Attribution
        Finds the coins in them.
    """

    def __init__(self, tone: Tone, attribution: Attribution) -> None:
        self._tone = tone
        self._attribution = attribution

    def read(self, document: bytes) -> Answer:
        """Return the headlines of an RSS or Atom document, or why it is none."""
        refused = _refusal(document)
        if refused:
            return Answer([], refused)
        # Only ever a stream: feedparser opens what it takes for the name of a page or a file, bytes included.
        found = feedparser.parse(io.BytesIO(document), sanitize_html=False, resolve_relative_uris=False)
        if not found.get("version") and not found.entries:
            return Answer([], "answered something that is not a feed")
        read = (self._item(entry) for entry in found.entries[:MOST_ITEMS])
        items = [item for item in read if item is not None]
        if not items and found.bozo:
            return Answer([], "sent a broken feed without a headline that can be read")
        return Answer(items)

    def _item(self, entry: Any) -> FeedItem | None:
        title = plain_title(str(entry.get("title", "")))
        if not title:
            return None
        link = safe_link(str(entry.get("link", "")))
        coins = self._attribution.coins_of(title)
        return FeedItem(title, link, _published_ms(entry), self._tone.of(title), coins)


def _refusal(document: bytes) -> str:
    if len(document) > MOST_BYTES:
        return f"sent more than {MOST_BYTES:,} bytes"
    letters = document.replace(b"\0", b"").lower()  # UTF-16 and UTF-32 differ from ASCII by zeros only
    if b"<!entity" in letters:
        return "sent a document that defines entities of its own, as no honest feed does"
    n_items = letters.count(b"<item") + letters.count(b"<entry")
    return f"sent {n_items:,} items, more than a feed has" if n_items > MOST_ELEMENTS else ""


def _published_ms(entry: Any) -> int | None:
    for key in ("published_parsed", "updated_parsed"):
        moment = dict.get(entry, key)  # its own lookup takes one date for the other
        if moment is None:
            continue
        with contextlib.suppress(ValueError, OverflowError):
            seconds = calendar.timegm(moment)
            return seconds * 1000 if seconds > 0 else None
    return None


def answer_all(reader: Reader, questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer one document after another until there is no more; the first answer says that it is ready."""
    encode = msgspec.msgpack.Encoder().encode
    answer = Answer([])
    while True:
        body = encode(answer)
        answers.write(len(body).to_bytes(LENGTH, "big") + body)
        answers.flush()
        length = questions.read(LENGTH)
        if len(length) < LENGTH:
            return
        _grant_time()
        answer = reader.read(questions.read(int.from_bytes(length, "big")))


def _lock_up() -> None:
    """Have the system refuse every file, socket and process from now on, and memory beyond any need."""
    for name in set(encodings.aliases.aliases.values()):  # what a feed may name is loaded while files open
        with contextlib.suppress(LookupError):
            codecs.lookup(name)
    if sys.platform == "win32":  # there the deadline of whoever asked is all there is
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    for nothing in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_NPROC):
        resource.setrlimit(nothing, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


def _grant_time() -> None:
    """Allow the time of one more document, even where nobody is left to stop us."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    until_s = int(used.ru_utime + used.ru_stime + 2 * PARSED_WITHIN_S)
    resource.setrlimit(resource.RLIMIT_CPU, (until_s, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def main(lexicon: str, coin_names: str) -> None:
    """Answer on standard output what is asked on standard input."""
    try:
        reader = Reader(Tone(read_lexicon(Path(lexicon))), Attribution(read_coin_names(Path(coin_names))))
    except ProviderError as error:
        body = msgspec.msgpack.encode(Answer([], str(error)))
        sys.stdout.buffer.write(len(body).to_bytes(LENGTH, "big") + body)
        return
    for document in (_WARM_UP, _BROKEN_WARM_UP):  # so that all of the parser is loaded
        reader.read(document)
    _lock_up()
    answer_all(reader, sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main(*sys.argv[1:])
