"""A backtest of rotation that the trader asks for: its question, its command line and its files."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from workstation.domain.errors import StoreError, UsageError
from workstation.domain.rotation import RotationRules
from workstation.storage.privacy import make_private_folder

Json = Mapping[str, Any]

_NEEDED = ("strategy", "verdict", "about", "curves", "sharpe_minus_equal_weight", "n_variants_tried")


@dataclass(frozen=True, slots=True)
class TrialAsked:
    """What is to be tried.

    Parameters
    ----------
    from_day, to_day : str
        ``YYYY-MM-DD``, UTC; empty for the first and the last day that there is.
    rules : RotationRules
        Which rules.
    data : Path or None
        Folder of candle files; None for the stored candles.

    Raises
    ------
    UsageError
        A day is none, or the period ends before it begins.
    """

    from_day: str
    to_day: str
    rules: RotationRules
    data: Path | None = None

    def __post_init__(self) -> None:
        days = []
        for what, text in (("From", self.from_day), ("To", self.to_day)):
            try:
                days.append(date.fromisoformat(text) if text else None)
            except ValueError:
                raise UsageError(f"{what}: a day like 2024-01-31 is expected, not “{text}”.") from None
        first, last = days
        if first is not None and last is not None and first >= last:
            raise UsageError("The period ends before it begins; choose a later day for To.")


@dataclass(frozen=True, slots=True)
class TrialFiles:
    """Where the last backtest lies.

    Parameters
    ----------
    folder : Path
        Made when the first one is run.
    """

    folder: Path

    @property
    def json(self) -> Path:
        """Everything about it."""
        return self.folder / "rotation.json"

    @property
    def page(self) -> Path:
        """The page to read."""
        return self.folder / "rotation.html"

    @property
    def fresh(self) -> "TrialFiles":
        """Where one is written while it runs: the last one stays until it is done."""
        return TrialFiles(self.folder / "running")

    def prepare(self, asked: TrialAsked) -> tuple[str, ...]:
        """Make room for a backtest; return the command that runs it.

        Raises
        ------
        StoreError
            The folder cannot be written.
        """
        rules_file = self.folder / "rules.toml"
        lines = (f"{name} = {value!r}\n" for name, value in asdict(asked.rules).items())
        try:
            make_private_folder(self.folder)
            make_private_folder(self.fresh.folder)
            rules_file.write_text("".join(lines), encoding="utf-8")
        except OSError as error:
            raise StoreError(
                f"{self.folder} cannot be written ({error.strerror}), so no backtest was begun. "
                "Make room or give it back its rights, and run it again."
            ) from error
        period = {"--from": asked.from_day, "--to": asked.to_day}
        chosen = [part for name, day in period.items() if day for part in (name, day)]
        data = [] if asked.data is None else ["--data", str(asked.data)]
        files = ["--json", str(self.fresh.json), "--report", str(self.fresh.page), "--rules", str(rules_file)]
        program = (sys.executable, "-m", "workstation", "rotation", "--backtest")
        return (*program, *files, *chosen, *data)

    def keep(self) -> None:
        """Let what was written take the place of the last one.

        Raises
        ------
        StoreError
            It was not written, or cannot be moved.
        """
        try:
            self.fresh.page.replace(self.page)
            self.fresh.json.replace(self.json)
        except OSError as error:
            raise StoreError(f"The backtest's files cannot be kept: {error.strerror}.") from error

    def read(self) -> Json | None:
        """Return the last backtest; None where there is none that can be read."""
        try:
            told = json.loads(self.json.read_bytes())
        except (OSError, ValueError):
            return None
        is_whole = isinstance(told, dict) and all(isinstance(told.get(name), (dict, int)) for name in _NEEDED)
        return told if is_whole else None
