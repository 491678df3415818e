"""Are the nearest windows the ones that the matrix profile names, and was their outcome known by then?"""

import math

import numpy as np
import pytest
import stumpy

from tests.fakes.pattern_market import HOUR, absurd, holed, made, recorded
from workstation.domain.candle import CandleColumns
from workstation.engine.features.analogue_library import (
    AHEAD,
    MOST_SIGMAS,
    SIGMA_BARS,
    WINDOW,
    AnalogueLibrary,
    LibraryRules,
    shape_of,
)
from workstation.engine.features.analogues import (
    AGE,
    EVERY,
    LEAD,
    LEAST,
    MOMENTS,
    N_FACTS,
    NEAREST,
    OUTCOME,
    UP_SHARE,
    analogues,
    carried,
    first_look,
    is_searched,
    nearest,
    phase_of,
)
from workstation.engine.segments import slots_of

EVERYTHING = LibraryRules(every=1, coins=1000, reach=10**6)
FOLDER = "binance-spot-2024"


def found(library: AnalogueLibrary, symbol: str, candles: CandleColumns, row: int, most: int = NEAREST):
    """Return the entries nearest to the window that ends at a row, and their distances."""
    shape = np.empty(WINDOW)
    assert shape_of(candles.close, row, shape)
    slot = int(slots_of(candles, "1h")[row])
    usable = library.usable(slot)
    picks, distances = np.empty(most, np.int64), np.empty(most)
    scores = np.empty((1, usable.stop - usable.start), np.float32)
    first_look(shape.reshape(1, WINDOW), library.entries.quick, usable.start, scores)
    query = slot, library.coin(symbol)
    n = nearest(shape, query, library.entries, (usable.start, usable.stop), scores[0], (picks, distances))
    return picks[:n], distances[:n]


def z_normalised(windows):
    windows = windows - windows.mean(axis=-1, keepdims=True)
    return windows / windows.std(axis=-1, keepdims=True)


def by_hand(series, symbol: str, row: int, most: int):
    """Return symbol and last row of the nearest windows, compared one after the other."""
    now = series[symbol]
    query = z_normalised(now.close[row - WINDOW + 1 : row + 1])
    known = []
    for name, candles in series.items():
        windows = np.lib.stride_tricks.sliding_window_view(candles.close, WINDOW)
        away = np.sqrt(((z_normalised(windows) - query) ** 2).sum(axis=1))
        for end in range(SIGMA_BARS, row - AHEAD):
            known.append((away[end - WINDOW + 1], end, name))
    picks: list[tuple[str, int]] = [(symbol, row)]
    for _, end, name in sorted(known):
        if all(name != other or abs(end - there) >= WINDOW for other, there in picks):
            picks.append((name, end))
        if len(picks) > most:
            break
    return picks[1:]


@pytest.fixture(scope="module")
def market():
    return {f"C{k}/USDT": made(k, 1_500) for k in range(5)}


@pytest.fixture(scope="module")
def library(market):
    return AnalogueLibrary.of(market, "1h")


# --- the search ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["BTCUSDT", "ETHUSDT", "PEPEUSDT"])
def test_the_nearest_are_those_that_the_matrix_profile_names(recordings, name) -> None:
    candles = recorded(recordings, f"{FOLDER}/{name}-1h")[:2_500]
    library = AnalogueLibrary.of({name: candles}, "1h", EVERYTHING)
    first = SIGMA_BARS - WINDOW + 1
    for row in (1_499, 2_047, 2_499):
        past = candles.close[first : row - WINDOW + 1]
        query = candles.close[row - WINDOW + 1 : row + 1]
        with _Apart():
            theirs = stumpy.match(query, past, max_distance=np.inf, max_matches=NEAREST)
        picks, distances = found(library, name, candles, row, len(theirs))
        ours = library.entries.end[picks] - slots_of(candles, "1h")[0] - WINDOW + 1 - first
        assert ours.tolist() == theirs[:, 1].tolist()
        np.testing.assert_allclose(distances, theirs[:, 0].astype(float), rtol=0, atol=1e-6)
        profile = stumpy.mass(query, past)
        assert ours[0] == profile.argmin()


class _Apart:
    """Let stumpy leave out what overlaps, and no more."""

    def __enter__(self) -> None:
        self.before = stumpy.config.STUMPY_EXCL_ZONE_DENOM
        stumpy.config.STUMPY_EXCL_ZONE_DENOM = 48 / 46.5  # 47 bars either way

    def __exit__(self, *_: object) -> None:
        stumpy.config.STUMPY_EXCL_ZONE_DENOM = self.before


def test_the_nearest_across_coins_are_those_of_a_comparison_with_everything(market) -> None:
    library = AnalogueLibrary.of(market, "1h", EVERYTHING)
    symbols = sorted(market)
    for row in (600, 1_111, 1_499):
        picks, distances = found(library, "C2/USDT", market["C2/USDT"], row)
        entries = library.entries
        slot = 470_000
        told = [(symbols[entries.coin[p]], int(entries.end[p]) - slot) for p in picks]
        assert told == by_hand(market, "C2/USDT", row, NEAREST)
        assert (np.diff(distances) >= 0).all()


def test_single_precision_at_first_never_changes_what_is_nearest() -> None:
    """Twenty coins that differ in the tenth digit: to the first look they are one."""
    one = made(1, 700)
    rng = np.random.default_rng(0)
    twins = {}
    for k in range(20):
        close = one.close * (1 + 1e-10 * rng.normal(size=700))
        twins[f"T{k:02d}"] = CandleColumns.of(one.open_time, close, close, close, close, one.volume)
    library = AnalogueLibrary.of(twins, "1h", EVERYTHING)
    picks, distances = found(library, "T00", twins["T00"], 699)
    shape = np.empty(WINDOW)
    shape_of(twins["T00"].close, 699, shape)
    usable = library.usable(470_699)
    exact = np.sqrt(WINDOW * ((library.entries.shape[usable] - shape) ** 2).sum(axis=1))
    own = library.entries.coin[usable] == library.coin("T00")
    exact[own & (library.entries.end[usable] > 470_699 - WINDOW)] = np.inf
    assert distances[0] == pytest.approx(exact.min(), abs=1e-12)
    assert len(picks) == NEAREST


def test_of_equals_the_older_and_then_the_first_by_name_comes_first() -> None:
    one = made(3, 600)
    library = AnalogueLibrary.of({"B": one, "A": one, "C": one}, "1h", EVERYTHING)
    picks, distances = found(library, "X", one, 599, 6)
    ends = library.entries.end[picks]
    assert [library.coin(s) for s in "ABC"] == library.entries.coin[picks[:3]].tolist()
    assert len(set(ends[:3].tolist())) == 1
    assert distances[0] == distances[2]


# --- what may be seen ---------------------------------------------------------------------------------------


def test_nothing_is_seen_whose_outcome_was_not_known_one_bar_before(market, library) -> None:
    for row in (400, 999, 1_499):
        slot = 470_000 + row
        seen = library.usable(slot)
        assert (library.entries.known[seen] < slot).all()
        assert (library.entries.known[seen] % library.rules.every == 0).all()
        assert (library.entries.end[seen] + AHEAD == library.entries.known[seen]).all()
        assert library.entries.known[seen.stop :].size == 0 or library.entries.known[seen.stop] >= slot


def test_the_future_and_its_absence_change_nothing(market, library) -> None:
    whole = analogues(market["C1/USDT"], "1h", library, "C1/USDT")
    rng = np.random.default_rng(1)
    for cut in (700, 1_003, 1_220):
        short = {s: c[:cut] for s, c in market.items()}
        bent = {}
        for s, c in market.items():
            close = np.r_[c.close[:cut], c.close[cut:] * rng.lognormal(0, 1, len(c) - cut)]
            bent[s] = CandleColumns.of(c.open_time, close, close, close, close, c.volume)
        for other in (short, bent):
            told = analogues(other["C1/USDT"], "1h", AnalogueLibrary.of(other, "1h"), "C1/USDT")[:, :cut]
            assert told.tobytes() == whole[:, :cut].copy().tobytes()


def test_what_was_loaded_before_the_reach_changes_nothing(market) -> None:
    rules = LibraryRules(reach=500)
    long = analogues(market["C1/USDT"], "1h", AnalogueLibrary.of(market, "1h", rules), "C1/USDT", 1_200)
    since = 1_200 - EVERY - 500 - AHEAD - SIGMA_BARS - 1
    late = AnalogueLibrary.of({s: c[since:] for s, c in market.items()}, "1h", rules)
    tail = market["C1/USDT"][1_200 - LEAD :]
    assert analogues(tail, "1h", late, "C1/USDT", LEAD).tobytes() == long.tobytes()


def test_only_the_coins_with_the_most_money_are_seen(market) -> None:
    rich = {
        s: CandleColumns.of(c.open_time, c.open, c.high, c.low, c.close, c.volume * 1000**k)
        for k, (s, c) in enumerate(market.items())
    }
    library = AnalogueLibrary.of(rich, "1h", LibraryRules(coins=2))
    coins = library.entries.coin[: len(library)]
    assert set(coins.tolist()) == {library.coin("C3/USDT"), library.coin("C4/USDT")}
    assert (np.unique(library.entries.known[: len(library)], return_counts=True)[1] == 2).all()


def test_bar_by_bar_in_any_order_the_library_is_the_same(market, library) -> None:
    grown = AnalogueLibrary("1h")
    rng = np.random.default_rng(2)
    for row in range(0, 1_500, 50):
        for symbol in rng.permutation(sorted(market)):
            start = max(row - SIGMA_BARS - AHEAD, 0)
            seen = market[symbol][start : row + 50]
            grown.add(str(symbol), seen, row - start)
            grown.add(str(symbol), seen, row - start)
        if row % 200 == 0:
            assert len(grown) <= len(library)
    names, told = sorted(market), []
    for one in (library, grown):
        entries, n = one.entries, len(one)
        who = {one.coin(s): s for s in names}
        told.append(
            (
                [who[c] for c in entries.coin[:n].tolist()],
                entries.known[:n].tobytes(),
                entries.end[:n].tobytes(),
                entries.outcome[:n].tobytes(),
                entries.shape[:n].tobytes(),
                entries.quick[:, :n].copy().tobytes(),
            )
        )
    assert told[0] == told[1]


def test_what_is_forgotten_was_out_of_reach(market) -> None:
    rules = LibraryRules(reach=300)
    library = AnalogueLibrary.of(market, "1h", rules)
    before, n = analogues(market["C0/USDT"], "1h", library, "C0/USDT", 1_400), len(library)
    library.forget(470_000 + 1_400 - EVERY - rules.reach)
    assert 0 < len(library) < n
    assert library.n_bytes > 0
    assert analogues(market["C0/USDT"], "1h", library, "C0/USDT", 1_400).tobytes() == before.tobytes()


def test_an_outcome_is_the_move_in_usual_ones_of_its_coin_then(market) -> None:
    library = AnalogueLibrary.of({"A": market["C0/USDT"]}, "1h", EVERYTHING)
    close = market["C0/USDT"].close
    for k in (0, 500, 1_000):
        end = int(library.entries.end[k]) - 470_000
        sigma = np.diff(np.log(close[end - SIGMA_BARS : end + 1])).std()
        moved = math.log(close[end + AHEAD] / close[end]) / (sigma * math.sqrt(AHEAD))
        assert library.entries.outcome[k] == pytest.approx(np.clip(moved, -MOST_SIGMAS, MOST_SIGMAS))


# --- what is told -------------------------------------------------------------------------------------------


def test_the_facts_are_those_of_the_nearest(market) -> None:
    library = AnalogueLibrary.of(market, "1h", EVERYTHING)
    candles = market["C3/USDT"]
    told = analogues(candles, "1h", library, "C3/USDT")
    row = next(r for r in range(1_400, 1_500) if is_searched(phase_of("C3/USDT"), 470_000 + r, 469_999 + r))
    picks, distances = found(library, "C3/USDT", candles, row)
    outcomes = library.entries.outcome[picks]
    moments = len(set((library.entries.end[picks] // WINDOW).tolist()))
    expected = [outcomes.mean(), (outcomes > 0).mean(), outcomes.std(), distances.mean(), moments, 0.0]
    assert told[:, row] == pytest.approx(expected)
    assert told[AGE, row : row + EVERY].tolist() == list(range(EVERY))
    assert np.array_equal(told[:AGE, row + EVERY - 1], told[:AGE, row])


@pytest.mark.parametrize("holes", [False, True], ids=["whole", "with holes"])
def test_one_bar_alone_is_the_history_to_the_last_bit(market, holes) -> None:
    series = {s: holed(c, k) for k, (s, c) in enumerate(market.items())} if holes else market
    library = AnalogueLibrary.of(series, "1h")
    candles = series["C4/USDT"]
    slots = slots_of(candles, "1h")
    whole = analogues(candles, "1h", library, "C4/USDT")
    assert (~np.isnan(whole[OUTCOME])).sum() > 500
    stands = np.full(N_FACTS, np.nan)
    for row in range(300, len(candles)):
        tail = candles[row - LEAD : row + 1]
        alone = analogues(tail, "1h", library, "C4/USDT", LEAD)[:, 0]
        is_new_market = slots[row] - slots[row - LEAD] > LEAD + 100
        if not is_new_market:
            assert alone.tobytes() == whole[:, row].tobytes(), row
        is_due = is_searched(phase_of("C4/USDT"), int(slots[row]), int(slots[row - 1]))
        stands = whole[:, row].copy() if is_due else carried(stands)
        if is_due or not np.isnan(stands[OUTCOME]):
            assert is_new_market or np.array_equal(stands, whole[:, row], equal_nan=True), row


def test_a_thousand_symbols_are_not_searched_at_one_close() -> None:
    phases = np.bincount([phase_of(f"COIN{k}/USDT") for k in range(1_000)], minlength=EVERY)
    assert len(phases) == EVERY
    assert phases.max() <= 70
    for slot in range(1_000, 1_000 + 2 * EVERY):
        assert is_searched(phase_of("BTC/USDT"), slot, slot - 1) == (
            (slot + phase_of("BTC/USDT")) % EVERY == 0
        )


def test_too_few_are_no_answer(market) -> None:
    one = {"A": market["C0/USDT"]}
    library = AnalogueLibrary.of(one, "1h")
    told = analogues(one["A"], "1h", library, "A")
    enough = SIGMA_BARS + AHEAD + LEAST * WINDOW
    assert np.isnan(told[:, : enough - EVERY]).all()
    assert not np.isnan(told[:, -100:]).any()
    assert np.isnan(analogues(one["A"], "1h", AnalogueLibrary("1h"), "A")).all()


@pytest.mark.parametrize("n", [0, 1, 47, 48, 200])
def test_a_short_history_is_unknown_not_an_error(n, library) -> None:
    told = analogues(made(9, n), "1h", library, "X")
    assert told.shape == (N_FACTS, n)
    assert np.isnan(told[:, : WINDOW - 1]).all()


def test_absurd_prices_neither_raise_nor_give_an_infinite_number(market) -> None:
    series = {"ODD": absurd(1_200), **{s: c[:1_200] for s, c in market.items()}}
    moved = {s: _at(c, 0) for s, c in series.items()}
    library = AnalogueLibrary.of(moved, "1h")
    entries = library.entries
    assert np.isfinite(entries.shape[: len(library)]).all()
    assert np.isfinite(entries.outcome[: len(library)]).all()
    for symbol in ("ODD", "C0/USDT"):
        told = analogues(moved[symbol], "1h", library, symbol)
        assert not np.isinf(told).any()
        known = told[:, ~np.isnan(told[OUTCOME])]
        assert (np.abs(known[OUTCOME]) <= MOST_SIGMAS).all()
        assert ((known[UP_SHARE] >= 0) & (known[UP_SHARE] <= 1)).all()
        assert ((known[MOMENTS] >= 1) & (known[MOMENTS] <= NEAREST)).all()


def _at(candles: CandleColumns, slot: int) -> CandleColumns:
    times = (slot + np.arange(len(candles))) * HOUR
    return CandleColumns.of(times, candles.open, candles.high, candles.low, candles.close, candles.volume)
