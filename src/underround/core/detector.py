"""Opens, changes and closes opportunities when best prices move. Pure; trust is asked of `Trust`.

Closing is immediate. Opening waits while a group of changes may be unfinished, and until a book
that has been quiet was confirmed over REST.
"""

from collections.abc import Callable, Iterable
from typing import Any

from underround.core.book import Book
from underround.core.contract_terms import PairTerms
from underround.core.counts import Counts
from underround.core.effect import Effect, SignalRaised, WakeAt
from underround.core.instrument import Venue
from underround.core.offered import Offered, closing_signal, signal_of
from underround.core.opportunity import Opportunity, Signal, SignalKind, Underround, is_material
from underround.core.settings import Settings
from underround.core.sizing import Sizing
from underround.core.standing import doubt, is_frozen
from underround.core.trust import VERIFY, Trust
from underround.core.venue_event import PairsSuspended
from underround.core.worst_case import with_worst_case


class Detector:
    """All open opportunities, and the openings that are held back."""

    def __init__(self, settings: Settings, counts: Counts, out: list[Effect], trust: Trust) -> None:
        self._settings = settings
        self._counts = counts
        self._out = out
        self._trust = trust
        self._opened = 0
        self.is_paused = False
        self.terms: dict[str, PairTerms] = {}
        self.open: dict[Offered, None] = {}
        self.held: dict[Offered, int] = {}
        self.suspended: dict[str, str] = {}
        self.inputs: dict[type, Callable[[Any], None]] = {PairsSuspended: self._suspend}
        self.on_raised: Callable[[Signal], None] = _nobody

    def consider(self, offered: Offered, at_ns: int) -> None:
        """Open or close what is offered now; called when a best price or size moved.

        An open one whose edge stands is sized anew by the next `sweep`, unless it became thin.
        """
        opportunity = offered.opportunity
        if opportunity is not None:
            if not offered.has_edge:
                self._close(offered, opportunity, "edge gone", at_ns)
            elif offered.is_thin:
                self._update(offered, opportunity, at_ns)
            return
        if not offered.has_edge or self._is_suspended(offered):
            self._release(offered)
            return
        if offered.seen_ns == 0:
            offered.seen_ns = at_ns
            offered.is_active = True
        if self.is_paused:
            offered.held_for = "pause"
            return
        for side in offered.sides:
            if self._trust.blocker(side.book, at_ns) is not None:
                self._release(offered)
                return
        if self._waits_for_group(offered, at_ns):
            return
        sizing = offered.size()
        if sizing is None:
            self._await_size(offered)
        elif not self._waits_for_proof(offered, at_ns):
            self._open(offered, sizing, at_ns)

    def resume(self, directions: Iterable[Offered], at_ns: int) -> None:
        """End a pause: what stands now may open."""
        self.is_paused = False
        for offered in directions:
            if offered.opportunity is None and offered.has_edge:
                self.consider(offered, at_ns)

    def _suspend(self, event: PairsSuspended) -> None:
        """Close what stands on pairs that may not be signalled; others may open when they move."""
        self.suspended = dict(event.reasons)
        for offered in list(self.open):
            opportunity = offered.opportunity
            if opportunity is not None and self._is_suspended(offered):
                self._close(offered, opportunity, "pair suspended", event.at_ns)
        for offered in list(self.held):
            if self._is_suspended(offered):
                self._release(offered)

    def _is_suspended(self, offered: Offered) -> bool:
        """Tell whether it is of a suspended pair; a structure may have a pair's name."""
        return offered.underround is Underround.CROSS_VENUE and offered.subject in self.suspended

    def group_ended(self, book: Book) -> None:
        """Note at what whole prices held openings stand, now that a later group begins."""
        for offered in list(book.held):
            if not offered.has_edge:
                self._release(offered)
                continue
            for side in offered.sides:
                if side.book is book:
                    offered.whole[side] = side.cost

    def reconsider(self, books: Iterable[Book], at_ns: int) -> None:
        """Look again at the openings that wait for these books."""
        for book in books:
            for side in (book.bids, book.asks):
                for offered in side.watchers:
                    if offered.opportunity is not None or offered.has_edge:
                        self.consider(offered, at_ns)

    def wake(self, at_ns: int) -> None:
        """Look again at held openings whose time has come."""
        for offered, due_ns in list(self.held.items()):
            if due_ns <= at_ns:
                self.consider(offered, at_ns)

    def sweep(self, at_ns: int) -> None:
        """Look again at everything open: sizes move and gates close without a best price moving."""
        for offered in list(self.open):
            if offered.opportunity is not None:
                self._update(offered, offered.opportunity, at_ns)

    def close_book(self, book: Book, reason: str, at_ns: int) -> None:
        """Close what stands on a book that lost trust."""
        for side in (book.bids, book.asks):
            for offered in side.watchers:
                self.lose(offered, reason, at_ns)

    def lose(self, offered: Offered, reason: str, at_ns: int) -> None:
        """Close what is open, or give up what was held back."""
        if offered.opportunity is not None:
            self._close(offered, offered.opportunity, reason, at_ns)
        else:
            self._release(offered)

    def _waits_for_group(self, offered: Offered, at_ns: int) -> bool:
        """Tell whether changes may be missing: held until each book is whole, or was with an edge.

        All whole prices count together: one book's end says nothing of another's unfinished group.
        """
        due_ns, costs, is_known = 0, {}, True
        for side in offered.sides:
            book = side.book
            if book.group is None:
                continue
            quiet_ns = book.group_at_ns + self._settings.group_quiet_ns
            if quiet_ns > at_ns:
                due_ns = max(due_ns, quiet_ns)
                whole_e6 = offered.whole.get(side)
                if whole_e6 is None:
                    is_known = False
                else:
                    costs[side] = whole_e6
        if not due_ns or (is_known and offered.stands_at(costs)):
            return False
        for side in offered.sides:
            if side.book.group is not None:
                side.book.held[offered] = None
        offered.held_for = offered.held_for or "group"
        if self.held.get(offered) != due_ns:
            self.held[offered] = due_ns
            self._out.append(WakeAt(due_ns))
        return True

    def _waits_for_proof(self, offered: Offered, at_ns: int) -> bool:
        quiet: dict[Venue, dict[Book, None]] = {}
        for side in offered.sides:
            book = side.book
            if self._trust.needs_proof(book, at_ns) or is_frozen(
                side, offered.sides, self._settings
            ):
                quiet.setdefault(book.instrument.venue, {})[book] = None
        for venue, books in quiet.items():
            self._trust.ask(venue, books, VERIFY, at_ns)
        if quiet:
            offered.held_for = "proof"
            retry_ns = at_ns + self._settings.verify_patience_ns
            if self.held.get(offered, 0) <= at_ns:
                self.held[offered] = retry_ns
        return bool(quiet)

    def _await_size(self, offered: Offered) -> None:
        """Have an edge too small to trade looked at again when sizes move, not only best prices."""
        self._release(offered)
        if not offered.can_await_size:
            return
        offered.is_active = offered.awaits_size = True
        for side in offered.sides:
            side.open_count += 1

    def _open(self, offered: Offered, sizing: Sizing, at_ns: int) -> None:
        self._opened += 1
        opportunity_id = f"{offered.subject}/{offered.name}/{self._opened}"
        signal = signal_of(SignalKind.OPENED, opportunity_id, offered, sizing, at_ns)
        offered.opportunity = Opportunity(opportunity_id, sizing, signal)
        self._release(offered)
        offered.is_active = True
        self.open[offered] = None
        for side in offered.sides:
            side.open_count += 1
        self._raise(signal)

    def _update(self, offered: Offered, opportunity: Opportunity, at_ns: int) -> None:
        for side in offered.sides:
            reason = self._trust.blocker(side.book, at_ns)
            if offered.opportunity is None:
                return  # judging the book has closed it already
            if reason is not None:
                self._close(offered, opportunity, reason, at_ns)
                return
        for side in offered.sides:
            if (reason := doubt(side, offered.sides, self._settings, at_ns)) is not None:
                self._close(offered, opportunity, reason, at_ns)
                return
        sizing = offered.size() if offered.has_edge else None
        if sizing is None:
            self._close(offered, opportunity, offered.ended or "edge gone", at_ns)
            if offered.has_edge:
                self._await_size(offered)
        elif is_material(opportunity.sizing, sizing):
            signal = signal_of(SignalKind.CHANGED, opportunity.id, offered, sizing, at_ns)
            opportunity.sizing, opportunity.signal = sizing, signal
            opportunity.changed_ns = at_ns
            opportunity.peak_edge_e6 = max(opportunity.peak_edge_e6, sizing.edge_top_e6)
            self._raise(signal)

    def _close(self, offered: Offered, opportunity: Opportunity, reason: str, at_ns: int) -> None:
        offered.opportunity = None
        offered.is_active = False
        del self.open[offered]
        for side in offered.sides:
            side.open_count -= 1
        self._raise(closing_signal(opportunity.signal, reason, at_ns))

    def _release(self, offered: Offered) -> None:
        if not offered.is_active:
            return
        offered.is_active = False
        offered.seen_ns = 0
        offered.whole.clear()
        offered.held_for = ""
        self.held.pop(offered, None)
        for side in offered.sides:
            side.book.held.pop(offered, None)
            side.open_count -= offered.awaits_size
        offered.awaits_size = False

    def _raise(self, signal: Signal) -> None:
        self._counts.signals += 1
        is_pair = signal.underround is Underround.CROSS_VENUE
        told = with_worst_case(signal, self.terms.get(signal.pair) if is_pair else None)
        self._out.append(SignalRaised(told))
        self.on_raised(told)


def _nobody(_signal: Signal) -> None:
    """Stand in until somebody trades on signals."""
