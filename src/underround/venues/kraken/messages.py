"""Kraken's wire (WebSocket v2), as it stands; shapes only.

https://docs.kraken.com/api/docs/websocket-v2/book and …/websocket-v2/instrument.
"""

from msgspec import Raw, Struct


class WireLevel(Struct, gc=False):
    """One level; the quantity is absolute, 0 deletes."""

    price: float
    qty: float


class WireBook(Struct, gc=False):
    """A snapshot or an update of one pair."""

    symbol: str
    bids: list[WireLevel] = []
    asks: list[WireLevel] = []
    checksum: int | None = None
    timestamp: str = ""


class WirePair(Struct, gc=False):
    """The decimals of a pair, from the `instrument` channel."""

    symbol: str
    price_precision: int
    qty_precision: int


class WirePairs(Struct, gc=False):
    """The payload of the `instrument` channel."""

    pairs: list[WirePair] = []


class WireMessage(Struct, gc=False):
    """Any message; `data` is read by its channel."""

    channel: str = ""
    type: str = ""
    data: Raw = Raw(b"")
    method: str = ""
    success: bool | None = None
    error: str = ""
