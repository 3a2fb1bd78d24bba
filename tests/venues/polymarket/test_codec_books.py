"""Polymarket's order books over REST: read one by one, so that a bad one costs only itself."""

import pytest

from tests.venues.polymarket.wire import NO, TIME_MS, YES, book, level, wire
from underround.core.event import BookReplaced
from underround.venues.polymarket.codec import decode_books

BOOK = BookReplaced(
    YES,
    bids=[(100, 1_000_000_000), (4_800, 30_250_000), (4_900, 12_000_000)],
    asks=[(9_900, 5_000_001), (5_200, 7_000_000), (5_100, 500_000)],
    time_ms=TIME_MS,
    ranges=((0, 10_000, 100),),
    last_trade_e4=0,
)


def rest_book(asset: str = YES, **changes) -> dict:
    return book(asset, event_type=..., min_order_size="5", neg_risk=False, **changes)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (wire(rest_book()), [BOOK]),
        (wire([rest_book()]), [BOOK]),
        (b" " + wire([rest_book(), rest_book(NO, bids=[level("2", "1")])]), [BOOK]),
        (b"[]", []),
        (wire({"error": "No orderbook exists for the requested token id"}), []),
    ],
    ids=["/book", "/books", "one of two is bad", "none known", "an error in JSON"],
)
def test_books_of_an_answer(body: bytes, expected: list):
    assert decode_books(body) == expected


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[",
        b"17",
        b"[1]",
        b"[[]]",
        b"[" * 100_000,
        b"\xff",
        wire(rest_book())[:-3],
        wire([rest_book(timestamp="NaN")]),
    ],
)
def test_an_answer_without_a_readable_book_is_an_error_in_one_line(body: bytes):
    with pytest.raises(ValueError, match=r"^polymarket /books: .+ in ") as caught:
        decode_books(body)
    assert len(str(caught.value).splitlines()) == 1
