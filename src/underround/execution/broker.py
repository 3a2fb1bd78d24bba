"""What a broker is: the only thing that turns an approved intent into an order at a venue.

A shape, not a base class. A broker decides nothing: it never sends an order twice, never retries a
write, and never guesses what an unanswered one became.
"""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from msgspec import Struct

from underround.core.instrument import Venue
from underround.core.trading.order import (
    Approved,
    CancelOrder,
    OrderIntent,
    QueryAccount,
    QueryOrder,
)
from underround.core.trading.order_event import OrderEvent

Sink: TypeAlias = Callable[[OrderEvent], None]
"""Takes every event about orders, in the order in which the broker learns of them."""


class PreparedOrder(Struct, frozen=True):
    """An order signed and ready to be written.

    `venue_order_id` is the order's hash where it is known before sending (Polymarket), else None;
    it is journaled before `place`. `body` is what goes over the wire, opaque to everybody else.
    """

    intent: OrderIntent
    venue_order_id: str | None
    body: bytes


class Broker(Protocol):
    """One account at one venue. Every answer goes into the sink given at its making.

    No method raises for what a venue or a network does: that is an event.
    """

    @property
    def venue(self) -> Venue:
        """The venue it trades on."""
        ...

    def prepare(self, order: Approved) -> PreparedOrder:
        """Sign an order without any input or output (under a millisecond).

        Raises ValueError for an intent that this venue cannot express.
        """
        ...

    async def place(self, orders: Sequence[PreparedOrder]) -> None:
        """Send orders, each once, together where the venue takes batches.

        Emits for each exactly one of `OrderAcknowledged`, `OrderDone`, `OrderRejected` and
        `OrderUnanswered`; fills come when they come, also from the private stream. Being
        cancelled while a write is under way leaves that order unanswered.
        """
        ...

    async def cancel(self, wanted: CancelOrder) -> None:
        """Ask for a cancellation; emits an `OrderDone` when the venue confirms it."""
        ...

    async def query_order(self, wanted: QueryOrder) -> None:
        """Look an order up; emits `OrderSeen`, `OrderMissing` or `QueryFailed`."""
        ...

    async def query_account(self, wanted: QueryAccount) -> None:
        """Read the account; emits `AccountRead` or `QueryFailed`."""
        ...
