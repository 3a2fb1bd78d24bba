"""The live broker: approved intents to a venue's order client, its answers to the sink.

Knows no venue: the client is handed in. It sees to it that every order placed gets exactly one
verdict, also when the client fails or is cancelled; it retries and decides nothing.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from underround.core.instrument import Venue
from underround.core.trading.order import (
    Approved,
    CancelOrder,
    OrderIntent,
    QueryAccount,
    QueryOrder,
)
from underround.core.trading.order_event import (
    OrderAcknowledged,
    OrderDone,
    OrderEvent,
    OrderRejected,
    OrderUnanswered,
    QueryFailed,
)
from underround.execution.broker import PreparedOrder, Sink

Written = tuple[OrderIntent, str | None, bytes]
"""An intent, its id at the venue where that is known before sending, and the body to be sent."""
VERDICTS = (OrderAcknowledged, OrderDone, OrderRejected, OrderUnanswered)


class Trading(Protocol):
    """One account at one venue, as its own module speaks to it."""

    @property
    def venue(self) -> Venue:
        """The venue."""
        ...

    def prepare(self, intent: OrderIntent) -> tuple[str | None, bytes]:
        """Return the venue's id where it is known before sending, and the body; ValueError."""
        ...

    async def place(self, wanted: Sequence[Written], emit: Sink, /) -> None:
        """Send orders, each once; one event each."""
        ...

    async def cancel(self, wanted: CancelOrder, emit: Sink) -> None:
        """Cancel an order."""
        ...

    async def query_order(self, wanted: QueryOrder, emit: Sink) -> None:
        """Look an order up."""
        ...

    async def query_account(self, wanted: QueryAccount, emit: Sink) -> None:
        """Read the account."""
        ...


class LiveBroker:
    """A `Broker` over a venue's order client; `wall_ns` stamps what it says itself."""

    def __init__(self, trading: Trading, sink: Sink, wall_ns: Callable[[], int]) -> None:
        self._trading = trading
        self._sink = sink
        self._wall_ns = wall_ns

    @property
    def venue(self) -> Venue:
        """The venue it trades on."""
        return self._trading.venue

    def prepare(self, order: Approved) -> PreparedOrder:
        """Sign an order; ValueError for an intent that the venue cannot express."""
        identity, body = self._trading.prepare(order.intent)
        return PreparedOrder(order.intent, identity, body)

    async def place(self, orders: Sequence[PreparedOrder]) -> None:
        """Send orders, each once; each gets exactly one verdict."""
        waiting = {order.intent.id for order in orders}

        def emit(event: OrderEvent) -> None:
            if isinstance(event, VERDICTS):
                if event.order not in waiting:
                    return
                waiting.discard(event.order)
            self._sink(event)

        why = "no verdict was given"
        try:
            wanted = [(order.intent, order.venue_order_id, order.body) for order in orders]
            await self._trading.place(wanted, emit)
        except asyncio.CancelledError:
            why = "cancelled while it was under way"
            raise
        except Exception as error:  # noqa: BLE001  # an order may be out: nothing may hide that
            why = f"the client failed: {type(error).__name__}"
        finally:
            for order in sorted(waiting):
                self._sink(OrderUnanswered(order, why, self._wall_ns()))

    async def cancel(self, wanted: CancelOrder) -> None:
        """Ask for a cancellation; what goes wrong is left to a query."""
        try:
            await self._trading.cancel(wanted, self._sink)
        except Exception as error:  # noqa: BLE001  # an answer that cannot be read proves nothing
            self._failed(wanted.order, error)

    async def query_order(self, wanted: QueryOrder) -> None:
        """Look an order up."""
        try:
            await self._trading.query_order(wanted, self._sink)
        except Exception as error:  # noqa: BLE001  # an answer that cannot be read proves nothing
            self._failed(wanted.order, error)

    async def query_account(self, wanted: QueryAccount) -> None:
        """Read the account."""
        try:
            await self._trading.query_account(wanted, self._sink)
        except Exception as error:  # noqa: BLE001  # an answer that cannot be read proves nothing
            self._failed(None, error)

    def _failed(self, order: str | None, error: Exception) -> None:
        text = f"the client failed: {type(error).__name__}"
        self._sink(QueryFailed(self.venue, order, text, self._wall_ns()))
