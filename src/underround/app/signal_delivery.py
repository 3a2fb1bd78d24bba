"""Where a raised signal goes: the journal first, then whoever waits for it.

The journal's write is the only thing here that the signal waits for (tens of microseconds, no
disk sync); queue and stream are fed behind it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from redis.asyncio import Redis

from underround.app.config import StorageConfig
from underround.core.opportunity import Signal
from underround.stores.signal_journal import SignalJournal
from underround.stores.signal_relay import SignalRelay
from underround.stores.signals import SignalQueue


class SignalDelivery:
    """Journals signals of one run and passes them on; `run_id` makes their ids unique."""

    def __init__(
        self, journal: SignalJournal, queue: SignalQueue, relay: SignalRelay | None, run_id: str
    ) -> None:
        self._journal = journal
        self._queue = queue
        self.relay = relay
        self._run_id = run_id
        self._count = 0

    def take(self, signal: Signal) -> None:
        """Journal a signal and see it on its way."""
        self._count += 1
        body = msgspec.json.encode(signal)
        name = f"{self._run_id}/{self._count}"
        self._journal.append(name, signal.pair, signal.kind.value, signal.at_ns, body)
        self._queue.put(body)
        if self.relay is not None:
            self.relay.wake()


@asynccontextmanager
async def signal_delivery(
    storage: StorageConfig, queue: SignalQueue, run_id: str
) -> AsyncIterator[SignalDelivery]:
    """Open the journal, and a relay into the stream where prices are shared through Redis.

    Raises UnusableError for a file that is no journal.
    """
    journal = SignalJournal(Path(storage.journal))
    try:
        if storage.prices.startswith(("redis://", "rediss://")):
            async with Redis.from_url(storage.prices) as client:
                yield SignalDelivery(journal, queue, SignalRelay(journal, client), run_id)
        else:
            yield SignalDelivery(journal, queue, None, run_id)
    finally:
        journal.close()
