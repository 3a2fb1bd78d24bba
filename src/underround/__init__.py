"""underround: finds and takes underrounds across Polymarket and Kalshi, live.

This package root holds the version and nothing else.
"""

__version__ = "0.1.0"
