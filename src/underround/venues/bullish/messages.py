"""Bullish's wire (trading API, market data), as it stands; shapes only.

https://api.exchange.bullish.com/docs/api/rest/trading-api/v2/ (the order book socket).
"""

from msgspec import Raw, Struct


class WireBook(Struct, gc=False):
    """A hybrid order book: flat lists price, size, price, size …."""

    symbol: str = ""
    bids: list[str] = []
    asks: list[str] = []
    sequenceNumberRange: list[int] = []  # noqa: N815 - the wire's word
    timestamp: str = ""  # milliseconds, as text


class WireError(Struct, gc=False):
    """What is wrong with a command of ours."""

    code: int | str | None = None
    message: str = ""


class WireMessage(Struct, gc=False):
    """Any message; `data` is read for books only."""

    type: str = ""
    dataType: str = ""  # noqa: N815 - the wire's word
    data: Raw = Raw(b"")
    id: int | str | None = None
    error: WireError | None = None
