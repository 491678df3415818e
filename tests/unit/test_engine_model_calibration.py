"""Do calibrated probabilities mean what they say?"""

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

from workstation.domain.errors import UsageError
from workstation.engine.model.calibration import Calibration
from workstation.engine.model.settlement import fit_calibration


def opinions_and_truth(n: int = 40_000) -> tuple[np.ndarray, np.ndarray]:
    """Return opinions that are far too sure of themselves, and what happened."""
    rng = np.random.default_rng(5)
    opinions = rng.normal(0, 1, n)
    return opinions, rng.random(n) < 0.3 + 0.1 * np.tanh(opinions)


def test_a_calibrated_probability_is_the_share_that_came_true() -> None:
    opinions, happened = opinions_and_truth(160_000)
    calibration = fit_calibration(opinions[::2], happened[::2])
    said = calibration(opinions[1::2])
    for part in np.array_split(np.argsort(said, kind="stable"), 10):
        assert said[part].mean() == pytest.approx(happened[1::2][part].mean(), abs=0.03)


def test_knots_say_what_the_library_would_say() -> None:
    opinions, happened = opinions_and_truth(5_000)
    edges = np.quantile(opinions, np.linspace(0, 1, 101)[1:-1])
    place = np.searchsorted(edges, opinions)
    n = np.bincount(place)
    mean, share = np.bincount(place, opinions) / n, np.bincount(place, happened) / n
    library = IsotonicRegression(out_of_bounds="clip").fit(mean, share, sample_weight=n)
    asked = np.linspace(-5, 5, 301)
    assert fit_calibration(opinions, happened)(asked) == pytest.approx(library.predict(asked))


def test_a_higher_opinion_never_means_a_lower_probability() -> None:
    calibration = fit_calibration(*opinions_and_truth())
    said = calibration(np.linspace(-10, 10, 1000))
    assert (np.diff(said) >= 0).all()
    assert said.min() > 0
    assert said.max() < 1


def test_no_opinion_has_no_probability() -> None:
    calibration = Calibration(np.array([0.0, 1.0]), np.array([0.2, 0.4]))
    assert np.isnan(calibration(np.array([np.nan]))).all()
    assert calibration(np.array([-9.0, 0.5, 9.0])) == pytest.approx([0.2, 0.3, 0.4])


def test_equal_opinions_make_one_knot() -> None:
    happened = np.arange(2000) % 4 == 0
    calibration = fit_calibration(np.zeros(2000), happened)
    assert calibration(np.array([0.0, 3.0])) == pytest.approx([0.25, 0.25])


def test_too_few_examined_bars_are_refused() -> None:
    with pytest.raises(UsageError, match="1000 examined bars"):
        fit_calibration(np.zeros(10), np.zeros(10, np.bool_))


@pytest.mark.parametrize(
    ("opinions", "probabilities"),
    [([], []), ([0.0, 0.0], [0.1, 0.2]), ([0.0, 1.0], [0.3, 0.2]), ([0.0], [1.5]), ([0.0, 1.0], [0.5])],
)
def test_a_curve_that_cannot_be_is_refused(opinions: list[float], probabilities: list[float]) -> None:
    with pytest.raises(UsageError, match="rising"):
        Calibration(np.array(opinions), np.array(probabilities))
