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
    """Any object of the market channel, or one book of `/book` and `/books`."""

    event_type: str = ""
    price_changes: list[WireChange] | None = None
    timestamp: WireTime = 0
    asset_id: str = ""
    bids: list[WireLevel] | None = None
    asks: list[WireLevel] | None = None
    tick_size: str = ""
    new_tick_size: str = ""
    price: str = ""
    size: Size = 0.0
    assets_ids: list[str] | None = None
