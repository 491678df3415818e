"""Paper accounts on disk: nothing acknowledged is lost, nothing is half there, nothing is rewritten."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from decimal import Decimal

import apsw
import pytest

from tests.fakes.storage_ledger_world import StepClock
from workstation.domain.errors import StoreError, UsageError
from workstation.domain.paper_account import PaperAccount, PaperFill, Side, portfolio_of
from workstation.domain.paper_record import KeptAccount, PaperTrading, PaperWorth
from workstation.storage.candle_store import CandleStore
from workstation.storage.journal import Journal
from workstation.storage.ledger import Ledger
from workstation.storage.paper_account_recorder import PaperAccountRecorder
from workstation.storage.paper_account_store import PaperAccountStore
from workstation.storage.recorder import Recorder

D = Decimal
MINE = PaperAccount("mine", "binance", D("10000.00"), 5, fee_pct=D("0.1"))


def fill(i=0, units="0.1", side=Side.BUY):
    return PaperFill(i, "BTC", "BTC/USDT", side, D(units), D("100.05"), D("0.010005"), "enter BTC: because")


def trading(i=0, **changes):
    return PaperTrading(f"advice {i}", i, (fill(i), fill(i, "0.05", Side.SELL)), ("PEPE has no price.",))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "paper_accounts.db"


def raw(path, sql, *args):
    connection = apsw.Connection(str(path))
    try:
        return connection.execute(sql, args).fetchall()
    finally:
        connection.close()


def test_accounts_and_their_past_come_back_as_they_were(path):
    with PaperAccountStore(path) as store:
        kept = store.create(MINE)
        other = store.create(replace(MINE, name="höher", start_balance=D("1e9")))
        assert store.add_trading(kept.id, trading(1))
        assert store.add_trading(kept.id, trading(2))
        assert store.add_worth(kept.id, PaperWorth(7, D("9999.123456789012")))
    with PaperAccountStore(path, read_only=True) as store:
        assert store.accounts() == [kept, other]
        assert store.tradings(kept.id) == [trading(1), trading(2)]
        assert store.tradings(other.id) == []
        assert store.worths(kept.id) == [PaperWorth(7, D("9999.123456789012"))]
        assert (store.worths(kept.id, 8), store.damage()) == ([], [])
        fills = [each for done in store.tradings(kept.id) for each in done.fills]
        assert portfolio_of(MINE, fills).units_of("BTC") == D("0.10")


def test_the_same_cause_trades_once_in_an_account(path):
    with PaperAccountStore(path) as store:
        first, second = store.create(MINE), store.create(replace(MINE, name="other"))
        assert store.add_trading(first.id, trading(1))
        assert not store.add_trading(first.id, replace(trading(1), fills=()))
        assert store.add_trading(second.id, trading(1)), "another account has its own trades"
        assert store.tradings(first.id) == [trading(1)]
        assert store.add_worth(first.id, PaperWorth(1, D(1)))
        assert not store.add_worth(first.id, PaperWorth(1, D(2)))


def test_names_are_unique_among_the_living(path):
    with PaperAccountStore(path) as store:
        first = store.create(MINE)
        with pytest.raises(UsageError, match="of the name mine already"):
            store.create(MINE)
        second = store.create(replace(MINE, name="other"))
        with pytest.raises(UsageError, match="of the name mine already"):
            store.change(replace(second, account=MINE))
        store.change(replace(second, account=replace(second.account, name="new", is_following=True)))
        assert [kept.account.name for kept in store.accounts()] == ["mine", "new"]
        store.end(first.id, 9)
        again = store.create(MINE)
        assert again.id == 3, "a number is never given twice"
        with pytest.raises(UsageError, match="no paper account with the number 1"):
            store.end(first.id, 9)
        with pytest.raises(UsageError, match="no paper account with the number 1"):
            store.change(replace(first, account=replace(MINE, name="late")))
        with pytest.raises(UsageError, match="no paper account with the number 1"):
            store.add_trading(first.id, trading(1))


def test_a_reset_begins_anew_and_the_past_stays_on_disk(path):
    with PaperAccountStore(path) as store:
        first = store.create(MINE)
        store.add_trading(first.id, trading(1))
        second = store.begin_again(first.id, replace(MINE, created_ms=10))
        assert store.accounts() == [second]
        assert (store.tradings(second.id), store.tradings(first.id)) == ([], [trading(1)])
        store.create(replace(MINE, name="other"))
        with pytest.raises(UsageError, match="of the name other already"):
            store.begin_again(second.id, replace(MINE, name="other"))
        assert second in store.accounts(), "the reset that failed ended nothing"


def test_the_past_cannot_be_rewritten_and_damage_is_named(path):
    with PaperAccountStore(path) as store:
        kept = store.create(MINE)
        store.add_trading(kept.id, trading(1))
        store.add_trading(kept.id, trading(2))
        store.add_worth(kept.id, PaperWorth(1, D(1)))
    for sql in ("UPDATE trading SET cause = 'x'", "DELETE FROM trading", "DELETE FROM worth"):
        with pytest.raises(apsw.ConstraintError, match="only ever added to"):
            raw(path, sql)
    raw(path, "DROP TRIGGER trading_UPDATE")
    raw(path, "DROP TRIGGER trading_DELETE")
    raw(path, "DROP TRIGGER worth_UPDATE")
    raw(path, "UPDATE worth SET total = '2'")
    raw(path, "UPDATE trading SET body = x'80' WHERE number = 2")
    with PaperAccountStore(path) as store:
        with pytest.raises(StoreError, match="Trade 2 of paper account 1 is damaged or gone"):
            store.tradings(kept.id)
        assert store.worths(kept.id) == []
        assert len(store.damage()) == 2
    raw(path, "DELETE FROM trading WHERE number = 1")
    raw(path, "UPDATE account SET body = x'80'")
    with PaperAccountStore(path) as store:
        with pytest.raises(StoreError, match="Trade 1 of paper account 1 is damaged or gone"):
            store.tradings(kept.id)
        assert store.accounts() == []
        assert "Paper account 1 is damaged and was left out." in store.damage()


WRITER = """
import sys
from decimal import Decimal
from pathlib import Path
from workstation.domain.paper_account import PaperFill, Side
from workstation.domain.paper_record import PaperTrading
from workstation.storage.paper_account_store import PaperAccountStore

with PaperAccountStore(Path(sys.argv[1])) as store:
    start = len(store.tradings(1))
    print(start, flush=True)
    while True:
        start += 1
        fills = tuple(
            PaperFill(start, "BTC", "BTC/USDT", Side.BUY, Decimal("0.001"), Decimal(n + 1), Decimal(0), "so")
            for n in range(start % 20)
        )
        store.add_trading(1, PaperTrading(f"advice {start}", start, fills))
        print(start, flush=True)
"""


def test_no_kill_between_fills_loses_or_halves_a_trading(path):
    with PaperAccountStore(path) as store:
        store.create(MINE)
    for round_ in range(2):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
        ) as writer:
            said = [json.loads(writer.stdout.readline()) for _ in range(5)]
            time.sleep(
                0.007 + 0.013 * round_
            )  # not a wait for anything: the kill must fall anywhere in a write
            os.kill(writer.pid, signal.SIGKILL)
            said += [json.loads(line) for line in writer.stdout if line.endswith("\n")]
        with PaperAccountStore(path) as store:
            found = store.tradings(1)
            assert len(found) >= said[-1]
            assert [len(each.fills) for each in found] == [n % 20 for n in range(1, len(found) + 1)]
            assert [each.cause for each in found] == [f"advice {n}" for n in range(1, len(found) + 1)]
            spent = sum(each.cash_change for done in found for each in done.fills)
            fills = [each for done in found for each in done.fills]
            assert portfolio_of(MINE, fills).cash == MINE.start_balance + spent


async def test_the_engines_hand_writes_accounts(tmp_path, path):
    recorder = Recorder(
        CandleStore(tmp_path / "candles.db"),
        Journal(tmp_path / "journal.db"),
        ledger=Ledger(tmp_path / "ledger.db", StepClock()),
        papers=PaperAccountStore(path),
    )
    hand = PaperAccountRecorder(recorder)
    reader = recorder.papers.reader()
    kept = await hand.create(MINE)
    assert await hand.add_trading(kept.id, trading(1))
    assert not await hand.add_trading(kept.id, trading(1))
    assert await hand.add_worth(kept.id, PaperWorth(1, D(3)))
    await hand.change(KeptAccount(kept.id, replace(MINE, name="renamed")))
    with pytest.raises(UsageError, match="renamed already"):
        await hand.create(replace(MINE, name="renamed"))
    assert [each.account.name for each in reader.accounts()] == ["renamed"]
    assert reader.tradings(kept.id) == [trading(1)]
    again = await hand.begin_again(kept.id, MINE)
    await hand.end(again.id, 3)
    assert reader.accounts() == []
    reader.close()
    await recorder.close()


async def test_without_a_store_paper_accounts_are_refused(tmp_path):
    recorder = Recorder(CandleStore(tmp_path / "candles.db"), Journal(tmp_path / "journal.db"))
    with pytest.raises(StoreError, match="Nothing keeps paper accounts here"):
        await PaperAccountRecorder(recorder).create(MINE)
    await recorder.close()
