"""The wire's own words for Polymarket's orders, trades and balances, in answers and frames.

Structs only. https://docs.polymarket.com/developers/CLOB/orders
"""

from typing import Final, Literal

from msgspec import Struct, field

from underround.core.units import parse_size_e6

_ZERO: Final = "0x" + "00" * 32


class WireSigned(Struct, rename="camel"):
    """A signed order as it travels."""

    salt: int
    maker: str
    signer: str
    token_id: str
    maker_amount: str
    taker_amount: str
    side: Literal["BUY", "SELL"]
    signature_type: int
    timestamp: str
    signature: str
    expiration: str = "0"
    metadata: str = _ZERO
    builder: str = _ZERO


class WireRequest(Struct, rename={"defer_exec": "deferExec", "order_type": "orderType"}):
    """An order as it is asked for."""

    order: WireSigned
    order_type: str
    owner: str
    defer_exec: bool = False


class WirePlaced(Struct, rename="camel"):
    """The answer to an order."""

    success: bool = False
    error_message: str = field(default="", name="errorMsg")
    order_id: str = field(default="", name="orderID")
    status: str = ""
    making_amount: str = ""
    taking_amount: str = ""
    error: str = ""


class WireOrder(Struct):
    """An order as queries and the user channel show it."""

    id: str
    status: str
    asset_id: str
    side: str
    original_size: str
    size_matched: str
    price: str = "0"
    type: str = ""

    @property
    def filled_e6(self) -> int:
        """How much of it is matched; the venue leaves the text out where that is nothing."""
        return parse_size_e6(self.size_matched or "0")


class WireMaker(Struct):
    """The maker's part of a trade."""

    order_id: str
    matched_amount: str
    price: str
    asset_id: str = ""
    side: str = ""


class WireTrade(Struct):
    """A trade as queries and the user channel show it."""

    id: str
    taker_order_id: str
    asset_id: str
    side: str
    size: str
    price: str
    status: str
    trader_side: str = ""
    match_time: str = ""
    maker_orders: list[WireMaker] = []


class WireOrders(Struct):
    """A page of open orders."""

    data: list[WireOrder]
    next_cursor: str = ""


class WireTrades(Struct):
    """A page of trades."""

    data: list[WireTrade]
    next_cursor: str = ""


class WireBalance(Struct):
    """What is held of one asset, in millionths."""

    balance: str
