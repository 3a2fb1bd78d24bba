"""What a signal rested on when it was raised: taken from a replayed engine at that instant.

Copies and judges nothing: whatever is kept here stays as it was while the engine goes on.
"""

from msgspec import Struct

from underround.core.book import Book, Side
from underround.core.engine import Engine
from underround.core.event import Level
from underround.core.gates import GateReading, Sight, readings
from underround.core.instrument import FeeTerms, Instrument
from underround.core.opportunity import Leg, Signal, Underround
from underround.core.units import PRICE_ONE_E4


class LegMoment(Struct, frozen=True, kw_only=True):
    """One leg's book. `takes_bids`: the outcome is bought by taking the book's bids.

    Levels are (price_e4, size_e6) as the venue writes them, best first; `offers` are the same
    levels as the leg buys them. Times are those of the recording; None where nothing is known.
    """

    leg: Leg
    instrument: Instrument
    takes_bids: bool
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    state: str
    reason: str
    since_ns: int
    updated_ns: int
    proven_ns: int
    heard_ns: int | None
    connection: str
    is_numbered: bool
    is_slow: bool
    group_at_ns: int | None
    gates: tuple[GateReading, ...]

    @property
    def offers(self) -> tuple[Level, ...]:
        """The levels that the leg buys from, at the prices of the outcome bought."""
        if not self.takes_bids:
            return self.asks
        return tuple((PRICE_ONE_E4 - price_e4, size_e6) for price_e4, size_e6 in self.bids)

    @property
    def fees(self) -> FeeTerms:
        """The fee terms the engine reckoned with."""
        return self.instrument.fees


class Moment(Struct, frozen=True, kw_only=True):
    """A signal, what its legs looked like, and the input under which it was raised.

    `proof` says why its structure was taken to pay, "" for a pair.
    """

    signal: Signal
    number: int
    threshold_e6: int
    legs: tuple[LegMoment, ...]
    proof: str = ""


def taken(engine: Engine, signal: Signal, number: int) -> Moment:
    """Take down what a signal rests on; `number` counts the signals of the run from 1.

    KeyError when a leg's instrument is not known to the engine.
    """
    sides = tuple(_side(engine.books[leg.instrument], leg) for leg in signal.legs)
    at_ns, trust, settings = signal.at_ns, engine.trust, engine.settings
    is_pair = signal.underround is Underround.CROSS_VENUE
    structure = None if is_pair else engine.desk.structures.get(signal.pair)
    return Moment(
        signal=signal,
        number=number,
        threshold_e6=settings.threshold_e6,
        legs=tuple(
            _leg(side, leg, readings(Sight(side, sides, at_ns, trust, settings)))
            for side, leg in zip(sides, signal.legs, strict=True)
        ),
        proof="" if structure is None else structure.proof,
    )


def _side(book: Book, leg: Leg) -> Side:
    """Return the side a leg takes from: another outcome than the book's is bought from its bids."""
    return book.asks if leg.outcome is book.instrument.outcome else book.bids


def _leg(side: Side, leg: Leg, gates: tuple[GateReading, ...]) -> LegMoment:
    book = side.book
    link = book.link
    return LegMoment(
        leg=leg,
        instrument=book.instrument,
        takes_bids=side.is_bid,
        bids=tuple(book.bids.depth()),
        asks=tuple(book.asks.depth()),
        state=book.state.value,
        reason=book.reason,
        since_ns=book.since_ns,
        updated_ns=book.updated_ns,
        proven_ns=book.proven_ns,
        heard_ns=None if link is None else link.last_data_ns,
        connection="" if link is None else link.name,
        is_numbered=book.stream is not None,
        is_slow=link is not None and link.is_slow,
        group_at_ns=None if book.group is None else book.group_at_ns,
        gates=gates,
    )
