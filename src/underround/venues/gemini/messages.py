"""Gemini's wire, as it stands; shapes only.

Streams: https://docs.gemini.com/websocket/streams. The older feed:
https://docs.gemini.com/websocket/market-data/v2.
"""

from typing import Any

from msgspec import Struct

from underround.venues.spot_codec import Row


class WireMessage(Struct, gc=False):
    """Any message of either feed.

    In a depth update `b` and `a` are levels, in a ticker prices, hence their types.
    """

    e: str = ""
    E: int | None = None  # nanoseconds
    s: str = ""
    U: int | None = None  # the last update of the message before
    u: int | None = None  # the last update in this one
    b: list[Row] | str | None = None
    a: list[Row] | str | None = None
    id: Any = None
    status: int | None = None
    error: Any = None
    type: str = ""
    symbol: str = ""
    changes: list[Row] = []  # [buy | sell, price, absolute size]
