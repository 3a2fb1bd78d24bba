"""Opens, changes and closes opportunities when best prices move. Pure; trust is asked of `Trust`.

Closing is immediate. Opening waits while a group of changes may be unfinished, and until a book
that has been quiet was confirmed over REST.
"""

from collections.abc import Callable, Iterable

from underround.core.arbitrage.cross_venue import Direction
from underround.core.book import Book
from underround.core.counts import Counts
from underround.core.effect import Effect, SignalRaised, WakeAt
from underround.core.opportunity import Opportunity, Signal, SignalKind, is_material
from underround.core.settings import Settings
from underround.core.sizing import Sizing
from underround.core.trust import VERIFY, Trust


class Detector:
    """All open opportunities, and the openings that are held back."""

    def __init__(self, settings: Settings, counts: Counts, out: list[Effect], trust: Trust) -> None:
        self._settings = settings
        self._counts = counts
        self._out = out
        self._trust = trust
        self._opened = 0
        self.is_paused = False
        self.open: dict[Direction, None] = {}
        self.held: dict[Direction, int] = {}
        self.on_raised: Callable[[Signal], None] = _nobody
        trust.on_lost = self.close_book

    def consider(self, direction: Direction, at_ns: int) -> None:
        """Open or close what this direction offers now; called when a best price or size moved.

        An open one whose edge stands is sized anew by the next `sweep`, unless it became thin.
        """
        opportunity = direction.opportunity
        if opportunity is not None:
            if not direction.has_edge:
                self._close(direction, opportunity, "edge gone", at_ns)
            elif direction.is_thin:
                self._update(direction, opportunity, at_ns)
            return
        if not direction.has_edge:
            self._release(direction)
            return
        if direction.seen_ns == 0:
            direction.seen_ns = at_ns
            direction.is_active = True
        if self.is_paused:
            direction.held_for = "pause"
            return
        for side in direction.sides:
            if self._trust.blocker(side.book, at_ns) is not None:
                self._release(direction)
                return
        if self._waits_for_group(direction, at_ns):
            return
        sizing = direction.size()
        if sizing is None:
            self._await_size(direction)
        elif not self._waits_for_proof(direction, at_ns):
            self._open(direction, sizing, at_ns)

    def resume(self, directions: Iterable[Direction], at_ns: int) -> None:
        """End a pause: what stands now may open."""
        self.is_paused = False
        for direction in directions:
            if direction.opportunity is None and direction.has_edge:
                self.consider(direction, at_ns)

    def group_ended(self, book: Book) -> None:
        """Note which held openings still stand, now that a later group of `book` begins."""
        for direction in list(book.held):
            if direction.has_edge:
                direction.confirmed = True
            else:
                self._release(direction)

    def reconsider(self, books: Iterable[Book], at_ns: int) -> None:
        """Look again at the openings that wait for these books."""
        for book in books:
            for side in (book.bids, book.asks):
                for direction in side.watchers:
                    if direction.opportunity is not None or direction.has_edge:
                        self.consider(direction, at_ns)

    def wake(self, at_ns: int) -> None:
        """Look again at held openings whose time has come."""
        for direction, due_ns in list(self.held.items()):
            if due_ns <= at_ns:
                self.consider(direction, at_ns)

    def sweep(self, at_ns: int) -> None:
        """Look again at everything open: sizes move and gates close without a best price moving."""
        for direction in list(self.open):
            if direction.opportunity is not None:
                self._update(direction, direction.opportunity, at_ns)

    def close_book(self, book: Book, reason: str, at_ns: int) -> None:
        """Close what stands on a book that lost trust."""
        for side in (book.bids, book.asks):
            for direction in side.watchers:
                if direction.opportunity is not None:
                    self._close(direction, direction.opportunity, reason, at_ns)
                else:
                    self._release(direction)

    def _waits_for_group(self, direction: Direction, at_ns: int) -> bool:
        if direction.confirmed:
            return False
        due_ns = 0
        for side in direction.sides:
            book = side.book
            if book.group is not None:
                due_ns = max(due_ns, book.group_at_ns + self._settings.group_quiet_ns)
        if due_ns <= at_ns:
            return False
        for side in direction.sides:
            if side.book.group is not None:
                side.book.held[direction] = None
        direction.held_for = direction.held_for or "group"
        if self.held.get(direction) != due_ns:
            self.held[direction] = due_ns
            self._out.append(WakeAt(due_ns))
        return True

    def _waits_for_proof(self, direction: Direction, at_ns: int) -> bool:
        quiet = [side.book for side in direction.sides if self._trust.needs_proof(side.book, at_ns)]
        for book in quiet:
            self._trust.ask(book.instrument.venue, (book,), VERIFY, at_ns)
        if quiet:
            direction.held_for = "proof"
            retry_ns = at_ns + self._settings.verify_patience_ns
            if self.held.get(direction, 0) <= at_ns:
                self.held[direction] = retry_ns
        return bool(quiet)

    def _await_size(self, direction: Direction) -> None:
        """Have an edge too small to trade looked at again when sizes move, not only best prices."""
        self._release(direction)
        direction.is_active = direction.awaits_size = True
        for side in direction.sides:
            side.open_count += 1

    def _open(self, direction: Direction, sizing: Sizing, at_ns: int) -> None:
        self._opened += 1
        opportunity_id = f"{direction.pair.id}/{direction.name}/{self._opened}"
        signal = self._signal(SignalKind.OPENED, opportunity_id, direction, sizing, at_ns)
        direction.opportunity = Opportunity(opportunity_id, sizing, signal)
        self._release(direction)
        direction.is_active = True
        self.open[direction] = None
        for side in direction.sides:
            side.open_count += 1
        self._raise(signal)

    def _update(self, direction: Direction, opportunity: Opportunity, at_ns: int) -> None:
        for side in direction.sides:
            reason = self._trust.blocker(side.book, at_ns)
            if direction.opportunity is None:
                return  # judging the book has closed it already
            if reason is not None:
                self._close(direction, opportunity, reason, at_ns)
                return
        sizing = direction.size() if direction.has_edge else None
        if sizing is None:
            self._close(direction, opportunity, "edge gone", at_ns)
            if direction.has_edge:
                self._await_size(direction)
        elif is_material(opportunity.sizing, sizing):
            signal = self._signal(SignalKind.CHANGED, opportunity.id, direction, sizing, at_ns)
            opportunity.sizing, opportunity.signal = sizing, signal
            opportunity.changed_ns = at_ns
            opportunity.peak_edge_e6 = max(opportunity.peak_edge_e6, sizing.edge_top_e6)
            self._raise(signal)

    def _close(
        self, direction: Direction, opportunity: Opportunity, reason: str, at_ns: int
    ) -> None:
        direction.opportunity = None
        direction.is_active = False
        del self.open[direction]
        for side in direction.sides:
            side.open_count -= 1
        last = opportunity.signal
        self._raise(
            Signal(
                kind=SignalKind.CLOSED,
                id=last.id,
                pair=last.pair,
                direction=last.direction,
                at_ns=at_ns,
                tick_at_ns=at_ns,
                edge_top_e6=last.edge_top_e6,
                edge_e6=last.edge_e6,
                size_e6=last.size_e6,
                cost_usd_e6=last.cost_usd_e6,
                fee_usd_e6=last.fee_usd_e6,
                edge_usd_e6=last.edge_usd_e6,
                legs=last.legs,
                is_slow=last.is_slow,
                reason=reason,
            )
        )

    def _signal(
        self,
        kind: SignalKind,
        opportunity_id: str,
        direction: Direction,
        sizing: Sizing,
        at_ns: int,
    ) -> Signal:
        seen_ns = direction.seen_ns or at_ns
        return Signal(
            kind=kind,
            id=opportunity_id,
            pair=direction.pair.id,
            direction=direction.name,
            at_ns=at_ns,
            tick_at_ns=seen_ns if kind is SignalKind.OPENED else at_ns,
            edge_top_e6=sizing.edge_top_e6,
            edge_e6=sizing.edge_e6,
            size_e6=sizing.size_e6,
            cost_usd_e6=sizing.cost_usd_e6,
            fee_usd_e6=sizing.fee_usd_e6,
            edge_usd_e6=sizing.edge_usd_e6,
            legs=direction.legs(sizing),
            held_ns=at_ns - seen_ns if kind is SignalKind.OPENED else 0,
            held_for=direction.held_for if kind is SignalKind.OPENED else "",
            is_slow=any(
                side.book.link is not None and side.book.link.is_slow for side in direction.sides
            ),
        )

    def _release(self, direction: Direction) -> None:
        if not direction.is_active:
            return
        direction.is_active = False
        direction.seen_ns = 0
        direction.confirmed = False
        direction.held_for = ""
        self.held.pop(direction, None)
        for side in direction.sides:
            side.book.held.pop(direction, None)
            side.open_count -= direction.awaits_size
        direction.awaits_size = False

    def _raise(self, signal: Signal) -> None:
        self._counts.signals += 1
        self._out.append(SignalRaised(signal))
        self.on_raised(signal)


def _nobody(_signal: Signal) -> None:
    """Stand in until somebody trades on signals."""
