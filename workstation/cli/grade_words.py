"""Grades of the ledger as a terminal and another program see them."""

from collections.abc import Mapping, Sequence

from workstation.cli.table import plain, table_lines, utc
from workstation.domain.grade import Grade
from workstation.domain.grade_record import DAY_MS, GradeRecord, RecordSource, Share, band_of

Records = Mapping[tuple[int, int], GradeRecord]

_SOURCES = {RecordSource.LEDGER: "ledger", RecordSource.CARD: "model's card"}
_RECORD_HEADS = ("grades", "over", "cases", "beat the median", "95 %", "median", "fell 20 %", "from", "note")
_HASH_DIGITS = 12


def lines_of(grades: Sequence[Grade], records: Records, *, is_history: bool) -> list[str]:
    """Return a table of grades, and below it the record of every band that one of them lies in."""
    first = grades[0]
    who = f"of {first.n_coins:,} coins" if not is_history else f"of {plain(first.symbol)}"
    close = "" if is_history else f", close of {utc(first.at_ms)} UTC"
    title = f"Grades {who} on {plain(first.venue)}, {first.timeframe}{close}, {_judge(grades[-1])}."
    weights = _weights(grades)
    heads = [
        "close (UTC)" if is_history else "coin",
        "grade",
        "24 h",
        "label",
        "zone",
        "TA",
        "Quant",
        "compat.",
    ]
    heads += [name if share is None else f"{name} {share:.0%}" for name, share in weights.items()]
    rows = [
        _cells(grade, weights, utc(grade.at_ms) if is_history else plain(grade.symbol)) for grade in grades
    ]
    return [title, *table_lines([tuple(heads), *rows]), *_record_lines(records)]


def _judge(grade: Grade) -> str:
    model = grade.model_hash[:_HASH_DIGITS]
    return f"model {model}" if model else "no model: the components alone"


def _weights(grades: Sequence[Grade]) -> dict[str, float | None]:
    """Return every component with its weight; None where it is not the same in all grades."""
    seen: dict[str, set[float]] = {}
    for grade in grades:
        for part in grade.components:
            seen.setdefault(part.name, set()).add(part.weight)
    return {name: next(iter(found)) if len(found) == 1 else None for name, found in seen.items()}


def _cells(grade: Grade, weights: Mapping[str, float | None], about: str) -> tuple[str, ...]:
    parts = {part.name: part for part in grade.components}
    scores = []
    for name, share in weights.items():
        part = parts.get(name)
        text = "-" if part is None else f"{part.score:.0f}"
        scores.append(text if part is None or share is not None else f"{text} ({part.weight:.0%})")
    sub_grades = (grade.ta_value, grade.quant_value, grade.compatible_value)
    return (
        about,
        str(grade.value),
        "-" if grade.change_24h is None else f"{grade.change_24h:+.0f}",
        grade.label.value.replace("_", " "),
        grade.zone.value,
        *("-" if value is None else f"{value:.0f}" for value in sub_grades),
        *scores,
    )


def _record_lines(records: Records) -> list[str]:
    if not records:
        return ["What coins with such grades did next is not known yet: they are too young here."]
    rows = [_record_cells(record) for record in records.values()]
    n_unknown = sum(record.n_unknown for record in records.values())
    lines = ["What coins with such grades did next:", *table_lines([_RECORD_HEADS, *rows])]
    lines.append("Coins of one close move together, so that the true intervals are wider.")
    if n_unknown:
        lines.append(f"{n_unknown:,} cases are not counted: candles of what followed are missing.")
    return lines


def _record_cells(record: GradeRecord) -> tuple[str, ...]:
    share = record.beat_median
    few = bool(record.note)
    return (
        f"{record.low}-{record.high}",
        "24 hours" if record.horizon_ms == DAY_MS else "7 days",
        f"{record.n:,}",
        "-" if share is None or few else f"{share.value:.1%}",
        "-" if share is None or few else f"{share.low:.1%} to {share.high:.1%}",
        "-" if record.median_return is None or few else f"{record.median_return:+.2%}",
        "-" if record.crashed is None or few else f"{record.crashed.value:.1%}",
        _SOURCES[record.source],
        record.note,
    )


def facts_of(grades: Sequence[Grade], records: Records) -> dict[str, object]:
    """Return grades and records as JSON has them: UTC milliseconds; returns and shares are fractions."""
    by_band: dict[int, list[dict[str, object]]] = {}
    for record in records.values():
        by_band.setdefault(record.low, []).append(_record_facts(record))
    return {
        "grades": [_grade_facts(grade) for grade in grades],
        "records": {f"{low}": found for low, found in by_band.items()},
    }


def _grade_facts(grade: Grade) -> dict[str, object]:
    return {
        "venue": grade.venue,
        "symbol": grade.symbol,
        "timeframe": grade.timeframe,
        "at_ms": grade.at_ms,
        "value": grade.value,
        "band": band_of(grade.value),
        "change_24h": grade.change_24h,
        "label": grade.label,
        "zone": grade.zone,
        "ta_value": grade.ta_value,
        "quant_value": grade.quant_value,
        "compatible_value": grade.compatible_value,
        "components": [{"name": p.name, "score": p.score, "weight": p.weight} for p in grade.components],
        "n_coins": grade.n_coins,
        "model_hash": grade.model_hash,
    }


def _record_facts(record: GradeRecord) -> dict[str, object]:
    return {
        "horizon_ms": record.horizon_ms,
        "source": record.source,
        "n": record.n,
        "n_unknown": record.n_unknown,
        "beat_median": _share_facts(record.beat_median),
        "fell_20_pct": _share_facts(record.crashed),
        "median_return": record.median_return,
        "note": record.note,
    }


def _share_facts(share: Share | None) -> dict[str, float] | None:
    return None if share is None else {"value": share.value, "low": share.low, "high": share.high}
