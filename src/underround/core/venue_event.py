"""The rarer things a venue tells: of its markets, of itself, of the prices that markets settle on.

Plain values in our words, like those of `event`; what they do to books is decided elsewhere.
"""

from collections.abc import Sequence

from msgspec import Struct

from underround.core.instrument import Venue
from underround.core.pair import Pair
from underround.core.structure import Structure
from underround.core.venue_status import VenueState


class TopClaimed(Struct, gc=False):
    """What the venue says the best prices are, beside the book; None for an empty side."""

    instrument: str
    bid_e4: int | None
    ask_e4: int | None
    time_ms: int | None = None


class MarketAppeared(Struct, gc=False):
    """The venue listed a market, or an event whose markets follow (then without instruments).

    `market` is the venue's id of it, `name` a slug or title to recognise it by, `event_id` the
    event that it belongs to, "" where that is not said.
    """

    market: str
    instruments: tuple[str, ...]
    name: str
    time_ms: int | None = None
    event_id: str = ""


class TradingHalted(Struct, gc=False):
    """Trading in one instrument was paused, or goes on again."""

    instrument: str
    is_halted: bool
    reason: str


class CloseMoved(Struct, gc=False):
    """An instrument closes at another time than it was listed with."""

    instrument: str
    close_at_ns: int


class TermsChanged(Struct, gc=False):
    """What an instrument asks was made precise: strikes as the venue writes them, None if absent.

    `strike_type` says how they are meant ("greater_or_equal", "between").
    """

    instrument: str
    strike_type: str
    floor_strike: str | None
    cap_strike: str | None
    subtitle: str


class FeesAnnounced(Struct, gc=False):
    """An event's fees differ from its series' from now on; None gives the series' value back."""

    event_id: str
    fee_type: str | None
    multiplier: str | None


class IndexPrinted(Struct, gc=False):
    """A reference price was published: `value_e8` in 1e-8 dollar, a mean over `window_s` (0: spot).

    `source` names who calculates it, `index` which ("BRTI", "btcusd"). `settlement_e8` is the mean
    of the `settlement_count` prints so far of the minute that a window settles on, where the venue
    tells it; `average_e8` the mean over the last 60 s of `average_count` prints.
    """

    source: str
    index: str
    value_e8: int
    time_ms: int
    relayed_ms: int | None = None
    window_s: int = 0
    average_e8: int | None = None
    average_count: int = 0
    settlement_e8: int | None = None
    settlement_count: int = 0


class MarketsEnded(Struct, gc=False):
    """Instruments trade no more, as the venue's catalog says when nobody told us on a socket."""

    venue: Venue
    instruments: Sequence[str]
    reason: str
    at_ns: int


class PairsListed(Struct, gc=False):
    """Pairs to watch from now on; their instruments are listed already."""

    pairs: Sequence[Pair]
    at_ns: int


class PairsSuspended(Struct, gc=False):
    """These pairs, by id with the reason, and no others may not be signalled from now on."""

    reasons: dict[str, str]
    at_ns: int


class StructuresListed(Struct, gc=False):
    """Structures to watch from now on; their instruments are listed already.

    One of a known id takes its place. `read_at_ns` is when the reading of the catalogs began.
    """

    structures: Sequence[Structure]
    at_ns: int
    read_at_ns: int = 0


class StructuresSuspended(Struct, gc=False):
    """These structures, by id with the reason, and no others are spoken against from outside."""

    reasons: dict[str, str]
    at_ns: int


class BooksProven(Struct, gc=False):
    """The venue's own fingerprint of these books matched ours at the time `proven_ns`."""

    venue: Venue
    instruments: Sequence[str]
    proven_ns: int
    at_ns: int


class BooksDoubted(Struct, gc=False):
    """The venue's own fingerprint of these books did not match ours: worth asking, no proof."""

    venue: Venue
    instruments: Sequence[str]
    at_ns: int


class VenueStatusChanged(Struct, gc=False):
    """A venue, or only its shard `shard`, trades otherwise than before."""

    venue: Venue
    state: VenueState
    reason: str
    at_ns: int
    shard: int | None = None
