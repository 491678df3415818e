"""An evaluation of markets without an edge says so; models trained on them are kept, and judge frozen."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.fakes.evaluation_market import DAY_MS, START_MS, Recorded, evidence, market, small, walk
from workstation.domain.errors import BadCandleFile, TidemarkError
from workstation.engine.baselines import BASELINES
from workstation.services.evaluations import challenges, evaluation, training
from workstation.services.evaluations.blocks import Blocks
from workstation.services.evaluations.challenges import against
from workstation.services.evaluations.evaluation import (
    FrozenModels,
    Workshop,
    evaluate,
    scratch,
    walk_forward,
)
from workstation.services.evaluations.ground import Ground
from workstation.services.evaluations.model_cards import Provenance
from workstation.services.evaluations.training import ModelDesk, train_models
from workstation.services.work.workers import Alone
from workstation.storage.model_store import ModelStore

DAYS = 420
METHODS = {*BASELINES, "random", "family_vote"}


class Clock:
    """Tells one moment."""

    def now_ms(self):
        """Return it."""
        return START_MS + 500 * DAY_MS


class Counting:
    """Works alone, and counts what it works on."""

    description = "one process"

    def __init__(self):
        self.counts = {}

    def map(self, function, items):
        for item in items:
            self.counts[function.__name__] = self.counts.get(function.__name__, 0) + 1
            yield function(item)


class Stop:
    """Stops the work like Ctrl-C after so many quarters of signals."""

    def __init__(self, after):
        self._after = after

    def __call__(self, what, done, _total):
        if "signals" in what and done == self._after:
            raise KeyboardInterrupt


@pytest.fixture(scope="module", autouse=True)
def quick():
    """Have small forests grown."""
    patch, usual = pytest.MonkeyPatch(), evaluation.recipe_for

    def recipe_for(timeframe):
        return small(usual(timeframe))

    for module in (evaluation, training):
        patch.setattr(module, "recipe_for", recipe_for)
    yield
    patch.undo()


def silent(_what, _done, _total):
    """Say nothing."""


def shop(folder, workers=None, on_progress=silent):
    return Workshop(workers or Alone(), folder, on_progress)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Train once, interrupted after a quarter; give training, store, who worked, and folder."""
    folder = tmp_path_factory.mktemp("training")
    store = ModelStore(folder / "models", folder / "none", Clock())
    desk = ModelDesk(store, None, Provenance("walks", "free", Clock().now_ms()))
    first, again = Counting(), Counting()
    with pytest.raises(KeyboardInterrupt):
        train_models(Ground([market(13, DAYS)], "4h"), desk, shop(folder, first, Stop(1)))
    found = train_models(Ground([market(13, DAYS)], "4h"), desk, shop(folder, again))
    return found, store, (first, again), folder


def test_a_market_without_an_edge_is_said_to_have_none(trained):
    verdict = trained[0].report["verdict"]
    assert verdict["edge_proven"] is False
    assert "No edge was proven" in verdict["headline"]


def test_a_model_that_would_never_speak_says_so_where_it_is_decided_on(trained):
    signals = trained[0].models[0]
    assert "It is silent for now: in the year before" in signals.decision.reason


def test_the_report_has_every_method_with_the_same_figures(trained):
    report = trained[0].report
    assert set(report["baselines"]) == set(report["paired"]) == METHODS
    assert all(set(each) == set(report["signals"]) for each in report["baselines"].values())
    assert set(report["signals"]["hit_lift_pp"]) >= {"value", "low", "high"}
    assert report["signals"]["coins"] == 13
    assert report["grade"]["days"] > 30
    json.dumps(report, allow_nan=False)


def test_random_entries_come_ten_times_a_month_unless_one_is_open(trained):
    # a position lasts four days: 10 / (1 + 10 * 4 / 30.4)
    assert trained[0].report["baselines"]["random"]["per_coin_month"]["value"] == pytest.approx(4.3, abs=0.8)


def test_a_training_that_was_stopped_goes_on_where_it_was(trained):
    first, again = trained[2]
    assert first.counts["quarter_opinions"] == 1
    assert again.counts["quarter_opinions"] == trained[0].report["about"]["quarters"] - 1


def test_nothing_but_the_models_stays_behind(trained):
    assert [path.name for path in trained[3].iterdir()] == ["models"]


def test_models_without_proof_are_kept_as_challengers(trained):
    found, store, _, _ = trained
    assert [model.name for model in found.models] == ["signals-4h", "grade-4h"]
    signals = found.models[0]
    assert not signals.decision.takes_over
    standing = store.standing("signals-4h")
    assert standing.champion is None
    assert [place.model_hash for place in standing.challengers] == [signals.model_hash]
    assert signals.card.trained_on.licence == "free"
    assert {figure.name for figure in signals.card.figures} >= {"auc", "ece", "brier_skill_pct"}


def test_frozen_models_judge_what_comes_after_their_lessons(trained, tmp_path):
    found, store, _, _ = trained
    models = [store.read(model.model_hash, model.card.features) for model in found.models]
    coins = found.models[0].card.trained_on.coins
    frozen = FrozenModels(
        models[0].model_hash, models[1].model_hash, models[0].files, models[1].files, 5, coins
    )
    later = Recorded("later", {f"N{k:02d}/USDT": walk(100 + k, 1_200) for k in range(12)})
    ground = Ground([later], "4h", from_ms=START_MS + 60 * DAY_MS)
    report = evaluate(ground, frozen, shop(tmp_path)).report
    assert report["model_hash"] == models[0].model_hash
    assert report["n_variants_tried"] == 5
    assert report["about"]["from"] == "2021-03-02"
    assert report["grade"]["days"] > 60
    assert any("no closes of BTC" in note for note in report["notes"])
    assert any("a time that it knows from other coins" in note for note in report["notes"])
    assert report["about"]["learnt_from_pct"] == 0
    assert store.standing("signals-4h").champion is None


def test_what_a_model_has_learnt_from_proves_nothing(trained, tmp_path):
    found, store, _, _ = trained
    model = store.read(found.models[0].model_hash, found.models[0].card.features)
    frozen = FrozenModels(model.model_hash, "", model.files, None, 5, model.card.trained_on.coins)
    report = evaluate(Ground([market(4, 200)], "4h"), frozen, shop(tmp_path)).report
    assert report["about"]["learnt_from_pct"] == 100
    assert report["verdict"]["headline"].startswith("No edge was proven: the model has learnt from 100 %")
    assert any("Judge with --from 2022-02" in note for note in report["notes"])


def test_few_coins_have_signals_but_no_grades(tmp_path):
    report = evaluate(Ground([market(4, DAYS)], "4h"), None, shop(tmp_path)).report
    assert report["signals"]["coins"] == 4
    assert report["grade"]["ic_7d"]["value"] is None
    assert any(
        note.startswith("Fewer than 12 coins stand side by side (4 in all)") for note in report["notes"]
    )


def test_a_short_history_is_refused_with_what_it_takes(tmp_path):
    with pytest.raises(TidemarkError, match="too little history: a model learns from 180 days"):
        evaluate(Ground([market(2, 90)], "4h"), None, shop(tmp_path))


def test_thin_coins_are_refused_with_what_it_takes(tmp_path):
    candles = walk(1, 600)
    thin = Recorded("thin", {"A/USDT": replace(candles, volume=candles.volume / 1000)})
    with pytest.raises(TidemarkError, match="None of 1 coin can be judged: a coin needs 30 days"):
        evaluate(Ground([thin], "4h"), None, shop(tmp_path))


def test_a_coin_that_is_not_there_is_named():
    with pytest.raises(TidemarkError, match="no candles of DOGE/USDT that can be made into 4h bars"):
        Ground([market(1, 40)], "4h", wanted=("DOGE/USDT",)).symbols()


def test_money_is_no_coin():
    series = {"USDC/USDT": walk(1, 10), "A/USDT": walk(2, 10)}
    assert Ground([Recorded("r", series)], "4h").symbols() == ["A/USDT"]


def test_the_longest_recording_counts_where_several_tell_of_an_hour(tmp_path):
    from workstation.services.evaluations.coin_study import CoinTask, study

    long, short = walk(1, 900), walk(2, 700)
    ground = Ground([Recorded("short", {"A/USDT": short}), Recorded("long", {"A/USDT": long})], "4h")
    pieces = ground.pieces("A/USDT")
    assert [len(piece) for piece in pieces] == [900, 700]
    found = study(CoinTask("A/USDT", pieces, evaluation.recipe_for("4h")))
    assert len(found.rows[0].open_time) > 0
    assert len(found.rows[1].open_time) == 0


def test_a_recording_that_cannot_be_read_is_left_out_and_named_once():
    class Broken(Recorded):
        def read(self, _symbol):
            raise BadCandleFile("A-4h.csv: row 3 has no close.")

    ground = Ground([Broken("broken", {"A/USDT": None}), Recorded("good", {"A/USDT": walk(1, 50)})], "4h")
    assert len(ground.pieces("A/USDT")) == len(ground.pieces("A/USDT")) == 1
    assert ground.notes == ["A/USDT of broken is left out: A-4h.csv: row 3 has no close."]


def test_nothing_after_the_end_of_the_period_is_looked_at():
    until_ms = START_MS + 20 * DAY_MS
    (piece,) = Ground([market(1, 40)], "4h", until_ms=until_ms).pieces("BTC/USDT")
    assert int(piece.open_time[-1]) == until_ms - DAY_MS // 6
    assert np.isfinite(piece.close).all()


def talking(predictions):
    """Return predictions that are bearish at every bar."""

    def said(*words):
        found = predictions(*words)
        return replace(found, said=-np.ones_like(found.said))

    return said


@pytest.mark.parametrize(
    ("days", "sentence"),
    [(DAYS, "0 weeks without it are too few"), (DAYS + 100, r"1[2-5] weeks")],
    ids=["nothing after its lessons", "a quarter after its lessons"],
)
def test_the_model_before_is_challenged_on_what_it_has_not_seen(
    trained, tmp_path, days, sentence, monkeypatch
):
    monkeypatch.setattr(challenges, "LEAST_EDGE", 1.0)
    found, store, _, _ = trained
    before = store.read(found.models[0].model_hash, found.models[0].card.features)
    ground = Ground([market(4, days)], "4h")
    with scratch(tmp_path) as folder:
        recipe, blocks = evaluation.recipe_for("4h"), Blocks(Path(folder))
        walked = walk_forward(ground, recipe, blocks, shop(tmp_path))
        takes_over, reason = against(walked, before, Alone())
        no_edge = evidence(0.38, 0.40, 4_000)
        dismissal = challenges.dismissal(ground, walked, no_edge, before, shop(tmp_path))
        monkeypatch.setattr(challenges, "frozen_predictions", talking(challenges.frozen_predictions))
        talkative = challenges.dismissal(ground, walked, no_edge, before, shop(tmp_path))
    assert not takes_over
    assert re.search(sentence, reason)
    assert dismissal == ""  # it said nothing since
    assert bool(re.search(r"in \d+ weeks that it had not learnt from", talkative)) == (days > DAYS)
