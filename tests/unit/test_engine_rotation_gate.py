"""Does the gate open and close where it says, and never flutter?"""

import pytest

from workstation.domain.rotation import RotationRules
from workstation.engine.narratives.gate import GateFacts, GateState, gate_sentence, gate_step
from workstation.engine.narratives.panel import DAY_MS

RULES = RotationRules(gate_band_pct=1.0, gate_dwell_days=3)


def walked(pairs, rules=RULES, state=None):
    """Return whether the gate was open after each day."""
    state, told = state or GateState(), []
    for day, (btc, market) in enumerate(pairs):
        state = gate_step(state, GateFacts(day * DAY_MS, btc, market), rules)
        told.append(state.is_open)
    return told


def test_it_opens_only_beyond_the_band_of_both_means():
    assert walked([(0.9, 5.0), (5.0, 0.9), (1.1, 1.1)]) == [False, False, True]


def test_it_closes_when_one_falls_below_the_band():
    open_ = GateState(True, None)
    assert walked([(-0.9, 5.0), (-1.1, 5.0)], state=open_) == [True, False]
    assert walked([(5.0, -1.1)], state=open_) == [False]


def test_it_stays_as_it_is_between_the_bands():
    assert walked([(0.0, 0.0)] * 3, state=GateState(True, None)) == [True] * 3
    assert walked([(0.0, 0.0)] * 3) == [False] * 3


def test_it_dwells_for_three_days_after_it_turned():
    days = [(5.0, 5.0), (-5.0, 5.0), (-5.0, 5.0), (-5.0, 5.0)]
    assert walked(days) == [True, True, True, False]


def test_what_cannot_be_known_closes_it_at_once():
    assert walked([(5.0, 5.0), (None, 5.0)]) == [True, False]
    assert walked([(None, 5.0)]) == [False]


def test_a_condition_of_zero_days_is_left_out():
    only_btc = RotationRules(gate_alt_days=0)
    assert walked([(2.0, None)], only_btc) == [True]
    assert walked([(None, None)], RotationRules(gate_btc_days=0, gate_alt_days=0)) == [True]


def test_it_says_why_it_hesitates():
    near, below = GateFacts(DAY_MS, 0.5, 4.0), GateFacts(DAY_MS, -5.0, 4.0)
    assert gate_sentence(GateState(), near, RULES).endswith("20-day mean; it turns 1 % beyond")
    assert gate_sentence(GateState(True, 0), below, RULES).endswith("; it stays for 3 days after it turned")


@pytest.mark.parametrize(
    ("state", "facts", "rules", "sentence"),
    [
        (
            GateState(),
            GateFacts(0, -3.21, 4.0),
            RULES,
            "closed: BTC is 3.2 % below its 50-day mean and "
            "all coins together are 4.0 % above their 20-day mean",
        ),
        (
            GateState(),
            GateFacts(0, None, 4.0),
            RotationRules(gate_alt_days=0),
            "closed: BTC has fewer than 50 days of closes",
        ),
        (
            GateState(True, 0),
            GateFacts(0, None, None),
            RotationRules(gate_btc_days=0, gate_alt_days=0),
            "open: no condition is asked for",
        ),
    ],
)
def test_it_says_why(state, facts, rules, sentence):
    assert gate_sentence(state, facts, rules) == sentence
