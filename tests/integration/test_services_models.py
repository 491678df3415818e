"""Which model judges is the trader's to decide, is written down, and is told with a reason."""

import asyncio

import pytest

from tests.fakes.models import FEATURES, PRETENDED, card, rows
from tests.fakes.patience import until
from tests.fakes.services_models import SIGNALS, ModelHouse
from workstation.domain.errors import ModelUnavailable, UsageError
from workstation.domain.ledger import ModelChange
from workstation.services import models
from workstation.services.supervisor import Supervisor


@pytest.fixture
async def house(tmp_path):
    made = ModelHouse(tmp_path / "kept", shipped=tmp_path / "none shipped", known=FEATURES)
    yield made
    await made.models.close()


def trained(house, number):
    """Keep a model that is none, and return its hash."""
    return house.store.add(card(), PRETENDED | {"n.json": str(number).encode()}, f"Number {number}.")


@pytest.fixture
async def two(house):
    """Return the hashes of the champion and of the one before."""
    before, champion = trained(house, 1), trained(house, 2)
    house.store.promote(before, "The first one.")
    house.store.promote(champion, "Better.")
    await house.models.begin()
    return champion, before


def written(house):
    return [(event.change, event.model_hash, event.reason) for event in house.ledger.events]


async def test_where_there_is_no_model_it_is_said_and_nothing_is_asked(house):
    await house.models.begin()
    assert (house.state.is_judging, house.state.model_hash) == (False, "")
    assert house.state.reason == "There is no model signals-1h; train one with tidemark train."
    assert house.models.champion(SIGNALS) is None
    assert house.models.since_ms(SIGNALS) == 0
    assert await house.models.judge(SIGNALS, rows()[0]) is None
    with pytest.raises(UsageError, match="no model signals-1h to switch"):
        await house.models.switch(SIGNALS, False)
    with pytest.raises(UsageError, match="There is no model 'grades'; there are signals-1h"):
        await house.models.switch("grades", False)
    with pytest.raises(ModelUnavailable, match="no earlier model"):
        await house.models.roll_back(SIGNALS)
    assert written(house) == []


async def test_a_model_is_switched_off_and_on_again(house, two):
    champion, _ = two
    assert (house.state.is_judging, house.state.model_hash) == (True, champion)
    since_ms = house.models.since_ms(SIGNALS)
    await house.models.switch(SIGNALS, False, "Half of it came true.")
    assert (house.state.is_judging, house.state.model_hash) == (False, champion)
    assert house.state.reason == "The model signals-1h is switched off: Half of it came true."
    assert house.models.champion(SIGNALS) is None
    assert await house.models.judge(SIGNALS, rows()[0]) is None
    await house.models.switch(SIGNALS, True)
    assert (house.state.is_judging, house.state.reason) == (True, "")
    assert house.models.champion(SIGNALS).model_hash == champion
    assert house.models.since_ms(SIGNALS) > since_ms
    assert written(house) == [
        (ModelChange.SWITCHED_OFF, champion, "Half of it came true."),
        (ModelChange.CHAMPION, champion, "The trader said so."),
    ]


async def test_the_model_before_judges_again_and_can_be_taken_back_itself(house, two):
    champion, before = two
    await house.models.roll_back(SIGNALS)
    assert (house.state.is_judging, house.state.model_hash) == (True, before)
    await house.models.roll_back(SIGNALS)
    assert house.state.model_hash == champion
    assert [change for change, _, _ in written(house)] == [ModelChange.ROLLBACK] * 2
    assert [model_hash for _, model_hash, _ in written(house)] == [before, champion]


async def test_a_challenger_is_promoted_and_another_name_is_refused(house, two):
    challenger = trained(house, 3)
    await house.models.promote(SIGNALS, challenger, "It is better.")
    assert (house.state.is_judging, house.state.model_hash) == (True, challenger)
    assert written(house) == [(ModelChange.CHAMPION, challenger, "It is better.")]
    with pytest.raises(UsageError, match="no model signals-1h of the hash aaaaaaaa"):
        await house.models.promote(SIGNALS, "a" * 64)
    assert len(written(house)) == 1


async def test_what_a_training_elsewhere_decides_is_taken_while_the_engine_runs(house, two, monkeypatch):
    _, before = two
    monkeypatch.setattr(models, "LOOK_EVERY_S", 0.01)
    tasks = Supervisor(lambda *_: None)
    house.models.watch(tasks)
    process, n_told = house.models.champion(SIGNALS), len(house.told)
    trained(house, 3)  # a challenger changes nothing
    await house.models.look_again()
    assert (house.models.champion(SIGNALS), len(house.told)) == (process, n_told)
    house.store.switch_off(SIGNALS, "Switched off by a training.")
    await until(lambda: not house.state.is_judging)
    assert house.state.reason == "The model signals-1h is switched off: Switched off by a training."
    assert house.models.champion(SIGNALS) is None
    house.store.promote(before, "Better.")
    await until(lambda: house.state.is_judging)
    assert house.models.champion(SIGNALS).model_hash == before
    assert written(house) == []  # whoever decided has written it down
    await tasks.close()


async def test_drift_is_told_once_and_kept_until_another_model_judges(house, two):
    n_told = len(house.told)
    for _ in range(2):
        house.models.notice_drift(SIGNALS, ("Inputs have moved.",))
    assert len(house.told) == n_told + 1
    assert (house.state.is_judging, house.state.drift) == (True, ("Inputs have moved.",))
    house.models.notice_drift("grade-1h", ("Nobody asked.",))
    assert len(house.told) == n_told + 1
    house.models.notice_drift(SIGNALS, ())
    assert house.state.drift == ()
    house.models.notice_drift(SIGNALS, ("Again.",))
    await house.models.roll_back(SIGNALS)
    assert house.state.drift == ()


async def test_a_model_that_cannot_be_loaded_says_so_when_it_is_asked_and_not_before(house, two):
    champion, _ = two
    process = house.models._processes[SIGNALS]
    asked, waiting = (house.models.judge(SIGNALS, rows()[0][:2]) for _ in range(2))
    assert await asyncio.gather(asked, waiting) == [None, None]
    assert (house.state.is_judging, house.state.model_hash) == (False, champion)
    assert "cannot be loaded" in house.state.reason
    assert "Roll back to the previous model, or train again." in house.state.reason
    assert process.pid is None
    n_told = len(house.told)
    assert await house.models.judge(SIGNALS, rows()[0][:2]) is None
    assert len(house.told) == n_told, "it is told once"


async def test_a_question_that_waited_while_its_model_was_put_away_starts_no_process(house, two):
    process = house.models._processes[SIGNALS]
    await process._turn.acquire()
    switching = asyncio.ensure_future(house.models.switch(SIGNALS, False, "Enough."))  # noqa: TID251
    await until(lambda: SIGNALS not in house.models._processes)
    asking = asyncio.ensure_future(process.judge(rows()[0][:2]))  # noqa: TID251  both are awaited below
    await asyncio.sleep(0)
    process._turn.release()
    await switching
    with pytest.raises(ModelUnavailable, match="was put away and is not asked any more"):
        await asking
    assert process.pid is None
    assert "Enough." in house.state.reason
