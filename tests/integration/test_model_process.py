"""A model in a process of its own: whatever it does to that process, we are told in a sentence and go on."""

import asyncio
import os
import random
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.fakes.models import FEATURES, card, rows, stored, trained
from tests.fakes.patience import PROMPT_S, until
from tests.unit.test_engine_model_panel import panel, small_model
from workstation.domain.errors import BadModel, ModelUnavailable
from workstation.domain.model_card import SmokeVector
from workstation.engine.model.judge import Judge
from workstation.services.model_process import ModelProcess, Patience
from workstation.services.model_wire import Answer, framed
from workstation.storage.model_folder import read_model, write_model

PROJECT = Path(__file__).resolve().parents[2]


def gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def while_beating(work):
    """Return what some work returned, and the longest that our own loop computed without a pause, seconds."""
    longest, last, done = 0.0, time.thread_time(), False

    async def beat():
        nonlocal longest, last
        while not done:
            await asyncio.sleep(0.001)
            now = time.thread_time()  # of this thread alone: a busy machine is no fault of ours
            longest, last = max(longest, now - last), now

    beating = asyncio.ensure_future(beat())  # noqa: TID251  awaited below
    returned = await work
    done = True
    await beating
    return returned, longest


def mutant(text, seed):
    """Return a damaged text: a flipped bit, a cut, another digit or a missing line, as the seed says."""
    dice = random.Random(seed)
    kind = seed % 4
    if kind == 0:
        at = dice.randrange(len(text))
        return text[:at] + bytes([text[at] ^ 1 << dice.randrange(8)]) + text[at + 1 :]
    if kind == 1:
        return text[: dice.randrange(1, len(text))]
    if kind == 2:
        at = dice.choice([i for i, sign in enumerate(text) if chr(sign).isdigit()])
        return (
            text[:at] + dice.choice(b"0123456789".replace(text[at : at + 1], b"")).to_bytes() + text[at + 1 :]
        )
    lines = text.splitlines(keepends=True)
    del lines[dice.randrange(len(lines))]
    return b"".join(lines)


async def test_one_model_answers_as_where_it_was_trained_however_often_its_process_is_killed(tmp_path):
    model, predictions = trained()
    up = predictions["up"].tolist()
    read = read_model(tmp_path / write_model(tmp_path, model.card, model.files))
    process = ModelProcess(read)
    assert process.pid is None
    await process.prepare()
    first = process.pid
    assert (os.getsid(first), os.getpgid(first)) == (os.getsid(0), first)  # our session, its own group
    answers = await process.judge(rows()[0])
    assert {name: array.tolist() for name, array in answers.items()} == {
        name: array.tolist() for name, array in predictions.items()
    }
    one = await process.judge(rows()[0][:1], with_contributions=True)
    assert one["up_contributions"].shape == (1, len(FEATURES) + 1)
    log_odds = np.log(one["up"] / (1 - one["up"]))
    assert one["up_contributions"].sum(axis=1) == pytest.approx(log_odds, abs=1e-9)
    assert (await process.judge(rows()[0][:0]))["up"].shape == (0,)
    universe = np.resize(
        rows()[0], (25_000, len(FEATURES))
    )  # as many bytes as 1,000 coins of 150 data points
    answers, longest_s = await while_beating(process.judge(universe))
    assert np.array_equal(answers["up"], np.resize(predictions["up"], 25_000))
    assert longest_s < 0.01
    for wrong in (rows()[0].astype(float), rows()[0][:, :2], rows()[0][0]):
        with pytest.raises(ValueError, match="expected float32"):
            await process.judge(wrong)
    assert process.pid == first

    os.kill(first, signal.SIGSTOP)  # held, so that the question stays open
    asking = asyncio.ensure_future(process.judge(rows()[0]))  # noqa: TID251  awaited below
    await until(lambda: process._turn.locked())
    os.kill(first, signal.SIGKILL)
    with pytest.raises(
        ModelUnavailable, match="ended its process; there is no judgement this time"
    ) as refused:
        await asking
    assert str(refused.value).startswith("The model signals-1h (")
    assert process.unavailable == ""
    assert (await process.judge(rows()[0]))["up"].tolist() == up

    second = process.pid
    os.kill(second, signal.SIGKILL)  # while nobody asks
    await until(lambda: process._conversation.is_over)
    assert (await process.judge(rows()[0][:9]))["up"].tolist() == up[:9]
    assert len({first, second, process.pid}) == 3
    await process.close()
    await process.close()
    assert process.pid is None
    assert gone(first)
    assert gone(second)


def going_round(model):
    """Return a model whose first tree sends what goes left back to its root, and rows that all go right."""
    text = model.files["up.txt"].decode()
    split = int(re.search(r"split_feature=(\d+)", text)[1])
    threshold = float(re.search(r"threshold=(\S+)", text)[1])
    is_right = rows()[0][:, split] > threshold
    right, said = rows()[0][is_right], trained()[1]["up"][is_right]
    smoke = SmokeVector.of(right[:3], {"up": said[:3]})
    circular = re.sub(r"left_child=-?\d+", "left_child=0", text, count=1)
    files = {**model.files, "up.txt": circular.encode()}
    return stored(replace(model.card, smoke=smoke), files), right


async def test_a_model_that_never_returns_is_ended_in_time_and_after_the_second_time_not_asked():
    model, right = going_round(trained()[0])
    process = ModelProcess(model, Patience(answer_s=0.3))
    for words in (
        r"took longer than 0\.3 s and was stopped; there is no",
        "twice in a row and is not asked any",
    ):
        await process.prepare()
        pid = process.pid
        begun = time.monotonic()
        with pytest.raises(ModelUnavailable, match=words):
            await process.judge(rows()[0])
        assert time.monotonic() - begun < PROMPT_S
        assert gone(pid)
    assert "Roll back to the previous model, or train again." in process.unavailable
    for ask in (process.prepare, lambda: process.judge(right)):
        with pytest.raises(ModelUnavailable, match="is not asked any more"):
            await ask()
    assert process.pid is None


async def test_the_model_of_the_signals_says_in_its_process_what_it_says_beside_its_training():
    whole = small_model()
    judge, bars = Judge(whole), panel(0.25, n=100, seed=8).gather(np.arange(600))
    smoke = SmokeVector.of(bars[:6], {"score": judge.judge(bars[:6]).score})
    plain = card(kind="signals", features=whole.recipe.points, smoke=smoke)
    process = ModelProcess(stored(plain, whole.files()))
    said, expected = await process.judge(bars, with_contributions=True), judge.judge(bars)
    for name in ("up", "down", "score", "sides", "leans"):
        assert said[name].tobytes() == getattr(expected, name).tobytes()
    assert said["contributions"].tobytes() == judge.forest.contributions(bars).tobytes()
    await process.close()


async def test_a_cancelled_question_ends_its_process_so_that_nobody_else_gets_its_answer():
    process = ModelProcess(trained()[0])
    await process.prepare()
    pid = process.pid
    os.kill(pid, signal.SIGSTOP)
    asking = asyncio.ensure_future(process.judge(rows()[0]))  # noqa: TID251  cancelled below
    await until(lambda: process._turn.locked())
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert process.pid is None
    assert gone(pid)
    assert process.unavailable == ""


async def test_a_model_that_does_not_answer_as_its_card_says_is_not_asked():
    model, _ = trained()
    other = SmokeVector(((0.5,) * len(FEATURES),), {"up": (0.25,)})
    process = ModelProcess(stored(replace(model.card, smoke=other), model.files))
    words = r"answers 0\.\d+ as up where its card says 0\.25\. Roll back"
    with pytest.raises(BadModel, match=words):
        await process.prepare()
    assert process.pid is None
    with pytest.raises(ModelUnavailable, match=words):
        await process.judge(rows()[0])


async def test_every_mutant_is_refused_before_it_is_loaded(tmp_path):
    model, _ = trained()
    folder = tmp_path / write_model(tmp_path, model.card, model.files)
    for seed in range(240):
        damaged = mutant(model.files["up.txt"], seed)
        assert damaged != model.files["up.txt"]
        (folder / "up.txt").write_bytes(damaged)
        with pytest.raises(BadModel, match=r"up\.txt is not the file that its card seals"):
            read_model(folder)


# Of the 240: one that kills whoever loads it, and one that predicts something else in silence.
SAMPLE = {"kills": 1, "deceives": 18}


@pytest.mark.parametrize("seed", SAMPLE.values(), ids=SAMPLE)
async def test_a_mutant_with_a_true_hash_hurts_nobody_but_its_process(seed):
    model, _ = trained()
    files = {**model.files, "up.txt": mutant(model.files["up.txt"], seed)}
    process = ModelProcess(stored(model.card, files))
    while not process.unavailable:
        with pytest.raises(ModelUnavailable, match=r"The model signals-1h \(.*\.$"):
            await process.judge(rows()[0])
    assert process.pid is None


LOCKED_UP = """
import ctypes, mmap, socket, sys
from workstation.services import model_answering
answers = model_answering.own_standard_output()
ctypes.CDLL(None).puts(b"[LightGBM] [Fatal] printed where the answers go")
ctypes.CDLL(None).fflush(None)
model_answering._lock_up()
refused = []
for attempt in (lambda: open("/etc/passwd"), socket.socket, lambda: mmap.mmap(-1, 3 << 30)):
    try:
        attempt()
    except OSError as error:
        refused.append(type(error).__name__)
kept = mmap.mmap(-1, 1 << 30)
foreign = {"PySide6", "ccxt", "aiohttp", "apsw", "keyring", "web3", "pandas"} & set(sys.modules)
answers.write(f"{sorted(foreign)} {refused}".encode())
answers.flush()
model_answering._grant_time(0.0)
while True:
    pass
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits of the system that others do not keep")
def test_the_process_can_open_nothing_and_ends_itself_where_nobody_is_left_to_end_it():
    said = subprocess.run([sys.executable, "-c", LOCKED_UP], cwd=PROJECT, capture_output=True, timeout=60)
    refused = ["OSError", "OSError", "OSError"]
    assert said.stdout.decode() == f"[] {refused}"
    assert b"[Fatal]" in said.stderr
    assert said.returncode == -signal.SIGXCPU


def test_the_process_says_that_it_is_ready_and_ends_with_its_standard_input():
    said = subprocess.run(
        [sys.executable, "-m", "workstation.model_app", "boosters"],
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
    )
    assert (said.returncode, said.stdout) == (0, framed(Answer([])))
