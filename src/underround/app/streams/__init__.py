"""The streaming guide's streams: one venue's live best prices into a price cache.

`connect`, `subscribe_markets`, `stream`, `get_stats`, `close`, as the guide documents them. Prices
are what a taker pays for YES and for NO; only books that can be trusted are written. Detection
with fees, depth and pairs is `underround run`; this is the guide's simpler way. What is not given
comes from the configuration.
"""

from underround.app.streams.kalshi import KalshiStream
from underround.app.streams.polymarket import PolymarketStream

__all__ = ["KalshiStream", "PolymarketStream"]
