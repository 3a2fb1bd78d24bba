"""Public names of the streaming guide's scheduler; everything is in `app`."""

from underround.app.scheduler import (
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
