"""Foreign JSON is read strictly, and nothing but `NotData` ever comes of it."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.feeds.web_json import NotData, parse

REFUSED = {
    "nothing": b"",
    "HTML": b"<html></html>",
    "NaN": b"[NaN]",
    "infinity": b"[Infinity]",
    "minus infinity": b"[-Infinity]",
    "a float too large": b"[1e999]",
    "5,000 digits": b"[" + b"7" * 5_000 + b"]",
    "41 digits": b"[" + b"7" * 41 + b"]",
    "a key twice": b'{"a": 1, "a": 1}',
    "a key twice, deep inside": b'[{"x": {"a": 1, "b": 2, "a": 3}}]',
    "lists without an end": b"[" * 200_000,
    "objects without an end": b'{"a":' * 200_000,
    "a byte order mark": b"\xef\xbb\xbf[]",
    "not UTF-8": b'["\xff"]',
    "half a character": b'["\\ud800"]',
    "half a character as a key": b'{"\\uDFFF": 1}',
    "two values": b"[] []",
    "half a value": b'{"data": [1, 2',
    "a comment": b"[1] // one",
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_trusted_is_refused(body):
    with pytest.raises(NotData, match=r"."):
        parse(body)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**38), 10**39)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=60)
@given(json_values)
def test_every_value_that_can_be_written_is_read_as_it_was(value):
    assert parse(json.dumps(value).encode()) == value


@settings(max_examples=60)
@given(json_values)
def test_a_character_outside_the_first_plane_is_read_from_its_two_halves(value):
    body = json.dumps({"value": value, "coin": "\N{DOG FACE}"}).encode()
    assert b"\\ud83d" in body
    assert parse(body) == {"value": value, "coin": "\N{DOG FACE}"}


@settings(max_examples=150)
@given(st.binary(max_size=40) | st.text('[]{}":,0123456789.eE+-\\utrnNaIf ', max_size=40).map(str.encode))
def test_whatever_comes_is_read_or_refused(body):
    try:
        found = parse(body)
    except NotData:
        return
    assert not (isinstance(found, float) and not math.isfinite(found))
