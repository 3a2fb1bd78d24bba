"""Watches structures of many markets, and finds what in them is worth the detector's look.

Closing is the detector's and immediate. A structure is solved only when a cheap bound promises an
edge, and not again for the same promise until something better comes or the next sweep.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from underround.core.arbitrage.basket_edge import BasketEdge
from underround.core.arbitrage.cross_venue import Direction
from underround.core.arbitrage.share import Share
from underround.core.arbitrage.watch import Purchase, Watch
from underround.core.basket_asking import BasketAsking
from underround.core.basket_event import BasketSolved
from underround.core.book import NO_COST, Book, Side
from underround.core.detector import Detector
from underround.core.effect import Effect
from underround.core.settings import Settings
from underround.core.structure import Structure, instruments_of
from underround.core.structure_doubts import StructureDoubts
from underround.core.structure_edges import edges_of
from underround.core.trust import Trust
from underround.core.venue_event import MarketAppeared, StructuresListed, StructuresSuspended

WORTH_E3 = 1_001
"""Other legs replace open ones when they are worth so many thousandths of them."""


class StructureDesk:
    """All structures under watch; `due` are those to be looked at once the batch is applied."""

    def __init__(
        self,
        settings: Settings,
        books: Mapping[str, Book],
        trust: Trust,
        detector: Detector,
        out: list[Effect],
    ) -> None:
        self.watches: list[Watch] = []
        self.due: list[Watch] = []
        self.refused: dict[str, str] = {}
        self.structures: dict[str, Structure] = {}
        self.baskets = BasketAsking(settings.threshold_e6, out)
        self._threshold_e6 = settings.threshold_e6
        self._books = books
        self._trust = trust
        self._detector = detector
        self.doubts = StructureDoubts(books)
        self._suspended: list[tuple[str, set[str]]] = []
        self.inputs: dict[type, Callable[[Any], None]] = {
            BasketSolved: self.solved,
            StructuresListed: self._listed,
            StructuresSuspended: self._suspend_told,
        }

    def list(self, structures: Iterable[Structure], at_ns: int = 0) -> list[Watch]:
        """Watch structures not watched yet, and known ones as they are now; return the ways added.

        One with unknown instruments is left out.
        """
        added: list[Watch] = []
        for structure in structures:
            if structure == self.structures.get(structure.id):
                continue
            self._forget(structure.id, at_ns)
            missing = [name for name in instruments_of(structure) if name not in self._books]
            if missing:
                self._trust.note("a structure of unknown instruments", structure.id)
                continue
            self.structures[structure.id] = structure
            for edge in edges_of(structure, self._books, self._threshold_e6, self.refused):
                watch = Watch(structure.id, edge, self._threshold_e6)
                watch.is_suspended = self._why_not(watch) is not None
                if isinstance(edge, BasketEdge):
                    self.baskets.add(watch, edge)
                added.append(watch)
        self.watches += added
        return added

    def moved(self, side: Side) -> None:
        """Take over a side's best cost, and note which structures are worth a look for it."""
        cost_e6 = side.cost
        for share in side.shares:
            watch = share.watch
            assert watch is not None, "a share is listed with its watch"
            if cost_e6 != share.cost and not share.is_blocked:
                share.cost = cost_e6
                watch.has_moved = True
                watch.edge.moved(share)
            if not watch.is_due and (
                share.is_taken
                or (watch.purchase is None and watch.edge.edge_e6 >= watch.threshold_e6)
            ):
                watch.is_due = True
                self.due.append(watch)

    def look(self, at_ns: int) -> None:
        """Look at every structure that is due."""
        while self.due:
            due = self.due.copy()
            self.due.clear()
            for watch in due:
                watch.is_due = False
                self._look(watch, at_ns)

    def sweep(self, at_ns: int) -> None:
        """Look again at what is open, held back or thin: sizes move without a best price moving."""
        for watch in self.watches:
            purchase = watch.purchase
            watch.barren_e6 = None
            if purchase is None or not purchase.is_active:
                self._look(watch, at_ns)
            elif watch.has_moved and purchase.opportunity is not None:
                self._improve(watch, purchase, at_ns)
            watch.has_moved = False

    def solved(self, event: BasketSolved) -> None:
        """Take the answer of a basket's program, and look whether it holds on the books now."""
        watch = self.baskets.take(event)
        if watch is not None and watch.purchase is None:
            self._seek(watch, event.at_ns)

    def resume(self, at_ns: int) -> None:
        """End a pause: what stands now may open."""
        for watch in self.watches:
            self._look(watch, at_ns)

    def suspend(self, directions: Iterable[Direction], at_ns: int) -> None:
        """Signal nothing from now on that joins both markets of a pair which is suspended now."""
        self._suspended = [
            (pair.kalshi, {pair.polymarket_yes, pair.polymarket_no})
            for pair in dict.fromkeys(one.pair for one in directions)
            if pair.id in self._detector.suspended
        ]
        self._judge(at_ns)

    def appeared(self, event: MarketAppeared, at_ns: int) -> None:
        """Signal nothing from now on that counts on all outcomes of an event and lacks this one."""
        if self.doubts.appeared(event):
            self._judge(at_ns)

    def terms_changed(self, instrument: str, at_ns: int) -> None:
        """Signal nothing that rests on what an instrument asked until its catalog is read again."""
        if self.doubts.terms_changed(instrument, self.structures.values(), at_ns):
            self._judge(at_ns)

    @property
    def suspended(self) -> dict[str, str]:
        """Which structures may not be signalled now, with the reason."""
        reasons = {name: self.doubts.reason(each) for name, each in self.structures.items()}
        return {name: why for name, why in reasons.items() if why is not None}

    def _listed(self, event: StructuresListed) -> None:
        for each in event.structures:
            self.doubts.read_again(each, event.read_at_ns)
        self.list(event.structures, event.at_ns)
        self._judge(event.at_ns)
        self.regained(list(self._books.values()), event.at_ns)

    def _suspend_told(self, event: StructuresSuspended) -> None:
        self.doubts.told = dict(event.reasons)
        self._judge(event.at_ns)

    def _judge(self, at_ns: int) -> None:
        """Close what may not be signalled any more; what may again opens with the next sweep."""
        for watch in self.watches:
            reason = self._why_not(watch)
            watch.is_suspended = reason is not None
            if reason is not None and watch.purchase is not None:
                self._detector.lose(watch.purchase, reason, at_ns)
                watch.drop()

    def _why_not(self, watch: Watch) -> str | None:
        if self._joins_suspended(watch):
            return "pair suspended"
        reason = self.doubts.reason(self.structures[watch.subject])
        return None if reason is None else f"structure suspended: {reason}"

    def _forget(self, structure: str, at_ns: int) -> None:
        """Watch a structure no more, and close what stands on it: it is not what it was."""
        if self.structures.pop(structure, None) is None:
            return
        gone = [watch for watch in self.watches if watch.subject == structure]
        for watch in gone:
            if watch.purchase is not None:
                self._detector.lose(watch.purchase, "structure changed", at_ns)
                watch.drop()
            for share in watch.edge.shares:
                share.side.shares = tuple(each for each in share.side.shares if each is not share)
        self.watches = [watch for watch in self.watches if watch.subject != structure]
        self.due[:] = [watch for watch in self.due if watch.subject != structure]
        self.baskets.forget(structure)
        for way in [name for name in self.refused if name.rpartition("/")[0] == structure]:
            del self.refused[way]

    def lost(self, book: Book, reason: str, at_ns: int) -> None:
        """Close what stands on a book that lost trust, and do without its prices."""
        for share in _shares(book):
            watch = share.watch
            if watch is not None and watch.purchase is not None and share.is_taken:
                self._detector.lose(watch.purchase, reason, at_ns)
                watch.drop()
            self._block(share)

    def regained(self, books: Iterable[Book], at_ns: int) -> None:
        """Count on these books' prices again where they may be traded on."""
        for book in books:
            shares = _shares(book)
            if not shares or self._trust.blocker(book, at_ns) is not None:
                continue
            for share in shares:
                share.is_blocked = False
            for side in (book.bids, book.asks):
                self.moved(side)
        self.look(at_ns)

    def _joins_suspended(self, watch: Watch) -> bool:
        """Tell whether a way of buying counts both markets of a suspended pair as one question."""
        names = {share.claim.instrument for share in watch.edge.shares}
        return any(
            kalshi in names and not names.isdisjoint(tokens) for kalshi, tokens in self._suspended
        )

    def _look(self, watch: Watch, at_ns: int) -> None:
        purchase = watch.purchase
        if purchase is not None:
            self._detector.consider(purchase, at_ns)
            if purchase.is_active:
                return
            watch.drop()
        self._seek(watch, at_ns)

    def _seek(self, watch: Watch, at_ns: int) -> None:
        """Want the best purchase that stands on books which can be trusted, if there is one."""
        edge = watch.edge
        if watch.is_suspended:
            return
        while edge.edge_e6 >= watch.threshold_e6:
            if watch.barren_e6 is not None and edge.edge_e6 <= watch.barren_e6:
                return
            edge.refresh()
            if edge.edge_e6 < watch.threshold_e6:
                break
            sizing = edge.solve([share for share in edge.shares if not share.is_blocked])
            if sizing is None:
                watch.barren_e6 = edge.edge_e6
                return
            shares = watch.taken(sizing)
            if self._can_trust(shares, at_ns):
                purchase = watch.take(sizing, shares)
                self._detector.consider(purchase, at_ns)
                purchase.solved = None
                if not purchase.is_active:
                    watch.drop()
                    watch.barren_e6 = edge.edge_e6
                return
        watch.barren_e6 = None

    def _can_trust(self, shares: Iterable[Share], at_ns: int) -> bool:
        """Tell whether every book may be traded on; what may not is left out from then on."""
        blocked = [
            share for share in shares if self._trust.blocker(share.side.book, at_ns) is not None
        ]
        for share in blocked:
            self._block(share)
        return not blocked

    def _improve(self, watch: Watch, purchase: Purchase, at_ns: int) -> None:
        """Replace what is open by other legs where those are worth more."""
        assert purchase.opportunity is not None, "only what is open can be replaced"
        now_e6 = purchase.opportunity.sizing.edge_usd_e6
        sizing = watch.edge.solve([share for share in watch.edge.shares if not share.is_blocked])
        if sizing is None or set(watch.taken(sizing)) == set(purchase.shares):
            return
        if sizing.edge_usd_e6 * 1_000 >= now_e6 * WORTH_E3:
            self._detector.lose(purchase, "a better set of legs", at_ns)
            watch.drop()
            self._seek(watch, at_ns)

    def _block(self, share: Share) -> None:
        share.is_blocked = True
        if share.cost != NO_COST:
            share.cost = NO_COST
            assert share.watch is not None, "a share is listed with its watch"
            share.watch.edge.moved(share)


def _shares(book: Book) -> tuple[Share, ...]:
    return (*book.bids.shares, *book.asks.shares)
