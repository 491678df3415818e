"""The settings file: the trader's own, read with suspicion, written with care."""

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from workstation.domain.errors import SettingsError, StoreError
from workstation.storage.settings import Settings, SettingsFile, declarations


@pytest.fixture
def path(tmp_path):
    return tmp_path / "config" / "settings.toml"


@pytest.fixture
def load(path):
    def write_and_load(text):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return SettingsFile(path).load()

    return write_and_load


def test_no_file_is_all_defaults(path):
    assert SettingsFile(path).load() == (Settings(), [])


def test_what_was_saved_is_loaded(path):
    wanted = SettingsFile(path).change(
        {
            "venue.name": "binance",
            "venue.answer_within_s": 12.5,
            "watchlist.symbols": ["BTC/USDT", "１２/USDT"],
            "chart.zone": "Europe/Berlin",
            "alerts.sound": False,
        }
    )
    assert SettingsFile(path).load() == (wanted, [])
    assert wanted.watchlist.symbols == ("BTC/USDT", "１２/USDT")


def test_choosing_the_default_leaves_no_empty_file(path):
    assert SettingsFile(path).change({"chart.log_scale": False}) == Settings()
    assert not path.exists()
    assert SettingsFile(path).load() == (Settings(), [])


def test_only_what_was_chosen_is_written(path):
    SettingsFile(path).change({"chart.log_scale": True})
    assert path.read_text() == "[chart]\nlog_scale = true\n"


def test_comments_order_and_unknown_keys_stay(path, load):
    text = '# mine\n[chart]\nzone = "UTC"  # home\nwobble = 3\n\n[plugins.x]\ny = [1, 2]\n'
    _, problems = load(text)
    assert problems == [
        "settings.toml, line 4: chart.wobble is not known and was left alone.",
        "settings.toml, line 6: plugins is not known and was left alone.",
    ]
    SettingsFile(path).change({"chart.zone": "Asia/Tokyo", "appearance.theme": "dark"})
    assert path.read_text() == (
        text.replace('zone = "UTC"', 'zone = "Asia/Tokyo"') + '\n[appearance]\ntheme = "dark"\n'
    )
    assert path.with_name("settings.toml.bak").read_text() == text


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('seed = "seven"', "practice.seed is 'seven', but must be a whole number from 0 to"),
        ("seed = true", "practice.seed is True, but must be a whole number"),
        ("seed = -1", "practice.seed is -1"),
        ("seed = 99999999999999999999999", "practice.seed is 99999999999999999999999"),
    ],
)
def test_a_number_that_cannot_be_used_leaves_the_default_and_is_told(load, line, words):
    check_refusal(load, "practice", line, words)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("nan", "is nan, but must be a number from 1 to 60 (seconds"),
        ("inf", "is inf"),
        ("0.0", "is 0.0"),
        ("2024-01-01", "is datetime.date(2024, 1, 1)"),
        ("[[1]]", "is [[1]]"),
    ],
)
def test_a_span_that_cannot_be_used_leaves_the_default_and_is_told(load, value, words):
    check_refusal(load, "venue", f"answer_within_s = {value}", f"venue.answer_within_s {words}")


def check_refusal(load, section, line, words):
    settings, problems = load(f'# one\n[{section}]\n{line}\n[chart]\ntimeframe = "4h"\n')
    assert settings == Settings().changed({"chart.timeframe": "4h"})
    assert len(problems) == 1
    assert words in problems[0]
    assert problems[0].startswith("settings.toml, line 3: ")
    assert "The default, " in problems[0]


@pytest.mark.parametrize(
    ("section", "line"),
    [
        ("chart", 'timeframe = "7h"'),
        ("chart", 'zone = "../../etc/passwd"'),
        ("chart", 'zone = "Mars/Base"'),
        ("chart", "log_scale = 1"),
        ("venue", 'name = "a; rm -rf"'),
        ("appearance", 'theme = "pink"'),
        ("watchlist", 'symbols = "BTC/USDT"'),
        ("watchlist", 'symbols = ["BTC"]'),
        ("watchlist", "symbols = [1]"),
        ("signals", 'timeframes = ["1h", "9h"]'),
    ],
)
def test_a_choice_that_is_not_offered_is_told(load, section, line):
    settings, problems = load(f"[{section}]\n{line}\n")
    assert settings == Settings()
    assert len(problems) == 1
    assert "must be" in problems[0]


def test_a_section_that_is_a_value_is_told(load):
    settings, problems = load("chart = 3\n")
    assert settings == Settings()
    assert problems == ["settings.toml, line 1: chart is not a section and was left alone."]


BROKEN = {
    "empty, as a crash of the file system leaves it": b"",
    "syntax": b"[chart\nzone = 3",
    "twice": b"[chart]\nzone='UTC'\nzone='UTC'\n",
    "not UTF-8": b"[chart]\nzone = '\xff\xfe'\n",
    "UTF-16": "[chart]\nzone = 'UTC'\n".encode("utf-16"),
    "deep": b"a = " + b"[" * 5000 + b"]" * 5000,
    "NUL": b"[chart]\x00\n",
    "huge": b"# " + b"x" * (2 << 20),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_renamed_and_the_last_good_one_used(path, load, broken):
    file = SettingsFile(path)
    good = file.change({"chart.zone": "Asia/Tokyo"})
    file.change({"chart.zone": "Asia/Tokyo"})  # the second time, the first becomes the backup
    settings, problems = load(broken)
    assert settings == good
    assert path.with_name("settings.toml.broken-1").read_bytes() == broken
    assert "renamed to settings.toml.broken-1" in problems[1]
    assert "settings.toml.bak, are used" in problems[2]
    assert SettingsFile(path).load() == (good, []), "the next start is a normal one"


def test_a_broken_file_names_line_and_column(load):
    _, problems = load("[chart]\nzone = = 3\n")
    assert "line 2, column 8" in problems[0]
    assert problems[-1] == "There is no earlier version; default settings are used."


def test_a_second_broken_file_gets_a_name_of_its_own(path, load):
    load("[a")
    load("[b")
    assert path.with_name("settings.toml.broken-1").read_text() == "[a"
    assert path.with_name("settings.toml.broken-2").read_text() == "[b"


def test_a_broken_backup_is_never_made(path, load):
    load("[chart]\nzone = 'UTC'\n")
    path.write_text("[broken")
    with pytest.raises(StoreError, match="cannot be used"):
        SettingsFile(path).change({"alerts.sound": False})
    assert not path.with_name("settings.toml.bak").exists()


def test_a_change_keeps_what_another_process_wrote_and_what_the_trader_wrote(path, load):
    text = '# mine\n[chart]\nzone = "UTC"  # home\nwobble = 3\n\n[practice]\nseed = "soon"\n'
    load(text)
    assert SettingsFile(path).change({"chart.zone": "Asia/Tokyo"}).chart.zone == "Asia/Tokyo"
    both = SettingsFile(path).change({"alerts.sound": False})
    assert (both.chart.zone, both.alerts.sound, both.practice.seed) == ("Asia/Tokyo", False, 7)
    assert path.read_text() == text.replace('"UTC"', '"Asia/Tokyo"') + "\n[alerts]\nsound = false\n"


def test_several_settings_are_changed_at_once_where_there_is_no_file_yet(path):
    wanted = {"appearance.theme": "dark", "chart.log_scale": True, "chart.timeframe": "1h"}
    assert SettingsFile(path).change(wanted) == Settings().changed(wanted)
    assert path.read_text() == '[chart]\nlog_scale = true\n\n[appearance]\ntheme = "dark"\n'


@pytest.mark.parametrize("values", [{"chart.colour": "red"}, {"chart.zone": "Mars/Olympus"}])
def test_a_change_that_cannot_be_is_refused_and_the_file_stays(path, load, values):
    load("[chart]\nzone = 'UTC'\n")
    with pytest.raises(SettingsError):
        SettingsFile(path).change({"alerts.sound": False} | values)
    assert path.read_text() == "[chart]\nzone = 'UTC'\n"
    SettingsFile(path).change({"alerts.sound": False})


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_change_never_writes_over_a_file_that_cannot_be_read(path, broken):
    path.parent.mkdir()
    path.write_bytes(broken)
    with pytest.raises(StoreError, match=r"settings\.toml cannot be used: .* It is as it was; mend it"):
        SettingsFile(path).change({"alerts.sound": False})
    assert path.read_bytes() == broken
    assert not path.with_name("settings.toml.bak").exists()


def test_a_change_in_a_place_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "config").write_text("")
    with pytest.raises(StoreError, match=r"settings\.toml cannot be written"):
        SettingsFile(tmp_path / "config" / "settings.toml").change({"alerts.sound": False})
    (tmp_path / "settings.toml").mkdir()
    with pytest.raises(StoreError, match=r"settings\.toml cannot be read"):
        SettingsFile(tmp_path / "settings.toml").change({"alerts.sound": False})


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "config").write_text("")
    file = SettingsFile(tmp_path / "config" / "settings.toml")
    with pytest.raises(StoreError, match=r"settings\.toml cannot be written"):
        file.change({"alerts.sound": False})


def test_a_folder_in_the_place_of_the_file_is_told(path):
    path.mkdir(parents=True)
    settings, problems = SettingsFile(path).load()
    assert settings == Settings()
    assert "cannot be read" in problems[0]


def test_an_unknown_setting_cannot_be_changed():
    with pytest.raises(SettingsError, match="no setting"):
        Settings().changed({"chart.colour": "red"})


def test_every_setting_is_declared_with_what_a_dialog_needs():
    names = [setting.name for setting in declarations()]
    assert len(names) == len(set(names)) >= 11
    for setting in declarations():
        assert setting.sentence.endswith(".")
        assert setting.wanted
        assert setting.accept(setting.default) == setting.default
        assert Settings().value(setting.name) == setting.default


@hypothesis_settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace")))
def test_no_file_makes_loading_fail(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("fuzz") / "settings.toml"
    path.write_bytes(data)
    settings, problems = SettingsFile(path).load()
    assert settings == Settings()
    assert all(isinstance(p, str) for p in problems)
