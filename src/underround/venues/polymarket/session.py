"""What to say on Polymarket's market channel, and which tokens share a connection.

Sans-io: returns frames, never sends them, and reads no frame but to tell data from a heartbeat.
See https://docs.polymarket.com/developers/CLOB/websocket/market-channel
"""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

TOKENS_PER_FRAME: Final = 100
TOKENS_PER_CONNECTION: Final = 200
"""Above some 500 tokens a connection the venue silently leaves out opening books."""

# PONG, [] (which a frozen connection still sends) and INVALID OPERATION are shorter; every event
# names a market and is far longer.
_SHORTEST_EVENT_BYTES: Final = 33


class MarketSession:
    """The subscription of one connection; knows all its tokens, so a reconnect repeats them."""

    heartbeat: bytes | None = b"PING"
    heartbeat_every_s: float = 10.0
    fatal_closes: frozenset[int] = frozenset()

    def __init__(self, tokens: Iterable[str] = (), silence_s: float | None = 60.0) -> None:
        # A frozen connection answers every PING; only missing data gives it away.
        self.silence_s = silence_s
        self._tokens = dict.fromkeys(tokens)
        self._greeted = False

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens subscribed to, in the order of their subscription."""
        return tuple(self._tokens)

    def opened(self) -> list[bytes]:
        """Return the frames that subscribe a new connection to everything."""
        self._greeted = False
        return self._subscribe(self.tokens)

    def is_data(self, frame: bytes) -> bool:
        """Tell an event from a heartbeat's answer, an empty dump and a complaint, by length."""
        return len(frame) >= _SHORTEST_EVENT_BYTES

    def add(self, tokens: Iterable[str]) -> list[bytes]:
        """Return the frames that subscribe to the tokens not yet held."""
        fresh = [token for token in dict.fromkeys(tokens) if token not in self._tokens]
        self._tokens.update(dict.fromkeys(fresh))
        return self._subscribe(fresh)

    def remove(self, tokens: Iterable[str]) -> list[bytes]:
        """Return the frames that give up the tokens held among these."""
        gone = [token for token in dict.fromkeys(tokens) if token in self._tokens]
        for token in gone:
            del self._tokens[token]
        return self._unsubscribe(gone)

    def renew(self, tokens: Iterable[str]) -> list[bytes]:
        """Return the frames that give held tokens up and ask for them again, with whole books.

        The venue refuses a token that is subscribed to already, so both are said.
        """
        held = [token for token in dict.fromkeys(tokens) if token in self._tokens]
        return self._unsubscribe(held) + self._subscribe(held)

    @staticmethod
    def _unsubscribe(tokens: Sequence[str]) -> list[bytes]:
        return [
            _encode({"operation": "unsubscribe", "assets_ids": chunk}) for chunk in _chunks(tokens)
        ]

    def _subscribe(self, tokens: Sequence[str]) -> list[bytes]:
        frames = []
        for chunk in _chunks(tokens):
            # Only the first frame of a connection has a type; a second one is refused.
            opening = {"operation": "subscribe"} if self._greeted else {"type": "market"}
            self._greeted = True
            frames.append(_encode(opening | {"assets_ids": chunk, "custom_feature_enabled": True}))
        return frames


def plan_connections(
    markets: Iterable[tuple[str, str]], limit: int = TOKENS_PER_CONNECTION
) -> list[list[str]]:
    """Spread (yes_token, no_token) markets over as few connections as `limit` tokens allow.

    Both tokens of a market stay on one connection, connections are filled evenly, and the order
    of the markets is kept; a repeated market counts once.
    """
    if limit < 2:
        raise ValueError(f"a connection of {limit} tokens cannot hold a market's two")
    wanted = list(dict.fromkeys(markets))
    capacity = limit // 2
    count = -(-len(wanted) // capacity)
    plan = []
    start = 0
    for remaining in range(count, 0, -1):
        size = -(-(len(wanted) - start) // remaining)
        plan.append([token for market in wanted[start : start + size] for token in market])
        start += size
    return plan


def deal_connections(
    markets: Iterable[tuple[str, str]], limit: int = TOKENS_PER_CONNECTION
) -> list[list[str]]:
    """Deal (yes_token, no_token) markets, the busiest first, over few connections in turn.

    So that each connection has some of the busiest: its load is fair, and its silence means
    something. Both tokens of a market stay together; a repeated market counts once.
    """
    wanted = list(dict.fromkeys(markets))
    count = len(plan_connections(wanted, limit))
    return [
        [token for market in wanted[start::count] for token in market] for start in range(count)
    ]


def _chunks(tokens: Sequence[str]) -> list[list[str]]:
    starts = range(0, len(tokens), TOKENS_PER_FRAME)
    return [list(tokens[start : start + TOKENS_PER_FRAME]) for start in starts]


def _encode(frame: dict[str, object]) -> bytes:
    return msgspec.json.encode(frame)
