"""A market maker's quotes: on the grid, never crossed, around the probability; all withdrawn."""

import random

from hypothesis import given
from hypothesis import strategies as st

from underround.core.instrument import LINEAR_CENT, TAPERED_DECI_CENT
from underround.simulation.bitcoin_world.maker import Maker, chance_above, withdrawal
from underround.simulation.book import Book


@given(
    st.integers(0, 10**6),
    st.lists(st.floats(0, 1), min_size=1, max_size=8),
    st.sampled_from([LINEAR_CENT, TAPERED_DECI_CENT]),
)
def test_quotes_stand_on_the_grid_and_never_cross(seed, chances, grid):
    maker, book = Maker(random.Random(seed)), Book()
    for chance in chances:
        book.apply(maker.quote(book, grid, chance))
        bid_e4, ask_e4 = book.top()
        assert bid_e4 < ask_e4
        assert all(price in grid for price in (*book.bids, *book.asks))
        assert abs((bid_e4 + ask_e4) / 2 - chance * 10_000) < 1_500
    book.apply(withdrawal(book))
    assert book.top() == (None, None)


def test_the_chance_falls_with_the_strike_and_is_even_at_the_price():
    chances = [chance_above(100.0, strike, 2.0, 9.0) for strike in (90, 97, 100, 103, 110)]
    assert chances == sorted(chances, reverse=True)
    assert chances[2] == 0.5
    assert chance_above(100.0, 99.0, 2.0, -1.0) > 0.99
