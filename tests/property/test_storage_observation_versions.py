"""Whatever order observations come in, and however often, the past is what a naive reading says."""

from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.domain.observation import Observation
from workstation.storage.observation_store import ObservationStore

METRIC = "onchain.mvrv"
EVENTS, MOMENTS = st.integers(0, 4), st.integers(0, 8)


def revisions(changes):
    """Return tellings of one event, moment by moment; a value that was replaced never comes back."""
    value, told = 0.0, []
    for known, is_changed in sorted(changes.items()):
        value += is_changed
        told.append((known, value))
    return told


REVISED = st.dictionaries(EVENTS, st.dictionaries(MOMENTS, st.booleans(), min_size=1).map(revisions)).map(
    lambda events: [(event, known, value) for event, told in events.items() for known, value in told]
)
IN_ANY_ORDER = REVISED.flatmap(
    lambda told: (
        st.lists(st.sampled_from(told), max_size=10).flatmap(lambda more: st.permutations(told + more))
        if told
        else st.just([])
    )
)
IN_ORDER = st.dictionaries(st.tuples(MOMENTS, EVENTS), st.sampled_from([1.0, 2.0, 3.0]), max_size=25).map(
    lambda told: [(event, known, value) for (known, event), value in sorted(told.items())]
)


def known_naively(told, at):
    """Return the value of every event at an instant: of what was known by then, what became known last."""
    newest = {}
    for event, known, value in told:
        if known <= at and (event not in newest or newest[event][0] <= known):
            newest[event] = (known, value)
    return {event: value for event, (_, value) in newest.items()}


def store_and_compare(store, told, cuts):
    rows = [Observation(METRIC, "BTC", event, known, value, "x") for event, known, value in told]
    start = 0
    for n in [*cuts, len(rows)]:
        store.observe(rows[start : start + n])
        start += n
    columns = store.observations(METRIC, "BTC")
    assert store.observe(rows) == 0, "telling everything again adds nothing"
    for at in range(-1, 10):
        known = columns.known_at(at)
        pairs = zip(known.event_ms.tolist(), known.value.tolist(), strict=True)
        assert dict(pairs) == known_naively(told, at)
    return sorted(
        zip(columns.event_ms.tolist(), columns.available_ms.tolist(), columns.value.tolist(), strict=True)
    )


CUTS = st.lists(st.integers(1, 6), max_size=8)


@settings(max_examples=40, deadline=None)
@given(IN_ANY_ORDER, CUTS)
def test_late_rows_and_repeated_rows_leave_the_past_that_they_tell_of(tmp_path_factory, told, cuts):
    folder = tmp_path_factory.mktemp("o")
    with ObservationStore(folder / "1.db") as store, ObservationStore(folder / "2.db") as ordered:
        found = store_and_compare(store, told, cuts)
        assert found == store_and_compare(ordered, sorted(set(told)), ()), "the order leaves no trace"


@settings(max_examples=40, deadline=None)
@given(IN_ORDER, CUTS)
def test_values_that_come_back_are_known_as_they_were_told(tmp_path_factory, told, cuts):
    with ObservationStore(tmp_path_factory.mktemp("o") / "observations.db") as store:
        store_and_compare(store, told, cuts)
