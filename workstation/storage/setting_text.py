"""What a text in the settings must look like."""

import re
import urllib.parse

DOTS = "•••"
"""What stands for a key."""


def is_zone(text: str) -> bool:
    """Return whether the time zone database knows a name, or it is the computer's own: ``"local"``."""
    if text == "local":
        return True
    import zoneinfo  # only where a zone is chosen: it costs the window's first frame a few milliseconds

    try:
        zoneinfo.ZoneInfo(text)
    except (OSError, ValueError, zoneinfo.ZoneInfoNotFoundError):
        return False
    return True


def is_symbol(text: str) -> bool:
    """Return whether a text is a market in ccxt's spelling, such as ``"BTC/USDT"``."""
    base, slash, quote = text.partition("/")
    return bool(base and slash and quote) and text.isprintable() and len(text) <= 80


def is_page(text: str) -> bool:
    """Return whether a text is the address of a page, https only."""
    return _has_address(text, ("https",))


def is_service(text: str) -> bool:
    """Return whether a text is the address of a service, http or https."""
    return _has_address(text, ("https", "http"))


def may_hold_key(text: str) -> bool:
    """Return whether an address has more than a host: rented nodes carry the key of the account there."""
    try:
        parts = urllib.parse.urlsplit(text)
    except ValueError:
        return True
    return parts.path.strip("/") != "" or bool(parts.query) or bool(parts.fragment)


def holds_key(text: str) -> bool:
    """Return whether an address may hold a key that is not dotted out yet."""
    return may_hold_key(text) and not is_dotted(text)


def is_dotted(text: str) -> bool:
    """Return whether dots stand for what follows the host of an address."""
    return text.endswith(f"/{DOTS}")


def without_key(text: str) -> str:
    """Return an address with dots for what follows its host; as it is where that cannot be a key."""
    if not holds_key(text):
        return text
    parts = urllib.parse.urlsplit(text)
    return f"{parts.scheme}://{parts.netloc}/{DOTS}"


def is_node(text: str) -> bool:
    """Return whether a text is the address of a node; none is one, too."""
    return not text or is_service(text)


def is_colours(text: str) -> bool:
    """Return whether a text names colours of rising and falling: a known pair, or two different ones."""
    if re.fullmatch(r"green-red|blue-orange|#[0-9a-fA-F]{6} #[0-9a-fA-F]{6}", text) is None:
        return False
    return len(set(text.lower().split())) == len(text.split())


def _has_address(text: str, schemes: tuple[str, ...]) -> bool:
    if len(text) > 500 or not text.isprintable() or any(mark in text for mark in " \\"):
        return False
    try:
        parts = urllib.parse.urlsplit(text)
        return (
            parts.scheme in schemes and bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
        )
    except ValueError:
        return False
