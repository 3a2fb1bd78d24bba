"""Halves of surrogate pairs in answers: replaced, while whole pairs and all else stay."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from underround.venues.kalshi.listing import decode_markets
from underround.venues.polymarket.listing import decode_page
from underround.venues.wire_text import whole_text

FIRST, SECOND, LOST = rb"\ud83d", rb"\ude00", rb"\ufffd"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (FIRST + SECOND, FIRST + SECOND),
        (FIRST, LOST),
        (SECOND, LOST),
        (SECOND + FIRST, LOST + LOST),
        (FIRST + FIRST + SECOND, LOST + FIRST + SECOND),
        (rb"\uD83D!", LOST + b"!"),
        (rb"\ud7ff \ue000", rb"\ud7ff \ue000"),
    ],
)
def test_halves(written: bytes, expected: bytes):
    assert whole_text(b'"' + written + b'"') == b'"' + expected + b'"'


@given(st.text())
def test_what_a_strict_reader_takes_stays_as_it_is(text: str):
    body = json.dumps(text).encode()
    assert msgspec.json.decode(whole_text(body)) == text


def test_lists_with_a_title_cut_in_half_are_read():
    listing, cursor = decode_page(rb'{"markets":[{"question":"a \ud83d","slug":"a"}]}')
    assert (len(listing.skipped), cursor) == (1, None)
    found, skipped, _ = decode_markets(rb'{"markets":[{"title":"\ud83d"}],"cursor":"c"}')
    assert (found, len(skipped)) == ([], 1)
