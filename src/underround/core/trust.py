"""Whether books can be trusted: applies the transition table and asks for what would heal.

Knows books, links and effects; knows nothing of edges. Whoever must react to a book losing
trust is told through `on_lost`.
"""

from collections.abc import Callable, Iterable

from underround.core.book import Book
from underround.core.book_state import BookState, BookTrigger, next_state
from underround.core.counts import Counts
from underround.core.effect import (
    Answered,
    BookJudged,
    Effect,
    FetchBooks,
    Noted,
    RequestSnapshots,
    Resubscribe,
)
from underround.core.event import BookReplaced, CommandAnswered
from underround.core.instrument import Venue
from underround.core.link import Link
from underround.core.link_watch import LinkWatch
from underround.core.settings import Settings
from underround.core.units import PRICE_ONE_E4, PRICES_E4
from underround.core.venue_status import VenueStatuses

VERIFY, AGREE, RESYNC = "verify", "agree", "resync"
CROSSED, MIRRORED = "crossed", "YES and NO cost less than a dollar"
COMPARED_LEVELS = 5


class Trust:
    """The verdicts on all books, and the requests under way that would change them."""

    def __init__(self, settings: Settings, counts: Counts, out: list[Effect]) -> None:
        self._settings = settings
        self._counts = counts
        self._out = out
        self._asked: dict[tuple[str, str], int] = {}
        self.suspects: dict[Book, None] = {}
        self.incomplete: dict[Book, None] = {}
        self.regained: list[Book] = []
        self._watch = LinkWatch(settings.first_book_ns, out)
        self._differed: dict[Book, int] = {}
        self.halted: dict[Book, str] = {}
        self.statuses = VenueStatuses()
        self.on_lost: Callable[[Book, str, int], None] = _nobody

    def judge(self, book: Book, trigger: BookTrigger, reason: str, at_ns: int) -> None:
        """Move the book along the transition table and tell whoever is concerned."""
        state = next_state(book.state, trigger)
        if state is book.state:
            return
        was_live = book.state is BookState.LIVE
        book.state, book.reason, book.since_ns = state, reason, at_ns
        self.suspects.pop(book, None)
        self.incomplete.pop(book, None)
        self._watch.heard(book)
        if state is BookState.SUSPECT:
            self.suspects[book] = None
        elif state is not BookState.LIVE:
            self.incomplete[book] = None
        self._out.append(
            BookJudged(book.instrument.venue, book.instrument.id, state, trigger, reason, at_ns)
        )
        if was_live:
            self.on_lost(book, reason, at_ns)
        elif state is BookState.LIVE:
            self.regained.append(book)

    def blocker(self, book: Book, at_ns: int) -> str | None:
        """Return why this book may not carry a signal now, None when it may."""
        if book.state is not BookState.LIVE:
            return str(book.state.value)
        if (reason := self.stopped(book, at_ns)) is not None:
            return reason
        link = book.link
        if link is None or not link.is_open:
            return "disconnected"
        if at_ns - max(link.last_data_ns, book.proven_ns) > self._settings.stale_after_ns:
            self.judge(book, BookTrigger.SILENT, "no proof of life", at_ns)
            return "stale"
        if book.is_crossed:
            self._counts.crossed += 1
            self.judge(book, BookTrigger.CONTRADICTED, CROSSED, at_ns)
            return "crossed"
        if claim_verdict(book) is False:
            self._counts.contradicted += 1
            self.judge(book, BookTrigger.CONTRADICTED, "not the best prices it claims", at_ns)
            return "contradicted"
        return None

    def stopped(self, book: Book, at_ns: int) -> str | None:
        """Return why a book's market does not trade now, None when it does; says nothing of it."""
        close_at_ns = book.instrument.close_at_ns
        if book.is_closed or (close_at_ns is not None and at_ns >= close_at_ns):
            return "closed"
        if self.halted and book in self.halted:
            return "halted"
        return self.statuses.blocker(book.instrument) if self.statuses else None

    def needs_proof(self, book: Book, at_ns: int) -> bool:
        """Whether the book has been quiet for so long that it must be confirmed first."""
        return at_ns - max(book.updated_ns, book.proven_ns) > self._settings.verify_after_ns

    def ask(self, venue: Venue, books: Iterable[Book], purpose: str, at_ns: int) -> None:
        """Ask for books over REST, each at most once at a time."""
        wanted = []
        for book in books:
            if book.is_closed:
                continue
            key = (book.instrument.id, purpose)
            asked_ns = self._asked.get(key)
            if asked_ns is None or at_ns - asked_ns >= self._settings.verify_patience_ns:
                self._asked[key] = at_ns
                wanted.append(book.instrument.id)
        if wanted:
            self._out.append(FetchBooks(venue, tuple(wanted), purpose, at_ns))

    def answered(self, instrument: str, purpose: str) -> None:
        """Note that a REST answer (or its absence) came."""
        self._asked.pop((instrument, purpose), None)

    def forget(self, book: Book) -> None:
        """Have nothing more to do with a book that is gone."""
        self.suspects.pop(book, None)
        self.incomplete.pop(book, None)
        self.halted.pop(book, None)
        self._differed.pop(book, None)
        self._watch.heard(book)
        name = book.instrument.id
        self._asked = {key: at_ns for key, at_ns in self._asked.items() if key[0] != name}

    def note(self, kind: str, detail: str) -> None:
        """Have something unexpected named once."""
        self._out.append(Noted(kind, detail))

    def prove(self, book: Book, at_ns: int) -> None:
        """Note that the venue showed the same book over REST."""
        self._counts.agreed += 1
        book.proven_ns = at_ns
        self.judge(book, BookTrigger.PROVEN, "confirmed over REST", at_ns)

    def contradict(self, book: Book, at_ns: int) -> None:
        """Note that the venue showed another book over REST: only a whole book heals that."""
        self._counts.contradicted += 1
        self.note("book differs from REST", f"{book.instrument.venue} {book.instrument.id}")
        self.judge(book, BookTrigger.GAP, "REST shows another book", at_ns)
        if book.link is not None and not book.link.is_slow and book.stream is None:
            self._renew(book, book.link, at_ns)

    def _renew(self, book: Book, link: Link, at_ns: int) -> None:
        """Have a subscription made anew that brings no changes: all of it, or of one book.

        A connection that is silent while its books move is frozen, however well it answers
        heartbeats. One difference alone may be a change under way; two are not.
        """
        if link.is_open and at_ns - link.last_data_ns > self._settings.stale_after_ns // 2:
            self._watch.condemn(link, "frozen: silent while its books move")
            return
        before_ns = self._differed.get(book)
        self._differed[book] = at_ns
        if before_ns is not None and at_ns - before_ns < 2 * self._settings.agree_every_ns:
            self.resubscribe(book, "differs from REST again", at_ns)

    def resubscribe(self, book: Book, reason: str, at_ns: int) -> None:
        """Have the socket begin anew with one book; waits for it before anything else is tried."""
        self._differed.pop(book, None)
        book.since_ns = at_ns
        if book.link is not None:
            self._out.append(Resubscribe(book.link.name, (book.instrument.id,), reason))

    def lose(self, book: Book, reason: str, at_ns: int) -> None:
        """Note that a book misses a change, and ask for a whole one."""
        book.lost_ns = at_ns
        self.judge(book, BookTrigger.GAP, reason, at_ns)
        self.heal((book,), at_ns)

    def heal(self, books: Iterable[Book], at_ns: int) -> None:
        """Ask for whole books by the way their venue offers, in as few requests as possible."""
        in_streams: dict[tuple[Link, int], list[str]] = {}
        over_rest: dict[Venue, list[Book]] = {}
        for book in books:
            if book.is_closed:
                continue
            link, stream = book.link, _stream_of(book)
            if link is not None and stream is not None:
                in_streams.setdefault((link, stream), []).append(book.instrument.id)
            else:
                over_rest.setdefault(book.instrument.venue, []).append(book)
        for (link, stream), names in in_streams.items():
            self._out.append(RequestSnapshots(link.name, stream, tuple(names)))
        for venue, wanted in over_rest.items():
            self.ask(venue, wanted, RESYNC, at_ns)

    def hand_on(self, link: Link, answer: CommandAnswered) -> None:
        """Hand the answer to a command on to whoever sent it."""
        self._out.append(Answered(link.name, answer))

    def sweep(self, links: Iterable[Link], at_ns: int) -> None:
        """Look over everything that time alone can change."""
        ill: list[Book] = []
        for book in list(self.suspects):
            verdict = claim_verdict(book)
            if book.reason == MIRRORED:
                verdict = False  # each side may be what it claims: only a whole book tells
            if verdict or (verdict is None and book.reason == CROSSED and not book.is_crossed):
                self.judge(book, BookTrigger.AGREED, "", at_ns)
            elif at_ns - book.since_ns > self._settings.suspect_patience_ns:
                ill.append(book)
        ill += [book for book in list(self.incomplete) if self._is_overdue(book, at_ns)]
        for book in ill:
            self._watch.unheard(book)
            book.since_ns = at_ns
        self.heal(ill, at_ns)
        for link in links:
            if link.is_open:
                self._watch_silence(link, at_ns)
                self._watch.sweep(link, at_ns)

    def _is_overdue(self, book: Book, at_ns: int) -> bool:
        """Tell whether an incomplete book has waited too long; take a stale one back if it may."""
        link = book.link
        if link is None or not link.is_open:
            return False
        if book.state is BookState.STALE and book.stream is not None:
            if at_ns - link.last_data_ns <= self._settings.stale_after_ns:
                self.judge(book, BookTrigger.PROVEN, "its stream goes on", at_ns)
            return False
        patience = (
            self._settings.first_book_ns
            if book.state is BookState.EMPTY or not book.has_snapshot
            else self._settings.verify_patience_ns
        )
        return at_ns - max(book.since_ns, link.opened_ns) > patience

    def _watch_silence(self, link: Link, at_ns: int) -> None:
        silent_ns = at_ns - link.last_data_ns
        limit_ns = self._settings.stale_after_ns
        if silent_ns * 2 > limit_ns and at_ns - link.probed_ns > limit_ns // 4:
            link.probed_ns = at_ns
            live = [book for book in link.books.values() if book.state is BookState.LIVE]
            stale = [book for book in link.books.values() if book.state is BookState.STALE]
            self.ask(link.venue, live + stale, VERIFY, at_ns)
            for book in live:
                if at_ns - max(link.last_data_ns, book.proven_ns) > limit_ns:
                    self.judge(book, BookTrigger.SILENT, "no proof of life", at_ns)


def claim_verdict(book: Book) -> bool | None:
    """Tell whether an uncrossed book's best prices are those that the venue claimed last.

    None when the venue claimed none that is remembered. An empty side is claimed as "", as "0"
    for bids and as "1" for asks.
    """
    change = (
        None if book.link is None else book.link.last_change(book.instrument.id, book.snapshot_ms)
    )
    if change is None:
        return None
    for text, price_e4, empty in (
        (change[4], book.bids.price_e4, 0),
        (change[5], book.asks.price_e4, PRICE_ONE_E4),
    ):
        if text and PRICES_E4.get(text) != (empty if price_e4 is None else price_e4):
            return False
    return not book.is_crossed


def same_top(book: Book, seen: BookReplaced) -> bool:
    """Tell whether the best five levels of both sides agree in price and size."""
    bids = sorted((level for level in seen.bids if level[1]), reverse=True)[:COMPARED_LEVELS]
    asks = sorted(level for level in seen.asks if level[1])[:COMPARED_LEVELS]
    return book.bids.depth(COMPARED_LEVELS) == bids and book.asks.depth(COMPARED_LEVELS) == asks


def same_book(book: Book, seen: BookReplaced) -> bool:
    """Tell whether all levels of both sides agree in price and size."""
    bids = sorted((level for level in seen.bids if level[1]), reverse=True)
    asks = sorted(level for level in seen.asks if level[1])
    return book.bids.depth() == bids and book.asks.depth() == asks


def _stream_of(book: Book) -> int | None:
    """Return the stream that feeds a book: its own, or the only one of books on its connection."""
    if book.stream is not None or book.link is None or len(book.link.book_streams) != 1:
        return book.stream
    return next(iter(book.link.book_streams))


def _nobody(book: Book, reason: str, at_ns: int) -> None:
    """Stand in until somebody wants to know."""
