"""The menu entry starts this program and nothing else, and goes without a trace."""

import configparser
import re
import shlex
import shutil
import struct
import subprocess

import pytest

from workstation.cli.command_line import run
from workstation.domain.errors import StoreError
from workstation.storage.desktop_entry import APP_ID, AtLogin, DesktopEntry, DesktopFolders, own_command

ODD = '/opt/my "apps"/$HOME/`id`/100%/a\\b/tidemark'


@pytest.fixture
def folders(tmp_path):
    return DesktopFolders(tmp_path / "data", tmp_path / "config")


def read(path):
    entry = configparser.RawConfigParser(delimiters=("=",))
    entry.optionxform = str
    entry.read(path, encoding="utf-8")
    return entry


def words_of(text):
    """Return a command's words as the Desktop Entry Specification reads them, fields left out."""
    unescaped = text.replace("\\\\", "\\")
    words = [re.sub(r"\\([$`])", r"\1", word) for word in shlex.split(unescaped)]  # shlex knows two of four
    return [word.replace("%%", "%") for word in words if word != "%u"]


@pytest.mark.parametrize(
    "command", [("/usr/bin/tidemark",), (ODD,), ("/venv/bin/python", "-m", "workstation")]
)
def test_entry_and_action_start_this_program_whatever_its_path(folders, command):
    written = DesktopEntry(folders, command).install()
    assert (folders.data / "applications" / f"{APP_ID}.desktop") in written
    entry = read(written[0])
    main = entry["Desktop Entry"]
    assert words_of(main["Exec"]) == [*command, "--from-menu"]
    assert main["Exec"].endswith(" %u")
    assert main["TryExec"] == command[0]
    assert main["MimeType"] == "x-scheme-handler/tidemark;"
    action = entry["Desktop Action Practice"]["Exec"]
    assert words_of(action) == [*command, "--from-menu", "--practice", "simulated"]
    if shutil.which("desktop-file-validate"):
        answer = subprocess.run(["desktop-file-validate", written[0]], capture_output=True, text=True)
        assert answer.returncode == 0, answer.stdout


def test_icons_are_as_large_as_their_folder_says(folders):
    icons = [path for path in DesktopEntry(folders, ("/bin/tidemark",)).install() if path.suffix == ".png"]
    assert len(icons) == 7
    for path in icons:
        width, height = struct.unpack(">II", path.read_bytes()[16:24])
        assert f"{width}x{height}" == path.parts[-3]
        assert path.stat().st_mode & 0o777 == 0o644


def test_removing_leaves_nothing_of_ours_and_everything_of_others(folders):
    entry = DesktopEntry(folders, ("/bin/tidemark",))
    strange = folders.data / "applications" / "other.desktop"
    strange.parent.mkdir(parents=True)
    strange.write_text("theirs")
    entry.install()
    entry.start_at_login(AtLogin.TRAY)
    assert entry.is_installed
    assert len(entry.remove()) == 11
    assert entry.remove() == []
    assert not entry.is_installed
    assert [p for p in folders.data.rglob("*") if p.is_file()] == [strange]
    assert [p for p in folders.config.rglob("*") if p.is_file()] == []


@pytest.mark.parametrize(("what", "words"), [(AtLogin.TRAY, ["--hidden"]), (AtLogin.WINDOW, [])])
def test_it_starts_at_login_only_where_and_as_that_is_wished(folders, what, words):
    entry = DesktopEntry(folders, ("/bin/tidemark",))
    assert entry.at_login is AtLogin.NOTHING
    entry.start_at_login(what)
    assert entry.at_login is what
    file = folders.config / "autostart" / f"{APP_ID}.desktop"
    assert words_of(read(file)["Desktop Entry"]["Exec"]) == ["/bin/tidemark", "--from-menu", *words]
    assert read(file).sections() == ["Desktop Entry"]
    is_awaited = read(file)["Desktop Entry"]["StartupNotify"] == "true"
    assert is_awaited is (what is AtLogin.WINDOW), "no busy pointer waits for a window that does not come"
    if shutil.which("desktop-file-validate"):
        answer = subprocess.run(["desktop-file-validate", file], capture_output=True, text=True)
        assert answer.returncode == 0, answer.stdout
    entry.start_at_login(AtLogin.NOTHING)
    entry.start_at_login(AtLogin.NOTHING)
    assert entry.at_login is AtLogin.NOTHING


@pytest.mark.parametrize("line", ["Hidden=true", "X-GNOME-Autostart-enabled = false"])
def test_an_entry_that_the_desktops_own_settings_switched_off_starts_nothing(folders, line):
    entry = DesktopEntry(folders, ("/bin/tidemark",))
    entry.start_at_login(AtLogin.TRAY)
    file = folders.config / "autostart" / f"{APP_ID}.desktop"
    file.write_text(file.read_text().replace("X-GNOME-Autostart-enabled=true", line))
    assert entry.at_login is AtLogin.NOTHING


def test_a_place_that_cannot_be_written_and_a_path_that_cannot_be_said_are_refused(folders):
    folders.data.write_text("a file")
    with pytest.raises(StoreError, match="cannot be written"):
        DesktopEntry(folders, ("/bin/tidemark",)).install()
    with pytest.raises(StoreError, match="install it elsewhere"):
        DesktopEntry(folders, ("/bin/tide\nExec=evil",)).start_at_login(AtLogin.WINDOW)


def test_the_command_says_how_it_is(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("TIDEMARK_HOME", str(tmp_path / "home"))
    assert run(["desktop", "status"]) == 0
    assert run(["desktop", "install", "--autostart", "on"]) == 0
    assert run(["desktop", "status", "--autostart", "window"]) == 0
    assert run(["desktop", "remove"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Tidemark is not in the menu and does not start when you log in.",
        "Tidemark is in the menu and starts in the tray when you log in.",
        "Tidemark is in the menu and starts with its window when you log in.",
        "Tidemark is not in the menu and does not start when you log in.",
    ]


def test_relative_folders_count_for_none(monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", "here")
    assert DesktopFolders.of_user().data.is_absolute()


def test_the_program_knows_what_it_was_started_by(tmp_path, monkeypatch):
    program = tmp_path / "tidemark"
    program.touch()
    monkeypatch.setattr("sys.argv", [str(program)])
    assert own_command() == (str(program),)
    monkeypatch.setattr("sys.argv", ["-m"])
    assert own_command()[1:] == ("-m", "workstation")
