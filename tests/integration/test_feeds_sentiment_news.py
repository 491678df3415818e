"""News from local feeds: each story once, in the quarter in which it was heard, whatever some feeds do."""

import asyncio
import contextlib
import gzip

import pytest
from aiohttp import web

from tests.fakes.news_feeds import QUARTER, START_MS, SetClock, item, local_feeds, news_of, rss
from workstation.domain.errors import ProviderBusy, ProviderError, ProviderUnreachable
from workstation.domain.observation import MARKET, ObservationColumns
from workstation.feeds.sentiment.news import LEAST_APART_MS

QUARTER_END = START_MS - START_MS % QUARTER + QUARTER
BTC_UP = item("Bitcoin surges", "https://a.example/1")
ETH_DOWN = item("Ethereum plunges after hack", "https://a.example/2")


@pytest.fixture
async def feeds():
    async with local_feeds() as served:
        served.pages = {
            "one": rss(BTC_UP, ETH_DOWN),
            "two": rss(item("Rates unchanged", "https://b.example/1")),
        }
        yield served


@pytest.fixture
def clock():
    return SetClock()


def told(rows, metric="market_news_count", subject=MARKET):
    return {
        row.event_ms: row.value
        for row in rows
        if (row.metric, row.subject) == (f"sentiment.{metric}", subject)
    }


async def test_headlines_are_told_as_sums_of_the_quarter_in_which_they_were_heard(feeds, clock, tmp_path):
    async with news_of(feeds, clock, tmp_path / "h.db") as news:
        rows = await news.fetch({"BTC", "ETH", "SOL"}, 0)
        assert told(rows) == {QUARTER_END: 3}
        assert told(rows, "news_count", "BTC") == told(rows, "news_count", "ETH") == {QUARTER_END: 1}
        assert told(rows, "news_count", "SOL") == {}
        up, down = told(rows, "news_score", "BTC")[QUARTER_END], told(rows, "news_score", "ETH")[QUARTER_END]
        assert up > 0.3 > -0.3 > down
        assert told(rows, "market_news_score")[QUARTER_END] == pytest.approx(up + down)
        assert {row.available_ms for row in rows} == {START_MS}
        assert {row.metric for row in rows} == set(news.about.metrics)
        assert {row.source for row in rows} == {"news"}
        assert news.trouble == ""


async def test_only_the_coins_that_are_asked_for_are_told(feeds, clock, tmp_path):
    async with news_of(feeds, clock, tmp_path / "h.db") as news:
        assert {row.subject for row in await news.fetch((), 0)} == {MARKET}


async def test_the_time_of_publication_moves_nothing(feeds, clock, tmp_path):
    dates = ["Mon, 26 Feb 2024 10:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT", "yesterday", ""]
    feeds.pages["one"] = rss(*(item(f"t{i}", f"https://a.example/{i}", date) for i, date in enumerate(dates)))
    async with news_of(feeds, clock, tmp_path / "h.db", names=["one"]) as news:
        assert told(await news.fetch((), 0)) == {QUARTER_END: 4}
        kept = news.store.headlines(0, clock.now + 1)
        assert [one.published_ms for one in kept] == [1_708_941_600_000, START_MS, None, None]
        assert {one.source for one in kept} == {"127.0.0.1"}


async def test_a_story_counts_once_whoever_tells_it_and_growing_quarters_are_newer_versions(
    feeds, clock, tmp_path
):
    feeds.pages["two"] = rss(item("BITCOIN SURGES!", "https://b.example/1"))
    async with news_of(feeds, clock, tmp_path / "h.db") as news:
        first = await news.fetch({"BTC"}, 0)
        clock.now += 300_000
        assert told(await news.fetch({"BTC"}, 0)) == told(first) == {QUARTER_END: 2}
        feeds.pages["two"] = rss(item("Bitcoin falls", "https://b.example/2"))
        clock.now += 300_000
        later = await news.fetch({"BTC"}, clock.now - 300_000)
        assert told(later) == {QUARTER_END: 3}
        history = ObservationColumns.of(
            [
                (r.event_ms, r.available_ms, r.value)
                for r in (*first, *later)
                if r.metric.endswith("t_news_count")
            ]
        )
        assert history.known_at(clock.now - 1).value.tolist() == [2]
        assert history.known_at(clock.now).value.tolist() == [3]


async def test_watched_silence_is_zero_and_unwatched_silence_is_nothing(feeds, clock, tmp_path):
    async with news_of(feeds, clock, tmp_path / "h.db") as news:
        await news.fetch({"BTC", "SOL"}, 0)
        rows = []
        for _ in range(9):
            clock.now += 300_000
            rows = await news.fetch({"BTC", "SOL"}, 0)
        quiet = {QUARTER_END + QUARTER: 0, QUARTER_END + 2 * QUARTER: 0}
        assert told(rows) == {QUARTER_END: 3} | quiet
        assert told(rows, "news_count", "BTC") == {QUARTER_END: 1} | quiet
        assert told(rows, "news_count", "SOL") == {}
        clock.now += 3 * QUARTER  # asleep
        assert told(await news.fetch((), clock.now - QUARTER)) == {}


async def test_a_restart_counts_nothing_twice_and_forgets_nothing(feeds, clock, tmp_path):
    for _ in range(3):
        async with news_of(feeds, clock, tmp_path / "h.db") as news:
            assert told(await news.fetch({"BTC"}, 0)) == {QUARTER_END: 3}
        clock.now += 60_000
    feeds.pages["two"] = rss(item("Solana soars", "https://b.example/3"))
    async with news_of(feeds, clock, tmp_path / "h.db") as news:
        rows = await news.fetch({"BTC"}, clock.now - 60_000)
        assert told(rows) == {QUARTER_END: 4}
        assert told(rows, "news_count", "BTC") == {QUARTER_END: 1}


def answers(body=b"", status=200, **headers):
    async def page(request):
        return web.Response(
            body=body, status=status, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )

    return page


async def speaks_slowly(request):
    response = web.StreamResponse()
    await response.prepare(request)
    with contextlib.suppress(ConnectionError):  # whoever asked has left
        for _ in range(200):
            await response.write(b" ")
            await asyncio.sleep(0.05)
    return response


async def breaks_off(request):
    response = web.StreamResponse(headers={"Content-Length": "5000"})
    await response.prepare(request)
    await response.write(rss(BTC_UP))
    request.transport.abort()
    return response


FAULTS = {
    "gone": (answers(status=404), "refused"),
    "5xx": (answers(status=503), "trouble of its own"),
    "a page instead": (answers(b"<html>log in</html>", Content_Type="text/html"), "not a feed"),
    "empty": (answers(b""), "not a feed"),
    "null": (answers(b"null"), "not a feed"),
    "json": (answers(b"[]"), "not a feed"),
    "entities": (answers(rss(item("&x;"), head='<!DOCTYPE r [<!ENTITY x "y">]>')), "defines entities"),
    "200,000 items": (answers(rss("<item/>" * 200_000)), "200,000 items"),
    "too large": (answers(b"<rss>" + b"x" * 3_000_000), "more than 2,000,000 bytes"),
    "a packed bomb": (
        answers(gzip.compress(b"<rss>" + bytes(5_000_000)), Content_Encoding="gzip"),
        "more than 2,000,000 bytes",
    ),
    "slow": (speaks_slowly, "did not answer in time"),
    "cut off": (breaks_off, "broke off"),
    "to a file": (answers(status=302, Location="file:///etc/passwd"), "not a web page"),
    "to the local network": (answers(status=302, Location="http://169.254.169.254/latest"), "only encrypted"),
    "in circles": (answers(status=302, Location="/two"), "without an end"),
}


async def test_one_feed_that_fails_is_named_and_the_others_go_on(feeds, clock, tmp_path):
    async with news_of(feeds, clock, tmp_path / "h.db", timeout_s=0.4) as news:
        for name, (page, words) in FAULTS.items():
            feeds.pages |= {
                "one": rss(item(name, f"https://a.example/{name.replace(' ', '-')}")),
                "two": page,
            }
            clock.now += LEAST_APART_MS
            assert told(await news.fetch((), 0)) == {QUARTER_END: 1 + list(FAULTS).index(name)}
            assert words in news.trouble, name
            assert "127.0.0.1" in news.trouble, name
        feeds.pages["two"] = rss()
        clock.now += LEAST_APART_MS
        await news.fetch((), 0)
        assert news.trouble == ""


async def test_a_feed_that_never_speaks_does_not_hold_up_the_others(feeds, clock, tmp_path):
    callers = []
    silent = await asyncio.start_server(lambda _, writer: callers.append(writer), "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    names = ["one", f"http://127.0.0.1:{port}/silent"]
    async with silent, news_of(feeds, clock, tmp_path / "h.db", timeout_s=0.3, names=names) as news:
        assert told(await news.fetch((), 0)) == {QUARTER_END: 2}
        assert "did not answer in time" in news.trouble
        assert len(callers) == 1
        callers[0].close()
        await callers[0].wait_closed()


async def test_where_all_feeds_fail_it_says_so_and_no_quarter_is_called_quiet(feeds, clock, tmp_path):
    async with news_of(feeds, clock, tmp_path / "h.db") as news:
        await news.fetch((), 0)
        feeds.pages = {"one": answers(b"<html/>"), "two": answers(status=500)}
        for _ in range(3):
            clock.now += QUARTER
            with pytest.raises(ProviderUnreachable, match=r"No news feed could be read: .*; .*"):
                await news.fetch((), 0)
        feeds.pages = {"one": rss(), "two": rss()}
        assert told(await news.fetch((), 0)) == {QUARTER_END: 3}


async def test_a_second_question_at_once_does_not_bother_the_feeds_again(feeds, clock, tmp_path):
    async with news_of(feeds, clock, tmp_path / "h.db") as news:
        await news.fetch({"BTC"}, 0)
        assert told(await news.fetch({"ETH"}, 0), "news_count", "ETH") == {QUARTER_END: 1}
        assert feeds.n_asked == {"one": 1, "two": 1}
        clock.now += LEAST_APART_MS
        await news.fetch({"ETH"}, 0)
        assert feeds.n_asked == {"one": 2, "two": 2}


async def test_where_most_feeds_fail_no_quarter_is_called_quiet(feeds, clock, tmp_path):
    async with news_of(feeds, clock, tmp_path / "h.db", names=["one", "gone", "lost"]) as news:
        for _ in range(9):
            rows = await news.fetch((), 0)
            clock.now += 300_000
        assert told(rows) == {QUARTER_END: 2}


@pytest.mark.parametrize(("asked", "waits_s"), [("7", 7.0), ("garbage", 60.0)])
async def test_told_to_wait_it_says_for_how_long_and_asks_nothing_meanwhile(
    feeds, clock, tmp_path, asked, waits_s
):
    feeds.pages["one"] = answers(status=429, Retry_After=asked)
    async with news_of(feeds, clock, tmp_path / "h.db", names=["one"]) as news:
        for _ in range(3):
            with pytest.raises(ProviderBusy) as busy:
                await news.fetch((), 0)
            assert busy.value.retry_after_s == pytest.approx(waits_s, abs=1.0)
        assert feeds.n_asked["one"] == 1


async def test_a_public_feed_must_be_encrypted_and_without_feeds_it_says_what_to_do(feeds, clock, tmp_path):
    async with news_of(feeds, clock, tmp_path / "h.db", names=["http://feeds.example/rss"]) as news:
        with pytest.raises(ProviderUnreachable, match=r"feeds\.example.*https"):
            await news.fetch((), 0)
    async with news_of(feeds, clock, tmp_path / "h.db", names=[]) as news:
        with pytest.raises(ProviderError, match="settings"):
            await news.fetch((), 0)


async def test_a_cancelled_fetch_loses_nothing(feeds, clock, tmp_path):
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def waits(request):
        asked.set()
        await go_on.wait()
        return web.Response(body=rss(item("late", "https://b.example/8")))

    feeds.pages["two"] = waits
    async with news_of(feeds, clock, tmp_path / "h.db") as news:
        fetching = asyncio.ensure_future(news.fetch((), 0))  # noqa: TID251  ended below
        await asked.wait()
        fetching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await fetching
        go_on.set()
        assert told(await news.fetch((), 0)) == {QUARTER_END: 3}


async def test_a_feed_that_says_the_same_is_not_parsed_again_and_no_process_stays(feeds, clock, tmp_path):
    async with news_of(feeds, clock, tmp_path / "h.db") as news:
        parsed, read = [], news._parser.read

        async def counted(document, name):
            parsed.append(document)
            return await read(document, name)

        news._parser.read = counted
        await news.fetch((), 0)
        assert news._parser.pid is None
        feeds.pages["two"] = rss(item("news", "https://b.example/5"))
        clock.now += 60_000
        assert told(await news.fetch((), 0)) == {QUARTER_END: 4}
        assert len(parsed) == 3


async def test_a_disk_that_refuses_is_told_as_the_providers_error(feeds, clock, tmp_path):
    async with news_of(feeds, clock, tmp_path / "h.db") as news:
        news.store.close()
        with pytest.raises(ProviderError, match="Headlines cannot be kept"):
            await news.fetch((), 0)
