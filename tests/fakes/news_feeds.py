"""News feeds on loopback, well and ill behaved, and what a household needs to read them."""

from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from workstation.domain.metric import BUCKET_MS
from workstation.feeds.sentiment.feed_items import MOST_BYTES
from workstation.feeds.sentiment.news import News, NewsOptions
from workstation.feeds.web import FetchRules, Web
from workstation.storage.headline_store import HeadlineStore

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
LEXICON, COIN_NAMES = RESOURCES / "crypto_lexicon.csv", RESOURCES / "coin_names.csv"
QUARTER = BUCKET_MS
START_MS = 1_709_650_800_000 + 60_000  # a minute into a quarter


class SetClock:
    """A clock that stands where it is set."""

    def __init__(self, now_ms=START_MS):
        self.now = now_ms

    def now_ms(self):
        return self.now


def item(title, link="", date="Tue, 05 Mar 2024 17:04:11 GMT"):
    when = f"<pubDate>{date}</pubDate>" if date else ""
    where = f"<link>{link}</link>" if link else ""
    return f"<item><title>{title}</title>{where}{when}</item>"


def rss(*items, head=""):
    channel = f"<channel><title>t</title>{''.join(items)}</channel>"
    return f'<?xml version="1.0"?>{head}<rss version="2.0">{channel}</rss>'.encode()


class LocalFeeds:
    """Serves a document, or does what a function says, at each path."""

    def __init__(self):
        self.pages = {}
        self.n_asked = {}
        self.url = ""

    def feed(self, name):
        return f"{self.url}/{name}"

    async def answer(self, request):
        name = request.path.lstrip("/")
        self.n_asked[name] = self.n_asked.get(name, 0) + 1
        page = self.pages.get(name)
        if callable(page):
            return await page(request)
        if page is None:
            return web.Response(status=404)
        return web.Response(body=page, content_type="application/rss+xml")


@asynccontextmanager
async def local_feeds():
    """Serve feeds on loopback."""
    feeds = LocalFeeds()
    app = web.Application()
    app.router.add_route("GET", "/{name:.*}", feeds.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    feeds.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
    try:
        yield feeds
    finally:
        await runner.cleanup()


@asynccontextmanager
async def news_of(feeds, clock, path, timeout_s=5.0, names=("one", "two")):
    """Read feeds of a server into a file."""
    rules = FetchRules(most_bytes=MOST_BYTES, timeout_s=timeout_s, loopback_is_allowed=True)
    options = NewsOptions([feeds.feed(n) if "://" not in n else n for n in names], LEXICON, COIN_NAMES, rules)
    asker = Web("tidemark-test")
    with HeadlineStore(path) as store:
        news = News(options, asker, store, clock)
        news.store = store
        try:
            yield news
        finally:
            await news.close()
            await asker.close()
