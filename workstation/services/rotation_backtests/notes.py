"""Notes about candle files, gathered where many files say the same."""

from collections.abc import Sequence

_MOST_ALIKE = 3


def gathered(notes: Sequence[str]) -> list[str]:
    """Return notes such as ``"FILE: what was done"``; what was done to more than three files is said once."""
    alike: dict[str, list[str]] = {}
    for note in notes:
        file, _, what = note.partition(": ")
        alike.setdefault(what or note, []).append(file if what else "")
    told = []
    for what, files in alike.items():
        if len(files) > _MOST_ALIKE:
            told.append(f"{what}, in {len(files)} files: {', '.join(files[:_MOST_ALIKE])} …")
        else:
            told += [f"{file}: {what}" if file else what for file in files]
    return told
