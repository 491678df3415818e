#!/usr/bin/env python3
"""Set Tidemark up on this machine, then start it or prove it.

    python3 packaging/bootstrap.py run   [arguments of tidemark]
    python3 packaging/bootstrap.py test  [arguments of pytest]
    python3 packaging/bootstrap.py bench [NAME [arguments of that benchmark]]
    python3 packaging/bootstrap.py lock  [arguments of uv pip compile]

run    makes .venv beside this folder, installs what packaging/locks/run.txt names (each file
       checked against its hash), asks for missing Qt system libraries, and opens the workstation.
test   the same with the test tools, then the whole gate: format, lint, types, imports, tests.
bench  the same with the benchmark peers, then one benchmark of tests/benchmarks, or all.
lock   writes the three lock files anew from pyproject.toml (needs uv; --upgrade moves the pins).

A second start finds everything in place and goes straight on. Exit codes: what was started says,
else 0 done, 1 failed with one sentence, 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # typing itself is too slow to import for every start
if TYPE_CHECKING:
    from environment import Environment

# Old interpreters must be able to read this file to be told that they are too old.
OLDEST_PYTHON = (3, 11)


def main(arguments: list[str]) -> int:
    """Do what the command line asks and return the exit code."""
    if sys.version_info < OLDEST_PYTHON:
        version = ".".join(str(part) for part in sys.version_info[:3])
        print(
            f"Tidemark needs Python 3.11 or newer; this is Python {version} ({sys.executable}).",
            file=sys.stderr,
        )
        return 1
    if not arguments or arguments[0] in {"-h", "--help"}:
        print(__doc__)
        return 0 if arguments else 2
    from trouble import SetupError  # from here on the language is 3.11's

    try:
        return _obey(arguments[0], arguments[1:])
    except SetupError as problem:
        print(problem, file=sys.stderr)
        return problem.exit_code
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130


def _obey(command: str, rest: list[str]) -> int:
    from environment import Environment
    from trouble import SetupError

    environment = Environment.of_this_checkout()
    if command == "run":
        _set_up(environment, "run")
        return _become(environment.command("tidemark"), rest)
    if command in {"test", "bench"}:
        from gate import bench, test

        _set_up(environment, command)
        return (test if command == "test" else bench)(environment, rest)
    if command == "lock":
        from locking import write_locks

        return write_locks(environment, rest)
    raise SetupError(f"{command!r} is not a command; there are run, test, bench and lock.", exit_code=2)


def _set_up(environment: Environment, profile: str) -> None:
    """Bring the environment to what the profile asks; next to nothing when it is there already."""
    if not environment.is_ready(profile):
        from installation import install

        install(environment, profile)
    problem = environment.qt_problem()
    if problem:
        from trouble import SetupError

        raise SetupError(problem)


def _become(program: str, arguments: list[str]) -> int:
    """Turn this process into the program, so that signals and exit codes are its own."""
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name != "nt":
        os.execv(program, [program, *arguments])  # noqa: S606 - the user's own arguments, without a shell
    import subprocess  # Windows has no exec: the old process would return at once

    return subprocess.call([program, *arguments])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
