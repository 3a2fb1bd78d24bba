"""Public names of the streaming guide's API; everything is in `app`."""

from underround.app.price_cache import PriceCache
from underround.app.streams import KalshiStream, PolymarketStream

__all__ = ["KalshiStream", "PolymarketStream", "PriceCache"]
