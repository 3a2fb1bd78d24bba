"""Kalshi's WebSocket error codes with their texts, and the refusal that carries one."""

from typing import Final

CHANNEL_ERROR: Final = 10
BUFFER_OVERFLOW: Final = 25

ERRORS: Final = {
    1: "Unable to process message",
    2: "Params required",
    3: "Channels required",
    4: "Subscription IDs required",
    5: "Unknown command",
    7: "Unknown subscription ID",
    8: "Unknown channel name",
    9: "Authentication required",
    10: "Channel error",
    11: "Invalid parameter",
    12: "Exactly one subscription ID is required",
    13: "Unsupported action",
    14: "Market Ticker required",
    15: "Action required",
    18: "Command timeout",
    19: "shard_factor must be > 0",
    20: "shard_factor is required when shard_key is set",
    21: "shard_key must be >= 0 and < shard_factor",
    22: "shard_factor must be <= 100",
    23: "Match IDs required",
    24: "Index IDs required",
    25: "Subscription buffer overflow",
    26: "Subscription market limit exceeded",
    27: "Too many requests",
    28: "Underlying tickers required",
}
"""6, 16 and 17 are retired; https://docs.kalshi.com/websockets/websocket-connection."""


class CommandError(Exception):
    """A command that the venue answers with one of its error codes."""

    def __init__(self, code: int) -> None:
        super().__init__(ERRORS[code])
        self.code = code
