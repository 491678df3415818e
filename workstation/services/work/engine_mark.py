"""Which engine computes: a mark of its source, the same wherever the same figures would come out."""

import hashlib
from functools import cache
from pathlib import Path

import workstation.engine


@cache
def engine_mark() -> str:
    """Return a mark of the engine's source, 16 hexadecimal digits."""
    source = Path(workstation.engine.__file__).parent
    mark = hashlib.sha256()
    for file in sorted(source.rglob("*.py")):
        mark.update(file.relative_to(source).as_posix().encode() + b"\0" + file.read_bytes())
    return mark.hexdigest()[:16]
