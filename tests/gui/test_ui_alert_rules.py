"""Alerts on drawings and screens: set, seen, edited, paused, deleted and brought back in the window."""


from tests.fakes.window_world import LIVE, NOW_MS
from workstation.domain.alert import Alert, RuleMark
from workstation.ui.announcer import headline
from workstation.ui.models.alert_model import AlertModel, agreement, spoken, title_of

HOUR = 3_600_000
BAR_MS = NOW_MS - NOW_MS % HOUR - HOUR


def told(number, symbol="BTC/USDT", timeframe="1h", text="", coins=(), open_time=BAR_MS):
    mark = RuleMark(
        "r", 1, "Trend line", LIVE.name, symbol, timeframe, BAR_MS + HOUR, open_time, 1, 64_000.0, coins
    )
    sentence = text or f"{symbol} {timeframe} closed above the trend line at 63900: close 64000."
    return Alert(number, None, sentence, NOW_MS, rule=mark)


def test_an_alert_on_a_line_is_listed_and_announced_by_its_market():
    alert = told(1)
    assert title_of(alert) == "BTC/USDT"
    assert agreement(alert) == "Closed above the trend line at 63900: close 64000."
    assert headline(alert) == "BTC/USDT 1h · Trend line"
    model = AlertModel()
    model.add(alert)
    assert spoken(alert) == model.data(model.index(0)) == alert.text
    assert "Families" not in model.data(model.index(0), 3)


def test_many_coins_at_once_are_one_line():
    alert = told(1, "", "", "7 coins entered “Strong”: A, B, C and 4 more.", tuple("ABCDEFG"), None)
    assert title_of(alert) == "7 coins"
    assert headline(alert) == "7 coins · Trend line"
    assert (alert.symbol, alert.timeframe) == ("", "")
