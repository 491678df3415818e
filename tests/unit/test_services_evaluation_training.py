"""What a training leaves behind: models in their places, and who judged when in the ledger, for good."""

import contextlib
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from tests.fakes.evaluation_market import evidence
from tests.fakes.models import PRETENDED, card
from tests.fakes.storage_ledger_world import StepClock, plain_signal
from workstation.cli import training as command
from workstation.cli.command_line import run
from workstation.cli.exit_codes import DONE
from workstation.domain.errors import StoreError, TidemarkError
from workstation.domain.ledger import EntryKind, ModelChange, ModelEvent
from workstation.services.evaluations import challenges, training
from workstation.services.evaluations.challenges import Decision, dismissal
from workstation.services.evaluations.model_cards import Provenance
from workstation.services.evaluations.training import ModelDesk, Trained, Training, keep_trained
from workstation.storage.ledger import Ledger
from workstation.storage.ledger_reader import LedgerReader, verify_ledger
from workstation.storage.model_store import ModelStore
from workstation.storage.paths import Paths

NAME = "signals-1h"
ORIGIN = Provenance("walks", "free", 0)
NO_EDGE, EDGE = evidence(0.38, 0.40, 4_000), evidence(0.50, 0.40, 4_000)


@pytest.fixture
def desk(tmp_path):
    """Give a store with a champion, and a ledger."""
    store = ModelStore(tmp_path / "models", tmp_path / "shipped", StepClock())
    store.promote(store.add(card(NAME), PRETENDED, "The first one."), "The first one.")
    with Ledger(tmp_path / "ledger.db", StepClock()) as ledger:
        yield ModelDesk(store, ledger, ORIGIN)


def champion_of(desk):
    return desk.keeper.read(desk.keeper.standing(NAME).champion.model_hash, card(NAME).features)


def keep(desk, decision, before):
    return keep_trained(desk, card(NAME, created_ms=1_800_000_000_000), PRETENDED, decision, before)


def written(desk):
    """Return what the ledger says of models, oldest first."""
    return [entry.value for entry in desk.ledger.entries() if entry.kind is EntryKind.MODEL]


def test_a_challenger_is_kept_and_written_down(desk):
    before = champion_of(desk)
    made = keep(desk, Decision(False, "Not better."), before)
    assert written(desk) == [ModelEvent(ModelChange.CHALLENGER, made.model_hash, "Not better.")]
    standing = desk.keeper.standing(NAME)
    assert (standing.champion.model_hash, standing.off) == (before.model_hash, None)


def test_a_model_that_takes_over_is_written_down_as_champion(desk):
    made = keep(desk, Decision(True, "Better."), champion_of(desk))
    assert written(desk) == [ModelEvent(ModelChange.CHAMPION, made.model_hash, "Better.")]
    assert desk.keeper.standing(NAME).champion.model_hash == made.model_hash


def test_a_champion_without_an_edge_is_switched_off_with_its_reason_until_one_takes_over(desk):
    before = champion_of(desk)
    made = keep(desk, Decision(False, "Not better.", "It has no edge."), before)
    assert written(desk) == [
        ModelEvent(ModelChange.CHALLENGER, made.model_hash, "Not better."),
        ModelEvent(ModelChange.SWITCHED_OFF, before.model_hash, "It has no edge."),
    ]
    assert desk.keeper.standing(NAME).off.reason == "It has no edge."
    with pytest.raises(TidemarkError, match="switched off: It has no edge"):
        desk.keeper.champion(NAME, card(NAME).features)
    keep_trained(desk, card(NAME, created_ms=1), PRETENDED, Decision(False, "Not better."), None)
    assert desk.keeper.standing(NAME).off is not None
    keep_trained(desk, card(NAME, created_ms=2), PRETENDED, Decision(True, "Better."), None)
    assert desk.keeper.standing(NAME).off is None


def test_a_champion_that_the_trader_chose_meanwhile_is_left_alone(desk):
    before = champion_of(desk)
    chosen = desk.keeper.add(card(NAME, created_ms=3), PRETENDED, "Another.")
    desk.keeper.promote(chosen, "The trader said so.")
    keep(desk, Decision(False, "Not better.", "It has no edge."), before)
    assert desk.keeper.standing(NAME).off is None
    assert [event.change for event in written(desk)] == [ModelChange.CHALLENGER]


def test_a_champion_that_is_off_is_nobody_to_be_better_than(desk):
    known = card(NAME).features
    assert training._judging(desk.keeper, NAME, known).model_hash == champion_of(desk).model_hash
    desk.keeper.switch_off(NAME, "It has no edge.")
    assert training._judging(desk.keeper, NAME, known) is None


def test_a_ledger_that_takes_nothing_is_named_with_what_happened(desk):
    class Full:
        def add_model_event(self, event):
            raise StoreError("The disk is full.")

    full = ModelDesk(desk.keeper, Full(), ORIGIN)
    with pytest.raises(StoreError, match="judges now, but the ledger does not say so: The disk is full"):
        keep(full, Decision(True, "Better."), None)
    assert keep(ModelDesk(desk.keeper, None, ORIGIN), Decision(False, "Not better."), None).model_hash


def test_a_training_and_an_engine_write_one_ledger_side_by_side(tmp_path):
    path = tmp_path / "ledger.db"
    engine, trainer = Ledger(path, StepClock()), Ledger(path, StepClock())

    def judge():
        for i in range(20):
            engine.add_signal(plain_signal(i))

    thread = threading.Thread(target=judge)
    thread.start()
    for i in range(20):
        trainer.add_model_event(ModelEvent(ModelChange.CHALLENGER, f"{i:064x}", "Not better."))
    thread.join()
    engine.close()
    trainer.close()
    found = verify_ledger(path)
    assert found.is_sound
    assert found.n_rows == 41
    with LedgerReader(path) as reader:
        assert len(reader.signals()) == 20


@pytest.fixture
def judging(monkeypatch):
    """Have a model that judges, and say what it came to since its lessons."""

    def arrange(tried, learnt_to_ms=0, points=("a",)):
        recipe = SimpleNamespace(points=points, horizon=24)
        model = SimpleNamespace(recipe=recipe, learnt_to_ms=learnt_to_ms)
        monkeypatch.setattr(challenges, "read_model", lambda _: model)
        monkeypatch.setattr(challenges, "frozen_predictions", lambda *_: None)
        monkeypatch.setattr(challenges, "try_methods", lambda *_: (tried, True))
        return SimpleNamespace(files={})

    return arrange


def dismissed(champion, recipes_evidence=NO_EDGE):
    class Study(SimpleNamespace):
        def part(self, rows):
            return self

    panel = SimpleNamespace(open_time=np.arange(10) * 86_400_000)
    recipe = SimpleNamespace(points=("a",), horizon=24)
    walked = SimpleNamespace(studied=Study(panel=panel), recipe=recipe)
    shop = SimpleNamespace(workers=None, on_progress=None)
    return dismissal(None, walked, recipes_evidence, champion, shop)


def test_a_champion_is_dismissed_where_neither_it_nor_its_recipe_beats_the_plain_vote(judging):
    reason = dismissed(judging(NO_EDGE))
    assert reason.startswith("Switched off by a training: in 29 weeks that it had not learnt from, it was")
    assert "not better by more than chance" in reason


@pytest.mark.parametrize(
    ("own", "recipes", "changes"),
    [
        (NO_EDGE, EDGE, {}),
        (EDGE, NO_EDGE, {}),
        (NO_EDGE, evidence(0.38, 0.40, 40), {}),
        (evidence(0.38, 0.40, 40), NO_EDGE, {}),
        (evidence(0.38, 0.40, 4_000, days=45), NO_EDGE, {}),
        (NO_EDGE, NO_EDGE, {"learnt_to_ms": 9 * 86_400_000}),
        (NO_EDGE, NO_EDGE, {"points": ("b",)}),
    ],
    ids=[
        "its recipe has an edge", "it has an edge", "few signals of the recipe", "few signals of its own",
        "few weeks of its own", "nothing after its lessons", "other data points",
    ],
)  # fmt: skip
def test_a_champion_that_nothing_was_proven_against_stays(judging, own, recipes, changes):
    assert dismissed(judging(own, **changes), recipes) == ""


def test_a_champion_that_cannot_be_asked_stays(judging, monkeypatch):
    champion = judging(NO_EDGE)

    def damaged(_):
        raise TidemarkError("It cannot be read.")

    monkeypatch.setattr(challenges, "read_model", damaged)
    assert dismissed(champion) == ""


@pytest.fixture
def trains(monkeypatch, tmp_path):
    """Have a training that ends at once, with a model that is off now; give the words of the command."""
    monkeypatch.setenv("TIDEMARK_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(command, "_recordings", lambda *_: contextlib.nullcontext(([], [], "walks")))

    def train_models(_ground, desk, _shop):
        if desk.ledger is not None:
            desk.ledger.add_model_event(ModelEvent(ModelChange.SWITCHED_OFF, "ab" * 32, "It has no edge."))
        made = Trained(NAME, "cd" * 32, Decision(False, "Not better.", "It has no edge."), card(NAME))
        return Training((made,), {"notes": []})

    monkeypatch.setattr(training, "train_models", train_models)
    return ["train"]


def test_the_command_writes_the_ledger_and_says_who_is_off(trains, capsys):
    assert run(trains) == DONE
    assert f"No model {NAME} judges from now on. It has no edge." in capsys.readouterr().out
    with LedgerReader(Paths.of_user().ledger_db) as ledger:
        assert [entry.kind for entry in ledger.entries()] == [EntryKind.GENESIS, EntryKind.MODEL]


def test_models_for_a_folder_are_not_written_into_the_ledger_and_that_is_said(trains, tmp_path, capsys):
    assert run([*trains, "--output", str(tmp_path / "models"), "--json"]) == DONE
    told = capsys.readouterr()
    assert f"Nothing is written to the ledger: no engine looks in {tmp_path / 'models'}." in told.err
    assert '"switched_off": "It has no edge."' in told.out
    assert not Paths.of_user().ledger_db.exists()
