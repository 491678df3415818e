"""Models on disk: nothing is believed before its hash, and which one judges survives whatever happens."""

import hashlib
import json
import os
import shutil
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.models import FEATURES, PRETENDED, card
from workstation.domain.errors import BadModel, ModelUnavailable, StoreError
from workstation.domain.model_standing import Standing
from workstation.storage import model_folder
from workstation.storage.model_folder import read_card, read_model, write_model
from workstation.storage.model_manifest import decode_card, encode_card, hash_of, seal
from workstation.storage.model_store import ModelStore

SEALED = replace(card(), files=seal(PRETENDED))
TEXT = encode_card(SEALED)


class Ticking:
    """A clock that is asked for a new moment each time."""

    def __init__(self):
        self.ms = 1_800_000_000_000

    def now_ms(self):
        self.ms += 1
        return self.ms


@pytest.fixture
def store(tmp_path):
    return ModelStore(tmp_path / "models", tmp_path / "shipped", Ticking(), n_challengers=2)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / write_model(tmp_path, SEALED, PRETENDED)


def added(store, created_ms, reason="Trained."):
    return store.add(card(created_ms=created_ms), PRETENDED, reason)


def ship(tmp_path, created_ms):
    (tmp_path / "shipped").mkdir(exist_ok=True)
    return write_model(tmp_path / "shipped", replace(SEALED, created_ms=created_ms), PRETENDED)


def test_a_model_is_read_as_it_was_written_and_named_by_its_card(folder):
    model = read_model(folder)
    assert model.files == PRETENDED
    assert model.card == SEALED
    assert model.model_hash == folder.name == hashlib.sha256((folder / "card.json").read_bytes()).hexdigest()
    assert read_card(folder) == SEALED
    assert [path.stat().st_mode & 0o077 for path in folder.iterdir()] == [0, 0, 0]


def test_a_card_is_text_that_a_trader_can_read():
    said = json.loads(TEXT)
    assert said["format"] == 1
    assert said["trained_on"]["licence"] == "as recorded"
    assert said["figures"][0] == {"name": "hit_lift_pp", "value": 5.5, "low": 4.1, "high": 6.9, "n": 900}
    assert said["files"][1]["sha256"] == hashlib.sha256(PRETENDED["up.txt"]).hexdigest()


@pytest.mark.parametrize("name", ["card.json", "up.txt", "calibration.json"])
def test_every_single_bit_of_every_file_is_watched(folder, name):
    whole = (folder / name).read_bytes()
    for place in range(0, len(whole), max(1, len(whole) // 150)):
        changed = bytearray(whole)
        changed[place] ^= 1 << (place % 8)
        (folder / name).write_bytes(changed)
        with pytest.raises(BadModel, match=name):
            read_model(folder)
    for other in (whole[:-1], whole + b"\n", b"", whole * 2):
        (folder / name).write_bytes(other)
        with pytest.raises(BadModel, match=name):
            read_model(folder)
    (folder / name).unlink()
    with pytest.raises(BadModel, match=f"{name} cannot be read"):
        read_model(folder)


def test_nothing_but_a_plain_file_in_a_plain_folder_is_read(folder, tmp_path):
    for away in ("up.txt", "card.json"):
        moved = tmp_path / f"elsewhere-{away}"
        (folder / away).rename(moved)
        (folder / away).symlink_to(moved)
        with pytest.raises(BadModel, match=f"{away} cannot be read"):
            read_model(folder)
        (folder / away).unlink()
        os.mkfifo(folder / away)
        with pytest.raises(BadModel, match=f"{away} is no plain file"):
            read_model(folder)
        (folder / away).unlink()
        (folder / away).mkdir()
        with pytest.raises(BadModel, match=f"{away} "):
            read_model(folder)
        (folder / away).rmdir()
        moved.rename(folder / away)
    read_model(folder)
    away = folder.rename(tmp_path / "away")
    folder.symlink_to(away)
    with pytest.raises(BadModel, match="no model"):
        read_model(folder)


def rewritten(folder, change):
    """Write a card with its own true hash, as whoever wants to deceive would."""
    said = json.loads((folder / "card.json").read_bytes())
    change(said)
    text = msgspec.json.format(msgspec.json.encode(said, order="sorted"), indent=1) + b"\n"
    (folder / "card.json").write_bytes(text)
    return folder.rename(folder.parent / hash_of(text))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda said: said.update(format=2), "format 2; this version of Tidemark reads 1"),
        (lambda said: said.pop("format"), "cannot be read"),
        (lambda said: said.pop("smoke"), "cannot be read"),
        (lambda said: said.update(more=1), "canonical form"),
        (lambda said: said.update(horizon_bars="24"), "cannot be read"),
        (lambda said: said.update(files=[]), "seals no file"),
        (lambda said: said["files"][0].update(name="../../secret.txt"), "no name of a model's file"),
        (lambda said: said["files"][0].update(name="/etc/passwd"), "no name of a model's file"),
        (lambda said: said["files"][0].update(n_bytes=1 << 40), "at most 64"),
        (lambda said: said["files"][0].update(n_bytes=17 << 20), "at most 64"),
    ],
)
def test_a_card_with_a_true_hash_that_says_what_cannot_be_is_refused(folder, change, words):
    with pytest.raises(BadModel, match=words):
        read_model(rewritten(folder, change))


def test_a_file_that_is_no_lightgbm_text_is_refused_though_its_hash_is_true(tmp_path):
    files = {"up.txt": b"\x80\x04\x95pickled"}
    model_hash = write_model(tmp_path, replace(card(), files=seal(files)), files)
    with pytest.raises(BadModel, match=r"up\.txt is no LightGBM text"):
        read_model(tmp_path / model_hash)


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.builds(
            lambda at, new, n: TEXT[:at] + new + TEXT[at + n :],
            st.integers(0, len(TEXT)),
            st.binary(max_size=8),
            st.integers(0, 60),
        ),
        st.just(b"[" * 100_000),
        st.just(b'{"format":1,"x":' + b"[" * 100_000),
        st.just(b" " * 1_000_001),
    )
)
def test_whatever_a_card_says_it_is_read_or_refused(text):
    try:
        found = decode_card(text)
    except BadModel:
        return
    assert encode_card(found) == text


def test_a_model_is_not_written_where_it_would_not_be_read(tmp_path, monkeypatch):
    monkeypatch.setattr(model_folder, "LONGEST_FILE", 10)
    with pytest.raises(BadModel, match="2 files"):
        write_model(tmp_path, SEALED, PRETENDED)
    assert not list(tmp_path.iterdir())


def test_a_write_that_fails_leaves_nothing_and_the_next_one_works(tmp_path, monkeypatch, store):
    def full(path, content):
        if path.name == "card.json":
            raise OSError(28, "No space left on device")
        path.write_bytes(content)

    monkeypatch.setattr(model_folder, "write_durably", full)
    with pytest.raises(StoreError, match="No space left"):
        added(store, 1)
    assert store.standing("signals-1h") == Standing()
    assert not [path for path in (tmp_path / "models").iterdir() if path.is_dir()]
    monkeypatch.undo()
    (tmp_path / "models" / f".{'0' * 64}.new").mkdir()  # as a crash would leave it
    assert store.standing("signals-1h").hashes == ()
    assert added(store, 1) in store.standing("signals-1h").hashes


def test_a_model_that_is_damaged_on_disk_is_written_again(store, tmp_path):
    model_hash = added(store, 1)
    (tmp_path / "models" / model_hash / "up.txt").write_bytes(b"tree\nx")
    with pytest.raises(BadModel):
        store.read(model_hash, FEATURES)
    assert added(store, 1) == model_hash
    assert store.read(model_hash, FEATURES).files == PRETENDED


def test_without_any_model_there_is_none_and_nothing_is_made(store, tmp_path):
    with pytest.raises(ModelUnavailable, match="There is no model signals-1h; train one"):
        store.champion("signals-1h", FEATURES)
    with pytest.raises(ModelUnavailable, match="no earlier model"):
        store.roll_back("signals-1h", "x")
    assert store.trouble == ""
    assert not list(tmp_path.iterdir())


def test_a_shipped_model_judges_on_the_first_start(store, tmp_path):
    model_hash = ship(tmp_path, 5)
    assert store.champion("signals-1h", FEATURES).model_hash == model_hash
    place = store.standing("signals-1h").champion
    assert (place.since_ms, place.reason) == (5, "It came with Tidemark.")
    assert store.standing("grade-1h") == Standing()


def test_a_model_that_needs_other_data_points_is_refused_by_name(store, tmp_path):
    model_hash = ship(tmp_path, 5)
    with pytest.raises(BadModel, match=r"needs 1 data points .* such as momentum\.point_0"):
        store.champion("signals-1h", FEATURES[1:])
    assert store.card(model_hash).features == FEATURES


@pytest.mark.parametrize("text", ["..", "../shipped", "", "a" * 63, "/etc", "A" * 64])
def test_what_is_no_hash_names_no_place(store, text):
    for ask in (
        lambda: store.read(text, FEATURES),
        lambda: store.card(text),
        lambda: store.promote(text, "x"),
    ):
        with pytest.raises(BadModel, match="names no model"):
            ask()


def test_a_challenger_is_promoted_and_rolled_back_and_all_is_dated(store, tmp_path):
    first = ship(tmp_path, 5)
    second = added(store, 10)
    assert store.standing("signals-1h").hashes == (first, second)
    after = store.promote(second, "Better out of sample.")
    assert after == store.standing("signals-1h")
    assert (after.champion.model_hash, after.champion.reason) == (second, "Better out of sample.")
    assert (after.previous.model_hash, after.previous.since_ms) == (first, after.champion.since_ms)
    back = store.roll_back("signals-1h", "The trader's wish.")
    assert (back.champion.model_hash, back.previous.model_hash) == (first, second)
    assert back.champion.since_ms > after.champion.since_ms
    assert store.champion("signals-1h", FEATURES).model_hash == first


def test_a_shipped_model_that_was_given_a_place_outlives_the_version_it_came_with(store, tmp_path):
    first = ship(tmp_path, 5)
    store.promote(added(store, 10), "Better.")
    shutil.rmtree(tmp_path / "shipped")
    newer = ship(tmp_path, 20)
    standing = store.standing("signals-1h")
    assert [place.model_hash for place in standing.challengers] == [newer]
    assert store.roll_back("signals-1h", "x").champion.model_hash == first
    assert store.champion("signals-1h", FEATURES).model_hash == first


def test_a_switched_off_model_says_why_until_one_is_promoted(store, tmp_path):
    model_hash = ship(tmp_path, 5)
    assert store.switch_off("signals-1h", "It is no better than the plain vote.").off is not None
    with pytest.raises(ModelUnavailable, match="switched off: It is no better than the plain vote"):
        store.champion("signals-1h", FEATURES)
    store.promote(model_hash, "The trader's wish.")
    assert store.champion("signals-1h", FEATURES).model_hash == model_hash


def test_only_the_oldest_challengers_are_ever_deleted(store, tmp_path):
    hashes = [added(store, n) for n in range(1, 3)]
    store.promote(hashes[0], "x")
    store.promote(hashes[1], "x")
    more = [added(store, n) for n in range(3, 7)]
    assert store.standing("signals-1h").hashes == (hashes[1], hashes[0], more[3], more[2])
    kept = {path.name for path in (tmp_path / "models").iterdir() if path.is_dir()}
    assert kept == {*hashes, *more[2:]}


def test_a_damaged_shipped_model_can_be_switched_off_and_replaced(store, tmp_path):
    model_hash = ship(tmp_path, 5)
    (tmp_path / "shipped" / model_hash / "up.txt").write_bytes(b"tree\n")
    with pytest.raises(BadModel, match=r"up\.txt is not the file"):
        store.champion("signals-1h", FEATURES)
    store.switch_off("signals-1h", "It is damaged.")
    store.promote(added(store, 6), "The other one is damaged.")
    with pytest.raises(BadModel):
        store.roll_back("signals-1h", "x")
    assert store.champion("signals-1h", FEATURES).card.created_ms == 6
    (tmp_path / "shipped" / model_hash / "card.json").write_bytes(b"{}")
    assert "card.json is not the card" in store.trouble


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b'{"models":{"signals-1h":{"challengers":[{"model_hash":"../x","since_ms":1,"reason":""}]}}}',
        b'{"models":{},"format":2}',
        b"[" * 100_000,
    ],
    ids=["empty", "cut", "a path", "newer", "deep"],
)
def test_a_damaged_record_gives_way_to_its_last_version_and_says_so(store, tmp_path, damage):
    first, second = added(store, 1), added(store, 2)
    store.promote(first, "one")
    store.promote(second, "two")
    record = tmp_path / "models" / "standing.json"
    record.write_bytes(damage)
    assert store.standing("signals-1h").champion.model_hash == first
    assert "the version before its last change is" in store.trouble
    store.promote(second, "three")
    assert store.trouble == ""
    assert (tmp_path / "models" / "standing.json.broken").read_bytes() == damage
    assert store.standing("signals-1h").hashes == (second, first)


def test_without_any_readable_record_the_shipped_model_judges(store, tmp_path):
    model_hash = ship(tmp_path, 5)
    store.promote(added(store, 6), "x")
    for name in ("standing.json", "standing.json.bak"):
        (tmp_path / "models" / name).write_bytes(b"?")
    assert store.champion("signals-1h", FEATURES).model_hash == model_hash
    assert "the shipped models are used" in store.trouble


def test_a_record_that_cannot_be_written_changes_nothing(store, tmp_path, monkeypatch):
    model_hash = added(store, 1)
    before = (tmp_path / "models" / "standing.json").read_bytes()

    def full(_file):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("workstation.storage.durable_file.os.fsync", full)
    with pytest.raises(StoreError, match=r"standing\.json cannot be written \(No space left on device\)"):
        store.promote(model_hash, "x")
    assert (tmp_path / "models" / "standing.json").read_bytes() == before
    assert not list((tmp_path / "models").glob("*.new"))
