"""LMAX Digital's wire (public data API), as published; shapes only, not confirmed on the wire.

Commands, rates and the order book's fields follow https://docs.lmax.com/public-data-api/; the
field names of a pushed book were not seen, so several spellings are read.
"""

from msgspec import Struct

from underround.venues.spot_codec import Row


class WireLevel(Struct, gc=False):
    """One level as an object."""

    price: str | float
    quantity: str | float | None = None
    size: str | float | None = None


class WireMessage(Struct, gc=False):
    """Any message; levels as objects or as pairs."""

    type: str = ""
    instrument_id: str = ""
    instrument: str = ""
    timestamp: str | int = ""
    bids: list[WireLevel | Row] | None = None
    asks: list[WireLevel | Row] | None = None
    error_code: str = ""
    error_message: str = ""
