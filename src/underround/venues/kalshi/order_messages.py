"""The wire's own words for Kalshi's orders, positions and cash, in requests, answers and frames.

Structs only. https://docs.kalshi.com/api-reference/orders/create-order-v2
"""

from msgspec import Struct

from underround.core.units import parse_size_e6


class WireRequest(Struct, omit_defaults=True):
    """An order as it is asked for."""

    ticker: str
    client_order_id: str
    side: str
    count: str
    price: str
    time_in_force: str
    self_trade_prevention_type: str
    exchange_index: int | None = None
    expiration_time: int | None = None
    order_group_id: str | None = None
    post_only: bool = False


class WireAmendment(Struct):
    """Another price and whole count for a resting order."""

    ticker: str
    side: str
    price: str
    count: str


class WirePlaced(Struct):
    """The answer to an order, an amendment or one order of a batch."""

    order_id: str = ""
    client_order_id: str | None = None
    fill_count: str | None = None
    remaining_count: str | None = None
    error: "WireError | None" = None


class WireGroup(Struct):
    """An order group that was made."""

    order_group_id: str


class WireError(Struct):
    """An error, flat or inside `error`."""

    code: str = ""
    message: str = ""


class WrappedError(Struct):
    """An error body as it comes, whichever form it has."""

    error: WireError | str = ""
    code: str = ""
    message: str = ""


class WireOrder(Struct):
    """An order as queries and the private channel show it."""

    order_id: str
    status: str
    client_order_id: str = ""
    ticker: str = ""
    fill_count_fp: str = "0"
    remaining_count_fp: str = "0"
    initial_count_fp: str = "0"

    @property
    def filled_e6(self) -> int:
        """How much of it is filled."""
        return parse_size_e6(self.fill_count_fp)


class WireOrders(Struct):
    """A page of orders."""

    orders: list[WireOrder]
    cursor: str = ""


class WireOneOrder(Struct):
    """The answer to a query for one order."""

    order: WireOrder


class WireBatch(Struct):
    """The answers to a batch, in the order of the orders."""

    orders: list[WirePlaced]


class WirePosition(Struct):
    """A position in one market, signed."""

    ticker: str
    position_fp: str


class WirePositions(Struct):
    """A page of positions."""

    market_positions: list[WirePosition]
    cursor: str = ""


class WireShardCash(Struct):
    """What one shard holds."""

    balance: str
    exchange_index: int


class WireBalance(Struct):
    """The cash of an account, in all and by shard."""

    balance_dollars: str
    balance_breakdown: list[WireShardCash] = []
