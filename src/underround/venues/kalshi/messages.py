"""Kalshi's WebSocket and order-book answers as they come over the wire; only what we need.

Prices and counts are fixed-point text. One struct with optional parts serves every message type:
it costs the same as a tagged union and reads keys in any order. Wire words stay in this folder.
https://docs.kalshi.com/websockets/orderbook-updates
"""

from decimal import Decimal
from math import nan
from typing import Annotated, Any

from msgspec import Meta, Raw, Struct

Size = Annotated[float, Meta(ge=0, le=1e9)]
"""Contracts; more than a billion is a corrupt frame."""
Change = Annotated[float, Meta(ge=-1e9, le=1e9)]
"""A signed number of contracts."""
WirePrice = tuple[str, Size]
"""(price in dollars as text, contracts)."""


class WireBody(Struct, gc=False):
    """The `msg` of a snapshot or a delta. A delta without a size is not a number, never zero.

    Other messages are rare and read a second time, so that these two stay small.
    """

    market_ticker: str = ""
    price_dollars: str = ""
    delta_fp: Change = nan
    side: str = ""
    clock: int | None = None
    ts: int | float | str | None = None
    yes_dollars_fp: list[WirePrice] | None = None
    no_dollars_fp: list[WirePrice] | None = None


class WireMessage(Struct, gc=False):
    """The envelope of every message; `msg` is a list in the answer to `list_subscriptions`.

    A recorder may have written what is absent as null, or an `id` of its own.
    """

    type: str
    sid: int | None = None
    seq: int | None = None
    id: int | str | None = None
    msg: WireBody | list[Any] | None = None


class WireReplyBody(Struct, gc=False):
    """The `msg` of an answer to a command."""

    channel: str = ""
    sid: int = 0
    market_tickers: list[str] | None = None
    market_ticker: str = ""
    code: int = 0
    msg: str = ""


class WireSubscription(Struct, gc=False):
    """One subscription in the answer to `list_subscriptions`."""

    channel: str
    sid: int


class WireReply(Struct, gc=False):
    """An answer to a command: `subscribed`, `ok`, `unsubscribed` or `error`."""

    msg: WireReplyBody | list[WireSubscription] | None = None


class WireTickerBody(Struct, gc=False):
    """The `msg` of a `ticker`; an empty side is a bid of 0 or an ask of 1."""

    market_ticker: str
    yes_bid_dollars: str
    yes_ask_dollars: str
    ts_ms: int | None = None


class WireTicker(Struct, gc=False):
    """A `ticker`."""

    msg: WireTickerBody


class WireTradeBody(Struct, gc=False):
    """The `msg` of a `trade`; a block trade was made off the book."""

    market_ticker: str
    yes_price_dollars: str
    count_fp: Size
    taker_outcome_side: str = ""
    taker_side: str = ""
    is_block_trade: bool = False
    ts_ms: int = 0
    ts: int = 0


class WireTrade(Struct, gc=False):
    """A `trade`."""

    msg: WireTradeBody


class WireRange(Struct, gc=False):
    """A band of prices with one tick, in dollars."""

    start: str
    end: str
    step: str


class WireListed(Struct, gc=False):
    """What a `created` market says of itself beside its terms of trading."""

    title: str = ""
    event_ticker: str = ""


class WireLifecycleBody(Struct, gc=False):
    """The `msg` of a `market_lifecycle_v2`; which fields there are depends on `event_type`."""

    event_type: str
    market_ticker: str
    close_ts: int | None = None
    is_deactivated: bool | None = None
    result: str = ""
    settlement_value: str | None = None
    price_ranges: list[WireRange] | None = None
    strike_type: str = ""
    floor_strike: Decimal | None = None
    cap_strike: Decimal | None = None
    yes_sub_title: str = ""
    additional_metadata: WireListed | None = None


class WireLifecycle(Struct, gc=False):
    """A `market_lifecycle_v2`."""

    msg: WireLifecycleBody


class WireEventBody(Struct, gc=False):
    """The `msg` of an `event_lifecycle`: an event was listed."""

    event_ticker: str
    title: str = ""


class WireEvent(Struct, gc=False):
    """An `event_lifecycle`."""

    msg: WireEventBody


class WireFeeBody(Struct, gc=False):
    """The `msg` of an `event_fee_update`; null gives the series' value back."""

    event_ticker: str
    fee_type_override: str | None = None
    fee_multiplier_override: Decimal | None = None


class WireFee(Struct, gc=False):
    """An `event_fee_update`."""

    msg: WireFeeBody


class WireAverage(Struct, gc=False):
    """A mean of an index's prints: `value` in dollars over `window_size` prints."""

    value: str
    window_size: int = 0


class WireIndexBody(Struct, gc=False):
    """The `msg` of a `cfbenchmarks_value` or its faster sibling; `data` is JSON in a string."""

    index_id: str
    data: str
    received_at: int | None = None
    avg_60s_data: WireAverage | None = None
    last_60s_windowed_average_15min: WireAverage | None = None


class WireIndex(Struct, gc=False):
    """A `cfbenchmarks_value` or `cfbenchmarks_value_5hz`."""

    msg: WireIndexBody


class WirePrint(Struct, gc=False):
    """The benchmark's own message inside `data`."""

    value: str
    time: int
    id: str = ""


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
