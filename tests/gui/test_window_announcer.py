"""Alerts are announced once each, a storm as one, and not at all when the trader wants quiet."""

import asyncio
import stat
from pathlib import Path

import pytest

from tests.fakes.patience import PATIENCE_S, until
from tests.fakes.window_world import Notes, RunAtOnce, alert
from workstation.domain.signal import Direction
from workstation.storage.paths import resource
from workstation.ui.alerts.announcer import Announcer, Loudness, headline
from workstation.ui.alerts.sound import NO_SOUND, AlertSound


@pytest.fixture
def notes():
    return Notes()


@pytest.fixture
def announcer(notes, qtbot):
    made = Announcer(notes, notes, RunAtOnce(), Loudness())
    yield made
    made.stop()


def test_an_alert_is_announced_once_even_when_it_comes_again(announcer, notes, qtbot):
    assert announcer.add(alert(1))
    assert not announcer.add(alert(1))
    qtbot.waitUntil(lambda: bool(notes.shown))
    assert not announcer.add(alert(1))
    assert len(notes.shown) == 1
    assert notes.n_played == 1
    title, body = notes.shown[0]
    assert title == "▲ BTC/USDT 1h bullish at 64,412.50"
    assert body == alert(1).text


def test_alerts_announced_in_an_earlier_session_stay_silent(announcer):
    announcer.last_id = 41
    assert not announcer.add(alert(41))
    assert announcer.add(alert(42))


def test_an_alert_counts_as_announced_only_when_it_was_said(announcer, notes, qtbot):
    announcer.resume_after(3)
    announcer.add(alert(4))
    assert (announcer.last_id, announcer.announced_id) == (4, 3)
    with qtbot.waitSignal(announcer.announced):
        pass
    assert announcer.announced_id == 4
    assert len(notes.shown) == 1
    announcer.loudness.is_quiet = True
    with qtbot.waitSignal(announcer.announced):
        announcer.add(alert(5))
    assert announcer.announced_id == 5


def test_a_storm_becomes_one_summary_and_one_sound(announcer, notes, qtbot):
    for number in range(1, 61):
        announcer.add(alert(number, "SOL/USDT", Direction.BEARISH))
    qtbot.waitUntil(lambda: bool(notes.shown))
    assert notes.shown == [
        (
            "60 new alerts",
            f"The newest: {headline(alert(60, 'SOL/USDT', Direction.BEARISH))}. All are in the alert panel.",
        )
    ]
    assert notes.n_played == 1


def test_what_a_practice_market_says_is_never_taken_for_live(announcer, notes, qtbot):
    announcer.add(alert(1, venue="practice"))
    qtbot.waitUntil(lambda: len(notes.shown) == 1)
    assert notes.shown[0][0] == "PRACTICE · ▲ BTC/USDT 1h bullish at 64,412.50"
    for number in range(2, 8):
        announcer.add(alert(number, venue="practice-recorded"))
    qtbot.waitUntil(lambda: len(notes.shown) == 2)
    assert notes.shown[1][0] == "PRACTICE · 6 new alerts"
    for number in range(8, 14):
        announcer.add(alert(number, venue="practice" if number < 10 else "binance"))
    qtbot.waitUntil(lambda: len(notes.shown) == 3)
    assert notes.shown[2][0] == "6 new alerts, 2 of them PRACTICE"


def test_quiet_means_quiet_and_what_was_missed_is_not_said_later(announcer, notes):
    announcer.loudness.is_quiet = True
    assert not announcer.add(alert(1))
    announcer.loudness.is_quiet = False
    assert not announcer.add(alert(1))


@pytest.mark.parametrize(("notifications", "sound"), [(True, False), (False, True)])
def test_picture_and_sound_can_be_chosen_apart(announcer, notes, qtbot, notifications, sound):
    announcer.loudness.notifications, announcer.loudness.sound = notifications, sound
    announcer.add(alert(1))
    qtbot.waitUntil(lambda: bool(notes.shown) or bool(notes.n_played))
    assert (bool(notes.shown), bool(notes.n_played)) == (notifications, sound)


def test_a_click_on_a_notification_opens_its_own_alert(announcer, notes, qtbot):
    announcer.add(alert(1))
    announcer.add(alert(2))
    qtbot.waitUntil(lambda: len(notes.shown) == 2)
    with qtbot.waitSignal(announcer.clicked) as clicked:
        notes.clicks[0]()
    assert clicked.args[0].id == 1


def player(folder: Path, name: str, script: str) -> str:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


async def test_the_sound_is_played_by_the_first_player_that_can(tmp_path):
    troubles, heard = [], tmp_path / "heard"
    broken, good = player(tmp_path, "broken", "exit 1"), player(tmp_path, "good", f'echo "$1" >> {heard}')
    sound = AlertSound(
        resource("sounds", "alert.wav"), lambda: troubles.append("bell"), troubles.append, (broken, good)
    )
    assert await sound.play()
    assert await sound.play()
    assert heard.read_text().splitlines() == [str(resource("sounds", "alert.wav"))] * 2
    assert troubles == []


async def test_the_bell_rings_where_nothing_plays_and_that_is_said_once(tmp_path):
    rings, troubles = [], []
    broken = player(tmp_path, "broken", "exit 1")
    sound = AlertSound(tmp_path / "a.wav", lambda: rings.append("bell"), troubles.append, (broken,))
    assert not await sound.play()
    assert not await sound.play()
    assert (rings, troubles) == (["bell", "bell"], [NO_SOUND])


async def test_a_player_that_hangs_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr("workstation.ui.alerts.sound._TIMEOUT_S", 0.2)
    mark, rings = tmp_path / "started", []
    stuck = player(tmp_path, "stuck", f"echo $$ > {mark}; exec sleep 60")
    sound = AlertSound(tmp_path / "a.wav", lambda: rings.append("bell"), lambda _text: None, (stuck,))
    assert not await asyncio.wait_for(sound.play(), PATIENCE_S)
    await until(lambda: not Path(f"/proc/{mark.read_text().strip()}").exists())
    assert rings == ["bell"]


def test_the_shipped_sound_is_short_and_small():
    import wave

    with wave.open(str(resource("sounds", "alert.wav"))) as sound:
        assert 0.3 < sound.getnframes() / sound.getframerate() < 1.5
    assert resource("sounds", "alert.wav").stat().st_size < 60_000
