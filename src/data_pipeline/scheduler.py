"""The streaming guide's import path: `underround.scheduler` under another name."""

from underround.scheduler import (
    check_arbitrage_signals,
    close_realtime_streams,
    get_top_markets_by_volume,
    init_realtime_streams,
    lifespan,
    lifespan_with,
)

__all__ = [
    "check_arbitrage_signals",
    "close_realtime_streams",
    "get_top_markets_by_volume",
    "init_realtime_streams",
    "lifespan",
    "lifespan_with",
]
