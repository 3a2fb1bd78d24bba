"""The signal queue in Redis or Valkey, written behind through a RedisLink.

A put only appends to a deque; the link comes for it. When a connection breaks while a batch is
being written, the batch is written again: signals may come twice, in order, but are not lost.
"""

from collections import deque
from collections.abc import Mapping
from typing import Any, Final

from underround.stores.flushes import Flushes
from underround.stores.prices import StoreStatus
from underround.stores.redis_link import Command, RedisLink
from underround.stores.signals import SIGNALS_KEY, SIGNALS_LIMIT, encode_signal

_BATCH: Final = 100

_PUT: Final = """
for i = 2, #ARGV do redis.call('RPUSH', KEYS[1], ARGV[i]) end
local over = redis.call('LLEN', KEYS[1]) - tonumber(ARGV[1])
if over <= 0 then return 0 end
redis.call('LTRIM', KEYS[1], over, -1)
return over"""
_TAKE: Final = """
local taken = redis.call('LRANGE', KEYS[1], 0, ARGV[1] - 1)
redis.call('LTRIM', KEYS[1], #taken, -1)
return taken"""


class RedisSignals:
    """The signal queue, a list at the key `signals:{underround}`."""

    def __init__(
        self, link: RedisLink, *, limit: int = SIGNALS_LIMIT, key: str = SIGNALS_KEY
    ) -> None:
        self._link = link
        self._limit = limit
        self._key = key
        self._waiting: deque[bytes] = deque()
        self._on_their_way: list[bytes] = []
        self._arrived: deque[bytes] = deque()  # out of the queue, its taker cancelled perhaps
        self._lost = 0
        self._flushes = Flushes()
        link.add(self)

    def put(self, signal: bytes | Mapping[str, Any]) -> None:
        """Queue a signal without waiting; the oldest goes when the queue is full."""
        encoded = encode_signal(signal)
        if len(self._waiting) >= self._limit:
            self._waiting.popleft()
            self._lost += 1
            self._flushes.settle(1)
        self._waiting.append(encoded)
        self._link.schedule()

    async def flush(self) -> None:
        """Wait until what was put so far can be taken by others, or the server is away."""
        if self._link.reason is None:
            self._link.hurry()
            await self._flushes.wait(len(self._waiting) + len(self._on_their_way))

    async def take(self, limit: int) -> list[bytes]:
        """Take up to `limit` signals, oldest first, out of the queue."""
        await self.flush()
        missing = limit - len(self._arrived)
        if missing > 0:
            command = ("EVAL", _TAKE, 1, self._key, missing)
            await self._link.ask(*command, deliver=self._arrived.extend)
        return [self._arrived.popleft() for _ in range(min(limit, len(self._arrived)))]

    async def depth(self) -> int:
        """Return how many signals wait."""
        await self.flush()
        return len(self._arrived) + int(await self._link.ask("LLEN", self._key))

    async def clear(self) -> None:
        """Forget every signal."""
        await self.flush()
        await self._link.ask("DEL", self._key)
        self._arrived.clear()

    def status(self) -> StoreStatus:
        """Return how the server is doing."""
        return self._link.status(len(self._waiting) + len(self._on_their_way), self._lost)

    def next_command(self) -> Command | None:
        """Take up to 100 signals and return what appends them."""
        count = min(_BATCH, len(self._waiting))
        if count == 0:
            return None
        self._on_their_way = [self._waiting.popleft() for _ in range(count)]
        return ("EVAL", _PUT, 1, self._key, self._limit, *self._on_their_way)

    def settle(self, reply: Any) -> None:
        """Note that the batch was appended; the reply says how many old ones had to go."""
        self._lost += int(reply)
        self._flushes.settle(len(self._on_their_way))
        self._on_their_way = []

    def put_back(self) -> None:
        """Keep the batch for another try, before what came later."""
        self._waiting.extendleft(reversed(self._on_their_way))
        self._on_their_way = []
        self._flushes.release()

    def renew(self) -> None:
        """Do nothing: what waits is still there."""
