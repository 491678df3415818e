"""How the trader wants new studies to be: one small file beside what the window remembers."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from workstation.domain.errors import SettingsError
from workstation.domain.study_choice import StudyChoice, choice_of
from workstation.engine.studies.registry import STUDIES
from workstation.storage.durable_file import replace_durably
from workstation.storage.privacy import make_private_folder
from workstation.storage.set_aside import NewerFileError, check_version, set_aside

_VERSION = 1


class StudyDefaults:
    """Numbers and colours that a study starts with, where the trader saved his own.

    Parameters
    ----------
    file : Path
        Where they are kept; read when first asked. A file that cannot be used is set aside.
    told : callable, optional
        Told a sentence where that happened.
    """

    def __init__(self, file: Path, told: Callable[[str], None] | None = None) -> None:
        self._file, self._told = file, told
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
        except (
            OSError,
            ValueError,
            KeyError,
            TypeError,
            RecursionError,
            SettingsError,
            NewerFileError,
        ) as error:
            happened = set_aside(self._file, error)
            if self._told is not None:
                self._told(f"{happened} Studies start as delivered; those on your charts are unaffected.")
            return {}

    def _write(self) -> None:
        state = {"version": _VERSION, "studies": [choice.state() for choice in self._loaded().values()]}
        try:
            make_private_folder(self._file.parent)
            replace_durably(self._file, json.dumps(state).encode())
        except OSError as error:
            raise SettingsError(
                f"The default could not be saved in {self._file.parent}: {error.strerror}. It holds until "
                "Tidemark ends; free some space or allow writing there, and save it again."
            ) from error


def _choices(raw: bytes) -> dict[str, StudyChoice]:
    saved = json.loads(raw)
    check_version(saved.get("version") if isinstance(saved, dict) else None, _VERSION)
    choices = [choice_of(one, STUDIES) for one in saved["studies"]]
    return {choice.study_id: choice for choice in choices}
