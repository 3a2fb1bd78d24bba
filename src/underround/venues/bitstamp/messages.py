"""Bitstamp's wire (WebSocket v2 and the REST book), as it stands; shapes only.

https://www.bitstamp.net/websocket/v2/ and https://www.bitstamp.net/api/#tag/Order-book.
"""

from msgspec import Struct

from underround.venues.spot_codec import Row


class WireBook(Struct, gc=False):
    """Changed levels, a whole book over REST, or an error's code and message."""

    microtimestamp: str = ""  # of trades and books alike
    bids: list[Row] | None = None
    asks: list[Row] | None = None
    code: int | None = None
    message: str = ""


class WireMessage(Struct, gc=False):
    """Any message of the socket."""

    event: str = ""
    channel: str = ""
    data: WireBook | str | None = None
