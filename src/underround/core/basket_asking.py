"""Asks for the programs of baskets whose prices moved, and takes the answers.

One question at a time for each basket, and none while something simpler is open on its books: a
set or a ladder within it would only be found a second time.
"""

from underround.core.arbitrage.basket_edge import BasketEdge
from underround.core.arbitrage.watch import Watch
from underround.core.basket_event import BasketSolved, SolveBasket
from underround.core.effect import Effect

EVERY_NS = 25_000_000
PATIENCE_NS = 2_000_000_000


class BasketAsking:
    """The questions under way, by structure."""

    def __init__(self, threshold_e6: int, out: list[Effect]) -> None:
        self.by_subject: dict[str, tuple[Watch, BasketEdge]] = {}
        self._threshold_e6 = threshold_e6
        self._out = out
        self._asked_ns: dict[str, int] = {}
        self._next_ns: dict[str, int] = {}

    def add(self, watch: Watch, edge: BasketEdge) -> None:
        """Ask for a basket from now on."""
        self.by_subject[watch.subject] = watch, edge

    def forget(self, subject: str) -> None:
        """Ask for a basket no more; an answer under way is for nobody."""
        for kept in (self.by_subject, self._asked_ns, self._next_ns):
            kept.pop(subject, None)

    def sweep(self, at_ns: int) -> None:
        """State the programs of those that moved."""
        for subject, (watch, edge) in self.by_subject.items():
            asked_ns = self._asked_ns.get(subject)
            if not edge.is_stale or (asked_ns is not None and at_ns - asked_ns < PATIENCE_NS):
                continue
            own = 0 if watch.purchase is None or watch.purchase.opportunity is None else 1
            if at_ns < self._next_ns.get(subject, 0) or any(
                share.side.open_count > own * share.is_taken for share in edge.shares
            ):
                continue
            edge.is_stale = False
            self._asked_ns[subject] = at_ns
            self._next_ns[subject] = at_ns + EVERY_NS
            self._out.append(
                SolveBasket(subject, edge.cluster, tuple(edge.ladders()), self._threshold_e6, at_ns)
            )

    def take(self, event: BasketSolved) -> Watch | None:
        """Take an answer; return whose it is, None where nobody waits for it any more."""
        if self._asked_ns.get(event.subject) != event.asked_at_ns:
            return None
        del self._asked_ns[event.subject]
        watch, edge = self.by_subject[event.subject]
        if watch.purchase is not None and not any(event.sizes_e6):
            return None  # what is open stands or falls by its own prices
        edge.answered(event.sizes_e6)
        watch.barren_e6 = None
        return watch
