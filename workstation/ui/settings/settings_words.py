"""How settings are called on screen; made from their declarations."""

import re

from workstation.storage.setting import Setting, Settings, Value

_UNITS = ("s", "usd", "ms", "pct")
_SPELT = {
    "evm": "EVM",
    "url": "address",
    "coingecko": "CoinGecko",
    "coinmetrics": "Coin Metrics",
    "defillama": "DefiLlama",
    "mempool": "mempool.space",
}
_ON = "on"
_WHOLE = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,18}(\.\d{0,18})?(e[+-]?\d{1,2})?", re.ASCII | re.IGNORECASE)
"""Without marks between thousands: 2,5 is two and a half to one trader and twenty-five to another."""


def title_of(setting: Setting) -> str:
    """Return what a setting is called, e.g. ``"Answer within"`` for ``venue.answer_within_s``."""
    section, _, key = setting.name.partition(".")
    words = key.split("_")
    if len(words) > 1 and words[-1] in _UNITS:
        words = words[:-1]
    text = section if words == [_ON] else " ".join(_SPELT.get(word, word) for word in words)
    return text[0].upper() + text[1:] if text.split(" ")[0] not in _SPELT.values() else text


def group_of(setting: Setting) -> str:
    """Return the heading that a setting stands under."""
    return setting.name.partition(".")[0].capitalize()


def group_sentence(setting: Setting) -> str:
    """Return what its group is about."""
    section = getattr(Settings(), setting.name.partition(".")[0])
    return (type(section).__doc__ or "").partition("\n")[0]


def choice_words(setting: Setting, choice: str) -> str:
    """Return a choice as it is offered: "System"; names of venues and lengths of bars as they are written."""
    return choice.capitalize() if group_of(setting) == "Appearance" else choice


def text_of(value: Value) -> str:
    """Return a value as it is typed: lists with a line for each."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return "\n".join(value)
    return (
        f"{value:g}"
        if isinstance(value, float) and abs(value) < 1e6
        else f"{value:.0f}"
        if isinstance(value, float)
        else str(value)
    )


def value_of(setting: Setting, text: str) -> object:
    """Return typed text as a value for `Setting.accept`, which refuses what it cannot use."""
    if setting.kind is tuple:
        return [part.strip() for part in text.replace(",", "\n").splitlines() if part.strip()]
    if setting.kind in (int, float):
        plain = text.strip()
        pattern = _WHOLE if setting.kind is int else _NUMBER
        return setting.kind(plain) if pattern.fullmatch(plain) else text
    return text.strip()


def said_of(setting: Setting) -> str:
    """Return all that can be searched of a setting, in lower case."""
    parts = (
        title_of(setting),
        group_of(setting),
        setting.name,
        setting.sentence,
        setting.unit,
        *setting.choices,
    )
    return " ".join(parts).lower()
