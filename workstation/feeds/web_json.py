"""Reads foreign JSON: all that the standard allows, and nothing that could pass for a number."""

import json
import math
import re
from typing import Any, NoReturn

_LONGEST_INT = 40  # digits; the largest supply of a coin, in its smallest unit, has 33
_MAY_BE_HALF = re.compile(rb"\\u[dD][89a-fA-F]")


class NotData(ValueError):
    """Bytes that are not JSON that can be trusted; the message says why."""


def parse(body: bytes) -> Any:
    """Return what a JSON text says.

    Raises
    ------
    NotData
        It is no JSON, or nested too deeply, or names a key twice, or holds NaN, infinity or a number that is
        too large to be one.
    """
    try:
        found = json.loads(
            body.decode(),
            parse_constant=_refuse_constant,
            parse_float=_finite,
            parse_int=_counted,
            object_pairs_hook=_unique,
        )
        if _MAY_BE_HALF.search(body):
            json.dumps(found, ensure_ascii=False).encode()  # half a character can be read, and never written
    except NotData:
        raise
    except RecursionError as error:
        raise NotData("it is nested without an end") from error
    except ValueError as error:
        raise NotData("it cannot be read as JSON") from error
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise NotData(f"{name} is not a number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise NotData("a number is too large")
    return number


def _counted(text: str) -> int:
    if len(text) > _LONGEST_INT:
        raise NotData("a number is too large")
    return int(text)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotData("it says one thing twice")
    return found
