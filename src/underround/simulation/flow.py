"""The seeded order flow: which play runs on which pair, and when, on simulated time.

The history depends on the seed and on simulated time alone. The flow is stepped from outside:
it never waits, reads no clock and touches no socket.
"""

import heapq
import random
from collections.abc import Callable
from typing import Final

from underround.core.units import NS_PER_MS, NS_PER_SECOND
from underround.simulation.background import background
from underround.simulation.desk import VENUES, Desk, Script
from underround.simulation.episodes import episode
from underround.simulation.exchange import Exchange
from underround.simulation.traps import crossed_mid_group, late_duplicate, near_zero
from underround.simulation.upheavals import closing_market, finer_tick, frozen_book

_PLAYS: Final[tuple[tuple[Callable[[Desk], Script], int], ...]] = (
    (near_zero, 34),
    (crossed_mid_group, 30),
    (late_duplicate, 26),
    (frozen_book, 10),
)
_PAUSE_S: Final = 1.2
_EPISODE_EVERY_S: Final = 1.0
_QUIET_UNTIL_NS: Final = 11 * NS_PER_SECOND
"""Quiet pairs say nothing at all for so long, and seldom anything afterwards."""


class Flow:
    """A queue of plays by simulated time; `step` runs the next one up to its next wait.

    A calm flow lays no traps: true underrounds come and go, and quotes move.
    """

    def __init__(self, exchange: Exchange, rng: random.Random, *, calm: bool = False) -> None:
        self.exchange = exchange
        self._is_calm = calm
        self.rng = rng
        self.now_ns = 0
        self._queue: list[tuple[int, int, Script, Desk | None]] = []
        self._count = 0
        self.desks = [Desk(pair, exchange, rng, self.now) for pair in exchange.pairs]
        for desk in self.desks:
            self._cast(desk)
        self.add(self._episodes(), 600 * NS_PER_MS)

    def now(self) -> int:
        """Return simulated ns since the flow began."""
        return self.now_ns

    @property
    def next_at_ns(self) -> int:
        """Return when the next step is due, in simulated ns since the flow began."""
        return self._queue[0][0]

    def step(self) -> None:
        """Run the play that is due next until it waits again; a desk's plays end with its pair."""
        self.now_ns, _, script, desk = heapq.heappop(self._queue)
        if desk is not None and desk.pair.is_over:
            return
        wait_ns = next(script, None)
        if wait_ns is not None:
            self.add(script, max(wait_ns, 0), desk)

    def run_until(self, until_ns: int) -> None:
        """Step until nothing is due at or before a simulated time."""
        while self.next_at_ns <= until_ns:
            self.step()
        self.now_ns = until_ns

    def add(self, script: Script, wait_ns: int = 0, desk: Desk | None = None) -> None:
        """Begin a play after so many simulated ns; with a desk it ends when its pair does."""
        self._count += 1
        heapq.heappush(self._queue, (self.now_ns + wait_ns, self._count, script, desk))

    def _cast(self, desk: Desk) -> None:
        """Give a pair its plays according to what it is: busy, quiet, closing."""
        pair = desk.pair
        if pair.closes:
            self.add(closing_market(desk), 0)
        elif pair.messages_per_s and not self._is_calm:
            self.add(self._life(desk), self.rng.randrange(200, 1_500) * NS_PER_MS, desk)
        if pair.reticks:
            self.add(finer_tick(desk), 0, desk)
        for venue in VENUES:
            if pair.messages_per_s:
                rate = pair.messages_per_s * self.rng.uniform(0.9, 1.4)
                self.add(background(desk, venue, rate), 0, desk)
            else:
                start_ns = _QUIET_UNTIL_NS + self.rng.randrange(8 * NS_PER_SECOND)
                self.add(background(desk, venue, 1 / 14), start_ns, desk)

    def _life(self, desk: Desk) -> Script:
        plays, weights = zip(*_PLAYS, strict=True)
        while True:
            if desk.locked:
                yield 50 * NS_PER_MS
                continue
            desk.locked = True
            yield from self.rng.choices(plays, weights)[0](desk)
            desk.locked = False
            yield int(self.rng.expovariate(1 / _PAUSE_S) * NS_PER_SECOND)

    def _episodes(self) -> Script:
        """Start true underrounds on free pairs, about one a second for ever."""
        while True:
            free = [desk for desk in self.desks if self._may_host(desk)]
            if not free:
                yield 20 * NS_PER_MS
                continue
            desk = self.rng.choice(free)
            desk.locked = True
            self.add(self._host(desk), 0, desk)
            yield int(self.rng.uniform(0.4, 1.6) * _EPISODE_EVERY_S * NS_PER_SECOND)

    def _may_host(self, desk: Desk) -> bool:
        if desk.locked or desk.pair.closes or not desk.pair.compared:
            return False
        return bool(desk.pair.messages_per_s) or self.now_ns >= _QUIET_UNTIL_NS

    def _host(self, desk: Desk) -> Script:
        yield from episode(desk)
        desk.locked = False
