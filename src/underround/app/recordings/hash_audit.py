"""Books held against the venue's own fingerprints: all of a foreign recording, samples of a run.

Counts what was checked and what matched. Only Polymarket hashes its books; what lacks an input
(a market that the catalog does not have) is not checked and not counted.
"""

from itertools import product
from typing import Final

from underround.app.recordings.tops import Tops
from underround.core.book import Book
from underround.core.engine import Engine
from underround.core.event import BookReplaced, GridChanged, MarketEvent, TradePrinted
from underround.core.instrument import Venue
from underround.core.units import NS_PER_SECOND
from underround.venues.polymarket.book_hash import (
    HashClaim,
    HashInputs,
    claims_of,
    matches,
    matches_after_a_trade,
)
from underround.venues.polymarket.codec import decode

_MIN_SIZES_E6: Final = tuple(size * 1_000_000 for size in (5, 1, 15, 10, 20, 50, 100, 25, 30, 40))
_SAMPLE_EVERY_NS: Final = NS_PER_SECOND // 2


class HashCount:
    """How many fingerprints were checked, and how many matched."""

    def __init__(self) -> None:
        self.checked = 0
        self.matched = 0

    def as_dict(self) -> dict[str, int]:
        """Return both numbers by name."""
        return {"checked": self.checked, "matched": self.matched}


class RecordedHashes(HashCount):
    """Every fingerprint of a recording without a catalog, checked against the books of `Tops`.

    The two inputs that only a catalog has are found by trial: the pair under which a market's
    first whole book matches is the market's own.
    """

    def __init__(self, tops: Tops) -> None:
        super().__init__()
        self._tops = tops
        self._ranges: dict[str, tuple[tuple[int, int, int], ...]] = {}
        self._last_trade_e4: dict[str, int] = {}
        self._facts: dict[str, tuple[int, bool]] = {}
        self._market_of: dict[str, str] = {}

    def take(self, frame: bytes) -> None:
        """Check what a frame claims; its levels are in the books already."""
        events: list[MarketEvent] = []
        decode(frame, events)
        claims = claims_of(frame)
        self._market_of.update((claim.asset, claim.market) for claim in claims)
        for event in events:
            self._learn(event)
        known: dict[HashClaim, bool] = {}
        for claim in claims:
            if claim not in known:
                found = self._check(claim)
                if found is None:
                    continue
                known[claim] = found
            self.checked += 1
            self.matched += known[claim]

    def _learn(self, event: MarketEvent) -> None:
        if isinstance(event, BookReplaced):
            if event.ranges is not None:
                self._ranges[event.instrument] = event.ranges
            if event.last_trade_e4 is not None:
                self._traded(event.instrument, event.last_trade_e4)
        elif isinstance(event, TradePrinted):
            self._traded(event.instrument, event.price_e4)
        elif isinstance(event, GridChanged):
            self._ranges[event.instrument] = event.ranges

    def _traded(self, asset: str, price_e4: int) -> None:
        """Note a last trade; the venue shows it on both of a market's tokens, at the one price."""
        market = self._market_of.get(asset)
        if market is not None:
            self._last_trade_e4[market] = price_e4

    def _check(self, claim: HashClaim) -> bool | None:
        """Compare one fingerprint; None when an input of it is not known."""
        book = self._tops.books.get((Venue.POLYMARKET, claim.asset))
        ranges, last_e4 = self._ranges.get(claim.asset), self._last_trade_e4.get(claim.market)
        if book is None or ranges is None or last_e4 is None:
            return None
        bids, asks = book.bids.depth(), book.asks.depth()
        facts = self._facts.get(claim.market)
        trials = product(_MIN_SIZES_E6, (False, True)) if facts is None else (facts,)
        for min_size_e6, neg_risk in trials:
            inputs = HashInputs(ranges, min_size_e6, neg_risk, last_e4)
            if matches(claim, inputs, bids, asks):
                self._facts[claim.market] = (min_size_e6, neg_risk)
                return True
        return None if facts is None else False


class EngineHashes(HashCount):
    """Now and then a fingerprint of a token, checked against the engine's own book."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine
        self._checked_ns: dict[str, int] = {}

    def check(self, frame: bytes, at_ns: int) -> tuple[list[str], list[str]]:
        """Return the instruments whose books match and do not match the last frame received.

        At most two checks a second for each; a book that moved on since the frame is left alone.
        """
        agreed: dict[str, None] = {}
        differing: dict[str, None] = {}
        for claim in claims_of(frame):
            book = self._engine.books.get(claim.asset)
            if book is None or claim.asset in agreed or claim.asset in differing:
                continue
            if at_ns - self._checked_ns.get(claim.asset, -_SAMPLE_EVERY_NS) < _SAMPLE_EVERY_NS:
                continue
            inputs = self._inputs(book, claim)
            if inputs is None:
                continue
            self._checked_ns[claim.asset] = at_ns
            if len(self._checked_ns) > 2 * len(self._engine.books):
                self._checked_ns.clear()  # most are of books that are gone; the rest comes anew
            self.checked += 1
            bids, asks = book.bids.depth(), book.asks.depth()
            is_same = matches(claim, inputs, bids, asks) or matches_after_a_trade(
                claim, inputs, bids, asks
            )
            self.matched += is_same
            (agreed if is_same else differing)[claim.asset] = None
        return list(agreed), list(differing)

    def _inputs(self, book: Book, claim: HashClaim) -> HashInputs | None:
        """Return what a book's fingerprint is made of; None when it cannot be this one."""
        instrument = book.instrument
        last_e4 = self._engine.last_trades_e4.get(instrument.id)
        is_current = book.has_snapshot and book.time_ms == claim.time_ms
        if last_e4 is None or not is_current or not instrument.min_size_e6:
            return None
        return HashInputs(instrument.ranges, instrument.min_size_e6, instrument.neg_risk, last_e4)
