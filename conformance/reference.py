"""The reference: the rules of `corpus/README.md` in dicts and Decimal, for every case to be run by.

It is slow, has no socket and no clock, and imports nothing of the product.
"""

from collections.abc import Iterable

from conformance.cases import COUNTERS, Case, Step
from conformance.reference_book import (
    AFTER,
    ASK,
    ASK_AGAIN_MS,
    BID,
    CLAIM_PATIENCE_MS,
    FIRST_BOOK_MS,
    GROUP_QUIET_MS,
    LEADS_TO,
    PROBE_AFTER_MS,
    PROBE_EVERY_MS,
    STALE_AFTER_MS,
    SUSPECT_PATIENCE_MS,
    Levels,
    ReferenceBook,
)
from conformance.reference_kalshi import KalshiWire
from conformance.reference_polymarket import PolymarketWire
from conformance.verdict import SeenBook


class Connection:
    """What is known of one connection."""

    def __init__(self, at_ms: int, books: list[ReferenceBook]) -> None:
        self.is_open = True
        self.opened_ms = self.last_data_ms = at_ms
        self.probed_ms = -(10**9)
        self.books = {book.id: book for book in books}
        self.next_number: dict[int, int | None] = {}


class Reference:
    """Runs one case by the book."""

    def __init__(self, case: Case) -> None:
        self.books = {each.id: ReferenceBook(each) for each in case.instruments}
        self.counters = dict.fromkeys(COUNTERS, 0)
        self.connections: dict[str, Connection] = {}
        self.now_ms = 0
        self._became: list[tuple[str, str, str]] = []
        self._wants: dict[str, set[str]] = {}
        self._asked: dict[tuple[str, str], int] = {}
        self._wire: PolymarketWire | KalshiWire
        self._wire = PolymarketWire(self) if case.venue == "polymarket" else KalshiWire(self)

    def take(self, step: Step) -> None:
        """Take one input."""
        self.now_ms = step.at_ms
        if step.opened is not None:
            self._open(step.connection, step.opened)
        elif step.closed is not None:
            self._close(step.connection)
        elif step.rest is not None:
            self._wire.answered(self.connections[step.connection], step.rest)
        elif step.time:
            self._sweep()
        else:
            texts = [text.encode() for text in step.frames or ()]
            connection = self.connections[step.connection]
            for frame in texts or [bytes.fromhex(step.hex or "")]:
                if self._wire.heard(connection, frame):
                    connection.last_data_ms = self.now_ms

    def look(self, instrument: str, at_ms: int) -> SeenBook:
        """Say how a book stands; a look judges silence, crossing and claims."""
        self.now_ms = at_ms
        book = self.books[instrument]
        tradable = self._may_be_traded(book)
        return SeenBook(
            state=book.state,
            bids=book.shown(BID),
            asks=book.shown(ASK),
            tradable=tradable,
            settled=at_ms >= book.group_at_ms + GROUP_QUIET_MS,
        )

    def counts(self) -> dict[str, int]:
        """Return the counters since the start."""
        return self.counters

    def became(self) -> list[tuple[str, str, str]]:
        """Return and forget the states taken since the last call."""
        became, self._became = self._became, []
        return became

    def wants(self) -> dict[str, list[str]]:
        """Return and forget what was asked for since the last call."""
        wants, self._wants = self._wants, {}
        return {way: sorted(names) for way, names in wants.items()}

    def judge(self, book: ReferenceBook, trigger: str, *, crossed: bool = False) -> None:
        """Move a book along the table of states."""
        if book.state in AFTER[trigger]:
            book.state = LEADS_TO[trigger]
            book.since_ms = self.now_ms
            book.is_crossed_only = crossed
            self._became.append((book.id, book.state, trigger))

    def reject(self, books: Iterable[ReferenceBook]) -> None:
        """Count something unreadable; the books that it may have changed are lost."""
        self.counters["rejected"] += 1
        self.lose(book for book in books if book.has_snapshot)

    def lose(self, books: Iterable[ReferenceBook]) -> None:
        """Note that books miss a change, and ask for whole ones; of a stream once at a time."""
        for book in list(books):
            if book.state != "resync" or book.stream is None:
                self.heal(book)
            self.judge(book, "gap")
            book.since_ms = self.now_ms

    def heal(self, book: ReferenceBook) -> None:
        """Ask for a whole book: in the stream where there is one, else over REST."""
        connection = self.connections.get(book.connection or "")
        only = connection is not None and len(connection.next_number) == 1
        if connection is not None and (book.stream is not None or only):
            self.want("stream", [book])
        else:
            self.ask([book], "resync")

    def ask(self, books: Iterable[ReferenceBook], why: str) -> None:
        """Ask over REST, for each book once in a while."""
        for book in books:
            asked = self._asked.get((book.id, why))
            if asked is None or self.now_ms - asked > ASK_AGAIN_MS:
                self._asked[book.id, why] = self.now_ms
                self.want("rest", [book])

    def answered(self, book: ReferenceBook, why: str) -> None:
        """Note that an answer came."""
        self._asked.pop((book.id, why), None)

    def want(self, way: str, books: Iterable[ReferenceBook]) -> None:
        """Note what is asked for."""
        self._wants.setdefault(way, set()).update(book.id for book in books)

    def fill(self, book: ReferenceBook, levels: Levels) -> None:
        """Lay out a whole book's levels; prices off the grid are counted and refine it."""
        pairs = [(side, price, size) for side in (BID, ASK) for price, size in levels[side]]
        off_grid = sum(not book.is_on_grid(price) for _, price, _ in pairs)
        if off_grid:
            self.counters["off_grid"] += off_grid
            book.refine()
        book.sides = {BID: {}, ASK: {}}
        for side, price, size in pairs:
            book.set(side, price, size)

    def replaced(self, book: ReferenceBook, levels: Levels) -> None:
        """Take a whole book over."""
        self.fill(book, levels)
        self.note_whole(book)

    def note_whole(self, book: ReferenceBook) -> None:
        """Note that a book is whole now."""
        book.has_snapshot = True
        book.updated_ms = self.now_ms
        self.counters["snapshots"] += 1
        self.judge(book, "snapshot")

    def _open(self, name: str, instruments: list[str]) -> None:
        books = [self.books[each] for each in instruments]
        self.connections[name] = Connection(self.now_ms, books)
        for book in books:
            self._lose(book)
            book.connection, book.stream, book.since_ms = name, None, self.now_ms

    def _close(self, name: str) -> None:
        connection = self.connections[name]
        connection.is_open = False
        for book in connection.books.values():
            if book.connection == name:
                self._lose(book)

    def _lose(self, book: ReferenceBook) -> None:
        self.judge(book, "disconnected")
        book.has_snapshot = False
        book.claims = None
        book.changes.clear()
        book.time, book.snapshot_time = 0, 0

    def _connection_of(self, book: ReferenceBook) -> Connection | None:
        found = self.connections.get(book.connection or "")
        return found if found is not None and found.is_open else None

    def _may_be_traded(self, book: ReferenceBook) -> bool:
        connection = self._connection_of(book)
        past = book.closes_at_ms is not None and self.now_ms >= book.closes_at_ms
        is_off = book.is_closed or book.is_halted or past
        if book.state != "live" or is_off or connection is None:
            return False
        if self.now_ms - max(connection.last_data_ms, book.proven_ms) > STALE_AFTER_MS:
            self.judge(book, "silent")
        elif book.is_crossed():
            self.judge(book, "contradicted", crossed=True)
        elif book.agrees_with_claims() is False:
            self.judge(book, "contradicted")
        return book.state == "live"

    def _sweep(self) -> None:
        for book in self.books.values():
            if book.state == "suspect":
                self._reconsider(book)
            elif book.state != "live":
                self._pursue(book)
            self._weigh_claim(book)
        for connection in self.connections.values():
            if connection.is_open:
                self._watch_silence(connection)

    def _reconsider(self, book: ReferenceBook) -> None:
        verdict = book.agrees_with_claims()
        if verdict or (verdict is None and book.is_crossed_only and not book.is_crossed()):
            self.judge(book, "agreed")
        elif self.now_ms - book.since_ms > SUSPECT_PATIENCE_MS:
            book.since_ms = self.now_ms
            self.heal(book)

    def _weigh_claim(self, book: ReferenceBook) -> None:
        """Hold an aged claim of best prices against a book that was told nothing since."""
        if book.top_claim is None or self.now_ms - book.top_claim[0] < CLAIM_PATIENCE_MS:
            return
        heard_ms, time, bid, ask = book.top_claim
        book.top_claim = None
        is_newer = time is None or time >= book.time
        is_untold = book.state == "live" and book.updated_ms <= heard_ms and is_newer
        if is_untold and not book.has_best(bid, ask):
            self.lose([book])

    def _pursue(self, book: ReferenceBook) -> None:
        connection = self._connection_of(book)
        if connection is None:
            return
        if book.state == "stale" and book.stream is not None:
            if self.now_ms - connection.last_data_ms <= STALE_AFTER_MS:
                self.judge(book, "proven")
            return
        patience_ms = ASK_AGAIN_MS if book.has_snapshot else FIRST_BOOK_MS
        if self.now_ms - max(book.since_ms, connection.opened_ms) > patience_ms:
            book.since_ms = self.now_ms
            self.heal(book)

    def _watch_silence(self, connection: Connection) -> None:
        silent_ms = self.now_ms - connection.last_data_ms
        if silent_ms <= PROBE_AFTER_MS or self.now_ms - connection.probed_ms <= PROBE_EVERY_MS:
            return
        connection.probed_ms = self.now_ms
        books = [b for b in connection.books.values() if b.state in ("live", "stale")]
        self.ask(books, "verify")
        for book in books:
            if self.now_ms - max(connection.last_data_ms, book.proven_ms) > STALE_AFTER_MS:
                self.judge(book, "silent")
