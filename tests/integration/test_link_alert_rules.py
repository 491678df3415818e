"""Windows set and delete rules of alerts over a real socket, and hear how all of them stand."""

from types import SimpleNamespace

import pytest

from tests.fakes.patience import until
from workstation.domain.alert import Alert, RuleMark
from workstation.domain.alert_rule import AlertRule, LineRule, RuleStanding, RuleState, ScreenRule
from workstation.domain.drawing import Anchor, Drawing, DrawingKind
from workstation.domain.errors import TidemarkError, UsageError
from workstation.domain.events import AlertRaised, AlertRulesChanged
from workstation.domain.market import SeriesKey
from workstation.link.alert_messages import AlertRulesSaid, DeleteAlertRule, SetAlertRule
from workstation.link.client import LinkClient
from workstation.link.front_desk import FrontDesk
from workstation.link.messages import AlertSaid
from workstation.link.server import LinkServer
from workstation.services.bus import Bus
from workstation.services.supervisor import Supervisor

DRAWING = Drawing("d", DrawingKind.RAY, (Anchor(1, 2.0), Anchor(3, 4.0)), is_log=True)
LINE = AlertRule("a", "binance", line=LineRule(SeriesKey("binance", "BTC/USDT", "1h"), DRAWING, "line"))
SCREEN = AlertRule("b", "binance", screen=ScreenRule("Strong", "grade > 80"))
STANDINGS = (
    RuleStanding(LINE, RuleState.WATCHING, 2, 5),
    RuleStanding(SCREEN, RuleState.WAITING, detail="It waits."),
)
MARK = RuleMark("b", 1, "Strong", "binance", "", "", 7, direction=1, coins=("A/USDT", "B/USDT"))


@pytest.fixture
async def office(tmp_path):
    done = []

    async def change(command):
        if isinstance(command, DeleteAlertRule):
            raise UsageError("It cannot be done.")
        done.append(command)

    house = SimpleNamespace(
        watched=(),
        now_ms=lambda: 1,
        show_charts=lambda keys: None,
        alerts_after=lambda alert_id: [],
        change_alert_rule=change,
    )
    made = SimpleNamespace(bus=Bus(), tasks=Supervisor(), done=done, heard=[])
    server = LinkServer(tmp_path / "sock", FrontDesk(house, made.bus), made.tasks)
    await server.start()
    made.bus.publish(AlertRulesChanged(STANDINGS))
    made.client = LinkClient(tmp_path / "sock", made.heard.append, lambda _: None, lambda: 0)
    made.tasks.start("window", made.client.run())
    await until(lambda: made.client.is_connected)
    yield made
    await server.close()
    await made.tasks.close()


async def test_a_rule_travels_whole_and_a_refusal_comes_back(office):
    for rule in (LINE, SCREEN):
        await office.client.ask(lambda n, rule=rule: SetAlertRule(n, rule))
    assert [command.rule for command in office.done] == [LINE, SCREEN]
    with pytest.raises(TidemarkError, match="cannot be done"):
        await office.client.ask(lambda n: DeleteAlertRule(n, "a"))


async def test_a_window_that_comes_later_hears_how_rules_stand_and_what_they_say(office):
    await until(lambda: AlertRulesSaid(STANDINGS) in office.heard)
    alert = Alert(1, None, "2 coins entered “Strong”.", 9, rule=MARK)
    office.bus.publish(AlertRaised(alert))
    await until(lambda: AlertSaid(alert) in office.heard)
    assert (alert.venue, alert.known_at_ms, alert.bar_ms) == ("binance", 7, 60_000)
