"""Coinbase's wire, as it stands; shapes only.

Advanced Trade: https://docs.cdp.coinbase.com/advanced-trade/docs/ws-channels (`level2`, answered on
channel `l2_data`). Exchange: https://docs.cdp.coinbase.com/exchange/docs/websocket-channels.
"""

from msgspec import Struct

from underround.venues.spot_codec import Row


class WireUpdate(Struct, gc=False):
    """One level of an Advanced Trade event."""

    side: str  # bid | offer
    price_level: str
    new_quantity: str  # absolute, "0" deletes
    event_time: str = ""


class WireEvent(Struct, gc=False):
    """A snapshot or an update of one product; heartbeats and acknowledgements have neither."""

    type: str = ""
    product_id: str = ""
    updates: list[WireUpdate] = []


class WireMessage(Struct, gc=False):
    """Any message of either feed."""

    channel: str = ""
    type: str = ""
    sequence_num: int | None = None  # counts every message of a connection
    timestamp: str = ""
    events: list[WireEvent] = []
    message: str = ""
    product_id: str = ""
    bids: list[Row] = []
    asks: list[Row] = []
    changes: list[Row] = []  # [buy | sell, price, absolute size]
    time: str = ""
