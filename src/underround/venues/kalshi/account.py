"""One Kalshi account's reads: orders of any status, fills, positions, cash by shard.

Reads are asked again when nothing came of them, writes never; `send` is the one way out. Decides
nothing. https://docs.kalshi.com/api-reference/portfolio
"""

from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlencode

from underround.core.instrument import Venue
from underround.core.trading.order import OrderIntent, QueryAccount, QueryOrder
from underround.core.trading.order_event import (
    AccountRead,
    Filled,
    OrderEvent,
    OrderMissing,
    OrderSeen,
    OrderState,
    Position,
    QueryFailed,
)
from underround.core.units import NS_PER_MS, NS_PER_SECOND
from underround.venues.account_reads import AccountReads
from underround.venues.errors import VenueFaultError, printable
from underround.venues.kalshi import orders as wire
from underround.venues.kalshi.fills import KalshiFill, decode_fills
from underround.venues.kalshi.messages import WireFills
from underround.venues.kalshi.order_messages import (
    WireBalance,
    WireOneOrder,
    WireOrder,
    WireOrders,
    WirePosition,
    WirePositions,
)
from underround.venues.kalshi.signing import Signer
from underround.venues.order_line import Answer, OrderLine
from underround.venues.pages import pages

Emit = Callable[[OrderEvent], None]
_PAGE: Final = 200


class KalshiAccount:
    """`intent` finds what one of our ids stands for; `wall_ns` signs, `clock_ns` stamps events."""

    venue = Venue.KALSHI

    def __init__(
        self,
        line: OrderLine,
        signer: Signer,
        wall_ns: Callable[[], int],
        intent: Callable[[str | None], OrderIntent | None],
        clock_ns: Callable[[], int] | None = None,
    ) -> None:
        self._line = line
        self._signer = signer
        self._wall_ns = wall_ns
        self._clock_ns = clock_ns or wall_ns
        self._intent = intent
        self._reads = AccountReads(self.venue, self._get)

    async def query_order(self, wanted: QueryOrder, emit: Emit) -> None:
        """Look an order up among orders of any status, then its fills, then the position."""
        asked_ns = self._clock_ns()
        try:
            known = await self.find(wanted)
            if known is None:
                held = await self._positions(wanted.instrument)
                size_e6 = sum(position.size_e6 for position in held)
                emit(OrderMissing(wanted.order, size_e6, asked_ns, self._clock_ns()))
                return
            for fill in await self._fills({"order_id": known.order_id}, wanted.order):
                emit(fill)
        except (VenueFaultError, ValueError) as error:
            emit(QueryFailed(self.venue, wanted.order, printable(str(error)), self._clock_ns()))
            return
        state = OrderState.RESTING if known.status == "resting" else OrderState.DONE
        at_ns = self._clock_ns()
        emit(OrderSeen(wanted.order, known.order_id, state, known.filled_e6, asked_ns, at_ns))

    async def query_account(self, wanted: QueryAccount, emit: Emit) -> None:
        """Read cash by shard, positions, resting orders and the fills since a time."""
        asked_ns = self._clock_ns()
        try:
            balance = await self._reads.read("/portfolio/balance", {}, WireBalance)
            since = {"min_ts": str(wanted.fills_since_ns // NS_PER_SECOND)}
            fills = await self._fills(since, None)
            held = await self._positions(None)
            resting = await self._orders({"status": "resting"})
            usd_e6, shards = wire.cash(balance)
            read = AccountRead(
                venue=self.venue,
                balance_usd_e6=usd_e6,
                positions=tuple(held),
                open_orders=tuple(wire.open_order(order) for order in resting),
                fills=tuple(fills),
                asked_at_ns=asked_ns,
                at_ns=self._clock_ns(),
                shards_usd_e6=shards,
            )
        except (VenueFaultError, ValueError) as error:
            emit(QueryFailed(self.venue, None, printable(str(error)), self._clock_ns()))
            return
        emit(read)

    async def find(self, wanted: QueryOrder) -> WireOrder | None:
        """Return an order by the venue's id or ours, None when neither is there."""
        if wanted.venue_order_id:
            found = await self.one(wanted.venue_order_id)
            if found is not None:
                return found
        for order in await self._orders({"ticker": wanted.instrument}):
            if order.client_order_id == wanted.order:
                return order
        return None

    async def one(self, venue_order_id: str) -> WireOrder | None:
        """Return an order by the venue's id."""
        answer = await self._reads.answer(f"/portfolio/orders/{venue_order_id}", {})
        if answer.status == 404:
            return None
        return self._reads.decoded(answer, WireOneOrder).order

    async def _orders(self, query: dict[str, str]) -> list[WireOrder]:
        async def ask(cursor: str) -> tuple[list[WireOrder], str]:
            page = await self._reads.read("/portfolio/orders", _paged(query, cursor), WireOrders)
            return page.orders, page.cursor

        return [order async for page in pages(self.venue, "list of orders", ask) for order in page]

    async def _fills(self, query: dict[str, str], order: str | None) -> list[Filled]:
        """Return fills; those of one query by order are all of that order."""

        async def ask(cursor: str) -> tuple[list[KalshiFill], str]:
            answer = await self._reads.answer("/portfolio/fills", _paged(query, cursor))
            after = self._reads.decoded(answer, WireFills).cursor
            return decode_fills(answer.body), after

        listed = pages(self.venue, "list of fills", ask)
        fills = [fill async for page in listed for fill in page]
        names: dict[str, str] = {}
        if fills and order is None:
            names = {o.order_id: o.client_order_id for o in await self._orders({})}
        return [
            wire.filled_event(
                fill, self._intent(order or names.get(fill.order_id)), self._clock_ns()
            )
            for fill in fills
        ]

    async def _positions(self, ticker: str | None) -> list[Position]:
        query = {"ticker": ticker} if ticker else {}

        async def ask(cursor: str) -> tuple[list[WirePosition], str]:
            asked = _paged(query, cursor)
            page = await self._reads.read("/portfolio/positions", asked, WirePositions)
            return page.market_positions, page.cursor

        listed = pages(self.venue, "list of positions", ask)
        return [wire.position(each) async for page in listed for each in page]

    async def send(
        self, method: str, path: str, body: bytes, query: Mapping[str, str] | None = None
    ) -> Answer:
        """Sign and write one request; raises UnsentError or UnansweredError."""
        target = self._line.prefix + path
        headers = self._signer.headers(method, target, self._wall_ns() // NS_PER_MS)
        return await self._line.send(
            method, target + (f"?{urlencode(query)}" if query else ""), headers, body
        )

    async def _get(self, path: str, query: Mapping[str, str]) -> Answer:
        return await self.send("GET", path, b"", query)


def _paged(query: Mapping[str, str], cursor: str) -> dict[str, str]:
    return {**query, "limit": str(_PAGE)} | ({"cursor": cursor} if cursor else {})
