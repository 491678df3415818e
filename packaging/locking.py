"""Write the lock files anew from pyproject.toml."""

import os
import shutil
import subprocess

from environment import Environment
from trouble import SetupError

PROFILES = {"run": ["build"], "test": ["build", "test"], "bench": ["build", "test", "bench"]}
"""What each lock adds to the program's own dependencies; each holds every pin of the one before it."""


def write_locks(environment: Environment, uv_arguments: list[str]) -> int:
    """Resolve for every system at once, with a hash for each file, and return the exit code.

    Parameters
    ----------
    environment : Environment
        Names the checkout.
    uv_arguments : list of str
        Passed on; without ``--upgrade`` the pins that are still allowed stay.

    Raises
    ------
    SetupError
        There is no uv.
    """
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is None:
        raise SetupError("Writing locks needs uv (pip install uv); put it on PATH or name it in UV.")
    for profile, extras in PROFILES.items():
        command = [uv, "pip", "compile", "--universal", "--generate-hashes", "--no-header", "--no-annotate"]
        command += ["--quiet", "--output-file", environment.lock(profile), "pyproject.toml"]
        command += [word for extra in extras for word in ("--extra", extra)]
        if profile != "run":
            command += ["--constraints", environment.lock("run")]
        exit_code = subprocess.call([*command, *uv_arguments], cwd=environment.project)
        if exit_code != 0:
            return exit_code
        print(f"Wrote {os.path.relpath(environment.lock(profile), environment.project)}")
    return 0
