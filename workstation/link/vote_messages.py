"""What a window asks about the votes of families on many bars, and what it is told."""

import msgspec

from workstation.domain.market import SeriesKey
from workstation.domain.vote_span import VoteSpan
from workstation.link.command import Command


class FindVotes(Command, frozen=True, tag="find-votes"):
    """Work out how every family voted on the bars that open from `since` and before `until`.

    It is begun when this is done; `VotesFound` says what came of it.
    """

    key: SeriesKey
    since: int
    until: int


class VotesFound(msgspec.Struct, frozen=True, tag_field="kind", tag="votes-found"):
    """The votes that were asked for; None, and a sentence, where they could not be worked out."""

    key: SeriesKey
    since: int
    until: int
    span: VoteSpan | None
    reason: str = ""
