"""Are rules that cannot be followed refused, with a sentence that names them?"""

import pytest

from workstation.domain.errors import UsageError
from workstation.domain.rotation import RotationRules, StandingSignal


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ({"gate_btc_days": -1}, "gate_btc_days must be 0 or more; got -1."),
        ({"n_coins": 0}, "n_coins must be 1 or more; got 0."),
        ({"keep_rank": 2}, "keep_rank must be 3 or more; got 2."),
        ({"keep_coins": 2}, "keep_coins must be 3 or more; got 2."),
        ({"least_grade": 101}, "least_grade must be 100 or less; got 101."),
        ({"most_coin": 0.0}, "most_coin must be above 0 and at most 1; got 0.0."),
        ({"target_volatility_pct": float("nan")}, "target_volatility_pct must be 0 or more; got nan."),
    ],
)
def test_rules_that_cannot_be_followed_are_refused(rules, sentence):
    with pytest.raises(UsageError) as refused:
        RotationRules(**rules)
    assert str(refused.value) == sentence


def test_a_signal_leans_one_way():
    assert StandingSignal(-1).lean == -1
    with pytest.raises(UsageError, match="leans"):
        StandingSignal(0)
