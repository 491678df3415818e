"""What the trader is told: a signal on a watched symbol, new rotation advice, his own rules; each once."""

from collections.abc import Callable, Container

from workstation.domain.alert import AdviceMark, Alert, RuleMark
from workstation.domain.events import AlertDismissed, AlertRaised, SignalRaised
from workstation.domain.given_advice import GivenAdvice
from workstation.domain.ports import Clock, Journal, TaskOwner
from workstation.domain.price_text import price_text
from workstation.domain.signal import Direction, Signal
from workstation.services.bus import Bus


class Alerts:
    """Turns signals into alerts; an alert is in the journal before anybody hears of it.

    Parameters
    ----------
    bus : Bus
        Gives `SignalRaised`, hears `AlertRaised` and `AlertDismissed`.
    journal : Journal
        Where alerts are kept; it also decides that one signal alerts once.
    tasks : TaskOwner
        Owns the writing.
    """

    def __init__(self, bus: Bus, journal: Journal, tasks: TaskOwner) -> None:
        self._bus = bus
        self._journal = journal
        self._tasks = tasks
        self._clock: Clock | None = None
        self._speed = 1.0
        self._watched: Callable[[], Container[str]] = tuple
        self._timeframes: Container[str] = ()
        bus.subscribe(SignalRaised, self._on_signal)

    def listen_at(
        self, clock: Clock, speed: float, watched: Callable[[], Container[str]], timeframes: Container[str]
    ) -> None:
        """Begin to tell of signals in these timeframes, on symbols that are watched when they fire.

        Parameters
        ----------
        clock : Clock
            The venue's time.
        speed : float
            Its seconds per second of ours.
        watched : callable
            Returns the watched symbols.
        timeframes : container of str
            Signals on other bars are drawn, not told.
        """
        self._clock = clock
        self._speed = speed
        self._watched = watched
        self._timeframes = timeframes

    def _on_signal(self, raised: SignalRaised) -> None:
        key = raised.signal.key
        if raised.signal.closed and key.symbol in self._watched() and key.timeframe in self._timeframes:
            self._tasks.start(f"alert on {raised.signal.key}", self.raise_for(raised.signal))

    async def raise_for(self, signal: Signal) -> None:
        """Write an alert for a signal and tell it, unless this signal was told before."""
        assert self._clock is not None  # noqa: S101  nothing fires before the venue is known
        now = self._clock.now_ms()
        late = max(0, int((now - signal.known_at_ms) / self._speed))
        alert = await self._journal.add_alert(signal, sentence(signal), now, late)
        if alert is not None:
            self._bus.publish(AlertRaised(alert))

    async def raise_for_advice(self, given: GivenAdvice, text: str) -> None:
        """Write an alert for rotation advice and tell it, unless this advice was told before."""
        assert self._clock is not None  # noqa: S101  nothing is advised before the venue is known
        now, about = self._clock.now_ms(), AdviceMark(given.venue, given.advice.at_ms)
        late = max(0, int((now - about.at_ms) / self._speed))
        alert = await self._journal.add_advice_alert(about, text, now, late)
        if alert is not None:
            self._bus.publish(AlertRaised(alert))

    async def raise_for_rule(self, about: RuleMark, text: str, late_ms: int | None = None) -> Alert | None:
        """Write an alert for a rule and tell it; None where it was told before.

        Parameters
        ----------
        late_ms : int, optional
            How late it is, milliseconds of the market; else it counts from the moment it is about.
        """
        assert self._clock is not None  # noqa: S101  no rule is judged before the venue is known
        now = self._clock.now_ms()
        late = max(0, int((now - about.at_ms if late_ms is None else late_ms) / self._speed))
        alert = await self._journal.add_rule_alert(about, text, now, late)
        if alert is not None:
            self._bus.publish(AlertRaised(alert))
        return alert

    async def dismiss(self, alert_id: int) -> None:
        """Close an alert for good."""
        if await self._journal.dismiss_alert(alert_id):
            self._bus.publish(AlertDismissed(alert_id))


def sentence(signal: Signal) -> str:
    """Return a signal as one plain sentence, e.g. for a notification."""
    word = "bullish" if signal.direction is Direction.BULLISH else "bearish"
    agree = [v.family.label.lower() for v in signal.votes if v.direction is signal.direction]
    return (
        f"{signal.key.symbol} {signal.key.timeframe} turned {word} at {price_text(signal.price)}: "
        f"{len(agree)} of {len(signal.votes)} families agree ({', '.join(agree)})."
    )
