"""The transition table, cell by cell: what a newcomer reads in it is what happens."""

import pytest

from underround.core.book_state import TRANSITIONS, BookState, BookTrigger, next_state

E, L, S, T, R = (
    BookState.EMPTY,
    BookState.LIVE,
    BookState.SUSPECT,
    BookState.STALE,
    BookState.RESYNC,
)
COLUMNS = (E, L, S, T, R)
TABLE = {
    BookTrigger.SNAPSHOT: (L, L, L, L, L),
    BookTrigger.GAP: (E, R, R, R, R),
    BookTrigger.DISCONNECTED: (E, R, R, R, R),
    BookTrigger.GRID_CHANGED: (E, R, R, R, R),
    BookTrigger.CONTRADICTED: (E, S, S, T, R),
    BookTrigger.AGREED: (E, L, L, T, R),
    BookTrigger.SILENT: (E, T, S, T, R),
    BookTrigger.PROVEN: (E, L, S, L, R),
}
CELLS = [
    (before, trigger, after)
    for trigger, row in TABLE.items()
    for before, after in zip(COLUMNS, row, strict=True)
]


@pytest.mark.parametrize(("before", "trigger", "after"), CELLS)
def test_cell(before: BookState, trigger: BookTrigger, after: BookState):
    assert next_state(before, trigger) is after


def test_every_cell_is_written_down():
    assert set(TABLE) == set(BookTrigger)
    assert set(COLUMNS) == set(BookState)
    assert len(CELLS) == len(BookState) * len(BookTrigger)


def test_the_table_holds_no_entry_that_changes_nothing():
    assert [move for move, after in TRANSITIONS.items() if move[0] is after] == []


def test_only_a_whole_book_makes_an_incomplete_one_live():
    """What is known to be incomplete cannot become complete by the mere passing of time."""
    ways = {trigger for (before, trigger), after in TRANSITIONS.items() if before is R}
    assert ways == {BookTrigger.SNAPSHOT}
    ways = {trigger for (before, trigger), after in TRANSITIONS.items() if before is E}
    assert ways == {BookTrigger.SNAPSHOT}
