"""Kalshi's WebSocket and order-book answers as they come over the wire; only what we need.

Prices and counts are fixed-point text. One struct with optional parts serves every message type:
it costs the same as a tagged union and reads keys in any order. Wire words stay in this folder.
https://docs.kalshi.com/websockets/orderbook-updates
"""

from math import nan
from typing import Annotated

from msgspec import Meta, Raw, Struct

Size = Annotated[float, Meta(ge=0, le=1e9)]
"""Contracts; more than a billion is a corrupt frame."""
Change = Annotated[float, Meta(ge=-1e9, le=1e9)]
"""A signed number of contracts."""
WirePrice = tuple[str, Size]
"""(price in dollars as text, contracts)."""


class WireBody(Struct, gc=False):
    """The `msg` of any message we read. A delta without a size is not a number, never zero."""

    market_ticker: str = ""
    price_dollars: str = ""
    delta_fp: Change = nan
    side: str = ""
    clock: int | None = None
    ts: int | float | str | None = None
    yes_dollars_fp: list[WirePrice] | None = None
    no_dollars_fp: list[WirePrice] | None = None
    channel: str = ""
    sid: int = 0
    market_tickers: list[str] | None = None
    code: int = 0
    msg: str = ""


class WireMessage(Struct, gc=False):
    """The envelope of every message; `msg` is a list in the answer to `list_subscriptions`.

    A recorder may have written what is absent as null, or an `id` of its own.
    """

    type: str
    sid: int | None = None
    seq: int | None = None
    id: int | str | None = None
    msg: WireBody | list[WireBody] | None = None


class WireBook(Struct, gc=False):
    """Bids of both sides, each in its own dollars."""

    yes_dollars: list[WirePrice] | None = None
    no_dollars: list[WirePrice] | None = None


class WireMarketBook(Struct, gc=False):
    """One market's book in `/markets/orderbooks`."""

    orderbook_fp: WireBook
    ticker: str = ""


class WireBooks(Struct, gc=False):
    """The answer of `/markets/orderbooks`, its books still unread."""

    orderbooks: list[Raw]


class WireFill(Struct, gc=False):
    """One of the member's fills; money and counts are text, in older answers numbers.

    https://docs.kalshi.com/api-reference/portfolio/get-fills
    """

    count_fp: str | float
    fee_cost: str | float
    fill_id: str = ""
    trade_id: str = ""
    order_id: str = ""
    ticker: str = ""
    market_ticker: str = ""
    is_taker: bool = True
    yes_price_dollars: str | float | None = None
    no_price_dollars: str | float | None = None
    outcome_side: str = ""
    book_side: str = ""
    purchased_side: str = ""
    side: str = ""
    action: str = ""
    created_time: str = ""
    ts_ms: int | None = None
    ts: int | None = None


class WireFills(Struct, gc=False):
    """The answer of `/portfolio/fills`."""

    fills: list[WireFill]
    cursor: str = ""
