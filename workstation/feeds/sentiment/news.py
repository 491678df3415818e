"""Headlines of public news feeds, as sums of tone per quarter of an hour: of each coin, and of the market."""

import asyncio
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from workstation.domain.errors import ProviderBusy, ProviderError, ProviderUnreachable, StoreError
from workstation.domain.headline import Headline, HeadlineKeeper
from workstation.domain.metric import BUCKET_MS
from workstation.domain.observation import Observation
from workstation.domain.ports import Clock
from workstation.domain.provider import ProviderAbout
from workstation.feeds.sentiment.feed_items import MOST_BYTES, FeedItem
from workstation.feeds.sentiment.news_quarters import (
    COUNT,
    MARKET_COUNT,
    MARKET_SCORE,
    SCORE,
    NewsWatch,
    quarter_end,
    quarter_rows,
)
from workstation.feeds.sentiment.parser_process import ParserProcess
from workstation.feeds.web import FetchRules, Web

RETOLD_MS = 48 * 3_600_000
"""How far back sums are told again to whoever asks for more."""

LEAST_APART_MS = 15_000
"""Time within which a second question is answered from what is kept; the feeds are not bothered again."""

_RULES = FetchRules(most_bytes=MOST_BYTES)
_NAMED = 3  # feeds in one sentence


@dataclass(frozen=True, slots=True)
class NewsOptions:
    """What is read, and with what.

    Parameters
    ----------
    feeds : sequence of str
        Addresses of RSS or Atom feeds, https.
    lexicon, coin_names : Path
        The shipped files ``crypto_lexicon.csv`` and ``coin_names.csv``.
    rules : FetchRules
        What one feed may cost.
    """

    feeds: Sequence[str]
    lexicon: Path
    coin_names: Path
    rules: FetchRules = _RULES


@dataclass(frozen=True, slots=True)
class _Reading:
    """What came of one feed."""

    host: str
    items: Sequence[FeedItem] = ()
    error: ProviderError | None = None


class News:
    """`workstation.domain.provider.Provider` of headlines.

    A headline belongs to the quarter in which it was first heard here, whenever it claims to be published.
    The same story counts once, whoever tells it, also after a restart. A quarter through which at least half
    of the feeds were read and nothing was heard is a true 0.

    Parameters
    ----------
    options : NewsOptions
        What is read.
    web : Web
        Fetches; stays open when this closes.
    keeper : HeadlineKeeper
        Where headlines are kept, and known again; stays open, too.
    clock : Clock
        Tells when a headline was heard.
    """

    about = ProviderAbout(
        name="news",
        label="News headlines",
        sentence="Headlines of public news feeds, scored on this computer; the feeds are told nothing.",
        home="https://www.rssboard.org/rss-specification",
        terms="each feed's own; headlines stay on this computer",
        metrics=(SCORE, COUNT, MARKET_SCORE, MARKET_COUNT),
        every_s=300.0,
    )

    def __init__(self, options: NewsOptions, web: Web, keeper: HeadlineKeeper, clock: Clock) -> None:
        self._options = options
        self._web = web
        self._keeper = keeper
        self._clock = clock
        self._parser = ParserProcess(options.lexicon, options.coin_names)
        self._watch = NewsWatch()
        self._last_read: dict[str, tuple[bytes, Sequence[FeedItem]]] = {}
        self._trouble = ""
        self._read_at_ms: int | None = None

    @property
    def trouble(self) -> str:
        """One sentence that names the feeds that failed the last time; empty where all were read."""
        return self._trouble

    async def fetch(self, coins: Collection[str], since_ms: int) -> Sequence[Observation]:
        """Return the sums of the quarters that changed since `since_ms`, of the market and of the coins.

        A feed that fails leaves the others alone; `trouble` names it.

        Raises
        ------
        ProviderUnreachable
            No feed could be read.
        ProviderBusy
            Every feed told us to wait.
        ProviderError
            What was read cannot be kept.
        """
        if not self._options.feeds:
            raise ProviderError("No news feed is set; name some in the settings.")
        now_ms = self._clock.now_ms()
        try:
            if self._read_at_ms is None or not 0 <= now_ms - self._read_at_ms < LEAST_APART_MS:
                await self._hear()
            return await asyncio.to_thread(self._rows, frozenset(coins), since_ms)
        except StoreError as error:
            raise ProviderError(f"Headlines cannot be kept. {error}") from error

    async def close(self) -> None:
        """Leave no process behind."""
        await self._parser.close()

    async def _hear(self) -> None:
        """Read every feed, and keep what is new."""
        readings = await self._read_all()
        failed = [reading for reading in readings if reading.error is not None]
        self._trouble = _sentence(failed)
        if len(failed) == len(readings):
            raise _nothing_read(failed, self._trouble)
        seen_ms = self._clock.now_ms()
        await asyncio.to_thread(lambda: self._keeper.add(_headlines(readings, seen_ms)))
        if 2 * len(failed) <= len(readings):
            self._watch.looked(seen_ms)
        self._read_at_ms = seen_ms

    async def _read_all(self) -> list[_Reading]:
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._read(feed)) for feed in self._options.feeds]
        finally:
            await self._parser.close()  # it keeps the memory of the worst feed until the next time
        return [task.result() for task in tasks]

    async def _read(self, feed: str) -> _Reading:
        host = _host(feed)
        try:
            document = await self._web.get(feed, rules=self._options.rules)
            digest = hashlib.sha256(document).digest()
            known, items = self._last_read.get(feed, (b"", ()))
            if digest != known:
                items = await self._parser.read(document, host)
                self._last_read[feed] = digest, items
        except ProviderError as error:
            return _Reading(host, error=error)
        return _Reading(host, items)

    def _rows(self, coins: Collection[str], since_ms: int) -> list[Observation]:
        """Return the rows; reads the disk, so it does not run on the loop."""
        now_ms = self._clock.now_ms()
        first_end = quarter_end(max(since_ms - BUCKET_MS, now_ms - RETOLD_MS, 0))
        headlines = self._keeper.headlines(first_end - BUCKET_MS, now_ms + 1)
        quiet = self._watch.whole_quarters(first_end)
        return quarter_rows(headlines, quiet, self._keeper.first_heard(), coins, now_ms)


def _headlines(readings: Sequence[_Reading], seen_ms: int) -> list[Headline]:
    return [
        Headline(
            title=item.title,
            link=item.link,
            source=reading.host,
            published_ms=None if item.published_ms is None else min(item.published_ms, seen_ms),
            seen_ms=seen_ms,
            tone=item.tone,
            coins=item.coins,
        )
        for reading in readings
        for item in reading.items
    ]


def _host(feed: str) -> str:
    try:
        return urlsplit(feed).hostname or feed
    except ValueError:
        return feed


def _sentence(failed: Sequence[_Reading]) -> str:
    told = [_told(reading.host, str(reading.error).rstrip(".")) for reading in failed[:_NAMED]]
    more = [f"and {len(failed) - _NAMED} more"] if len(failed) > _NAMED else []
    return "; ".join(told + more) + "." if told else ""


def _told(host: str, what: str) -> str:
    return what if host in what else f"{host}: {what}"  # a redirect's error names where it led


def _nothing_read(failed: Sequence[_Reading], trouble: str) -> ProviderError:
    waits = [r.error.retry_after_s for r in failed if isinstance(r.error, ProviderBusy)]
    if len(waits) == len(failed):
        return ProviderBusy(trouble, min(waits))
    return ProviderUnreachable(f"No news feed could be read: {trouble}")
