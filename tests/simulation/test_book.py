"""The venue's own book."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underround.simulation.book import ASK, BID, Book, Change, mirrored, mirrored_top

CHANGES = st.lists(
    st.tuples(
        st.sampled_from([BID, ASK]), st.integers(1, 9_999), st.sampled_from([0, 1, 2_500_000])
    )
)


@given(CHANGES)
def test_the_top_is_the_best_of_what_rests(changes: list[Change]) -> None:
    book = Book()
    book.apply(changes)
    last = {(side, price): size for side, price, size in changes}
    bids = [price for (side, price), size in last.items() if side == BID and size]
    asks = [price for (side, price), size in last.items() if side == ASK and size]
    assert book.top() == (max(bids, default=None), min(asks, default=None))
    assert [price for price, _ in book.best_first(BID)] == sorted(bids, reverse=True)
    assert [price for price, _ in book.best_first(ASK)] == sorted(asks)


@given(CHANGES)
def test_the_complements_book_is_the_mirror(changes: list[Change]) -> None:
    book, complement = Book(), Book()
    book.apply(changes)
    complement.apply([mirrored(change) for change in changes])
    assert complement.top() == mirrored_top(book.top())


@pytest.mark.parametrize("change", [(BID, 100, -1), (ASK, 0, 5), (BID, 10_000, 5)])
def test_what_cannot_rest_is_refused(change: Change) -> None:
    with pytest.raises(ValueError, match="cannot rest"):
        Book().apply([change])
