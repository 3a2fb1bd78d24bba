"""One Kalshi account: places, cancels and looks up orders; each order is written exactly once.

Answers are events given to `emit`; nothing is retried but reads. Holds no state but which of our
orders the venue knows under which id. https://docs.kalshi.com/api-reference/orders
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final

import msgspec

from underround.core.instrument import Instrument, Venue
from underround.core.trading.order import CancelOrder, OrderIntent, QueryAccount, QueryOrder
from underround.core.trading.order_event import (
    OrderAcknowledged,
    OrderDone,
    OrderEvent,
    OrderRejected,
    OrderUnanswered,
    RejectReason,
)
from underround.venues.errors import VenueFaultError
from underround.venues.kalshi import orders as wire
from underround.venues.kalshi.account import KalshiAccount
from underround.venues.kalshi.order_messages import WireBatch
from underround.venues.kalshi.signing import Signer
from underround.venues.order_budget import OrderBudget
from underround.venues.order_line import OrderLine, UnansweredError, UnsentError
from underround.venues.recent import Recent

Emit = Callable[[OrderEvent], None]
Written = tuple[OrderIntent, str | None, bytes]
BATCH_AT_MOST: Final = 20
ORDER_COST: Final = 10
CANCEL_COST: Final = 2
_PAUSE_S: Final = 1.0
GROUP_TRIES: Final = 6


class KalshiTrading:
    """`wall_ns` signs requests, `monotonic_ns` paces them; `clock_ns`, the run's own clock, stamps
    events, because a clock that steps must not make an order older or younger than it is.

    `instruments` are looked up by ticker; `intent_of` finds an earlier run's order by our id.
    `group` is the order group that every order joins, the venue's own kill switch.
    """

    venue = Venue.KALSHI

    def __init__(
        self,
        line: OrderLine,
        signer: Signer,
        instruments: Mapping[str, Instrument],
        budget: OrderBudget,
        *,
        wall_ns: Callable[[], int],
        monotonic_ns: Callable[[], int],
        intent_of: Callable[[str], OrderIntent | None] = lambda _order: None,
        group: str | None = None,
        clock_ns: Callable[[], int] | None = None,
    ) -> None:
        self._account = KalshiAccount(line, signer, wall_ns, self.intent, clock_ns)
        self._instruments = instruments
        self._budget = budget
        self._clock_ns = clock_ns or wall_ns
        self._monotonic_ns = monotonic_ns
        self._intent_of = intent_of
        self._group = group
        self._intents: Recent[OrderIntent] = Recent()
        self.is_forbidden = False

    def prepare(self, intent: OrderIntent) -> tuple[str | None, bytes]:
        """Return the order's body; the venue gives it an id only when it takes it."""
        instrument = self._instruments.get(intent.instrument)
        if instrument is None:
            raise ValueError(f"{intent.id}: {intent.instrument} is not a market known here")
        return None, wire.write_order(intent, instrument, self._group)

    async def place(self, orders: Sequence[Written], emit: Emit) -> None:
        """Send orders, several in one batch; one event each."""
        for start in range(0, len(orders), BATCH_AT_MOST):
            await self._place_some(orders[start : start + BATCH_AT_MOST], emit)

    async def _place_some(self, orders: Sequence[Written], emit: Emit) -> None:
        intents = [intent for intent, _, _ in orders]
        text = ""
        if self.is_forbidden:
            text = "the venue answered 403 before: trading stopped for good"
        elif not self._budget.take(
            self._monotonic_ns(),
            ORDER_COST * len(orders),
            is_urgent=all(intent.reduces for intent in intents),
        ):
            text = "our own limit of requests, below the venue's"
        if text:
            for intent in intents:
                emit(OrderRejected(intent.id, RejectReason.NOT_SENT, text, self._clock_ns()))
            return
        for intent in intents:
            self._intents[intent.id] = intent
        if len(orders) == 1:
            path, body = wire.ORDERS, orders[0][2]
        else:
            path = f"{wire.ORDERS}/batched"
            body = b'{"orders":[' + b",".join(body for _, _, body in orders) + b"]}"
        try:
            answer = await self._account.send("POST", path, body)
        except UnsentError as error:
            for intent in intents:
                reason = RejectReason.NOT_SENT
                emit(OrderRejected(intent.id, reason, str(error), self._clock_ns()))
            return
        except UnansweredError as error:
            for intent in intents:
                emit(OrderUnanswered(intent.id, str(error), self._clock_ns()))
            return
        at_ns = self._clock_ns()
        if answer.status == 429:
            self._budget.pause(self._monotonic_ns(), answer.retry_after_s or _PAUSE_S)
        self.is_forbidden = self.is_forbidden or answer.status == 403
        if len(orders) == 1 or answer.status not in (200, 201):
            for intent in intents:
                emit(wire.read_placed(intent, answer.status, answer.body, at_ns))
            return
        for event in _batch_events(intents, answer.body, at_ns):
            emit(event)

    async def cancel(self, wanted: CancelOrder, emit: Emit) -> None:
        """Cancel an order and say how much of it was filled."""
        at_ns = wanted.at_ns
        query = QueryOrder(
            wanted.venue, wanted.order, wanted.venue_order_id, wanted.instrument, at_ns
        )
        try:
            identity = wanted.venue_order_id
            if identity is None:
                found = await self._account.find(query)
                if found is None:
                    return
                identity = found.order_id
            self._budget.take(self._monotonic_ns(), CANCEL_COST, is_urgent=True)
            path = f"{wire.ORDERS}/{identity}"
            await self._account.send("DELETE", path, b"", {"market_ticker": wanted.instrument})
            known = await self._account.one(identity)
        except (VenueFaultError, ValueError):
            return
        if known is not None and known.status != "resting":
            done = wire.done_reason(known)
            told = OrderDone(wanted.order, known.order_id, known.filled_e6, done, self._clock_ns())
            emit(told)

    async def amend(self, wanted: CancelOrder, intent: OrderIntent, emit: Emit) -> None:
        """Give a resting order the price and whole size of `intent`, which keeps its id.

        The size counts what is filled already. Another price or a larger size costs its place in
        the queue. Its new state is told as after placing it; nothing is told when it is unknown.
        """
        instrument = self._instruments.get(intent.instrument)
        if instrument is None or not self._budget.take(self._monotonic_ns(), ORDER_COST):
            return
        body = wire.write_amendment(intent, instrument)
        await self._change(wanted, intent, "amend", body, emit)

    async def decrease(self, wanted: CancelOrder, by_e6: int, emit: Emit) -> None:
        """Take so much of a resting order away; it keeps its place in the queue."""
        intent = self.intent(wanted.order)
        if intent is None or not self._budget.take(self._monotonic_ns(), ORDER_COST):
            return
        body = msgspec.json.encode({"reduce_by": wire.count_text(by_e6)})
        await self._change(wanted, intent, "decrease", body, emit)

    async def _change(
        self, wanted: CancelOrder, intent: OrderIntent, how: str, body: bytes, emit: Emit
    ) -> None:
        path = f"{wire.ORDERS}/{wanted.venue_order_id}/{how}"
        try:
            answer = await self._account.send("POST", path, body)
            known = await self._account.one(wanted.venue_order_id or "")
        except (VenueFaultError, ValueError):
            return
        if known is None or answer.status != 200:
            return
        if known.status == "resting":
            at_ns = self._clock_ns()
            emit(OrderAcknowledged(intent.id, known.order_id, known.filled_e6, at_ns))
        else:
            done = wire.done_reason(known)
            emit(OrderDone(intent.id, known.order_id, known.filled_e6, done, self._clock_ns()))

    async def cancel_all(self) -> bool:
        """Cancel every resting order of the account; tell whether the venue said so."""
        self._budget.take(self._monotonic_ns(), ORDER_COST, is_urgent=True)
        try:
            return (await self._account.send("DELETE", wire.ORDERS, b"")).status == 200
        except VenueFaultError:
            return False

    async def query_order(self, wanted: QueryOrder, emit: Emit) -> None:
        """Look an order up; see KalshiAccount."""
        await self._account.query_order(wanted, emit)

    async def query_account(self, wanted: QueryAccount, emit: Emit) -> None:
        """Read the account; see KalshiAccount."""
        await self._account.query_account(wanted, emit)

    async def make_group(self, contracts: int) -> str:
        """Make an order group that lets so many contracts trade in any 15 seconds; its id.

        Orders join it from now on. Waits where too much was asked for already, as after quick
        restarts. Raises VenueFaultError.
        """
        body = msgspec.json.encode({"contracts_limit_fp": f"{contracts}.00"})
        for _ in range(GROUP_TRIES):
            answer = await self._account.send("POST", "/portfolio/order_groups/create", body)
            if answer.status != 429:
                break
            await asyncio.sleep(answer.retry_after_s or _PAUSE_S)
        made = wire.read_group(answer.body) if answer.status in (200, 201) else None
        if made is None:
            problem = f"no order group: HTTP {answer.status} {wire.read_error(answer.body).code}"
            raise VenueFaultError(self.venue, problem, retryable=False, status=answer.status)
        self._group = made
        return made

    async def drop_group(self) -> None:
        """End the order group, and with it whatever of its orders still rests; best effort."""
        group, self._group = self._group, None
        if group is not None:
            with suppress(VenueFaultError):
                await self._account.send("DELETE", f"/portfolio/order_groups/{group}", b"")

    def intent(self, order: str | None) -> OrderIntent | None:
        """Return the intent behind one of our ids, of this run or an earlier one."""
        if not order:
            return None
        return self._intents.get(order) or self._intent_of(order)


def _batch_events(intents: Sequence[OrderIntent], body: bytes, at_ns: int) -> list[OrderEvent]:
    """Return one event an order; what is missing or makes no sense is unanswered."""
    try:
        placed = msgspec.json.decode(body, type=WireBatch).orders
        by_client = {each.client_order_id: each for each in placed}
    except (msgspec.DecodeError, RecursionError):
        by_client = {}
    events: list[OrderEvent] = []
    for intent in intents:
        try:
            events.append(wire.placed_event(intent, by_client[intent.id], at_ns))
        except (KeyError, ValueError):
            events.append(OrderUnanswered(intent.id, "the answer does not name it", at_ns))
    return events
