"""Paxos's wire (market data), as it stands; shapes only.

https://docs.paxos.com/developer/websocket/market-data
"""

from msgspec import Struct


class WireLevel(Struct, gc=False):
    """One level of a snapshot."""

    price: str
    amount: str


class WireMessage(Struct, gc=False):
    """A part of a snapshot, or one changed level; `amount` is absolute."""

    type: str = ""
    market: str = ""
    bids: list[WireLevel] = []
    asks: list[WireLevel] = []
    final_snapshot: bool = True  # False: more parts follow
    side: str = ""  # BUY | SELL
    price: str = ""
    amount: str = ""
    message: str = ""
