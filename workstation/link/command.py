"""What every request of a window has."""

import msgspec


class Command(msgspec.Struct, frozen=True, tag_field="kind"):
    """A request of the window. `number` is unique within its connection."""

    number: int
