"""What the spot exchanges tell us, in our words: books, deltas, notices and faults.

Plain values without behaviour. Prices and sizes are `price_e8` and `size_e8` (1e-8 dollar, 1e-8
coin), times nanoseconds since 1970. No wire word of any exchange may appear here.
"""

from enum import StrEnum

from msgspec import Struct

Level = tuple[int, int]
"""One price level: (price_e8, size_e8), the size absolute."""


class Asset(StrEnum):
    """A coin that has a real-time index against the dollar."""

    BTC = "BTC"
    ETH = "ETH"
    SOL = "SOL"
    XRP = "XRP"


class Exchange(StrEnum):
    """A constituent exchange of the CME CF real-time indices (list v13.5, June 2026)."""

    BITSTAMP = "bitstamp"
    BULLISH = "bullish"
    COINBASE = "coinbase"
    CRYPTOCOM = "cryptocom"
    GEMINI = "gemini"
    KRAKEN = "kraken"
    LMAX = "lmax"
    PAXOS = "paxos"


class SpotFaultKind(StrEnum):
    """What an exchange did wrong, or what happened to its connection."""

    GAP = "gap"
    CHECKSUM = "checksum"
    MALFORMED = "malformed"  # it may have been a change to the book
    REJECTED = "rejected"  # a command of ours was refused; the book, if any, stands
    RECONNECT = "reconnect"  # it asks us to connect anew
    LOST = "lost"  # the connection is gone

    @property
    def breaks_book(self) -> bool:
        """Whether the book must be fetched anew."""
        return self is not SpotFaultKind.REJECTED


class SpotSnapshot(Struct, gc=False):
    """A whole book; it replaces what was there."""

    exchange: str
    bids: list[Level]
    asks: list[Level]
    received_at_ns: int
    exchange_at_ns: int | None = None


class SpotDelta(Struct, gc=False):
    """Changed levels with their new sizes, 0 for a level that is gone; may be empty."""

    exchange: str
    bids: list[Level]
    asks: list[Level]
    received_at_ns: int
    exchange_at_ns: int | None = None


class SpotNotice(Struct, gc=False):
    """A message that changes no book: an acknowledgement, a heartbeat, a trade, another symbol."""

    exchange: str
    what: str
    received_at_ns: int


class SpotReply(Struct, gc=False):
    """A frame that has to be sent back at once (an application-level heartbeat)."""

    exchange: str
    frame: bytes
    received_at_ns: int


class SpotRequest(Struct, gc=False):
    """A whole book has to be fetched over REST and given to the codec's `take_snapshot`."""

    exchange: str
    url: str
    received_at_ns: int


class SpotFault(Struct, gc=False):
    """The exchange's fault, named."""

    exchange: str
    kind: SpotFaultKind
    detail: str
    received_at_ns: int


SpotEvent = SpotSnapshot | SpotDelta | SpotNotice | SpotReply | SpotRequest | SpotFault
