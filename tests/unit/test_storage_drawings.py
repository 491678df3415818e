"""Drawings come back as they were, one market never shows another's, and damage is set aside and told."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.domain.drawing import COLOUR_ROLES, WIDTHS, Anchor, Dash, Drawing, DrawingKind, Style
from workstation.domain.errors import StoreError
from workstation.storage.drawings import DrawingFiles

ANCHORS = st.builds(Anchor, st.integers(-(2**53), 2**53), st.floats(1e-12, 1e12))
STYLES = st.builds(
    Style, st.sampled_from((*COLOUR_ROLES, "#12ab90")), st.sampled_from(WIDTHS), st.sampled_from(Dash)
)


@st.composite
def drawings(draw: st.DrawFn) -> Drawing:
    kind = draw(st.sampled_from(DrawingKind))
    return Drawing(
        draw(st.uuids()).hex,
        kind,
        tuple(draw(ANCHORS) for _ in range(kind.n_anchors)),
        draw(STYLES),
        draw(st.text(max_size=200).filter(lambda text: text.isprintable())),
        draw(st.booleans()),
        draw(st.booleans()),
        draw(st.decimals("0.01", "1e9", places=2)),
    )


LINE = Drawing("a", DrawingKind.HORIZONTAL, (Anchor(5, 6.5),), risk=Decimal("12.50"))


@settings(max_examples=40)
@given(kept=st.lists(drawings(), max_size=5, unique_by=lambda each: each.id))
def test_what_is_kept_comes_back_as_it_was(tmp_path_factory, kept):
    files = DrawingFiles(tmp_path_factory.mktemp("drawings"))
    files.save("binance", "BTC/USDT", tuple(kept))
    assert files.load("binance", "BTC/USDT") == (tuple(kept), "")


def test_each_market_has_drawings_of_its_own_whatever_it_is_called(tmp_path):
    files = DrawingFiles(tmp_path / "made on demand")
    for symbol in ("BTC/USDT", "../../../etc/passwd", "A" * 500, "币/USDT"):
        files.save("binance", symbol, (LINE,))
        assert files.load("practice", symbol) == ((), "")
    names = [path.name for path in (tmp_path / "made on demand").iterdir()]
    assert len(names) == 4
    assert all(len(name) < 60 for name in names)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: text.replace('"version": 1', '"version": 2'),
        lambda text: text.replace("6.5", "-6.5"),
        lambda text: text.replace("6.5", "NaN"),
        lambda text: text.replace('"12.50"', '"much"'),
        lambda text: text.replace('"horizontal"', '"trend"'),
        lambda text: text.replace("BTC", "ETH"),
        lambda text: json.dumps({**json.loads(text), "drawings": json.loads(text)["drawings"] * 2}),
        lambda text: "[" * 100_000,
    ],
    ids=["half", "newer", "below zero", "NaN", "risk", "anchors", "other market", "twice", "deep"],
)
def test_a_damaged_file_is_set_aside_and_told(tmp_path, damage):
    files = DrawingFiles(tmp_path)
    files.save("binance", "BTC/USDT", (LINE,))
    path = files.path_of("binance", "BTC/USDT")
    damaged = damage(path.read_text())
    path.write_text(damaged)
    found, problem = files.load("binance", "BTC/USDT")
    assert found == ()
    assert "It held your drawings of BTC/USDT; those of other markets are unaffected." in problem
    files.save("binance", "BTC/USDT", (LINE,))
    is_newer = '"version": 2' in damaged
    assert path.with_suffix(".newer" if is_newer else ".damaged").read_text() == damaged
    assert ("a newer Tidemark" in problem) is is_newer
    assert files.load("binance", "BTC/USDT") == ((LINE,), "")


def test_a_file_that_may_not_be_read_is_never_written_over(tmp_path, monkeypatch):
    files = DrawingFiles(tmp_path)
    files.save("binance", "BTC/USDT", (LINE,))
    path = files.path_of("binance", "BTC/USDT")
    before = path.read_bytes()

    def refuse(_path):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", refuse)
        assert "could not be read and is kept as" in files.load("binance", "BTC/USDT")[1]
    files.save("binance", "BTC/USDT", ())
    assert path.with_suffix(".damaged").read_bytes() == before


def test_a_place_that_cannot_be_written_is_an_error_that_says_what_becomes_of_the_drawings(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(StoreError, match="stay on the chart"):
        DrawingFiles(blocked).save("binance", "BTC/USDT", (LINE,))
