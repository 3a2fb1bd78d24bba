"""An account on simulated venues whose books are set by hand, for tests of live trading."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

from underround.app.clock import wall_ns
from underround.app.trading.live_accounts import (
    LiveAccount,
    kalshi_account,
    polymarket_account,
)
from underround.core.fees import kalshi_terms, polymarket_terms
from underround.core.instrument import Instrument, Outcome, Venue
from underround.core.trading.order import (
    Approved,
    OrderIntent,
    QueryOrder,
    TimeInForce,
)
from underround.core.trading.order_event import (
    OrderEvent,
    PrivateStreamChanged,
)
from underround.core.units import NS_PER_SECOND
from underround.simulation.book import ASK, BID
from underround.simulation.venues import SimulatedVenues
from underround.venues.kalshi.signing import load_signer
from underround.venues.polymarket.signing import load_wallet

ONE = 1_000_000
VENUES = [Venue.POLYMARKET, Venue.KALSHI]


class Bench:
    """One account on venues whose books are set by hand."""

    def __init__(self, venues: SimulatedVenues, venue: Venue) -> None:
        self.venues, self.venue = venues, venue
        self.pair = venues.pairs[0]
        self.events: list[OrderEvent] = []
        self.account: LiveAccount | None = None
        self.count = 0
        market = self.pair.polymarket if venue is Venue.POLYMARKET else self.pair.kalshi
        market.book.clear()
        if venue is Venue.POLYMARKET:
            self.pair.polymarket.tick_e4 = 100
        self.flow((BID, 4_000, 100 * ONE), (ASK, 5_000, 100 * ONE), (ASK, 5_100, 100 * ONE))
        self.instruments = {each.id: each for each in self._instruments()}
        self.instrument = next(iter(self.instruments))

    def _instruments(self) -> list[Instrument]:
        if self.venue is Venue.KALSHI:
            market = self.pair.kalshi
            fees = kalshi_terms("quadratic", "1")
            named = [(market.ticker, Outcome.YES, None)]
        else:
            fees = polymarket_terms("0.07")
            yes, no = self.pair.polymarket.tokens
            named = [(yes, Outcome.YES, no), (no, Outcome.NO, yes)]
        return [
            Instrument(
                venue=self.venue,
                id=name,
                market_id="m",
                outcome=outcome,
                title="t",
                ranges=((0, 10_000, 100),),
                fees=fees,
                complement_id=other,
                neg_risk=self.pair.polymarket.neg_risk,
                shard=self.pair.kalshi.shard if self.venue is Venue.KALSHI else 0,
            )
            for name, outcome, other in named
        ]

    def flow(self, *changes: Any) -> None:
        exchange = self.venues.exchange
        if self.venue is Venue.POLYMARKET:
            exchange.change_polymarket(self.pair, list(changes))
        else:
            exchange.change_kalshi(self.pair, list(changes))

    def fault(self, name: str, **more: Any) -> None:
        target = {"target": self.venue.value}
        self.venues.faults.read({"name": name, "for_s": 60.0} | target | more)

    def intent(
        self, price_e4: int, size_e6: int, kind: TimeInForce = TimeInForce.IOC, **more: Any
    ) -> OrderIntent:
        self.count += 1
        fields = {
            "id": f"order-{self.count}",
            "trade": "t",
            "leg": 0,
            "venue": self.venue,
            "instrument": self.instrument,
            "outcome": Outcome.YES,
            "is_buy": True,
            "size_e6": size_e6,
            "limit_e4": price_e4,
            "time_in_force": kind,
            "dies_at_ns": wall_ns() + 300 * NS_PER_SECOND,
        }
        return OrderIntent(**(fields | more))

    async def place(self, *intents: OrderIntent) -> list[str | None]:
        broker = self.account.broker
        prepared = [broker.prepare(Approved(intent, 0)) for intent in intents]
        await broker.place(prepared)
        return [each.venue_order_id for each in prepared]

    def query(self, order: str, identity: str | None) -> QueryOrder:
        return QueryOrder(self.venue, order, identity, self.instrument, wall_ns())

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    async def until(self, is_so: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not is_so():  # noqa: ASYNC110  # what it waits for is another program's state
                await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def bench(
    venue: Venue, timeout_s: float = 5.0, clock_ns: Callable[[], int] = wall_ns
) -> AsyncIterator[Bench]:
    async with SimulatedVenues(7, calm=True, pairs=2, speed=20) as venues:
        made = Bench(venues, venue)
        told = venues.addresses[venue.value]
        if venue is Venue.KALSHI:
            signer = load_signer(told["key_id"], told["private_key_path"])
            account = kalshi_account(
                told["rest"],
                told["ws"],
                signer,
                made.instruments,
                made.events.append,
                timeout_s=timeout_s,
                clock_ns=clock_ns,
            )
        else:
            account = polymarket_account(
                told["clob"],
                told["site"],
                told["user_ws"],
                load_wallet(told["private_key_path"]),
                made.instruments,
                made.events.append,
                timeout_s=timeout_s,
                clock_ns=clock_ns,
            )
        async with account as made.account:
            await made.until(lambda: made.of(PrivateStreamChanged))
            await asyncio.sleep(0.05)
            yield made
