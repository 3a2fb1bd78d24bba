"""One Polymarket account: signs, places, cancels and looks up orders; each is written exactly once.

Answers are events given to `emit`; nothing is retried but reads. A 403 stops it for good.
https://docs.polymarket.com/developers/CLOB/orders
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from underround.core.instrument import Instrument, Venue
from underround.core.trading.order import CancelOrder, OrderIntent, QueryAccount, QueryOrder
from underround.core.trading.order_event import (
    OrderDone,
    OrderEvent,
    OrderRejected,
    OrderUnanswered,
    RejectReason,
)
from underround.venues.errors import VenueFaultError
from underround.venues.order_budget import OrderBudget
from underround.venues.order_line import Answer, OrderLine, UnansweredError, UnsentError
from underround.venues.polymarket import orders
from underround.venues.polymarket.account import PolymarketAccount
from underround.venues.polymarket.order_messages import WirePlaced
from underround.venues.polymarket.signed_order import SALT_LIMIT
from underround.venues.polymarket.signing import ApiKey
from underround.venues.recent import Recent

Emit = Callable[[OrderEvent], None]
Written = tuple[OrderIntent, str | None, bytes]
BATCH_AT_MOST: Final = 15
_PAUSE_S: Final = 1.0


class PolymarketTrading:
    """`wall_ns` stamps orders, `monotonic_ns` paces them, `draw` gives 0…limit − 1; `clock_ns`,
    the run's own clock, stamps events: it never steps.

    `instruments` are looked up by token; `held` names tokens that the account may hold.
    `known` are an earlier run's orders by the venue's id.
    """

    venue = Venue.POLYMARKET

    def __init__(
        self,
        line: OrderLine,
        key: ApiKey,
        who: orders.Identity,
        instruments: Mapping[str, Instrument],
        budget: OrderBudget,
        *,
        wall_ns: Callable[[], int],
        monotonic_ns: Callable[[], int],
        draw: Callable[[int], int],
        held: Callable[[], Iterable[str]] = tuple,
        known: Mapping[str, OrderIntent] | None = None,
        clock_ns: Callable[[], int] | None = None,
    ) -> None:
        self.intents: Recent[OrderIntent] = Recent((known or {}).items())
        """Our orders by the venue's id, which is their hash."""
        self.is_forbidden = False
        self._account = PolymarketAccount(
            line, key, who, instruments, self.intents, wall_ns, held, clock_ns
        )
        self._who = who
        self._instruments = instruments
        self._budget = budget
        self._wall_ns = wall_ns
        self._clock_ns = clock_ns or wall_ns
        self._monotonic_ns = monotonic_ns
        self._draw = draw
        self._heartbeat = ""

    def prepare(self, intent: OrderIntent) -> tuple[str | None, bytes]:
        """Sign an order; return its hash, which will be its id, and its body."""
        instrument = self._instruments.get(intent.instrument)
        if instrument is None:
            raise ValueError(f"{intent.id}: {intent.instrument} is not a token known here")
        salt = self._draw(SALT_LIMIT)
        return orders.write_order(intent, instrument, self._who, salt, self._wall_ns())

    async def place(self, wanted: Sequence[Written], emit: Emit) -> None:
        """Send orders, several in one batch; one event each."""
        for start in range(0, len(wanted), BATCH_AT_MOST):
            await self._place_some(wanted[start : start + BATCH_AT_MOST], emit)

    async def _place_some(self, wanted: Sequence[Written], emit: Emit) -> None:
        text = ""
        if self.is_forbidden:
            text = "the venue answered 403 before: trading stopped for good"
        elif not self._budget.take(
            self._monotonic_ns(),
            len(wanted),
            is_urgent=all(intent.reduces for intent, _, _ in wanted),
        ):
            text = "our own limit of requests, below the venue's"
        if text:
            for intent, _, _ in wanted:
                emit(OrderRejected(intent.id, RejectReason.NOT_SENT, text, self._clock_ns()))
            return
        for intent, identity, _ in wanted:
            if identity is not None:
                self.intents[identity] = intent
        path, body = "/order", wanted[0][2]
        if len(wanted) > 1:
            path, body = "/orders", b"[" + b",".join(each[2] for each in wanted) + b"]"
        try:
            answer = await self._account.send("POST", path, body)
        except UnsentError as error:
            for intent, _, _ in wanted:
                reason = RejectReason.NOT_SENT
                emit(OrderRejected(intent.id, reason, str(error), self._clock_ns()))
            return
        except UnansweredError as error:
            for intent, _, _ in wanted:
                emit(OrderUnanswered(intent.id, str(error), self._clock_ns()))
            return
        self._learn(answer)
        for event in self._events(wanted, answer):
            emit(event)

    def _learn(self, answer: Answer) -> None:
        if answer.status == 429:
            self._budget.pause(self._monotonic_ns(), answer.retry_after_s or _PAUSE_S)
        elif answer.status == 403:
            self.is_forbidden = True

    def _events(self, wanted: Sequence[Written], answer: Answer) -> list[OrderEvent]:
        at_ns = self._clock_ns()
        if len(wanted) == 1 or answer.status != 200:
            return [
                orders.read_placed(intent, identity or "", answer.status, answer.body, at_ns)
                for intent, identity, _ in wanted
            ]
        try:
            told = msgspec.json.decode(answer.body, type=list[WirePlaced])
        except (msgspec.DecodeError, RecursionError):
            told = []
        if len(told) != len(wanted):
            text = "the batch's answer does not fit it"
            return [OrderUnanswered(intent.id, text, at_ns) for intent, _, _ in wanted]
        return [
            orders.placed_event(intent, identity or "", each, at_ns)
            for (intent, identity, _), each in zip(wanted, told, strict=True)
        ]

    async def cancel(self, wanted: CancelOrder, emit: Emit) -> None:
        """Cancel an order and say how much of it was filled."""
        identity = wanted.venue_order_id
        if identity is None:
            return
        self._budget.take(self._monotonic_ns(), 1, is_urgent=True)
        body = msgspec.json.encode({"orderID": identity})
        try:
            await self._account.send("DELETE", "/order", body)
            known = await self._account.one(identity)
        except (VenueFaultError, ValueError):
            return
        if known is not None and not orders.is_resting(known):
            reason, at_ns = orders.done_reason(known), self._clock_ns()
            emit(OrderDone(wanted.order, identity, known.filled_e6, reason, at_ns))

    async def cancel_all(self) -> bool:
        """Cancel every resting order of the key; tell whether the venue said so."""
        self._budget.take(self._monotonic_ns(), 1, is_urgent=True)
        try:
            return (await self._account.send("DELETE", "/cancel-all", b"")).status == 200
        except VenueFaultError:
            return False

    async def beat(self) -> bool:
        """Say that we live; without it for ten seconds the venue cancels the key's orders.

        Begun once, it must go on every five seconds. A wrong number is corrected by the answer.
        """
        body = msgspec.json.encode({"heartbeat_id": self._heartbeat})
        try:
            answer = await self._account.send("POST", "/v1/heartbeats", body)
            told = msgspec.json.decode(answer.body, type=dict[str, str])
        except (VenueFaultError, msgspec.DecodeError):
            return False
        self._heartbeat = told.get("heartbeat_id", self._heartbeat)
        return answer.status == 200

    async def query_order(self, wanted: QueryOrder, emit: Emit) -> None:
        """Look an order up; see PolymarketAccount."""
        await self._account.query_order(wanted, emit)

    async def query_account(self, wanted: QueryAccount, emit: Emit) -> None:
        """Read the account; see PolymarketAccount."""
        await self._account.query_account(wanted, emit)
