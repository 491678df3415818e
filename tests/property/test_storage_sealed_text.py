"""What is sealed comes back whole or not at all, whatever it is and whatever happens to it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.storage.sealed_text import new_key, seal, unseal

texts = st.text(st.characters(exclude_categories=()), max_size=200)


@settings(max_examples=25)
@given(text=texts, about=st.binary(max_size=40))
def test_every_text_comes_back_under_its_own_key_alone(text, about):
    key = new_key()
    sealed = seal(key, text, about)
    assert unseal(key, sealed, about) == text
    assert unseal(new_key(), sealed, about) is None
    assert unseal(key, sealed, about + b"x") is None


@settings(max_examples=25)
@given(text=texts, data=st.data())
def test_a_byte_that_was_changed_or_lost_is_found_out(text, data):
    key = new_key()
    sealed = seal(key, text, b"")
    place = data.draw(st.integers(0, len(sealed) - 1))
    changed = bytearray(sealed)
    changed[place] ^= data.draw(st.integers(1, 255))
    assert unseal(key, bytes(changed), b"") is None
    assert unseal(key, sealed[:place], b"") is None
