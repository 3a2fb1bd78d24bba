"""Parts of an engine: their routes run after its own, and books that are over are forgotten."""

from tests.core.windows.days import START_NS, World, a_window, an_instrument
from underround.core.engine import Engine
from underround.core.event import (
    Batch,
    BookReplaced,
    ConnectionOpened,
    InstrumentsForgotten,
    InstrumentsListed,
    StreamOpened,
    Timer,
)
from underround.core.instrument import Venue
from underround.core.pair import Pair, Polarity
from underround.core.part import join_routes
from underround.core.settings import Settings


def test_an_event_that_both_take_goes_to_the_engine_first():
    seen = []
    routes = {int: lambda event: seen.append(("own", event))}
    join_routes(routes, {int: lambda e: seen.append(("part", e)), str: lambda e: seen.append(e)})
    routes[int](1)
    routes[str]("x")
    assert seen == [("own", 1), ("part", 1), "x"]


class Echo:
    """A part that counts timers and sees books."""

    def __init__(self) -> None:
        self.at_ns = []

    def joined(self, books, out):
        self.books = books
        return {Timer: lambda event: self.at_ns.append(event.at_ns)}


def test_a_part_sees_the_engine_s_books():
    engine, echo = Engine(Settings(), (), ()), Echo()
    engine.attach(echo)
    engine.process(InstrumentsListed([an_instrument("K")], START_NS))
    engine.process(Timer(START_NS))
    assert (list(echo.books), echo.at_ns) == (["K"], [START_NS])


def test_a_forgotten_book_is_gone_and_its_messages_are_ignored():
    world = World()
    window = a_window()
    world.watch(window)
    world.quote(window, window.yes, 4_000, 4_200)
    world.give(InstrumentsForgotten([window.yes, "never heard of"], world.now_ns))
    engine = world.engine
    assert engine.books == {}
    assert engine.links["c-KXBTC15M-A"].books == {}
    assert engine.take_marked() == []
    world.quote(window, window.yes, 4_000, 4_200)
    assert engine.counts.unknown == 1


def test_a_book_that_a_pair_watches_is_not_forgotten():
    yes = an_instrument("up", Venue.POLYMARKET, "down")
    no = an_instrument("down", Venue.POLYMARKET, "up")
    pair = Pair(
        id="p", polymarket_yes="up", polymarket_no="down", kalshi="K", polarity=Polarity.SAME
    )
    engine = Engine(Settings(), [yes, no, an_instrument("K")], [pair])
    engine.process(ConnectionOpened("c", Venue.KALSHI, START_NS, ["K"]))
    book = BookReplaced("K", [(4_000, 10**6)], [(4_200, 10**6)], stream=1, sequence=1)
    engine.process(Batch("c", START_NS, [StreamOpened(1), book]))
    engine.process(InstrumentsForgotten(["K"], START_NS))
    assert engine.books["K"].top() == (4_000, 10**6, 4_200, 10**6)
