"""What is pasted becomes a key, however it was copied; what cannot be one is refused without its words."""

import pytest

from workstation.domain.errors import UsageError
from workstation.domain.pasted_key import LONGEST, pasted
from workstation.domain.venue_key import KeyVenue, VenueCredentials

BINANCE, OKX = KeyVenue("binance", "Binance", takes_pem=True), KeyVenue("okx", "OKX", wants_password=True)
BODY = "Q" * 64 + "\n" + "R" * 64 + "\n" + "S" * 30 + "=="
PEM = f"-----BEGIN PRIVATE KEY-----\n{BODY}\n-----END PRIVATE KEY-----"


def secret(text, venue=BINANCE):
    return pasted(venue, "the-key", text, "").secret


def test_blanks_around_are_taken_away():
    assert pasted(OKX, " k\n", "\ts ", " pass word ") == VenueCredentials("k", "s", "pass word")


@pytest.mark.parametrize(
    "text",
    [
        PEM,
        PEM.replace("\n", "\r\n") + "\r\n",
        PEM.replace("\n", " "),
        PEM.replace("\n", ""),
        f"my key:\n{PEM}\nthe end",
        PEM.replace("\n", "\n   "),
    ],
    ids=["as it is", "Windows", "in one line", "nothing between", "words around", "indented"],
)
def test_a_private_key_comes_out_in_its_lines(text):
    assert secret(text) == PEM


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "The secret is missing"),
        ("two words", "has a space or a line break"),
        (PEM[:-10], "not whole; paste all its lines"),
        (PEM.replace("PRIVATE", "PUBLIC"), "the public half"),
        (PEM.replace("PRIVATE", "ENCRYPTED PRIVATE"), "a passphrase of its own"),
        (PEM.replace(BODY, f"Proc-Type: 4,ENCRYPTED\n\n{BODY}"), "a passphrase of its own"),
        (PEM.replace("Q", "…", 1), "is damaged"),
        (PEM.replace("Q", "", 1), "is damaged"),
        ("x" * (LONGEST + 1), "more than 8,192 characters"),
    ],
)
def test_what_cannot_be_a_key_is_refused_without_its_words(text, why):
    with pytest.raises(UsageError, match=why) as told:
        secret(text)
    assert "QQQQ" not in str(told.value)


def test_a_venue_that_gives_secrets_itself_takes_no_private_key():
    with pytest.raises(UsageError, match="OKX takes no private keys; paste the secret that it gave you"):
        secret(PEM, OKX)


def test_a_key_with_words_around_it_is_refused():
    with pytest.raises(UsageError, match="The key has a space"):
        pasted(BINANCE, "API key: abc", "s", "")
