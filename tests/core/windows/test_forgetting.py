"""What an engine forgets is gone from everywhere in it: it may run for months."""

import gc
from types import FunctionType, ModuleType

from tests.core.desk import NO, POLYMARKET, YES, token
from underround.core.book import Book
from underround.core.engine import Engine
from underround.core.event import (
    Batch,
    BookReplaced,
    BooksFetched,
    ConnectionOpened,
    InstrumentsForgotten,
    Timer,
    TradePrinted,
)
from underround.core.instrument import FeeTerms, Outcome, Venue
from underround.core.settings import Settings
from underround.core.trust import VERIFY
from underround.core.units import NS_PER_MS
from underround.core.venue_event import BooksDoubted, TermsChanged, TopClaimed, TradingHalted

START_NS = 10**18
FREE = FeeTerms("polymarket", 0)
LEVELS = [(4_000, 10**6)], [(4_500, 10**6)]


def reachable(root: object) -> list[object]:
    """Return every object that `root` keeps alive, but for code and classes."""
    found, waiting = {}, [root]
    while waiting:
        one = waiting.pop()
        if id(one) in found or isinstance(one, FunctionType | ModuleType | type):
            continue
        found[id(one)] = one
        waiting += gc.get_referents(one)
    return list(found.values())


def watching() -> Engine:
    """An engine with two books that no pair wants."""
    tokens = (
        token(YES, NO, Outcome.YES, FREE),
        token(NO, YES, Outcome.NO, FREE),
    )
    engine = Engine(Settings(), tokens, ())
    engine.process(ConnectionOpened(POLYMARKET, Venue.POLYMARKET, START_NS, (YES, NO)))
    for name in (YES, NO):
        engine.process(Batch(POLYMARKET, START_NS, [BookReplaced(name, *LEVELS, time_ms=1)]))
    return engine


def test_nothing_keeps_a_book_that_was_forgotten():
    engine, at_ns = watching(), START_NS + NS_PER_MS
    for name in (YES, NO):
        told = [
            TradePrinted(name, 4_200, 10**6, 2),
            TopClaimed(name, 4_000, 4_500, 2),
            TermsChanged(name, "greater", "5", None, ""),
            TradingHalted(name, is_halted=True, reason="paused"),
        ]
        engine.process(Batch(POLYMARKET, at_ns, told))
        engine.process(BooksDoubted(Venue.POLYMARKET, (name,), at_ns))
        other = BookReplaced(name, [(4_100, 10**6)], [], time_ms=2)
        engine.process(BooksFetched(Venue.POLYMARKET, VERIFY, at_ns, at_ns, [other]))
    engine.process(Timer(at_ns))
    kept = {one.instrument.id for one in reachable(engine) if type(one) is Book}
    assert kept == {YES, NO}

    engine.process(InstrumentsForgotten((YES, NO), at_ns))
    engine.process(Timer(at_ns + 10**10))
    assert [one for one in reachable(engine) if type(one) is Book] == []
    assert engine.last_trades_e4 == engine.told.terms == {}


def test_what_a_venue_tells_of_other_markets_is_not_kept():
    engine = watching()
    engine.process(
        Batch(POLYMARKET, START_NS, [TermsChanged("another", "less", "7", None, "below 7")])
    )
    assert engine.told.terms == {}
