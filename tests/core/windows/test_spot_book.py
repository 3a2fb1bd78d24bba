"""The sparse ladder against a plain dictionary, and the book's states."""

from hypothesis import given
from hypothesis import strategies as st

from underround.core.windows.spot_book import SpotBook, SpotLadder, SpotState
from underround.core.windows.spot_event import SpotDelta, SpotFault, SpotFaultKind, SpotSnapshot

LEVELS = st.lists(st.tuples(st.integers(1, 30), st.integers(0, 5)), max_size=60)


@given(LEVELS, st.sampled_from([1, -1]))
def test_ladder_agrees_with_a_dictionary(changes, sign):
    ladder = SpotLadder(sign)
    plain = {}
    for price, size in changes:
        assert ladder.set(price, size) == plain.get(price, 0)
        plain.pop(price, None) if size == 0 else plain.update({price: size})
    ordered = sorted(plain.items(), reverse=sign > 0)
    assert list(ladder) == ordered
    assert ladder.best_e8 == (ordered[0][0] if ordered else None)
    assert len(ladder) == len(plain)


@given(LEVELS, LEVELS)
def test_changes_lead_to_the_target(before, after):
    ladder, target = SpotLadder(1), SpotLadder(1)
    ladder.replace(before)
    target.replace(after)
    for price, size in ladder.changes_to(after):
        ladder.set(price, size)
    assert list(ladder) == list(target)


def test_a_delta_before_the_snapshot_is_not_applied():
    book = SpotBook("kraken")
    book.apply(SpotDelta("kraken", [(10, 1)], [], 5))
    assert (book.state, book.bids.best_e8, book.received_at_ns) == (SpotState.EMPTY, None, None)


def test_a_fault_makes_the_book_suspect_and_a_snapshot_heals_it():
    book = SpotBook("kraken")
    book.apply(SpotSnapshot("kraken", [(10, 1)], [(12, 1)], 5))
    book.apply(SpotFault("kraken", SpotFaultKind.GAP, "7 after 5", 6))
    assert (book.state, book.fault) == (SpotState.SUSPECT, "gap: 7 after 5")
    book.apply(SpotSnapshot("kraken", [(11, 1)], [(12, 1)], 7))
    assert (book.state, book.fault, book.mid_twice_e8) == (SpotState.LIVE, None, 23)


def test_a_refused_command_does_not_break_the_book():
    book = SpotBook("kraken")
    book.apply(SpotSnapshot("kraken", [(10, 1)], [(12, 1)], 5))
    book.apply(SpotFault("kraken", SpotFaultKind.REJECTED, "no such channel", 6))
    assert book.state is SpotState.LIVE


def test_an_empty_side_has_no_mid():
    book = SpotBook("kraken")
    book.apply(SpotSnapshot("kraken", [(10, 1)], [], 5))
    assert (book.mid_twice_e8, book.crossed) == (None, False)
