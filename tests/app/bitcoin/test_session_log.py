"""What a session keeps: rows thinned evenly when they are too many."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from underround.app.bitcoin.session_log import Thinned


@given(st.integers(2, 50), st.integers(0, 2_000))
def test_rows_stay_few_in_order_and_evenly_spread(limit, count):
    thinned = Thinned(limit)
    for row in range(count):
        thinned.add(row)
    rows = thinned.rows
    assert len(rows) <= limit
    assert rows[:1] == ([0] if count else [])
    strides = {later - earlier for earlier, later in pairwise(rows)}
    assert len(strides) <= 1
    if count <= limit:
        assert rows == list(range(count))
