"""One command line, from its words to its exit code."""

import logging
import signal
import sys
from collections.abc import Sequence

from workstation.cli.arguments import make_parser, with_address
from workstation.cli.exit_codes import DONE, FAILED, USAGE
from workstation.domain.errors import TidemarkError, UsageError
from workstation.storage.compiled_code import use_compiled_code
from workstation.storage.paths import Paths


def run(arguments: Sequence[str]) -> int:
    """Carry out one command line.

    Parameters
    ----------
    arguments : sequence of str
        Without the program's name.

    Returns
    -------
    int
        Exit code: 0 done, 2 asked wrongly, 1 failed, with one sentence on standard error.
    """
    asked = make_parser().parse_args(with_address(arguments))
    use_compiled_code(Paths.of_user())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(DONE))  # until the loop of a command takes it over
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        return int(asked.carry_out(asked))
    except UsageError as error:
        print(f"tidemark: {error}", file=sys.stderr)
        return USAGE
    except TidemarkError as error:
        print(f"tidemark: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return DONE
