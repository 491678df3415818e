"""The trader's rules of rotation: what is written in the file holds, or the last good ones do."""

from dataclasses import replace

import pytest

from workstation.domain.errors import SettingsError, StoreError
from workstation.domain.rotation import RotationRules
from workstation.storage.rotation_rules_file import RotationRulesFile, rules_of, text_of_rules

SHIPPED = RotationRules()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "config" / "rotation.toml"


def test_without_a_file_the_rules_are_as_they_ship(path):
    assert RotationRulesFile(path).load() == (SHIPPED, [])


def test_a_change_is_on_disk_and_the_rest_stays(path):
    file = RotationRulesFile(path)
    assert file.change({"n_coins": 4, "most_coin": 0.2}) == replace(SHIPPED, n_coins=4, most_coin=0.2)
    assert RotationRulesFile(path).change({"gate_band_pct": 2}).n_coins == 4
    rules, problems = RotationRulesFile(path).load()
    assert (rules, problems) == (replace(SHIPPED, n_coins=4, most_coin=0.2, gate_band_pct=2.0), [])
    assert rules_of(text_of_rules(rules), "shared.toml") == rules


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"speed": 1}, "there is no rule 'speed'; there are gate_btc_days"),
        ({"n_coins": 2.5}, "n_coins must be a whole number; got 2.5"),
        ({"n_coins": True}, "n_coins must be a whole number; got True"),
        ({"most_coin": "half"}, "most_coin must be a number; got 'half'"),
        ({"most_coin": 1.5}, "most_coin must be above 0 and at most 1; got 1.5"),
        ({"n_narratives": 9}, "keep_rank must be 9 or more"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_and_nothing_changes(path, values, said):
    file = RotationRulesFile(path)
    file.change({"n_coins": 5})
    with pytest.raises(SettingsError, match=said):
        file.change(values)
    assert file.load() == (replace(SHIPPED, n_coins=5), [])


@pytest.mark.parametrize("text", ["n_coins = ", "n_coins = 0", "[[broken", "\x00"])
def test_a_malformed_file_is_left_for_the_trader_and_the_last_good_rules_hold(path, text):
    RotationRulesFile(path).change({"n_coins": 5})
    path.write_text(text)
    rules, (problem,) = RotationRulesFile(path).load()
    assert rules == replace(SHIPPED, n_coins=5)
    assert problem.startswith("The rules of rotation cannot be used: rotation.toml")
    assert problem.endswith("The last good ones hold.")
    assert path.read_text() == text
    assert RotationRulesFile(path).change({"n_narratives": 2}) == replace(SHIPPED, n_coins=5, n_narratives=2)
    assert path.with_name("rotation.damaged").read_text() == text, "a change loses nothing of it"
    path.write_text(text)
    RotationRulesFile(path).change({"n_narratives": 3})
    assert path.with_name("rotation.damaged-2").exists(), "the one before stays, too"
    path.write_text(text)
    path.with_name("rotation.toml.bak").unlink()
    rules, (problem,) = RotationRulesFile(path).load()
    assert (rules, problem.endswith("The ones that ship hold.")) == (SHIPPED, True)


def test_what_the_trader_wrote_by_hand_is_the_next_last_good(path):
    path.parent.mkdir()
    path.write_text("n_coins = 2 # fewer\n")
    assert RotationRulesFile(path).load() == (replace(SHIPPED, n_coins=2), [])
    path.write_text("n_coins = 'two'\n")
    assert RotationRulesFile(path).load()[0] == replace(SHIPPED, n_coins=2)


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "config").write_text("a file where the folder should be")
    with pytest.raises(StoreError, match="cannot be written"):
        RotationRulesFile(tmp_path / "config" / "rotation.toml").change({"n_coins": 2})
