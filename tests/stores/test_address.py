"""What is shown of an address holds no secret, and all that is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underround.stores.address import shown_address


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("memory://", "memory://"),
        ("redis://localhost:6379/1", "redis://localhost:6379/1"),
        ("redis://:hush@host:1/2", "redis://:***@host:1/2"),
        ("rediss://me:hu@sh@host/?password=hush", "rediss://me:***@host/?***"),
        ("redis://me:hu/sh@host", "redis://me:***@host"),
        ("https://token@host/path", "https://***@host/path"),
    ],
)
def test_passwords_and_options_are_masked(address: str, shown: str):
    assert shown_address(address) == shown


@given(password=st.text(st.characters(exclude_characters="?*HO", codec="ascii"), min_size=3))
def test_no_password_is_shown_whatever_its_letters_are(password: str):
    assert password not in shown_address(f"redis://:{password}@HOST").removeprefix("redis://:")
