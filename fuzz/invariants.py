"""What must hold of an engine whatever it was told; checked from outside, level by level."""

from underround.core.book import EMPTY_RANK, NO_COST, Side
from underround.core.book_state import BookState
from underround.core.engine import Engine


def check(engine: Engine) -> None:
    """Raise AssertionError naming what does not hold."""
    for name, book in engine.books.items():
        for side in (book.bids, book.asks):
            check_side(side, name)
    for direction in engine.detector.open:
        assert direction.opportunity is not None, "open without an opportunity"
        assert direction.has_edge, f"{direction.opportunity.id} stands without an edge"
        for side in direction.sides:
            book = side.book
            assert book.state is BookState.LIVE, f"{direction.opportunity.id} on a {book.state}"
            assert book.link is not None, f"{direction.opportunity.id} on a book of no connection"
            assert book.link.is_open, f"{direction.opportunity.id} on a closed connection"
    for side in {side for direction in engine.directions for side in direction.sides}:
        watching = sum(each in engine.detector.open or each.awaits_size for each in side.watchers)
        assert side.open_count == watching, "somebody watches sizes and is not counted"


def check_side(side: Side, name: str) -> None:
    """Compare a ladder's best level with what looking at all of them finds."""
    *levels, stop = side.levels
    assert stop, f"{name}: the end of the ladder is gone"
    assert len(levels) == len(side.prices_e4), f"{name}: the ladder does not fit its grid"
    assert min(levels) >= 0, f"{name}: a level below zero"
    best = max((rank for rank, size_e6 in enumerate(levels) if size_e6), default=EMPTY_RANK)
    assert side.best == best, f"{name}: the best level is {best}, not {side.best}"
    cost = NO_COST if best == EMPTY_RANK else side.costs[best]
    assert side.cost == cost, f"{name}: the best level costs {cost}, not {side.cost}"
