"""Says what became of a row whose hash does not fit, as exactly as it can be told."""

import hashlib
from collections.abc import Iterable

from workstation.domain.ledger import EntryKind, Flaw
from workstation.storage.ledger_body import stored
from workstation.storage.ledger_row import TEXTS_BEGIN, Row, content, is_sound

MOST_TRIED_BYTES = 4096
"""Of a longer row not every bit is tried."""

_NUMBER_FIELDS = ("time written", "time known", "row it is about", "direction")
_NUMBER_BYTES = 8
_NUMBERS = range(_NUMBER_BYTES, _NUMBER_BYTES * 5)  # the row's own number comes before and is right


def name_of(row: Row) -> str:
    """Return what a row is called before the trader: its number, and its kind where that can be read."""
    kind = bytes(row.kind or b"").decode("utf-8", "replace")
    return f"Row {row.number:,} ({kind})" if kind in set(EntryKind) else f"Row {row.number:,}"


def diagnosis(row: Row, previous: bytes, following: Iterable[Row]) -> tuple[Flaw, str]:
    """Return what is wrong with a row, and the sentence that names it.

    Parameters
    ----------
    row : Row
        What stands there.
    previous : bytes
        The hash of the row before, which stands.
    following : iterable of Row
        Rows after it, among which the one that belongs here is looked for.
    """
    name = name_of(row)
    try:
        written = content(row)
    except ValueError as error:
        return Flaw.UNDECODABLE, f"{name} holds what no row can hold: {error}."
    if (where := _flipped(written, previous, row)) is not None:
        return Flaw.FLIPPED, f"{name} is not as it was written: {where} is flipped."
    for other in following:
        if is_sound(previous, other._replace(number=row.number)):
            text = f"{name} is not the one that was written there: that stands at row {other.number:,} now."
            return Flaw.REORDERED, text
    try:
        stored(row)
    except ValueError as error:
        return Flaw.UNDECODABLE, f"{name} is not as it was written, and not understood: {error}."
    return Flaw.MISMATCH, f"{name} is not as it was written: its content and its hash do not fit."


def _flipped(written: bytes, previous: bytes, row: Row) -> str | None:
    """Return which bit is flipped if it is exactly one; None if it is not."""
    computed = hashlib.sha256(previous + written).digest()
    if len(row.hash) == len(computed):
        difference = int.from_bytes(computed, "big") ^ int.from_bytes(row.hash, "big")
        if difference.bit_count() == 1:
            place = len(computed) * 8 - difference.bit_length()
            return f"bit {7 - place % 8} of byte {place // 8} of its hash"
    if len(written) > MOST_TRIED_BYTES:
        return None
    trial = bytearray(written)
    before = hashlib.sha256(previous)
    for i in (*_NUMBERS, *range(TEXTS_BEGIN, len(trial))):
        for bit in range(8):
            trial[i] ^= 1 << bit
            attempt = before.copy()
            attempt.update(trial)
            if attempt.digest() == row.hash:
                return _place(i, bit, row)
            trial[i] ^= 1 << bit
    return None


def _place(i: int, bit: int, row: Row) -> str:
    if i in _NUMBERS:
        field, byte = divmod(i - _NUMBERS.start, _NUMBER_BYTES)
        return f"bit {bit + 8 * (_NUMBER_BYTES - 1 - byte)} of its {_NUMBER_FIELDS[field]}"
    i -= TEXTS_BEGIN
    texts = (("kind", row.kind), ("venue", row.venue), ("symbol", row.symbol), ("timeframe", row.timeframe))
    for name, text in texts:
        if i < len(text):
            return f"bit {bit} of byte {i} of its {name}"
        i -= len(text)
    return f"bit {bit} of byte {i} of its body"
