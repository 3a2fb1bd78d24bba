"""One Polymarket account's reads: orders, trades, dollars, shares that have arrived or are pending.

Reads are asked again when nothing came of them, writes never; `send` is the one way out. Decides
nothing. https://docs.polymarket.com/developers/CLOB/orders/get-order
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final
from urllib.parse import urlencode

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
from underround.venues.account_reads import AccountReads
from underround.venues.errors import VenueFaultError, printable
from underround.venues.order_line import Answer, OrderLine
from underround.venues.pages import pages
from underround.venues.polymarket import order_messages as wire
from underround.venues.polymarket import orders
from underround.venues.polymarket.signing import ApiKey

Emit = Callable[[OrderEvent], None]
_END: Final = "LTE="
_SETTLING: Final = (FillStatus.MATCHED, FillStatus.RETRYING)


class PolymarketAccount:
    """`intents` are ours by the venue's id; `held` names tokens that the account may hold.

    `wall_ns` signs requests, `clock_ns` stamps events.
    """

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
        clock_ns: Callable[[], int] | None = None,
    ) -> None:
        self._line = line
        self._key = key
        self._who = who
        self._instruments = instruments
        self._intents = intents
        self._wall_ns = wall_ns
        self._clock_ns = clock_ns or wall_ns
        self._held = held
        self._reads = AccountReads(self.venue, self._get)

    async def query_order(self, wanted: QueryOrder, emit: Emit) -> None:
        """Look an order up by its hash, among orders and then among trades."""
        asked_ns = self._clock_ns()
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
                emit(OrderMissing(wanted.order, size_e6, asked_ns, self._clock_ns()))
                return
        except (VenueFaultError, ValueError) as error:
            emit(QueryFailed(self.venue, wanted.order, printable(str(error)), self._clock_ns()))
            return
        for fill in fills:
            emit(fill)
        filled_e6 = sum(f.size_e6 for f in fills if f.status is not FillStatus.FAILED)
        state = OrderState.DONE
        if known is not None:
            filled_e6 = max(filled_e6, known.filled_e6)
            state = OrderState.RESTING if orders.is_resting(known) else OrderState.DONE
        emit(OrderSeen(wanted.order, identity, state, filled_e6, asked_ns, self._clock_ns()))

    async def query_account(self, wanted: QueryAccount, emit: Emit) -> None:
        """Read the dollars, open orders, the trades since a time, and the shares of tokens."""
        asked_ns = self._clock_ns()
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
            emit(QueryFailed(self.venue, None, printable(str(error)), self._clock_ns()))
            return
        emit(
            AccountRead(
                venue=self.venue,
                balance_usd_e6=dollars_e6 - reserved_e6,
                positions=tuple(positions),
                open_orders=tuple(orders.open_order(order) for order in resting),
                fills=tuple(fills),
                asked_at_ns=asked_ns,
                at_ns=self._clock_ns(),
            )
        )

    async def one(self, identity: str) -> wire.WireOrder | None:
        """Return an order by its hash, None when the venue shows none."""
        answer = await self._reads.answer(f"/data/order/{identity}", {})
        if answer.status == 404 or answer.body.strip() in (b"null", b""):
            return None
        return self._reads.decoded(answer, wire.WireOrder)

    async def _open_orders(self) -> list[wire.WireOrder]:
        async def ask(cursor: str) -> tuple[list[wire.WireOrder], str]:
            page = await self._reads.read("/data/orders", _after({}, cursor), wire.WireOrders)
            return page.data, _cursor(page.next_cursor)

        listed = pages(self.venue, "list of open orders", ask)
        return [order async for page in listed for order in page]

    async def _fills(self, query: dict[str, str]) -> list[Filled]:
        async def ask(cursor: str) -> tuple[list[wire.WireTrade], str]:
            page = await self._reads.read("/data/trades", _after(query, cursor), wire.WireTrades)
            return page.data, _cursor(page.next_cursor)

        return [
            fill
            async for page in pages(self.venue, "list of trades", ask)
            for trade in page
            for fill in orders.fills_of(trade, self._intents, self._instruments, self._clock_ns())
        ]

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
        return int((await self._reads.read("/balance-allowance", asked, wire.WireBalance)).balance)

    async def send(
        self, method: str, path: str, body: bytes, query: Mapping[str, str] | None = None
    ) -> Answer:
        """Sign and write one request; raises UnsentError or UnansweredError."""
        target = self._line.prefix + path
        at_s = self._wall_ns() // NS_PER_SECOND
        headers = self._key.headers(self._who.wallet.address, method, target, body, at_s)
        full = target + (f"?{urlencode(query)}" if query else "")
        return await self._line.send(method, full, headers, body)

    async def _get(self, path: str, query: Mapping[str, str]) -> Answer:
        return await self.send("GET", path, b"", query)


def _after(query: dict[str, str], cursor: str) -> dict[str, str]:
    return query | ({"next_cursor": cursor} if cursor else {})


def _cursor(told: str) -> str:
    return "" if told == _END else told
