"""Polymarket's market channel and books as they come over the wire; only the fields we need.

One struct for every object, because the tag `event_type` stands last on the wire and a tagged
union would read each message twice. Wire words stay in this folder.
https://docs.polymarket.com/developers/CLOB/websocket/market-channel
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

WireTime = Annotated[int, Meta(gt=0, lt=10**13)]
"""Milliseconds since the epoch; thirteen digits reach to 2286, so a longer one is corrupt."""
Size = Annotated[float, Meta(ge=0, le=1e9)]
"""Contracts; more than a billion is a corrupt frame."""


class WireLevel(Struct, gc=False):
    """A level of a book: price and size as text on the wire."""

    price: str
    size: Size


class WireChange(Struct, gc=False):
    """One entry of a `price_change`; `size` is the level's new total."""

    asset_id: str
    price: str
    size: Size
    side: Literal["BUY", "SELL"]
    best_bid: str = ""
    best_ask: str = ""


class WireMessage(Struct, gc=False):
    """A `price_change` or a `book`, or one book of `/book` and `/books`; of others the tag alone.

    The others are rare and read a second time, so that these two stay small.
    """

    event_type: str = ""
    price_changes: list[WireChange] | None = None
    timestamp: WireTime = 0
    asset_id: str = ""
    bids: list[WireLevel] | None = None
    asks: list[WireLevel] | None = None
    tick_size: str = ""
    last_trade_price: str | None = None


class WireOldChange(Struct, gc=False):
    """One entry of a `price_change` before 15 September 2025."""

    price: str
    size: Size
    side: Literal["BUY", "SELL"]


class WireOldChanges(Struct, gc=False):
    """A `price_change` before 15 September 2025: one token, no claims of best prices."""

    asset_id: str
    changes: list[WireOldChange]
    timestamp: WireTime


class WireTrade(Struct, gc=False):
    """A `last_trade_price`: somebody's trade; `side` is the taker's."""

    asset_id: str
    price: str
    size: Size
    timestamp: WireTime
    side: str = ""


class WireTick(Struct, gc=False):
    """A `tick_size_change`."""

    asset_id: str
    new_tick_size: str
    timestamp: WireTime


class WireTop(Struct, gc=False):
    """A `best_bid_ask`; the time may be empty, an empty side is "0" or "1" or empty."""

    asset_id: str
    best_bid: str = ""
    best_ask: str = ""
    timestamp: str | int = ""


class WireNewEvent(Struct, gc=False):
    """What a `new_market` says of its event."""

    id: str | int = ""


class WireNewMarket(Struct, gc=False):
    """A `new_market`; what it trades like is asked of Gamma."""

    market: str
    assets_ids: list[str] = []
    slug: str = ""
    timestamp: str | int = ""
    event_message: WireNewEvent | None = None


class WireResolved(Struct, gc=False):
    """A `market_resolved`."""

    assets_ids: list[str]
    winning_asset_id: str | None = None
