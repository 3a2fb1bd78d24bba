"""The price cache and the signal queue within one process: nothing to start, nothing shared.

Both behave as those in Redis do, expiry included, and may not outlive the process.
"""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from math import inf
from typing import Any

from underround.stores.prices import TTL_S, Price, PriceKey, StoreStatus
from underround.stores.signals import SIGNALS_LIMIT, encode_signal


class MemoryPrices:
    """A price cache in a dictionary; `clock_s` gives monotonic seconds."""

    def __init__(self, clock_s: Callable[[], float], *, ttl_s: float = TTL_S) -> None:
        self._ttl_s = ttl_s
        self._clock_s = clock_s
        self._entries: dict[PriceKey, tuple[Price, float]] = {}

    def mark(
        self,
        instrument_id: str,
        venue: str,
        yes_e4: int | None,
        no_e4: int | None,
        at_ns: int,
        *,
        refreshed: bool = True,
    ) -> None:
        """Note a price, in place of the one before it."""
        expires_at_s = inf if refreshed else self._clock_s() + self._ttl_s
        self._entries[instrument_id, venue] = (Price(yes_e4, no_e4, at_ns), expires_at_s)

    def drop(self, instrument_id: str, venue: str) -> None:
        """Delete an entry."""
        self._entries.pop((instrument_id, venue), None)

    async def flush(self) -> None:
        """Return at once: what is marked is there."""

    async def get(self, instrument_id: str, venue: str) -> Price | None:
        """Return an entry, None when there is none."""
        price, expires_at_s = self._entries.get((instrument_id, venue), (None, inf))
        return price if expires_at_s > self._clock_s() else None

    async def all(self) -> dict[PriceKey, Price]:
        """Return every entry, and forget those that have expired."""
        now_s = self._clock_s()
        self._entries = {key: entry for key, entry in self._entries.items() if entry[1] > now_s}
        return {key: price for key, (price, _) in self._entries.items()}

    async def count(self) -> dict[str, int]:
        """Return how many entries each venue has."""
        return Counter(venue for _, venue in await self.all())

    async def clear(self) -> None:
        """Delete every entry."""
        self._entries.clear()

    def status(self) -> StoreStatus:
        """Return that all is well: memory is never down."""
        return StoreStatus("connected")


class MemorySignals:
    """A signal queue in a deque."""

    def __init__(self, *, limit: int = SIGNALS_LIMIT) -> None:
        self._limit = limit
        self._queue: deque[bytes] = deque()
        self._lost = 0

    def put(self, signal: bytes | Mapping[str, Any]) -> None:
        """Queue a signal; the oldest goes when the queue is full."""
        encoded = encode_signal(signal)
        if len(self._queue) >= self._limit:
            self._queue.popleft()
            self._lost += 1
        self._queue.append(encoded)

    async def flush(self) -> None:
        """Return at once: what is put is there."""

    async def take(self, limit: int) -> list[bytes]:
        """Take up to `limit` signals, oldest first."""
        return [self._queue.popleft() for _ in range(min(limit, len(self._queue)))]

    async def depth(self) -> int:
        """Return how many signals wait."""
        return len(self._queue)

    async def clear(self) -> None:
        """Forget every signal."""
        self._queue.clear()

    def status(self) -> StoreStatus:
        """Return how many signals were given up; memory is never down."""
        return StoreStatus("connected", lost=self._lost)
