"""A process to be killed: raises signals into a journal, or takes them, noting what it did.

Run as `python -m tests.stores.signal_worker ROLE JOURNAL NOTES [REDIS_URL]`; every note is one
line, flushed to the operating system before anything else happens.
"""

import asyncio
import os
import sys
import time

from redis.asyncio import Redis

from underround.stores.signal_consumers import JournalConsumer, StreamConsumer
from underround.stores.signal_journal import SignalJournal
from underround.stores.signal_relay import SignalRelay

IDLE_MS = 60


def note(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(descriptor, f"{text}\n".encode())
    os.close(descriptor)


async def produce(journal: SignalJournal, notes: str, redis_url: str) -> None:
    relay = None
    async with Redis.from_url(redis_url) as client:
        if redis_url:
            relay = SignalRelay(journal, client)
            task = asyncio.create_task(relay.run())
        number = journal.last_seq
        while True:
            number += 1
            signal_id = f"run/{number}"
            journal.append(signal_id, f"pair-{number % 3}", "opened", time.time_ns(), b"{}")
            note(notes, signal_id)
            if relay is not None:
                relay.wake()
                assert not task.done(), task.exception()
            await asyncio.sleep(0.003)


async def consume(consumer: JournalConsumer | StreamConsumer, notes: str) -> None:
    while True:
        deliveries = await consumer.take(5)
        for delivery in deliveries:
            note(notes, delivery.id)
            await asyncio.sleep(0.001)
            await consumer.acknowledge(delivery.seq)
        if not deliveries:
            await asyncio.sleep(0.01)


async def main(role: str, path: str, notes: str, redis_url: str = "") -> None:
    journal = SignalJournal(path)
    if role == "produce":
        await produce(journal, notes, redis_url or "redis://127.0.0.1:1")
    elif role == "journal":
        await consume(
            JournalConsumer(
                journal, "traders", "one", time.time_ns, idle_ms=IDLE_MS, deliveries=99
            ),
            notes,
        )
    else:
        async with Redis.from_url(redis_url) as client:
            await consume(
                StreamConsumer(
                    client, "traders", "one", idle_ms=IDLE_MS, deliveries=99, block_ms=20
                ),
                notes,
            )


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
