"""The streaming guide's import path: `underround.streams` under another name."""

from underround.streams import KalshiStream, PolymarketStream, PriceCache

__all__ = ["KalshiStream", "PolymarketStream", "PriceCache"]
