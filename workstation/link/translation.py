"""Facts of the engine's bus, in the words of the link."""

from collections.abc import Iterator, Sequence

from workstation.domain.events import (
    AdviceChanged,
    AlertDismissed,
    AlertRaised,
    AlertRulesChanged,
    BackfillProgressed,
    CandlesRejected,
    CoinsGraded,
    FeedStateChanged,
    ModelsChanged,
    NarrativesChanged,
    NoticePosted,
    OutcomesKnown,
    PaperAccountsChanged,
    ProvidersChanged,
    RotationRulesChanged,
    SignalRaised,
    UniverseProgressed,
    VenueKeyJudged,
    VenueKeysChanged,
    WatchlistChanged,
)
from workstation.domain.market import Market
from workstation.link.alert_messages import AlertRulesSaid
from workstation.link.key_messages import KeyJudged, VenueKeysSaid
from workstation.link.messages import (
    AlertClosed,
    AlertSaid,
    FeedStateSaid,
    GradesSaid,
    MarketsListed,
    ModelsSaid,
    NarrativesSaid,
    Notice,
    OutcomesSaid,
    Progress,
    ProvidersSaid,
    SignalSaid,
    ToWindow,
    UniverseSaid,
    WatchlistSaid,
)
from workstation.link.rotation_messages import AdviceSaid, PaperAccountsSaid, RotationRulesSaid

FACTS_FOR_EVERYBODY = (
    AdviceChanged,
    AlertDismissed,
    AlertRaised,
    AlertRulesChanged,
    BackfillProgressed,
    CandlesRejected,
    CoinsGraded,
    FeedStateChanged,
    ModelsChanged,
    NarrativesChanged,
    NoticePosted,
    OutcomesKnown,
    PaperAccountsChanged,
    ProvidersChanged,
    RotationRulesChanged,
    SignalRaised,
    UniverseProgressed,
    VenueKeyJudged,
    VenueKeysChanged,
    WatchlistChanged,
)
"""The types of fact that every window hears, whatever is on its charts."""


MARKETS_IN_A_PART = 500


def in_parts(markets: Sequence[Market]) -> Iterator[MarketsListed]:
    """Yield what trades at a venue in messages that are each read within a millisecond."""
    for since in range(0, len(markets), MARKETS_IN_A_PART):
        until = since + MARKETS_IN_A_PART
        yield MarketsListed(tuple(markets[since:until]), is_last=until >= len(markets))


def in_words(fact: object) -> ToWindow:
    """Return a fact of `FACTS_FOR_EVERYBODY` as a message.

    Raises
    ------
    TypeError
        No message says this fact.
    """
    match fact:
        case AlertRaised(alert):
            return AlertSaid(alert)
        case AlertDismissed(alert_id):
            return AlertClosed(alert_id)
        case AlertRulesChanged(standings):
            return AlertRulesSaid(standings)
        case SignalRaised(signal):
            return SignalSaid(signal)
        case FeedStateChanged(state, reason):
            return FeedStateSaid(state, reason)
        case WatchlistChanged(symbols):
            return WatchlistSaid(symbols)
        case BackfillProgressed(done, total):
            return Progress(done, total)
        case ProvidersChanged(states):
            return ProvidersSaid(states)
        case UniverseProgressed(done, total, paused, timeframe):
            return UniverseSaid(done, total, paused, timeframe)
        case CoinsGraded(timeframe, at_ms):
            return GradesSaid(timeframe, at_ms)
        case OutcomesKnown(n_new):
            return OutcomesSaid(n_new)
        case ModelsChanged(states):
            return ModelsSaid(states)
        case NarrativesChanged(standings):
            return NarrativesSaid(standings)
        case AdviceChanged(entry, is_new):
            return AdviceSaid(entry, is_new)
        case PaperAccountsChanged(standings):
            return PaperAccountsSaid(standings)
        case RotationRulesChanged(rules):
            return RotationRulesSaid(rules)
        case VenueKeysChanged(venues, keys, file):
            return VenueKeysSaid(venues, keys, file)
        case VenueKeyJudged(venue, is_done, sentence):
            return KeyJudged(venue, is_done, sentence)
        case NoticePosted(subject, text):
            return Notice(subject, text)
        case CandlesRejected(key, n_rejected, reason):
            return Notice(
                f"rejected {key}",
                f"{n_rejected} impossible bar(s) of {key} were kept out of the chart and of every signal; "
                f"the last: {reason}",
            )
    raise TypeError(f"No message says {type(fact).__name__}.")
