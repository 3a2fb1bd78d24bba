"""Markets that come and go while a run goes on: pairs that wait for one, and those that ended.

Listens to what the venues announce, and asks their catalogs all the same, because announcements
are missed. Decides nothing about prices.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from underround.app.connections import Rest
from underround.app.fees.reading import WORSE, FeeReading
from underround.app.pairs.file import PairEntry
from underround.app.pairs.pairing import Pairing
from underround.app.pipeline import Pipeline
from underround.app.subscriptions import Subscriptions
from underround.app.universe import Universe
from underround.core.effect import LookUpMarket
from underround.core.event import InstrumentsForgotten, InstrumentsListed
from underround.core.instrument import Instrument, Venue
from underround.core.pair import Pair
from underround.core.units import NS_PER_SECOND
from underround.core.venue_event import MarketsEnded, PairsListed
from underround.venues.errors import VenueFaultError
from underround.venues.kalshi import catalog as kalshi_catalog
from underround.venues.kalshi.catalog import MarketFilter
from underround.venues.polymarket import catalog as polymarket_catalog

_log = logging.getLogger("underround")

EVERY_S: Final = 60.0
EAGER_EVERY_S: Final = 3.0
EAGER_FOR_NS: Final = 180 * NS_PER_SECOND
"""A market that was announced may be missing from the catalog for minutes."""
KEPT_NS: Final = 3_600 * NS_PER_SECOND
"""So long after its end a market is still shown."""
ALL_RESOLVED: Final = 1000
"""The code with which the market channel closes when nothing on it trades any more."""


class MarketWatch:
    """Looks after waiting pairs and ended markets until cancelled."""

    def __init__(
        self,
        universe: Universe,
        series: Sequence[str],
        rest: Rest,
        pipeline: Pipeline,
        subscriptions: Subscriptions,
        clock_ns: Callable[[], int],
        reading: FeeReading = WORSE,
    ) -> None:
        self.universe = universe
        self._reading = reading
        self.on_pair: list[Callable[[Pair], None]] = []
        self._series = tuple(series)
        self._rest = rest
        self._pipeline = pipeline
        self._subscriptions = subscriptions
        self._clock_ns = clock_ns
        self._wake = asyncio.Event()
        self._eager_until_ns = 0
        self._over_ns: dict[str, int] = {}

    async def run(self) -> None:
        """Ask the catalogs every minute, and soon after every announcement that matters."""
        while True:
            is_eager = self._clock_ns() < self._eager_until_ns
            self._wake.clear()
            try:
                async with asyncio.timeout(EAGER_EVERY_S if is_eager else EVERY_S):
                    await self._wake.wait()
            except TimeoutError:
                pass
            try:
                await self._look()
            except VenueFaultError as fault:
                self._pipeline.note("looking for markets failed", str(fault))

    def announced(self, wanted: LookUpMarket) -> None:
        """Learn of a market that a venue announced."""
        if self._concerns(wanted):
            self._eager_until_ns = self._clock_ns() + EAGER_FOR_NS
            self._wake.set()

    def expect(self, entries: Sequence[PairEntry], dropped: Iterable[str] = ()) -> None:
        """Look for the markets of further pairs from now on, and no more for those `dropped`."""
        gone = {*dropped, *(entry.id for entry in entries)}
        kept = (entry for entry in self.universe.waiting if entry.id not in gone)
        self.universe = replace(self.universe, waiting=(*kept, *entries))
        self._wake.set()

    def closed(self, connection: str, code: int | None, reason: str) -> None:
        """Learn that a connection ended; one close code says that all its markets are over."""
        if code == ALL_RESOLVED and self._subscriptions.tokens_of(connection):
            self._wake.set()

    def _concerns(self, wanted: LookUpMarket) -> bool:
        names = {wanted.market, wanted.name, *wanted.instruments} - {""}
        if wanted.venue is Venue.POLYMARKET:
            return any(entry.polymarket in names for entry in self.universe.waiting)
        series = {name.split("-", 1)[0] for name in wanted.instruments}
        return not series.isdisjoint(self._series) or any(
            entry.kalshi in names for entry in self.universe.waiting
        )

    async def _look(self) -> None:
        for name in self._series:
            listing = await kalshi_catalog.fetch_markets(
                self._rest.kalshi, MarketFilter(series=name)
            )
            self._take_up(listing.instruments)
        waiting = self.universe.waiting
        if waiting:
            await self._pair_up(waiting)
        if not self.universe.waiting:
            self._eager_until_ns = 0
        await self._find_ended()
        self.forget_ended()

    def forget_ended(self) -> None:
        """Let the engine forget markets that ended a while ago and that no pair or set watches."""
        now_ns = self._clock_ns()
        books = self._pipeline.engine.books.values()
        over = [book.instrument.id for book in books if book.is_closed and not book.is_watched]
        self._over_ns = {name: self._over_ns.get(name, now_ns) for name in over}
        gone = [name for name, since_ns in self._over_ns.items() if now_ns - since_ns >= KEPT_NS]
        if gone:
            self._pipeline.tell(InstrumentsForgotten(gone, now_ns))
            for name in gone:
                self.universe.instruments.pop(name, None)

    async def _pair_up(self, waiting: Sequence[PairEntry]) -> None:
        """Look both markets of each waiting pair up, and watch the pairs that have both."""
        tickers = tuple(dict.fromkeys(entry.kalshi for entry in waiting))
        listing = await kalshi_catalog.fetch_markets(
            self._rest.kalshi, MarketFilter(tickers=tickers)
        )
        on_kalshi = {one.id: one for one in listing.instruments}
        pairing = Pairing(self.universe.pairs)
        pairs: list[Pair] = []
        found: list[Instrument] = []
        for entry in waiting:
            market = on_kalshi.get(entry.kalshi)
            if market is None:
                continue
            try:
                yes, no = await polymarket_catalog.resolve(self._rest.gamma, entry.polymarket)
            except VenueFaultError as fault:
                if fault.retryable:
                    raise
                continue
            found += [yes, no, market]
            pair = pairing.add(entry, yes, market)
            if pair is not None:
                pairs.append(pair)
        for problem in pairing.problems:
            self._pipeline.note("a pair is left out", problem)
        if not pairs:
            return
        self._take_up(found)
        self._pipeline.tell(PairsListed(pairs, self._clock_ns()))
        paired = {pair.id for pair in pairs}
        self.universe = replace(
            self.universe,
            pairs=(*self.universe.pairs, *pairs),
            waiting=tuple(entry for entry in self.universe.waiting if entry.id not in paired),
        )
        for pair in pairs:
            _log.info("pair %s: both markets are there, watching", pair.id)
            for tell in self.on_pair:
                tell(pair)

    def _take_up(self, instruments: Sequence[Instrument]) -> None:
        """List and subscribe to what is not watched yet."""
        unknown = [one for one in instruments if one.id not in self._pipeline.engine.books]
        fresh = self._reading.all(unknown)
        if not fresh:
            return
        self._pipeline.tell(InstrumentsListed(fresh, self._clock_ns()))
        self._subscriptions.add(fresh)
        self.universe.instruments.update((one.id, one) for one in fresh)

    async def _find_ended(self) -> None:
        watched = [
            book.instrument for book in self._pipeline.engine.books.values() if not book.is_closed
        ]
        tokens: dict[str, list[str]] = {}
        for one in watched:
            if one.venue is Venue.POLYMARKET:
                tokens.setdefault(one.market_id, []).append(one.id)
        closed = await polymarket_catalog.fetch_closed(self._rest.gamma, list(tokens))
        self._end(Venue.POLYMARKET, [token for one in closed for token in tokens[one]])
        tickers = [one.id for one in watched if one.venue is Venue.KALSHI]
        self._end(Venue.KALSHI, list(await kalshi_catalog.fetch_ended(self._rest.kalshi, tickers)))

    def _end(self, venue: Venue, instruments: list[str]) -> None:
        if instruments:
            at_ns = self._clock_ns()
            self._pipeline.tell(MarketsEnded(venue, instruments, "its catalog says so", at_ns))
