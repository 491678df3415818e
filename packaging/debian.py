"""Debian packages: which are missing, and installing them where that is allowed."""

import os
import shutil
import subprocess

from progress import Progress
from trouble import SetupError


def require(packages: list[str], purpose: str) -> None:
    """Install packages as root; as anybody else say how to.

    Parameters
    ----------
    packages : list of str
        Debian's names; installed without what they only recommend.
    purpose : str
        What they are for, to be read in "... is missing".

    Raises
    ------
    SetupError
        This user must not install, there is no apt, or apt failed (its own words follow).
    """
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if shutil.which("apt-get") is None:
        raise SetupError(
            f"{purpose} is missing, and there is no apt-get here; install what your system calls: "
            f"{' '.join(packages)}"
        )
    if not may_install():
        raise SetupError(f"{purpose} is missing. Install it, then start again:\n  sudo {' '.join(command)}")
    progress = Progress()
    progress.show(f"Installing with apt: {' '.join(packages)}")
    _apt(["apt-get", "update"])
    _apt(command)
    progress.finish(f"Installed with apt: {' '.join(packages)}")


def may_install() -> bool:
    """Return whether this process may install system packages."""
    return os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get") is not None


def missing(packages: list[str]) -> list[str]:
    """Return those that are not installed; none where the system is not a Debian."""
    if shutil.which("dpkg-query") is None:
        return []
    answer = subprocess.run(
        ["dpkg-query", "-W", "-f=${Package} ${Status}\n", *packages],
        capture_output=True,
        text=True,
        check=False,
    )
    there = {line.split()[0] for line in answer.stdout.splitlines() if line.endswith(" installed")}
    return [name for name in packages if name not in there]


def _apt(command: list[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if answer.returncode != 0:
        raise SetupError(
            f"{' '.join(command)} failed with exit code {answer.returncode}. "
            f"What apt said:\n{answer.stdout}{answer.stderr}"
        )
