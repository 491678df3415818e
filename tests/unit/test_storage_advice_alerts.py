"""Alerts on rotation advice: one for each advice, among the others, and none for nothing."""

import pytest

from tests.fakes.storage_ledger_world import plain_signal
from workstation.domain.alert import AdviceMark, Alert
from workstation.domain.errors import UsageError
from workstation.storage.journal import Journal

MARK = AdviceMark("binance", 86_400_000)


def test_advice_alerts_once_and_in_one_row_of_numbers_with_signals(tmp_path):
    with Journal(tmp_path / "j.db") as journal:
        first = journal.add_alert(plain_signal(1), "BTC/USDT turned bullish.", 5, 0)
        second = journal.add_advice_alert(MARK, "Rotation: exit PEPE.", 6, 7)
        assert journal.add_advice_alert(MARK, "again", 8, 0) is None
        assert journal.add_advice_alert(AdviceMark("bybit", MARK.at_ms), "other venue", 9, 0).id == 3
        assert second == Alert(2, None, "Rotation: exit PEPE.", 6, 7, advice=MARK)
        assert journal.alerts()[:2] == [first, second]
        assert journal.dismiss_alert(2)
        assert [alert.dismissed for alert in journal.alerts()] == [False, True, False]
        assert journal.verify() == []
    assert (second.venue, second.known_at_ms, second.bar_ms) == ("binance", 86_400_000, 86_400_000)
    assert (first.venue, first.known_at_ms, first.bar_ms) == ("binance", 2 * 3_600_000, 3_600_000)


def test_an_alert_is_about_one_thing():
    for signal, advice in ((None, None), (plain_signal(1), MARK)):
        with pytest.raises(UsageError, match="about a signal, about rotation advice"):
            Alert(1, signal, "text", 0, advice=advice)
