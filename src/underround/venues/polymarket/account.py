"""One Polymarket account's reads: orders, trades, dollars, shares that have arrived or are pending.

Reads are asked again when nothing came of them, writes never; `send` is the one way out. Decides
nothing. https://docs.polymarket.com/developers/CLOB/orders/get-order
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeVar
from urllib.parse import urlencode

import msgspec

from underround.core.instrument import Instrument, Venue
from underround.core.trading.order import OrderIntent, QueryAccount, QueryOrder
from underround.core.trading.order_event import (
    AccountRead,
    Filled,
    FillStatus,
    OrderEvent,
    OrderMissing,
    OrderSeen,
    OrderState,
    Position,
    QueryFailed,
)
from underround.core.units import NS_PER_SECOND, PRICE_ONE_E4, parse_price_e4
from underround.venues.errors import VenueFaultError, printable
from underround.venues.order_line import Answer, OrderLine
from underround.venues.polymarket import order_messages as wire
from underround.venues.polymarket import orders
from underround.venues.polymarket.signing import ApiKey

Emit = Callable[[OrderEvent], None]
_READS: Final = 3
_END: Final = "LTE="
_SETTLING: Final = (FillStatus.MATCHED, FillStatus.RETRYING)
AnyStruct = TypeVar("AnyStruct", bound=msgspec.Struct)


class PolymarketAccount:
    """`intents` are ours by the venue's id; `held` names tokens that the account may hold."""

    venue = Venue.POLYMARKET

    def __init__(
        self,
        line: OrderLine,
        key: ApiKey,
        who: orders.Identity,
        instruments: Mapping[str, Instrument],
        intents: Mapping[str, OrderIntent],
        wall_ns: Callable[[], int],
        held: Callable[[], Iterable[str]],
    ) -> None:
        self._line = line
        self._key = key
        self._who = who
        self._instruments = instruments
        self._intents = intents
        self._wall_ns = wall_ns
        self._held = held

    async def query_order(self, wanted: QueryOrder, emit: Emit) -> None:
        """Look an order up by its hash, among orders and then among trades."""
        asked_ns = self._wall_ns()
        identity = wanted.venue_order_id
        try:
            if identity is None:
                raise ValueError("an order without its hash cannot be looked up")
            known = await self.one(identity)
            fills = [
                fill
                for fill in await self._fills({"asset_id": wanted.instrument})
                if fill.venue_order_id == identity
            ]
            if known is None and not fills:
                size_e6 = await self._position_e6(wanted.instrument, ())
                emit(OrderMissing(wanted.order, size_e6, asked_ns, self._wall_ns()))
                return
        except (VenueFaultError, ValueError) as error:
            emit(QueryFailed(self.venue, wanted.order, printable(str(error)), self._wall_ns()))
            return
        for fill in fills:
            emit(fill)
        filled_e6 = sum(f.size_e6 for f in fills if f.status is not FillStatus.FAILED)
        state = OrderState.DONE
        if known is not None:
            filled_e6 = max(filled_e6, known.filled_e6)
            state = OrderState.RESTING if orders.is_resting(known) else OrderState.DONE
        emit(OrderSeen(wanted.order, identity, state, filled_e6, asked_ns, self._wall_ns()))

    async def query_account(self, wanted: QueryAccount, emit: Emit) -> None:
        """Read the dollars, open orders, the trades since a time, and the shares of tokens."""
        asked_ns = self._wall_ns()
        try:
            dollars_e6 = await self._balance_e6({"asset_type": "COLLATERAL"})
            resting = await self._open_orders()
            since = {"after": str(wanted.fills_since_ns // NS_PER_SECOND)}
            fills = await self._fills(since)
            tokens = dict.fromkeys((*self._held(), *(fill.instrument for fill in fills)))
            positions = [
                Position(token, size_e6)
                for token in tokens
                if (size_e6 := await self._position_e6(token, fills))
            ]
            reserved_e6 = sum(
                parse_price_e4(order.price) * orders.open_order(order).remaining_e6 // PRICE_ONE_E4
                for order in resting
                if order.side == "BUY"
            )
        except (VenueFaultError, ValueError) as error:
            emit(QueryFailed(self.venue, None, printable(str(error)), self._wall_ns()))
            return
        emit(
            AccountRead(
                venue=self.venue,
                balance_usd_e6=dollars_e6 - reserved_e6,
                positions=tuple(positions),
                open_orders=tuple(orders.open_order(order) for order in resting),
                fills=tuple(fills),
                asked_at_ns=asked_ns,
                at_ns=self._wall_ns(),
            )
        )

    async def one(self, identity: str) -> wire.WireOrder | None:
        """Return an order by its hash, None when the venue shows none."""
        answer = await self._get(f"/data/order/{identity}", {})
        if answer.status == 404 or answer.body.strip() in (b"null", b""):
            return None
        return self._decoded(answer, wire.WireOrder)

    async def _open_orders(self) -> list[wire.WireOrder]:
        found: list[wire.WireOrder] = []
        cursor = ""
        while cursor != _END:
            query = {"next_cursor": cursor} if cursor else {}
            page = self._decoded(await self._get("/data/orders", query), wire.WireOrders)
            found += page.data
            cursor = page.next_cursor or _END
        return found

    async def _fills(self, query: dict[str, str]) -> list[Filled]:
        found: list[Filled] = []
        cursor = ""
        while cursor != _END:
            asked = query | ({"next_cursor": cursor} if cursor else {})
            page = self._decoded(await self._get("/data/trades", asked), wire.WireTrades)
            for trade in page.data:
                found += orders.fills_of(trade, self._intents, self._instruments, self._wall_ns())
            cursor = page.next_cursor or _END
        return found

    async def _position_e6(self, token: str, fills: Iterable[Filled]) -> int:
        """Return the shares of a token, with those bought that have not arrived yet."""
        query = {"asset_type": "CONDITIONAL", "token_id": token}
        settled_e6 = await self._balance_e6(query)
        if not fills:
            fills = await self._fills({"asset_id": token})
        return settled_e6 + sum(
            fill.size_e6
            for fill in fills
            if fill.instrument == token and fill.is_buy and fill.status in _SETTLING
        )

    async def _balance_e6(self, query: dict[str, str]) -> int:
        asked = query | {"signature_type": str(self._who.signature_type)}
        answer = await self._get("/balance-allowance", asked)
        return int(self._decoded(answer, wire.WireBalance).balance)

    def _decoded(self, answer: Answer, form: type[AnyStruct]) -> AnyStruct:
        if answer.status != 200:
            problem = f"HTTP {answer.status}"
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
        at_s = self._wall_ns() // NS_PER_SECOND
        headers = self._key.headers(self._who.wallet.address, method, target, body, at_s)
        full = target + (f"?{urlencode(query)}" if query else "")
        return await self._line.send(method, full, headers, body)
