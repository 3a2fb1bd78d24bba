"""Many markets of two venues for tests of structures: says what venues say, keeps what it hears.

Prices are ten-thousandths of a dollar, sizes whole contracts, times milliseconds.
"""

from collections.abc import Iterable, Sequence

from tests.core.desk import KALSHI, ONE, POLYMARKET, START_NS, STREAM, e6, signals
from underround.app.structures.basket_worker import sizes_of
from underround.core.basket_event import BasketSolved, SolveBasket
from underround.core.effect import Effect, FetchBooks
from underround.core.engine import Engine
from underround.core.event import (
    Batch,
    BookReplaced,
    BooksFetched,
    Command,
    ConnectionOpened,
    Event,
    LevelAdded,
    Timer,
)
from underround.core.instrument import FeeTerms, Instrument, Outcome, Venue
from underround.core.opportunity import Signal, SignalKind
from underround.core.settings import Settings
from underround.core.structure import Question, Structure, question_of
from underround.core.units import NS_PER_MS

FREE = FeeTerms("polymarket", 0), FeeTerms("quadratic", 0)
FINE = ((0, 10_000, 10),)


def tokens(name: str, fees: FeeTerms = FREE[0], **facts) -> tuple[Instrument, Instrument]:
    """Return the YES and NO tokens of a Polymarket market."""
    yes, no = (
        Instrument(
            venue=Venue.POLYMARKET,
            id=f"{name}-{outcome}",
            market_id=name,
            outcome=outcome,
            title=name,
            complement_id=f"{name}-{outcome.complement}",
            fees=fees,
            **({"ranges": FINE} | facts),
        )
        for outcome in (Outcome.YES, Outcome.NO)
    )
    return yes, no


def ticker(name: str, fees: FeeTerms = FREE[1], **facts) -> Instrument:
    """Return a Kalshi market."""
    return Instrument(
        venue=Venue.KALSHI,
        id=name,
        market_id=name,
        outcome=Outcome.YES,
        title=name,
        fees=fees,
        **({"ranges": FINE} | facts),
    )


def on_kalshi(*names: str) -> tuple[list[Instrument], tuple[Question, ...]]:
    """Return markets without fees and their questions."""
    made = [ticker(name) for name in names]
    return made, tuple(question_of(one) for one in made)


def on_polymarket(*names: str, **facts) -> tuple[list[Instrument], tuple[Question, ...]]:
    """Return both tokens of markets without fees, and their questions."""
    made = [tokens(name, **facts) for name in names]
    return [one for pair in made for one in pair], tuple(question_of(yes) for yes, _ in made)


class Hall:
    """An engine over structures, a connection a venue, and a clock that a test moves."""

    def __init__(
        self,
        instruments: Iterable[Instrument],
        structures: Iterable[Structure],
        settings: Settings | None = None,
    ) -> None:
        listed = list(instruments)
        self.engine = Engine(settings or Settings(), listed, (), structures)
        self.now_ns = START_NS
        self.number = 0
        self.heard: list[Effect] = []
        for venue, name in ((Venue.POLYMARKET, POLYMARKET), (Venue.KALSHI, KALSHI)):
            own = [one.id for one in listed if one.venue is venue]
            self.process(ConnectionOpened(name, venue, self.now_ns, own))

    def process(self, event: Event) -> tuple[Effect, ...]:
        effects = self.engine.process(event)
        self.heard += effects
        return effects

    def tick(self, after_ms: float = 0) -> tuple[Effect, ...]:
        self.now_ns += round(after_ms * NS_PER_MS)
        return self.process(Timer(self.now_ns))

    def command(self, name: str) -> tuple[Effect, ...]:
        return self.process(Command(name, self.now_ns))

    def image(self, name: str, bids=(), asks=(), group=None) -> BookReplaced:
        """Make a whole book as the instrument's venue would say it."""
        if self.engine.books[name].instrument.venue is Venue.KALSHI:
            self.number += 1
            return BookReplaced(
                name, e6(bids), e6(asks), stream=STREAM, sequence=self.number, group=group
            )
        time_ms = (self.now_ns - START_NS) // NS_PER_MS + 1
        return BookReplaced(name, e6(bids), e6(asks), time_ms=time_ms)

    def books(self, *images: BookReplaced) -> tuple[Effect, ...]:
        """Deliver whole books of one venue in one read."""
        book = self.engine.books[images[0].instrument]
        name = KALSHI if book.instrument.venue is Venue.KALSHI else POLYMARKET
        return self.process(Batch(name, self.now_ns, list(images)))

    def book(self, name: str, bids=(), asks=(), group=None) -> tuple[Effect, ...]:
        return self.books(self.image(name, bids, asks, group))

    def delta(self, name: str, side: str, price_e4: int, change: float, group) -> LevelAdded:
        """Make the next message of Kalshi's stream, a change to one level."""
        self.number += 1
        return LevelAdded(
            STREAM, self.number, name, side == "bid", price_e4, round(change * ONE), group
        )

    def answer(self) -> tuple[Effect, ...]:
        """Answer every request for books over REST with the books as they are."""
        asked = [effect for effect in self.heard if isinstance(effect, FetchBooks)]
        self.heard = [effect for effect in self.heard if not isinstance(effect, FetchBooks)]
        found: tuple[Effect, ...] = ()
        for each in asked:
            images = [self._as_it_is(name) for name in each.instruments]
            found += self.process(
                BooksFetched(each.venue, each.purpose, each.asked_at_ns, self.now_ns, images)
            )
        return found

    def _as_it_is(self, name: str) -> BookReplaced:
        book = self.engine.books[name]
        time_ms = book.time_ms if book.instrument.venue is Venue.POLYMARKET else None
        return BookReplaced(name, book.bids.depth(), book.asks.depth(), time_ms=time_ms)

    def solve(self) -> tuple[Effect, ...]:
        """Answer every basket's program that was asked for."""
        asked = [effect for effect in self.heard if isinstance(effect, SolveBasket)]
        self.heard = [effect for effect in self.heard if not isinstance(effect, SolveBasket)]
        found: tuple[Effect, ...] = ()
        for each in asked:
            found += self.process(
                BasketSolved(each.subject, sizes_of(each), each.asked_at_ns, self.now_ns)
            )
        return found

    @property
    def open(self) -> list[Signal]:
        """What was last said of each opportunity that is open."""
        return [
            offered.opportunity.signal
            for offered in self.engine.detector.open
            if offered.opportunity is not None
        ]

    @property
    def opened(self) -> list[Signal]:
        """Return every opening so far."""
        return [one for one in signals(self.heard) if one.kind is SignalKind.OPENED]


def legs(signal: Signal) -> list[tuple[str, str, float]]:
    """Return (instrument, outcome, contracts) of a signal."""
    return [(leg.instrument, leg.outcome.value, leg.size_e6 / ONE) for leg in signal.legs]


def said(effects: Sequence[Effect]) -> list[str]:
    """Return what happened to opportunities: direction, kind and reason."""
    return [f"{one.direction} {one.kind} {one.reason}".strip() for one in signals(effects)]
