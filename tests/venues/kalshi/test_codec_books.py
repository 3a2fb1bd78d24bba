"""Kalshi's order books over REST: read one by one, so that a bad one costs only itself."""

import pytest

from tests.venues.kalshi.wire import TICKER, wire, without
from underround.core.event import BookReplaced
from underround.venues.kalshi.codec import decode_books

BIDS, ASKS = [(100, 1_000_000_000), (800, 300_500_000)], [(4_600, 20_000_000), (890, 250_000)]


def rest(*books: object) -> bytes:
    return wire({"orderbooks": list(books)})


def rest_book(ticker: str = TICKER, **sides) -> dict:
    full = {
        "yes_dollars": [["0.0100", "1000.00"], ["0.0800", "300.50"]],
        "no_dollars": [["0.5400", "20.00"], ["0.9110", "0.25"]],
    }
    return {"ticker": ticker, "orderbook_fp": without(full, **sides)}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (rest(rest_book()), [BookReplaced(TICKER, BIDS, ASKS)]),
        (rest(rest_book(no_dollars=[])), [BookReplaced(TICKER, BIDS, [])]),
        (rest(rest_book(yes_dollars=..., no_dollars=None)), [BookReplaced(TICKER, [], [])]),
        (
            rest(rest_book("X", yes_dollars=[["2", "1"]]), rest_book()),
            [BookReplaced(TICKER, BIDS, ASKS)],
        ),
        (rest(), []),
    ],
    ids=["whole", "an empty side", "no sides", "one of two is bad", "none known"],
)
def test_books_of_an_answer(body: bytes, expected: list):
    assert decode_books(body) == expected


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"17", b"{}", rest(7), rest({}), b"[" * 100_000, b"\xff"]
)
def test_an_answer_without_a_readable_book_is_an_error_in_one_line(body: bytes):
    with pytest.raises(ValueError, match=r"^kalshi /markets/orderbooks: .+ in ") as caught:
        decode_books(body)
    assert len(str(caught.value).splitlines()) == 1
