"""Markets that are dragged from one panel to another, or out of the window as text."""

import json
from collections.abc import Iterable

from PySide6.QtCore import QByteArray, QMimeData

from workstation.domain.watch_list_text import written_list

MARKETS = "application/x-tidemark-markets"
"""What a drag carries: a JSON list of symbols."""

_MOST = 20_000


def dragged(symbols: Iterable[str]) -> QMimeData:
    """Return markets as a drag carries them; other programs get one a line."""
    taken = tuple(dict.fromkeys(symbol for symbol in symbols if symbol))
    carried = QMimeData()
    carried.setData(MARKETS, QByteArray(json.dumps(taken).encode()))
    carried.setText(written_list(taken))
    return carried


def markets_in(carried: QMimeData) -> tuple[str, ...]:
    """Return the markets of a drag; none where it carries something else."""
    if not carried.hasFormat(MARKETS):
        return ()
    try:
        symbols = json.loads(bytes(carried.data(MARKETS).data()))
    except ValueError:
        return ()
    if not isinstance(symbols, list):
        return ()
    return tuple(dict.fromkeys(one for one in symbols[:_MOST] if isinstance(one, str) and one.strip()))
