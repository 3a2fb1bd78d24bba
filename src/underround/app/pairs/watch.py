"""Whether a run's pairs may still be signalled: today's rules against those that were approved.

Reads the rules of the watched pairs from both venues now and then, and the catalog's word on each
pair more often, in a thread of its own: detection never waits for a disk. A pair that is suspended
or refused there raises no signals until somebody accepts it.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from underround.app.connections import Rest
from underround.app.pairs.catalog_feed import fetch_named
from underround.app.pairs.price_alarms import LOOK_EVERY_S, PriceAlarms
from underround.app.pipeline import Pipeline
from underround.core.errors import UnderroundError
from underround.core.instrument import Instrument, Venue
from underround.core.pair import Pair, Polarity
from underround.core.units import NS_PER_SECOND
from underround.core.venue_event import PairsSuspended
from underround.matching.catalog import Catalog
from underround.matching.catalog_entries import CatalogMarket
from underround.matching.pair_states import PairState
from underround.matching.review import ReviewDesk
from underround.matching.verdict import judge
from underround.venues.errors import VenueFaultError

_log = logging.getLogger("underround")

RULES_EVERY_S: Final = 600.0
_WORDS: Final = {
    PairState.SUSPENDED: "its rules changed or it no longer holds; `underround pairs review`",
    PairState.REFUSED: "a person refused it",
}

Texts = Mapping[Venue, list[CatalogMarket]]


class WatchedPair(Struct, frozen=True):
    """A pair by what the catalog knows it by; `is_inverse` means that Polymarket's NO is bought."""

    id: str
    condition: str
    kalshi: str
    is_inverse: bool


class PairWatch:
    """Looks after the pairs of one run until cancelled; `alarms` hears their prices."""

    def __init__(
        self,
        rest: Rest,
        pipeline: Pipeline,
        catalog: str,
        clock_ns: Callable[[], int],
        pairs: Callable[[], Iterable[Pair]],
        rules_every_s: float = RULES_EVERY_S,
    ) -> None:
        self.alarms = PriceAlarms(pipeline.engine)
        self.suspended: dict[str, str] = {}
        self.withdrawn: dict[str, str] = {}
        self._rest = rest
        self._pipeline = pipeline
        self._catalog = catalog
        self._clock_ns = clock_ns
        self._pairs = pairs
        self._rules_every_ns = round(rules_every_s * NS_PER_SECOND)
        self._rules_due_ns = 0
        self._looking = asyncio.Lock()

    async def run(self) -> None:
        """Look at rules, at the catalog and at prices, for ever."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    def read_rules_now(self) -> None:
        """Have the rules read at the next look, without waiting for their time."""
        self._rules_due_ns = 0

    def withdraw(self, reasons: Mapping[str, str]) -> None:
        """Suspend the pairs named here, and no others of this kind, whatever the catalog says."""
        standing = {name: why for name, why in self.suspended.items() if name not in self.withdrawn}
        self.withdrawn = dict(reasons)
        self._tell(standing | self.withdrawn)

    async def look(self) -> None:
        """Look once; what cannot be had is noted and tried again."""
        async with self._looking:
            await self._look()

    async def _look(self) -> None:
        now_ns = self._clock_ns()
        pairs = list(self._pairs())
        if not pairs:
            return
        self.alarms.look(pairs, now_ns)
        watched = [
            _watched(pair, self._pipeline.engine.books[pair.polymarket_yes].instrument)
            for pair in pairs
        ]
        texts: Texts = {}
        if now_ns >= self._rules_due_ns:
            try:
                texts = await self._texts(watched)
            except VenueFaultError as fault:
                self._pipeline.note("rules could not be read again", str(fault))
            else:
                self._rules_due_ns = now_ns + self._rules_every_ns
        try:
            reasons = await asyncio.to_thread(
                partial(_standing, self._catalog, watched, texts, now_ns)
            )
        except (UnderroundError, sqlite3.Error) as fault:
            self._pipeline.note("the catalog of pairs cannot be used", str(fault))
        else:
            self._tell(reasons | self.withdrawn)

    def _tell(self, reasons: dict[str, str]) -> None:
        """Tell the engine and the log what differs from before."""
        for name in reasons.keys() - self.suspended.keys():
            _log.warning("⚠️ pair %s suspended, no signals: %s", name, reasons[name])
        for name in self.suspended.keys() - reasons.keys():
            _log.info("pair %s accepted again: signals go on", name)
        if reasons != self.suspended:
            self.suspended = reasons
            self._pipeline.tell(PairsSuspended(dict(reasons), self._clock_ns()))

    async def _texts(self, watched: list[WatchedPair]) -> Texts:
        return await fetch_named(
            self._rest,
            {
                Venue.POLYMARKET: list(dict.fromkeys(pair.condition for pair in watched)),
                Venue.KALSHI: list(dict.fromkeys(pair.kalshi for pair in watched)),
            },
        )


def _watched(pair: Pair, yes: Instrument) -> WatchedPair:
    return WatchedPair(pair.id, yes.market_id, pair.kalshi, pair.polarity is Polarity.INVERSE)


def _standing(
    path: str, watched: Iterable[WatchedPair], texts: Texts, now_ns: int
) -> dict[str, str]:
    """Take texts in and return which pairs may not be signalled, with the reason."""
    reasons = {}
    with Catalog(path) as catalog:
        for venue, markets in texts.items():
            catalog.refresh(venue, markets, now_ns)
        desk = ReviewDesk(catalog)
        states = {(pair.polymarket, pair.kalshi): pair.state for pair in desk.pairs()}
        for pair in watched:
            state = states.get((pair.condition, pair.kalshi), PairState.PROPOSED)
            if state is PairState.PROPOSED:
                state = _adopted(desk, pair, now_ns)
            if state in _WORDS:
                reasons[pair.id] = _WORDS[state]
    return reasons


def _adopted(desk: ReviewDesk, pair: WatchedPair, now_ns: int) -> PairState:
    """Take a pair in that a person wrote into the pairs file; return where it then stands."""
    market = desk.catalog.market(Venue.POLYMARKET, pair.condition)
    other = desk.catalog.market(Venue.KALSHI, pair.kalshi)
    if market is None or other is None:
        return PairState.PROPOSED
    outcome = market.outcomes[1 if pair.is_inverse else 0]
    side = replace(market.listings()[0], outcome=outcome, outcomes=market.outcomes)
    return desk.adopt(judge(side, other.listings()[0]), now_ns).state
