"""One Kalshi account's reads: orders of any status, fills, positions, cash by shard.

Reads are asked again when nothing came of them, writes never; `send` is the one way out. Decides
nothing. https://docs.kalshi.com/api-reference/portfolio
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeVar
from urllib.parse import urlencode

import msgspec

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
from underround.venues.errors import VenueFaultError, printable
from underround.venues.kalshi import orders as wire
from underround.venues.kalshi.fills import decode_fills
from underround.venues.kalshi.messages import WireFills
from underround.venues.kalshi.order_messages import (
    WireBalance,
    WireOneOrder,
    WireOrder,
    WireOrders,
    WirePositions,
)
from underround.venues.kalshi.signing import Signer
from underround.venues.order_line import Answer, OrderLine

Emit = Callable[[OrderEvent], None]
_READS: Final = 3
_PAGE: Final = 200
AnyStruct = TypeVar("AnyStruct", bound=msgspec.Struct)


class KalshiAccount:
    """`intent` finds what one of our ids stands for."""

    venue = Venue.KALSHI

    def __init__(
        self,
        line: OrderLine,
        signer: Signer,
        wall_ns: Callable[[], int],
        intent: Callable[[str | None], OrderIntent | None],
    ) -> None:
        self._line = line
        self._signer = signer
        self._wall_ns = wall_ns
        self._intent = intent

    async def query_order(self, wanted: QueryOrder, emit: Emit) -> None:
        """Look an order up among orders of any status, then its fills, then the position."""
        asked_ns = self._wall_ns()
        try:
            known = await self.find(wanted)
            if known is None:
                held = await self._positions(wanted.instrument)
                size_e6 = sum(position.size_e6 for position in held)
                emit(OrderMissing(wanted.order, size_e6, asked_ns, self._wall_ns()))
                return
            for fill in await self._fills({"order_id": known.order_id}, wanted.order):
                emit(fill)
        except (VenueFaultError, ValueError) as error:
            emit(QueryFailed(self.venue, wanted.order, printable(str(error)), self._wall_ns()))
            return
        state = OrderState.RESTING if known.status == "resting" else OrderState.DONE
        at_ns = self._wall_ns()
        emit(OrderSeen(wanted.order, known.order_id, state, known.filled_e6, asked_ns, at_ns))

    async def query_account(self, wanted: QueryAccount, emit: Emit) -> None:
        """Read cash by shard, positions, resting orders and the fills since a time."""
        asked_ns = self._wall_ns()
        try:
            balance = await self._read("/portfolio/balance", {}, WireBalance)
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
                at_ns=self._wall_ns(),
                shards_usd_e6=shards,
            )
        except (VenueFaultError, ValueError) as error:
            emit(QueryFailed(self.venue, None, printable(str(error)), self._wall_ns()))
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
        answer = await self._get(f"/portfolio/orders/{venue_order_id}", {})
        if answer.status == 404:
            return None
        return self._decoded(answer, WireOneOrder).order

    async def _orders(self, query: dict[str, str]) -> list[WireOrder]:
        found: list[WireOrder] = []
        cursor = ""
        while True:
            asked = query | {"limit": str(_PAGE)} | ({"cursor": cursor} if cursor else {})
            page = await self._read("/portfolio/orders", asked, WireOrders)
            found += page.orders
            cursor = page.cursor
            if not cursor:
                return found

    async def _fills(self, query: dict[str, str], order: str | None) -> list[Filled]:
        """Return fills; those of one query by order are all of that order."""
        names: dict[str, str] = {}
        found: list[Filled] = []
        cursor = ""
        while True:
            asked = query | {"limit": str(_PAGE)} | ({"cursor": cursor} if cursor else {})
            answer = await self._get("/portfolio/fills", asked)
            cursor = self._decoded(answer, WireFills).cursor
            fills = decode_fills(answer.body)
            if order is None and any(fill.order_id not in names for fill in fills):
                names = {o.order_id: o.client_order_id for o in await self._orders({})}
            for fill in fills:
                intent = self._intent(order or names.get(fill.order_id))
                found.append(wire.filled_event(fill, intent, self._wall_ns()))
            if not cursor:
                return found

    async def _positions(self, ticker: str | None) -> list[Position]:
        query = {"ticker": ticker} if ticker else {}
        page = await self._read("/portfolio/positions", query, WirePositions)
        return [wire.position(each) for each in page.market_positions]

    async def _read(self, path: str, query: dict[str, str], form: type[AnyStruct]) -> AnyStruct:
        return self._decoded(await self._get(path, query), form)

    def _decoded(self, answer: Answer, form: type[AnyStruct]) -> AnyStruct:
        if answer.status != 200:
            problem = f"HTTP {answer.status} {wire.read_error(answer.body).code}".strip()
            raise VenueFaultError(self.venue, problem, retryable=True, status=answer.status)
        return msgspec.json.decode(answer.body, type=form)

    async def _get(self, path: str, query: dict[str, str]) -> Answer:
        """Ask until there is an answer that is none of a busy venue, a few times at most."""
        for attempt in range(1, _READS + 1):
            try:
                answer = await self.send("GET", path, b"", query)
            except VenueFaultError:
                if attempt == _READS:
                    raise
                continue
            if answer.status < 500:
                return answer
        return answer

    async def send(
        self, method: str, path: str, body: bytes, query: Mapping[str, str] | None = None
    ) -> Answer:
        """Sign and write one request; raises UnsentError or UnansweredError."""
        target = self._line.prefix + path
        headers = self._signer.headers(method, target, self._wall_ns() // NS_PER_MS)
        return await self._line.send(
            method, target + (f"?{urlencode(query)}" if query else ""), headers, body
        )
