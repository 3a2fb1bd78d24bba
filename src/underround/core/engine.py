"""The one door: every input goes through `Engine.process`, everything to be done comes out of it.

Pure and synchronous: no socket, file, clock, log or chance; from equal inputs equal effects.
"""

from collections.abc import Iterable, Sequence

from underround.core.agreement import Agreement
from underround.core.arbitrage.cross_venue import Direction
from underround.core.book import Book, Side
from underround.core.counts import Counts
from underround.core.detector import Detector
from underround.core.effect import Effect
from underround.core.event import (
    Batch,
    BooksFetched,
    Command,
    Event,
    InstrumentsForgotten,
    InstrumentsListed,
    LevelAdded,
    LevelsSet,
    Timer,
    time_of,
)
from underround.core.instrument import Instrument
from underround.core.link import Link
from underround.core.link_events import LinkEvents
from underround.core.market_events import MarketEvents
from underround.core.mirror_alarm import MirrorAlarm
from underround.core.pair import Pair
from underround.core.part import Part, Route, join_routes
from underround.core.rest_books import RestBooks
from underround.core.settings import Settings
from underround.core.structure import Structure
from underround.core.structure_desk import StructureDesk
from underround.core.trust import Trust
from underround.core.units import SIZE_BITS
from underround.core.venue_event import PairsListed, PairsSuspended
from underround.core.venue_told import VenueTold
from underround.core.watchlist import Watchlist
from underround.core.windows.forgetting import forget


class Engine:
    """Books, trust and opportunities of one process."""

    def __init__(
        self,
        settings: Settings,
        instruments: Iterable[Instrument],
        pairs: Iterable[Pair],
        structures: Iterable[Structure] = (),
    ) -> None:
        self.settings = settings
        self.counts = Counts()
        self.books: dict[str, Book] = {}
        self.links: dict[str, Link] = {}
        self._marked: list[Side] = []  # best prices changed since `take_marked`
        self._out: list[Effect] = []
        self._touched: list[Side] = []
        self.trust = Trust(settings, self.counts, self._out)
        self.detector = Detector(settings, self.counts, self._out, self.trust)
        self.desk = StructureDesk(settings, self.books, self.trust, self.detector, self._out)
        self._due = self.desk.due
        self.trust.on_lost = self._lost
        self._market = MarketEvents(self.books, self.counts, self.trust, self._touch)
        self._rest_books = RestBooks(self.counts, self.trust, self._market)
        self._watchlist = Watchlist(
            self.books, settings.threshold_e6, self._market, self._touch, self.trust.note
        )
        self._mirror = MirrorAlarm(self.books, self.trust)
        self._agreement = Agreement(settings, self.trust)
        self.told = VenueTold(settings, self.books, self.trust, self._out, self._reconsider)
        self.told.on_appeared, self.told.on_terms = self.desk.appeared, self.desk.terms_changed
        self._market.routes |= self.told.in_batches
        self._next_sweep_ns = 0
        self._routes: dict[type, Route] = {
            Batch: self._batch,
            BooksFetched: self._books_fetched,
            InstrumentsListed: self._listed,
            InstrumentsForgotten: self._instruments_forgotten,
            Timer: self._timer,
            Command: self._command,
            PairsListed: self._listed,
            **self.desk.inputs,
            **LinkEvents(self.links, self.books, self.trust).inputs,
            **self.told.inputs,
            **self.detector.inputs,
            PairsSuspended: self._pairs_suspended,
        }
        self.detector.terms = self._watchlist.terms
        self._watchlist.watch(instruments)
        self._watchlist.pair(pairs)
        self.desk.list(structures)

    @property
    def directions(self) -> list[Direction]:
        """Every way of buying a complete set that is watched."""
        return self._watchlist.directions

    @property
    def last_trades_e4(self) -> dict[str, int]:
        """The price of each instrument's last trade, 0 before its first; only where it is known."""
        return self._market.last_trades_e4

    def attach(self, part: Part) -> None:
        """Let a part take the events that it names, each after the engine itself."""
        join_routes(self._routes, part.joined(self.books, self._out))

    def process(self, event: Event) -> tuple[Effect, ...]:
        """Take one input and return what is to be done about it, in order."""
        if type(event) is Batch:
            self._batch(event)
        else:
            self._routes[type(event)](event)
        if not self._out:
            return ()
        if self.trust.regained:
            regained, self.trust.regained = self.trust.regained, []
            self._reconsider(regained, time_of(event))
        effects = tuple(self._out)
        self._out.clear()
        return effects

    def take_marked(self) -> list[Book]:
        """Return the books whose best prices changed since the last call."""
        marked, self._marked = self._marked, []
        for side in marked:
            side.is_marked = False
        return list(dict.fromkeys(side.book for side in marked))

    def _batch(self, batch: Batch) -> None:
        """Apply all that one read delivered, then look at what it moved. The hot path."""
        link, now_ns = self.links[batch.connection], batch.received_at_ns
        if batch.events:  # a heartbeat's answer proves nothing: it goes on through a freeze
            link.last_data_ns = now_ns
        books, touched = self.books, self._touched
        for event in batch.events:
            if type(event) is LevelsSet:
                time_ms = event.time_ms
                if time_ms >= link.latest_ms:
                    link.latest_ms = time_ms
                    link.recent.append(event)
                else:
                    link.disordered.append(event)
                for instrument, is_bid, price_e4, size_e6, _, _ in event.changes:
                    book = books.get(instrument)
                    if book is None:
                        self.counts.ignored += 1
                        continue
                    side = book.bids if is_bid else book.asks
                    rank = side.ranks[price_e4]
                    if rank < 0:
                        side, rank = self._market.off_grid(book, is_bid, price_e4, now_ns)
                        if rank < 0:
                            continue
                    if time_ms >= book.time_ms:
                        book.time_ms = time_ms
                    elif self._market.is_late(link, book, is_bid, price_e4, time_ms, now_ns):
                        continue
                    book.updated_ns = now_ns
                    if rank < side.best or (rank == side.best and size_e6 and not side.open_count):
                        side.levels[rank] = size_e6  # moves no price, and nobody wants its size
                    elif (side.set(rank, size_e6) or side.open_count) and not side.is_touched:
                        side.is_touched = True
                        touched.append(side)
            elif type(event) is LevelAdded:
                sequence = link.streams.get(event.stream)
                number = event.sequence
                if sequence is not None and number is not None and number == sequence.expected:
                    sequence.expected = number + 1
                elif not self._market.continues(link, event.stream, number, now_ns):
                    continue
                book = books.get(event.instrument)
                if book is None or not book.has_snapshot:
                    self.counts.ignored += 1
                    continue
                group = event.group
                if group != book.group:
                    if book.held:
                        self._end_group(book)
                    book.group = group
                book.group_at_ns = book.updated_ns = now_ns
                side = book.bids if event.is_bid else book.asks
                rank = side.ranks[event.price_e4]
                if rank < 0:
                    side, rank = self._market.off_grid(book, event.is_bid, event.price_e4, now_ns)
                    if rank < 0:
                        continue
                size_e6 = side.levels[rank] + event.change_e6
                if size_e6 >> SIZE_BITS:  # below zero, or beyond reason
                    size_e6 = self._market.negative(book, now_ns)
                if rank < side.best or (rank == side.best and size_e6 and not side.open_count):
                    side.levels[rank] = size_e6
                elif (side.set(rank, size_e6) or side.open_count) and not side.is_touched:
                    side.is_touched = True
                    touched.append(side)
            else:
                self._market.apply(event, link, now_ns)
        if touched:
            self._settle(now_ns)

    def _settle(self, now_ns: int) -> None:
        touched = self._touched
        for side in touched:
            side.is_touched, side.moved_ns = False, now_ns
            if not side.is_marked:
                side.is_marked = True
                self._marked.append(side)
            for direction in side.watchers:
                if (
                    direction.first.cost + direction.second.cost <= direction.limit_e6
                    or direction.is_active
                ):
                    self.detector.consider(direction, now_ns)
            if side.shares:
                self.desk.moved(side)
        touched.clear()
        if self._due:
            self.desk.look(now_ns)

    def _end_group(self, book: Book) -> None:
        self.detector.group_ended(book)
        self._touch(book)

    def _touch(self, book: Book) -> None:
        for side in (book.bids, book.asks):
            if not side.is_touched:
                side.is_touched = True
                self._touched.append(side)

    def _lost(self, book: Book, reason: str, at_ns: int) -> None:
        self.detector.close_book(book, reason, at_ns)
        self.desk.lost(book, reason, at_ns)

    def _reconsider(self, books: Sequence[Book], at_ns: int) -> None:
        self.detector.reconsider(books, at_ns)
        self.desk.regained(books, at_ns)

    def _books_fetched(self, event: BooksFetched) -> None:
        seen: list[Book] = []
        for image in event.books:
            self.trust.answered(image.instrument, event.purpose)
            book = self.books.get(image.instrument)
            if book is None:
                self.counts.unknown += 1
            elif self._rest_books.take(book, image, event):
                seen.append(book)
        for instrument in event.missing:
            self.trust.answered(instrument, event.purpose)
            self.trust.note("no book over REST", f"{event.venue} {instrument}")
        self._reconsider(seen, event.received_at_ns)
        self._settle(event.received_at_ns)

    def _listed(self, event: InstrumentsListed | PairsListed) -> None:
        if isinstance(event, InstrumentsListed):
            self._watchlist.instruments_listed(event)
        else:
            self._watchlist.pairs_listed(event)
            self.desk.suspend(self.directions, event.at_ns)
        self._settle(event.at_ns)

    def _pairs_suspended(self, event: PairsSuspended) -> None:
        self.detector.inputs[PairsSuspended](event)
        self.desk.suspend(self.directions, event.at_ns)

    def _instruments_forgotten(self, event: InstrumentsForgotten) -> None:
        rooms = (self.trust, self._market, self._rest_books, self.told, self._mirror)
        forget(event.instruments, self.books, self.links.values(), rooms)
        self._marked = [side for side in self._marked if side.book.instrument.id in self.books]

    def _timer(self, event: Timer) -> None:
        self.detector.wake(event.at_ns)
        if event.at_ns >= self._next_sweep_ns:
            self._next_sweep_ns = event.at_ns + self.settings.sweep_every_ns
            self.trust.sweep(self.links.values(), event.at_ns)
            self.detector.sweep(event.at_ns)
            self.desk.sweep(event.at_ns)
            self.told.sweep(event.at_ns)
            self._mirror.sweep(event.at_ns)
            self._agreement.sweep(self.links.values(), self.detector.open, event.at_ns)
        self.desk.baskets.sweep(event.at_ns)

    def _command(self, event: Command) -> None:
        if event.name == "pause":
            self.detector.is_paused = True
        elif event.name == "resume":
            self.detector.resume(self.directions, event.at_ns)
            self.desk.resume(event.at_ns)
        else:
            self.trust.note("unknown command", event.name)
