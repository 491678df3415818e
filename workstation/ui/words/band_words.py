"""What coins with a grade did next, in words: counted here, and by the model's examination."""

from collections.abc import Sequence

from workstation.domain.grade_record import DAY_MS, GradeRecord, RecordSource
from workstation.ui.words import number_format

UNKNOWN_RECORD = (
    "What coins with this grade did next is not known yet: the model's card does not tell, "
    "and grades are too young here to have a record of their own."
)
_NOT_YET = "In the ledger: nothing yet; what follows a grade is known after 7 days."
_WHO = {RecordSource.LEDGER: "In the ledger", RecordSource.CARD: "On the model's card"}


def band_words(own: Sequence[GradeRecord], card: GradeRecord | None) -> str:
    """Return what coins graded like this did next, with how many and how sure, a line for each horizon.

    Parameters
    ----------
    own : sequence of GradeRecord
        Of this band, counted from the ledger; empty while nothing is joined.
    card : GradeRecord or None
        Of this band, from the card of the model; None where it does not tell.
    """
    told = [record for record in (*own, card) if record is not None]
    if not told:
        return UNKNOWN_RECORD
    lines = [f"What coins graded {told[0].low}–{told[0].high} did next:"]
    if not own:
        lines.append(_NOT_YET)
    return "\n".join([*lines, *map(_line, told)])


def _line(record: GradeRecord) -> str:
    who = f"{_WHO[record.source]}, over {'24 hours' if record.horizon_ms == DAY_MS else '7 days'}"
    share = record.beat_median
    if share is None or record.note:
        return f"{who}: {record.note[:1].lower()}{record.note[1:]}"
    parts = [
        f"{share.value * 100:.0f} % of {record.n:,} beat the median coin "
        f"(95 %: {share.low * 100:.0f}–{share.high * 100:.0f} %)"
    ]
    if record.median_return is not None:
        parts.append(f"median {number_format.percent(record.median_return * 100, 1)}")
    if record.crashed is not None:
        parts.append(f"{record.crashed.value * 100:.1f} % fell 20 % or more")
    if record.n_unknown:
        parts.append(f"{record.n_unknown:,} more are not known")
    return f"{who}: {', '.join(parts)}."
