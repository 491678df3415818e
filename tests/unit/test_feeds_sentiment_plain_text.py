"""What a feed says is plain text, and its links lead to https or nowhere."""

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from workstation.feeds.sentiment.plain_text import plain_title, safe_link


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("Bitcoin <b>soars</b>", "Bitcoin soars"),
        ("<script>alert(1)</script>Ether<style>x{}</style> up", "Ether up"),
        ("<img src=file:///etc/passwd onerror=x>BTC", "BTC"),
        ("a<br>b<p>c</p>", "a b c"),
        ("Q&amp;A: S&amp;P 500", "Q&A: S&P 500"),
        ("&#8216;T.J.&#8217; &mdash; guilty", "‘T.J.’ — guilty"),
        ("<i>AT&amp;T</i>", "AT&T"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("price < 5 and > 3", "price < 5 and > 3"),
        ("I <3 ETH", "I <3 ETH"),
        ("a\0b\x1b[31mc\r\nd\te", "a b [31mc d e"),
        ("pay \u202efdp.exe\u202c now", "pay fdp.exe now"),
        ("zero\u200bwidth\ufeff soft\xadhyphen", "zerowidth softhyphen"),
        ("half \ud83d pair", "half pair"),
        ("line\u2028sep", "line sep"),
        ("<!-- hidden -->shown", "shown"),
        ("<![CDATA[x]]>y", "y"),
        ("  \n ", ""),
        ("<b></b>", ""),
    ],
)
def test_a_title_is_what_a_reader_would_see(raw, plain):
    assert plain_title(raw) == plain


def test_a_long_title_is_cut():
    assert plain_title("x" * 50_000_000) == "x" * 299 + "…"
    assert plain_title("x" * 300) == "x" * 300


SAMPLE = st.text(max_size=400) | st.lists(
    st.sampled_from(["<", ">", "&", "lt;", "#x202e;", "script", "/", "!--", "-->", "BTC ", "\0", '"', "="]),
    max_size=60,
).map("".join)


@settings(max_examples=150, deadline=None)
@given(SAMPLE)
@example("&#x202e;")
@example("<script>" * 40)
def test_no_title_hides_or_turns_text(raw):
    title = plain_title(raw)
    assert len(title) <= 300
    assert title == " ".join(title.split())
    assert not {unicodedata.category(c) for c in title} & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


@pytest.mark.parametrize(
    "link", ["https://example.com/a?b=c#d", " https://EXAMPLE.com/ ", "https://xn--bcher-kva.example/%20"]
)
def test_a_page_is_kept(link):
    assert safe_link(link) == link.strip()


@pytest.mark.parametrize(
    "link",
    [
        "",
        "http://example.com/",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:text/html,x",
        "//example.com/",
        "https://",
        "https://user:word@example.com/",
        "https://bank.com@evil.com/",
        "https://exаmple.com/",  # a Cyrillic letter
        "https://example.com/\u202egpj.exe",
        "https://example.com/ x",
        "https://[::1/",
        "https://example.com/" + "x" * 2_000,
    ],
)
def test_anything_else_is_dropped(link):
    assert safe_link(link) == ""
