"""Can what a model says be taken apart, undone, written down and read again?"""

import json

import numpy as np
import pytest

from tests.unit.test_engine_model_panel import POINTS, RECIPE, panel, small_model
from workstation.domain.errors import BadModel, UsageError
from workstation.domain.signal import Direction
from workstation.engine.model.bundle import MANIFEST, read_model
from workstation.engine.model.contribution import loudest
from workstation.engine.model.flip import flips
from workstation.engine.model.forest import Forest
from workstation.engine.model.judge import Judge


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(small_model())


@pytest.fixture(scope="module")
def bars() -> np.ndarray:
    return panel(0.25, n=100, seed=8).gather(np.arange(600))


def test_a_bar_is_judged_the_same_alone_and_among_others(judge: Judge, bars: np.ndarray) -> None:
    together = judge.judge(bars)
    for row in (0, 17, 599):
        alone = judge.judge(bars[row : row + 1])
        for name in ("up", "down", "score", "sides", "leans"):
            assert getattr(alone, name)[0].tobytes() == getattr(together, name)[row].tobytes()


def test_probabilities_are_probabilities_and_some_bars_lean(judge: Judge, bars: np.ndarray) -> None:
    said = judge.judge(bars)
    assert ((said.up > 0) & (said.down > 0) & (said.up + said.down < 1.2)).all()
    assert {-1, 0, 1} == set(said.leans.tolist())
    assert (said.up[said.leans > 0] > judge.model.meaning.base_up).all()


def test_nothing_to_judge_is_judged_as_nothing(judge: Judge) -> None:
    assert len(judge.judge(np.empty((0, len(POINTS)))).up) == 0
    assert judge.forest.contributions(np.empty((0, len(POINTS)))).shape == (0, len(POINTS))


def test_bars_with_other_data_points_are_refused(judge: Judge) -> None:
    with pytest.raises(UsageError, match="6 data points each"):
        judge.judge(np.zeros((2, 5)))


def test_contributions_add_up_to_the_odds(judge: Judge, bars: np.ndarray) -> None:
    explained = judge.forest.contributions(bars).sum(axis=1)
    said = judge.forest.opinions(bars)
    unexplained = said.up - said.down - explained
    assert unexplained == pytest.approx(np.full(len(bars), unexplained[0]), abs=1e-6)


def test_what_moves_the_odds_is_named_first_and_speaks_for_its_side(judge: Judge, bars: np.ndarray) -> None:
    high = bars[:1].copy()
    high[0] = [2.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    weights = judge.forest.contributions(high)[0]
    bullish, bearish = (
        loudest(POINTS, high[0], weights, side) for side in (Direction.BULLISH, Direction.BEARISH)
    )
    assert bullish[0].name == POINTS[0]
    assert bullish[0].value == 2.0
    assert bullish[0].weight > 0
    assert bearish[0].weight == -bullish[0].weight


def test_a_flip_undoes_the_signal_and_one_step_less_does_not(judge: Judge, bars: np.ndarray) -> None:
    said = judge.judge(bars)
    row = int(np.flatnonzero(said.leans > 0)[0])
    found = flips(judge, bars[row], Direction.BULLISH, POINTS)
    assert found
    for flip in found:
        column, changed = POINTS.index(flip.name), bars[row : row + 1].copy()
        assert flip.value == changed[0, column]
        changed[0, column] = flip.needed
        assert judge.judge(changed).leans[0] != 1
        nearer = np.nextafter(np.float32(flip.needed), np.float32(flip.value))
        changed[0, column] = nearer
        assert judge.judge(changed).leans[0] == 1


def test_an_unknown_data_point_flips_nothing(judge: Judge, bars: np.ndarray) -> None:
    row = int(np.flatnonzero(judge.judge(bars).leans > 0)[0])
    bar = bars[row].copy()
    bar[1] = np.nan
    assert POINTS[1] not in [flip.name for flip in flips(judge, bar, Direction.BULLISH, [POINTS[1]])]


def test_a_model_that_is_written_and_read_says_the_same(bars: np.ndarray) -> None:
    model = small_model()
    again = read_model(model.files())
    assert again.model_hash == model.model_hash
    assert again.recipe == RECIPE
    one, other = Judge(model).judge(bars), Judge(again).judge(bars)
    for name in ("up", "down", "score", "sides", "leans"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes()


def test_one_changed_letter_of_a_forest_is_found_and_named() -> None:
    files = small_model().files()
    files["down.txt"] = files["down.txt"].replace(b"leaf_value=", b"leaf_value= ", 1)
    with pytest.raises(BadModel, match=r"down\.txt of this model was changed"):
        read_model(files)


@pytest.mark.parametrize("name", ["up.txt", "family_volume.txt", MANIFEST])
def test_a_missing_file_is_named(name: str) -> None:
    files = small_model().files()
    del files[name]
    with pytest.raises(BadModel, match=name):
        read_model(files)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("meaning", None),
        ("recipe", {}),
        ("quantiles", [[1.0]]),
        ("format", 99),
        ("files", {}),
        ("learnt", []),
    ],
)
def test_a_manifest_that_is_none_is_refused(key: str, value: object) -> None:
    files = small_model().files()
    said = json.loads(files[MANIFEST])
    said[key] = value
    with pytest.raises(BadModel):
        read_model({**files, MANIFEST: json.dumps(said).encode()})
    with pytest.raises(BadModel, match="not as expected"):
        read_model({**files, MANIFEST: b"\xff no json"})


def test_a_forest_of_another_size_is_refused() -> None:
    model = small_model()
    family = next(iter(model.forests.families.values()))
    with pytest.raises(BadModel, match="reads 2 data points, 6 were expected"):
        Forest(type(model.forests)(family, model.forests.down, model.forests.families), RECIPE)
