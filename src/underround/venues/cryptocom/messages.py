"""Crypto.com Exchange's wire (v1), as it stands; shapes only.

https://exchange-docs.crypto.com/exchange/v1/rest-ws/index.html#book-instrument_name-depth
"""

from msgspec import Raw, Struct

from underround.venues.spot_codec import Row


class WireLevels(Struct, gc=False):
    """The changed levels of an update: price, absolute size, count of orders."""

    bids: list[Row] = []
    asks: list[Row] = []


class WireBook(Struct, gc=False):
    """A book, or an update with its levels one floor deeper."""

    bids: list[Row] = []
    asks: list[Row] = []
    update: WireLevels | None = None
    t: int | None = None  # milliseconds
    tt: int | None = None
    u: int | None = None  # number of this update
    pu: int | None = None  # number of the one before


class WireResult(Struct, gc=False):
    """What a subscription delivers; `data` is read for books only."""

    channel: str = ""
    instrument_name: str = ""
    data: Raw = Raw(b"")


class WireMessage(Struct, gc=False):
    """Any message."""

    id: int | str | None = None
    method: str = ""
    code: int | str = 0
    message: str = ""
    result: WireResult | None = None
