"""How the trader wants new studies to be: one small file beside what the window remembers."""

import contextlib
import json
import logging
import os
from dataclasses import replace
from pathlib import Path

from workstation.domain.errors import SettingsError
from workstation.domain.study_choice import StudyChoice, choice_of
from workstation.engine.studies.registry import STUDIES
from workstation.storage.privacy import make_private_folder, private_opener

_LOG = logging.getLogger(__name__)
_VERSION = 1


class StudyDefaults:
    """Numbers and colours that a study starts with, where the trader saved his own.

    Parameters
    ----------
    file : Path
        Where they are kept; read when first asked. A damaged file is set aside.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known: dict[str, StudyChoice] | None = None

    def of(self, study_id: str) -> StudyChoice:
        """Return a study as it starts."""
        plain = StudyChoice(study_id, STUDIES[study_id].defaults)
        return self._loaded().get(study_id, plain)

    def is_own(self, study_id: str) -> bool:
        """Return whether the trader saved his own."""
        return study_id in self._loaded()

    def save(self, choice: StudyChoice) -> None:
        """Let new studies of this kind start like this one.

        Raises
        ------
        SettingsError
            The file cannot be written; until the end of the session it holds all the same.
        """
        self._loaded()[choice.study_id] = replace(choice, is_shown=True)
        self._write()

    def forget(self, study_id: str) -> None:
        """Let new studies of this kind start as they come; raises what `save` raises."""
        if self._loaded().pop(study_id, None) is not None:
            self._write()

    def _loaded(self) -> dict[str, StudyChoice]:
        if self._known is None:
            self._known = self._read()
        return self._known

    def _read(self) -> dict[str, StudyChoice]:
        try:
            return _choices(self._file.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, RecursionError, SettingsError) as error:
            _LOG.warning("Saved studies in %s cannot be used and start fresh: %s", self._file, error)
            with contextlib.suppress(OSError):
                os.replace(self._file, self._file.with_suffix(".damaged"))
            return {}

    def _write(self) -> None:
        fresh = self._file.with_suffix(".new")
        state = {"version": _VERSION, "studies": [choice.state() for choice in self._loaded().values()]}
        try:
            make_private_folder(self._file.parent)
            fresh.unlink(missing_ok=True)
            with open(fresh, "x", encoding="utf-8", opener=private_opener) as file:
                json.dump(state, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(fresh, self._file)
        except OSError as error:
            raise SettingsError(
                f"The default could not be saved in {self._file.parent}: {error.strerror}. It holds until "
                "Tidemark ends; free some space or allow writing there, and save it again."
            ) from error


def _choices(raw: bytes) -> dict[str, StudyChoice]:
    saved = json.loads(raw)
    if not isinstance(saved, dict) or saved.get("version") != _VERSION:
        raise ValueError("it is of another version")
    choices = [choice_of(one, STUDIES) for one in saved["studies"]]
    return {choice.study_id: choice for choice in choices}
