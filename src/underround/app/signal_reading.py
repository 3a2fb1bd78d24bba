"""Reading signals back: the latest, as they come, or as a consumer that acknowledges.

Reads the journal, or the Redis stream it feeds; raises nothing of its own.
"""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from underround.app.clock import wall_ns
from underround.app.config import Config
from underround.app.explain.target import journals
from underround.core.errors import UnderroundError
from underround.stores.signal_consumers import (
    IDLE_MS,
    Delivery,
    JournalConsumer,
    SignalConsumer,
    StreamConsumer,
)
from underround.stores.signal_journal import JournaledSignal, SignalJournal

POLL_S = 0.2
_log = logging.getLogger(__name__)


def open_journal(config: Config) -> SignalJournal:
    """Open the configured journal; UnderroundError when there is none yet."""
    path = Path(config.storage.journal)
    if not path.exists():
        raise UnderroundError(f"{path}: no signals yet; `underround run` writes them")
    return SignalJournal(path)


async def follow(
    journal: SignalJournal, after: int, stop: asyncio.Event, show: Callable[[JournaledSignal], None]
) -> None:
    """Show signals as they are journaled, until stopped."""
    while not stop.is_set():
        for signal in journal.after(after):
            show(signal)
            after = signal.seq
        try:
            async with asyncio.timeout(POLL_S):
                await stop.wait()
        except TimeoutError:
            continue


def open_latest_journal(config: Config, named: Path | None) -> SignalJournal:
    """Open the journal that was named, or the one with the latest signal, a demo's or the run's.

    UnderroundError when there is none yet.
    """
    if named is not None or not (found := journals(config)):
        return open_journal(config)
    return SignalJournal(found[0])


@asynccontextmanager
async def consumer_of(
    config: Config, group: str, name: str | None
) -> AsyncIterator[SignalConsumer]:
    """Open a consumer: of the stream where prices are shared through Redis, else of the journal."""
    consumer = name or f"{socket.gethostname()}-{os.getpid()}"
    url = config.storage.prices
    if url.startswith(("redis://", "rediss://")):
        async with Redis.from_url(url) as client:
            try:
                await client.ping()
            except (RedisError, OSError) as fault:
                raise ConnectionError(f"Redis connection failed: {fault}") from None
            yield StreamConsumer(client, group, consumer)
        return
    journal = open_journal(config)
    try:
        yield JournalConsumer(journal, group, consumer, wall_ns)
    finally:
        journal.close()


async def consume(
    consumer: SignalConsumer,
    stop: asyncio.Event,
    show: Callable[[Delivery], None],
    *,
    drains: bool,
    limit: int | None,
) -> int:
    """Show signals and acknowledge each once it is shown; return how many.

    Ends when stopped, after `limit`, or with `drains` when nothing waits; what other consumers were
    given and did not acknowledge is named then.
    """
    count = 0
    while not stop.is_set() and (limit is None or count < limit):
        wanted = 100 if limit is None else min(100, limit - count)
        deliveries = await consumer.take(wanted)
        for delivery in deliveries:
            show(delivery)
            await consumer.acknowledge(delivery.seq)
            count += 1
        if not deliveries:
            if drains:
                if (left := await consumer.depth()) > 0:
                    _log.warning(
                        "%d signals are with consumers that have not acknowledged them, or behind"
                        " those; they come again %d s after they were given",
                        left,
                        IDLE_MS // 1_000,
                    )
                break
            await asyncio.sleep(POLL_S)
    return count
