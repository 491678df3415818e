"""Where icons and sounds lie: in the wheel beside the code, in a checkout beside the package."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent
_PLACES = (_PACKAGE / "_resources", _PACKAGE.parent / "resources")


def resource(*parts: str) -> Path:
    """Return the path of a shipped file, e.g. ``resource("icons", "tidemark.svg")``.

    Raises
    ------
    FileNotFoundError
        It was not shipped; the installation is damaged.
    """
    for place in _PLACES:
        path = place.joinpath(*parts)
        if path.is_file():
            return path
    name = "/".join(parts)
    raise FileNotFoundError(f"{name} is missing from the installation; install Tidemark again.")
