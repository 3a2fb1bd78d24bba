"""Every input of the engine, in our words. Nothing here knows a venue's wire or does anything.

Market events come out of a venue's codec inside a `Batch`: all that one read of one socket
delivered. The other inputs stand alone. Structs without garbage-collector tracking, because one
is made for every message (a frozen dataclass costs eight times as much).
"""

from collections.abc import Sequence
from typing import TypeAlias

from msgspec import Struct

from underround.core.basket_event import BasketSolved
from underround.core.instrument import Instrument, Venue
from underround.core.trading.event import TradingEvent
from underround.core.venue_event import (
    BooksDoubted,
    BooksProven,
    CloseMoved,
    FeesAnnounced,
    IndexPrinted,
    MarketAppeared,
    MarketsEnded,
    PairsListed,
    PairsSuspended,
    StructuresListed,
    StructuresSuspended,
    TermsChanged,
    TopClaimed,
    TradingHalted,
    VenueStatusChanged,
)
from underround.core.windows.reference_event import ReferenceEvent

Level: TypeAlias = tuple[int, int]
"""(price_e4, size_e6)."""

LevelChange: TypeAlias = tuple[str, bool, int, int, str, str]
"""(instrument, is_bid, price_e4, size_e6, claimed best bid, claimed best ask).

The claims are the venue's own text of its best prices after the whole message ("" where it makes
none); they are read only when something hangs on them.
"""


class LevelsSet(Struct, gc=False):
    """New absolute sizes of levels, of one or more books, to be applied whole."""

    changes: list[LevelChange]
    time_ms: int


class LevelAdded(Struct, gc=False):
    """A signed change to the size of one level, in a sequenced stream.

    `group` is equal for all the changes that one action at the venue made.
    """

    stream: int
    sequence: int | None
    instrument: str
    is_bid: bool
    price_e4: int
    change_e6: int
    group: int | float | str | None


class BookReplaced(Struct, gc=False):
    """A whole book. Levels in any order; `time_ms` is the venue's time of the last change.

    `last_trade_e4` is the price of the last trade, 0 before the first, None where it is not said.
    """

    instrument: str
    bids: list[Level]
    asks: list[Level]
    time_ms: int | None = None
    stream: int | None = None
    sequence: int | None = None
    group: int | float | str | None = None
    ranges: tuple[tuple[int, int, int], ...] | None = None
    last_trade_e4: int | None = None


class SequenceTaken(Struct, gc=False):
    """A message that only consumed a number of its stream."""

    stream: int
    sequence: int


class StreamOpened(Struct, gc=False):
    """The venue confirmed a subscription: numbers of this stream start afresh."""

    stream: int


class StreamEnded(Struct, gc=False):
    """The venue ended a stream; its books get nothing more."""

    stream: int
    reason: str


class CommandAnswered(Struct, gc=False):
    """The venue answered a command of ours; the engine hands it on to whoever sent it.

    `kind` is the venue's word; `instruments` is None where the answer lists none, `streams` where
    it lists no (channel, stream) of ours.
    """

    kind: str
    id: int | None
    stream: int | None
    channel: str | None
    instruments: tuple[str, ...] | None
    code: int | None
    text: str
    streams: tuple[tuple[str, int], ...] | None = None


class GridChanged(Struct, gc=False):
    """An instrument's price grid changed while it lives."""

    instrument: str
    ranges: tuple[tuple[int, int, int], ...]
    time_ms: int | None = None


class TradePrinted(Struct, gc=False):
    """A trade happened at the venue (anybody's); `is_taker_buyer` None where it does not say."""

    instrument: str
    price_e4: int
    size_e6: int
    time_ms: int
    is_taker_buyer: bool | None = None


class MarketClosed(Struct, gc=False):
    """An instrument trades no more (resolved, determined or closed).

    `value_e4` is what one contract pays, None where that is not said.
    """

    instrument: str
    reason: str
    value_e4: int | None = None


class FrameRejected(Struct, gc=False):
    """A frame, or a part of it, that could not be read.

    `instruments` names the books that may now be wrong; None means any book of the connection.
    """

    kind: str
    sample: str
    instruments: tuple[str, ...] | None = ()


MarketEvent: TypeAlias = (
    LevelsSet
    | LevelAdded
    | BookReplaced
    | SequenceTaken
    | StreamOpened
    | StreamEnded
    | CommandAnswered
    | GridChanged
    | TradePrinted
    | MarketClosed
    | FrameRejected
    | TopClaimed
    | MarketAppeared
    | TradingHalted
    | CloseMoved
    | TermsChanged
    | FeesAnnounced
    | IndexPrinted
)


class Batch(Struct, gc=False):
    """All that one read of one socket delivered, decoded."""

    connection: str
    received_at_ns: int
    events: Sequence[MarketEvent]


class ConnectionOpened(Struct, gc=False):
    """A connection stands and is to feed these instruments, whose books are empty for now.

    A slow one is polled over REST instead of pushed.
    """

    connection: str
    venue: Venue
    at_ns: int
    instruments: Sequence[str]
    is_slow: bool = False


class InstrumentsExpected(Struct, gc=False):
    """An open connection was asked for more instruments; their books are empty for now."""

    connection: str
    instruments: Sequence[str]
    at_ns: int


class ConnectionClosed(Struct, gc=False):
    """A connection is gone; what it fed can no longer be trusted."""

    connection: str
    at_ns: int
    reason: str


class BooksFetched(Struct, gc=False):
    """Books read over REST, in answer to a `FetchBooks` effect.

    `asked_at_ns` is the time of that effect; `missing` were asked for and not given.
    """

    venue: Venue
    purpose: str
    asked_at_ns: int
    received_at_ns: int
    books: Sequence[BookReplaced]
    missing: Sequence[str] = ()


class InstrumentsListed(Struct, gc=False):
    """Instruments to watch (new ones, or known ones with changed facts)."""

    instruments: Sequence[Instrument]
    at_ns: int


class InstrumentsForgotten(Struct, gc=False):
    """Instruments that trade no more: their books go, unless a pair still watches them."""

    instruments: Sequence[str]
    at_ns: int


class Timer(Struct, gc=False):
    """Time has come to this point."""

    at_ns: int


class Command(Struct, gc=False):
    """A person or another program asks for something (`name`), with text arguments."""

    name: str
    at_ns: int
    arguments: dict[str, str] = {}


Event: TypeAlias = (
    Batch
    | ConnectionOpened
    | InstrumentsExpected
    | ConnectionClosed
    | BooksFetched
    | InstrumentsListed
    | InstrumentsForgotten
    | Timer
    | Command
    | MarketsEnded
    | PairsListed
    | PairsSuspended
    | StructuresListed
    | StructuresSuspended
    | BasketSolved
    | BooksProven
    | BooksDoubted
    | VenueStatusChanged
    | ReferenceEvent
    | TradingEvent
)


def time_of(event: Event) -> int:
    """Return when an input happened."""
    if isinstance(event, Batch | BooksFetched):
        return event.received_at_ns
    return event.at_ns
