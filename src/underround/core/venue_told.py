"""What venues tell beside their books, applied: halts, ends, moved closes, claims, states, indices.

Decides what it means for books and for signals; what the world must do about it (look a market up,
give up a subscription) comes out as effects.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from msgspec.structs import replace

from underround.core.book import Book
from underround.core.book_state import BookState, BookTrigger
from underround.core.effect import Effect, LookUpMarket, RepriceEvent, Unsubscribe
from underround.core.event import MarketClosed
from underround.core.instrument import Venue
from underround.core.link import Link
from underround.core.settings import Settings
from underround.core.trust import AGREE, Trust
from underround.core.venue_event import (
    BooksDoubted,
    BooksProven,
    CloseMoved,
    FeesAnnounced,
    IndexPrinted,
    MarketAppeared,
    MarketsEnded,
    TermsChanged,
    TopClaimed,
    TradingHalted,
    VenueStatusChanged,
)
from underround.core.venue_status import VenueState, VenueStatus

DOUBTS: Final = 5
"""Fingerprints in a row that do not match before a book counts as wrong without other proof."""


class VenueTold:
    """Takes in the rarer words of venues; `indices` and `terms` hold the newest of their kind."""

    def __init__(
        self,
        settings: Settings,
        books: dict[str, Book],
        trust: Trust,
        out: list[Effect],
        reconsider: Callable[[Sequence[Book], int], None],
    ) -> None:
        self._settings = settings
        self._books = books
        self._trust = trust
        self._out = out
        self._reconsider = reconsider
        self._claims: dict[Book, tuple[TopClaimed, int]] = {}
        self._doubts: dict[Book, int] = {}
        self.on_value: Callable[[Venue, str, int, int], None] = _nobody
        self.on_appeared: Callable[[MarketAppeared, int], None] = _nobody
        self.on_terms: Callable[[str, int], None] = _nobody
        self.indices: dict[tuple[str, str], IndexPrinted] = {}
        self.terms: dict[str, TermsChanged] = {}
        self.in_batches: dict[type, Callable[[Any, Link, int], None]] = {
            TopClaimed: self._top_claimed,
            MarketAppeared: self._market_appeared,
            MarketClosed: self._market_closed,
            TradingHalted: self._trading_halted,
            CloseMoved: self._close_moved,
            TermsChanged: self._terms_changed,
            FeesAnnounced: self._fees_announced,
            IndexPrinted: self._index_printed,
        }
        self.inputs: dict[type, Callable[[Any], None]] = {
            MarketsEnded: self._markets_ended,
            BooksProven: self._books_proven,
            BooksDoubted: self._books_doubted,
            VenueStatusChanged: self._status_changed,
        }

    def forget(self, book: Book) -> None:
        """Have nothing more to do with a book that is gone."""
        self._claims.pop(book, None)
        self._doubts.pop(book, None)
        self.terms.pop(book.instrument.id, None)

    def sweep(self, at_ns: int) -> None:
        """Hold claims of best prices against books that have had time to follow them.

        Messages of different kinds overtake each other, so a claim counts only when it has aged,
        and only where the book was not told anything since.
        """
        patience_ns = self._settings.claim_patience_ns
        for book, (claim, heard_ns) in list(self._claims.items()):
            if at_ns - heard_ns < patience_ns:
                continue
            del self._claims[book]
            is_newer = claim.time_ms is None or claim.time_ms >= book.time_ms
            if book.state is not BookState.LIVE or book.updated_ns > heard_ns or not is_newer:
                continue
            if (book.bids.price_e4, book.asks.price_e4) != (claim.bid_e4, claim.ask_e4):
                self._trust.note("book is not what the venue claims", book.instrument.id)
                self._trust.lose(book, "the venue claims other best prices", at_ns)

    def _top_claimed(self, event: TopClaimed, link: Link, now_ns: int) -> None:
        book = self._books.get(event.instrument)
        if book is not None and book.has_snapshot:
            self._claims[book] = (event, now_ns)

    def _market_appeared(self, event: MarketAppeared, link: Link, now_ns: int) -> None:
        self.on_appeared(event, now_ns)
        if not any(name in self._books for name in event.instruments):
            market, names, event_id = event.market, event.instruments, event.event_id
            self._out.append(LookUpMarket(link.venue, market, names, event.name, now_ns, event_id))

    def _market_closed(self, event: MarketClosed, link: Link, now_ns: int) -> None:
        self._end(link.venue, (event.instrument,), event.reason, now_ns)
        if event.value_e4 is not None:
            self.on_value(link.venue, event.instrument, event.value_e4, now_ns)

    def _markets_ended(self, event: MarketsEnded) -> None:
        self._end(event.venue, event.instruments, event.reason, event.at_ns)

    def _end(self, venue: Venue, instruments: Iterable[str], reason: str, at_ns: int) -> None:
        ended = []
        for name in instruments:
            book = self._books.get(name)
            if book is not None and not book.is_closed:
                book.is_closed = True
                ended.append(name)
                self._trust.on_lost(book, "closed", at_ns)
        if ended:
            self._out.append(Unsubscribe(venue, tuple(ended), reason))

    def _trading_halted(self, event: TradingHalted, link: Link, now_ns: int) -> None:
        book = self._books.get(event.instrument)
        if book is None:
            if not event.is_halted:  # a market that begins to trade may be one that is waited for
                names = (event.instrument,)
                self._out.append(LookUpMarket(link.venue, event.instrument, names, "", now_ns))
            return
        if event.is_halted:
            self._trust.halted[book] = event.reason
            self._trust.on_lost(book, "halted", now_ns)
        elif self._trust.halted.pop(book, None) is not None:
            self._reconsider((book,), now_ns)

    def _close_moved(self, event: CloseMoved, link: Link, now_ns: int) -> None:
        book = self._books.get(event.instrument)
        if book is not None:
            book.instrument = replace(book.instrument, close_at_ns=event.close_at_ns)
            self._reconsider((book,), now_ns)

    def _terms_changed(self, event: TermsChanged, link: Link, now_ns: int) -> None:
        # The venue tells of all its markets, and of one again and again.
        if event.instrument in self._books and self.terms.get(event.instrument) != event:
            self.terms[event.instrument] = event
            self.on_terms(event.instrument, now_ns)

    def _fees_announced(self, event: FeesAnnounced, link: Link, now_ns: int) -> None:
        self._out.append(
            RepriceEvent(link.venue, event.event_id, event.fee_type, event.multiplier, now_ns)
        )

    def _index_printed(self, event: IndexPrinted, link: Link, now_ns: int) -> None:
        last = self.indices.get((event.source, event.index))
        if last is None or event.time_ms >= last.time_ms:
            self.indices[event.source, event.index] = event

    def _books_proven(self, event: BooksProven) -> None:
        for name in event.instruments:
            book = self._books.get(name)
            if book is not None:
                self._doubts.pop(book, None)
                book.proven_ns = max(book.proven_ns, event.proven_ns)
                if not book.is_crossed:
                    self._trust.judge(book, BookTrigger.AGREED, "", event.at_ns)

    def _books_doubted(self, event: BooksDoubted) -> None:
        """Ask about books whose fingerprint is not the venue's; often it is the venue's that lags.

        Only many doubts in a row, with no agreement between them, count as a book gone wrong.
        """
        for name in event.instruments:
            book = self._books.get(name)
            if book is None or book.state is not BookState.LIVE or book.is_closed:
                continue
            self._doubts[book] = self._doubts.get(book, 0) + 1
            if self._doubts[book] >= DOUBTS:
                del self._doubts[book]
                self._trust.lose(book, "not the book that the venue hashed", event.at_ns)
            else:
                self._trust.ask(event.venue, (book,), AGREE, event.at_ns)

    def _status_changed(self, event: VenueStatusChanged) -> None:
        status = VenueStatus(event.state, event.reason, event.at_ns)
        if not self._trust.statuses.set(event.venue, event.shard, status):
            return
        where = event.venue.value if event.shard is None else f"{event.venue} {event.shard}"
        self._trust.note(f"{where} {event.state}", event.reason or "as usual")
        concerned = [
            book
            for book in self._books.values()
            if book.instrument.venue is event.venue and event.shard in (None, book.instrument.shard)
        ]
        if event.state is VenueState.NORMAL:
            self._reconsider(concerned, event.at_ns)
            return
        for book in concerned:
            self._trust.on_lost(book, f"{event.venue} {event.state}", event.at_ns)


def _nobody(*_told: object) -> None:
    """Stand in until somebody wants to know."""
