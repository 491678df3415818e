"""The drawings of each market in a small file of their own, which a crash leaves old or new, never half."""

import hashlib
import json
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

from workstation.domain.drawing import Anchor, Dash, Drawing, DrawingKind, Style
from workstation.domain.errors import StoreError, UsageError
from workstation.storage.durable_file import replace_durably
from workstation.storage.privacy import make_private_folder
from workstation.storage.set_aside import NewerFileError, check_version, set_aside

VERSION = 1
"""Of the file; one with a higher number was written by a newer Tidemark."""

_MOST_BYTES = 16 << 20
_T = TypeVar("_T")


class DrawingFiles:
    """Reads and writes the drawings of markets.

    Parameters
    ----------
    folder : Path
        One file a venue and symbol; made when something is drawn first.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path_of(self, venue: str, symbol: str) -> Path:
        """Return the file of a market; its name tells nothing of the symbol, which may hold any character."""
        digest = hashlib.sha256(json.dumps([venue, symbol]).encode()).hexdigest()
        return self._folder / f"{digest[:32]}.json"

    def load(self, venue: str, symbol: str) -> tuple[tuple[Drawing, ...], str]:
        """Return a market's drawings and a sentence where they could not be used; never fails.

        A file that cannot be used is renamed to ``*.damaged``, so that nothing is written over it.
        """
        path = self.path_of(venue, symbol)
        try:
            return _read(path, venue, symbol), ""
        except (FileNotFoundError, NotADirectoryError):
            return (), ""
        except (
            OSError,
            ValueError,
            TypeError,
            KeyError,
            UsageError,
            InvalidOperation,
            RecursionError,
            NewerFileError,
        ) as error:
            return (), (
                f"{set_aside(path, error)} It held your drawings of {symbol}; those of other markets are "
                "unaffected."
            )

    def save(self, venue: str, symbol: str, drawings: tuple[Drawing, ...]) -> None:
        """Write a market's drawings; when this returns they would survive a power cut.

        Raises
        ------
        StoreError
            The place cannot be written; the file is as it was.
        """
        saved = {
            "version": VERSION,
            "venue": venue,
            "symbol": symbol,
            "drawings": [_as_json(each) for each in drawings],
        }
        try:
            make_private_folder(self._folder)
            replace_durably(self.path_of(venue, symbol), json.dumps(saved, indent=1).encode())
        except OSError as error:
            raise StoreError(
                f"The drawings of {symbol} cannot be kept ({error.strerror}): {self._folder}. "
                "They stay on the chart until Tidemark ends, and keeping them is tried every 10 seconds: "
                "free space there, or make it writable."
            ) from error


def _read(path: Path, venue: str, symbol: str) -> tuple[Drawing, ...]:
    if path.stat().st_size > _MOST_BYTES:
        raise ValueError("it is larger than any number of drawings")
    saved = json.loads(path.read_bytes())
    if not isinstance(saved, dict):
        raise TypeError("it is no file of drawings")
    check_version(saved.get("version"), VERSION)
    if (saved["venue"], saved["symbol"]) != (venue, symbol):
        raise ValueError("it belongs to another market")
    drawings = tuple(_from_json(each) for each in saved["drawings"])
    if len({each.id for each in drawings}) != len(drawings):
        raise ValueError("two drawings share an id")
    return drawings


def _as_json(drawing: Drawing) -> dict[str, Any]:
    return {
        "id": drawing.id,
        "kind": drawing.kind.value,
        "anchors": [[anchor.time_ms, anchor.price] for anchor in drawing.anchors],
        "colour": drawing.style.colour,
        "width": drawing.style.width,
        "dash": drawing.style.dash.value,
        "text": drawing.text,
        "log": drawing.is_log,
        "locked": drawing.is_locked,
        "risk": str(drawing.risk),
    }


def _from_json(saved: dict[str, Any]) -> Drawing:
    return Drawing(
        id=_typed(saved["id"], str),
        kind=DrawingKind(saved["kind"]),
        anchors=tuple(Anchor(_typed(time, int), float(price)) for time, price in saved["anchors"]),
        style=Style(_typed(saved["colour"], str), _typed(saved["width"], int), Dash(saved["dash"])),
        text=_typed(saved["text"], str),
        is_log=_typed(saved["log"], bool),
        is_locked=_typed(saved["locked"], bool),
        risk=Decimal(_typed(saved["risk"], str)),
    )


def _typed(value: object, kind: type[_T]) -> _T:
    if type(value) is not kind:
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value
