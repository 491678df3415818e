"""The sound of an alert, through whatever plays sounds on this desktop."""

import asyncio
import shutil
from asyncio.subprocess import DEVNULL
from collections.abc import Callable
from pathlib import Path

PLAYERS = ("pw-play", "paplay", "aplay")
"""Programs that play a file, best first."""

_TIMEOUT_S = 5.0
NO_SOUND = "The alert sound cannot be played here; the desktop's bell is used instead."


class AlertSound:
    """Plays one file; rings the desktop's bell where nothing can.

    Parameters
    ----------
    file : Path
        A WAV file.
    bell : callable
        Rings the desktop's bell.
    on_trouble : callable
        Told once, in one sentence, when a player is there but fails.
    players : tuple of str
        Programs to try.
    """

    def __init__(
        self,
        file: Path,
        bell: Callable[[], None],
        on_trouble: Callable[[str], None],
        players: tuple[str, ...] = PLAYERS,
    ) -> None:
        self._file, self._bell, self._on_trouble = file, bell, on_trouble
        found = (shutil.which(name) for name in players)
        self._players = [path for path in found if path]
        self._has_told = False

    async def play(self) -> bool:
        """Play the sound to its end; False where the bell had to do."""
        while self._players:
            if await self._plays(self._players[0]):
                return True
            del self._players[0]
            if not self._players and not self._has_told:
                self._has_told = True
                self._on_trouble(NO_SOUND)
        self._bell()
        return False

    async def _plays(self, player: str) -> bool:
        try:
            process = await asyncio.create_subprocess_exec(
                player, str(self._file), stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL
            )
        except OSError:
            return False
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                return await process.wait() == 0
        except TimeoutError:
            return False
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
