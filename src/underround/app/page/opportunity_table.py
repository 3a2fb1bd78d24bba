"""Opportunities as they stand: a table kept from signals, with those that closed behind it.

Knows signals alone, so every kind of underround and any number of legs fits. Bounded: what has
been closed for long is forgotten.
"""

from collections import Counter, deque
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from underround.app.leg_ladders import LegLadder
from underround.core.opportunity import Opportunity, Signal, SignalKind
from underround.core.units import NS_PER_SECOND

KEPT: Final = 500
DAY_NS: Final = 86_400 * NS_PER_SECOND


class Standing(Struct):
    """One opportunity: its last signal, when it opened, its best edge, and how it ended.

    Times in nanoseconds, the edge in usd_e6 a contract; `closed_ns` is None while it is open.
    """

    signal: Signal
    opened_ns: int
    changed_ns: int
    peak_edge_e6: int
    closed_ns: int | None = None
    reason: str = ""
    legs: tuple[LegLadder, ...] = ()


class OpportunityTable:
    """Open and lately closed opportunities of one run, newest last.

    `ladders` gives the ladders that a signal was sized on; they are kept with it, because most
    opportunities are gone before anybody can look.
    """

    def __init__(self, ladders: Callable[[Signal], tuple[LegLadder, ...]]) -> None:
        self._ladders = ladders
        self.open: dict[str, Standing] = {}
        self.closed: deque[Standing] = deque(maxlen=KEPT)
        self.counts: Counter[SignalKind] = Counter()
        self.survivals_ns: deque[int] = deque(maxlen=KEPT)
        self.version = 0
        """Grows with every signal: whoever has seen it need not look again."""
        self._opened_ns: deque[int] = deque()

    def add(self, signal: Signal) -> None:
        """Take in one signal."""
        self.version += 1
        self.counts[signal.kind] += 1
        standing = self.open.get(signal.id)
        if signal.kind is SignalKind.OPENED:
            legs, at_ns = self._ladders(signal), signal.at_ns
            self.open[signal.id] = Standing(signal, at_ns, at_ns, signal.edge_top_e6, legs=legs)
            self._opened_ns.append(at_ns)
            self._forget(at_ns)
        elif standing is None:
            return
        elif signal.kind is SignalKind.CHANGED:
            standing.signal, standing.changed_ns = signal, signal.at_ns
            standing.legs = self._ladders(signal)
            standing.peak_edge_e6 = max(standing.peak_edge_e6, signal.edge_top_e6)
        else:
            del self.open[signal.id]
            standing.closed_ns, standing.reason = signal.at_ns, signal.reason
            self.closed.append(standing)
            self.survivals_ns.append(signal.at_ns - standing.opened_ns)

    def adopt(self, found: Opportunity) -> None:
        """Take over an opportunity that was open before anybody listened."""
        self.version += 1
        self.open[found.id] = Standing(
            found.signal,
            found.opened_ns,
            found.changed_ns,
            found.peak_edge_e6,
            legs=self._ladders(found.signal),
        )

    def opened_within_a_day(self, now_ns: int) -> int:
        """Count the openings of the last 24 hours."""
        self._forget(now_ns)
        return len(self._opened_ns)

    def find(self, opportunity_id: str) -> Standing | None:
        """Return an opportunity, open or closed; None when it is not remembered."""
        found = self.open.get(opportunity_id)
        if found is not None:
            return found
        return next((each for each in self.closed if each.signal.id == opportunity_id), None)

    def _forget(self, now_ns: int) -> None:
        """Forget openings of more than a day ago, whether or not anybody ever asks."""
        while self._opened_ns and self._opened_ns[0] < now_ns - DAY_NS:
            self._opened_ns.popleft()
