"""The queue of signals: from the detector to whoever acts on them, in order.

`memory` and `redis` keep it; this module only says what they do. The queue tells of chances, it
is not the record of anything: the journal is. A signal is taken once and is then gone; a queue
that also redelivers what was taken and not acknowledged may add to this interface, not change it.
"""

from collections.abc import Mapping
from typing import Any, Final, Protocol

import msgspec

from underround.stores.prices import StoreStatus

SIGNALS_KEY: Final = "signals:{underround}"
SIGNALS_LIMIT: Final = 10_000

_encode = msgspec.json.Encoder().encode


class SignalQueue(Protocol):
    """An ordered, bounded queue. When full the oldest signals go, counted in `status().lost`."""

    def put(self, signal: bytes | Mapping[str, Any]) -> None:
        """Queue a signal (JSON, or what becomes JSON) without waiting.

        TypeError when it cannot become JSON.
        """

    async def flush(self) -> None:
        """Wait until what was put so far can be taken by others, or the store is down."""

    async def take(self, limit: int) -> list[bytes]:
        """Take up to `limit` signals, oldest first, out of the queue.

        Each goes to one taker, none is lost when the caller is cancelled. ConnectionError while
        the store is down.
        """

    async def depth(self) -> int:
        """Return how many signals wait; ConnectionError while the store is down."""

    async def clear(self) -> None:
        """Forget every signal; ConnectionError while the store is down."""

    def status(self) -> StoreStatus:
        """Return how the store is doing."""


def encode_signal(signal: bytes | Mapping[str, Any]) -> bytes:
    """Return a signal's JSON, bytes as they are; TypeError when it cannot become JSON."""
    return signal if isinstance(signal, bytes) else _encode(signal)
